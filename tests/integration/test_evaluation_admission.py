"""A model's code is read before it runs: by the safety lint, with the words of the project and those of the user."""

from __future__ import annotations

from verdicts import evaluate

from reloc_lsp.evaluation.admission import Admission
from reloc_lsp.evaluation.workspace.project_words import project_words
from reloc_lsp.evaluation.workspace.user_files import UserFiles
from reloc_lsp.program.safety import NoLint
from reloc_lsp.search.candidate import Candidate

FILES = {
    "shop/price.py": "def f(a):\n    return a\n",
    "shop/cart.py": "class Cart:\n    def total(self):\n        return self.discount\n",
    "other/bank.py": "def pay(account):\n    account.balance -= 1\n",
    "test_price.py": "from shop.price import f\n\ndef test_f():\n    assert f(2) == 4\n    f.secret_of_a_test = 1\n",
    "shop/test_more.py": "def more(x):\n    return x.told_by_a_test\n",
}
RIGHT = "def f(a):\n    return a * a\n"
POWER = "def f(a):\n    import os\n    os.path.exists('x')\n    return a * a\n"


def candidate(body, trusted=False):
    return Candidate(f"def f(a):\n    {body}\n", "test", "", trusted=trusted)


async def test_a_refused_version_fails_and_says_what_and_where(write, start_evaluator):
    evaluator = await start_evaluator(write(FILES), "shop/price.py::f")
    right, power, other = await evaluate(evaluator, RIGHT, POWER, RIGHT + "x = 1\n", trusted=False)
    assert right.all_passed
    ((failure,),) = [[result.failure for result in power.results.values()]]
    assert (failure.kind, failure.message.split(". ")[0]) == ("Refused", "not run: line 3 uses os.path.exists")
    ((failure,),) = [[result.failure for result in other.results.values()]]
    assert failure.message == "not run: it is not one function of the same kind and name."
    assert "os.path.exists" in evaluator.admission.note and "review.allow" in evaluator.admission.note


async def test_a_rewrite_is_not_read(write, start_evaluator):
    evaluator = await start_evaluator(write(FILES), "shop/price.py::f")
    (verdict,) = await evaluate(evaluator, POWER)
    assert verdict.all_passed and evaluator.admission.note == ""


async def test_the_lint_can_be_left_out(write, start_evaluator):
    evaluator = await start_evaluator(write(FILES), "shop/price.py::f", lint=NoLint())
    (verdict,) = await evaluate(evaluator, POWER, trusted=False)
    assert verdict.all_passed


async def test_the_user_and_the_project_allow_words(write, start_evaluator):
    root = write(FILES)
    location = (await start_evaluator(root, "shop/price.py::f")).location
    admission = Admission.for_unit(location, UserFiles(root))
    for allowed in ("return a.total, a.discount, a.balance", "return a.bit_length()"):
        assert await admission.refusal(candidate(allowed)) == ""
    for refused in ("return a.told_by_a_test", "return a.secret_of_a_test", "return open(a)"):
        assert await admission.refusal(candidate(refused)) != ""
    assert await admission.refusal(candidate("return open(a)", trusted=True)) == ""
    mild = Admission.for_unit(location, UserFiles(root), allowed=["open"])
    assert await mild.refusal(candidate("return open(a)")) == ""


def test_the_words_are_those_of_the_editor_and_not_those_of_tests(write):
    root = write(FILES)
    files = UserFiles(root, {root / "shop/cart.py": "cart.unsaved\n"})
    words = project_words(files, root / "shop/price.py").attributes
    assert {"unsaved", "balance", "pay"} <= words
    assert not words & {"discount", "told_by_a_test", "secret_of_a_test", "f"}
