"""The page of a trace: complete, without the network, and safe with any text that a model wrote."""

from __future__ import annotations

import base64
import importlib.util
import json
import re
from hashlib import sha256
from typing import Any

import pytest

from reloc_lsp.revision.trace.trace_file import TraceError
from reloc_lsp.revision.trace_report import render_page

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


def test_the_page_shows_how_the_best_came_about_and_what_it_cost():
    call = {
        "call": 1,
        "count": 1,
        "replies": [{}],
        "usage": {"prompt_tokens": 1234, "completion_tokens": 56},
        "seconds": 2,
    }
    end = {"end": "enough revisions pass", "cost": {"evaluations": 3, "money": None}, "kinds": {"no code": 2}}
    text = render_page(trace(call, node(1, 0, 2), node(2, 1, 3), node(3, 0, 0), end))
    assert "3 versions evaluated. 1 of 3 tests passed before, 3 with the best. Ended: enough revisions pass." in text
    assert "<td>1234</td>" in text and "replies: no code" in text
    opened = re.findall(r'<details open><summary><b class="\w+">(\d)', text)
    assert opened == ["1", "2"], "the way to the best is shown first"
    assert "AssertionError: assert 1 == 2" in text


def test_the_page_loads_nothing():
    text = render_page(trace(node(1, 0, 2)))
    assert not re.search(r"<(script|link|img)[^>]+(src|href)=", text)


def test_the_browser_may_run_only_the_scripts_of_the_page():
    text = render_page(trace(node(1, 0, 2)))
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', text)
    assert policy and "default-src 'none'" in policy[1] and "'unsafe-inline'" not in policy[1].partition("style-src")[0]
    data = 0
    for attributes, script in re.findall(r"<script([^>]*)>(.*?)</script>", text, re.DOTALL):
        if attributes == ' type="application/json"':  # Data, which a browser never runs.
            assert json.loads(script).keys() == {"data", "layout"}
            data += 1
        else:
            assert not attributes and base64.b64encode(sha256(script.encode()).digest()).decode() in policy[1]
    assert data == 2


def test_text_of_the_trace_is_escaped_everywhere():
    bad = node(1, 0, 1, description=HOSTILE, origin=HOSTILE, source=HOSTILE, failures={HOSTILE: HOSTILE})
    text = render_page([{**trace()[0], "qualname": HOSTILE}, bad, {"end": HOSTILE, "cost": {}, "kinds": {HOSTILE: 1}}])
    assert "<script>alert" not in text and "<img src=x" not in text
    scripts = re.findall(r"<script([^>]*)>(.*?)</script>", text, re.DOTALL)
    data = [script for attributes, script in scripts if attributes]
    assert len(scripts) == 4 and len(data) == 2, "no text of the trace ends a script or begins one"
    assert not any(character in script for script in data for character in "<>&'")
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text


def test_an_unfinished_trace_is_shown_as_far_as_it_goes():
    text = render_page(trace())
    assert "0 versions evaluated. 1 of 3 tests passed before, 1 with the best. Broken off." in text


def ended(seconds: float, evaluations: int, reason: str) -> dict[str, Any]:
    return {"end": reason, "cost": {"seconds": seconds, "evaluations": evaluations, "money": None}, "kinds": {}}


def test_several_searches_are_listed_each_with_its_own_cost():
    later = {**trace()[0], "file": "n.py", "qualname": "later"}
    text = render_page(
        [
            *trace(node(1, 0, 1), node(2, 1, 2), ended(4.5, 20, "neighbourhood")),
            later, node(1, 0, 3, spent={"seconds": 6.0, "evaluations": 27, "tokens": 0}), ended(7.0, 29, "seconds"),
        ]
    )  # fmt: skip
    rows = re.findall(r'<a href="#search-(\d)">(\w+)</a>.*?<td>(\d → \d of 3) tests.*?([\d.]+) s</td>', text, re.DOTALL)
    assert rows == [("1", "f", "1 → 2 of 3", "4.5"), ("2", "later", "1 → 3 of 3", "2.5")]
    assert re.findall(r'<section id="search-(\d)">\s*<h2>(\w+) in (\w.py)', text) == [
        ("1", "f", "m.py"),
        ("2", "later", "n.py"),
    ]
    assert "<dt>evaluations</dt><dd>20</dd>" in text and "<dt>evaluations</dt><dd>9</dd>" in text
    assert text.count('class="plotly-graph-div"') == 4
    assert '"x":[0.0,1.5]' in text, "the second curve begins where the first search ended"


def test_an_optimization_is_shown_by_its_measure():
    start = {**trace()[0], "tests": {"a": "passed"}, "objective": {"kind": "simplify"}}
    text = render_page([start, node(1, 0, 1, total=1, reward=0.25), node(2, 0, 1, total=1, reward=0.5)])
    assert "fewer syntax nodes, %" in text and '"y":[0.0,25.0,50.0]' in text
    assert re.findall(r'<details open><summary><b class="\w+">(\d)', text) == ["2"]


def test_a_cycle_of_parents_in_the_trace_ends():
    assert "2 versions evaluated" in render_page(trace(node(1, 2, 2), node(2, 1, 3)))


@pytest.mark.parametrize(
    "lines", [[{"trace": 1, "file": "m.py", "qualname": "f"}], [*trace(), {"node": 1, "passed": "all"}]]
)
def test_lines_that_are_no_search_are_refused_with_a_message(lines):
    with pytest.raises(TraceError, match=f"Line {len(lines)} of the trace .* make a new trace"):
        render_page(lines)


def test_a_missing_package_is_named_with_the_command_that_installs_it(monkeypatch):
    found = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "jinja2" else found(name))
    with pytest.raises(TraceError, match=r"not installed: jinja2.*pip install 'reloc-lsp\[trace\]'"):
        render_page(trace())


def test_hidden_text_of_a_trace_is_visible_on_the_page():
    hidden = "\x1b[31m\u202e\u2028\u200b" + " " * 180 + "end"
    shown = r"\x1b[31m\u202e\u2028\u200b&lt;180 blanks&gt;end"
    bad = node(1, 0, 1, description=hidden, origin=hidden, source=UNIT + f"    # {hidden}\n", failures={"t": hidden})
    first = {**trace()[0], "qualname": hidden, "source": UNIT + f"    # before {hidden}\n"}
    text = render_page([first, bad, {"end": hidden, "cost": {}, "kinds": {hidden: 1}}])
    own = re.sub(r"<script>.*?</script>", "", text, flags=re.DOTALL)
    assert not re.search("[\x1b\u202e\u2028\u200b]", own)
    assert own.count(shown) >= 4 and "180" in own
