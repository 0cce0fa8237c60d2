"""Where the unit is in its file, how its source is replaced there, and which candidates can be swapped in."""

from __future__ import annotations
import __future__

import ast
import warnings
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from reloc_lsp.evaluation.harness.protocol.messages import MARK
from reloc_lsp.evaluation.harness.protocol.values import UnitDescription
from reloc_lsp.program.fingerprint import is_docstring, parse_unit
from reloc_lsp.program.text_edit import Edit, apply_edits
from reloc_lsp.program.unit import FunctionNode, Module, Unit


@dataclass(frozen=True)
class UnitLocation:
    """The function `unit` of the user's `file`, which is parsed as `module`.

    `file` is an absolute path. `copy` is the path of the file in the scratch copy, `name` its name in messages.
    """

    file: Path
    copy: Path
    name: str
    module: Module
    unit: Unit

    @property
    def source(self) -> str:
        """The source of the unit: its whole lines."""
        return self.module.source(self.unit)

    @cached_property
    def outermost(self) -> Unit:
        """The outermost function that contains the unit, or the unit itself. Its code object is swapped."""
        return self.module.outermost_function(self.unit)

    def file_text(self, source: str) -> str:
        """The text of the whole file, with `source` as the unit."""
        return self.module.text[: self.unit.start] + source + self.module.text[self.unit.end :]

    def swap_text(self, source: str) -> str:
        """The source of the outermost function, with `source` as the unit."""
        outer, unit, text = self.outermost, self.unit, self.module.text
        return text[outer.start : unit.start] + source + text[unit.end : outer.end]

    def description(self) -> UnitDescription:
        """What the harness needs to compile the outermost function as part of its module and its classes."""
        index = self.module.index
        classes = [u for u in self.module.units if u.is_class and self._contains(u, self.outermost)]
        headers = [index.indentation(u.line) + f"class {u.name}:\n" for u in classes]
        first = headers[0] if headers else self.module.source(self.outermost)
        if first[:1] in (" ", "\t"):
            headers.insert(0, "if 1:\n")
        futures = [
            alias.name
            for node in self.module.tree.body
            if isinstance(node, ast.ImportFrom) and node.module == "__future__"
            for alias in node.names
            if alias.name in __future__.all_feature_names
        ]
        return UnitDescription(
            file=str(self.copy),
            prefix="".join(headers),
            names=(*(u.name for u in classes), self.outermost.name),
            first_line=self.outermost.first_line,
            futures=tuple(futures),
        )

    def line_range(self) -> tuple[int, int]:
        """First and last line of the unit in the file, counted from 1."""
        return self.unit.first_line, self.unit.last_line

    def line_range_of(self, source: str) -> tuple[int, int]:
        """First and last line in the file, if `source` replaces the unit."""
        return self.unit.first_line, self.unit.first_line + len(source.splitlines())

    @property
    def first_statement_line(self) -> int:
        """Line of the file at which the unit's first statement begins. The docstring does not count."""
        body = self.module.node(self.unit).body
        return (body[1] if len(body) > 1 and is_docstring(body[0]) else body[0]).lineno

    def is_swappable(self, source: str) -> bool:
        """Whether a candidate changes only the body, so that its code can replace the unit's in a running process.

        Decorators, defaults and annotations are evaluated when the module is imported.
        """
        if source.startswith(self._header_text):
            return True
        try:
            return _header(source) == self._original_header
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return False

    def is_one_function(self, source: str) -> bool:
        """Whether `source` is one function with the unit's name, `async` if the unit is, and no other statement."""
        try:
            body = parse_unit(source).body
            body = body[0].body if isinstance(body[0], ast.If) else body
        except (SyntaxError, ValueError, RecursionError, MemoryError, IndexError):
            return False
        kind = type(self.module.node(self.unit))
        return len(body) == 1 and isinstance(body[0], kind) and getattr(body[0], "name", "") == self.unit.name

    def compiles(self, source: str) -> bool:
        """Whether the file compiles with `source` as the unit. `break` outside of a loop, for example, only parses."""
        description = self.description()
        text, flags = description.prefix + self.swap_text(source), 0
        for name in description.futures:
            flags |= getattr(__future__, name).compiler_flag
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                compile(text, self.name, "exec", flags, dont_inherit=True)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return False
        return True

    def canary(self) -> str:
        """The unit with a new first statement that raises, so that every test that runs this source must fail."""
        return self.beginning_with("raise SystemExit('ReLoc: this must fail')")

    def marked(self) -> str:
        """The unit with a new first statement that leaves a file, whichever process runs it (see `MARK`)."""
        return self.beginning_with(f"open(__file__ + {MARK!r}, 'w').close()")

    def beginning_with(self, statement: str) -> str:
        """The unit with a new first `statement`. The rest of the body stays, so a generator is still a generator."""
        node = self.module.node(self.unit)
        body = node.body
        first = body[1] if len(body) > 1 and is_docstring(body[0]) else body[0]
        line, start = self._begin(first)
        on_def_line = first.lineno == node.lineno or self.source[:start].rstrip(" \t")[-1:] not in (
            "\n",
            "\r",
        )
        separator = "; " if on_def_line else "\n" + self.module.index.indentation(line)
        return apply_edits(self.source, [Edit(start, start, statement + separator)])

    def _begin(self, statement: ast.stmt) -> tuple[int, int]:
        """The line of the file at which a statement begins, with its decorators, and the offset of that in the unit."""
        index = self.module.index
        line = min([statement.lineno, *(d.lineno for d in getattr(statement, "decorator_list", []))])
        offset = index.offset(statement.lineno, statement.col_offset)
        if line != statement.lineno:
            offset = index.starts[line - 1] + len(index.indentation(line))
        return line, offset - self.unit.start

    @cached_property
    def _header_text(self) -> str:
        """The unit's text before its body. A candidate that begins with it has the same header; it is not parsed."""
        return self.source[: self._begin(self.module.node(self.unit).body[0])[1]]

    @cached_property
    def _original_header(self) -> str:
        return _header(self.source)

    @staticmethod
    def _contains(outer: Unit, inner: Unit) -> bool:
        return outer != inner and outer.first_line <= inner.first_line and inner.last_line <= outer.last_line


def _header(source: str) -> str:
    body = parse_unit(source).body
    node = body[0].body[0] if isinstance(body[0], ast.If) else body[0]
    if not isinstance(node, FunctionNode):
        raise SyntaxError("not a function")
    parts = [node.args, *node.decorator_list, node.returns]
    return node.name + type(node).__name__ + "|".join(ast.dump(part) for part in parts if part is not None)
