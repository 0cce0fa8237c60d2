"""Allowlist of safe standard-library names, and denylists of names for introspection and side effects."""

from __future__ import annotations

import sys
from collections.abc import Mapping


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


SAFE_MODULES = _names("""
    __future__ abc array ast base64 binascii bisect calendar cmath codecs collections colorsys contextlib contextvars
    copy csv dataclasses datetime decimal difflib email.utils enum errno fnmatch fractions functools graphlib hashlib
    heapq hmac html io ipaddress itertools json keyword locale logging math ntpath numbers operator posixpath pprint
    queue random re reprlib secrets shlex stat statistics string stringprep struct textwrap time token tokenize
    tomllib types typing unicodedata urllib.parse uuid warnings weakref zlib zoneinfo
""")
"""Modules that only compute. Code written by a model may import them."""

ALLOWED_PARTS: Mapping[str, frozenset[str]] = {
    # `sys.maxsize` is often used for infinity.
    "sys": _names("""
        byteorder exc_info float_info getdefaultencoding getsizeof hash_info implementation
        int_info intern maxsize maxunicode platform stderr stdin stdout version version_info
    """),
    "os": _names("""
        DirEntry PathLike R_OK W_OK X_OK F_OK access altsep cpu_count curdir error extsep fsdecode fsencode
        fspath get_terminal_size lstat linesep listdir makedirs mkdir name pardir path pathsep
        scandir sep stat stat_result strerror urandom walk
    """),
    "asyncio": _names("""
        ALL_COMPLETED BoundedSemaphore CancelledError Condition Event FIRST_COMPLETED FIRST_EXCEPTION Future
        InvalidStateError LifoQueue Lock PriorityQueue Queue QueueEmpty QueueFull Semaphore Task TaskGroup TimeoutError
        all_tasks as_completed create_task current_task ensure_future gather get_running_loop iscoroutine
        iscoroutinefunction isfuture run shield sleep timeout wait wait_for
    """),
    "argparse": _names("""
        Action ArgumentError ArgumentTypeError HelpFormatter Namespace ONE_OR_MORE OPTIONAL REMAINDER SUPPRESS
        ZERO_OR_MORE
    """),
    "email": _names("utils"),
    "inspect": _names("""
        BoundArguments Parameter Signature cleandoc getdoc isabstract isasyncgen isasyncgenfunction isawaitable
        isbuiltin isclass iscoroutine iscoroutinefunction isdatadescriptor isfunction isgenerator isgeneratorfunction
        ismethod ismethoddescriptor ismodule isroutine signature
    """),
    "threading": _names("Barrier BoundedSemaphore Condition Event Lock RLock Semaphore get_ident local"),
    "traceback": _names("format_exc format_exception format_exception_only print_exc print_exception"),
    "urllib": _names("error parse"),
}
"""The only parts of other standard-library modules that a candidate may add to a file."""

DENIED_PARTS: Mapping[str, frozenset[str]] = {
    "codecs": _names("open register register_error unregister"),
    # Exit stacks can swallow the exception that ends a process; the others change state that all code shares.
    "contextlib": _names("AsyncExitStack ExitStack chdir redirect_stderr redirect_stdout"),
    "dataclasses": _names("make_dataclass"),
    # They read and set attributes by name, or evaluate annotations.
    "functools": _names("singledispatch singledispatchmethod update_wrapper"),
    "io": _names("FileIO OpenWrapper open open_code"),
    "logging": _names(
        "FileHandler basicConfig config currentframe handlers setLogRecordFactory setLoggerClass shutdown"
    ),
    "string": _names("Formatter"),
    "time": _names("clock_settime clock_settime_ns tzset"),
    "tokenize": _names("open"),
    "types": _names("CellType CodeType FunctionType LambdaType new_class prepare_class"),
    "typing": _names("ForwardRef get_type_hints"),
    "uuid": _names("getnode uuid1"),
    # The warnings that it records name the caller.
    "warnings": _names("catch_warnings"),
    "weakref": _names("finalize getweakrefs"),
}
"""Parts of the safe modules that are not safe."""

DENIED_MODULES = _names("bltns builtins ctypes gc importlib os pytest subprocess sys unittest")
"""Modules that must not be used as an attribute of anything: modules have those that they import as attributes."""

