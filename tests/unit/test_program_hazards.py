"""What candidates add to their file with which code reaches around its caller."""

from __future__ import annotations

import importlib
import textwrap
from pathlib import Path

import pytest

from reloc_lsp.program.hazards import HazardLint
from reloc_lsp.program.unit import Module

FILE = '''\
import math
import operator
import os
import random
import re
import string
from collections import OrderedDict, defaultdict

import toolz

CONSTANTS = {"limit": 3}


def helper(value):
    """Reads `__dict__` in words only."""
    return value


class Box:
    size = 1

    def __eq__(self, other):
        return self.size == other.size


def f(x, y=2):
    return x + y
'''
FINALLY = "leaves a finally block, which swallows what was raised"
EVERYTHING = "catches everything, even the end of the process"

# After "##": what the lines below do, and the sentence that tells it.
HOSTILE = f"""
## import => imports ctypes, which the file did not
import ctypes
## import of a part => imports http, which the file did not
import urllib.parse, http.client as client
## import from => imports socket, which the file did not
from socket import socket
## import of a sibling => imports from its own package, which the file did not
from .tests import answers
## import of another package => imports numpy, which the file did not
import numpy as np
## import of a gateway => uses contextlib.sys
from contextlib import sys
## import of a part of a module => uses os.system
from os import system
## import of a powerful part => uses logging.config
import logging.config
## import under a name of the file => imports different things as math
import os as math
## import under one name => imports different things as m
import os as m
m.system(x)
import json as m
## import in a class => imports inside of a class
class A:
    if x:
        import os as q
## import as a method => defines __eq__
class A:
    from operator import truth as __eq__
## private part of a module => uses random._os
random._os
## module of a module => uses random.pickle
random.pickle
## module of anything => uses the attribute sys
x.sys
## module of anything, private => uses the attribute _os
x._os
## function of a module behind any name => uses the attribute _getframe
x._getframe()
## part of an alias => uses json.codecs.open
import json as j
j.codecs.open(x)
## part of a closed module => uses os.fork
os.fork()
## part of an imported part => uses os.path.genericpath
from os import path
path.genericpath
## part of sys => uses sys.modules
import sys
sys.modules["math"] = x
## file by number => uses io.FileIO
import io
io.FileIO(3)
## module as a value => hands on the module os
o = os
o.system(x)
## module given to what only seems to ask => hands on the module os
def hasattr(m, n): return m
hasattr(os, 1).system(x)
## module as a default => hands on the module os
def g(os=os): return os.system(x)
## module in a class => hands on the module os
class A:
    q = os
    os = 1
## module beside one of its name => hands on the module os
def g(os): return os
g(os)
## variables of a function => uses the attribute __globals__
f.__globals__
## frame => uses the attribute gi_frame
x.gi_frame
## classes => uses the attribute __mro__
().__class__.__mro__[1]
## attribute by a pattern => uses the attribute f_back
match x:
    case object(f_back=y): pass
## attribute by getattr => uses the attribute mro
getattr(x, "mro")
## part of a module by getattr => uses os.fork
getattr(os, "fork", None)
## attribute by attrgetter => uses the attribute mro
operator.attrgetter("a.mro")
## attribute in a template => names __globals__ in a string
"{{0.__init__.__globals__[x]}}".format(x)
## second attribute in a template => names __globals__ in a string
"{{0.__dict__.__globals__}}".format(x)
## attribute handed on in a string => names __globals__ in a string
x.get("__globals__")
## attribute in bytes => names __globals__ in a string
x = b"__globals__".decode()
## method in a dictionary => names __eq__ in a string
x = {{"__eq__": helper}}
## method as a keyword => defines __eq__
dict(__eq__=helper)
## computed name => gives getattr a name that is computed
getattr(x, y)
## computed name that begins like private ones => gives getattr a name that is computed
getattr(x, "_o" + y)
## computed name that begins like that of a frame => gives getattr a name that is computed
getattr(x, "f_" + y)
## computed name without a beginning => gives getattr a name that is computed
getattr(x, f"{{y}}")
## computed name by a format => gives getattr a name that is computed
getattr(x, "%s" % y)
## computed name that is empty => gives getattr a name that is computed
getattr(x, f"")
## computed name to set => gives setattr a name that is computed
setattr(x, y, 1)
## computed name to delete => gives delattr a name that is computed
delattr(x, y)
## computed path => gives operator.attrgetter a name that is computed
operator.attrgetter(f"visit_{{x}}")
## computed method => gives operator.methodcaller a name that is computed
operator.methodcaller(x)
## unpacked name => gives getattr a name that is computed
getattr(*x, "size")
## getattr as a value => hands on getattr
map(getattr, x, y)
## attrgetter as a value => hands on operator.attrgetter
map(operator.attrgetter, x)
## attributes copied by name => gives functools.wraps more than a function
import functools
functools.wraps(f, y)
## attributes copied by keyword => gives functools.wraps more than a function
from functools import wraps
wraps(f, assigned=y)
## builtin => uses eval
eval(x)
## builtin as a value => uses exec
map(exec, x)
## builtin beside one of its name => uses open
def g(open): return open
g(open)
## builtins => uses __builtins__
__builtins__
## probe of the harness => uses __reloc_probe__
__reloc_probe__
## test tool => uses pytest
pytest.skip()
## test tool by name => names pytest in a string
"pytest" in x
## environment of pytest => names PYTEST_CURRENT_TEST in a string
os.environ.get("PYTEST_CURRENT_TEST")
## memory of a process => names /proc in a string
y = f"/proc/{{x}}/mem"
## bare except => {EVERYTHING}
try: return x
except: return 0
## except BaseException => uses BaseException
try: return x
except (ValueError, BaseException): return 0
## raise SystemExit => uses SystemExit
raise SystemExit
## return from finally => {FINALLY}
try: return x
finally: return 0
## return from finally of a group => {FINALLY}
try: pass
except* OSError: pass
finally:
    if y: return 0
## equality => defines __eq__
class A:
    def __eq__(self, other): return True
## equality on a condition => defines __eq__
class A:
    if x:
        def __eq__(self, other): return True
## equality by a lambda => defines __eq__
class A(str):
    __eq__ = lambda *_: True
## equality set later => defines __eq__
class A: pass
A.__eq__ = lambda *_: True
## equality by setattr => defines __eq__
setattr(A, "__eq__", lambda *_: True)
## equality by a pattern => defines __eq__
class A:
    match helper:
        case __eq__: pass
## equality by a class => defines __eq__
class A:
    class __eq__: pass
## finaliser => defines __del__
class A:
    async def __del__(self): pass
## exit => defines __exit__
class A:
    def __exit__(self, *_): return True
## metaclass => gives a class a metaclass
class A(metaclass=x): pass
## metaclass among keywords => gives a class a metaclass
class A(**x): pass
## class by type => makes a class by type()
type("A", (str,), x)
## class by type, unpacked => makes a class by type()
type(*x)
## change of a module => changes math.floor
math.floor = x
## change of a module by setattr => changes math.floor
setattr(math, "floor", x)
## change of a module by a loop => changes math.floor
for math.floor in x: pass
## change of what a module holds => changes os.environ
os.environ["A"] = x
## change of what is imported => changes OrderedDict.update
OrderedDict.update += x
## change of a function => changes helper.calls
helper.calls = 1
## change of a class => changes Box.size
del Box.size
## global => declares CONSTANTS global
global CONSTANTS
CONSTANTS = {{}}
## decorator => decorates with helper
@helper
def g(): pass
## decorator that is called => decorates with math.floor
@math.floor(x)
class A: pass
## decorator made for it => decorates with something
@(lambda g: x)
def g(): pass
## name that Python does not resolve => uses open
nonlocal z
open = 1
open(x)
"""

