"""What pytest can do with a test, it can do here: the quick way and a plain pytest run end alike."""

from __future__ import annotations

from textwrap import dedent

import pytest
from verdicts import evaluate, outcomes

from reloc_lsp.search.verdict import Outcome

MODULE = "def f(a):\n    return a\n"
CONFTEST = """
    import logging
    import pytest
    from m import f

    @pytest.fixture(scope="session")
    def base(tmp_path_factory):
        folder = tmp_path_factory.mktemp("base")
        (folder / "n").write_text("3")
        yield folder
        assert (folder / "n").exists()

    @pytest.fixture(scope="module", params=[3, 5])
    def number(request):
        return request.param

    @pytest.fixture
    def checked_afterwards():
        yield
        assert f(5) == 3, "at the end"

    @pytest.fixture
    def made_from_unit():
        assert f(5) == 3
        return 3

    @pytest.fixture(autouse=True)
    def seen(request):
        request.node.add_marker("seen")

    def pytest_configure(config):
        config.addinivalue_line("markers", "seen: set by a fixture")

    def pytest_runtest_setup(item):
        if "not_here" in item.keywords:
            pytest.skip("not here")
"""
FUNCTIONS = """
    import logging, os, sys, warnings
    import pytest
    from m import f

    def test_tmp_path(tmp_path):
        (tmp_path / "n").write_text(str(f(3)))
        assert (tmp_path / "n").read_text() == "3"
        assert not list(tmp_path.glob("other"))

    def test_tmp_path_of_a_failing_test(tmp_path):
        (tmp_path / "other").touch()
        assert f(5) == 3

    def test_capsys(capsys):
        print(f(3))
        assert capsys.readouterr().out == "3\\n"

    def test_capfd(capfd):
        os.write(1, b"%d" % f(3))
        assert capfd.readouterr().out == "3"

    def test_caplog(caplog):
        with caplog.at_level(logging.INFO):
            logging.getLogger("x").info("%d", f(3))
        assert caplog.messages == ["3"]

    def test_monkeypatch(monkeypatch):
        monkeypatch.setenv("NUMBER", "3")
        monkeypatch.setattr("m.other", 3, raising=False)
        assert f(int(os.environ["NUMBER"])) == 3

    def test_after_monkeypatch():
        assert f(3) == 3 and "NUMBER" not in os.environ

    def test_recwarn(recwarn):
        warnings.warn("loud")
        assert f(len(recwarn)) == 1

    def test_warns():
        with pytest.warns(UserWarning):
            warnings.warn("loud")
        assert f(3) == 3

    @pytest.mark.filterwarnings("error")
    def test_warnings_as_errors():
        f(3)
        warnings.warn("loud")

    def test_raises():
        with pytest.raises(ZeroDivisionError):
            f(1) / 0

    def test_raises_nothing():
        with pytest.raises(ZeroDivisionError):
            f(1)

    def test_session_fixture(base): assert f(3) == int((base / "n").read_text())
    def test_session_fixture_again(base): assert f(5) == int((base / "n").read_text())
    def test_module_fixture(number): assert f(number) == 3

    @pytest.mark.parametrize("a", [3, 5, "x y", None], ids=str)
    def test_parametrized(a): assert f(a) == 3

    def test_teardown_that_fails(checked_afterwards): assert f(3) == 3
    def test_after_teardown_that_fails(): assert f(3) == 3
    def test_setup_that_fails(made_from_unit): assert f(3) == 3
    def test_after_setup_that_fails(base): assert f(3) == 3

    @pytest.mark.xfail
    def test_expected_to_fail(): assert f(5) == 3
    @pytest.mark.xfail
    def test_expected_to_fail_and_passes(): assert f(3) == 3
    @pytest.mark.xfail(strict=True)
    def test_strictly_expected_to_fail_and_passes(): assert f(3) == 3
    @pytest.mark.xfail(raises=KeyError)
    def test_expected_to_fail_otherwise(): assert f(5) == 3
    def test_fails_as_expected_from_inside():
        if f(5) != 3: pytest.xfail("not yet")

    @pytest.mark.skipif(sys.version_info > (3,), reason="old")
    def test_skipped_by_a_mark(): assert f(5) == 3
    def test_skipped_from_inside():
        f(3)
        pytest.skip("no")
    @pytest.mark.not_here
    def test_skipped_by_a_hook(): f(3)

    class TestClass:
        def setup_method(self): self.three = f(3)
        def test_method(self): assert self.three == 3
        def test_method_fails(self): assert f(5) == self.three

    def test_changes_folder(tmp_path):
        os.chdir(tmp_path)
        assert f(3) == 3
    def test_reads_a_file_of_the_project():
        os.chdir(os.path.dirname(__file__))
        assert open("data.txt").read() == "data" and f(3) == 3
"""
PARTS = """
    from m import f

    def test_parts(subtests):
        for n in (3, 3):
            with subtests.test(n=n): assert f(n) == 3
    def test_parts_fail(subtests):
        for n in (3, 5):
            with subtests.test(n=n): assert f(n) == 3
"""
CLASSES = """
    import unittest
    from m import f

    class Case(unittest.TestCase):
        @classmethod
        def setUpClass(cls): cls.three = f(3)
        def setUp(self): self.addCleanup(lambda: None)
        def test_passes(self): self.assertEqual(f(3), self.three)
        def test_fails(self): self.assertEqual(f(5), 3)
        def test_raises_nothing(self):
            with self.assertRaises(KeyError): f(3)
        def test_skips(self):
            f(3)
            self.skipTest("no")
        @unittest.expectedFailure
        def test_expected_to_fail(self): self.assertEqual(f(5), 3)
        @unittest.expectedFailure
        def test_expected_to_fail_and_passes(self): self.assertEqual(f(3), 3)
        def test_cleanup_fails(self):
            self.addCleanup(lambda: self.assertEqual(f(5), 3))
        def test_parts(self):
            for n in (3, 3):
                with self.subTest(n=n): self.assertEqual(f(n), 3)
        def test_parts_fail(self):
            for n in (3, 5):
                with self.subTest(n=n): self.assertEqual(f(n), 3)

    class Asynchronous(unittest.IsolatedAsyncioTestCase):
        async def asyncSetUp(self): self.three = f(3)
        async def test_passes(self): self.assertEqual(f(3), self.three)
        async def test_fails(self): self.assertEqual(f(5), self.three)
"""
PASSED, FAILED, XFAILED = Outcome.PASSED, Outcome.FAILED, Outcome.XFAILED
EXPECTED = {
    "test_tmp_path": PASSED,
    "test_tmp_path_of_a_failing_test": FAILED,
    "test_capsys": PASSED,
    "test_capfd": PASSED,
    "test_caplog": PASSED,
    "test_monkeypatch": PASSED,
    "test_after_monkeypatch": PASSED,
    "test_recwarn": PASSED,
    "test_warns": PASSED,
    "test_warnings_as_errors": FAILED,
    "test_raises": PASSED,
    "test_raises_nothing": FAILED,
    "test_session_fixture": PASSED,
    "test_session_fixture_again": FAILED,
    "test_module_fixture[3]": PASSED,
    "test_module_fixture[5]": FAILED,
    "test_parametrized[3]": PASSED,
    "test_parametrized[5]": FAILED,
    "test_parametrized[x y]": FAILED,
    "test_parametrized[None]": FAILED,
    "test_teardown_that_fails": FAILED,
    "test_after_teardown_that_fails": PASSED,
    "test_setup_that_fails": FAILED,
    "test_after_setup_that_fails": PASSED,
    "test_expected_to_fail": XFAILED,
    "test_expected_to_fail_and_passes": PASSED,
    "test_strictly_expected_to_fail_and_passes": FAILED,
    "test_expected_to_fail_otherwise": FAILED,
    "test_fails_as_expected_from_inside": XFAILED,
    "TestClass::test_method": PASSED,
    "TestClass::test_method_fails": FAILED,
    "test_changes_folder": PASSED,
    "test_reads_a_file_of_the_project": PASSED,
    "Case::test_passes": PASSED,
    "Case::test_fails": FAILED,
    "Case::test_raises_nothing": FAILED,
    "Case::test_expected_to_fail": XFAILED,
    "Case::test_expected_to_fail_and_passes": FAILED,
    "Case::test_cleanup_fails": FAILED,
    "Case::test_parts": PASSED,
    "Case::test_parts_fail": FAILED,
    "Asynchronous::test_passes": PASSED,
    "Asynchronous::test_fails": FAILED,
}
FILES = {
    "m.py": MODULE,
    "conftest.py": CONFTEST,
    "test_m.py": FUNCTIONS,
    "test_classes.py": CLASSES,
    "data.txt": "data",
}
if pytest.version_tuple >= (9,):
    FILES["test_parts.py"] = PARTS
    EXPECTED |= {"test_parts": PASSED, "test_parts_fail": FAILED}


