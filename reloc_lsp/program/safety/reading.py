"""A text as the rules read it: each node with what is around it, and what the names in it mean."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cached_property

from reloc_lsp.program.safety.vocabulary import Vocabulary
from reloc_lsp.program.scope import Scope, imported_names
from reloc_lsp.program.unit import FunctionNode

MAX_WORD = 60
"""Characters of an expression that a finding quotes; chosen by hand."""


class Reading:
    """The syntax tree of a file or of a unit, as `scope`, and the `vocabulary` of the file."""

    def __init__(self, scope: Scope, vocabulary: Vocabulary) -> None:
        self.scope = scope
        self.vocabulary = vocabulary
        self._root = scope.nodes_with_parents[0][0]
        self._parents = {id(node): parent for node, parent in scope.nodes_with_parents}

    @property
    def is_unit(self) -> bool:
        """Whether this is a unit, not its whole file."""
        return self.scope.file is not None

    def parent(self, node: ast.AST) -> ast.AST:
        """The node that holds `node`; the root holds itself, and nodes that a rule made."""
        return self._parents.get(id(node), self._root)

    def around(self, node: ast.AST) -> Iterator[ast.AST]:
        """The nodes that hold `node`, the innermost first."""
        above = self.parent(node)
        while above is not node:
            yield above
            node, above = above, self.parent(above)

    def in_function(self, node: ast.AST) -> bool:
        """Whether `node` is inside a function."""
        return any(isinstance(above, FunctionNode | ast.Lambda) for above in self.around(node))

    def is_called(self, node: ast.AST) -> bool:
        """Whether `node` is what a call calls."""
        parent = self.parent(node)
        return isinstance(parent, ast.Call) and parent.func is node

    def builtin(self, node: ast.AST) -> str | None:
        """The name of the builtin that `node` may refer to."""
        if isinstance(node, ast.Name) and self.scope.is_builtin(node.id) and self.scope.path(node) is None:
            return node.id
        return None

    def function(self, node: ast.AST) -> str | None:
        """The name of the builtin, or the dotted path of what is imported, that `node` may refer to."""
        return self.scope.path(node) or self.builtin(node)

    def is_self(self, node: ast.AST) -> bool:
        """Whether `node` is the object whose method the unit is: its first parameter, never bound again."""
        return isinstance(node, ast.Name) and node.id == "self" and self._has_self

    def value_of_local(self, name: str) -> ast.expr | None:
        """What the unit assigns to a variable that it binds only there; `None` if that is not known."""
        scope = self.scope
        if not scope.binds(name) or scope.is_parameter(name) or scope.may_be_free(name):
            return None
        bound = [parent for node, parent in scope.nodes_with_parents if _binds(node, name)]
        match bound:
            case [ast.Assign(targets=[ast.Name()], value=value)]:
                return value
        return None

    def is_annotation(self, node: ast.AST) -> bool:
        """Whether `node` is part of an annotation, or of what `cast` and its like take for one."""
        for above in self.around(node):
            match above:
                case ast.arg():
                    return True
                case ast.AnnAssign(annotation=annotation):
                    return annotation is node
                case ast.FunctionDef(returns=returns) | ast.AsyncFunctionDef(returns=returns):
                    return returns is node
                case ast.Subscript() | ast.Tuple() | ast.List() | ast.BinOp() | ast.Attribute():
                    node = above
                case _:
                    return False
        return False

    def word(self, node: ast.AST) -> str:
        """An expression as it is written, shortened."""
        try:
            text = ast.unparse(node)
        except (RecursionError, ValueError):
            return "a long expression"
        return text if len(text) <= MAX_WORD else f"{text[:MAX_WORD]}..."

    @cached_property
    def _has_self(self) -> bool:
        function = self.scope.function
        if not self.is_unit or function is None or not self.scope.text[:1].isspace():
            return False
        parameters = [*function.args.posonlyargs, *function.args.args]
        bound = [
            node
            for node, _ in self.scope.nodes_with_parents
            if (isinstance(node, ast.arg) and node.arg == "self")
            or (isinstance(node, ast.Name) and node.id == "self" and not isinstance(node.ctx, ast.Load))
            or (isinstance(node, ast.ExceptHandler | ast.MatchAs | ast.MatchStar) and node.name == "self")
        ]
        is_method = bool(parameters) and parameters[0].arg == "self" and not any(map(_unbinds, function.decorator_list))
        return is_method and len(bound) == 1


def _binds(node: ast.AST, name: str) -> bool:
    """Whether a node binds or deletes a variable of that name."""
    match node:
        case ast.Name(id=bound, ctx=ast.Store() | ast.Del()):
            return bound == name
        case ast.ExceptHandler(name=bound) | ast.MatchAs(name=bound) | ast.MatchStar(name=bound):
            return bound == name
        case ast.MatchMapping(rest=bound):
            return bound == name
        case ast.FunctionDef(name=bound) | ast.AsyncFunctionDef(name=bound) | ast.ClassDef(name=bound):
            return bound == name
        case ast.Import() | ast.ImportFrom():
            return any(name == bound for bound, _ in imported_names(node))
    return False


def _unbinds(decorator: ast.expr) -> bool:
    """Whether a decorator makes the first parameter another one than the object."""
    return isinstance(decorator, ast.Name) and decorator.id in ("classmethod", "staticmethod")
