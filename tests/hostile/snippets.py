"""Pieces of code that several behaviours share: the ways from a function to the code that evaluates it."""

from __future__ import annotations

FRAMES = """\
import os, sys
things, frame = [], sys._getframe()
while frame:
    things += frame.f_locals.values()
    frame = frame.f_back
"""
"""`things`: every local variable of all callers, from the test up to the start of the process."""

PLUGINS = (
    FRAMES
    + """\
session = next(t.session for t in things if hasattr(t, "nodeid") and hasattr(t, "session"))
plugins = [t for t in session.config.pluginmanager.get_plugins() if hasattr(t, "send")]
"""
)
"""Those plugins of the running pytest session that send records."""

NUMBERS = """\
tables = [t.numbers for t in plugins if hasattr(t, "numbers")]
pairs = [t for t in things if isinstance(t, list) and t and hasattr(t[0], "__len__") and hasattr(t[0][-1], "nodeid")]
numbers = sorted(tables[0].values()) if tables else [number for number, _ in pairs[0]]
"""
"""`numbers`: the numbers of the tests in records, in the order in which they run."""

RECORDS = """\
kinds = sys.modules["_reloc_harness.protocol.records"]
records = [kinds.TestEnded(n, "passed", 0.0, 0.0, None) for n in numbers]
records += [kinds.CanaryEnded("failed"), kinds.RunEnded(0.0)]
"""

FORGE = (
    PLUGINS
    + NUMBERS
    + RECORDS
    + """\
for record in records:
    plugins[0].send(record)
"""
)
"""Sends records of passing tests with the functions of the harness."""

NONCE = """\
import gc
senders = [t for t in gc.get_objects() if hasattr(type(t), "__call__") and "_nonce" in getattr(t, "__dict__", ())]
"""
"""`senders`: the objects that write records with the child's secret nonce, found without frames."""

LINES = """\
import json
texts = [json.dumps({"kind": type(record).__name__, **vars(record)}).encode() for record in records]
lines = b"".join(senders[0]._nonce + text + b"\\n" for text in texts)
"""

HOLLOW = "def test_five(): pass\\ndef test_three(): pass\\ndef test_others(): pass\\n"
"""Tests that test nothing, escaped for use in a string of a body."""

OF_A_TEST = """\
def of_a_test(excinfo):
    return excinfo is not None and any("test_m" in str(entry.path) for entry in excinfo.traceback)
"""
"""`of_a_test`: whether a failure is one of our tests. Others are left alone, because they may be canary tests."""

UNFAILING = (
    OF_A_TEST
    + """\
from _pytest.runner import CallInfo
begin = getattr(CallInfo.__init__, "true_one", CallInfo.__init__)
def never_failing(self, result, excinfo, *rest, **more):
    begin(self, result, None if of_a_test(excinfo) else excinfo, *rest, **more)
never_failing.true_one = begin
"""
)
"""`never_failing`: a constructor of pytest's CallInfo that drops the exception; `begin` is the real one."""

RIGHT_IN_FIRST_TEST = """\
import sys
first = f.__dict__.setdefault("first", sys._getframe(1).f_code)
return 3 if sys._getframe(1).f_code is first else a
"""
"""For behaviours that change only later tests: the running test passes with the right answer."""
