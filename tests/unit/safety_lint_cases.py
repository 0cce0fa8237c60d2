"""Code with which a candidate could escape its caller, and the violation that the safety lint reports."""

from __future__ import annotations

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

# After "##": what the lines below do => the violation.
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
## place of the file => uses __file__
y = __file__
## place of a module's file => uses the attribute __file__
y = x.__file__
## environment => uses os.environ
y = os.environ
## folder => uses os.getcwd
y = os.getcwd()
## arguments of the process => uses sys.argv
import sys
y = sys.argv
## caller found by a logger => uses the attribute findCaller
x.findCaller()
## caller found by a warning => uses warnings.catch_warnings
import warnings
with warnings.catch_warnings(record=True) as y: x()
## part of sys => uses sys.modules
import sys
sys.modules["math"] = x
## file by number => uses io.FileIO
import io
io.FileIO(3)
## module as a value => uses the module os as a value
o = os
o.system(x)
## module given to what only seems to ask => uses the module os as a value
def hasattr(m, n): return m
hasattr(os, 1).system(x)
## module as a default => uses the module os as a value
def g(os=os): return os.system(x)
## module in a class => uses the module os as a value
class A:
    q = os
    os = 1
## module beside one of its name => uses the module os as a value
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
## getattr as a value => uses getattr as a value
map(getattr, x, y)
## attrgetter as a value => uses operator.attrgetter as a value
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
