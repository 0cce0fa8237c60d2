"""The study: its cases, and what it makes of rows."""

from __future__ import annotations

import json
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from study_report import interval, page, paired_interval
from study_sets import cases

PROBLEM = {
    "task_id": 1, "prompt": "Write a function to add three.", "test_imports": [],
    "code": "def add_three(a):\n    b = a + 3\n    return b",
    "test_list": ["assert add_three(1) == 4", "assert add_three(0) == 3", "assert add_three(9) == 12"],
}  # fmt: skip


def test_half_of_the_assertions_of_a_problem_judge_alone(tmp_path):
    (tmp_path / "mbpp.json").write_text(json.dumps([PROBLEM]))
    ((name, case),) = cases("mbpp", tmp_path / "mbpp.json", 0)
    assert (name, case["unit"]) == ("mbpp1", "solution.py::add_three")
    assert case["broken"] != PROBLEM["code"] and "Write a function to add three." in case["broken"]
    assert "add_three(9)" in case["held_out"] and "add_three(9)" not in case["tests"]
    assert list(cases("mbpp", tmp_path / "mbpp.json", 0)) == [(name, case)]


def row(method: str, case: str, seconds: float, *, fixed: bool) -> dict[str, object]:
    return {
        "method": method, "model": "", "set": "own", "case": case, "seed": 0, "fixed": fixed, "right": fixed,
        "seconds": seconds, "tokens": 5, "read": 5, "evaluations": 7,
    }  # fmt: skip


def test_the_page_has_shares_differences_and_curves(tmp_path):
    rows = [row("rewrites", "a", 1, fixed=False), row("rewrites", "b", 2, fixed=True)]
    rows += [row("auto", "a", 3, fixed=True), row("auto", "b", 2, fixed=True)]
    text = page(rows, tmp_path / "study.md")
    assert "| auto | 2 | 2 (34 to 100 %)" in text and "auto against rewrites: +1 of 2 fixed" in text
    curve = ET.parse(tmp_path / "study-own-seconds.svg").getroot()
    assert [part.text for part in curve if part.get("fill", "").startswith("#")] == ["rewrites", "auto"]


def test_an_interval_is_that_of_wilson_and_a_difference_is_paired():
    assert interval(50, 100) == "40 to 60 %"
    assert paired_interval([1] * 10) == (1, 1)


@pytest.mark.parametrize("times", [1, 2])
def test_a_run_that_is_there_is_not_repeated(tmp_path, times):
    call = [sys.executable, Path(__file__).parent / "study.py", tmp_path / "rows.jsonl", "--sets", "exercises"]
    call += ["--only", "^compass$", "--methods", "rewrites", "--seconds", "20"]
    outputs = [subprocess.run(call, capture_output=True, text=True, check=True).stdout for _ in range(times)]
    assert outputs[0].startswith("rewrites") and "right" in outputs[0] and not "".join(outputs[1:])
    assert len((tmp_path / "rows.jsonl").read_text().splitlines()) == 1
