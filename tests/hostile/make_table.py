"""Writes a page of tests/hostile/results: the result of each behaviour at each level of the sandbox, for this user.

Takes half an hour. `-k` leaves out levels.

python -m pytest tests/hostile/make_table.py [-k "not container"]
"""

from __future__ import annotations

import os
import platform
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path

import pytest
from behaviour import OTHER_HEADER, Behaviour
from behaviours import BEHAVIOURS, CONTROLS, HANGS, HARMS, LIES
from test_hostile import GREEN, faults, groups
from verdicts import evaluate
from victim import Victim

from reloc_lsp.evaluation.evaluator import PytestEvaluator
from reloc_lsp.evaluation.sandbox import Sandbox, find_sandbox, sandbox_level

USER = "root" if os.geteuid() == 0 else "an ordinary user"
TABLE = Path(__file__).parent / f"results/as-{USER.rsplit(maxsplit=1)[-1]}.md"
LEVELS = ("full", "confinement alone", "container alone", "none")
"""The layers of the sandbox: both, only one of them (level `partial`), or none."""
BAD = ("**accepted**", "**harmed**", "**stuck**", "**succeeded**")
"""Results of an unsuccessful defence: against a lie, a harm, and a hang in two ways."""
NOT_TRIED = "not tried"
KINDS = {
    "lie": "Lies: none may be accepted",
    "harm": "Harms: nothing may change or be read outside",
    "hang": "Hangs: the evaluator continues",
    "control": "Controls: ordinary code gets the right verdict",
}
HEAD = """\
# Hostile candidates

Results of {count} hostile behaviours at each level of the sandbox ({system}, as {user}). One layer alone is
level `partial`. Written by `python -m pytest tests/hostile/make_table.py`.

Lies are evaluated as code written by a model: the lint checks them before they run, and they are confirmed if they
pass. Harms and hangs run without the lint, so that only the sandbox and the limits protect against them. A hang that
succeeded got what it wanted, and the evaluator continued. At level `none`, harms are not tried, because nothing
protects against them. Code written by a model does not run at this level unless the user's own settings allow it.
"""

Start = Callable[[], Awaitable[PytestEvaluator]]
found: dict[str, Mapping[str, str]] = {}


@pytest.fixture(params=LEVELS)
def level_name(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """The level to evaluate at."""
    if request.param.endswith("alone"):
        container = find_sandbox().container if request.param.startswith("container") else None
        monkeypatch.setattr(
            sandbox_level, "best_sandbox", lambda: Sandbox(container, container is None, missing=("left out",))
        )
    return str(request.param)


@pytest.fixture(name="level")
def requested_level(level_name: str) -> str:
    """The level, as `start_evaluator` takes it."""
    return "none" if level_name == "none" else "auto"


async def test_run_at_a_level(start: Start, victim: Victim, level_name: str):
    evaluator = await start()
    at = evaluator.sandbox
    assert at == (level_name if level_name in ("full", "none") else "partial")
    found[level_name] = {
        **{b.name: await control_result(evaluator, b, victim) for b in CONTROLS},
        **{b.name: await lie_result(evaluator, b, victim) for b in LIES},
        **{b.name: await harm_result(evaluator, b, victim) for b in HARMS if b.runs_at(at)},
        **await hang_results(start, [b for b in HANGS if b.runs_at(at)], victim),
    }


def test_write():
    TABLE.parent.mkdir(exist_ok=True)
    TABLE.write_text("\n".join([head(), *(part(kind) for kind in KINDS)]), encoding="utf-8")


async def control_result(evaluator: PytestEvaluator, control: Behaviour, victim: Victim) -> str:
    (verdict,) = await evaluate(evaluator, control.source(victim.facts))
    return "correct" if verdict.all_passed == control.right else "**wrong**"


async def lie_result(evaluator: PytestEvaluator, lie: Behaviour, victim: Victim) -> str:
    (verdict,) = await evaluate(evaluator, lie.source(victim.facts), trusted=False)
    if any(result.failure and result.failure.kind == "Refused" for result in verdict.results.values()):
        return "not run"
    if not verdict.all_passed:
        return "fails"
    return BAD[0] if (await evaluator.confirm(lie.source(victim.facts))).all_passed else "not confirmed"


async def harm_result(evaluator: PytestEvaluator, harm: Behaviour, victim: Victim) -> str:
    if harm.harmed and harm.harmed(victim):
        return "not distinguishable"
    sources = (harm.source(victim.facts), harm.source(victim.facts, OTHER_HEADER))
    verdicts = await evaluate(evaluator, *sources)
    done = harm.harmed(victim) if harm.harmed else any(verdict.all_passed for verdict in verdicts)
    return BAD[1] if done else "prevented"


async def hang_results(start: Start, hangs: list[Behaviour], victim: Victim) -> dict[str, str]:
    found = [fault.split(": ", 1) for part in groups(hangs) for fault in await faults(start, victim, part)]
    bad = {name: BAD[3] if fault == GREEN else BAD[2] for name, fault in found}
    return {b.name: bad.get(b.name, "ended") for b in hangs}


def head() -> str:
    """The head of the page, with the counts."""
    lines = [HEAD.format(count=len(BEHAVIOURS), system=f"{platform.system()} {platform.release()}", user=USER)]
    lines += table_head("| | tried |")
    kinds = {"accepted": LIES, "harmed": HARMS, "stuck or succeeded": HANGS}
    for kind, behaviours in kinds.items():
        counts = []
        for results in found.values():
            cells = [results[b.name] for b in behaviours if b.name in results]
            counts.append(f"{sum(word in BAD for word in cells)} of {len(cells)}" if cells else NOT_TRIED)
        lines.append(f"| {kind} | {len(behaviours)} | {' | '.join(counts)} |")
    return "\n".join([*lines, ""])


def table_head(columns: str) -> list[str]:
    """The head of a table with a column for each level."""
    return [f"{columns} {' | '.join(found)} |", "|---|---|" + "---|" * len(found)]


def part(kind: str) -> str:
    """The table of one kind of behaviour."""
    rows = [
        f"| {b.name} | {b.tries} | " + " | ".join(results.get(b.name, NOT_TRIED) for results in found.values()) + " |"
        for b in BEHAVIOURS
        if b.kind == kind
    ]
    return "\n".join(
        [
            f"## {KINDS[kind]}",
            "",
            *table_head("| behaviour | what it does |"),
            *rows,
            "",
        ]
    )
