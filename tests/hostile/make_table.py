"""Writes a page of docs/: what became of each behaviour at each level of the sandbox, for the user who runs it.

Takes half an hour.

python -m pytest tests/hostile/make_table.py [-k "not outer"]
"""

from __future__ import annotations

import os
import platform
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path

import pytest
from behaviour import OTHER_HEADER, Behaviour
from behaviours import BEHAVIOURS, CONTROLS, HANGS, HARMS, LIES
from test_hostile import GREEN, faults, parts
from verdicts import evaluate
from victim import Victim

from reloc_lsp.evaluation.evaluator import PytestEvaluator
from reloc_lsp.evaluation.sandbox import Sandbox, find_sandbox, sandbox_level

USER = "root" if os.geteuid() == 0 else "an ordinary user"
TABLE = Path(__file__).parent / f"results/as-{USER.rsplit(maxsplit=1)[-1]}.md"
WALLS = ("full", "inner walls alone", "outer walls alone", "none")
"""What stands between a candidate and the rest: both walls, one of them (level `partial`), none."""
BAD = ("**believed**", "**harmed**", "**stuck**", "**let through**")
NOT_TRIED = "not tried"
KINDS = {
    "lie": "Lies: they are to be believed by nobody",
    "harm": "Harms: nothing may change or be read outside",
    "hang": "Hangs: the judge goes on",
    "control": "Controls: ordinary code gets what it deserves",
}
HEAD = """\
# Hostile candidates

What became of {count} hostile behaviours at each level of the sandbox ({system}, as {user}). Either wall alone is
level `partial`. Written by `python -m pytest tests/hostile/make_table.py`.

Lies are judged as code of a model is: read by the lint before they run, and confirmed if they pass. Harms and hangs are
run unread, so that only the walls and limits stand against them. A hang that is let through got what it wanted, and the
judge went on. At `none` harms are not tried: nothing stands against them there, and code of a model is not run at that
level unless the user's own settings ask for it.
"""

Starting = Callable[[], Awaitable[PytestEvaluator]]
found: dict[str, Mapping[str, str]] = {}


@pytest.fixture(params=WALLS)
def walls(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """The level to judge at."""
    if request.param.endswith("alone"):
        outer = find_sandbox().container if request.param.startswith("outer") else None
        monkeypatch.setattr(sandbox_level, "best_sandbox", lambda: Sandbox(outer, outer is None, missing=("left out",)))
    return str(request.param)


@pytest.fixture(name="level")
def asked_for(walls: str) -> str:
    """That level, as it is asked for."""
    return "none" if walls == "none" else "auto"


async def test_of_a_level(starting: Starting, victim: Victim, walls: str):
    evaluator = await starting()
    at = evaluator.sandbox
    assert at == (walls if walls in ("full", "none") else "partial")
    found[walls] = {
        **{b.name: await truth(evaluator, b, victim) for b in CONTROLS},
        **{b.name: await belief(evaluator, b, victim) for b in LIES},
        **{b.name: await harm(evaluator, b, victim) for b in HARMS if b.runs_at(at)},
        **await ends(starting, [b for b in HANGS if b.runs_at(at)], victim),
    }


def test_write():
    TABLE.parent.mkdir(exist_ok=True)
    TABLE.write_text("\n".join([head(), *(part(kind) for kind in KINDS)]), encoding="utf-8")


async def truth(evaluator: PytestEvaluator, control: Behaviour, victim: Victim) -> str:
    (verdict,) = await evaluate(evaluator, control.source(victim.facts))
    return "as it deserves" if verdict.all_passed == control.right else "**misjudged**"


async def belief(evaluator: PytestEvaluator, lie: Behaviour, victim: Victim) -> str:
    (verdict,) = await evaluate(evaluator, lie.source(victim.facts), trusted=False)
    if any(result.failure and result.failure.kind == "Refused" for result in verdict.results.values()):
        return "not run"
    if not verdict.all_passed:
        return "fails"
    return BAD[0] if (await evaluator.confirm(lie.source(victim.facts))).all_passed else "not confirmed"


async def harm(evaluator: PytestEvaluator, harm: Behaviour, victim: Victim) -> str:
    if harm.harmed and harm.harmed(victim):
        return "not told from another"
    sources = (harm.source(victim.facts), harm.source(victim.facts, OTHER_HEADER))
    verdicts = await evaluate(evaluator, *sources)
    done = harm.harmed(victim) if harm.harmed else any(verdict.all_passed for verdict in verdicts)
    return BAD[1] if done else "held back"


async def ends(starting: Starting, hangs: list[Behaviour], victim: Victim) -> dict[str, str]:
    found = [fault.split(": ", 1) for part in parts(hangs) for fault in await faults(starting, victim, part)]
    bad = {name: BAD[3] if fault == GREEN else BAD[2] for name, fault in found}
    return {b.name: bad.get(b.name, "ended") for b in hangs}


def head() -> str:
    """What was tried, and the counts."""
    lines = [HEAD.format(count=len(BEHAVIOURS), system=f"{platform.system()} {platform.release()}", user=USER)]
    lines += headed("| | tried |")
    kinds = {"believed": LIES, "harmed": HARMS, "stuck or let through": HANGS}
    for kind, behaviours in kinds.items():
        counts = []
        for became in found.values():
            said = [became[b.name] for b in behaviours if b.name in became]
            counts.append(f"{sum(word in BAD for word in said)} of {len(said)}" if said else NOT_TRIED)
        lines.append(f"| {kind} | {len(behaviours)} | {' | '.join(counts)} |")
    return "\n".join([*lines, ""])


def headed(columns: str) -> list[str]:
    """The head of a table that has a column for each level that was tried."""
    return [f"{columns} {' | '.join(found)} |", "|---|---|" + "---|" * len(found)]


def part(kind: str) -> str:
    """The rows of one kind of behaviour."""
    rows = [
        f"| {b.name} | {b.tries} | " + " | ".join(became.get(b.name, NOT_TRIED) for became in found.values()) + " |"
        for b in BEHAVIOURS
        if b.kind == kind
    ]
    return "\n".join(
        [
            f"## {KINDS[kind]}",
            "",
            *headed("| behaviour | what it does |"),
            *rows,
            "",
        ]
    )
