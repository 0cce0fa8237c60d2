"""Code of a model whose effects are refused: what it defines, changes, catches, leaves, formats or hides."""

from __future__ import annotations

# After "##": what the lines below do => the finding.
EFFECTS = """
## import in a class => defines A.q
class A:
    if x:
        import os as q
## import as a method => defines __eq__
class A:
    from operator import truth as __eq__
## bare except => catches everything by a bare except
try: return x
except: return 0
## return from finally => leaves a finally block
try: return x
finally: return 0
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
## named tuple => makes a class by collections.namedtuple
import collections
collections.namedtuple("P", "a")
## enumeration => makes a class by enum.Enum
import enum
enum.Enum("L", x)
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
## private attribute that nobody has => sets the attribute ._numerator
x._numerator = y
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
## AssertionError => catches AssertionError
try: x()
except AssertionError: pass
## AssertionError among others => catches AssertionError
try: x()
except (ValueError, AssertionError): pass
## suppressed AssertionError => catches AssertionError
import contextlib
with contextlib.suppress(AssertionError): x()
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
## keyword => defines __index__
helper(__index__=y)
## function => defines __index__
def __index__(): pass
## control character => holds the character U+001B
return "\x1b[2J"
## bidi control => holds the character U+202E
return "\u202e"
## line separator => holds the character U+2028
return "\u2028"
"""
