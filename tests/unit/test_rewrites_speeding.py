"""Families that do the same in less time: what each makes, and what it must leave alone."""

from __future__ import annotations

import pytest
from rewriting import context, function, results

from reloc_lsp.rewrites.refactorings.speed_up import SPEEDING, loop_hoisting, membership, queues, string_joining

HEADER = "def f(a, xs, ys):"
INTS = {"xs": "list", "*xs": "int", "ys": "list tuple", "*ys": "int"}


def unit(text: str) -> str:
    """`if a:; > return b` is two lines, `>` standing for a level of indentation."""
    depths = [(len(line) - len(line.lstrip(">")), line.lstrip(">").strip()) for line in text.split("; ")]
    return function(*("    " * depth + line for depth, line in depths), header=HEADER)


def made(family, before: str, types: dict[str, str], rest: str = "") -> set[str]:
    return results(family, context(unit(before), rest=rest, **types))


MAKES = [
    (membership.literals, "return a in [1, 2, 3]", "return a in {1, 2, 3}", {"a": "int"}),
    (
        membership.before_loops,
        "c = []; for x in xs:; >if x in ys:; >>c.append(x); return c",
        "c = []; ys_set = set(ys); for x in xs:; >if x in ys_set:; >>c.append(x); return c",
        INTS,
    ),
    (
        membership.before_loops,
        "return [x for x in xs if x not in ys]",
        "ys_set = set(ys); return [x for x in xs if x not in ys_set]",
        INTS,
    ),
    (
        membership.before_loops,
        "c = [y for y in ys]; while a in c:; >a += 1; return a",
        "c = [y for y in ys]; c_set = set(c); while a in c_set:; >a += 1; return a",
        {"a": "int", "c": "list", "*c": "int"},
    ),
    (
        membership.grown,
        "c = []; for x in xs:; >if x in c:; >>return x; >c.append(x)",
        "c = set(); for x in xs:; >if x in c:; >>return x; >c.add(x)",
        INTS,
    ),
    (
        membership.distinct,
        "c = []; for x in xs:; >if x not in c:; >>c.append(x); return c",
        "c = list(dict.fromkeys(xs)); return c",
        {"c": "list", "*c": "str"},
    ),
    (
        queues.queues,
        "c = [a]; while c:; >b = c.pop(0); >c.extend(b); >c.append(c[-1]); return len(c)",
        "from collections import deque; ; c = deque([a]); while c:; >b = c.popleft(); >c.extend(b); >c.append(c[-1]); "
        "return len(c)",
        {},
    ),
    (
        string_joining.joined,
        "c = ''; for x in xs:; >c += x.upper(); return c",
        'c = "".join([x.upper() for x in xs]); return c',
        {"c": "str", "x": "str"},
    ),
    (string_joining.lists_to_join, "return ''.join(a(x) for x in xs)", "return ''.join([a(x) for x in xs])", {}),
    (
        loop_hoisting.hoisted,
        "c = []; for x in xs:; >c.append(x + sum(ys)); return c",
        "c = []; ys_sum = sum(ys); for x in xs:; >c.append(x + ys_sum); return c",
        INTS,
    ),
    (
        loop_hoisting.hoisted,
        "return [x for x in xs if x in a.lower()]",
        "a_lower = a.lower(); return [x for x in xs if x in a_lower]",
        {"a": "str"},
    ),
]


@pytest.mark.parametrize(("family", "before", "after", "types"), MAKES)
def test_it_makes(family, before, after, types):
    assert {text.replace("\n    \n", "\n\n") for text in made(family, before, types)} == {
        unit(after).replace("\n    \n", "\n\n")
    }


