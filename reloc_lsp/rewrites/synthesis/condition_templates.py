"""Templates of conditions by the types of their operands.

The weights are relative frequencies, chosen by hand: 1 is the commonest condition on a value of that type.
"""

from __future__ import annotations

from collections.abc import Iterator

WeightedText = tuple[str, float]
"""The text of an expression or statement, and its weight, around 1."""
NUMBERS = {"int", "float", "Decimal", "Fraction"}
_SIZED = {
    "str", "list", "tuple", "dict", "set", "frozenset", "bytes", "deque", "range", "dict_keys", "dict_items",
}  # fmt: skip
_OF_A_NUMBER = {
    "< 0": 1.0, "== 0": 1.0, "> 0": 0.9, "<= 0": 0.8, "== 1": 0.8, "> 1": 0.7, "< 1": 0.6, "< 2": 0.6, ">= 0": 0.6,
    "<= 1": 0.6, "!= 0": 0.6, "% 2 == 0": 0.4, "% 2 == 1": 0.4, "== 2": 0.4, "!= 1": 0.3, "== -1": 0.3,
}  # fmt: skip
_OF_A_TEXT = {
    "isdigit()": 0.6, "isalpha()": 0.6, "isspace()": 0.5, "isalnum()": 0.5, "isupper()": 0.5, "islower()": 0.4,
    "strip()": 0.5, "startswith('-')": 0.2,
}  # fmt: skip
_OF_A_LENGTH = {"== 1": 0.7, "> 1": 0.6, "< 2": 0.6, "== 0": 0.5, "> 0": 0.3, "== 2": 0.3}


def conditions_on_one(text: str, types: frozenset[str]) -> Iterator[WeightedText]:
    """Conditions on one operand of these possible types."""
    yield f"not {text}", 1.0
    yield text, 0.9
    if not types or "NoneType" in types:
        # Where None was observed, it is a likelier case than other false values.
        yield f"{text} is None", 1.3 if types else 1.0
        yield f"{text} is not None", 1.3 if types else 1.0
    if types & NUMBERS:
        for condition, weight in _OF_A_NUMBER.items():
            yield f"{text} {condition}", weight
    if "str" in types:
        for method, weight in _OF_A_TEXT.items():
            yield f"{text}.{method}", weight
            yield f"not {text}.{method}", weight * 0.8
    if types & _SIZED:
        for condition, weight in _OF_A_LENGTH.items():
            yield f"len({text}) {condition}", weight
    if types & {"date", "datetime"}:
        yield f"{text}.weekday() < 5", 0.8
        yield f"{text}.weekday() >= 5", 0.8
    several = len(types - {"NoneType"}) > 1
    for kind in sorted(types & {"int", "str", "list", "dict", "tuple", "float", "bool", "set"}):
        yield f"isinstance({text}, {kind})", 1.0 if several else 0.4
        yield f"not isinstance({text}, {kind})", 1.0 if several else 0.5


def conditions_on_two(
    one: str, one_types: frozenset[str], two: str, two_types: frozenset[str]
) -> Iterator[WeightedText]:
    """Conditions that compare two operands: `one` is written first."""
    alike = not one_types or not two_types or one_types & two_types or (one_types & NUMBERS and two_types & NUMBERS)
    if alike:
        for operator, weight in (("==", 0.6), ("!=", 0.6), ("<", 0.5), (">", 0.5), ("<=", 0.5), (">=", 0.5)):
            if operator in ("==", "!=") or (one_types | two_types) & (NUMBERS | {"str", "tuple", "date", "datetime"}):
                yield f"{one} {operator} {two}", weight
    if one_types & _SIZED and two_types & _SIZED:
        for operator, weight in (("==", 0.4), ("!=", 0.4), ("<", 0.3), (">", 0.3)):
            yield f"len({one}) {operator} len({two})", weight
    for inner, container, types in ((one, two, two_types), (two, one, one_types)):
        if types & _SIZED:
            yield f"{inner} in {container}", 0.6
            yield f"{inner} not in {container}", 0.6
    for index, container, index_types, types in (
        (one, two, one_types, two_types),
        (two, one, two_types, one_types),
    ):
        if "int" in index_types and types & {"list", "str", "tuple"}:
            yield f"{index} < len({container})", 0.5
            yield f"{index} >= len({container})", 0.5
            yield f"{index} == len({container}) - 1", 0.4
            yield f"{index} > len({container})", 0.4
