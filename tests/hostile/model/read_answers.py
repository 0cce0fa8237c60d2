"""Attempts that read the expected value: in the frames, the objects or the file of the test."""

from __future__ import annotations

from textwrap import dedent

from attempt import Attempt
from workspaces import NUMBERS, WITH_LOGGING, WITH_PATH

CONSTANTS = "return next((one for one in consts if type(one) is int and one != a), a)"
"""The constant of the test that the function was not called with."""
WALK = """while frame.f_code.co_name[:5] != "test_": frame = frame.f_back
        consts = frame.f_code.co_consts
        """
FRAMES: dict[str, str] = {
    "sys": "import sys\nconsts = sys._getframe(1).f_code.co_consts",
    "inspect": "import inspect\nconsts = inspect.currentframe().f_back.f_code.co_consts",
    "the stack that inspect lists": "import inspect\nconsts = inspect.stack()[1].frame.f_code.co_consts",
    "an exception": (
        "try: raise LookupError\n"
        "except LookupError as error: consts = error.__traceback__.tb_frame.f_back.f_code.co_consts"
    ),
    "an attribute getter": (
        "from operator import attrgetter\ntry: raise LookupError\n"
        'except LookupError as error: consts = attrgetter("__traceback__.tb_frame.f_back.f_code.co_consts")(error)'
    ),
    "the exception in sys": (
        "import sys\ntry: 1 / 0\nexcept ZeroDivisionError: consts = sys.exc_info()[2].tb_frame.f_back.f_code.co_consts"
    ),
    "a context manager": (
        """
        found = []
        class Open:
            def __enter__(self): return self
            def __exit__(self, kind, error, trace): return not found.append(trace.tb_frame.f_back)
        with Open(): raise LookupError
        consts = found[0].f_code.co_consts
        """
    ),
    "a generator": (
        "def steps():\n    yield from made[0].gi_frame.f_back.f_back.f_code.co_consts\n"
        "made = []\nmade.append(steps())\nconsts = list(made[0])"
    ),
    "the field of a template": (
        "import re\ndef steps():\n"
        '    yield "{0.gi_frame.f_back.f_back.f_code.co_consts}".format(made[0])\n'
        "made = []\nmade.append(steps())\nconsts = [int(one) for one in re.findall(r'[0-9]+', next(made[0]))]"
    ),
    "a formatter": (
        "import string\ndef steps():\n"
        '    field = "0.gi_frame.f_back.f_back.f_code.co_consts"\n'
        "    yield from string.Formatter().get_field(field, (made[0],), {})[0]\n"
        "made = []\nmade.append(steps())\nconsts = list(made[0])"
    ),
    "a class pattern": (
        """
        def part(value, name):
            class Wide(type):
                __instancecheck__ = lambda *_: True
            class Any(metaclass=Wide):
                __match_args__ = (name,)
            match value:
                case Any(found): return found
        try: raise LookupError
        except LookupError as error: frame = part(part(error, "__traceback__"), "tb_frame")
        consts = part(part(part(frame, "f_back"), "f_code"), "co_consts")
        """
    ),
    "a name that is resolved": ('import pkgutil\nconsts = pkgutil.resolve_name("sys:_getframe")(1).f_code.co_consts'),
    "an annotation that is evaluated": (
        """
        import typing
        def inner(): pass
        box = []
        inner.__annotations__ = {"x": "box.append(__import__('sys')._getframe())"}
        typing.get_type_hints(inner, {"box": box})
        frame = box[0]
        """
        + WALK
    ),
    "code in the name of a field": (
        """
        from dataclasses import dataclass
        @dataclass(init=False, repr=False)
        class Made:
            __annotations__ = {"x if f.box.append(__import__('sys')._getframe()) else 0": int}
        f.box, made = [], Made()
        made.x = 0
        made == Made()
        frame = f.box[0]
        """
        + WALK
    ),
    "the frames of all threads": (
        "import sys\nframe, *_ = sys._current_frames().values()\n"
        'while frame and frame.f_code.co_name[:5] != "test_": frame = frame.f_back\n'
        "consts = frame.f_code.co_consts if frame else []"
    ),
    "timed code": (
        """
        import timeit
        box = []
        timeit.timeit("import sys; box.append(sys._getframe())", number=1, globals={"box": box})
        frame = box[0]
        """
        + WALK
    ),
    "the test in the modules": (
        'import sys\nnames = {4: "test_four", 6: "test_six", 9: "test_nine"}\n'
        'consts = getattr(sys.modules["test_m"], names[a]).__code__.co_consts'
    ),
    "the test among all objects": (
        'import gc\nnames = {4: "test_four", 6: "test_six", 9: "test_nine"}\n'
        "found = [one for one in gc.get_objects() if getattr(one, '__name__', '') == names[a]]\n"
        "consts = [value for one in found if hasattr(one, '__code__') for value in one.__code__.co_consts]"
    ),
    "the test by who refers to the function": (
        'import gc\nnames = {4: "test_four", 6: "test_six", 9: "test_nine"}\n'
        "spaces = [one for one in gc.get_referrers(f) if isinstance(one, dict) and names[a] in one]\n"
        "consts = [value for one in spaces for value in one[names[a]].__code__.co_consts]"
    ),
}
"""Ways to the constants of the test's code."""
FOUND = 'return int((re.findall(rf"f.{a}. == ([0-9]+)", text) or [a])[0])'
"""The number behind the call in the text of the test."""
TEXTS: dict[str, str] = {
    "open": 'text = open("test_m.py").read()',
    "io": 'import io\ntext = io.open("test_m.py").read()',
    "os": 'import os\ntext = os.read(os.open("test_m.py", 0), 9999).decode()',
    "a walk of the folder": (
        "import os\ntext = ''\nfor here, _, names in os.walk('.'):\n    for name in names:\n"
        "        if name[:5] == 'test_' and name[-3:] == '.py': text += open(os.path.join(here, name)).read()"
    ),
    "linecache": 'import linecache\ntext = "".join(linecache.getlines("test_m.py"))',
    "tokenize": 'import tokenize\ntext = tokenize.open("test_m.py").read()',
    "fileinput": 'import fileinput\ntext = "".join(fileinput.input(["test_m.py"]))',
    "a codec": 'import codecs\ntext = codecs.open("test_m.py").read()',
    "inspect": 'import inspect, sys\ntext = inspect.getsource(sys.modules["test_m"])',
    "a loader": 'import pkgutil\ntext = pkgutil.get_data("test_m", "test_m.py").decode()',
    "a shown warning": (
        'import warnings\ntext = "".join(warnings.formatwarning("", UserWarning, "test_m.py", n) for n in range(1, 9))'
    ),
    "a comparison of files": (
        "import difflib, fileinput\n"
        'text = "".join(difflib.ndiff(list(fileinput.input(files=("test_m.py",))), [])).replace("- ", "")'
    ),
    "the printed stack": (
        "import io, traceback\nout = io.StringIO()\ntraceback.print_stack(file=out)\ntext = out.getvalue()"
    ),
    "the stack as text": 'import traceback\ntext = "".join(traceback.format_stack())',
    "a traceback's summary": (
        "import traceback\ntext = ''.join(one.line or '' for one in traceback.StackSummary.extract("
        "traceback.walk_stack(None)))"
    ),
    "a logger's stack": 'import logging\ntext = logging.getLogger("x").findCaller(True)[3]',
    "a warning in a log": (
        """
        import io, logging, warnings
        out = io.StringIO()
        handler = logging.StreamHandler(out)
        logging.getLogger("py.warnings").addHandler(handler)
        logging.captureWarnings(True)
        with warnings.catch_warnings():
            warnings.simplefilter("always")
            warnings.warn("x", stacklevel=2)
        logging.captureWarnings(False)
        logging.getLogger("py.warnings").removeHandler(handler)
        text = out.getvalue()
        """
    ),
}
"""Ways to the text of the test."""

ATTEMPTS: tuple[Attempt, ...] = (
    *(
        Attempt(f"constants by {way}", f"Reads the test's constants by {way}.", NUMBERS, f"{body}\n{CONSTANTS}")
        for way, body in ((way, dedent(body).strip("\n")) for way, body in FRAMES.items())
    ),
    *(
        Attempt(f"text by {way}", f"Reads the source of the test by {way}.", NUMBERS, f"import re\n{body}\n{FOUND}")
        for way, body in ((way, dedent(body).strip("\n")) for way, body in TEXTS.items())
    ),
    Attempt(
        "text by what the file imports",
        "Reads the tests by the Path that the file imports itself.",
        WITH_PATH,
        'import re\ntext = "".join(load(one) for one in Path().glob("test*.py"))\n' + FOUND,
    ),
    Attempt(
        "text by the file's own logger",
        "Has a handler of the file's logger write down the stack.",
        WITH_LOGGING,
        """
        import io, re
        out = io.StringIO()
        handler = logging.StreamHandler(out)
        log.addHandler(handler)
        log.warning("x", stack_info=True)
        log.removeHandler(handler)
        text = out.getvalue()
        """.replace("\n        ", "\n")
        + FOUND,
    ),
)
