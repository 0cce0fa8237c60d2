"""Code of a model that neither a list nor its file allows, and what the safety lint finds in it."""

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

# After "##": what the lines below do => the finding.
HOSTILE = """
## import => imports ctypes
import ctypes
## import of a part => imports http.client
import urllib.parse, http.client as client
## import from => imports socket.socket
from socket import socket
## import of a sibling => imports .tests.answers
from .tests import answers
## import of another package => imports numpy
import numpy as np
## import of a gateway => imports contextlib.sys
from contextlib import sys
## import of a part of a module => imports os.system
from os import system
## import of a powerful part => imports logging.config
import logging.config
## import under a name of the file => imports different things as math
import os as math
## import under one name => imports different things as m
import os as m
m.system(x)
import json as m
## import in a class => defines A.q
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
## module of anything => uses the attribute .sys
x.sys
## module of anything, private => uses the attribute ._os
x._os
## function of a module behind any name => uses the attribute ._getframe
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
## place of a module's file => uses x.__file__
y = x.__file__
## environment => uses os.environ
y = os.environ
## folder => uses os.getcwd
y = os.getcwd()
## arguments of the process => uses sys.argv
import sys
y = sys.argv
## caller found by a logger => uses the attribute .findCaller
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
## module as a value => uses os as a value
o = os
o.system(x)
## module given to what only seems to ask => uses os as a value
def hasattr(m, n): return m
hasattr(os, 1).system(x)
## module as a default => uses os as a value
def g(os=os): return os.system(x)
## module in a class => uses os as a value
class A:
    q = os
    os = 1
## module beside one of its name => uses os as a value
def g(os): return os
g(os)
## variables of a function => uses f.__globals__
f.__globals__
## frame => uses the attribute .gi_frame
x.gi_frame
## classes => uses ().__class__.__mro__
().__class__.__mro__[1]
## attribute by a pattern => uses the attribute .f_back
match x:
    case object(f_back=y): pass
## attribute by getattr => uses the attribute .mro
getattr(x, "mro")
## part of a module by getattr => uses os.fork
getattr(os, "fork", None)
## attribute by attrgetter => uses the attribute .mro
operator.attrgetter("a.mro")
## attribute in a template => uses .__globals__
"{0.__init__.__globals__[x]}".format(x)
## second attribute in a template => uses .__globals__
"{0.__dict__.__globals__}".format(x)
## attribute handed on in a string => has a text with __globals__
x.get("__globals__")
## attribute in bytes => has a text with __globals__
x = b"__globals__".decode()
## method in a dictionary => has a text with __eq__
x = {"__eq__": helper}
## computed name => computes the name in getattr(x, y)
getattr(x, y)
## computed name that begins like private ones => computes the name in getattr(x, '_o' + y)
getattr(x, "_o" + y)
## computed name that begins like that of a frame => computes the name in getattr(x, 'f_' + y)
getattr(x, "f_" + y)
## computed name without a beginning => computes the name in getattr(x, f'{y}')
getattr(x, f"{y}")
## computed name by a format => computes the name in getattr(x, '%s' % y)
getattr(x, "%s" % y)
## computed name that is empty => computes the name in getattr(x, f'')
getattr(x, f"")
## computed name to set => computes the name in setattr(x, y, 1)
setattr(x, y, 1)
## computed name to delete => computes the name in delattr(x, y)
delattr(x, y)
## computed path => computes a name of operator.attrgetter(f'visit_{x}')
operator.attrgetter(f"visit_{x}")
## computed method => computes a name of operator.methodcaller(x)
operator.methodcaller(x)
## unpacked name => computes the name in getattr(*x, 'size')
getattr(*x, "size")
## getattr as a value => uses getattr as a value
map(getattr, x, y)
## attrgetter as a value => uses operator.attrgetter as a value
map(operator.attrgetter, x)
## attributes copied by name => copies attributes by functools.wraps
import functools
functools.wraps(f, y)
## attributes copied by keyword => copies attributes by functools.wraps
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
## test tool by name => has a text with pytest
"pytest" in x
## environment of pytest => has a text with PYTEST_CURRENT_TEST
os.environ.get("PYTEST_CURRENT_TEST")
## memory of a process => has a text with /proc
y = f"/proc/{x}/mem"
## bare except => catches everything by a bare except
try: return x
except: return 0
## except BaseException => uses BaseException
try: return x
except (ValueError, BaseException): return 0
## raise SystemExit => uses SystemExit
raise SystemExit
## return from finally => leaves a finally block
try: return x
finally: return 0
## return from finally of a group => uses the syntax except*
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
## equality set later => sets A.__eq__
class A: pass
A.__eq__ = lambda *_: True
## equality by setattr => sets A.__eq__
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
## metaclass => makes the class A(x)
class A(metaclass=x): pass
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
## global => declares as global CONSTANTS
global CONSTANTS
CONSTANTS = {}
## decorator that is called => makes the class A
@math.floor(x)
class A: pass
## name that Python does not resolve => uses open
nonlocal z
open = 1
open(x)
## two callables of the class of classes => uses int.__class__ as a value
kind = int.__class__
kind("L", (int,), x)
## class of classes in a container => uses type(int) as a value
[type(int)][0]("L", (int,), x)
## class of classes by a generic alias => uses type as a value
type[int]("L", (int,), x)
## class of classes by a mapping => uses type as a value
map(type, ["L"], [(int,)], [x])
## class of classes by its own method => uses type.__new__
type.__new__(x, "L", (int,), y)
## named tuple => makes a class by collections.namedtuple
import collections
collections.namedtuple("P", "a")
## dataclass => imports dataclasses.dataclass
from dataclasses import dataclass
## enumeration => makes a class by enum.Enum
import enum
enum.Enum("L", x)
## abstract class => imports abc.ABCMeta
from abc import ABCMeta
## class with arithmetic => makes the class N(float)
class N(float):
    def __rsub__(self, other): return 0.0
## class with plain methods => makes the class S(list)
class S(list):
    def count(self, *_): return 1
## computed class pattern => matches with the class W
W = helper(x)
match x:
    case W(v): return v
## template put together => formats by template.format
template = "{0." + y
template.format(x)
## template that an argument holds => formats by y.format
y.format(x)
## template of an f-string => formats by f'{y}'.format
f"{y}".format(x)
## format as a value => formats by str.format
map(str.format, x)
## template of a mapping => formats by y.format_map
y.format_map(x)
## attribute in the format of a field => uses the attribute .secret
"{0:{1.secret}}".format(x, y)
## attribute behind an index => uses the attribute .secret
"{0[a].secret}".format(x)
## attribute that nobody has => uses the attribute .rglob
x.rglob("test_*.py")
## private attribute that nobody has => sets the attribute ._numerator
x._numerator = y
## state of the decimal module => uses decimal.getcontext
import decimal
decimal.getcontext()
## attribute of something that lasts => sets the attribute .prec
x.prec = 1
## attribute of the function itself => changes f.calls
f.calls = 1
## attribute of a class by an object => changes a class by x.__class__.size
x.__class__.size = 1
## variable of the file => changes CONSTANTS
CONSTANTS[x] = y
## variable of the file by a method => changes CONSTANTS
CONSTANTS.setdefault(x, []).append(y)
## variable of an imported class => changes OrderedDict.cache
OrderedDict.cache[x] = y
## clock => imports time
import time
## date of today => uses datetime.datetime.now
import datetime
datetime.datetime.now()
## log => imports logging
import logging
## warning => uses warnings.formatwarning
import warnings
warnings.formatwarning("", UserWarning, x, 1)
## time zone files => imports zoneinfo
import zoneinfo
## name of the process => imports email.utils.make_msgid
from email.utils import make_msgid
## context variables => imports contextvars
import contextvars
## weak reference => imports weakref
import weakref
## cache of regular expressions => uses re.purge
re.purge()
## output that can be read => uses sys.stdout as a value
import sys
helper(sys.stdout)
## existence of a file => uses os.path.exists
os.path.exists(x)
## module behind a name => uses os.path as a value
p = os.path
## random number in a file without it => uses random.SystemRandom
random.SystemRandom()
## hash seed => uses hash
hash("a")
## directory of names => uses dir
dir(x)
## unknown name => uses unheard_of
unheard_of(x)
## probe of the harness by another name => uses __debug__
y = __debug__
## AssertionError => catches AssertionError
try: x()
except AssertionError: pass
## AssertionError among others => catches AssertionError
try: x()
except (ValueError, AssertionError): pass
## suppressed AssertionError => catches AssertionError
import contextlib
with contextlib.suppress(AssertionError): x()
## AssertionError as a value => uses AssertionError
errors = [AssertionError]
## computed exceptions => catches what it computes as errors
errors = helper(x)
try: x()
except errors: pass
## exceptions of a call => catches what it computes as helper(x)
try: x()
except helper(x): pass
## raise in a finally block => leaves a finally block
try: x()
finally: raise ValueError
## loop left in a finally block => leaves a finally block
for a in y:
    try: x()
    finally: break
## text that is read as a path => may reach a file by x.replace(y)
x.replace(y)
## text that is read as a path, as a value => may reach a file by x.replace
map(x.replace, y)
## method of an argument => uses x.__setattr__
x.__setattr__("a", y)
## keyword => defines __index__
helper(__index__=y)
## function => defines __index__
def __index__(): pass
## async code in a file without it => uses the syntax await
async def g(): await x
## control character => holds the character U+001B
return "\x1b[2J"
## bidi control => holds the character U+202E
return "\u202e"
## line separator => holds the character U+2028
return "\u2028"
"""
