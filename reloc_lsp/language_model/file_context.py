"""The file around the function, as text for a model."""

from __future__ import annotations

import ast

from reloc_lsp.language_model.shortening import shorten
from reloc_lsp.program.unit import Definition, Module
from reloc_lsp.search.candidate import Task
from reloc_lsp.search.token_estimate import estimate_tokens


def file_context(task: Task, token_limit: int) -> str:
    """The file without the function, in about `token_limit` tokens.

    A file that is too long is reduced to imports, definitions whose names occur in the function, and headers of the
    others, in this order of importance, and then shortened.
    """
    marker = f"# ... {task.qualname} stands here ...\n"
    whole = task.module[: task.start] + marker + task.module[task.end :]
    if estimate_tokens(whole) <= token_limit:
        return whole
    return shorten(_related_parts(task), token_limit)


def _related_parts(task: Task) -> str:
    """The top-level statements of the file without the function, those that concern the function first."""
    module = Module(task.module)
    names = _names_in_unit(task, module.tree)
    parts: list[tuple[bool, int, str]] = []  # Whether it is unrelated, its line, its text.
    for node in module.tree.body:
        if not isinstance(node, Definition):
            bound = {inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name)}
            related = isinstance(node, ast.Import | ast.ImportFrom) or bool(bound & names)
            parts.append((not related, node.lineno, _text(task, node)))
        elif isinstance(node, ast.ClassDef) and task.qualname.startswith(node.name + "."):
            parts.append((False, node.lineno, _class_outline(task, node)))
        elif not _overlaps_unit(task, node):
            related = node.name in names
            parts.append((not related, node.lineno, _text(task, node) if related else _header(task, node)))
    return "\n".join(text for _, _, text in sorted(parts)) + "\n"


def _names_in_unit(task: Task, tree: ast.Module) -> set[str]:
    """The names and attribute names that occur in the function."""
    last_line = task.first_line + task.source.count("\n")
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name | ast.Attribute) and task.first_line <= node.lineno <= last_line:
            names.add(node.id if isinstance(node, ast.Name) else node.attr)
    return names


def _class_outline(task: Task, node: ast.ClassDef) -> str:
    """The class of the function: its header, its plain statements, and the headers of its methods."""
    lines = [_header(task, node)]
    for inner in node.body:
        text = _header(task, inner) if isinstance(inner, Definition) else _text(task, inner)
        lines.append("    " + text)
    return "\n".join(lines)


def _header(task: Task, node: Definition) -> str:
    """The first line of a definition."""
    line = _text(task, node).partition("\n")[0]
    return line + (" ..." if line.endswith(":") else "")


def _text(task: Task, node: ast.stmt) -> str:
    return ast.get_source_segment(task.module, node) or ""


def _overlaps_unit(task: Task, node: Definition) -> bool:
    return node.lineno <= task.first_line + task.source.count("\n") and (node.end_lineno or 0) >= task.first_line
