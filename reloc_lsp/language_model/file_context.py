"""What a model is told of the file that the function stands in."""

from __future__ import annotations

import ast

from reloc_lsp.language_model.tokens import cut, tokens_of
from reloc_lsp.program.unit import Definition, Module
from reloc_lsp.search.candidate import Task


def surroundings(task: Task, room: int) -> str:
    """The file without the function, in `room` tokens: what the function names first, then whatever fits."""
    marker = f"# ... {task.qualname} stands here ...\n"
    whole = task.module[: task.start] + marker + task.module[task.end :]
    if tokens_of(whole) <= room:
        return whole
    return cut(_related(task), room)


def _related(task: Task) -> str:
    """Imports, the definitions that the function names, and the headers of the others."""
    module = Module(task.module)
    named = {node.id for node in ast.walk(module.tree) if isinstance(node, ast.Name) and _inside(task, node)}
    named |= {node.attr for node in ast.walk(module.tree) if isinstance(node, ast.Attribute) and _inside(task, node)}
    parts: list[tuple[bool, int, str]] = []
    for node in module.tree.body:
        text = ast.get_source_segment(task.module, node) or ""
        if isinstance(node, Definition):
            around = isinstance(node, ast.ClassDef) and task.qualname.startswith(node.name + ".")
            if around and isinstance(node, ast.ClassDef):
                parts.append((False, node.lineno, _outline(task, node)))
            elif _contains(task, node):
                continue
            else:
                text = text if node.name in named else _header(task, node)
                parts.append((node.name not in named, node.lineno, text))
        else:
            bound = {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}
            parts.append((not (isinstance(node, ast.Import | ast.ImportFrom) or bound & named), node.lineno, text))
    return "\n".join(text for _, _, text in sorted(parts)) + "\n"


def _outline(task: Task, node: ast.ClassDef) -> str:
    """The function's own class: its plain statements, and the headers of its methods."""
    lines = [_header(task, node)]
    for inner in node.body:
        text = _header(task, inner) if isinstance(inner, Definition) else ast.get_source_segment(task.module, inner)
        lines.append("    " + (text or ""))
    return "\n".join(lines)


def _header(task: Task, node: Definition) -> str:
    first = (ast.get_source_segment(task.module, node) or "").partition("\n")[0]
    return first + (" ..." if first.endswith(":") else "")


def _inside(task: Task, node: ast.expr) -> bool:
    last = task.first_line + task.source.count("\n")
    return task.first_line <= node.lineno <= last


def _contains(task: Task, node: Definition) -> bool:
    return node.lineno <= task.first_line + task.source.count("\n") and (node.end_lineno or 0) >= task.first_line
