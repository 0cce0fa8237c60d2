"""Code that a model may add to a file."""

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
    for a in y:
        if a: break
## a failed assertion
if x: raise AssertionError("no")
raise AssertionError
## exceptions of modules
import json, re
try: return json.loads(x)
except json.JSONDecodeError: return re.error
## types
return isinstance(x, (int, type(None))) and type(x) is type(y) and issubclass(type(x), Box)
## names of types
return type(x).__name__ + x.__class__.__name__ + f"{type(x)}" + "%s %s" % (type(x), y) + helper.__qualname__
## another object of a class
kept = [a for a in x]
return x.__class__(kept), type(x)(sorted(y)), x.__class__(), type(y)(a for a in x)
## the classes of constants
return [type(None), type(...)]
## a table of types
return {int: 1, str: 2}[type(x)] or CONSTANTS.get(type(y))
## annotations
a: type[int] = x
def g(b: type) -> "type | None": return b
## attributes by name
return getattr(x, "name", None) or getattr(Box, "size") or getattr(x, f"siz{y}")
## what a module or an object has
return hasattr(math, "isqrt") and getattr(math, "isqrt")(x) or hasattr(x, "__eq__") or hasattr(x, y)
## imports
import json, functools, itertools as it, urllib.parse
from datetime import datetime, time
from collections import abc, Counter
return json.dumps(it.chain(x)), urllib.parse.quote(y), datetime.strptime(x, y).time(), functools.reduce(max, x)
## infinity
import sys
from sys import maxsize
return min(x, sys.maxsize, math.inf, maxsize)
## output
import sys
print(x, file=sys.stderr)
sys.stdout.write(x)
## a class that only the test knows
return isinstance(x, y.Shape)
## paths
return os.path.join(os.fspath(x), os.sep, os.curdir), re.compile(x)
## random numbers in a file that draws them
return random.choice(x)
## constants of modules
return os.O_RDONLY, toolz.DEFAULT
## attributes and items of objects
x.size = 1
x[y] = 2
del x.size
helper(x).size = 1
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
## variables called like a function and a class
for helper in x: helper.size = 1
Box = x
del Box.size
## records
return x._replace(a=3)._asdict(), OrderedDict.fromkeys(x), re.Match.group
## templates
template = "{} of {0.size} {a[0].size:{y}}"
return template.format(x, a=y), ("{}" + "{}").format, "{0.__class__.__name__}".format(x)
## texts
return "processed/procedures a__eq__b __prompt__ __init__.py", "f_score", "/dev/null", "über"
## a docstring
"__dict__"
return x.__doc__
## patterns
match x:
    case Box(size=y): return y
    case int(z) | str(z): return z
    case {"a": z, **rest}: return z
    case [a, *b] as c: return a
    case _: return None
## contexts
import contextlib
with contextlib.suppress(KeyError): return x[y]
## changes of texts and dates
return x.replace(y, "") + x.replace(hour=1), x.copy(), x.group()
## generators
yield from (a for a in x)
b = yield y
## walrus and nonlocal
def g():
    nonlocal y
    y = 1
if (a := len(x)) > 3: return a
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
from .a import b
## part of a module
os.fork()
--
return os.fork()
## module as a value
todo = [os]
--
return os
## another function of the same power
os.path.isdir("a")
--
return os.path.exists(x)
## the environment by another name
os.environ["A"]
--
return os.getenv(x)
## attribute
x = helper.__globals__
--
return helper.__globals__
## attribute of anything
helper.unlink()
--
return y.unlink()
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
return getattr(helper, CONSTANTS)
## beginning of a name
def visit_int(): pass
--
return getattr(x, "visit_" + y)
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
## change of a variable
def g(): CONSTANTS["a"] = 1
--
CONSTANTS[x] = y
## text
PLACE = "/proc/stat"
--
return "/proc/meminfo"
## class in a function
def g():
    class A:
        def __eq__(self, other): return 1
--
class A:
    def __eq__(self, other): return 2
## template
TEMPLATE = "{} {}"
--
return TEMPLATE.format(x, y)
## template of a variable
def g(template): return template.format(1)
--
template = x
return template.format(y)
## async code
async def g(): await helper(1)
--
async def h(): await x
## bidi control
MARK = "\u202e"
--
return "\u202e"
"""

REFUSED_PARTS = [
    "codecs.register", "concurrent.futures", "contextlib.ExitStack",
    "functools.update_wrapper", "io.open", "logging.FileHandler", "string.Formatter", "time.tzset", "tokenize.open",
    "types.FunctionType", "typing.get_type_hints", "uuid.getnode", "urllib.request", "weakref.finalize", "os.listdir",
    "sys.stdin", "threading.Lock", "inspect.stack", "decimal.setcontext", "calendar.setfirstweekday",
    "json.JSONEncoder", "operator.call", "pathlib.Path", "random.random", "itertools.no_such_function",
]  # fmt: skip
ALLOWED_PARTS = [
    "ast.literal_eval", "collections.deque", "inspect.isclass", "os.path.join", "pathlib.PurePath", "sys.version_info",
    "urllib.parse.quote", "collections.abc.Mapping",
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