LEAVES = [
    (membership.literals, "return a in [1, 2, 3]", {"a": "list"}),
    (membership.literals, "return a in [1, xs]", {"a": "int"}),
    # What the list holds is not known to fit into a set, or what is looked for is not.
    (membership.before_loops, "for x in xs:; >if x in ys:; >>return x", {"xs": "list", "ys": "list"}),
    (membership.before_loops, "for x in xs:; >if x in ys:; >>return x", {**INTS, "*ys": "list int"}),
    (membership.before_loops, "for x in xs:; >if x in ys:; >>return x", {**INTS, "*xs": "list"}),
    (membership.before_loops, "for x in xs:; >if x in ys:; >>return x", {**INTS, "ys": "list str"}),
    # The list may change while the loop runs.
    (membership.before_loops, "for x in xs:; >if x in ys:; >>ys.append(x); return ys", INTS),
    (membership.before_loops, "for x in xs:; >if x in ys:; >>xs.append(x); return ys", INTS),
    (membership.before_loops, "for x in xs:; >if x in ys:; >>a(x)", INTS),
    (membership.before_loops, "for x in xs:; >if x in ys:; >>yield x", INTS),
    (membership.before_loops, "for x in xs:; >if x in ys:; >>return x", {**INTS, "xs": "generator", "x": "int"}),
    (membership.before_loops, "for x in xs:; >with a:; >>b = x in ys; return b", INTS),
    (membership.before_loops, "for x in xs:; >if x in ys:; >>xs[0] = 1", INTS),
    (membership.before_loops, "for x in xs:; >if x in ys:; >>ys = [x]; return ys", INTS),
    # It is asked only once, or is not there yet.
    (membership.before_loops, "if a in ys:; >return 1", {**INTS, "a": "int"}),
    (
        membership.before_loops,
        "if a:; >c = [1]; for x in xs:; >if a and x in c:; >>return x",
        {**INTS, "c": "list", "*c": "int"},
    ),
    (membership.grown, "c = []; for x in xs:; >if x in c:; >>return c; >c.append(x)", INTS),
    (membership.grown, "c = []; for x in xs:; >if x in c:; >>return x; >c.append(x); return len(c)", INTS),
    (membership.grown, "c = []; for x in xs:; >if x in c:; >>return x; >c.append(x)", {**INTS, "*xs": "dict"}),
    (membership.distinct, "c = []; for x in xs:; >if x not in c:; >>c.append(x + 1); return c", {"*c": "int"}),
    (membership.distinct, "c = []; for x in xs:; >if x not in c:; >>c.append(x); return c", {"*c": "list"}),
    (queues.queues, "c = [a]; while c:; >b = c.pop(0); return c", {}),
    (queues.queues, "c = [a]; while c:; >b = c.pop(0); >xs(c[1:]); return b", {}),
    (queues.queues, "c = [a]; while c:; >b = c.pop(0); >for x in c:; >>c.append(x); return b", {}),
    (queues.queues, "c = xs; while c:; >b = c.pop(0); return b", {}),
    (queues.queues, "c = [a]; while c:; >b = c.pop(1); return b", {}),
    (queues.queues, "c = [a]; while c:; >b = c.pop(); return b", {}),
    (string_joining.joined, "c = ''; for x in xs:; >c += x; return c", {"c": "str"}),
    (string_joining.joined, "c = ''; for x in xs:; >c += x; >a(c); return c", {"c": "str", "x": "str"}),
    # Sorting what cannot be sorted fails, also where the loop never comes to it.
    (loop_hoisting.hoisted, "for x in xs:; >if x in sorted(ys):; >>return x", {**INTS, "*ys": "int str"}),
    (loop_hoisting.hoisted, "for x in xs:; >if x in max(ys):; >>return x", INTS),
    (loop_hoisting.hoisted, "for x in xs:; >a = a.lower(); return a", {"a": "str"}),
    # Each turn has a list of its own.
    (loop_hoisting.hoisted, "c = []; for x in xs:; >c.append(sorted(ys)); return c", INTS),
]


@pytest.mark.parametrize(("family", "before", "types"), LEAVES)
def test_it_leaves_alone(family, before, types):
    assert made(family, before, types) == set()


def test_a_deque_is_taken_as_the_file_has_it():
    before = "c = [a]; while c:; >b = c.pop(0); return b"
    for rest, name in [("from collections import deque\n", "deque"), ("import collections\n", "collections.deque")]:
        (text,) = made(queues.queues, before, {}, rest)
        assert f"    c = {name}([a])\n" in text and "import" not in text
    assert not made(queues.queues, before, {}, "def deque(): pass\n")


def test_the_families_are_deaf_to_names_that_are_taken():
    before = "ys_set = 1; for x in xs:; >if x in ys:; >>return ys_set"
    assert not [text for family in SPEEDING for text in made(family, before, INTS)]
