"""Differential testing: what a version of the unit does with inputs that no test uses."""

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

from ...protocol.records import DifferentialOutcome, Send
from ..values.value_repr import value_repr
from .call_recorder import Arguments, CallRecorder, call, call_text, constants_of
from .docstring_examples import example_calls
from .input_mutation import mutated_inputs

MAX_INPUTS = 240
"""Mutated inputs of one unit. Chosen by hand, as are the limits below."""
CALL_SECONDS = 0.1
"""Time that one call may take, by the clock. The behaviour of a longer call is unknown."""
TOTAL_SECONDS = 0.5
"""After this time no further call is made. All inputs are tried twice, each time with this limit."""
MAX_TIMEOUTS = 4
"""After this number of calls that took too long, no further call is made."""
MAX_YIELDED = 100
"""Values that are taken from a generator that the unit returns."""


class _Timeout(BaseException):
    """A call takes too long."""


def run_inputs(function: FunctionType, recorder: CallRecorder, send: Send) -> None:
    """Call `function` with inputs like those of its tests, and send a `DifferentialOutcome` for each.

    The number of an input is the same for every version of the unit. Each input is tried twice, the second time in
    reversed order. Inputs whose behaviour differs between the two are left out.
    """
    inputs = list(enumerate(_inputs(function, recorder)))
    first = _behaviours(function, inputs)
    second = _behaviours(function, [(number, arguments) for number, arguments in reversed(inputs) if number in first])
    for number, arguments in inputs:
        if number in first and first[number] == second.get(number):
            send(DifferentialOutcome(number, call_text(function, arguments), first[number]))


def _inputs(function: FunctionType, recorder: CallRecorder) -> list[Arguments]:
    """The docstring's examples that no test uses, and mutations of them and of the recorded calls."""
    used = {value_repr(arguments) for arguments in recorder.calls}
    examples = [arguments for arguments in example_calls(function) if value_repr(arguments) not in used]
    mutated = mutated_inputs([*recorder.calls, *examples], MAX_INPUTS, constants_of(recorder.code))
    return [*examples, *mutated]


def _behaviours(function: FunctionType, inputs: Iterable[tuple[int, Arguments]]) -> dict[int, str]:
    """The behaviour for each input, without those that took too long and those for which no time was left."""
    deadline, timeouts = time.monotonic() + TOTAL_SECONDS, 0
    found: dict[int, str] = {}
    for number, arguments in inputs:
        observed = behaviour(function, arguments)
        if observed is None:
            timeouts += 1
        else:
            found[number] = observed
        if time.monotonic() > deadline or timeouts >= MAX_TIMEOUTS:
            break
    return found


def behaviour(function: FunctionType, arguments: Arguments) -> Optional[str]:
    """What a call returns or raises, and how it changed its arguments; `None` where it took too long.

    A coroutine is run to its end, and values are taken from a generator. Arguments that cannot be copied give `None`.
    """
    try:
        copied = copy.deepcopy(arguments)
    except Exception:
        return None
    before = value_repr(copied)
    random.seed(0)
    try:
        with _time_limit(CALL_SECONDS):
            try:
                value = call(function, copied)
                if inspect.iscoroutine(value):
                    value = asyncio.run(value)
                elif inspect.isgenerator(value):
                    value = list(itertools.islice(value, MAX_YIELDED))
                result = f"returns {value_repr(value)}"
            except Exception as error:
                result = f"raises {type(error).__name__}"
            after = value_repr(copied)
    except _Timeout:
        return None
    except BaseException as error:
        return f"raises {type(error).__name__}"
    return result if after == before else f"{result}, leaves {after}"


@contextmanager
def _time_limit(seconds: float) -> Iterator[None]:
    """Raise `_Timeout` in the main thread after `seconds`."""

    def expire(number: int, frame: Optional[FrameType]) -> None:
        raise _Timeout

    before = signal.signal(signal.SIGALRM, expire)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