INNOCENT = """
## a rewrite
z = [a * y for a in x if a]
return sorted(z, key=lambda a: (-a, str(a)))[:3] or {y: 1}
## exceptions
try: return x[y]
except (KeyError, ValueError) as e: raise ValueError("no") from e
else: y = 1
finally:
    for a in y: a.close()
## types
return isinstance(x, (int, type(None))) and type(x) is type(y) and issubclass(type(x), Box)
## attributes by name
setattr(x, "size", 3)
delattr(x, "size")
return getattr(x, "name", None) or getattr(x, f"visit_{y}") or getattr(x, "on_" + y + "!")
## what a module or an object has
return hasattr(math, "isqrt") and getattr(math, "isqrt")(x) or hasattr(x, "__eq__")
## a local class
class P(Box, size=3):
    def __init__(self, a): self.a = a
    def __repr__(self): return self.__class__.__name__
## a dataclass
from dataclasses import dataclass, field
@dataclass(frozen=True)
class P:
    a: int = field(default=0)
## an abstract class
from abc import ABCMeta, abstractmethod
class P(metaclass=ABCMeta):
    @abstractmethod
    def g(self): ...
## imports
import json, functools, itertools as it, urllib.parse, email.utils
from datetime import datetime, time
from collections import abc, Counter
return json.dumps(it.chain(x)), urllib.parse.quote(y), datetime.now().time(), functools.reduce(max, x)
## infinity
import sys
from sys import maxsize
return min(x, sys.maxsize, math.inf, maxsize)
## paths
return os.path.join(os.getcwd(), os.sep, os.environ.get(x, "")), re.compile(x)
## attributes and items of objects
x.size = 1
x.table[y] = 2
del x.size
x.a.b += 1
helper(x).size = 1
Box.registry[x] = y
## a cache
CONSTANTS[x] = y
f.cache = CONSTANTS.cache = {}
del CONSTANTS[x]
## decorators
import functools
def twice(h): return h
@functools.lru_cache(maxsize=None)
def g(a): return a
@twice
def k(): return g(x)
## a wrapper
from functools import wraps
@wraps(x)
def g(*args, **kwargs): return x(*args, **kwargs)
## variables called like builtins
def g(input, vars=()): return input, vars
return [help for help in x]
## variables called like modules
string = str(x)
for operator in string: print(operator)
def g(os, math):
    os.fork()
    math.floor = 1
return [random for random in x if random._names]
## variables called like a function and a class
for helper in x: helper.calls = 1
Box = x
del Box.size
## parts of a package
return toolz.curried.pipe(x, toolz._signatures, toolz.random.trace)
## named tuples
from collections import namedtuple
P = namedtuple("P", "a b")
return P(1, 2)._replace(a=3)._asdict(), OrderedDict._make(x), OrderedDict._member_map_
## strings
return "{0.__class__.__name__}: /processed/procedures __init__ a__eq__b".format(x), "f_score", "/dev/null"
## a docstring
"__dict__"
return __name__, __file__
## patterns
match x:
    case Box(size=y): return y
    case {"a": z, **rest}: return z
    case [a, *b] as c: return a
    case _: return None
## contexts
import contextlib
with contextlib.suppress(KeyError): return x[y]
async def g(): await x
"""

