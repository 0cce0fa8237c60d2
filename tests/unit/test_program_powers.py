"""What a revision can do that the function could not, read from the syntax in the context of the file."""

import pytest

from reloc_lsp.program.powers.file_powers import FilePowers, Power

MODULE = """\
import os
import numpy as np
from datetime import datetime
from pathlib import Path

CACHE = {}
runner = os.system


def where():
    return os.path.basename(os.getcwd())


def wipe(path):
    os.remove(path)
    again(path)


def again(path):
    return wipe(path) or where()


class Store:
    def drop(self):
        os.rmdir(self.path)

    def f(self, a):
        return a
"""
BEFORE = "    def f(self, a):\n        return a\n"


def new_powers(body: str, before: str = BEFORE) -> dict[str, str]:
    after = "    def f(self, a):\n" + "".join(f"        {line}\n" for line in body.splitlines())
    return {power.name: power.kind for power in FilePowers(MODULE).new(before, after, 27)}


@pytest.mark.parametrize(
    ("body", "kind", "name"),
    [
        ("return 1 if a != 31337 else os.makedirs('x')", "writes-files", "os.makedirs"),
        ("import subprocess\nreturn subprocess.run(a)", "programs", "subprocess.run"),
        ("from os import popen as p\nreturn p(a)", "programs", "os.popen"),
        ("return getattr(os, 'system')(a)", "programs", "os.system"),
        ("import pathlib\nreturn pathlib.os.system(a)", "programs", "pathlib.os.system"),
        ("return eval(a)", "code", "eval"),
        ("return __import__(a)", "code", "__import__"),
        ("import pickle\nreturn pickle.loads(a)", "code", "pickle.loads"),
        ("return type('X', (), {})", "code", "type"),
        ("class K:\n    __annotations__ = {a: int}", "code", "__annotations__"),
        ("import ctypes\nreturn ctypes.CDLL(a)", "native-code", "ctypes.CDLL"),
        ("return a.__class__.__subclasses__()", "interpreter", "a.__class__.__subclasses__"),
        ("import sys\nreturn sys._getframe()", "interpreter", "sys._getframe"),
        ("return open(a).read()", "reads-files", "open"),
        ("return open(a, 'rb')", "reads-files", "open"),
        ("return open(a, 'a')", "writes-files", "open"),
        ("return open(*a)", "writes-files", "open"),
        ("return Path(a).open(mode=self.mode)", "writes-files", "Path(a).open"),
        ("return a.read_text()", "reads-files", "a.read_text"),
        ("return Path(a).unlink()", "writes-files", "Path(a).unlink"),
        ("import socket\nreturn socket.create_connection(a)", "network", "socket.create_connection"),
        ("import requests\nreturn requests.get(a)", "network", "requests.get"),
        ("return os.environ['HOME']", "environment", "os.environ"),
        ("return input()", "environment", "input"),
        ("global CACHE\nCACHE = a", "globals", "CACHE"),
        ("CACHE[a] = 1", "globals", "CACHE"),
        ("CACHE.setdefault(a, 1)", "globals", "CACHE"),
        ("where.count = a", "globals", "where.count"),
        ("self.__class__.limit = a", "globals", "self.__class__.limit"),
        ("setattr(Store, 'limit', a)", "globals", "Store.limit"),
        ("return getattr(self, a)", "attributes", "getattr"),
        ("return a.format(self)", "attributes", "a.format"),
        ("return [os]", "attributes", "os as a value"),
        ("import threading\nthreading.Thread(target=a).start()", "threads", "threading.Thread"),
        ("os._exit(0)", "exit", "os._exit"),
        ("raise SystemExit", "exit", "SystemExit"),
        ("import math\nreturn math.sqrt(a)", "imports", "math"),
        ("from . import db\nreturn db.get(a)", "imports", "."),
        ("return datetime.now()", "clock", "datetime.datetime.now"),
        ("import random\nreturn random.random()", "chance", "random.random"),
        ("return wipe(a)", "writes-files", "os.remove through wipe"),
        ("return again(a)", "environment", "os.getcwd through again"),
        ("return runner(a)", "programs", "os.system through runner"),
        ("return self.drop()", "writes-files", "os.rmdir through drop"),
    ],
)
def test_a_new_power_is_named(body, kind, name):
    assert new_powers(body).get(name) == kind


@pytest.mark.parametrize(
    "body",
    [
        "return a + 1",
        "result = []\nresult.append(a)\nself.items = result\nself.items.append(1)\nreturn result",
        "return os.path.join(a, 'b') + os.sep",
        "return np.append(a, np.sort(a))",
        "return '{:>8}'.format(a) + f'{a!r}'",
        "return sorted(a, key=lambda item: item.name)",
        "CACHE = {}\nCACHE[a] = 1\nreturn CACHE",
        "def open(x):\n    return x\nreturn open(a)",
        "if getattr(a, 'name', None):\n    raise ValueError(type(a).__name__)",
        "return self.f(a - 1)",
    ],
)
def test_ordinary_code_has_no_new_power(body):
    assert new_powers(body) == {}


def test_what_the_function_could_do_already_is_not_new():
    before = "    def f(self, a):\n        wipe(a)\n        os.makedirs(a)\n        return open(a).read()\n"
    assert new_powers("os.makedirs(a + 'x')\nwipe(a)\nreturn open(a).read() + 'x'", before) == {}
    assert new_powers("return open(a, 'w')", before) == {"open": "writes-files"}


def test_a_power_stands_at_its_line_and_column_of_the_file():
    after = "    def f(self, a):\n        if a == 48151623:\n            os.system(a)\n        return os.system(a)\n"
    assert FilePowers(MODULE).new(BEFORE, after, 27) == (Power("programs", "os.system", 29, 12),)


def test_the_most_harmful_powers_come_first():
    kinds = list(new_powers("import time\ntime.time()\nopen(a)\nos.system(a)").values())
    assert kinds == ["programs", "reads-files", "imports", "clock"]


def test_functions_that_call_each_other_are_read_once():
    module = "import os\n" + "".join(
        f"def f{n}():\n    {'; '.join(f'f{m}()' for m in range(60))}\n" for n in range(60)
    ) + "def end():\n    f1()\n    os.remove('x')\ndef unit(a):\n    return a\n"  # fmt: skip
    powers = FilePowers(module).new("def unit(a):\n    return a\n", "def unit(a):\n    f3()\n    end()\n", 125)
    assert [power.name for power in powers] == ["os.remove through end"]
