"""One version of the unit, taken apart: its expressions and statements with their places, its names and types."""

from __future__ import annotations

import ast
import builtins
import copy
import re
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TypeGuard

from reloc_lsp.program.edit import Edit, apply_edits
from reloc_lsp.program.fingerprint import is_docstring, parse_unit
from reloc_lsp.program.text import LineIndex, newline_of
from reloc_lsp.program.unit import FunctionNode
from reloc_lsp.rewrites.effects import pure, pure_text
from reloc_lsp.rewrites.fstrings import fitted_into, place_expressions
from reloc_lsp.rewrites.looks import in_the_looks_of
from reloc_lsp.rewrites.module import ModuleContext
from reloc_lsp.rewrites.outlook import Outlook
from reloc_lsp.rewrites.precedence import fitted, level_of_text, needed, stands_alone
from reloc_lsp.rewrites.rewrite import Branches, Rewrite, Swap

_HOLDERS = (ast.comprehension, ast.keyword, ast.withitem, ast.arguments, ast.ExceptHandler, ast.match_case)
_LAID_OUT = re.compile(r"#|\s\s|[\t\r\n]|^ | $")
_OWN_SCOPE = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp, ast.Lambda)


@dataclass(frozen=True, slots=True, eq=False)
class Slot:
    """An expression and its place: `field` (and `index` in it, or -1) of `parent`, in `statement`.

    `outer` is the slot of the nearest expression around it.
    """

    node: ast.expr
    parent: ast.AST
    field: str
    index: int
    statement: ast.stmt
    outer: Slot | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """A statement and its place: `index` in `block`, which is a field of `parent`.

    `loop` says whether a loop is around it, `handler` whether an exception handler is.
    """

    node: ast.stmt
    block: list[ast.stmt]
    index: int
    parent: ast.AST
    loop: bool
    handler: bool = False


