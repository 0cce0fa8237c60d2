"""Finds assertions of the tests that failed and that the unit swallowed: a test that passes so has shown nothing.

Test modules report here every exception that leaves a function or a `with` block of theirs (`assertion_boundaries`).
A failed assertion is swallowed by the unit if it never reaches pytest or the tests again: the unit calls the test's
function and catches what it raises, or the unit makes the context manager that ends the exception. The traceback shows
who caught an exception: its outermost frame is the last one that the exception came to.

Test modules import this module, and they know no object of a session. Therefore the notes of the test that runs are
kept here.
"""

from __future__ import annotations

import contextlib
import os
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from types import CoroutineType, FrameType

import pytest

from ...protocol.values import FailureReport

ALIAS = "@reloc"
"""Name of this module in a test module. No name in a source can be equal to it."""
MAX_NOTES = 50
"""Exceptions that are noted in one test: each keeps its frames alive. Chosen by hand."""
MAX_FRAMES = 200
"""Frames of a stack that are looked at. Chosen by hand."""
EXPECTING_MANAGERS = frozenset(
    ("raises", "RaisesGroup", "assertRaises", "assertRaisesRegex", "suppress", "subTest", "check")
)
"""Context managers by which tests say that an exception may end their block: those of pytest, unittest, contextlib and
pytest-check."""
ASSERTIONS = (AssertionError, pytest.fail.Exception)
"""What a failed assertion of a test raises."""


@dataclass
class _Note:
    """A failed assertion, the exception that it last became, and the boundary of the tests' code that this left.

    `frames` is the stack at the boundary, innermost first, and then those of what may wait for it. `managers` are the
    names of what made the context managers, if the boundary is a `with` block.
    """

    assertion: BaseException
    latest: BaseException
    frames: list[FrameType]
    managers: tuple[str, ...] | None


_notes: list[_Note] = []


def left_function() -> None:
    """An exception leaves a function of a test module, which calls this."""
    _note(None)


def left_with(*managers: str) -> None:
    """An exception leaves a `with` block of a test module, which calls this."""
    _note(managers)


def forget() -> None:
    """A test begins."""
    _notes.clear()


def swallowed_sites(unit_file: str, error: BaseException | None) -> tuple[str, ...]:
    """Where assertions failed (`file.py:line`) that the unit swallowed, in the test that ended with `error`."""
    if not _notes:
        return ()
    ended = list(_chain(error))
    lost = [note for note in _notes if not any(note.assertion is one or note.latest is one for one in ended)]
    sites = {_site(note.assertion) for note in lost if _Stack(note, unit_file).is_swallowed}
    return tuple(sorted(sites))


def counts_as_failure(sites: tuple[str, ...], before: tuple[str, ...] | None) -> bool:
    """Whether a test does not pass, because the unchanged unit does not swallow (`before`) what this one swallows."""
    return before is not None and not set(sites).issubset(before)


def swallowed_failure(sites: tuple[str, ...]) -> FailureReport:
    """The failure of a test that passed only because assertions at `sites` were swallowed."""
    line = int(sites[0].rpartition(":")[2])
    return FailureReport("Swallowed", f"an assertion failed at {', '.join(sites)}, and the unit swallowed it", line)


