"""Where pytest lacks a private part, the harness names it and does without."""

from __future__ import annotations

import pytest

from reloc_lsp.evaluation.harness.pytest_runner import pytest_compat


def test_this_pytest_lacks_nothing():
    assert pytest_compat.missing_parts() == {}


@pytest.mark.parametrize(
    ("holder", "part", "use", "consequence"),
    [
        (
            "_assertion",
            "_pytest.assertion.util._reprcompare",
            lambda item: pytest_compat.set_comparison_listener(None),
            "not known",
        ),
        ("_python", "_pytest.python.importtestmodule", lambda item: pytest_compat.cache_package_imports(), "slow"),
        ("_session", "Session._collect_one_node", lambda item: pytest_compat.list_directories_once(), "slowly"),
        ("_rewrite", "_pytest.assertion.rewrite", lambda item: pytest_compat.caches_bytecode(), "not cached"),
        ("_result_key", "_pytest.tmpdir.tmppath_result_key", pytest_compat.start_tmp_path_result, "tmp_path"),
    ],
)
def test_a_missing_part_is_named_and_its_use_raises_nothing(holder, part, use, consequence, monkeypatch, request):
    monkeypatch.setattr(pytest_compat, holder, None)
    ((name, reason),) = pytest_compat.missing_parts().items()
    assert name == part and consequence in reason
    assert not use(request.node)
