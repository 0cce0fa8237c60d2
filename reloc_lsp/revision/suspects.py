"""Revising the function at fault when none was named: the failing tests show which functions are suspicious."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from reloc_lsp.evaluation.errors import EvaluationError
from reloc_lsp.evaluation.selection.suspect_functions import Suspects, find_suspects
from reloc_lsp.evaluation.selection.test_code import is_in_tests
from reloc_lsp.program.unit import Unit
from reloc_lsp.revision.proposal import Proposal, Status, Tests
from reloc_lsp.revision.target import UnitInFile
from reloc_lsp.revision.unit_reviser import BASELINE_SHARE, UnitReviser

MAX_UNITS = 3
"""Suspicious functions that are tried, each with an equal share of the time; chosen by hand."""

RANKS: Mapping[Status, int] = {"fixed": 2, "improved": 1}
"""Which of two proposals is kept; every other status counts 0."""


@dataclass(frozen=True)
class SuspectReviser:
    """Revises the most suspicious functions, within the file of the target and its class if it names them.

    With `about`, a test file or the node id of tests, the functions that these tests call are revised, wherever they
    are.
    """

    reviser: UnitReviser
    within_class: Unit | None = None
    about: str = ""

    async def revise(self) -> Proposal:
        """The first proposal that fixes all tests, else the best one; raises `EvaluationError`."""
        report, target = self.reviser.report, self.reviser.request.target
        report.progress("baseline", "running the tests to find the function at fault", 0.03)
        seconds = report.spending.seconds_left() * BASELINE_SHARE
        with report.timings.measure("baseline"):
            doctests = [] if self.about else self.reviser.files.doctest_files(target.file)
            suspects = await find_suspects(
                self.reviser.launcher, self._test_files(doctests), seconds, self.about, doctests
            )
        within = self.reviser.files.name(target.file) if target.file and not self.about else None
        # What a failing test calls of the tests and their helpers is not at fault.
        places = [p for p in suspects.functions if (p[0] == within if within else not is_in_tests(p[0]))]
        if places and self.about:
            report.notes.append(f"{self.about} is a test, and tests are never revised: a function that it calls is.")
        if places:
            return await self._revise_first(places)
        if suspects.passed == suspects.total:
            return self._already_passing(suspects, within or "")
        where = f"No function of {within}" if within else "No function of the workspace"
        raise EvaluationError(
            f"{where} is called by {self.about or 'a failing test'} ({suspects.total - suspects.passed} of "
            f"{suspects.total} fail). Tests are never revised: name the function that is at fault, FILE::QUALNAME."
        )

    def _test_files(self, doctests: Sequence[str]) -> list[str]:
        reviser = self.reviser
        if self.about:
            return [self.about.partition("::")[0]]
        named = list(reviser.request.settings.evaluation.tests)
        files = named or list(dict.fromkeys([*(path.as_posix() for path in reviser.test_files), *doctests]))
        if not files:
            raise EvaluationError("No test file was found. Write a test that fails, or name tests with --tests.")
        return files

    async def _revise_first(self, places: Sequence[tuple[str, int]]) -> Proposal:
        """Revise the functions at the first `places` (file and first line) until one is fixed."""
        report, best = self.reviser.report, None
        tried = places[:MAX_UNITS]
        for number, (name, line) in enumerate(tried):
            target = self._function_at(name, line)
            if target is None:
                continue
            seconds = report.spending.seconds_left() / (len(tried) - number)
            try:
                proposal = await self.reviser.revise(target, seconds, self.about.partition("::")[0])
            except EvaluationError as error:
                report.notes.append(f"{target.unit.qualname}: {error}")
                continue
            if best is None or RANKS.get(proposal.status, 0) > RANKS.get(best.status, 0):
                best = proposal
            if best.status == "fixed":
                break
            if best.status == "improved":
                self.reviser.best.confirmed = best
        if best is None:
            raise EvaluationError(f"None of the suspicious functions could be evaluated. {' '.join(report.notes)}")
        return best

    def _function_at(self, name: str, line: int) -> UnitInFile | None:
        """The innermost function at a line of a file; `None` if it is a test or outside the class of the target."""
        file = self.reviser.request.snapshot.root / name
        module = self.reviser.files.module(file)
        unit = next((u for u in reversed(module.functions) if u.first_line <= line <= u.last_line), None)
        if unit is None or (self.within_class is not None and unit not in module.members(self.within_class)):
            return None
        found = UnitInFile(file, module, unit)
        return None if self.reviser.files.test_code(found) else found

    def _already_passing(self, suspects: Suspects, file: str) -> Proposal:
        tests = Tests(suspects.passed, suspects.total)
        return Proposal(
            "already-passing",
            f"All {suspects.total} tests pass already.",
            file=file,
            before=tests,
            after=tests,
            cost=self.reviser.report.cost(),
            sandbox=self.reviser.launcher.sandbox.level,
        )
