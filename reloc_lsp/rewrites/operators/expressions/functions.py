"""Functions and methods replaced by ones that are often confused with them."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from reloc_lsp.program.text_edit import Edit
from reloc_lsp.rewrites.analysis.possible_types import possible_methods, possible_types
from reloc_lsp.rewrites.rewrite import Rewrite
from reloc_lsp.rewrites.unit_context import UnitContext

_CONFUSED = [
    ("min", "max"), ("any", "all"), ("sum", "len", "max", "min"), ("sorted", "reversed", "list", "set"),
    ("int", "float", "round", "str"), ("floor", "ceil", "trunc", "round", "int"), ("abs", "int"),
    ("range", "enumerate", "len", "reversed", "zip"), ("list", "tuple", "set", "frozenset", "sorted", "dict"),
    ("str", "repr"), ("append", "extend", "insert", "add", "update", "appendleft", "extendleft"),
    ("pop", "popleft", "remove", "discard", "popitem"),
    ("lower", "upper", "title", "capitalize", "swapcase", "casefold"), ("strip", "lstrip", "rstrip"),
    ("split", "rsplit", "splitlines", "partition", "rpartition"), ("find", "rfind", "index", "rindex", "count"),
    ("startswith", "endswith"), ("isdigit", "isalpha", "isalnum", "isnumeric", "isdecimal", "isspace"),
    ("islower", "isupper", "istitle"), ("keys", "values", "items"), ("ljust", "rjust", "center", "zfill"),
    ("union", "intersection", "difference", "symmetric_difference"), ("issubset", "issuperset", "isdisjoint"),
    ("removeprefix", "removesuffix", "lstrip", "rstrip"), ("encode", "decode"), ("isinstance", "issubclass"),
    ("getattr", "hasattr"), ("ord", "chr"), ("bin", "oct", "hex"), ("sin", "cos", "tan"), ("asin", "acos", "atan"),
    ("gcd", "lcm"), ("log", "log2", "log10", "exp", "sqrt"), ("bisect", "bisect_left", "bisect_right"),
    ("insort", "insort_left", "insort_right"), ("heappush", "heappop", "heapify", "heappushpop", "heapreplace"),
    ("match", "search", "fullmatch", "findall", "finditer"), ("setdefault", "get", "pop"), ("sort", "reverse"),
    ("first", "last"), ("year", "month", "day"), ("hour", "minute", "second"), ("days", "seconds", "total_seconds"),
    ("date", "datetime"), ("weekday", "isoweekday"), ("permutations", "combinations", "product"),
    ("zip", "zip_longest"), ("mean", "median", "mode"), ("dirname", "basename"), ("name", "stem", "suffix"),
    ("read", "readline", "readlines"), ("put", "get"), ("acquire", "release"), ("deepcopy", "copy"), ("isnan", "isinf"),
    ("next", "iter"), ("left", "right"), ("start", "end", "stop"), ("lower", "upper"), ("width", "height"), ("x", "y"),
    ("rows", "cols"), ("key", "value"), ("min", "sorted"),
    ("ValueError", "TypeError", "KeyError", "IndexError", "AttributeError", "LookupError", "RuntimeError",
     "ZeroDivisionError"),
]  # fmt: skip
"""Groups of names that are confused with each other. Collected by hand."""


def often_confused_with(name: str) -> list[str]:
    """Functions and methods that are often confused with the one of that name."""
    return list(dict.fromkeys(other for group in _CONFUSED if name in group for other in group if other != name))


def replace_function(ctx: UnitContext) -> Iterator[Rewrite]:
    """Replace a function, method or exception by a similar one (method name replacement)."""
    for slot in ctx.loads(ast.Name, ast.Attribute):
        node = slot.node
        if isinstance(node, ast.Name) and (ctx.is_builtin(node.id) or slot.field == "func"):
            for other in often_confused_with(node.id):
                if ctx.is_builtin(other) or other in ctx.module.names:
                    yield ctx.replace(slot, other, "function")
        elif isinstance(node, ast.Attribute):
            end = ctx.span(node)[1]
            own = _methods_of_classes(node.value, ctx)
            known = possible_methods(node.value, ctx) + own
            others = {other: 1.0 for other in often_confused_with(node.attr) if not known or other in known}
            if slot.field == "func":
                others |= {other: 0.5 if other in own else 0.25 for other in known if other not in others}
            for other, weight in others.items():
                if other != node.attr:
                    edit = Edit(end - len(node.attr), end, other)
                    description = f"`.{node.attr}` becomes `.{other}`"
                    yield Rewrite((edit,), "method", description, ctx.line(node), weight, ctx.effect_of(slot, (edit,)))


def _methods_of_classes(receiver: ast.expr, ctx: UnitContext) -> list[str]:
    """Public methods of the classes of the file that the receiver was seen to be of."""
    return [name for kind in sorted(possible_types(receiver, ctx)) for name in ctx.module.class_methods.get(kind, ())]
