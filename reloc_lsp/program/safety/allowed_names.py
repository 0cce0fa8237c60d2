"""Builtin names that a model's code may use: those that only compute. Everything else is refused."""

from __future__ import annotations


def names(text: str) -> frozenset[str]:
    """The words of a table."""
    return frozenset(text.split())


BUILTINS = names("""
    abs aiter all anext any ascii bin bool bytearray bytes callable chr classmethod complex delattr dict divmod
    enumerate filter float format frozenset getattr hasattr hex id int isinstance issubclass iter len list map max
    memoryview min next object oct ord pow print property range repr reversed round set setattr slice sorted
    staticmethod str sum super tuple type zip
    Ellipsis False None NotImplemented True
    ArithmeticError AttributeError BlockingIOError BrokenPipeError BufferError BytesWarning ChildProcessError
    ConnectionAbortedError ConnectionError ConnectionRefusedError ConnectionResetError DeprecationWarning
    EOFError EncodingWarning EnvironmentError Exception ExceptionGroup FileExistsError FileNotFoundError
    FloatingPointError FutureWarning IOError ImportError ImportWarning IndentationError IndexError
    InterruptedError IsADirectoryError KeyError LookupError MemoryError ModuleNotFoundError NameError
    NotADirectoryError NotImplementedError OSError OverflowError PendingDeprecationWarning PermissionError
    ProcessLookupError PythonFinalizationError RecursionError ReferenceError ResourceWarning RuntimeError
    RuntimeWarning StopAsyncIteration StopIteration SyntaxError SyntaxWarning SystemError TabError TimeoutError
    TypeError UnboundLocalError UnicodeDecodeError UnicodeEncodeError UnicodeError UnicodeTranslateError
    UnicodeWarning UserWarning ValueError Warning WindowsError ZeroDivisionError
""")
"""Builtins that neither reach files, frames, the process or other code, nor differ from process to process (as `hash`
does). Some of them may be used in certain ways only: see `class_rules` and `attribute_rules`."""

CALLED_BUILTINS = names("delattr getattr setattr super")
"""Builtins that may only be called: as values they could be called by something that no rule looks at."""

ACCESSOR_BUILTINS = names("delattr getattr setattr")
"""Builtins that reach an attribute by its name."""

SHOWING_BUILTINS = names("ascii bool format isinstance issubclass len print repr str super")
"""Builtins that give back nothing of the objects that they are called with."""

PATTERN_CLASSES = names("bool bytearray bytes complex dict float frozenset int list object set str tuple")
"""Builtin classes that a pattern may name."""

DUNDER_ATTRIBUTES = names("__doc__ __module__ __name__ __qualname__")
"""Attributes with double underscores that are texts, so that they lead nowhere."""

SPECIAL_NAMES = names("""
    __abs__ __add__ __aenter__ __aexit__ __aiter__ __and__ __anext__ __annotations__ __args__ __await__ __base__
    __bases__ __bool__ __buffer__ __builtins__ __bytes__ __call__ __cause__ __ceil__ __class_getitem__
    __closure__ __code__ __complex__ __contains__ __context__ __copy__ __deepcopy__ __defaults__ __del__ __delattr__
    __delete__ __delitem__ __dict__ __dir__ __divmod__ __enter__ __eq__ __exit__ __float__ __floor__ __floordiv__
    __format__ __fspath__ __func__ __ge__ __get__ __getattr__ __getattribute__ __getitem__ __getnewargs__
    __getnewargs_ex__ __getstate__ __globals__ __gt__ __hash__ __iadd__ __iand__ __ifloordiv__ __ilshift__ __imatmul__
    __imod__ __import__ __imul__ __index__ __init_subclass__ __instancecheck__ __int__ __invert__ __ior__ __ipow__
    __irshift__ __isub__ __iter__ __itruediv__ __ixor__ __kwdefaults__ __le__ __len__ __length_hint__ __loader__
    __lshift__ __lt__ __match_args__ __matmul__ __missing__ __mod__ __mro__ __mro_entries__ __mul__ __ne__ __neg__
    __new__ __next__ __objclass__ __or__ __origin__ __pos__ __pow__ __prepare__ __radd__ __rand__ __rdivmod__
    __reduce__ __reduce_ex__ __release_buffer__ __repr__ __reversed__ __rfloordiv__ __rlshift__ __rmatmul__ __rmod__
    __rmul__ __ror__ __round__ __rpow__ __rrshift__ __rshift__ __rsub__ __rtruediv__ __rxor__ __self__ __set__
    __set_name__ __setattr__ __setitem__ __setstate__ __slots__ __spec__ __str__ __sub__ __subclasscheck__
    __subclasses__ __subclasshook__ __traceback__ __truediv__ __trunc__ __type_params__ __wrapped__ __xor__
""")
"""Names by which Python finds the methods of an object, or by which one object leads to another."""