class UnitContext:
    """The unit's text `source` with its syntax tree. Lines are those of the unit's text, from 1.

    `focus`, if given, holds the lines whose statements are rewritten; the others only lend their names.
    `conditions` and `useful` are the memory of `rewrites.atoms`.
    """

    def __init__(
        self, source: str, module: ModuleContext, outlook: Outlook | None = None, focus: Container[int] | None = None
    ) -> None:
        self.text = source
        self.module = module
        self.outlook = outlook or Outlook()
        self.conditions: dict[int, dict[str, float]] = {}
        self.useful: dict[tuple[int, bool], dict[str, float]] = {}
        self._focus = focus
        self._pure: dict[int, bool] = {}
        self._bound: dict[int, list[str]] = {}
        self._alone: dict[int, bool] = {}
        self._loads: dict[tuple[type[ast.expr], ...], list[Slot]] = {}
        tree = parse_unit(source)
        self._shift = 0 if isinstance(tree.body[0], FunctionNode) else 1
        self.index = LineIndex(source)
        function = tree.body[0].body[0] if isinstance(tree.body[0], ast.If) else tree.body[0]
        if not isinstance(function, FunctionNode):
            raise SyntaxError("the unit is not a function any more")
        self.function = function
        self.newline = newline_of(source)
        self._open_texts = {id(node) for node in ast.walk(function) if self._opened(node)}

    def _opened(self, node: ast.AST) -> bool:
        """Whether it is an f-string whose expressions have places."""
        if not isinstance(node, ast.JoinedStr):
            return False
        start, end = self.span(node)
        return place_expressions(node, self.text[start:end], start, self.index, self._shift)

    def with_outlook(self, outlook: Outlook) -> UnitContext:
        """The same unit after a look at its values; everything known of it is shared."""
        other = copy.copy(self)
        other.outlook, other.useful = outlook, {}
        return other

    # -- places in the text

    def span(self, node: ast.AST) -> tuple[int, int]:
        """Offsets of `node` in the text."""
        start = self.index.offset(self.line(node), node.col_offset)  # type: ignore[attr-defined]
        end = self.index.offset(node.end_lineno - self._shift, node.end_col_offset)  # type: ignore[attr-defined]
        return start, end

    def line(self, node: ast.AST) -> int:
        """Line of the unit's text on which `node` begins."""
        return int(node.lineno) - self._shift  # type: ignore[attr-defined]

    def last_line(self, node: ast.AST) -> int:
        """Line of the unit's text on which `node` ends."""
        return int(node.end_lineno) - self._shift  # type: ignore[attr-defined]

    def src(self, node: ast.AST) -> str:
        """The node's own text."""
        start, end = self.span(node)
        return self.text[start:end]

    def inline(self, node: ast.expr) -> str:
        """The node's text on one line."""
        text = self.src(node)
        return ast.unparse(node) if "\n" in text or "\r" in text else text

    def whole(self, node: ast.expr) -> str:
        """The node's text for another place, in parentheses where its lines would not hold together there."""
        text = self.src(node)
        return f"({text})" if "\n" in text and not stands_alone(text) else text

    def inline_statement(self, node: ast.stmt) -> str:
        """A simple statement's text on one line."""
        text = self.src(node)
        return ast.unparse(node) if "\n" in text or "\r" in text else text

    # -- expressions

    @cached_property
    def slots(self) -> list[Slot]:
        """Every expression of the body in source order; of f-strings those whose places are known."""
        return [slot for statement in self.statements for slot in self._slots_in(statement.node)]

    def _slots_in(self, statement: ast.stmt) -> Iterator[Slot]:
        stack: list[tuple[ast.AST, Slot | None]] = [(statement, None)]
        while stack:
            parent, outer = stack.pop()
            inner: list[tuple[ast.AST, Slot | None]] = []
            for field, value in ast.iter_fields(parent):
                if isinstance(parent, ast.FormattedValue) and field != "value":
                    continue
                for index, node in enumerate(value) if isinstance(value, list) else ((-1, value),):
                    if isinstance(node, ast.expr):
                        slot = Slot(node, parent, field, index, statement, outer)
                        yield slot
                        if not isinstance(node, ast.JoinedStr):
                            inner.append((node, slot))
                        elif id(node) in self._open_texts:
                            inner += [(part, slot) for part in node.values if isinstance(part, ast.FormattedValue)]
                    elif isinstance(node, _HOLDERS):
                        inner.append((node, outer))
            stack.extend(reversed(inner))

    def loads(self, *kinds: type[ast.expr]) -> list[Slot]:
        """Slots of the given kinds whose value is read, on lines in focus; type annotations and f-string parts not."""
        if kinds not in self._loads:
            self._loads[kinds] = list(self._find_loads(kinds))
        return self._loads[kinds]

    def _find_loads(self, kinds: tuple[type[ast.expr], ...]) -> Iterator[Slot]:
        for slot in self.slots:
            if not self.in_focus(slot.statement):
                continue
            context = getattr(slot.node, "ctx", None)
            read = (context is None or isinstance(context, ast.Load)) and not _of_slices(slot.node)
            if read and isinstance(slot.node, kinds) and slot.field not in ("annotation", "returns"):
                yield slot

    def edit(self, slot: Slot, text: str) -> Edit:
        """Put `text` in the slot's place, with parentheses where it needs them and without where it does not."""
        start, end = self.span(slot.node)
        around = self._text_around(slot)
        if around is not None:
            text = fitted_into(self.src(around), text) or text
        if self._shares_parentheses(slot):
            return Edit(start, end, f"({fitted(text, slot.parent, slot.field)})")
        text = in_the_looks_of(self.text[start:end], text)
        if not self._grouped(slot, start, end):
            text = fitted(text, slot.parent, slot.field, slot.index)
        elif level_of_text(text) >= needed(slot.parent, slot.field, slot.index) and "\n" not in text:
            start, end = self.text.rindex("(", 0, start), self.text.index(")", end) + 1
        before = " " if _word(self.text[:start][-1:]) and _word(text[:1]) else ""
        if isinstance(slot.parent, ast.FormattedValue) and text.startswith("{"):
            before = " "  # two braces would be the text of one
        after = " " if _word(self.text[end : end + 1]) and _word(text[-1:]) else ""
        return Edit(start, end, before + text + after)

    @staticmethod
    def _text_around(slot: Slot) -> ast.JoinedStr | None:
        """The f-string in which the expression stands."""
        outer = slot.outer
        while outer is not None:
            if isinstance(outer.node, ast.JoinedStr):
                return outer.node
            outer = outer.outer
        return None

    def _shares_parentheses(self, slot: Slot) -> bool:
        """Whether a generator expression is a call's only argument: then the call's parentheses are its own."""
        alone = isinstance(slot.parent, ast.Call) and len(slot.parent.args) == 1 and not slot.parent.keywords
        return alone and slot.field == "args" and self._ends_with(slot.parent, slot.node)

    def _ends_with(self, outer: ast.AST, inner: ast.expr) -> bool:
        return isinstance(inner, ast.GeneratorExp) and self.span(outer)[1] == self.span(inner)[1]

    def _grouped(self, slot: Slot, start: int, end: int) -> bool:
        """Whether the expression stands in parentheses of its own."""
        if (
            isinstance(slot.parent, ast.Call | ast.Tuple | ast.GeneratorExp | ast.ClassDef | ast.keyword)
            and slot.field != "func"
        ):
            return False
        before, after = self.text[:start].rstrip(), self.text[end:].lstrip()
        return before.endswith("(") and after.startswith(")") and not isinstance(slot.node, ast.GeneratorExp)

    def replace(
        self, slot: Slot, text: str, family: str, description: str | None = None, weight: float = 1.0
    ) -> Rewrite:
        """The rewrite that puts `text` in the slot's place."""
        around = self._text_around(slot)
        if around is not None and fitted_into(self.src(around), text) is None:
            return Rewrite((), family, "", self.line(slot.node))
        edit = self.edit(slot, text)
        said = description or f"`{short(self.inline(slot.node))}` becomes `{short(text)}`"
        return Rewrite((edit,), family, said, self.line(slot.node), weight, self.effect_of(slot, (edit,)))

    def effect_of(self, slot: Slot, edits: tuple[Edit, ...]) -> Swap | None:
        """The largest pure expression around the slot, before and after the edits."""
        top = self._top(slot)
        if top is None:
            return None
        start, end = self.span(top)
        if not all(start <= edit.start <= edit.end <= end for edit in edits):
            return None
        old = self.text[start:end]
        new = apply_edits(old, [edit.shifted(-start) for edit in edits])
        if not pure_text(new):
            return None
        if "\n" in old or "\n" in new:
            old, new = f"({old})", f"({new})"  # its lines may have held together by brackets further out
        condition = isinstance(slot.statement, ast.If | ast.While | ast.Assert) and top is slot.statement.test
        handed_on = top is getattr(slot.statement, "value", None)
        returned = self._returning.get(id(slot.statement), 0) if handed_on else 0
        branches = self.branches(slot.statement) if condition else (None, None)
        return Swap(self.line(slot.statement), old, new, condition, returned, branches)

    def branches(self, node: ast.stmt) -> Branches:
        """What an `if` returns at once, or what is returned right after it, without effects."""
        return self._branching.get(id(node), (None, None))

    @cached_property
    def _branching(self) -> dict[int, Branches]:
        found: dict[int, Branches] = {}
        for place in self.statements:
            if isinstance(place.node, ast.If):
                after = place.node.orelse[:1] or place.block[place.index + 1 : place.index + 2]
                found[id(place.node)] = self._returned_by(place.node.body[:1]), self._returned_by(after)
        return found

    def _returned_by(self, statements: list[ast.stmt]) -> str | None:
        for node in statements:
            if isinstance(node, ast.Return) and not self.recursive:
                text = self.inline(node.value) if node.value is not None else "None"
                return text if node.value is None or self.pure(node.value) else None
        return None

    @cached_property
    def _returning(self) -> dict[int, int]:
        """Lines of returns, by identity of the statement whose value they hand on: themselves or one before."""
        found = {}
        for place in self.statements:
            if not isinstance(place.node, ast.Return):
                continue
            line = found[id(place.node)] = self.line(place.node)
            before = place.block[place.index - 1] if place.index else None
            match before, place.node.value:
                case ast.Assign(targets=[ast.Name(id=name)]), ast.Name(id=returned) if name == returned:
                    found[id(before)] = line
        return found

    @cached_property
    def recursive(self) -> bool:
        """Whether the unit may call itself: then one call's values are not the whole story."""
        own = self.function.name
        called = (node.func for node in ast.walk(self.function) if isinstance(node, ast.Call))
        return any(own in (getattr(f, "id", None), getattr(f, "attr", None)) for f in called)

    def pure(self, node: ast.expr) -> bool:
        """Whether evaluating `node`, an expression of this unit, has no effect."""
        known = self._pure.get(id(node))
        if known is None:
            known = self._pure[id(node)] = pure(node)
        return known

    def _top(self, slot: Slot) -> ast.expr | None:
        """The largest pure expression around the slot that a statement can evaluate, itself included."""
        best: ast.expr | None = None
        current: Slot | None = slot
        while current is not None:
            if isinstance(getattr(current.node, "ctx", None), ast.Store | ast.Del):
                break  # what counts is the place that is set, not what it held before
            if current is not slot and isinstance(current.node, _OWN_SCOPE):
                best = None
            if self.pure(current.node):
                best = current.node
            current = current.outer
        return best

    # -- statements

    @cached_property
    def statements(self) -> list[Place]:
        """Every statement of the body in source order, docstring left out."""
        return list(self._statements(self.function.body, self.function, loop=False))

    def _statements(
        self, block: list[ast.stmt], parent: ast.AST, *, loop: bool, handler: bool = False
    ) -> Iterator[Place]:
        handlers = [h.body for h in getattr(parent, "handlers", ())]
        handler = handler or any(block is body for body in handlers)
        for index, node in enumerate(block):
            if index == 0 and parent is self.function and is_docstring(node):
                continue
            yield Place(node, block, index, parent, loop, handler)
            inside = loop or isinstance(node, ast.For | ast.AsyncFor | ast.While)
            inside = inside and not isinstance(node, FunctionNode | ast.ClassDef)
            for inner in blocks(node):
                yield from self._statements(inner, node, loop=inside, handler=handler)

    @property
    def places(self) -> list[Place]:
        """The statements in focus: those to rewrite, or to put others before or after."""
        return [place for place in self.statements if self.in_focus(place.node)]

    def in_focus(self, node: ast.stmt) -> bool:
        """Whether the statement's first line is to be rewritten; without a focus every one is."""
        return self._focus is None or self.line(node) in self._focus

    @property
    def body(self) -> list[ast.stmt]:
        """The function's statements, docstring left out."""
        body = self.function.body
        return body[1:] if is_docstring(body[0]) else body

    def lines_of(self, node: ast.stmt) -> tuple[int, int]:
        """Offsets of the whole lines on which a statement stands."""
        first = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", []))]) - self._shift
        last = self.last_line(node)
        starts = self.index.starts
        return starts[first - 1], starts[last] if last < len(starts) else len(self.text)

    def alone(self, node: ast.stmt) -> bool:
        """Whether the statement has its lines for itself."""
        known = self._alone.get(id(node))
        if known is None:
            known = self._alone[id(node)] = self._is_alone(node)
        return known

    def _is_alone(self, node: ast.stmt) -> bool:
        start, end = self.lines_of(node)
        own_start, own_end = self.span(node)
        decorated = bool(getattr(node, "decorator_list", ()))
        before = "" if decorated else self.text[start:own_start].strip()
        after = self.text[own_end:end].strip()
        return not before and (not after or after.startswith("#"))

    def indent(self, node: ast.stmt) -> str:
        """White space before the statement."""
        return self.index.indentation(self.line(node))

    @cached_property
    def step(self) -> str:
        """One level of indentation in this unit."""
        outer = self.index.indentation(self.line(self.function))
        inner = self.indent(self.body[0])
        return inner[len(outer) :] if inner.startswith(outer) and len(inner) > len(outer) else "    "

    # -- names and types

    @cached_property
    def parameters(self) -> list[str]:
        """The unit's parameters, `self` and `cls` left out."""
        arguments = self.function.args
        names = [a.arg for a in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)]
        names += [a.arg for a in (arguments.vararg, arguments.kwarg) if a]
        return [name for name in names if name not in ("self", "cls")]

    @property
    def self_names(self) -> list[str]:
        """All parameters, `self` and `cls` included."""
        return [a.arg for a in self.function.args.args]

    @cached_property
    def locals(self) -> list[str]:
        """Parameters, names the body binds, and names of an enclosing function that it reads."""
        names = (node for node in ast.walk(ast.Module(self.body, [])) if isinstance(node, ast.Name))
        bound = [name.id for name in names if isinstance(name.ctx, ast.Store) or self._enclosed(name.id)]
        return list(dict.fromkeys([*self.parameters, *bound]))

    def _enclosed(self, name: str) -> bool:
        """Whether the name was seen in the unit's frames although the module does not bind it."""
        return name in self.module.types and name not in self.module.names and name not in ("self", "cls")

    @cached_property
    def fields(self) -> list[str]:
        """Attributes of `self` seen at run time, as `self.name`."""
        names = self.module.types if "self" in self.self_names else ()
        return [name for name in names if name.startswith("self.") and "[" not in name]

    def items(self, name: str) -> dict[str, frozenset[str]]:
        """Keys (as `repr`) seen in the dicts that `name` held, with the types of what they led to."""
        start = f"{name}["
        return {seen[len(start) : -1]: kinds for seen, kinds in self.module.types.items() if seen.startswith(start)}

    @cached_property
    def unused(self) -> set[str]:
        """Parameters and local names that are never read: what is missing may well be their use."""
        return set(self.locals) - self.names_read - {"_"}

    @cached_property
    def memberships(self) -> set[tuple[str, str]]:
        """Pairs `(item, holder)` of which the unit asks whether the item is in the holder."""
        return {
            (self.inline(node.left), self.inline(node.comparators[0]))
            for node in ast.walk(self.function)
            if isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.In | ast.NotIn)
        }

    @cached_property
    def telling_constants(self) -> list[tuple[str, str]]:
        """Short constants that the unit reads or tells of, the commonest left out, each with its type's name."""
        slots = [slot for slot in self.loads(ast.Constant) if not isinstance(slot.parent, ast.JoinedStr | ast.Expr)]
        values = {text: ast.literal_eval(text) for text in self.module.told}
        values |= {self.inline(s.node): s.node.value for s in slots if isinstance(s.node, ast.Constant)}
        return [
            (text, type(value).__name__)
            for text, value in values.items()
            if value not in (0, 1, None) and len(text) <= 24
        ]

    @cached_property
    def names_read(self) -> set[str]:
        """Names the body reads."""
        names = (node for node in ast.walk(self.function) if isinstance(node, ast.Name))
        return {name.id for name in names if isinstance(name.ctx, ast.Load)}

    def types(self, name: str) -> frozenset[str]:
        """Run-time types seen for a local name; empty if none were."""
        return self.module.types.get(name, frozenset())

    def bound_before(self, node: ast.AST) -> list[str]:
        """Local names that may be bound when `node` runs: parameters, names stored on an earlier line or in a loop."""
        line = self.line(node)
        if line not in self._bound:
            early = {name for name, first, looped in self._stores if first < line or (looped and looped <= line)}
            stored = {name for name, _, _ in self._stores}
            self._bound[line] = [
                name
                for name in self.locals
                if (name in early or name not in stored or name in self.parameters) and name not in self._inner
            ]
        return self._bound[line]

    @cached_property
    def _inner(self) -> set[str]:
        """Names that only comprehensions bind, for themselves."""
        inside, outside = set[str](), set(self.parameters)
        targets = {
            id(name): name.id
            for node in ast.walk(self.function)
            if isinstance(node, ast.comprehension)
            for name in ast.walk(node.target)
            if isinstance(name, ast.Name)
        }
        for node in ast.walk(self.function):
            if _is_store(node):
                (inside if id(node) in targets else outside).add(node.id)
        return inside - outside

    @cached_property
    def _stores(self) -> list[tuple[str, int, int]]:
        """Every store of a name: the name, its line, and that of a statement in or of a loop that holds it, or 0."""
        return [
            (inner.id, self.line(inner), self.line(place.node) if place.loop or isinstance(place.node, ast.For) else 0)
            for place in self.statements
            for inner in ast.walk(place.node)
            if _is_store(inner)
        ]

    def is_builtin(self, name: str) -> bool:
        """Whether `name` means Python's builtin of that name here."""
        return hasattr(builtins, name) and name not in self.locals and name not in self.module.names


def _is_store(node: ast.AST) -> TypeGuard[ast.Name]:
    return isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)


def blocks(node: ast.stmt) -> Iterable[list[ast.stmt]]:
    """The blocks of statements inside a statement, in source order."""
    holders = [*getattr(node, "handlers", ()), *getattr(node, "cases", ())]
    own = [getattr(node, field, None) for field in ("body", "orelse", "finalbody")]
    yield from filter(None, [own[0], *(holder.body for holder in holders), *own[1:]])


def _of_slices(node: ast.AST) -> bool:
    """Whether the expression can only stand in a subscript, as `1:2, ::3` does."""
    return isinstance(node, ast.Tuple) and any(isinstance(item, ast.Slice) for item in node.elts)


def _word(character: str) -> bool:
    return character.isalnum() or character == "_"


def short(text: str, most: int = 48) -> str:
    """`text` on one line, cut if long, for descriptions."""
    if len(text) <= most and not _LAID_OUT.search(text):
        return text
    line = " ".join(re.sub(r"#[^\n]*\n", " ", text).split())
    return line if len(line) <= most else line[: most - 1] + "…"