INTROSPECTION_ATTRIBUTES = _names("""
    __base__ __bases__ __builtins__ __closure__ __code__ __defaults__ __dict__ __func__ __get__ __getattr__
    __getattribute__ __getstate__ __globals__ __import__ __kwdefaults__ __loader__ __mro__ __objclass__ __reduce__
    __reduce_ex__ __self__ __setstate__ __spec__ __subclasses__ __traceback__ __wrapped__ cell_contents mro
    with_traceback
    ag_await ag_code ag_frame co_code co_consts co_filename co_name co_names co_varnames cr_await cr_code cr_frame
    f_back f_builtins f_code f_generator f_globals f_lineno f_locals f_trace gi_code gi_frame gi_yieldfrom tb_frame
    tb_next
""")
"""Attributes that lead from an object to frames, code, the variables of modules or all other objects."""

SIDE_EFFECT_ATTRIBUTES = _names("""
    __file__ _current_frames _exit _getframe addaudithook currentframe exec_module fileno findCaller hardlink_to
    import_module load_module module_from_spec rmtree setprofile settrace symlink_to unlink write_bytes write_text
""")
"""Functions with side effects. Other objects rarely use these names, so they are denied on any object."""

IMPLICIT_METHODS = _names("""
    __bool__ __class__ __contains__ __del__ __delete__ __eq__ __exit__ __aexit__ __ge__ __getattr__ __getattribute__
    __gt__ __hash__ __init_subclass__ __instancecheck__ __le__ __lt__ __match_args__ __mro_entries__ __ne__
    __prepare__ __reduce__ __reduce_ex__ __set_name__ __subclasscheck__ __subclasshook__
""")
"""Methods that Python calls implicitly: they can equal everything, swallow exceptions or run after the call."""

DENIED_BUILTINS = _names("""
    __import__ breakpoint compile copyright credits eval exec exit globals help input license locals open quit vars
    BaseException BaseExceptionGroup GeneratorExit KeyboardInterrupt SystemExit
    _pytest hypothesis pytest unittest
""")
"""Builtins that run other code, reach files or variables, wait for a user, or raise or catch the end of a process;
and the names of test tools."""

ATTRIBUTE_ACCESSORS: Mapping[str, slice] = {
    "getattr": slice(1, 2),
    "setattr": slice(1, 2),
    "delattr": slice(1, 2),
    "operator.attrgetter": slice(0, None),
    "operator.methodcaller": slice(0, 1),
}
"""Functions that access attributes by name, and which of their arguments are names."""

SAFE_DUNDERS = _names("""
    __all__ __annotations__ __class__ __debug__ __doc__ __module__ __name__ __package__ __qualname__
    __version__
""")
"""Names with double underscores that are harmless to read."""

SAFE_PRIVATE_NAMES = _names("_asdict _field_defaults _fields _make _replace")
"""Names with one underscore that are public: those of named tuples."""

SAFE_DECORATORS = _names("""
    abstractmethod asynccontextmanager cache cached_property classmethod contextmanager dataclass deleter final getter
    lru_cache no_type_check overload override property runtime_checkable setter staticmethod total_ordering unique wraps
""")
"""Decorators that a candidate may use, by the last part of their name."""


def is_importable(module: str) -> bool:
    """Whether untrusted code may import `module`. Which of its parts it may use is another question."""
    parts = module.split(".")
    return parts[0] == "sys" or any(".".join(parts[:count]) in SAFE_MODULES for count in (1, 2))


def is_denied_part(path: str, part: str) -> bool:
    """Whether `part` of the standard-library object at the dotted `path` is not on the allowlist.

    False for other packages, about which nothing is known.
    """
    root, last = path.partition(".")[0], path.rpartition(".")[2]
    if root not in sys.stdlib_module_names or part in ALLOWED_PARTS.get(last, ()):
        return False
    if part.startswith("_") and not part.endswith("_") and part not in SAFE_PRIVATE_NAMES:
        return True
    restricted = path == root and path not in SAFE_MODULES
    names_module = part in sys.stdlib_module_names and part not in SAFE_MODULES
    return restricted or names_module or part in DENIED_PARTS.get(last, ())


def is_denied_attribute(attribute: str) -> bool:
    """Whether an attribute of that name is denied on any object."""
    return attribute in _DENIED_ATTRIBUTES or attribute.strip("_") in DENIED_MODULES


def may_begin_denied_attribute(start: str) -> bool:
    """Whether a name that begins with `start` may be that of a denied attribute."""
    return start[:1] in ("", "_") or any(name.startswith(start) for name in _DENIED_ATTRIBUTES | DENIED_MODULES)


_DENIED_ATTRIBUTES = INTROSPECTION_ATTRIBUTES | SIDE_EFFECT_ATTRIBUTES
