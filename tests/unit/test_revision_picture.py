"""The page of a trace: whole, without the network, and safe with whatever a model wrote."""

from __future__ import annotations

import base64
import re
from hashlib import sha256
from typing import Any

import pytest

from reloc_lsp.revision.trace_file import TraceError
from reloc_lsp.revision.trace_report import page

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
    assert "3 versions judged. 1 of 3 tests passed before, 3 with the best. Ended: enough revisions pass." in text
    assert "<td>1234</td>" in text and "replies: no code" in text
    opened = re.findall(r"<details open><summary><b class=\w+>(\d)", text)
    assert opened == ["1", "2"], "the way to the best is shown first"
    assert "AssertionError: assert 1 == 2" in text


def test_it_needs_nothing_from_elsewhere():
    text = page(trace(node(1, 0, 2)))
    assert not re.search(r"<(script|link|img)[^>]+(src|href)=", text)


def test_a_browser_is_told_to_run_no_scripts_but_those_of_the_page():
    text = page(trace(node(1, 0, 2)))
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', text)
    assert policy and "default-src 'none'" in policy[1] and "'unsafe-inline'" not in policy[1].partition("style-src")[0]
    for script in re.findall(r"<script[^>]*>(.*?)</script>", text, re.DOTALL):
        assert base64.b64encode(sha256(script.encode()).digest()).decode() in policy[1]


def test_what_a_model_wrote_stays_text():
    bad = node(1, 0, 1, description=HOSTILE, origin=HOSTILE, source=HOSTILE, failures={HOSTILE: HOSTILE})
    text = page([{**trace()[0], "qualname": HOSTILE}, bad, {"end": HOSTILE, "cost": {}, "kinds": {HOSTILE: 1}}])
    assert "<script>alert" not in text and "<img src=x" not in text


def test_a_trace_that_was_broken_off_is_drawn_as_far_as_it_goes():
    text = page(trace())
    assert "0 versions judged. 1 of 3 tests passed before, 1 with the best. Broken off." in text


def ended(seconds: float, evaluations: int, reason: str) -> dict[str, Any]:
    return {"end": reason, "cost": {"seconds": seconds, "evaluations": evaluations, "money": None}, "kinds": {}}


def test_of_several_searches_each_is_drawn_and_listed_with_what_it_alone_has_spent():
    later = {**trace()[0], "file": "n.py", "qualname": "later"}
    text = page(
        [
            *trace(node(1, 0, 1), node(2, 1, 2), ended(4.5, 20, "neighbourhood")),
            later, node(1, 0, 3, spent={"seconds": 6.0, "evaluations": 27, "tokens": 0}), ended(7.0, 29, "seconds"),
        ]
    )  # fmt: skip
    rows = re.findall(r'<a href="#search-(\d)">(\w+)</a>.*?<td>(\d → \d of 3) tests.*?([\d.]+) s</td>', text)
    assert rows == [("1", "f", "1 → 2 of 3", "4.5"), ("2", "later", "1 → 3 of 3", "2.5")]
    assert re.findall(r'<section id="search-(\d)"><h2>(\w+) in (\w.py)', text) == [
        ("1", "f", "m.py"),
        ("2", "later", "n.py"),
    ]
    assert "<dt>evaluations</dt><dd>20</dd>" in text and "<dt>evaluations</dt><dd>9</dd>" in text
    assert text.count('class="plotly-graph-div"') == 4
    assert '"x":[0.0,1.5]' in text, "the second curve begins where the first search ended"


def test_what_makes_better_what_passes_is_drawn_by_its_measure():
    start = {**trace()[0], "tests": {"a": "passed"}, "objective": {"kind": "simplify"}}
    text = page([start, node(1, 0, 1, total=1, reward=0.25), node(2, 0, 1, total=1, reward=0.5)])
    assert "fewer syntax nodes, %" in text and '"y":[0.0,25.0,50.0]' in text
    assert re.findall(r"<details open><summary><b class=\w+>(\d)", text) == ["2"]


def test_versions_that_come_from_each_other_in_a_ring_end_somewhere():
    assert "2 versions judged" in page(trace(node(1, 2, 2), node(2, 1, 3)))


@pytest.mark.parametrize(
    "lines", [[{"trace": 1, "file": "m.py", "qualname": "f"}], [*trace(), {"node": 1, "passed": "all"}]]
)
def test_what_is_no_search_is_refused_in_a_sentence(lines):
    with pytest.raises(TraceError, match=f"Line {len(lines)} of the trace .* make a new trace"):
        page(lines)