# Before "--": what the file has besides.
KNOWN = """
## import
import ctypes
--
import ctypes
## import in another function
def g():
    from socket import socket
--
from socket import socket
## import of a sibling
from .a import b
--
from .tests import answers
## part of a module
os.fork()
--
return os.fork()
## module as a value
todo = [os]
--
return os
## attribute
x = helper.__globals__
--
return y.__globals__
## builtin
eval("1")
--
return eval(x)
## builtin that the file binds
def open(path): return path
--
return open(x)
## builtin that the file imports
from codecs import open
--
return open(x)
## computed name
getattr(helper, CONSTANTS)
--
return getattr(x, y)
## bare except
try: pass
except: pass
--
try: return x
except: return y
## global
def g():
    global CONSTANTS
--
global CONSTANTS
## change of a function
helper.calls = 0
--
helper.calls = 1
## decorator
@helper
def g(): pass
--
@helper
def h(): pass
## string
PLACE = "/proc/stat"
--
return "/proc/meminfo"
## equality of a class in a function
def g():
    class A:
        def __eq__(self, other): return 1
--
class B:
    def __eq__(self, other): return 2
"""

POWERFUL = [
    "codecs.register", "concurrent.futures", "contextlib.ExitStack", "dataclasses.make_dataclass",
    "functools.update_wrapper", "io.open", "logging.FileHandler", "string.Formatter", "time.tzset", "tokenize.open",
    "types.FunctionType", "typing.get_type_hints", "uuid.getnode", "urllib.request", "weakref.finalize",
]  # fmt: skip
HARMLESS = [
    "argparse.Namespace", "asyncio.gather", "inspect.signature", "os.listdir", "sys.version_info", "threading.Lock",
    "traceback.format_exc", "urllib.parse",
]  # fmt: skip
REAL = ["collections", "contextlib", "csv", "enum", "heapq", "shlex", "statistics", "string", "xml.etree.ElementTree"]


def cases(text):
    found = []
    for case in text.split("\n## ")[1:]:
        heading, _, lines = case.partition("\n")
        name, _, sentence = heading.partition(" => ")
        found.append(pytest.param(lines, *filter(None, [sentence]), id=name))
    return found


def unit(lines):
    return "def f(x, y=2):\n" + textwrap.indent(lines, "    ")


