"""Candidates that lie, harm or hang: no lie is believed, nobody is harmed, and the next candidate is judged as ever.

What a candidate may get away with for want of walls is left out where there are none.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import pytest
from behaviour import OTHER_HEADER, RIGHT, WRONG, Behaviour, function
from behaviours import CONTROLS, HANGS, HARMS, LIES
from verdicts import evaluate, until
from victim import Victim

from reloc_lsp.evaluation.evaluator import PytestEvaluator

Starting = Callable[[], Awaitable[PytestEvaluator]]
AT_A_TIME, AT_A_TIME_CONFIRMED = 20, 10
GREEN = "it is green"
RIGHT_BY_A_FILE = function(next(b for b in CONTROLS if b.name == "is right by a temporary file").body)


def running(evaluator: PytestEvaluator, behaviours: Sequence[Behaviour]) -> list[Behaviour]:
    """Those that may be run within the judge's walls."""
    return [b for b in behaviours if b.runs_at(evaluator.sandbox)]


def parts(behaviours: Sequence[Behaviour]) -> list[Sequence[Behaviour]]:
    return [behaviours[start : start + AT_A_TIME] for start in range(0, len(behaviours), AT_A_TIME)]


async def still_judges(evaluator: PytestEvaluator) -> bool:
    """Whether right versions are right for the judge, and a wrong one is wrong."""
    texts = function(RIGHT), RIGHT_BY_A_FILE, function(RIGHT, OTHER_HEADER), function(WRONG)
    *right, wrong = await evaluate(evaluator, *texts)
    return all(verdict.all_passed for verdict in right) and not wrong.all_passed


async def test_controls_get_what_they_deserve(evaluator: PytestEvaluator, victim: Victim):
    verdicts = await evaluate(evaluator, *(b.source(victim.facts) for b in CONTROLS))
    assert {b.name: v.all_passed for b, v in zip(CONTROLS, verdicts, strict=True)} == {
        b.name: b.right for b in CONTROLS
    }


async def test_lies_are_not_green(evaluator: PytestEvaluator, victim: Victim):
    """They are judged as what somebody else has written."""
    verdicts = await evaluate(evaluator, *(b.source(victim.facts) for b in LIES), trusted=False)
    green = [b for b, verdict in zip(LIES, verdicts, strict=True) if verdict.all_passed]
    assert [b.name for b in green if "search" not in b.fools] == []
    doubtful = [b for b in green if "confirmation" not in b.fools]
    assert [b.name for b in doubtful if (await evaluator.confirm(b.source(victim.facts))).all_passed] == []


async def test_lies_leave_nothing_for_others(evaluator: PytestEvaluator, victim: Victim):
    """Even where nobody has read them before: beside each of them, wrong versions stay wrong and right ones right."""
    helped, harmed = [], []
    for lie in running(evaluator, LIES):
        source, mate = lie.source(victim.facts), lie.mate_source(victim.facts)
        anew = lie.mate_source(victim.facts, OTHER_HEADER)
        _, first, right, _, second, third = await evaluate(evaluator, source, mate, function(RIGHT), source, anew, mate)
        helped += [lie.name] if first.all_passed or second.all_passed or third.all_passed else []
        harmed += [] if right.all_passed else [lie.name]
    assert (helped, harmed) == ([], [])
    assert await still_judges(evaluator)


async def faults(starting: Starting, victim: Victim, hangs: Sequence[Behaviour]) -> list[str]:
    """What went wrong while `hangs` were judged, each followed by a right version; in halves if that is unclear."""
    evaluator, fault = await starting(), "the judge is not what it was"
    sources = [text for hang in hangs for text in (hang.source(victim.facts), RIGHT_BY_A_FILE)]
    try:
        async with asyncio.timeout(60 + 15 * len(hangs)):
            verdicts = await evaluate(evaluator, *sources)
            greens = [verdict.all_passed for verdict in verdicts]
            if all(greens[1::2]) and await still_judges(evaluator):
                return [f"{hang.name}: {GREEN}" for hang, green in zip(hangs, greens[::2], strict=True) if green]
    except Exception as error:
        fault = repr(error)
    if len(hangs) == 1:
        return [f"{hangs[0].name}: {fault}"]
    middle = len(hangs) // 2
    return [*await faults(starting, victim, hangs[:middle]), *await faults(starting, victim, hangs[middle:])]


async def test_hangs_end_and_the_judge_goes_on(starting: Starting, evaluator: PytestEvaluator, victim: Victim):
    found = [fault for part in parts(running(evaluator, HANGS)) for fault in await faults(starting, victim, part)]
    assert not found, "\n".join(found)


async def test_hangs_end_and_the_judge_goes_on_confirming(evaluator: PytestEvaluator, victim: Victim):
    """Of those that aim at the judge itself."""
    slots, found = asyncio.Semaphore(AT_A_TIME_CONFIRMED), []

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
    """Neither in a swap, nor in a module imported anew, nor in a confirmation; nor when all is cleared up."""
    harms = running(evaluator, HARMS)
    if not harms:
        pytest.skip("there are no walls")
    done = set()
    for part in parts(harms):
        for header in ("", OTHER_HEADER):
            verdicts = await evaluate(evaluator, *(b.source(victim.facts, header) for b in part))
            done |= {b.name for b, v in zip(part, verdicts, strict=True) if b.shows == "green" and v.all_passed}
        done |= {b.name for b in part if b.harmed and b.harmed(victim)}
    for harm in [b for b in harms if b.confirmed]:
        await evaluator.confirm(harm.source(victim.facts))
        done |= {harm.name} if harm.harmed and harm.harmed(victim) else set()
    assert done == set()
    assert await still_judges(evaluator)
    await evaluator.close()
    evaluator.launcher.copy.close()
    await until(lambda: not victim.left())
    assert [b.name for b in harms if b.harmed and b.harmed(victim)] == []


async def test_harms_do_no_harm_in_a_confirmation(evaluator: PytestEvaluator, victim: Victim):
    """All of them one after the other in one version, which tells what it could do."""
    harms = [b for b in running(evaluator, HARMS) if not (b.confirmed or b.fatal or b.needs_namespace)]
    if not harms:
        pytest.skip("there are no walls")
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
