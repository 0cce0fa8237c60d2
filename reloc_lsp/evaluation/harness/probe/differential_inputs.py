"""Trials: what a version of the unit does with inputs that no test tries."""

from __future__ import annotations

import asyncio
import copy
import inspect
import itertools
import random
import signal
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from types import FrameType, FunctionType
from typing import Optional

from ..protocol.messages import DifferentialOutcome, Send
from .call_recorder import Arguments, CallRecorder, call, call_text
from .input_mutation import mutated_inputs
from .value_repr import value_repr

MOST_TRIALS = 240
LONGEST_CALL = 0.1
LONGEST = 0.5
MOST_HANGS = 4
MOST_YIELDED = 100


class _TooLong(BaseException):
    """A call has taken its time."""


def tried(function: FunctionType, recorder: CallRecorder, send: Send) -> None:
    """Call `function` with variations of the recorded calls; a `DifferentialOutcome` for each.

    Each is tried twice, the second time in the opposite order; those that end differently are left out.
    """
    inputs = list(enumerate(mutated_inputs(recorder.calls, MOST_TRIALS)))
    first = _outcomes(function, inputs)
    second = _outcomes(function, [(number, given) for number, given in reversed(inputs) if number in first])
    for number, given in inputs:
        if number in first and first[number] == second.get(number):
            send(DifferentialOutcome(number, call_text(function, given), first[number]))


def _outcomes(function: FunctionType, inputs: Iterable[tuple[int, Arguments]]) -> dict[int, str]:
    """What the calls do, those left out that took too long; ends early when time is up."""
    until, hangs = time.monotonic() + LONGEST, 0
    found: dict[int, str] = {}
    for number, given in inputs:
        did = outcome(function, given)
        if did is None:
            hangs += 1
        else:
            found[number] = did
        if time.monotonic() > until or hangs >= MOST_HANGS:
            break
    return found


def outcome(function: FunctionType, given: Arguments) -> Optional[str]:
    """What a call returns or raises, and what it made of its arguments; `None` where it took too long."""
    try:
        mine = copy.deepcopy(given)
    except Exception:
        return None
    before = value_repr(mine)
    random.seed(0)
    try:
        with _limited(LONGEST_CALL):
            try:
                value = call(function, mine)
                if inspect.iscoroutine(value):
                    value = asyncio.run(value)
                elif inspect.isgenerator(value):
                    value = list(itertools.islice(value, MOST_YIELDED))
                did = f"returns {value_repr(value)}"
            except Exception as error:
                did = f"raises {type(error).__name__}"
            after = value_repr(mine)
    except _TooLong:
        return None
    except BaseException as error:
        return f"raises {type(error).__name__}"
    return did if after == before else f"{did}, leaves {after}"


@contextmanager
def _limited(seconds: float) -> Iterator[None]:
    """Raise `_TooLong` after so many seconds, where the system can."""

    def ring(number: int, frame: Optional[FrameType]) -> None:
        raise _TooLong

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
