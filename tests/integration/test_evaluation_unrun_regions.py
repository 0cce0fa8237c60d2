"""Which parts of a version its tests do not run, in every tier."""

from __future__ import annotations

import textwrap

import pytest

UNCHANGED = "def f(a):\n    return a\n"
TESTS = "from m import f\n\ndef test_one(): f(1)\ndef test_two(): f(2)\n"


async def left_out(write, start_evaluator, version, *, tests=TESTS, module=UNCHANGED, unit="m.py::f"):
    """The tier, and the text of each part that is not run."""
    evaluator = await start_evaluator(write({"m.py": module, "test_m.py": tests}), unit)
    regions = await evaluator.unrun_regions(version)
    lines = evaluator.location.file_text(version).encode().split(b"\n")
    assert regions is not None
    texts = []
    for region in regions:
        part = lines[region.line - 1 : region.end_line]
        part[-1] = part[-1][: region.end_column]
        part[0] = part[0][region.column :]
        texts.append(b"\n".join(part).decode())
    return evaluator.baseline.tier.name, texts


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("return a + 1", []),
        ("if a == 48151623:\n    print(a)\n    return 0\nreturn a", ["print(a)", "return 0"]),
        ("for n in []:\n    if n:\n        return n\nelse:\n    return a", ["if n:\n            return n"]),
        ("return a if a < 9 else 'ü' + boom()", ["'ü' + boom()"]),
        ("return 'ü' or boom(a)", ["boom(a)"]),
        ("return a > 9 and boom(a)", ["boom(a)"]),
        ("return [boom(n) for n in () if n]", ["boom(n)"]),
        ("return {n: boom(n) for n in ()}", ["boom(n)"]),
        ("return (lambda: boom(a)) and a", ["boom(a)"]),
        ("try:\n    return a\nexcept ValueError:\n    return boom(a)", ["return boom(a)"]),
        (
            "match a:\n    case 1 | 2:\n        return a\n    case n if boom(n):\n        return 1",
            ["boom(n)", "return 1"],
        ),
        ("'''Text.'''\ndef inner():\n    return boom(a)\nreturn a", ["return boom(a)"]),
        ("class K:\n    def m(self):\n        return boom(a)\nreturn a", ["return boom(a)"]),
        ("while a > 9:\n    a -= 1\nreturn a", ["a -= 1"]),
    ],
)
async def test_the_outermost_parts_that_no_test_runs(write, start_evaluator, body, expected):
    version = "def f(a):\n" + textwrap.indent(body, "    ") + "\n"
    assert await left_out(write, start_evaluator, version) == ("warm", expected)


async def test_what_one_of_the_tests_runs_is_run(write, start_evaluator):
    version = "def f(a):\n    if a == 2:\n        return 2\n    if a == 3:\n        return 3\n    return a\n"
    assert await left_out(write, start_evaluator, version) == ("warm", ["return 3"])


async def test_only_the_unit_is_looked_at(write, start_evaluator):
    module = (
        "class C:\n    def f(self, a):\n        return a\n    def g(self):\n        return 1\ndef h():\n    return 2\n"
    )
    tests = "from m import C\n\ndef test(): C().f(1)\n"
    version = "    def f(self, a):\n        return a if a else 0\n"
    tier, found = await left_out(write, start_evaluator, version, tests=tests, module=module, unit="m.py::C.f")
    assert (tier, found) == ("warm", ["0"])


@pytest.mark.parametrize("forks", [True, False], ids=["fresh", "cold"])
async def test_a_version_that_is_read_at_import(write, start_evaluator, monkeypatch, forks):
    if not forks:
        monkeypatch.delattr("os.fork")
    module = "def f(a):\n    return a\n\nVALUE = f(3)\n"
    tests = "import m\n\ndef test_value(): assert m.VALUE == 3\ndef test_call(): assert m.f(1) == 1\n"
    version = "def f(a):\n    if a > 9:\n        return 9\n    return a if a < 5 else 5\n"
    tier, found = await left_out(write, start_evaluator, version, tests=tests, module=module)
    assert tier == ("fresh" if forks else "cold") and found == ["return 9", "5"]


async def test_a_test_that_ends_the_process_leaves_it_unknown(write, start_evaluator):
    tests = "import os\nfrom m import f\n\ndef test(): f(1)\ndef test_end():\n    if f(2) == 3: os._exit(0)\n"
    evaluator = await start_evaluator(write({"m.py": UNCHANGED, "test_m.py": tests}), "m.py::f")
    assert await evaluator.unrun_regions("def f(a):\n    return a + 1\n") is None
