"""The probes that a run can put into the unit, and the one that a request asks for."""

from __future__ import annotations

import ast
from collections.abc import Callable
from functools import partial
from typing import Protocol

from ..protocol.records import Record, Send
from ..protocol.values import ProbeRequest
from .branch_coverage import BranchCoverage
from .instrument import instrumented
from .unit_probe import UnitProbe

Transform = Callable[[ast.Module], ast.Module]
"""Puts calls of a probe into the syntax tree of the unit or of its file."""


class Probe(Protocol):
    """Observes the tests and the unit, and reports what it found at the end."""

    @property
    def reached(self) -> bool:
        """Whether the last test reached the unit."""
        ...

    def begin(self, test: int) -> None:
        """The test of this number begins."""
        ...

    def compared(self, operator: str, left: object, right: object) -> None:
        """The test fails because this comparison does not hold."""
        ...

    def end(self, error: BaseException | None) -> None:
        """The test ended, with `error` where it failed."""
        ...

    def report(self) -> Record:
        """What was found."""
        ...


def install_probe(request: ProbeRequest, send: Send) -> tuple[Probe, Transform]:
    """The probe that the request asks for, ready to be called, and what puts it into the unit."""
    if request.branches:
        coverage = BranchCoverage(request.lines)
        coverage.install()
        return coverage, coverage.transform
    probe = UnitProbe(send, request)
    probe.install()
    first, last = request.lines
    return probe, partial(instrumented, first=first, last=last)
