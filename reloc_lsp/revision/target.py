"""Reading the target of a revision: from a file and a name or a line to a function of the parsed file."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from reloc_lsp.evaluation.selection.test_code import CONFTEST, TestCode, test_code
from reloc_lsp.evaluation.selection.test_file_discovery import PytestLayout, is_test_file, pytest_layout
from reloc_lsp.evaluation.workspace.user_files import UserFiles
from reloc_lsp.program.source_text import SourceText
from reloc_lsp.program.unit import Module, Unit
from reloc_lsp.revision.errors import RequestError, UnparsableError
from reloc_lsp.revision.request import Snapshot, Target

MAX_NAMES = 12
"""Functions listed in an error message; chosen by hand."""

VERBS = {"simplify": "simplify", "speed-up": "speed up", "instruct": "revise"}


@dataclass(frozen=True)
class UnitInFile:
    """A function or class of a parsed file; `file` is absolute."""

    file: Path
    module: Module
    unit: Unit


class TargetReader:
    """Reads files of the workspace as the user sees them; every error is a `RequestError` that names the file.

    `tests` are the files and node ids that the settings name.
    """

    def __init__(self, snapshot: Snapshot, tests: Sequence[str] = ()) -> None:
        self._snapshot = snapshot
        self._named_tests = {test.partition("::")[0] for test in tests}

    @cached_property
    def layout(self) -> PytestLayout:
        """What tests are in this workspace."""
        return pytest_layout(UserFiles(self._snapshot.root, self._snapshot.unsaved))

    def read(self, target: Target) -> UnitInFile | None:
        """The function or class of a target; `None` if the target names only a file, or nothing.

        Raises `RequestError` if the file cannot be parsed, if it has no such function, or if the objective needs a
        function and the target names none.
        """
        found = self._named_unit(target)
        if not target.objective.repairs and (found is None or found.unit.is_class):
            raise RequestError(
                f"Name the function to {VERBS[target.objective.kind]}: FILE::QUALNAME, or FILE:LINE of a line in it. "
                "Only the function at fault can be found by running the tests."
            )
        return found

    def tests_of(self, target: Target, found: UnitInFile | None) -> str:
        """The tests that the target stands for, as a file or node id; empty if it stands for code.

        `found` is what `read` returned for it. Raises `RequestError` if it belongs to the tests and stands for none of
        them, or if the objective needs a function.
        """
        if target.file is None:
            return ""
        name = self.name(target.file)
        if found is None:
            code = TestCode("a file of tests", name) if is_test_file(name, self.layout) else None
            code = TestCode("a file of fixtures and hooks") if name.endswith(CONFTEST) else code
        else:
            code = self.test_code(found)
        if code is None:
            return ""
        what = f"{name}::{found.unit.qualname}" if found else name
        if not code.node_id or not target.objective.repairs:
            raise RequestError(
                f"{what} is {code.kind}, and tests are never revised. Name the function that is at fault, "
                "FILE::QUALNAME, or a test that fails."
            )
        return code.node_id + target.case

    def test_code(self, found: UnitInFile) -> TestCode | None:
        """What a function or class is to the tests; `None` for code that may be revised."""
        name = self.name(found.file)
        return test_code(name, found.module, found.unit, self.layout, named=name in self._named_tests)

    def doctest_files(self, file: Path | None) -> list[str]:
        """The file, as a path relative to the workspace, if pytest collects doctests of it; else nothing."""
        return [self.name(file)] if file is not None and self.layout.doctests else []

    def module(self, file: Path) -> Module:
        """The parsed file; raises `RequestError`."""
        name = self.name(file)
        text = self._snapshot.unsaved.get(file)
        try:
            text = SourceText.read(file).text if text is None else text
            return Module(text)
        except FileNotFoundError:
            raise RequestError(f"There is no file {name}. Name an existing file of the workspace.") from None
        except (SyntaxError, ValueError) as error:
            if isinstance(error, SyntaxError) and text is not None:
                raise UnparsableError(_unreadable(name, error), name, text) from None
            raise RequestError(_unreadable(name, error)) from None
        except OSError as error:
            raise RequestError(f"{name} cannot be read: {error.strerror}.") from None

    def name(self, file: Path) -> str:
        """The file's path relative to the workspace; the absolute path if it is outside."""
        try:
            return file.relative_to(self._snapshot.root).as_posix()
        except ValueError:
            return str(file)

    def _named_unit(self, target: Target) -> UnitInFile | None:
        if target.file is None:
            return None
        module, name = self.module(target.file), self.name(target.file)
        if target.qualname is not None:
            unit = _by_name(module, name, target.qualname, target.line)
        elif target.line is not None:
            unit = _by_line(module, name, target.line)
        elif module.functions:
            return None
        else:
            raise RequestError(f"{name} has no function to revise.")
        if unit.is_class and not module.members(unit):
            raise RequestError(f"The class {unit.qualname} of {name} has no method to revise.")
        return UnitInFile(target.file, module, unit)


def _by_name(module: Module, file: str, qualname: str, line: int | None) -> Unit:
    unit = module.find(qualname, line)
    if unit is None and (what := _bound_expression(module, qualname)):
        raise RequestError(
            f"{qualname} of {file} is {what}, and only functions with def are revised. Write it with def, or name the "
            "function that it calls."
        )
    if unit is None:
        raise RequestError(f"{file} has no function {qualname or '(empty name)'}. It has: {_names(module.units)}.")
    return unit


def _bound_expression(module: Module, name: str) -> str:
    """What is bound to a name at the top of a module, if that can be called without being a function with `def`."""
    for node in module.tree.body:
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        if not any(isinstance(target, ast.Name) and target.id == name for target in targets):
            continue
        value = getattr(node, "value", None)
        if isinstance(value, ast.Lambda):
            return "a lambda that is bound to a name"
        if isinstance(value, ast.Call):
            return f"the result of a call ({ast.unparse(value.func)})"
    return ""


def _by_line(module: Module, file: str, line: int) -> Unit:
    count = len(module.index.lines)
    if not 1 <= line <= count:
        raise RequestError(f"{file} has {count} lines; there is no line {line}.")
    unit = module.at_line(line)
    if unit is None:
        raise RequestError(f"Line {line} of {file} is in no function. Functions there: {_names(module.units)}.")
    return unit


def _unreadable(name: str, error: SyntaxError | ValueError) -> str:
    """Why the text of a file cannot be parsed, and what to do."""
    why = error.msg if isinstance(error, SyntaxError) else str(error)
    if isinstance(error, UnicodeDecodeError) or "encoding" in why:
        return f"{name} cannot be read ({why}). Save it as UTF-8, or declare its encoding in its first line."
    line = f", line {error.lineno}" if isinstance(error, SyntaxError) and error.lineno else ""
    return f"{name} does not parse ({why}{line}). Fix the syntax first."


def _names(units: Sequence[Unit]) -> str:
    names = [unit.qualname for unit in units]
    return ", ".join(names[:MAX_NAMES]) + (", …" if len(names) > MAX_NAMES else "") if names else "none"
