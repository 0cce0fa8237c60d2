"""Candidates that lie, do harm or hang: none is accepted, nothing is harmed, and the next one is evaluated normally.

Behaviours that only a sandbox can stop are left out where there is none.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

import pytest
from behaviour import OTHER_HEADER, RIGHT, WRONG, Behaviour, function
from behaviours import CONTROLS, HANGS, HARMS, LIES
from verdicts import evaluate, until
from victim import Victim

import reloc_lsp
from reloc_lsp.evaluation.evaluator import PytestEvaluator

Start = Callable[[], Awaitable[PytestEvaluator]]
GROUP, CONFIRMED_AT_ONCE = 20, 10
"""Behaviours evaluated together, and confirmations at the same time. Chosen by hand."""
GREEN = "it is green"
RIGHT_BY_A_FILE = function(next(b for b in CONTROLS if b.name == "is right by a temporary file").body)


HARNESS = Path(reloc_lsp.__file__).parent / "evaluation/harness"
ATTACKED = (
    "_fd", "_nonce", "_result", "_write", "early_stop", "failures_left", "numbers", "outcomes", "run", "send", "writer",
    "CanaryEnded", "LineReached", "ProbeReport", "Run", "RunBatch", "RunBegins", "RunEnded", "RunReply",
    "StampedRecord", "TestEnded", "Wire",
)  # fmt: skip
"""Attributes, methods and classes of the harness that behaviours use by name."""


def test_attacked_names_exist():
    """Otherwise an attack would do nothing, and prove nothing."""
    code = "\n".join(path.read_text("utf-8") for path in HARNESS.rglob("*.py"))
    assert [name for name in ATTACKED if not re.search(rf"(self\.|def |class ){name}\b", code)] == []


def running(evaluator: PytestEvaluator, behaviours: Sequence[Behaviour]) -> list[Behaviour]:
    """Those that may run in the evaluator's sandbox."""
    return [b for b in behaviours if b.runs_at(evaluator.sandbox)]


def groups(behaviours: Sequence[Behaviour]) -> list[Sequence[Behaviour]]:
    return [behaviours[start : start + GROUP] for start in range(0, len(behaviours), GROUP)]


async def still_evaluates(evaluator: PytestEvaluator) -> bool:
    """Whether the evaluator still accepts right versions and rejects a wrong one."""
    texts = function(RIGHT), RIGHT_BY_A_FILE, function(RIGHT, OTHER_HEADER), function(WRONG)
    *right, wrong = await evaluate(evaluator, *texts)
    return all(verdict.all_passed for verdict in right) and not wrong.all_passed


async def test_controls_get_the_right_verdict(evaluator: PytestEvaluator, victim: Victim):
    verdicts = await evaluate(evaluator, *(b.source(victim.facts) for b in CONTROLS))
    assert {b.name: v.all_passed for b, v in zip(CONTROLS, verdicts, strict=True)} == {
        b.name: b.right for b in CONTROLS
    }


async def test_lies_do_not_pass(evaluator: PytestEvaluator, victim: Victim):
    """They are evaluated as code written by a model."""
    verdicts = await evaluate(evaluator, *(b.source(victim.facts) for b in LIES), trusted=False)
    green = [b for b, verdict in zip(LIES, verdicts, strict=True) if verdict.all_passed]
    assert [b.name for b in green if "search" not in b.gets_past] == []
    doubtful = [b for b in green if "confirmation" not in b.gets_past]
    assert [b.name for b in doubtful if (await evaluator.confirm(b.source(victim.facts))).all_passed] == []


async def test_lies_leave_nothing_behind_for_other_candidates(evaluator: PytestEvaluator, victim: Victim):
    """Even without the lint: next to each lie, wrong versions fail and right ones pass."""
    helped, harmed = [], []
    for lie in running(evaluator, LIES):
        source, follower = lie.source(victim.facts), lie.follower_source(victim.facts)
        reimported = lie.follower_source(victim.facts, OTHER_HEADER)
        _, first, right, _, second, third = await evaluate(
            evaluator, source, follower, function(RIGHT), source, reimported, follower
        )
        helped += [lie.name] if first.all_passed or second.all_passed or third.all_passed else []
        harmed += [] if right.all_passed else [lie.name]
    assert (helped, harmed) == ([], [])
    assert await still_evaluates(evaluator)


