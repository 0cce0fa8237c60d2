"""Every rule of the safety lint, by the syntax that it reads. Syntax that is not listed is refused."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from typing import Any

from reloc_lsp.program.safety import (
    attribute_rules,
    class_rules,
    exception_rules,
    format_rules,
    import_rules,
    lasting_rules,
    name_rules,
)
from reloc_lsp.program.safety.finding import Finding
from reloc_lsp.program.safety.reading import Reading

Rule = Callable[[Reading, Any], Iterator[Finding]]

PLAIN_SYNTAX = (
    ast.AnnAssign, ast.arguments, ast.Assert, ast.Assign, ast.AugAssign, ast.BinOp, ast.BoolOp, ast.boolop, ast.Break,
    ast.cmpop, ast.Compare, ast.comprehension, ast.Continue, ast.Delete, ast.Dict, ast.DictComp, ast.Expr,
    ast.expr_context, ast.For, ast.FormattedValue, ast.GeneratorExp, ast.If, ast.IfExp, ast.JoinedStr, ast.Lambda,
    ast.List, ast.ListComp, ast.Match, ast.match_case, ast.MatchOr, ast.MatchSequence, ast.MatchSingleton,
    ast.MatchValue, ast.Module, ast.NamedExpr, ast.operator, ast.Pass, ast.Raise, ast.Return, ast.Set, ast.SetComp,
    ast.Slice, ast.Starred, ast.Tuple, ast.UnaryOp, ast.unaryop, ast.While, ast.With, ast.withitem, ast.Yield,
    ast.YieldFrom,
)  # fmt: skip
"""Syntax that needs no rule: what is inside of it is read by itself."""

RULES: dict[type[ast.AST], tuple[Rule, ...]] = {
    ast.alias: (name_rules.identifiers,),
    ast.arg: (name_rules.identifiers,),
    ast.AsyncFunctionDef: (name_rules.identifiers, lasting_rules.header),
    ast.Attribute: (attribute_rules.attribute, class_rules.class_attribute, format_rules.format_method),
    ast.Call: (
        attribute_rules.accessor_call,
        class_rules.type_call,
        class_rules.wraps_call,
        exception_rules.suppressed,
    ),
    ast.ClassDef: (name_rules.identifiers, class_rules.class_statement),
    ast.Constant: (name_rules.text,),
    ast.ExceptHandler: (name_rules.identifiers, exception_rules.handler),
    ast.FunctionDef: (name_rules.identifiers, lasting_rules.header),
    ast.Global: (name_rules.identifiers, lasting_rules.global_statement),
    ast.Import: (import_rules.imports,),
    ast.ImportFrom: (import_rules.imports,),
    ast.keyword: (name_rules.identifiers,),
    ast.MatchAs: (name_rules.identifiers,),
    ast.MatchClass: (class_rules.class_pattern,),
    ast.MatchMapping: (name_rules.identifiers,),
    ast.MatchStar: (name_rules.identifiers,),
    ast.Name: (name_rules.name, class_rules.type_name),
    ast.Nonlocal: (name_rules.identifiers, lasting_rules.nonlocal_statement),
    ast.Subscript: (lasting_rules.item_change,),
    ast.Try: (exception_rules.try_statement,),
}
"""The rules for each kind of syntax."""

SPELLINGS = {
    "AsyncFor": "async for",
    "AsyncWith": "async with",
    "Await": "await",
    "TryStar": "except*",
    "TypeAlias": "type statement",
    "TypeVar": "type parameter",
    "ParamSpec": "type parameter",
    "TypeVarTuple": "type parameter",
}
"""What syntax is called in a finding, where the name of its node is not what people call it."""


def findings(reading: Reading) -> Iterator[tuple[Finding, int]]:
    """Everything that a text does beyond the lists, each with its line."""
    line = 1
    for node, _ in reading.scope.nodes_with_parents:
        line = getattr(node, "lineno", line)
        rules = RULES.get(node.__class__)
        if rules is None:
            if not isinstance(node, PLAIN_SYNTAX):
                kind = node.__class__.__name__
                yield Finding("uses the syntax", SPELLINGS.get(kind, kind)), line
            continue
        for rule in rules:
            for finding in rule(reading, node):
                yield finding, line
