"""Reports of failures, made without pytest's long text: to format it takes longer than most tests."""

from __future__ import annotations

import functools
import os
import traceback
from types import TracebackType

import pytest

from ..protocol.values import FailureReport

MAX_MESSAGE = 600
"""Characters of an exception's message that are reported. Chosen by hand."""
MAX_CLASSES = 8
"""Classes of an exception that are reported: its own and the nearest bases. Chosen by hand."""
MAX_UNIT_LINES = 20
"""The innermost lines of the unit's file that are reported. Chosen by hand."""
MAX_VARIABLE = 100
"""Characters of a variable's name that are reported. Chosen by hand."""
_VARIABLE_LOOKUP = type(os.environ).__getitem__.__code__


def failure_report(error: BaseException, trace: TracebackType | None, test_file: str, unit_file: str) -> FailureReport:
    """Types and message of the error, the line of the test, and the lines in the unit's file that it came through."""
    test_line, unit_lines, variable = 0, [], ""
    for frame, line in traceback.walk_tb(trace):
        name = frame.f_code.co_filename
        if name == test_file:
            test_line = line
        elif is_same_file(name, unit_file):
            unit_lines.append(line)
        elif frame.f_code is _VARIABLE_LOOKUP and isinstance(error, KeyError):
            variable = str(error.args[0])[:MAX_VARIABLE]
    try:
        message = str(error)[:MAX_MESSAGE]
    except Exception:
        message = ""
    kind, *bases = [base.__name__ for base in type(error).__mro__[:MAX_CLASSES]]
    return FailureReport(kind, message, test_line, tuple(unit_lines[-MAX_UNIT_LINES:]), tuple(bases), variable)


def short_failure_text(excinfo: pytest.ExceptionInfo[BaseException], *_: object, **__: object) -> str:
    """Replaces an item's `repr_failure`, whose long text nobody reads."""
    return excinfo.typename


def test_path(item: pytest.Item) -> str:
    """The path of the file that holds the test."""
    return str(getattr(item, "path", None) or item.fspath)


@functools.lru_cache(1024)
def is_same_file(name: str, other: str) -> bool:
    """Whether two paths lead to one file. Files with different names count as different."""
    same_name = os.path.basename(name) == os.path.basename(other)
    return name == other or (same_name and os.path.realpath(name) == os.path.realpath(other))