async def faults(start: Start, victim: Victim, hangs: Sequence[Behaviour]) -> list[str]:
    """What went wrong in the evaluation of `hangs`, each followed by a right version. Bisects to find the culprit."""
    evaluator, fault = await start(), "the evaluator no longer works"
    sources = [text for hang in hangs for text in (hang.source(victim.facts), RIGHT_BY_A_FILE)]
    try:
        async with asyncio.timeout(60 + 15 * len(hangs)):
            verdicts = await evaluate(evaluator, *sources)
            greens = [verdict.all_passed for verdict in verdicts]
            if all(greens[1::2]) and await still_evaluates(evaluator):
                return [f"{hang.name}: {GREEN}" for hang, green in zip(hangs, greens[::2], strict=True) if green]
    except Exception as error:
        fault = repr(error)
    if len(hangs) == 1:
        return [f"{hangs[0].name}: {fault}"]
    middle = len(hangs) // 2
    return [*await faults(start, victim, hangs[:middle]), *await faults(start, victim, hangs[middle:])]


async def test_hangs_end_and_the_evaluator_continues(start: Start, evaluator: PytestEvaluator, victim: Victim):
    found = [fault for part in groups(running(evaluator, HANGS)) for fault in await faults(start, victim, part)]
    assert not found, "\n".join(found)


async def test_hangs_end_and_the_evaluator_continues_to_confirm(evaluator: PytestEvaluator, victim: Victim):
    """The same for confirmations, with the hangs that attack the evaluator itself."""
    slots, found = asyncio.Semaphore(CONFIRMED_AT_ONCE), []

    async def confirm(hang: Behaviour) -> None:
        try:
            async with slots, asyncio.timeout(200):
                verdict = await evaluator.confirm(hang.source(victim.facts))
            found.extend([f"{hang.name}: it is green"] if verdict.all_passed else [])
        except Exception as error:
            found.append(f"{hang.name}: {error!r}")

    await asyncio.gather(*map(confirm, running(evaluator, [b for b in HANGS if b.confirmed])))
    assert not found, "\n".join(found)
    assert (await evaluator.confirm(RIGHT_BY_A_FILE)).all_passed


async def test_harms_do_no_harm(evaluator: PytestEvaluator, victim: Victim):
    """Neither in a swap, nor in a module that is imported again, nor in a confirmation, nor during the cleanup."""
    harms = running(evaluator, HARMS)
    if not harms:
        pytest.skip("there is no sandbox")
    done = set()
    for part in groups(harms):
        for header in ("", OTHER_HEADER):
            verdicts = await evaluate(evaluator, *(b.source(victim.facts, header) for b in part))
            done |= {b.name for b, v in zip(part, verdicts, strict=True) if b.shows == "green" and v.all_passed}
        done |= {b.name for b in part if b.harmed and b.harmed(victim)}
    for harm in [b for b in harms if b.confirmed]:
        await evaluator.confirm(harm.source(victim.facts))
        done |= {harm.name} if harm.harmed and harm.harmed(victim) else set()
    assert done == set()
    assert await still_evaluates(evaluator)
    await evaluator.close()
    evaluator.launcher.copy.close()
    await until(lambda: not victim.left())
    assert [b.name for b in harms if b.harmed and b.harmed(victim)] == []


async def test_harms_do_no_harm_in_a_confirmation(evaluator: PytestEvaluator, victim: Victim):
    """All of them one after the other in one version, which reports the ones that succeeded."""
    harms = [b for b in running(evaluator, HARMS) if not (b.confirmed or b.fatal or b.needs_namespace)]
    if not harms:
        pytest.skip("there is no sandbox")
    acts = [b.source(victim.facts, f"def act_{number}(a):") for number, b in enumerate(harms)]
    calls = [
        f"try: open_doors += [{number}] if act_{number}(a) == 3 and {b.shows == 'green'} else []\n"
        "except Exception: pass\n"
        for number, b in enumerate(harms)
    ]
    verdict = await evaluator.confirm(
        function("\n".join([*acts, "open_doors = []", *calls, "assert a != 5 or not open_doors, open_doors", RIGHT]))
    )
    assert verdict.all_passed, verdict
    assert [b.name for b in harms if b.harmed and b.harmed(victim)] == []