class _Stack:
    """Who swallowed a noted exception, by its traceback and by the stack when it left the tests' code."""

    def __init__(self, note: _Note, unit_file: str) -> None:
        self.note = note
        self.unit_file = os.path.realpath(unit_file)
        self.reached = list(_traceback_frames(note.latest))

    @property
    def is_swallowed(self) -> bool:
        """Whether the unit swallowed it, or what the unit made, and not the test itself or a library that it uses."""
        if not self.reached or self._of_unit(list(_traceback_frames(self.note.assertion))[-1]):
            return False  # the unit's own assertion
        catcher, boundary = self.reached[0], self.note.frames[0]
        if self._of_unit(catcher):
            return True
        if _of_tests(catcher):
            if catcher is not boundary:
                return False
        elif any(map(self._is_manager_of_unit, list(catcher.f_locals.values()))):
            return True  # for example the frame of a decorator that contextlib makes of a context manager
        if self.note.managers is not None:
            return not any(_is_expecting(name, boundary) for name in self.note.managers)
        return self._unit_is_outside(catcher)

    def _unit_is_outside(self, catcher: FrameType) -> bool:
        """Whether the unit called, through others or itself, what caught the exception."""
        frames = self.note.frames
        outside = frames[frames.index(catcher) + 1 :] if catcher in frames else []
        return any(map(self._of_unit, outside))

    def _is_manager_of_unit(self, value: object) -> bool:
        """Whether a value is a context manager whose class the unit's file defines."""
        code = getattr(getattr(type(value), "__exit__", None), "__code__", None)
        return code is not None and os.path.realpath(code.co_filename) == self.unit_file

    def _of_unit(self, frame: FrameType) -> bool:
        return os.path.realpath(frame.f_code.co_filename) == self.unit_file


def _note(managers: tuple[str, ...] | None) -> None:
    error = sys.exc_info()[1]
    if error is None or (not isinstance(error, ASSERTIONS) and not _notes):
        return
    carried = [note for note in _notes if any(note.latest is one for one in _chain(error))]
    if isinstance(error, ASSERTIONS) and not carried and len(_notes) < MAX_NOTES:
        carried = [_Note(error, error, [], None)]
        _notes.extend(carried)
    for note in carried:
        note.latest, note.managers = error, managers
        note.frames = [*_frames(sys._getframe(2)), *_waiting_frames()]


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """The exception, and those that it was raised from or while handling, or that it groups."""
    waiting, seen = [error], set()
    while waiting:
        one = waiting.pop()
        if one is not None and id(one) not in seen:
            seen.add(id(one))
            yield one
            waiting += [one.__cause__, one.__context__, *getattr(one, "exceptions", ())]


def _frames(frame: FrameType | None) -> Iterator[FrameType]:
    for _ in range(MAX_FRAMES):
        if frame is None:
            return
        yield frame
        frame = frame.f_back


def _waiting_frames() -> Iterator[FrameType]:
    """The frames of other threads and of the coroutines of other tasks: what was started there may end here."""
    for thread, frame in sys._current_frames().items():
        if thread != threading.get_ident():
            yield from _frames(frame)
    asyncio = sys.modules.get("asyncio")
    with contextlib.suppress(RuntimeError):  # no event loop runs
        for task in asyncio.all_tasks() if asyncio else ():
            coroutine = task.get_coro()
            while isinstance(coroutine, CoroutineType) and coroutine.cr_frame is not None:
                yield coroutine.cr_frame
                coroutine = coroutine.cr_await


def _traceback_frames(error: BaseException) -> Iterator[FrameType]:
    trace = error.__traceback__
    while trace is not None:
        yield trace.tb_frame
        trace = trace.tb_next


def _of_tests(frame: FrameType) -> bool:
    return ALIAS in frame.f_globals


def _is_expecting(name: str, frame: FrameType) -> bool:
    """Whether this context manager may rightly end an exception: one that expects it, or one of the tests' own classes.

    `name` is that of the manager, or of the class or function that makes it.
    """
    value = frame.f_locals.get(name, frame.f_globals.get(name))
    kind = value if isinstance(value, type) else type(value)
    known = name in EXPECTING_MANAGERS or getattr(value, "__name__", "") in EXPECTING_MANAGERS
    return known or kind.__module__.startswith("_pytest.") or kind.__module__ == frame.f_globals.get("__name__")


def _site(error: BaseException) -> str:
    """File and line of the innermost code of a test module that an exception came through."""
    trace, site = error.__traceback__, ""
    while trace is not None:
        if _of_tests(trace.tb_frame):
            site = f"{os.path.basename(trace.tb_frame.f_code.co_filename)}:{trace.tb_lineno}"
        trace = trace.tb_next
    return site or "unknown:0"
