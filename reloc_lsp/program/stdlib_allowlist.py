"""Names with which Python code reaches around its caller, and names of the standard library with which it does not."""

from __future__ import annotations

import sys
from collections.abc import Mapping


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


SAFE_MODULES = _words("""
    __future__ abc array ast base64 binascii bisect calendar cmath codecs collections colorsys contextlib contextvars
    copy csv dataclasses datetime decimal difflib email.utils enum errno fnmatch fractions functools graphlib hashlib
    heapq hmac html io ipaddress itertools json keyword locale logging math ntpath numbers operator posixpath pprint
    queue random re reprlib secrets shlex stat statistics string stringprep struct textwrap time token tokenize
    tomllib types typing unicodedata urllib.parse uuid warnings weakref zlib zoneinfo
""")
"""Modules that compute; anyone may import them."""

SINGLE_PARTS: Mapping[str, frozenset[str]] = {
    # `sys.maxsize` is how many write infinity.
    "sys": _words("""
        byteorder exc_info float_info getdefaultencoding getsizeof hash_info implementation
        int_info intern maxsize maxunicode platform stderr stdin stdout version version_info
    """),
    "os": _words("""
        DirEntry PathLike R_OK W_OK X_OK F_OK access altsep cpu_count curdir error extsep fsdecode fsencode
        fspath get_terminal_size lstat linesep listdir makedirs mkdir name pardir path pathsep
        scandir sep stat stat_result strerror urandom walk
    """),
    "asyncio": _words("""
        ALL_COMPLETED BoundedSemaphore CancelledError Condition Event FIRST_COMPLETED FIRST_EXCEPTION Future
        InvalidStateError LifoQueue Lock PriorityQueue Queue QueueEmpty QueueFull Semaphore Task TaskGroup TimeoutError
        all_tasks as_completed create_task current_task ensure_future gather get_running_loop iscoroutine
        iscoroutinefunction isfuture run shield sleep timeout wait wait_for
    """),
    "argparse": _words("""
        Action ArgumentError ArgumentTypeError HelpFormatter Namespace ONE_OR_MORE OPTIONAL REMAINDER SUPPRESS
        ZERO_OR_MORE
    """),
    "email": _words("utils"),
    "inspect": _words("""
        BoundArguments Parameter Signature cleandoc getdoc isabstract isasyncgen isasyncgenfunction isawaitable
        isbuiltin isclass iscoroutine iscoroutinefunction isdatadescriptor isfunction isgenerator isgeneratorfunction
        ismethod ismethoddescriptor ismodule isroutine signature
    """),
    "threading": _words("Barrier BoundedSemaphore Condition Event Lock RLock Semaphore get_ident local"),
    "traceback": _words("format_exc format_exception format_exception_only print_exc print_exception"),
    "urllib": _words("error parse"),
}
"""Of every other module of the standard library only these parts may be used without the file using them already."""

POWERFUL_PARTS: Mapping[str, frozenset[str]] = {
    "codecs": _words("open register register_error unregister"),
    # Stacks of exits and `__exit__` swallow what ends a process; the others change what all code shares.
    "contextlib": _words("AsyncExitStack ExitStack chdir redirect_stderr redirect_stdout"),
    "dataclasses": _words("make_dataclass"),
    # They read and set attributes by names that they are given, or evaluate annotations.
    "functools": _words("singledispatch singledispatchmethod update_wrapper"),
    "io": _words("FileIO OpenWrapper open open_code"),
    "logging": _words(
        "FileHandler basicConfig config currentframe handlers setLogRecordFactory setLoggerClass shutdown"
    ),
    "string": _words("Formatter"),
    "time": _words("clock_settime clock_settime_ns tzset"),
    "tokenize": _words("open"),
    "types": _words("CellType CodeType FunctionType LambdaType new_class prepare_class"),
    "typing": _words("ForwardRef get_type_hints"),
    "uuid": _words("getnode uuid1"),
    # What it catches names the caller.
    "warnings": _words("catch_warnings"),
    "weakref": _words("finalize getweakrefs"),
}
"""Parts of safe modules that are not safe."""

GATEWAYS = _words("bltns builtins ctypes gc importlib os pytest subprocess sys unittest")
"""Modules that must not be reached as an attribute of anything: most modules hold some that they import."""

