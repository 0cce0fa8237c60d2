"""Code of a model with names that neither a list nor its file allows: imports, parts of modules, attributes."""

from __future__ import annotations

# After "##": what the lines below do => the finding.
NAMES = """
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
## class of what may be a class => uses x.__class__ as a value
x.__class__(y)
## class of what may be a class, by type => uses type(x) as a value
type(x)(y)
## class of a name that is bound again => uses x.__class__ as a value
kept = [y]
match int:
    case kept: x.__class__(kept)
## class of a name that is bound in another way => uses x.__class__ as a value
if y: kept = []
else: kept = int
x.__class__(kept)
## class with keywords => uses x.__class__ as a value
x.__class__([], file=y)
## template that is bound by a pattern => formats by template.format
template = "{}"
match y:
    case template: template.format(x)
## class by getattr => uses the attribute .__class__ by getattr
getattr(x, "__class__")("A", (int,), {})
## template's method by getattr => uses the attribute .format by getattr
getattr("{0.gi" + "_frame}", "format")(x)
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
## except BaseException => uses BaseException
try: return x
except (ValueError, BaseException): return 0
## raise SystemExit => uses SystemExit
raise SystemExit
## return from finally of a group => uses the syntax except*
try: pass
except* OSError: pass
finally:
    if y: return 0
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
## dataclass => imports dataclasses.dataclass
from dataclasses import dataclass
## abstract class => imports abc.ABCMeta
from abc import ABCMeta
## attribute in the format of a field => uses the attribute .secret
"{0:{1.secret}}".format(x, y)
## attribute behind an index => uses the attribute .secret
"{0[a].secret}".format(x)
## attribute that nobody has => uses the attribute .rglob
x.rglob("test_*.py")
## state of the decimal module => uses decimal.getcontext
import decimal
decimal.getcontext()
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
## AssertionError as a value => uses AssertionError
errors = [AssertionError]
## method of an argument => uses x.__setattr__
x.__setattr__("a", y)
## async code in a file without it => uses the syntax await
async def g(): await x
"""
