"""The tests of `values.py`, which they import as `m`."""

import collections
import contextlib
import datetime
import decimal
import io
import itertools
import os
import random
import re
import threading
import time
from pathlib import Path
from unittest import mock

import m
import pytest
from m import Color, P, Pt, Q, Refusal
from m import unit as u


def test_color():
    assert u("color", Color.RED) is Color.BLUE


def test_p():
    p = P(1)
    assert u("p", p) is p
    assert p.y == [1]


def test_newp():
    assert u("newp") == P(1, [Q("n"), Pt(1, 2)])


def test_slot():
    s = u("slot", 3)
    assert (s.a, s.b) == (3, 2)


def test_err():
    with pytest.raises(Refusal, match="bad") as e:
        u("err")
    assert e.value.code == 7


def test_std():
    assert u("std") == [
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


def test_cont():
    r = u("cont")
    assert r == [collections.OrderedDict(a=1), collections.Counter("aab"), {"a": [1]}, collections.deque([1, 2]), [1]]
    assert r[3].maxlen == 5 and type(r[4]) is m.MyList
    assert r[2]["zz"] == []


def test_it():
    assert list(u("it", [1, 2])) == [2, 3]


def test_gen():
    assert list(u("gen", [1, 2])) == [2, 4]


def test_fn():
    assert u("fn", 1)(2) == 3


def test_print(capsys):
    u("print", 3)
    assert capsys.readouterr().out == "hello 3\n"


def test_warn():
    with pytest.warns(DeprecationWarning, match="careful"):
        u("warn")


def test_log(caplog):
    with caplog.at_level("INFO"):
        u("log", 1)
    assert caplog.messages == ["x 1"]


def test_env(monkeypatch):
    monkeypatch.setenv("IN", "v")
    assert u("env") == "v"
    assert os.environ.pop("ZZ") == "1"


def test_rand():
    random.seed(3)
    a = random.random()
    random.seed(3)
    assert u("rand") == a
    b = random.random()
    random.seed(3)
    random.random()
    assert random.random() == b


def test_read(tmp_path):
    (tmp_path / "f").write_text("hi")
    assert u("read", tmp_path / "f") == "hi"
    u("write", str(tmp_path / "g"))
    assert (tmp_path / "g").read_text() == "out"


def test_table():
    u("table", "k")
    assert m.TABLE == {"k": 1}
    m.TABLE.clear()


def test_count():
    m.COUNT = 0
    assert u("count") == 1
    assert u("count") == 2
    assert m.COUNT == 2
    m.COUNT = 0


def test_sleep(monkeypatch):
    monkeypatch.setattr(time, "sleep", lambda s: None)
    t = time.monotonic()
    assert u("sleep") == 1
    assert time.monotonic() - t < 2


def test_now():
    with mock.patch("m.datetime") as d:
        d.datetime.now.return_value.year = 1999
        assert u("now") == 1999


def test_cycle():
    a = u("cycle")
    assert a[0] is a


def test_same():
    x = [1]
    assert u("same", x, x)
    assert not u("same", [1], [1])


def test_cb():
    got = []
    assert u("cb", got.append, 3) is None
    assert got == [3]
    f = mock.Mock(return_value=9)
    assert u("cb", f, {"a": 1}) == 9
    f.assert_called_once_with({"a": 1})


def test_file():
    b = io.StringIO()
    assert u("file", b) is b
    assert b.getvalue() == "w"


def test_openfile(tmp_path):
    with open(tmp_path / "o", "w") as f:
        assert u("file", f) is f
    assert (tmp_path / "o").read_text() == "w"


def test_cm():
    @contextlib.contextmanager
    def c():
        yield 5

    assert u("cm", c()) == 5


def test_cls():
    assert u("cls", int) == 5
    assert u("cls", Q) == Q(5)


def test_obj():
    class Thing:
        y = 1

        def meth(self, v):
            return self.z + v

    o = Thing()
    assert u("obj", o) == 4
    assert o.z == 2


def test_catch():
    def boom():
        raise ValueError("b")

    assert u("catch", boom) == "b"

    class MineError(ValueError):
        pass

    def boom():
        raise MineError("c")

    assert u("catch", boom) == "c"


def test_partial():
    assert u("partial")(5) == 5


def test_a_lock_is_returned():
    assert u("lockret").acquire()


def test_cycleit():
    assert u("cycleit", itertools.count()) == [0, 1, 2]
    assert u("cycleit", iter([1, 2])) == [1, 2]


def test_class_of_the_test():
    class A:
        pass

    assert u("iscls", A(), A)


def test_iscls2():
    assert u("iscls", 3, int) and u("iscls", P(1), P)


def test_kw():
    assert u("kw", a=[1]) == {"a": [1]}


def test_locky():
    locky = m.Locky()
    assert locky.u("kw", b=1) == {"b": 1}


def test_helper(monkeypatch):
    monkeypatch.setattr(m, "sleepy", lambda n: 8)
    assert u("helper") == 8


def test_strio():
    assert u("strio").getvalue() == "q"


def test_thread():
    out = []
    ts = [threading.Thread(target=lambda: out.append(u("same", 1, 2))) for _ in range(4)]
    [t.start() for t in ts]
    [t.join() for t in ts]
    assert out == [False] * 4
