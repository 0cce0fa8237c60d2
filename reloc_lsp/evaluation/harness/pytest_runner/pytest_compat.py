"""The private parts of pytest and its plugins that the harness uses, all in this file.

A private part may change with any version of pytest. `missing_parts` names those that the installed version lacks, and
what the harness cannot do without them. The functions that need them then change nothing. The tested range of versions
is in `tested_versions`.
"""

from __future__ import annotations

import ast
import contextlib
import functools
import importlib
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any, Optional

import pytest

from ..isolation import importlib_compat


def _module(name: str) -> Optional[ModuleType]:
    with contextlib.suppress(ImportError):
        return importlib.import_module(name)
    return None


_assertion: Any = _module("_pytest.assertion.util")
_python: Any = _module("_pytest.python")
_rewrite: Any = _module("_pytest.assertion.rewrite")
_standard_tail: str = getattr(_rewrite, "PYC_TAIL", "")
_session: Any = pytest.Session
_result_key: Any = getattr(_module("_pytest.tmpdir"), "tmppath_result_key", None)
_test_case_function: Any = getattr(_module("_pytest.unittest"), "TestCaseFunction", ())
_doctest_item: Any = getattr(_module("_pytest.doctest"), "DoctestItem", ())

make_report: Callable[[pytest.Item, pytest.CallInfo[Any]], pytest.TestReport] = getattr(
    _module("_pytest.runner"), "pytest_runtest_makereport", pytest.TestReport.from_item_and_call
)
"""Makes the report of one phase of a test, as pytest does without plugins."""

Comparison = Callable[[str, object, object], None]
"""Receives the operator and both sides of the comparison at which an assertion fails."""


def missing_parts() -> dict[str, str]:
    """Private parts that this pytest does not have, each with what the harness cannot do without it."""
    return {name: consequence for name, there, consequence in _parts() if not there}


def _parts() -> Iterator[tuple[str, bool, str]]:
    slow_failures = "the values that failing tests expect are not known, and each failure takes longer"
    yield "_pytest.assertion.util._reprcompare", hasattr(_assertion, "_reprcompare"), slow_failures
    yield "_pytest.python.importtestmodule", hasattr(_python, "importtestmodule"), "packages of tests are slow"
    yield "_pytest.tmpdir.tmppath_result_key", _result_key is not None, "tests that use tmp_path may fail"
    unittest = "expected failures in unittest classes may count as failures"
    yield "_pytest.unittest.TestCaseFunction", _test_case_function != (), unittest
    batches = "several candidates cannot share a process"
    yield "Function._initrequest", hasattr(pytest.Function, "_initrequest"), batches
    yield "Session._collect_one_node", hasattr(_session, "_collect_one_node"), "large directories are collected slowly"
    rewriting = "bytecode is not cached, or assertions that a candidate swallows are not noticed"
    yield "_pytest.assertion.rewrite", caches_bytecode() and changes_test_modules(), rewriting


def set_comparison_listener(listener: Optional[Comparison]) -> None:
    """Call `listener` in place of pytest's own explanation of a failed comparison; `None` explains nothing.

    pytest lays out the difference of the two values, which takes longer than most tests.
    """
    if _assertion is not None:
        _assertion._reprcompare = listener


def start_tmp_path_result(item: pytest.Item) -> None:
    """Store an empty result for the fixture `tmp_path`, which reads at its end what the reports would have stored."""
    if _result_key is not None:
        item.stash[_result_key] = {}


def is_unittest(item: pytest.Item) -> bool:
    """Whether the test is a method of a `unittest.TestCase`."""
    return isinstance(item, _test_case_function)


def parameters_of(item: pytest.Item) -> Optional[Mapping[str, object]]:
    """Values of the test's parameters by name; `None` where it has none."""
    return getattr(getattr(item, "callspec", None), "params", None)


def doctest_globals(item: pytest.Item) -> Optional[dict[str, object]]:
    """The namespace of a doctest, which pytest empties once it has run; `None` for any other test."""
    return item.dtest.globs if isinstance(item, _doctest_item) else None


def renew(item: pytest.Item) -> None:
    """Remove what a run left in the test, as pytest and its plugins do before they repeat one."""
    state = vars(item)
    if isinstance(item, pytest.Function):
        if item.cls is not None:
            state.pop("_instance", None)
            state.pop("_obj", None)
        item._initrequest()
    elif isinstance(item, _doctest_item) and hasattr(item, "_initrequest"):
        item._initrequest()
    state.pop("_excinfo", None)


