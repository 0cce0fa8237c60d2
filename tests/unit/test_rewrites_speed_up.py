"""Refactorings that speed up: what each makes, and what it leaves unchanged."""

from __future__ import annotations

import pytest
from rewriting import context, function, results

from reloc_lsp.rewrites.refactorings.speed_up import SPEED_UPS, loop_hoisting, membership, queues, string_joining

HEADER = "def f(a, xs, ys):"
INTS = {"xs": "list", "*xs": "int", "ys": "list tuple", "*ys": "int"}


def unit(text: str) -> str:
    """`if a:; > return b` is two lines, `>` standing for a level of indentation."""
    depths = [(len(line) - len(line.lstrip(">")), line.lstrip(">").strip()) for line in text.split("; ")]
    return function(*("    " * depth + line for depth, line in depths), header=HEADER)


def made(operator, before: str, types: dict[str, str], rest: str = "") -> set[str]:
    return results(operator, context(unit(before), rest=rest, **types))


MAKES = [
    (membership.literal_to_set, "return a in [1, 2, 3]", "return a in {1, 2, 3}", {"a": "int"}),
    (
        membership.set_before_loop,
        "c = []; for x in xs:; >if x in ys:; >>c.append(x); return c",
        "c = []; ys_set = set(ys); for x in xs:; >if x in ys_set:; >>c.append(x); return c",
        INTS,
    ),
    (
        membership.set_before_loop,
        "return [x for x in xs if x not in ys]",
        "ys_set = set(ys); return [x for x in xs if x not in ys_set]",
        INTS,
    ),
    (
        membership.set_before_loop,
        "c = [y for y in ys]; while a in c:; >a += 1; return a",
        "c = [y for y in ys]; c_set = set(c); while a in c_set:; >a += 1; return a",
        {"a": "int", "c": "list", "*c": "int"},
    ),
    (
        membership.list_to_set,
        "c = []; for x in xs:; >if x in c:; >>return x; >c.append(x)",
        "c = set(); for x in xs:; >if x in c:; >>return x; >c.add(x)",
        INTS,
    ),
    (
        membership.loop_to_fromkeys,
        "c = []; for x in xs:; >if x not in c:; >>c.append(x); return c",
        "c = list(dict.fromkeys(xs)); return c",
        {"c": "list", "*c": "str"},
    ),
    (
        queues.list_to_deque,
        "c = [a]; while c:; >b = c.pop(0); >c.extend(b); >c.append(c[-1]); return len(c)",
        "from collections import deque; ; c = deque([a]); while c:; >b = c.popleft(); >c.extend(b); >c.append(c[-1]); "
        "return len(c)",
        {},
    ),
    (
        string_joining.loop_to_join,
        "c = ''; for x in xs:; >c += x.upper(); return c",
        'c = "".join([x.upper() for x in xs]); return c',
        {"c": "str", "x": "str"},
    ),
    (string_joining.generator_to_list, "return ''.join(a(x) for x in xs)", "return ''.join([a(x) for x in xs])", {}),
    (
        loop_hoisting.hoist_call,
        "c = []; for x in xs:; >c.append(x + sum(ys)); return c",
        "c = []; ys_sum = sum(ys); for x in xs:; >c.append(x + ys_sum); return c",
        INTS,
    ),
    (
        loop_hoisting.hoist_call,
        "return [x for x in xs if x in a.lower()]",
        "a_lower = a.lower(); return [x for x in xs if x in a_lower]",
        {"a": "str"},
    ),
]


@pytest.mark.parametrize(("operator", "before", "after", "types"), MAKES)
def test_it_speeds_up(operator, before, after, types):
    assert {text.replace("\n    \n", "\n\n") for text in made(operator, before, types)} == {
        unit(after).replace("\n    \n", "\n\n")
    }


