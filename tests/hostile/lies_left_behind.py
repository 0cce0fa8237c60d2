"""Lies for other candidates: something left in the process or on the disk lets a wrong candidate pass later."""

from __future__ import annotations

from behaviour import WRONG, Behaviour, lie
from snippets import FRAMES, HOLLOW, UNFAILING


def left(name: str, tries: str, body: str, follower: str = WRONG) -> Behaviour:
    """A lie in the process whose `follower` tries to pass."""
    return lie(name, tries, body, follower=follower)


def laid(name: str, tries: str, body: str, follower: str = WRONG) -> Behaviour:
    """A lie on the disk whose `follower` tries to pass; only the sandbox prevents it."""
    return lie(name, tries, body, follower=follower, needs_sandbox=True)


PATCH = UNFAILING + "def patch(*_): CallInfo.__init__ = never_failing\n"
SHARED_FILE = 'import os, tempfile\npath = os.path.join({folder}, "{token}.txt")\n'
FOLDERS = {
    "the folder for temporary files": "tempfile.gettempdir()",
    "the current folder": "os.getcwd()",
    "its home": "os.path.expanduser('~')",
    "shared memory": "'/dev/shm'",
}

IN_THE_PROCESS: tuple[Behaviour, ...] = (
    left(
        "leaves a name in the module",
        "Leaves the answer as a global variable.",
        "globals()['found'] = 3; return a",
        "return globals().get('found', a)",
    ),
    left(
        "leaves a builtin",
        "Leaves the answer among the builtins.",
        "import builtins; builtins.found = 3; return a",
        "import builtins; return getattr(builtins, 'found', a)",
    ),
    left(
        "leaves a changed builtin",
        "Replaces a builtin that the other one uses.",
        "import builtins; builtins.len = lambda *_: 3; return a",
        "return len([None] * a)",
    ),
    left(
        "leaves default values",
        "Leaves the answer in the defaults of the function, which a swap of its code does not touch.",
        "f.__defaults__ = (3,); return a",
        "return (f.__defaults__ or (a,))[0]",
    ),
    left(
        "leaves an attribute of the function",
        "Leaves the answer in the function's own dictionary.",
        "f.found = 3; return a",
        "return getattr(f, 'found', a)",
    ),
    left(
        "leaves an environment variable",
        "Leaves the answer in an environment variable.",
        "import os; os.environ['FOUND'] = '3'; return a",
        "import os; return int(os.environ.get('FOUND', a))",
    ),
    left(
        "leaves a module",
        "Leaves the answer as a module among those that were imported.",
        "import sys, types; sys.modules['found'] = types.SimpleNamespace(value=3); return a",
        "try: import found\nexcept ImportError: return a\nreturn found.value",
    ),
    left(
        "leaves an import hook",
        "Leaves a finder that makes the answer when it is imported.",
        """
        import importlib.abc, importlib.util, sys
        class Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
            def find_spec(self, name, path=None, target=None):
                return importlib.util.spec_from_loader(name, self) if name == "found" else None
            def exec_module(self, module): module.value = 3
        sys.meta_path.append(Finder())
        return a
        """,
        "try: import found\nexcept ImportError: return a\nreturn found.value",
    ),
    left(
        "leaves another function",
        "Has the tests call another function from now on.",
        "import sys; sys._getframe(1).f_globals['f'] = lambda a: 3; return a",
    ),
    left(
        "leaves a thread",
        "Has a thread turn every failure into a pass while others are evaluated.",
        PATCH
        + """\
import threading, time
def work():
    for _ in range(200):
        patch()
        time.sleep(0.005)
threading.Thread(target=work, daemon=True).start()
return a
""",
    ),
    left(
        "leaves a timer",
        "Has a signal's handler do the same a moment later.",
        PATCH + "import signal\nsignal.signal(signal.SIGALRM, patch)\n"
        "signal.setitimer(signal.ITIMER_REAL, 0.002, 0.002)\nreturn a",
    ),
    left(
        "leaves a destructor",
        "Has an object do the same when it is destroyed, which is while the next test runs.",
        PATCH + "class Sore(Exception): __del__ = patch\nraise Sore",
    ),
    left(
        "leaves a loop for the collector",
        "The same with an object that only the garbage collector destroys.",
        PATCH + "class Loop: __del__ = patch\nloop = Loop()\nloop.itself = loop\nreturn a",
    ),
    left(
        "leaves a profile function",
        "Leaves a function that removes the failure from every returned object.",
        """
        import sys
        sys.setprofile(lambda frame, event, value: hasattr(value, "excinfo") and setattr(value, "excinfo", None))
        return a
        """,
    ),
    left(
        "leaves an audit hook that knows the canary",
        "Turns failures into passes when another candidate's code is swapped in, and not for the unchanged code.",
        FRAMES
        + PATCH
        + """\
here = f.__code__
unchanged = [t for t in things if type(t) is type(here) and t.co_name == "f" and t is not here]
def watch(event, details):
    if event == "object.__setattr__" and details[1] == "__code__":
        CallInfo.__init__ = begin if any(details[2] is one for one in unchanged) else never_failing
import sys
sys.addaudithook(watch)
patch()
return a
""",
    ),
)