@pytest.fixture
def root(write):
    return write(FILES)


async def test_warm_verdicts_are_those_of_plain_pytest(root, start_evaluator):
    evaluator = await start_evaluator(root, "m.py::f")
    cold = outcomes(await evaluator.confirm(MODULE))
    assert cold == EXPECTED
    assert evaluator.baseline.tier.name == "warm", evaluator.baseline.reason
    assert outcomes(evaluator.unchanged) == EXPECTED


async def test_a_revision_turns_the_tests_it_should(root, start_evaluator):
    evaluator = await start_evaluator(root, "m.py::f")
    revised = "def f(a):\n    return 3 if a == 5 else a\n"
    (warm,) = await evaluate(evaluator, revised)
    cold = await evaluator.confirm(revised)
    ran = {name: outcome for name, outcome in outcomes(warm).items() if outcome is not Outcome.NOT_RUN}
    assert ran and ran.items() <= outcomes(cold).items()
    assert outcomes(cold)["Case::test_parts_fail"] is PASSED


async def test_failures_say_why_and_where(root, start_evaluator):
    evaluator = await start_evaluator(root, "m.py::f")
    by_name = {name.split("::", 1)[1]: result.failure for name, result in evaluator.unchanged.results.items()}
    lines = (root / "test_m.py").read_text().splitlines()
    failed = by_name["test_session_fixture_again"]
    assert failed.kind == "AssertionError" and "def test_session_fixture_again" in lines[failed.test_line - 1]
    assert "DID NOT RAISE" in by_name["test_raises_nothing"].message
    assert by_name["test_capsys"] is None
    lines = (root / "test_classes.py").read_text().splitlines()
    for name in ("test_fails", "test_parts_fail"):
        failed = by_name[f"Case::{name}"]
        assert (failed.kind, failed.message) == ("AssertionError", "5 != 3") and "assertEqual" in lines[
            failed.test_line - 1
        ]
    (verdict,) = await evaluate(evaluator, "def f(a):\n    a = a\n    return a.b\n")
    failures = [r.failure for r in verdict.results.values() if r.failure and r.failure.kind == "AttributeError"]
    assert failures and all(failure.unit_lines == (3,) for failure in failures)


async def test_a_test_that_a_version_does_not_let_be_collected_fails_and_no_other_with_it(write, start_evaluator):
    module = "def f(a):\n    return a\nX = f(5)\n"
    tests = """\
        import pytest
        from m import X, f
        @pytest.mark.parametrize("n", range(X))
        def test_less(n): assert n < f(3)
        def test_value(): assert f(5) == 3
        """
    evaluator = await start_evaluator(write({"m.py": module, "test_m.py": dedent(tests)}), "m.py::f")
    assert evaluator.baseline.tier.name == "fresh"
    (verdict,) = await evaluate(evaluator, "def f(a):\n    return 3\n")
    passed, failed = Outcome.PASSED, Outcome.FAILED
    assert [outcome for _, outcome in sorted(outcomes(verdict).items())] == [passed] * 3 + [failed] * 2 + [passed]