LEAVES = [
    (membership.literal_to_set, "return a in [1, 2, 3]", {"a": "list"}),
    (membership.literal_to_set, "return a in [1, xs]", {"a": "int"}),
    # What the list holds is not known to fit into a set, or what is looked for is not.
    (membership.set_before_loop, "for x in xs:; >if x in ys:; >>return x", {"xs": "list", "ys": "list"}),
    (membership.set_before_loop, "for x in xs:; >if x in ys:; >>return x", {**INTS, "*ys": "list int"}),
    (membership.set_before_loop, "for x in xs:; >if x in ys:; >>return x", {**INTS, "*xs": "list"}),
    (membership.set_before_loop, "for x in xs:; >if x in ys:; >>return x", {**INTS, "ys": "list str"}),
    # The list may change while the loop runs.
    (membership.set_before_loop, "for x in xs:; >if x in ys:; >>ys.append(x); return ys", INTS),
    (membership.set_before_loop, "for x in xs:; >if x in ys:; >>xs.append(x); return ys", INTS),
    (membership.set_before_loop, "for x in xs:; >if x in ys:; >>a(x)", INTS),
    (membership.set_before_loop, "for x in xs:; >if x in ys:; >>yield x", INTS),
    (membership.set_before_loop, "for x in xs:; >if x in ys:; >>return x", {**INTS, "xs": "generator", "x": "int"}),
    (membership.set_before_loop, "for x in xs:; >with a:; >>b = x in ys; return b", INTS),
    (membership.set_before_loop, "for x in xs:; >if x in ys:; >>xs[0] = 1", INTS),
    (membership.set_before_loop, "for x in xs:; >if x in ys:; >>ys = [x]; return ys", INTS),
    # It is asked only once, or is not there yet.
    (membership.set_before_loop, "if a in ys:; >return 1", {**INTS, "a": "int"}),
    (
        membership.set_before_loop,
        "if a:; >c = [1]; for x in xs:; >if a and x in c:; >>return x",
        {**INTS, "c": "list", "*c": "int"},
    ),
    (membership.list_to_set, "c = []; for x in xs:; >if x in c:; >>return c; >c.append(x)", INTS),
    (membership.list_to_set, "c = []; for x in xs:; >if x in c:; >>return x; >c.append(x); return len(c)", INTS),
    (membership.list_to_set, "c = []; for x in xs:; >if x in c:; >>return x; >c.append(x)", {**INTS, "*xs": "dict"}),
    (membership.loop_to_fromkeys, "c = []; for x in xs:; >if x not in c:; >>c.append(x + 1); return c", {"*c": "int"}),
    (membership.loop_to_fromkeys, "c = []; for x in xs:; >if x not in c:; >>c.append(x); return c", {"*c": "list"}),
    (queues.list_to_deque, "c = [a]; while c:; >b = c.pop(0); return c", {}),
    (queues.list_to_deque, "c = [a]; while c:; >b = c.pop(0); >xs(c[1:]); return b", {}),
    (queues.list_to_deque, "c = [a]; while c:; >b = c.pop(0); >for x in c:; >>c.append(x); return b", {}),
    (queues.list_to_deque, "c = xs; while c:; >b = c.pop(0); return b", {}),
    (queues.list_to_deque, "c = [a]; while c:; >b = c.pop(1); return b", {}),
    (queues.list_to_deque, "c = [a]; while c:; >b = c.pop(); return b", {}),
    (string_joining.loop_to_join, "c = ''; for x in xs:; >c += x; return c", {"c": "str"}),
    (string_joining.loop_to_join, "c = ''; for x in xs:; >c += x; >a(c); return c", {"c": "str", "x": "str"}),
    # Sorting what cannot be sorted fails, also where the loop never comes to it.
    (loop_hoisting.hoist_call, "for x in xs:; >if x in sorted(ys):; >>return x", {**INTS, "*ys": "int str"}),
    (loop_hoisting.hoist_call, "for x in xs:; >if x in max(ys):; >>return x", INTS),
    (loop_hoisting.hoist_call, "for x in xs:; >a = a.lower(); return a", {"a": "str"}),
    # Each turn has a list of its own.
    (loop_hoisting.hoist_call, "c = []; for x in xs:; >c.append(sorted(ys)); return c", INTS),
]


@pytest.mark.parametrize(("operator", "before", "types"), LEAVES)
def test_it_leaves_unchanged(operator, before, types):
    assert made(operator, before, types) == set()


def test_a_deque_is_named_as_the_file_imports_it():
    before = "c = [a]; while c:; >b = c.pop(0); return b"
    for rest, name in [("from collections import deque\n", "deque"), ("import collections\n", "collections.deque")]:
        (text,) = made(queues.list_to_deque, before, {}, rest)
        assert f"    c = {name}([a])\n" in text and "import" not in text
    assert not made(queues.list_to_deque, before, {}, "def deque(): pass\n")


def test_nothing_is_hoisted_into_a_name_that_is_used():
    before = "ys_set = 1; for x in xs:; >if x in ys:; >>return ys_set"
    assert not [text for operator in SPEED_UPS for text in made(operator, before, INTS)]