GRAPH_ATTRIBUTES = _words("""
    __base__ __bases__ __builtins__ __closure__ __code__ __defaults__ __dict__ __func__ __get__ __getattr__
    __getattribute__ __getstate__ __globals__ __import__ __kwdefaults__ __loader__ __mro__ __objclass__ __reduce__
    __reduce_ex__ __self__ __setstate__ __spec__ __subclasses__ __traceback__ __wrapped__ cell_contents mro
    with_traceback
    ag_await ag_code ag_frame co_code co_consts co_filename co_name co_names co_varnames cr_await cr_code cr_frame
    f_back f_builtins f_code f_generator f_globals f_lineno f_locals f_trace gi_code gi_frame gi_yieldfrom tb_frame
    tb_next
""")
"""They lead from an object to frames, code, the variables of modules or to every other object."""

TELLTALE_ATTRIBUTES = _words("""
    __file__ _current_frames _exit _getframe addaudithook currentframe exec_module fileno findCaller hardlink_to
    import_module load_module module_from_spec rmtree setprofile settrace symlink_to unlink write_bytes write_text
""")
"""Functions of modules and paths, so rarely the name of anything else that whose they are need not be known."""

DEFINED_METHODS = _words("""
    __bool__ __class__ __contains__ __del__ __delete__ __eq__ __exit__ __aexit__ __ge__ __getattr__ __getattribute__
    __gt__ __hash__ __init_subclass__ __instancecheck__ __le__ __lt__ __match_args__ __mro_entries__ __ne__
    __prepare__ __reduce__ __reduce_ex__ __set_name__ __subclasscheck__ __subclasshook__
""")
"""Methods that run unasked: their objects can be equal to everything, swallow what is raised or outlive the call."""

BUILTINS = _words("""
    __import__ breakpoint compile copyright credits eval exec exit globals help input license locals open quit vars
    BaseException BaseExceptionGroup GeneratorExit KeyboardInterrupt SystemExit
    _pytest hypothesis pytest unittest
""")
"""Names that run other code, reach files or variables, wait for a user, make or swallow the end of a process, or are
those of test tools."""

BY_NAME: Mapping[str, slice] = {
    "getattr": slice(1, 2),
    "setattr": slice(1, 2),
    "delattr": slice(1, 2),
    "operator.attrgetter": slice(0, None),
    "operator.methodcaller": slice(0, 1),
}
"""Functions that reach attributes by name, and which of their arguments are names."""

PLAIN_DUNDERS = _words("""
    __all__ __annotations__ __class__ __debug__ __doc__ __module__ __name__ __package__ __qualname__
    __version__
""")
"""Names between double underscores that are only read for what they say."""

PLAIN_PRIVATE = _words("_asdict _field_defaults _fields _make _replace")
"""Public in spite of their underscore: named tuples have them."""

PLAIN_DECORATORS = _words("""
    abstractmethod asynccontextmanager cache cached_property classmethod contextmanager dataclass deleter final getter
    lru_cache no_type_check overload override property runtime_checkable setter staticmethod total_ordering unique wraps
""")


def importable(module: str) -> bool:
    """Whether code that is not trusted may import `module`, of which only harmless parts may be used."""
    parts = module.split(".")
    return parts[0] == "sys" or any(".".join(parts[:count]) in SAFE_MODULES for count in (1, 2))


def powerful(path: str, part: str) -> bool:
    """Whether `part` of what stands at the dotted `path` reaches further than the standard library's harmless parts.

    Of other packages nothing is known.
    """
    root, last = path.partition(".")[0], path.rpartition(".")[2]
    if root not in sys.stdlib_module_names or part in SINGLE_PARTS.get(last, ()):
        return False
    if part.startswith("_") and not part.endswith("_") and part not in PLAIN_PRIVATE:
        return True
    closed = path == root and path not in SAFE_MODULES
    names_module = part in sys.stdlib_module_names and part not in SAFE_MODULES
    return closed or names_module or part in POWERFUL_PARTS.get(last, ())


def reaching(attribute: str) -> bool:
    """Whether an attribute of that name reaches far, whatever it is an attribute of."""
    return attribute in _REACHING or attribute.strip("_") in GATEWAYS


def may_begin_reaching(start: str) -> bool:
    """Whether a name that begins with `start` may be one of those."""
    return start[:1] in ("", "_") or any(name.startswith(start) for name in _REACHING | GATEWAYS)


_REACHING = GRAPH_ATTRIBUTES | TELLTALE_ATTRIBUTES
