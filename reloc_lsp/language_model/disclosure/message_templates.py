"""The kinds of messages that are foreseen: Python's own, and those of the assertions in a test's source."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

SLOT = "●"
"""Stands in a template for what differs from message to message."""
MAX_SLOT_LENGTH = 120
"""Characters of a longest slot. A longer message is of no foreseen kind. Chosen by hand."""
PYTHON_MESSAGES = (
    "unsupported operand type(s) for ●: ● and ●", "unsupported operand type(s) for ●: ● and ●. Did you mean ●?",
    "bad operand type for unary ●: ●", "● not supported between instances of ● and ●",
    "can only concatenate ● (not ●) to ●", "can't multiply sequence by non-int of type ●",
    "must be real number, not ●", "an integer is required", "● object cannot be interpreted as an integer",
    "● object is not iterable", "● object is not callable", "● object is not subscriptable",
    "● object is not an iterator", "● object does not support item assignment",
    "● object does not support item deletion", "● object has no attribute ●",
    "● object has no attribute ●. Did you mean: ●?", "module ● has no attribute ●", "object of type ● has no len()",
    "unhashable type: ●", "argument of type ● is not iterable", "cannot unpack non-iterable ● object",
    "too many values to unpack (expected ●)", "not enough values to unpack (expected ●, got ●)",
    "● indices must be integers or slices, not ●", "string indices must be integers",
    "string indices must be integers, not ●", "list index out of range", "string index out of range",
    "tuple index out of range", "index out of range", "pop from empty list", "pop from an empty deque",
    "pop from an empty set", "popitem(): dictionary is empty", "list.remove(x): x not in list",
    "list assignment index out of range", "● is not in list", "● is not in deque", "tuple.index(x): x not in tuple",
    "substring not found", "empty separator", "sequence item ●: expected ● instance, ● found",
    "max() arg is an empty sequence", "min() arg is an empty sequence", "max() iterable argument is empty",
    "min() iterable argument is empty", "reduce() of empty iterable with no initial value", "division by zero",
    "integer division or modulo by zero", "integer modulo by zero", "float division by zero", "float modulo",
    "math domain error", "math range error", "expected a nonnegative input, got ●", "Result too large",
    "int too large to convert to float", "cannot convert float NaN to integer",
    "cannot convert float infinity to integer", "invalid literal for int() with base ●: ●",
    "could not convert string to float: ●",
    "int() argument must be a string, a bytes-like object or a real number, not ●",
    "float() argument must be a string or a real number, not ●", "name ● is not defined",
    "name ● is not defined. Did you mean: ●?",
    "cannot access local variable ● where it is not associated with a value",
    "local variable ● referenced before assignment", "● missing ● required positional argument: ●",
    "● missing ● required positional arguments: ●", "● takes ● positional argument but ● were given",
    "● takes ● positional arguments but ● were given", "● takes ● positional arguments but ● was given",
    "● takes no arguments (● given)", "● takes exactly one argument (● given)",
    "● got an unexpected keyword argument ●", "● got multiple values for argument ●",
    "maximum recursion depth exceeded", "maximum recursion depth exceeded in comparison",
    "maximum recursion depth exceeded while calling a Python object", "dictionary changed size during iteration",
    "Set changed size during iteration", "deque mutated during iteration", "generator raised StopIteration",
    "slice step cannot be zero", "range() arg 3 must not be zero", "step argument must be an integer",
    "invalid format specifier", "unknown format code ● for object of type ●",
    "not all arguments converted during string formatting", "not enough arguments for format string",
    "Replacement index ● out of range for positional args tuple", "negative shift count",
    "character U+● is not in range", "year ● is out of range", "month must be in 1..12",
    "day is out of range for month", "Invalid isoformat string: ●", "time data ● does not match format ●",
    "No module named ●", "cannot import name ● from ●", "DID NOT RAISE ●",
    "DID NOT WARN. No warnings of type ● were emitted.", "● not raised", "● not raised by ●", "● is not true",
    "● is not false", "● is not None", "unexpectedly None", "● not found in ●", "● unexpectedly found in ●",
    "● is not an instance of ●", "Lists differ: ● != ●", "Tuples differ: ● != ●", "Sequences differ: ● != ●",
    "Expected ● to be called once. Called ● times.", "Expected ● to have been called once. Called ● times.",
    "the unit makes an object that decides for itself what it is equal to", "a part of the test failed",
    "with this version of the unit the test was not collected", "the test was not run", "expected call not found.",
    "Regex pattern did not match.",
)  # fmt: skip
"""Messages of Python, its library, pytest, unittest and the harness, where wrong functions often lead to them."""
COMPARISONS = ("==", "!=", "<=", ">=", "<", ">", "is not", "is", "not in", "in")
_OPERATORS: dict[type[ast.cmpop], str] = {
    ast.Eq: "==", ast.NotEq: "!=", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Is: "is",
    ast.IsNot: "is not", ast.In: "in", ast.NotIn: "not in",
}  # fmt: skip


@dataclass(frozen=True)
class Template:
    """A kind of message: `parts` are its fixed texts, with a slot between each two of them."""

    parts: tuple[str, ...]
    pattern: re.Pattern[str]

    @classmethod
    def of(cls, text: str) -> Template:
        """The template that `text` writes with `SLOT`."""
        parts = tuple(text.split(SLOT))
        slot = f"(.{{0,{MAX_SLOT_LENGTH}}}?)"
        return cls(parts, re.compile(slot.join(map(re.escape, parts))))

    def slots(self, message: str) -> tuple[str, ...] | None:
        """What a message of this kind has in the slots; `None` for another message."""
        match = self.pattern.fullmatch(message)
        return match.groups() if match else None

    def filled(self, slots: Sequence[str]) -> str:
        """The message with these texts in the slots."""
        return self.parts[0] + "".join(slot + part for slot, part in zip(slots, self.parts[1:], strict=True))


_ASSERTIONS = [f"assert {SLOT} {operator} {SLOT}" for operator in COMPARISONS]
_DIFFERENCES = [f"{SLOT} {operator} {SLOT}" for operator in ("!=", "==", "not less than", "not greater than")]
GENERAL = tuple(
    map(Template.of, (*PYTHON_MESSAGES, *_ASSERTIONS, f"assert not {SLOT}", f"assert {SLOT}", *_DIFFERENCES))
)
"""Templates that hold for every test; the first that fits is the one."""


@lru_cache(maxsize=256)
def assertion_templates(test_source: str) -> tuple[Template, ...]:
    """The messages of the assertions in a test: the operand that is a literal is foreseen, the other one is a slot."""
    try:
        tree = ast.parse(_dedented(test_source))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ()
    asserts = [node.test for node in ast.walk(tree) if isinstance(node, ast.Assert)]
    return tuple(Template.of(text) for test in asserts for text in _assertion_texts(test))


def _assertion_texts(test: ast.expr) -> Iterator[str]:
    if not isinstance(test, ast.Compare) or len(test.ops) > 1:
        return
    operator = _OPERATORS[type(test.ops[0])]
    left, right = (_literal(node) for node in (test.left, test.comparators[0]))
    if left is None and right is not None:
        yield f"assert {SLOT} {operator} {right}"
    if right is None and left is not None:
        yield f"assert {left} {operator} {SLOT}"


def _literal(node: ast.expr) -> str | None:
    """What pytest prints for a literal; `None` for another expression."""
    try:
        text = repr(ast.literal_eval(node))
    except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
        return None
    return text if SLOT not in text and len(text) <= MAX_SLOT_LENGTH else None


def _dedented(source: str) -> str:
    first = source.lstrip("\n")
    return f"if 1:\n{source}" if first[:1] in (" ", "\t") else source
