"""Other spellings of the same code: names, the order of imports, and the syntax of an idea, chosen by chance.

A list of bad names that was learned from the plain spelling does not know them.
"""

from __future__ import annotations

import ast
import builtins
import random
from collections.abc import Callable

WORDS = (
    "amount", "basis", "chunk", "data", "entry", "field", "group", "head", "index", "joined", "kept", "limit", "mark",
    "node", "order", "part", "queue", "rest", "step", "total", "unit", "value", "weight", "extra", "yield_", "zone",
)  # fmt: skip
Expression = Callable[[str, random.Random], str]


def respelled(source: str, chance: random.Random) -> str:
    """The function in another spelling, with the same effect."""
    tree = ast.parse(source)
    function = tree.body[0]
    assert isinstance(function, ast.FunctionDef)
    _Renaming(function, chance).visit(tree)
    _Respelling(chance).visit(tree)
    _shuffle_imports(function, chance)
    text = ast.unparse(ast.fix_missing_locations(tree)) + "\n"
    compile(text, "<spelling>", "exec")
    return text


def _concatenated(text: str, chance: random.Random) -> str:
    at = chance.randrange(1, len(text))
    return f"{text[:at]!r} + {text[at:]!r}"


TEXT_SPELLINGS: tuple[Expression, ...] = (
    _concatenated,
    lambda text, chance: f"{text[::-1]!r}[::-1]",
    lambda text, chance: f"bytes.fromhex({text.encode().hex()!r}).decode()",
    lambda text, chance: f"''.join({list(text)!r})",
    lambda text, chance: f"'%s%s' % ({text[:3]!r}, {text[3:]!r})",
    lambda text, chance: f"{text.replace('_', '~')!r}.replace('~', '_')",
    lambda text, chance: f"''.join(map(chr, {[ord(letter) for letter in text]!r}))",
    lambda text, chance: f"{text.swapcase()!r}.swapcase()",
)
"""Expressions with the value of a text."""


class _Renaming(ast.NodeTransformer):
    """Gives the local variables of a function, its inner functions and their parameters other names."""

    def __init__(self, function: ast.FunctionDef, chance: random.Random) -> None:
        kept = {function.name, *(argument.arg for argument in function.args.args), *dir(builtins)}
        found: dict[str, None] = {}
        for node in ast.walk(function):
            match node:
                case ast.Name(id=name, ctx=ast.Store()) | ast.arg(arg=name) | ast.ExceptHandler(name=str(name)):
                    found[name] = None
                case ast.MatchAs(name=str(name)) | ast.ClassDef(name=name) | ast.FunctionDef(name=name):
                    found[name] = None
                case ast.alias(name=name, asname=None) if "." not in name:
                    found[name] = None
        members = {name for node in ast.walk(function) if isinstance(node, ast.ClassDef) for name in _members(node)}
        keywords = {node.arg for node in ast.walk(function) if isinstance(node, ast.keyword)}
        free = chance.sample(WORDS, len(WORDS))
        renamed = [name for name in found if name not in kept | members | keywords and not name.startswith("__")]
        self._names = dict(zip(renamed, [*free, *(f"{word}_{n}" for n in range(9) for word in WORDS)], strict=False))

    def visit_Name(self, node: ast.Name) -> ast.AST:
        node.id = self._names.get(node.id, node.id)
        return node

    def visit_arg(self, node: ast.arg) -> ast.AST:
        node.arg = self._names.get(node.arg, node.arg)
        return self.generic_visit(node)

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> ast.AST:
        node.name = self._names.get(node.name or "", node.name)
        return self.generic_visit(node)

    def visit_MatchAs(self, node: ast.MatchAs) -> ast.AST:
        node.name = self._names.get(node.name or "", node.name)
        return self.generic_visit(node)

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        node.name = self._names.get(node.name, node.name)
        return self.generic_visit(node)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        node.name = self._names.get(node.name, node.name)
        return self.generic_visit(node)

    def visit_alias(self, node: ast.alias) -> ast.AST:
        if node.asname is None and node.name in self._names:
            node.asname = self._names[node.name]
        elif node.asname is not None:
            node.asname = self._names.get(node.asname, node.asname)
        return node

    def visit_Nonlocal(self, node: ast.Nonlocal) -> ast.AST:
        node.names = [self._names.get(name, name) for name in node.names]
        return node


class _Respelling(ast.NodeTransformer):
    """Writes some expressions and statements in another way."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance

    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        if isinstance(node.value, str) and len(node.value) > 3:
            return _expression(self._chance.choice(TEXT_SPELLINGS)(node.value, self._chance))
        if type(node.value) is int and self._chance.random() < 0.4:
            more = self._chance.randrange(2, 9)
            return _expression(f"({node.value + more} - {more})")
        return node

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        self.generic_visit(node)
        if isinstance(node.ctx, ast.Load) and self._chance.random() < 0.15:
            return ast.Call(ast.Name("getattr", ast.Load()), [node.value, ast.Constant(node.attr)], [])
        return node

    def visit_IfExp(self, node: ast.IfExp) -> ast.AST:
        self.generic_visit(node)
        if self._chance.random() < 0.5:
            return ast.IfExp(ast.UnaryOp(ast.Not(), node.test), node.orelse, node.body)
        return node

    def visit_Return(self, node: ast.Return) -> ast.AST | list[ast.stmt]:
        self.generic_visit(node)
        if node.value is None or self._chance.random() < 0.5:
            return node
        name = self._chance.choice(("answer", "outcome", "done"))
        return [ast.Assign([ast.Name(name, ast.Store())], node.value), ast.Return(ast.Name(name, ast.Load()))]

    def visit_JoinedStr(self, node: ast.JoinedStr) -> ast.AST:
        for part in node.values:
            if isinstance(part, ast.FormattedValue):
                part.value = self.visit(part.value)
        return node

    def visit_MatchValue(self, node: ast.MatchValue) -> ast.AST:
        return node

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        self.generic_visit(node)
        members = [statement for statement in node.body if isinstance(statement, ast.Assign)]
        if len(members) < len(node.body) or node.decorator_list or node.keywords or self._chance.random() < 0.5:
            return node
        pairs = [(target, member.value) for member in members for target in member.targets]
        namespace = ", ".join(f"{ast.unparse(target)!r}: {ast.unparse(value)}" for target, value in pairs)
        bases = "".join(f"{ast.unparse(base)}, " for base in node.bases)
        maker = self._chance.choice(("type", "type(int)", "int.__class__", "type(type(0))"))
        return ast.parse(f"{node.name} = {maker}({node.name!r}, ({bases}), {{{namespace}}})").body[0]


def _expression(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body


def _members(node: ast.ClassDef) -> set[str]:
    found: set[str] = set()
    for statement in node.body:
        if isinstance(statement, ast.Assign):
            found.update(target.id for target in statement.targets if isinstance(target, ast.Name))
        elif isinstance(statement, ast.FunctionDef | ast.AnnAssign):
            found.add(statement.name if isinstance(statement, ast.FunctionDef) else ast.unparse(statement.target))
    return found


def _shuffle_imports(function: ast.FunctionDef, chance: random.Random) -> None:
    imports = [node for node in function.body if isinstance(node, ast.Import | ast.ImportFrom)]
    rest = [node for node in function.body if node not in imports]
    chance.shuffle(imports)
    function.body = [*imports, *rest]
