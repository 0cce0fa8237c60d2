"""Code that a candidate may add to a file without a violation."""

from __future__ import annotations

SAFE = """
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
return os.path.join(os.fspath(x), os.sep, os.curdir), re.compile(x)
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
return __name__, __doc__
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

# Before "--": code that the file has already. After it: the candidate.
FILE_HAS_IT = """
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

DENIED_PARTS = [
    "codecs.register", "concurrent.futures", "contextlib.ExitStack", "dataclasses.make_dataclass",
    "functools.update_wrapper", "io.open", "logging.FileHandler", "string.Formatter", "time.tzset", "tokenize.open",
    "types.FunctionType", "typing.get_type_hints", "uuid.getnode", "urllib.request", "weakref.finalize",
]  # fmt: skip
ALLOWED_PARTS = [
    "argparse.Namespace", "asyncio.gather", "inspect.signature", "os.listdir", "sys.version_info", "threading.Lock",
    "traceback.format_exc", "urllib.parse",
]  # fmt: skip
REAL_MODULES = [
    "collections",
    "contextlib",
    "csv",
    "enum",
    "heapq",
    "shlex",
    "statistics",
    "string",
    "xml.etree.ElementTree",
]
