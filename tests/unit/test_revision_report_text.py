import pytest

from reloc_lsp.revision.report_text import slowdown
from reloc_lsp.search.verdict import Outcome, TestResult, Verdict


def verdict(**seconds: float) -> Verdict:
    return Verdict({name: TestResult(Outcome.PASSED, took) for name, took in seconds.items()})


FAILED = Verdict({"a": TestResult(Outcome.FAILED, 0.001), "b": TestResult(Outcome.PASSED, 0.02)})


@pytest.mark.parametrize(
    ("before", "after", "times"),
    [
        (verdict(a=0.02, b=0.02), verdict(a=0.02, b=0.38), 10),
        (verdict(a=0.02), verdict(a=0.05), 0),
        (verdict(a=0.001), verdict(a=0.01), 0),
        (FAILED, verdict(a=5.0, b=0.02), 0),
    ],
    ids=["ten times", "not much", "a moment", "only tests that failed before"],
)
def test_a_slowdown_is_reported_only_if_it_is_large(before, after, times):
    assert slowdown(before, after) == pytest.approx(times)