def set_tmp_directory(config: pytest.Config, path: str) -> None:
    """Use `path`, which pytest makes when a test first asks, for the `tmp_path` of all tests from now on."""
    factory: Any = getattr(config, "_tmp_path_factory", None)
    if factory is not None:
        factory._basetemp = None
        factory._given_basetemp = Path(path)
        if hasattr(factory, "_next_number"):  # pytest 9.2 and later: otherwise names go on from those before
            factory._next_number.clear()


def has_warning_options(config: pytest.Config) -> bool:
    """Whether the command line has a `-W`."""
    return bool(config.known_args_namespace.pythonwarnings)


def cache_package_imports() -> None:
    """Import the module of a package once. pytest does so in each of its setups, and lists all directories above it."""
    if hasattr(_python, "importtestmodule"):
        _python.importtestmodule = functools.lru_cache(None)(_python.importtestmodule)


def list_directories_once() -> None:
    """List each directory once, however many of its files are named on the command line.

    pytest makes a node of every file in a directory again for each file that is named, in case one is named twice. For
    a directory with hundreds of test files this takes longer than all the rest.
    """
    collect_one = getattr(_session, "_collect_one_node", None)
    directory: Any = getattr(pytest, "Directory", None)
    if collect_one is None or directory is None:
        return

    def collect(session: pytest.Session, node: pytest.Collector, handle_dupes: bool = True) -> object:
        collected: object = collect_one(session, node, handle_dupes or isinstance(node, directory))
        return collected

    _session._collect_one_node = collect


def redirect_bytecode(
    find: Callable[[str], str], target: Callable[[str], Optional[str]], *, borrow: bool = False
) -> None:
    """Change where pytest reads and writes the bytecode of tests, which it compiles with assertions rewritten.

    `find` and `target` are as for `importlib_compat.redirect_bytecode`; `target` also takes a directory. With `borrow`,
    bytecode of other runs of pytest is read too, which `change_test_modules` did not change.
    """
    standard_directory, read = _rewrite.get_cache_dir, _rewrite._read_pyc

    def get_cache_dir(file: Path) -> Path:
        directory = str(standard_directory(file))
        return Path(target(directory) or os.devnull)

    def read_pyc(source: Path, pyc: Path, *more: Any) -> Optional[CodeType]:
        names = [pyc.name, f"{source.stem}{_standard_tail}"] if borrow else [pyc.name]
        for name in names:
            code: Optional[CodeType] = read(source, Path(find(str(standard_directory(source) / name))), *more)
            if code is not None:
                importlib_compat.set_filename(code, str(source))
                return code
        return None

    _rewrite.get_cache_dir, _rewrite._read_pyc = get_cache_dir, read_pyc


def change_test_modules(change: Callable[[ast.Module], None]) -> None:
    """Call `change` with the tree of each test module that is compiled, after its assertions are rewritten.

    The bytecode gets a name of its own, so that it is not mixed up with that of other runs of pytest.
    """
    if not changes_test_modules():
        return
    rewrite = _rewrite.rewrite_asserts

    def rewrite_and_change(tree: ast.Module, *details: Any) -> None:
        rewrite(tree, *details)
        change(tree)

    _rewrite.rewrite_asserts = rewrite_and_change
    _rewrite.PYC_TAIL = f".{_rewrite.PYTEST_TAG}-reloc{_rewrite.PYC_EXT}"


def changes_test_modules() -> bool:
    """Whether `change_test_modules` has an effect."""
    return all(hasattr(_rewrite, name) for name in ("rewrite_asserts", "PYC_TAIL", "PYTEST_TAG", "PYC_EXT"))


def caches_bytecode() -> bool:
    """Whether `redirect_bytecode` can be called."""
    return hasattr(_rewrite, "get_cache_dir") and hasattr(_rewrite, "_read_pyc")


def keep_rerunfailures_from_threads() -> None:
    """Keep the plugin pytest-rerunfailures from starting a thread, which it needs only for the workers of xdist.

    Forking is not safe while another thread runs. To be called before the plugin is configured.
    """
    plugin: Any = sys.modules.get("pytest_rerunfailures")
    if plugin is not None:
        plugin.HAS_PYTEST_HANDLECRASHITEM = False
