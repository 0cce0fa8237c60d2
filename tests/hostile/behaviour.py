"""What a hostile candidate is: a version of `f` that lies, harms or hangs, and how its success would show."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from textwrap import dedent, indent
from typing import Literal

from victim import Victim

Kind = Literal["lie", "harm", "hang", "control"]
Stage = Literal["search", "confirmation"]

MODULE = "def f(a):\n    return a\n"
TESTS = """\
from m import f
def test_five(): assert f(5) == 3
def test_three(): assert f(3) == 3
def test_others(): assert sum(map(f, range(10, 110))) == int("300")
"""
"""`test_others` is one that no behaviour knows of: what learns its answers from the others fails there."""
HEADER = "def f(a):"
OTHER_HEADER = "def f(a, *more):"
"""A version that changes more than the body cannot be swapped in: the module is imported anew for it."""
RIGHT = "return 3"
WRONG = "return a"


@dataclass(frozen=True)
class Behaviour:
    """One hostile version of the unit `f`, and what it tries.

    `body` is what it does; `after` are statements of the module below the function. Words in braces in either are
    facts of a `Victim`.

    Of a harm, `shows` says how it is noticed: `outside` by `harmed`, `green` by its verdict, for then the body returns
    the right answer only if the act succeeded. Of a lie, `mate` is the body of a wrong version that is judged after
    it, and passes only if it was left something to pass by. A control with `right` must be green.

    What is `confirmed` aims at the judge itself, so that it is worth a cold run; what is `fatal` is ended by the walls.

    Without walls, what `needs_walls` breaks the judge it runs in, and what `needs_namespace` breaks the machine.
    `fools` are the stages of the judging that it is known to get past, written by somebody else.
    """

    name: str
    tries: str
    kind: Kind
    body: str
    header: str = HEADER
    after: str = ""
    mate: str = ""
    shows: Literal["outside", "green"] = "green"
    harmed: Callable[[Victim], bool] | None = None
    right: bool = False
    confirmed: bool = False
    fatal: bool = False
    needs_walls: bool = False
    needs_namespace: bool = False
    fools: tuple[Stage, ...] = ()

    def source(self, facts: Mapping[str, str] | None = None, header: str = "") -> str:
        """The version's text, with the facts filled in."""
        return _filled(function(self.body, header or self.header) + dedent(self.after).lstrip("\n"), facts or {})

    def mate_source(self, facts: Mapping[str, str] | None = None, header: str = HEADER) -> str:
        """The text of the wrong version that is to profit."""
        return _filled(function(self.mate or WRONG, header), facts or {})

    def runs_at(self, level: str) -> bool:
        """Whether it may be run within walls of this level: `full`, `partial` or `none`."""
        if self.needs_namespace:
            return level == "full"
        return level != "none" or not (self.needs_walls or self.kind == "harm")


def _filled(text: str, facts: Mapping[str, str]) -> str:
    for name, fact in facts.items():
        text = text.replace("{" + name + "}", fact)
    return text


def function(body: str, header: str = HEADER) -> str:
    """The text of `f` with this body."""
    return header + "\n" + indent(dedent(body).strip("\n"), "    ") + "\n"


def lie(name: str, tries: str, body: str, **more: object) -> Behaviour:
    """A behaviour that wants to pass without the right answer."""
    return Behaviour(name, tries, "lie", dedent(body).strip("\n"), **more)  # type: ignore[arg-type]


def hang(name: str, tries: str, body: str, **more: object) -> Behaviour:
    """A behaviour that never ends, or uses up what there is."""
    return Behaviour(name, tries, "hang", dedent(body).strip("\n"), **more)  # type: ignore[arg-type]


def harm(name: str, tries: str, act: str, harmed: Callable[[Victim], bool], **more: object) -> Behaviour:
    """An act whose effect is looked for outside; whatever becomes of it, the answer is right."""
    body = f"try:\n{_once(act)}\nexcept Exception:\n    pass\nreturn 3"
    return Behaviour(name, tries, "harm", body, shows="outside", harmed=harmed, **more)  # type: ignore[arg-type]


def reach(name: str, tries: str, act: str, **more: object) -> Behaviour:
    """An act that raises unless it succeeds: the answer is right only then."""
    return Behaviour(name, tries, "harm", _once(act, 0) + "\nreturn 3", **more)  # type: ignore[arg-type]


def theft(name: str, tries: str, act: str, **more: object) -> Behaviour:
    """An act that puts what it read into `loot` (text or bytes): the answer is right only if the secret is in it."""
    check = "loot = loot.encode() if isinstance(loot, str) else loot\n"
    check += 'if b"{secret}" not in loot: raise ValueError("not read")'
    return reach(name, tries, dedent(act).strip("\n") + "\n" + check, **more)


def _once(act: str, inside: int = 1) -> str:
    """The act in the one test that asks for five, and never again."""
    return indent("if a == 5:\n" + indent(dedent(act).strip("\n"), "    "), "    " * inside)
