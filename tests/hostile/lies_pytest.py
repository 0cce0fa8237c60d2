"""Lies by changing pytest or the tests in the running process, so that failures are not noticed."""

from __future__ import annotations

from behaviour import Behaviour, lie
from snippets import FRAMES, OF_A_TEST, RIGHT_IN_FIRST_TEST, UNFAILING

ITEM = FRAMES + 'item = next(t for t in things if hasattr(t, "nodeid"))\n'
MARKED = ITEM + "import pytest\nfor one in item.session.items: one.add_marker(pytest.mark.xfail(False, reason='lie'))\n"

LIES: tuple[Behaviour, ...] = (
    lie(
        "forgets what was raised",
        "Changes the class in which pytest records a call, so that no call failed, not even the running one.",
        UNFAILING + "CallInfo.__init__ = never_failing\nreturn a",
    ),
    lie(
        "calls nothing any more",
        "Replaces the function by which pytest calls each phase of a test.",
        """\
from _pytest.runner import CallInfo
def from_call(cls, func, when, reraise=None):
    if hasattr(func, "__self__"): return true_one(func, when, reraise)  # it is none of ours
    return cls(result=None, excinfo=None, start=0.0, stop=0.0, duration=0.0, when=when, _ispytest=True)
true_one, CallInfo.from_call = CallInfo.from_call, classmethod(from_call)
"""
        + RIGHT_IN_FIRST_TEST,
    ),
    lie(
        "reports passes",
        "Replaces the report of a test, and marks the tests so that their reports are asked for.",
        MARKED
        + """\
from _pytest.reports import TestReport
made = TestReport.from_item_and_call
def passing(cls, item, call):
    report = made(item, call)
    if "test_m" in item.nodeid: report.outcome, report.longrepr = "passed", None
    return report
TestReport.from_item_and_call = classmethod(passing)
return a
""",
    ),
    lie(
        "registers a plugin that reports passes",
        "The same by pytest's own hooks, which are looked up after the test has failed.",
        MARKED
        + """\
class Kind:
    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_makereport(self, item, call):
        return pytest.TestReport(item.nodeid, item.location, {}, "passed", None, call.when)
item.config.pluginmanager.register(Kind())
return a
""",
    ),
    lie(
        "runs no test functions",
        "Replaces the method that runs a test function; the next tests do nothing.",
        "import pytest; pytest.Function.runtest = lambda self: self.obj.__module__ == 'test_m' or self.obj()\n"
        + RIGHT_IN_FIRST_TEST,
    ),
    lie(
        "empties the tests",
        "Replaces the code of every test function; the next tests do nothing.",
        """\
import sys
for thing in list(sys._getframe(1).f_globals.values()):
    if getattr(thing, "__name__", "").startswith("test_"): thing.__code__ = (lambda: None).__code__
"""
        + RIGHT_IN_FIRST_TEST,
    ),
    lie(
        "empties the collected tests",
        "Gives the collected items of the live session a method that does nothing.",
        ITEM + "for one in item.session.items: one.runtest = lambda: None\n" + RIGHT_IN_FIRST_TEST,
    ),
    lie(
        "replaces itself in the test module",
        "Replaces the name by which the tests call it; it stays wrong itself.",
        "import sys; sys._getframe(1).f_globals['f'] = lambda a: 3\n" + RIGHT_IN_FIRST_TEST,
    ),
    lie(
        "serves other tests",
        "Replaces the test module that is importing it with one of tests that test nothing.",
        "return a",
        header=(
            'def f(a, hollow=exec(\'import sys, types\\nhollow = types.ModuleType("test_m")\\n'
            'hollow.__file__ = sys.modules["test_m"].__file__\\n'
            'for name in ("test_five", "test_three", "test_others"): setattr(hollow, name, lambda: None)\\n'
            'sys.modules["test_m"] = hollow\', {})):'
        ),
    ),
    lie(
        "empties failures by a profile function",
        "Watches functions return, and removes the failure from their results.",
        OF_A_TEST
        + """\
import sys
def profile(frame, event, value):
    if event == "return" and hasattr(value, "excinfo") and of_a_test(value.excinfo): value.excinfo = None
sys.setprofile(profile)
return a
""",
    ),
    lie(
        "empties failures by a trace function",
        "The same with the debugger's means, put into every frame that waits for the test.",
        OF_A_TEST
        + """\
import sys
def trace(frame, event, value):
    if event == "return" and hasattr(value, "excinfo") and of_a_test(value.excinfo): value.excinfo = None
    return trace
sys.settrace(trace)
frame = sys._getframe(1)
while frame:
    frame.f_trace, frame = trace, frame.f_back
return a
""",
    ),
    lie(
        "empties failures by monitoring",
        "The same by sys.monitoring (Python 3.12), or else by the profile function of all threads.",
        OF_A_TEST
        + """\
import sys, threading
def returned(code, offset, value):
    if hasattr(value, "excinfo") and of_a_test(value.excinfo): value.excinfo = None
monitoring = getattr(sys, "monitoring", None)
if monitoring:
    monitoring.use_tool_id(3, "lie")
    monitoring.register_callback(3, monitoring.events.PY_RETURN, returned)
    monitoring.set_events(3, monitoring.events.PY_RETURN)
else:
    threading.setprofile(lambda frame, event, value: event == "return" and returned(None, 0, value))
    sys.setprofile(threading.getprofile())
return a
""",
    ),
    lie(
        "has failures forgotten as they are stored",
        "Replaces the attribute of pytest's record of a call that holds the failure.",
        OF_A_TEST
        + """\
from _pytest.runner import CallInfo
def forget(self, excinfo): self.__dict__["excinfo"] = None if of_a_test(excinfo) else excinfo
CallInfo.excinfo = property(lambda self: self.__dict__["excinfo"], forget)
return a
""",
    ),
    lie(
        "patches pytest while it is imported",
        "Changes pytest before any test runs, by a default value that is worked out at import.",
        "return a",
        header=(
            "def f(a, begin=exec('from _pytest.runner import CallInfo as C\\nb = C.__init__\\n"
            "C.__init__ = lambda self, result, excinfo, b=b, **more: b("
            "self, result, excinfo if \\'must fail\\' in str(excinfo) else None, **more)', {})):"
        ),
    ),
    lie(
        "patches pytest below itself",
        "Brings more statements than the function, which run when its module is imported.",
        "return a",
        after=UNFAILING + "CallInfo.__init__ = never_failing\n",
    ),
)
