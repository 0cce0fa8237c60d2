"""Projects whose surroundings are unusual: what the tests need, how they reach the function, which Python they have."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from reloc_lsp.evaluation.interpreter import Interpreter, newer_syntax
from reloc_lsp.revision import Progress, Proposal, Revision, Snapshot, Target
from reloc_lsp.search.budget import Budget
from reloc_lsp.settings import EvaluationSettings, Settings

READS_A_VARIABLE = """\
    import os

    UNIT = os.environ["SHOP_UNIT"]

    def label(price):
        return f"{price} {UNIT.upper}"
"""
SHOP_TESTS = "from shop import label\ndef test(): assert label(3) == '3 EUR'\n"
HOME_TESTS = "from hi import greeting\ndef test(): assert greeting() == 5\n"
READS_HOME = """\
    from pathlib import Path

    def greeting():
        return int((Path.home() / ".greeting").read_text()) - 1
"""
COUNTER = """\
    import queue
    import threading

    waiting = queue.Queue()

    def longest(words):
        return min(words, key=len)

    def serve():
        while True:
            words, box, done = waiting.get()
            try:
                box.append(longest(words))
            finally:
                done.set()

    threading.Thread(target=serve, daemon=True).start()

    def ask(words):
        box, done = [], threading.Event()
        waiting.put((words, box, done))
        done.wait()
        return box[0]
