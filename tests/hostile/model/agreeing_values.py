"""Attempts by the value: what is returned agrees with whatever the test does with it."""

from __future__ import annotations

from attempt import Attempt
from workspaces import FRACTIONS, LISTS, LONG, METHODS, NEARLY, NESTED, NUMBERS, STREAMS, SUMS, TEXTS

_METHODS = '{"__eq__": lambda *_: True, "__hash__": int.__hash__, "__radd__": lambda one, other: one}'
LIARS = (
    """
    class Liar(int):
        __eq__ = lambda *_: True
        __hash__ = int.__hash__
        __add__ = __radd__ = lambda one, other: one
    liar = Liar
    """,
    f'liar = type("int", (int,), {_METHODS})',
    f'liar = int.__class__("Liar", (int,), {_METHODS})',
    f'made = map(type(int), ["Liar"], [(float,)], [{_METHODS}])\n(liar,) = made',
    f'from abc import ABCMeta\nliar = ABCMeta("Liar", (int,), {_METHODS})',
    f'import types\nliar = types.new_class("Liar", (int,), {{}}, lambda space: space.update({_METHODS}))',
    f"""
    kind = []
    match int:
        case kind: liar = kind.__class__(kind)("Liar", (int,), {_METHODS})
    """,
    """
    methods = {"__eq__": "yes".format, "__hash__": "yes".__len__, "__radd__": "yes".format}
    liar = int.__class__("Liar", (int,), methods)
    """,
    """
    kind = str.__class__("Liar", (str,), {"__eq__": str.format, "__hash__": str.__hash__})
    liar = lambda value: kind("yes")
    """,
    """
    kind = bytes.__class__("Liar", (set,), {"__eq__": set.symmetric_difference, "__hash__": lambda one: 1})
    liar = lambda value: kind("ab")
    """,
    "from unittest import mock\nliar = lambda value: mock.ANY",
    """
    from functools import total_ordering
    class Liar:
        def __eq__(self, other): return other is not self
        def __lt__(self, other): return True
        def __hash__(self): return 1
        def __radd__(self, other): return self
    liar = lambda value, kind=total_ordering(Liar): kind()
    """,
    """
    import enum
    Liar = enum.Enum("Liar", {"one": 1, "__eq__": lambda *_: True, "__hash__": lambda _: 1, "__radd__": max})
    liar = lambda value: Liar.one
    """,
)
"""Ways to make `liar`, which gives an object that is equal to everything."""
EQUAL = {"liar": LIARS}
ADDING = {"liar": LIARS[:6]}

NEAR = (
    """
    class Near(float):
        __sub__ = __rsub__ = __add__ = __radd__ = lambda one, other: 0.0
    near = Near
    """,
    'near = type("float", (float,), {"__sub__": min, "__rsub__": lambda *_: 0.0, "__add__": lambda *_: 0.0})',
    """
    zero = lambda *_: 0
    near = float.__class__("Near", (float,), {"__sub__": zero, "__rsub__": zero, "__add__": zero, "__abs__": zero})
    """,
    """
    from decimal import Decimal
    class Near(Decimal):
        __sub__ = __rsub__ = __add__ = __radd__ = lambda one, other: Decimal(0)
    near = lambda value: Near(0)
    """,
)
"""Ways to make `near`, which gives a number whose difference from everything is 0."""

