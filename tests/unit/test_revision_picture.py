"""The page of a trace: whole, without the network, and safe with whatever a model wrote."""

from __future__ import annotations

import re
from typing import Any

import pytest

from reloc_lsp.revision.picture import page
from reloc_lsp.revision.trace import TraceError

HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(2)>"
UNIT = "def f(a):\n    return a\n"


def node(number: int, parent: int, passed: int, **more: Any) -> dict[str, Any]:
    return {
        "node": number, "parent": parent, "origin": "model: revision", "description": f"step {number}",
        "source": UNIT.replace("return a", f"return a + {number}"), "passed": passed, "total": 3, "score": [passed],
        "failures": {"test_m.py::test_it": "AssertionError: assert 1 == 2"},
        "spent": {"seconds": number / 2, "evaluations": number, "tokens": 100 * number}, **more,
    }  # fmt: skip


def trace(*lines: dict[str, Any]) -> list[dict[str, Any]]:
    first = {
        "trace": 1,
        "file": "m.py",
        "qualname": "f",
        "source": UNIT,
        "tests": {"a": "passed", "b": "failed", "c": "failed"},
    }
    return [first, *lines]


def test_it_tells_how_the_best_came_about_and_what_it_cost():
    call = {
        "call": 1,
        "count": 1,
        "replies": [{}],
        "usage": {"prompt_tokens": 1234, "completion_tokens": 56},
        "seconds": 2,
    }
    end = {"end": "enough revisions pass", "cost": {"evaluations": 3, "money": None}, "kinds": {"no code": 2}}
    text = page(trace(call, node(1, 0, 2), node(2, 1, 3), node(3, 0, 0), end))
    assert (
        "3 versions were judged. 1 of 3 tests passed before, 3 with the best. It ended: enough revisions pass." in text
    )
    assert "<td>1234</td>" in text and "replies: no code" in text
    opened = re.findall(r"<details open><summary>(\d)", text)
    assert opened == ["1", "2"], "the way to the best is shown first"
    assert "AssertionError: assert 1 == 2" in text


def test_it_needs_nothing_from_elsewhere():
    text = page(trace(node(1, 0, 2)))
    assert not re.search(r"<(script|link|img)[^>]+(src|href)=", text)


def test_what_a_model_wrote_stays_text():
    bad = node(1, 0, 1, description=HOSTILE, origin=HOSTILE, source=HOSTILE, failures={HOSTILE: HOSTILE})
    text = page([{**trace()[0], "qualname": HOSTILE}, bad, {"end": HOSTILE, "cost": {}, "kinds": {HOSTILE: 1}}])
    assert "<script>alert" not in text and "<img src=x" not in text


def test_a_trace_that_was_broken_off_is_drawn_as_far_as_it_goes():
    text = page(trace())
    assert "0 versions were judged. 1 of 3 tests passed before, 1 with the best. It was broken off." in text


def test_of_several_searches_the_last_is_drawn():
    later = {**trace()[0], "qualname": "later"}
    text = page([*trace(node(1, 0, 1), node(2, 1, 2)), later, node(1, 0, 3)])
    assert "<h1>ReLoc: later in m.py</h1>" in text and "1 versions were judged" in text


def test_what_is_no_search_is_refused_in_a_sentence():
    with pytest.raises(TraceError, match="make a new one"):
        page([{"trace": 1, "file": "m.py", "qualname": "f"}])