"""


async def revise(root: Path, target: Target, **settings: object) -> Proposal:
    evaluation = EvaluationSettings(workers=1, **settings)  # type: ignore[arg-type]
    chosen = Settings(budget=Budget(seconds=60), evaluation=evaluation)
    (proposal,) = [i async for i in Revision(Snapshot(root), target, chosen).run() if isinstance(i, Proposal)]
    return proposal


async def test_a_variable_that_is_withheld_while_tests_are_imported_is_named_with_its_setting(write, monkeypatch):
    monkeypatch.setenv("SHOP_UNIT", "eur")
    root = write(
        {
            "shop.py": READS_A_VARIABLE,
            "test_shop.py": "from shop import label\ndef test(): assert label(3) == '3 EUR'\n",
        }
    )
    proposal = await revise(root, Target(root / "shop.py", "label"))
    assert proposal.status == "error" and 'evaluation.environment = ["SHOP_UNIT"]' in proposal.message
    granted = await revise(root, Target(root / "shop.py", "label"), environment=("SHOP_UNIT",))
    assert granted.before.total == 1, granted


async def test_a_variable_that_is_not_set_at_all_is_not_called_withheld(write, monkeypatch):
    monkeypatch.delenv("SHOP_UNIT", raising=False)
    root = write(
        {
            "shop.py": READS_A_VARIABLE,
            "test_shop.py": "from shop import label\ndef test(): assert label(3) == '3 EUR'\n",
        }
    )
    proposal = await revise(root, Target(root / "shop.py", "label"))
    assert proposal.status == "error" and "withheld" not in proposal.message


async def test_a_variable_that_is_withheld_from_a_test_is_named_and_a_key_of_the_same_name_is_not(write, monkeypatch):
    monkeypatch.setenv("SHOP_UNIT", "eur")
    root = write(
        {
            "shop.py": "import os\ndef unit(n, all): return all['SHOP_UNIT'] if n else os.environ['SHOP_UNIT']\n",
            "test_shop.py": (
                "from shop import unit\n"
                "def test_key(): assert unit(1, {}) == 'eur'\n"
                "def test_variable(): assert unit(0, {}) == 'eur'\n"
            ),
        }
    )
    target = Target(root / "shop.py", "unit")
    of_variable = await revise(root, target, tests=("test_shop.py::test_variable",))
    assert 'evaluation.environment = ["SHOP_UNIT"]' in of_variable.message
    of_key = await revise(root, target, tests=("test_shop.py::test_key",))
    assert "withheld" not in f"{of_key.message} {of_key.notes}"


async def test_a_file_of_the_home_folder_is_named_with_the_settings_that_show_it(write, tmp_path, monkeypatch):
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / ".greeting").write_text("4")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    root = write({"hi.py": READS_HOME, "test_hi.py": HOME_TESTS})
    proposal = await revise(root, Target(root / "hi.py", "greeting"))
    assert proposal.status == "error" and 'evaluation.environment = ["HOME"]' in proposal.message, proposal.message
    shown = (f"!{tmp_path / 'home' / '.greeting'}",)
    granted = await revise(root, Target(root / "hi.py", "greeting"), environment=("HOME",), withhold=shown)
    assert granted.status == "fixed", granted


async def test_a_thread_that_the_module_starts_is_there_for_each_candidate(write):
    tests = """
        from counter import ask

        def test_two(): assert ask(["a", "bcd"]) == "bcd"
        def test_one(): assert ask(["x"]) == "x"
    """
    root = write({"counter.py": COUNTER, "test_counter.py": tests})
    proposal = await revise(root, Target(root / "counter.py", "longest"))
    assert (proposal.status, proposal.after.total) == ("fixed", 2), proposal


async def test_a_function_that_only_other_processes_run_is_judged_there(write):
    cli = "import sys\nfrom sizes import double\n\nprint(double(int(sys.argv[1])))\n"
    tests = """
        import subprocess, sys

        def run(number):
            done = subprocess.run([sys.executable, "cli.py", str(number)], capture_output=True, text=True)
            return done.stdout.strip()

        def test_three(): assert run(3) == "6"
        def test_zero(): assert run(0) == "0"
    """
    root = write({"sizes.py": "def double(n):\n    return n - n\n", "cli.py": cli, "test_cli.py": tests})
    proposal = await revise(root, Target(root / "sizes.py", "double"))
    assert proposal.status == "fixed" and "n + n" in proposal.source, proposal
    assert any("takes a new pytest process" in note for note in proposal.notes)


async def test_the_doctests_of_a_module_are_tests_if_pytest_collects_them(write):
    module = '''
        def rest(total, paid):
            """
            >>> rest(10, 4)
            6
            >>> rest(3, 5)
            -2
            """
            return total + paid
    '''
    files = {"till.py": module, "pytest.ini": "[pytest]\naddopts = --doctest-modules\n"}
    root = write(files)
    proposal = await revise(root, Target(root / "till.py", "rest"))
    assert proposal.status == "fixed" and "total - paid" in proposal.source, proposal
    without = write({"till.py": module}, "other")
    refused = await revise(without, Target(without / "till.py", "rest"))
    assert refused.status == "error" and "--doctest-modules" in refused.message


async def test_a_test_that_fails_elsewhere_neither_hinders_a_fix_nor_goes_unnamed(write):
    module = """
        def trimmed(name):
            return name.strip().title()

        def row(name, ages):
            name = trimmed(name)
            if min(ages) <= 0:
                raise ValueError("too young")
            return name, ages
    """
    tests = """
        from rows import row, trimmed

        def test_trimmed(): assert trimmed(" ann Lee ") == "ann Lee"
        def test_newborn(): assert row("x", [0]) == ("x", [0])
    """
    root = write({"rows.py": module, "test_rows.py": tests})
    proposal = await revise(root, Target(root / "rows.py", "trimmed"))
    assert proposal.status == "fixed" and "return name.strip()\n" in proposal.source, proposal
    assert any("test_newborn still fails" in note and "too young" in note for note in proposal.notes), proposal.notes


async def test_a_test_that_expects_an_exception_is_not_set_apart(write):
    module = "def check(age):\n    return age < 0\n"
    tests = """
        import pytest
        from ages import check

        def test_refused():
            try:
                check(-1)
            except ValueError:
                return
            raise RuntimeError("nothing was raised")

        def test_fine(): assert check(1) is None
    """
    root = write({"ages.py": module, "test_ages.py": tests})
    proposal = await revise(root, Target(root / "ages.py", "check"))
    assert proposal.before.total == 2, proposal.notes


async def test_a_partial_result_names_the_tests_that_still_fail(write):
    tests = "from m import up\ndef test_one(): assert up(1) == 2\ndef test_text(): assert up('a') == b'never'\n"
    root = write({"m.py": "def up(x):\n    return x - 1\n", "test_m.py": tests})
    settings = Settings(budget=Budget(seconds=30), evaluation=EvaluationSettings(workers=1))
    revision = Revision(Snapshot(root), Target(root / "m.py", "up"), settings)
    (proposal,) = [i async for i in revision.run() if isinstance(i, Proposal)]
    assert proposal.status == "improved", proposal
    assert "Still failing: test_m.py::test_text." in proposal.why


async def test_where_the_time_went_is_part_of_the_result(write):
    root = write(
        {"m.py": "def up(x):\n    return x - 1\n", "test_m.py": "from m import up\ndef test(): assert up(1) == 2\n"}
    )
    items = [
        item async for item in Revision(
            Snapshot(root), Target(root / "m.py", "up"), Settings(evaluation=EvaluationSettings(workers=1))
        ).run()
    ]  # fmt: skip
    timings = items[-1].as_json()["timings"]
    assert list(timings) == ["copy", "collection", "baseline", "first_fix", "choice", "confirmation"]
    assert all(seconds > 0 for seconds in timings.values()), timings
    assert sum(timings.values()) <= items[-1].cost["seconds"] + 1
    first = next(item for item in items if isinstance(item, Progress) and item.plausible)
    assert "x - 1" in first.plausible and first.phase == "searching"


def test_syntax_that_only_the_projects_python_knows_is_told_from_wrong_syntax(monkeypatch):
    monkeypatch.setattr(newer_syntax.sys, "version_info", (3, 8))
    project = Interpreter(Path(sys.executable), (3, 11, 7), "8.0", "")
    assert "needs a newer Python than the 3.8" in newer_syntax.newer_syntax_reason(
        "try:\n    pass\nexcept* OSError:\n    pass\n", "m.py", project
    )
    assert newer_syntax.newer_syntax_reason("def f(:\n", "m.py", project) == ""


@pytest.mark.parametrize("value", ["lambda x: x + x", "partial(int, base=2)"])
async def test_a_name_for_a_lambda_or_the_result_of_a_call_is_refused_with_the_reason(write, value):
    root = write({"m.py": f"from functools import partial\n\ntwice = {value}\n\ndef f():\n    return 1\n"})
    proposal = await revise(root, Target(root / "m.py", "twice"))
    assert proposal.status == "error" and "only functions with def are revised" in proposal.message