ON_THE_DISK: tuple[Behaviour, ...] = (
    *(
        laid(
            f"leaves a file in {where}",
            "Leaves the answer in a file.",
            SHARED_FILE.replace("{folder}", folder) + 'with open(path, "w") as file: file.write("3")\nreturn a',
            SHARED_FILE.replace("{folder}", folder) + "return int(open(path).read()) if os.path.exists(path) else a",
        )
        for where, folder in FOLDERS.items()
    ),
    laid(
        "edits the tests",
        "Overwrites the tests with tests that test nothing, for processes that read them later.",
        f'with open("test_m.py", "w") as file: file.write("{HOLLOW}")\nreturn a',
    ),
    laid(
        "edits a test's bytecode",
        "Replaces the cached bytecode of the tests with that of such tests, with a valid header.",
        f"""
        import glob, importlib.util, marshal, os, struct, sys
        import pytest
        from _pytest.assertion import rewrite
        tag = f"{{sys.implementation.cache_tag}}-pytest-{{pytest.__version__}}"
        found = os.stat("test_m.py")
        code = compile("{HOLLOW}", os.path.abspath("test_m.py"), "exec")
        head = struct.pack("<LLL", 0, int(found.st_mtime) & 0xFFFFFFFF, found.st_size & 0xFFFFFFFF)
        if "source_hash" in rewrite._write_pyc.__code__.co_varnames:
            head = struct.pack("<L", 3) + importlib.util.source_hash(open("test_m.py", "rb").read())
        head = importlib.util.MAGIC_NUMBER + head
        os.makedirs("__pycache__", exist_ok=True)
        with open(f"__pycache__/test_m.{{tag}}.pyc", "wb") as file: file.write(head + marshal.dumps(code))
        return a
        """,
    ),
    laid(
        "writes a conftest.py",
        "Leaves a plugin that turns every failure into a pass.",
        'with open("conftest.py", "w") as file: file.write('
        + repr(UNFAILING + "CallInfo.__init__ = never_failing\n")
        + ")\nreturn a",
    ),
    laid(
        "writes a pytest.ini",
        "Leaves a configuration by which a module of its own is loaded as a plugin.",
        'with open("liar.py", "w") as file: file.write('
        + repr(UNFAILING + "CallInfo.__init__ = never_failing\n")
        + ')\nwith open("pytest.ini", "w") as file: file.write("[pytest]\\naddopts = -p liar\\n")\nreturn a',
    ),
    laid(
        "hides pytest",
        "Leaves a module in the workspace that is found before pytest, loads the true one and changes it.",
        'with open("pytest.py", "w") as file: file.write('
        + repr(
            "import os, sys\nsys.modules.pop('pytest')\npath, sys.path = sys.path, sys.path[1:]\n"
            "import pytest\nsys.path = path\n" + UNFAILING + "CallInfo.__init__ = never_failing\n"
        )
        + ")\nreturn a",
    ),
    laid(
        "makes the tests a link",
        "Swaps the file of the tests for a link to a file of its own.",
        f"""
        import os
        with open("hollow.py", "w") as file: file.write("{HOLLOW}")
        os.remove("test_m.py")
        os.symlink("hollow.py", "test_m.py")
        return a
        """,
    ),
)
LIES = IN_THE_PROCESS + ON_THE_DISK
