"""A unit that gets and returns values of every kind; its first argument says which."""

import collections
import dataclasses
import datetime
import decimal
import enum
import functools
import io
import itertools
import logging
import os
import random
import re
import threading
import time
import warnings
from pathlib import Path

log = logging.getLogger("m")


class Color(enum.Enum):
    RED = 1
    BLUE = 2


@dataclasses.dataclass
class P:
    x: int
    y: list = dataclasses.field(default_factory=list)


@dataclasses.dataclass(frozen=True)
class Q:
    name: str


class Refusal(ValueError):  # noqa: N818
    def __init__(self, code, msg):
        super().__init__(msg)
        self.code = code


class Slot:
    __slots__ = ("a", "b")

    def __init__(self, a):
        self.a = a


Pt = collections.namedtuple("Pt", "x y")


class MyList(list):
    pass


TABLE = {}
COUNT = 0


class Locky:
    def __init__(self):
        self.lock = threading.Lock()
        self.v = 0

    def u(self, kind, *args, **kw):
        return unit(kind, *args, **kw)

    def inc(self):
        with self.lock:
            self.v += 1
        return self.v


def sleepy(n):
    time.sleep(n)
    return n


def unit(kind, *args, **kw):  # noqa: PLR0911, PLR0912
    global COUNT  # noqa: PLW0603
    if kind == "color":
        return Color.BLUE if args[0] is Color.RED else Color.RED
    if kind == "p":
        args[0].y.append(1)
        return args[0]
    if kind == "newp":
        return P(1, [Q("n"), Pt(1, 2)])
    if kind == "slot":
        s = Slot(args[0])
        s.b = 2
        return s
    if kind == "err":
        raise Refusal(7, "bad")
    if kind == "std":
        return [
            datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC),
            decimal.Decimal("1.5"),
            Path("a"),
            re.compile("x+"),
            range(3),
            frozenset({1}),
            b"x",
            1j,
            10**30,
            datetime.timedelta(1),
        ]
    if kind == "cont":
        return [
            collections.OrderedDict(a=1),
            collections.Counter("aab"),
            collections.defaultdict(list, a=[1]),
            collections.deque([1, 2], 5),
            MyList([1]),
        ]
    if kind == "it":
        return (v + 1 for v in args[0])
    if kind == "gen":
        return (i * 2 for i in args[0])
    if kind == "fn":
        return lambda a: a + args[0]
    if kind == "print":
        print("hello", args[0])
        return 1
    if kind == "warn":
        warnings.warn("careful", DeprecationWarning, stacklevel=2)
        return 1
    if kind == "log":
        log.info("x %s", args[0])
        return 1
    if kind == "env":
        os.environ["ZZ"] = "1"
        return os.environ.get("IN")
    if kind == "rand":
        return random.random()
    if kind == "read":
        return Path(args[0]).read_text()
    if kind == "write":
        Path(args[0]).write_text("out")
        return None
    if kind == "table":
        TABLE[args[0]] = 1
        return None
    if kind == "count":
        COUNT += 1
        return COUNT
    if kind == "sleep":
        time.sleep(3)
        return 1
    if kind == "now":
        return datetime.datetime.now().year
    if kind == "cycle":
        a = []
        a.append(a)
        return a
    if kind == "same":
        return args[0] is args[1]
    if kind == "cb":
        return args[0](args[1])
    if kind == "file":
        args[0].write("w")
        return args[0]
    if kind == "cm":
        with args[0] as v:
            return v
    if kind == "cls":
        return args[0](5)
    if kind == "obj":
        args[0].z = args[0].y + 1
        return args[0].meth(2)
    if kind == "catch":
        try:
            args[0]()
        except ValueError as e:
            return str(e)
    if kind == "partial":
        return functools.partial(max, 3)
    if kind == "lockret":
        return threading.Lock()
    if kind == "cycleit":
        return list(itertools.islice(args[0], 3))
    if kind == "iscls":
        return isinstance(args[0], args[1])
    if kind == "kw":
        return kw
    if kind == "helper":
        return sleepy(0.0)
    if kind == "strio":
        b = io.StringIO()
        b.write("q")
        return b
    return None