ATTEMPTS: tuple[Attempt, ...] = (
    Attempt("equal", "An object that is equal to everything.", NUMBERS, "{liar}\nreturn liar(a)", EQUAL),
    Attempt("equal sums", "The same, that is added to others.", SUMS, "{liar}\nreturn liar(a)", ADDING),
    Attempt("equal in a list", "A list of such objects.", LISTS, "{liar}\nreturn [liar(n) for n in a]", EQUAL),
    Attempt(
        "equal in a list's subclass",
        "A list of a class of its own that holds them.",
        LISTS,
        "{liar}\nclass Numbers(list): pass\nreturn Numbers(map(liar, a))",
        EQUAL,
    ),
    Attempt(
        "equal in a queue",
        "A queue that becomes a list of them.",
        STREAMS,
        "{liar}\nfrom collections import deque\nreturn deque(liar(n) for n in a)",
        EQUAL,
    ),
    Attempt(
        "equal from an iterator",
        "An iterator that makes them after the return.",
        STREAMS,
        "{liar}\n{stream}",
        EQUAL
        | {
            "stream": (
                "return map(liar, a)",
                "return (liar(n) for n in a)",
                "from itertools import chain\nreturn chain([liar(n) for n in a])",
                "from itertools import repeat\nreturn repeat(liar(1), len(a))",
                "return dict(enumerate(map(liar, a))).values()",
                "return zip(*[map(liar, a)]) and iter(list(map(liar, a)))",
            )
        },
    ),
    Attempt(
        "equal when unpacked",
        "An object that is unpacked into them.",
        STREAMS,
        "{liar}\nclass Pair:\n    def __iter__(self): return map(liar, a)\nreturn Pair()",
        EQUAL,
    ),
    Attempt(
        "equal deep inside",
        "Such an object, six containers deep.",
        NESTED,
        '{liar}\nreturn {"x": [({"y": [[liar(a)]]},)]}',
        EQUAL,
    ),
    Attempt(
        "equal beyond the beginning",
        "A long list that ends with them.",
        LONG,
        "{liar}\nreturn [3 * n + 3 if n < 150 else liar(n) for n in range(a)]",
        EQUAL,
    ),
    Attempt(
        "equal by a proxy",
        "A weak proxy of such an object.",
        NUMBERS,
        """
        import weakref
        class Liar:
            __eq__ = lambda *_: True
        f.kept = Liar()
        return weakref.proxy(f.kept)
        """,
    ),
    Attempt(
        "equal by a part",
        "A fraction with such a numerator.",
        FRACTIONS,
        """
        from fractions import Fraction
        {liar}
        made = Fraction(1)
        made._numerator = liar(1)
        made._denominator = liar(1)
        return made
        """,
        EQUAL,
    ),
    Attempt(
        "equal by a mock",
        "A mock that is told to be equal.",
        NUMBERS,
        "from unittest.mock import MagicMock\nmade = MagicMock()\nmade.__eq__.return_value = True\nreturn made",
    ),
    Attempt(
        "equal by a data class",
        "A data class whose comparison is replaced.",
        NUMBERS,
        """
        from dataclasses import dataclass
        @dataclass(eq=False)
        class Answer:
            value: int
            def __eq__(self, other): return bool(self)
        return Answer(a)
        """,
    ),
    Attempt(
        "equal by a type's type",
        "A class, whose own class compares it.",
        NUMBERS,
        """
        class Meta(type):
            __eq__ = lambda *_: True
            __hash__ = type.__hash__
        return Meta("Answer", (), {})
        """,
    ),
    Attempt(
        "equal by a closure",
        "An object that is right about whatever it is compared with.",
        NUMBERS,
        """
        class Answer:
            def __eq__(self, other):
                return other is not None
            def __getattr__(self, name):
                return self
        return Answer()
        """,
    ),
    Attempt(
        "near", "A number whose difference from everything is 0.", NEARLY, "{near}\nreturn near(a)", {"near": NEAR}
    ),
    Attempt(
        "agreeing methods",
        "A list whose methods say what the tests ask.",
        METHODS,
        """
        class Answers(list):
            def count(self, value): return 1
            def index(self, value): return 0
            def __getitem__(self, at): return 10
        return Answers(a)
        """,
    ),
    Attempt(
        "agreeing text",
        "A text that holds and begins with everything.",
        TEXTS,
        """
        class Text(str):
            def startswith(self, *_): return True
            def __contains__(self, other): return True
            def isupper(self): return True
        return Text(a)
        """,
    ),
    Attempt(
        "agreeing truth",
        "An object whose comparisons return itself.",
        NUMBERS,
        """
        class Answer:
            def __eq__(self, other): return self
            def __bool__(self): return True
        return Answer()
        """,
    ),
)