@pytest.mark.parametrize("indent", ["", "    "], ids=["function", "method"])
@pytest.mark.parametrize(("lines", "sentence"), cases(HOSTILE))
def test_what_reaches_around_its_caller_is_named(lines, sentence, indent):
    assert sentence in HazardLint(FILE).hazards(textwrap.indent(unit(lines), indent))


@pytest.mark.parametrize("indent", ["", "    "], ids=["function", "method"])
@pytest.mark.parametrize("lines", cases(INNOCENT))
def test_ordinary_code_is_not(lines, indent):
    assert HazardLint(FILE).hazards(textwrap.indent(unit(lines), indent)) == ()


@pytest.mark.parametrize("lines", cases(KNOWN))
def test_what_the_file_has_already_is_allowed(lines):
    file, _, candidate = lines.partition("--\n")
    assert HazardLint(FILE).hazards(unit(candidate))
    assert HazardLint(FILE + file).hazards(unit(candidate)) == ()


@pytest.mark.parametrize("path", POWERFUL)
def test_powerful_parts_of_harmless_modules(path):
    module, _, part = path.partition(".")
    for lines in (f"from {module} import {part}\n", f"return {path}\n"):
        assert HazardLint(f"import {module}\n").hazards(unit(lines)) == (f"uses {path}",)


@pytest.mark.parametrize("path", HARMLESS)
def test_harmless_parts_of_powerful_modules(path):
    module, _, part = path.partition(".")
    for lines in (f"from {module} import {part}\n", f"return {path}\n"):
        assert HazardLint(f"import {module}\n").hazards(unit(lines)) == ()


@pytest.mark.parametrize("name", REAL)
def test_what_was_not_changed_has_no_hazard(name):
    text = Path(importlib.import_module(name).__file__).read_text("utf-8")
    module, lint = Module(text), HazardLint(text)
    assert [hazard for function in module.functions for hazard in lint.hazards(module.source(function))] == []


@pytest.mark.parametrize("indent", ["", "    "], ids=["function", "method"])
@pytest.mark.parametrize(
    ("beside", "name"),
    [("helper = f", "helper"), ("CONSTANTS = {}", "CONSTANTS"), ("def helper(value): pass", "helper")],
)
def test_a_unit_binds_no_other_name_of_its_file(beside, name, indent):
    lines = unit("return new()\n") + f"LIMIT = 3\ndef new(): pass\n{beside}\n"
    assert HazardLint(FILE).hazards(textwrap.indent(lines, indent)) == (f"binds {name} anew",)


def test_beside_a_function_that_does_not_come_first_too():
    assert HazardLint(FILE).hazards(f"if 1: pass\n{unit('return x')}\nhelper = f\n") == ("binds helper anew",)
    assert HazardLint(FILE).hazards("f = 1\nCONSTANTS = 2\n") == ("binds CONSTANTS anew", "binds f anew")


def test_a_method_that_compares_may_be_revised_but_not_made_in_a_function():
    method = "    def __eq__(self, other):\n        return vars is other\n"
    assert HazardLint(FILE).hazards(method) == ("uses vars",)
    assert HazardLint(FILE).hazards("def f():\n  class A:\n" + method) == ("defines __eq__", "uses vars")


@pytest.mark.parametrize("comment", ["# -*- coding: utf-7 -*-", "\n\t# fileencoding=utf-7", "# A\r\n#coding=utf-7"])
def test_a_comment_that_changes_how_the_file_is_read(comment):
    lines = unit("return x\n")
    assert HazardLint(FILE).hazards(f"{comment}\n{lines}") == ("declares an encoding",)
    assert HazardLint(FILE).hazards(f"# Nothing.\n\n{comment}\n{lines}") == ()


@pytest.mark.parametrize(
    "source", ["def f(:\n    eval(1)\n", "def f():\n    eval('''\n", "", "def f(): '\0'; eval(1)\n"]
)
def test_what_does_not_parse_has_none(source):
    assert HazardLint(FILE).hazards(source) == ()


def test_what_is_too_deep_to_be_read_is_not_taken_for_harmless():
    deep, deeper = ".a" * 1000, ".a" * 20_000
    assert HazardLint(FILE).hazards(unit(f"eval(x{deeper})\n")) == ("is nested too deeply to be read",)
    assert "uses eval" in HazardLint(FILE).hazards(unit(f"eval(math{deep})\nhelper{deep} = 1\n"))


def test_a_file_that_does_not_parse_has_nothing():
    assert "imports ctypes, which the file did not" in HazardLint("import ctypes(\n").hazards(unit("import ctypes\n"))
