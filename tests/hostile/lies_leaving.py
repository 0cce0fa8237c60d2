"""Lies by ending: the process, the session or the test ends in a way that may look like success."""

from __future__ import annotations

from behaviour import Behaviour, lie
from snippets import FRAMES

LIES: tuple[Behaviour, ...] = (
    lie("exits with status 0", "Ends the process with the status of success.", "import os; os._exit(0)"),
    lie("raises SystemExit", "Ends the interpreter with the status of success.", "import sys; sys.exit(0)"),
    lie("interrupts", "Acts like a user who interrupts the session.", "raise KeyboardInterrupt"),
    lie("ends pytest", "Asks pytest to stop with status 0.", "import pytest; pytest.exit('done', returncode=0)"),
    lie("skips", "Has the tests skipped.", "import pytest; pytest.skip()"),
    lie(
        "skips the module",
        "Has all tests of the module skipped.",
        "import pytest; pytest.skip(allow_module_level=True)",
    ),
    lie("expects to fail", "Has the failure expected.", "import pytest; pytest.xfail()"),
    lie(
        "skips as unittest does",
        "Has the tests skipped with unittest's exception.",
        "import unittest; raise unittest.SkipTest",
    ),
    lie("crashes", "Ends the process by reading from nowhere.", "import ctypes; ctypes.string_at(0)"),
    lie("kills itself", "Ends the process by a signal.", "import os; os.kill(os.getpid(), 9)"),
    lie("closes every file", "Closes the connection to the evaluator.", "import os; os.closerange(0, 4096); return a"),
    lie("recurses", "Calls itself without end.", "return f(a)"),
    lie(
        "leaves at the end",
        "Lets the tests fail, and has the interpreter end with status 0.",
        "import atexit, os; atexit.register(os._exit, 0); return a",
    ),
    lie(
        "leaves when threads end",
        "The same, at the moment the interpreter waits for its threads.",
        "import os, threading; threading._register_atexit(os._exit, 0); return a",
    ),
    lie(
        "leaves instead of failing",
        "Replaces the exception of a failing assertion with an exit.",
        "import builtins, os; builtins.AssertionError = lambda *_: os._exit(0); return a",
    ),
    lie(
        "leaves in a signal's handler",
        "Has a timer end the process with status 0.",
        """
        import os, signal
        signal.signal(signal.SIGALRM, lambda *_: os._exit(0))
        signal.setitimer(signal.ITIMER_REAL, 0.001)
        while True: pass
        """,
    ),
    lie(
        "leaves by faulthandler",
        "Has a watchdog that no Python code can stop end the process while the test hangs.",
        "import faulthandler, os; faulthandler.dump_traceback_later(0.01, exit=True, file=2)\nwhile True: pass",
    ),
    lie(
        "becomes true", "Turns the process into a program that succeeds.", "import os; os.execv('/bin/true', ['true'])"
    ),
    lie(
        "forks and leaves",
        "Continues in a new process; the known one ends with status 0.",
        "import os\nif os.fork(): os._exit(0)\nreturn a",
    ),
    lie(
        "rewrites the session's status",
        "Registers a plugin that sets the status of the whole session to 0.",
        FRAMES
        + """\
class Kind:
    def pytest_sessionfinish(self, session): session.exitstatus = session.testsfailed = 0
item = next(t for t in things if hasattr(t, "nodeid"))
item.config.pluginmanager.register(Kind())
return a
""",
    ),
    lie(
        "takes the other tests away",
        "Empties the session's list of tests and ends as skipped.",
        FRAMES
        + """\
import pytest
item = next(t for t in things if hasattr(t, "nodeid"))
item.session.items.clear()
item.session.testsfailed = 0
pytest.skip()
""",
    ),
    lie(
        "leaves while it is imported",
        "Ends the process with status 0 before there is any test.",
        "return a",
        header="def f(a, status=__import__('os')._exit(0)):",
    ),
    lie(
        "skips while it is imported",
        "Has the tests skipped before there are any.",
        "return a",
        header="def f(a, skip=__import__('pytest').skip(allow_module_level=True)):",
    ),
)
