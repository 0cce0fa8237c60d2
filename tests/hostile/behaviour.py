"""A hostile candidate: a version of `f` that lies, does harm or hangs, and how its success is detected."""

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
"""No behaviour knows `test_others`, so that one that copies its answers from the other tests fails there."""
HEADER = "def f(a):"
OTHER_HEADER = "def f(a, *more):"
"""A version with another header cannot be swapped in: its module is imported again."""
RIGHT = "return 3"
WRONG = "return a"


@dataclass(frozen=True)
class Behaviour:
    """One hostile version of the unit `f`, and what it tries.

    `body` is the text of the function's body; `after` are statements of the module below the function. In both, words
    in braces stand for facts of a `Victim`.

    `shows` says how a harm is detected. `outside`: the function `harmed` checks the victim. `green`: the verdict shows
    it, because the body returns the right answer only if the act succeeded. `follower` is the body of a wrong version
    that is evaluated after a lie. It passes only if the lie left something behind that helps it. A control with `right`
    must pass.

    A `confirmed` behaviour attacks the evaluator itself, so that cold runs are tested too. The sandbox kills the
    process of a `fatal` one.

    Without a sandbox, a behaviour that `needs_sandbox` damages the evaluator, and one that `needs_namespace` damages
    the machine. `gets_past` are the stages of the evaluation that it is known to pass if it is written by a model.
    """

    name: str
    tries: str
    kind: Kind
    body: str
    header: str = HEADER
    after: str = ""
    follower: str = ""
    shows: Literal["outside", "green"] = "green"
    harmed: Callable[[Victim], bool] | None = None
    right: bool = False
    confirmed: bool = False
    fatal: bool = False
    needs_sandbox: bool = False
    needs_namespace: bool = False
    gets_past: tuple[Stage, ...] = ()

    def source(self, facts: Mapping[str, str] | None = None, header: str = "") -> str:
        """The text of the version, with the facts filled in."""
        return _filled(function(self.body, header or self.header) + dedent(self.after).lstrip("\n"), facts or {})

    def follower_source(self, facts: Mapping[str, str] | None = None, header: str = HEADER) -> str:
        """The text of the wrong version that is evaluated after a lie."""
        return _filled(function(self.follower or WRONG, header), facts or {})

    def runs_at(self, level: str) -> bool:
        """Whether it may run in a sandbox of this level: `full`, `partial` or `none`."""
        if self.needs_namespace:
            return level == "full"
        return level != "none" or not (self.needs_sandbox or self.kind == "harm")


def _filled(text: str, facts: Mapping[str, str]) -> str:
    for name, fact in facts.items():
        text = text.replace("{" + name + "}", fact)
    return text


def function(body: str, header: str = HEADER) -> str:
    """The text of `f` with this body."""
    return header + "\n" + indent(dedent(body).strip("\n"), "    ") + "\n"


def lie(name: str, tries: str, body: str, **more: object) -> Behaviour:
    """A behaviour that tries to pass without the right answer."""
    return Behaviour(name, tries, "lie", dedent(body).strip("\n"), **more)  # type: ignore[arg-type]


def hang(name: str, tries: str, body: str, **more: object) -> Behaviour:
    """A behaviour that never ends, or that uses up a resource."""
    return Behaviour(name, tries, "hang", dedent(body).strip("\n"), **more)  # type: ignore[arg-type]


def harm(name: str, tries: str, act: str, harmed: Callable[[Victim], bool], **more: object) -> Behaviour:
    """An act whose effect is checked outside. The answer is right in any case."""
    body = f"try:\n{_first_test_only(act)}\nexcept Exception:\n    pass\nreturn 3"
    return Behaviour(name, tries, "harm", body, shows="outside", harmed=harmed, **more)  # type: ignore[arg-type]


def reach(name: str, tries: str, act: str, **more: object) -> Behaviour:
    """An act that raises unless it succeeds, so that the answer is right only if it succeeds."""
    return Behaviour(name, tries, "harm", _first_test_only(act, 0) + "\nreturn 3", **more)  # type: ignore[arg-type]


def theft(name: str, tries: str, act: str, **more: object) -> Behaviour:
    """An act that stores what it read in `loot` (text or bytes). The answer is right only if it contains the secret."""
    check = "loot = loot.encode() if isinstance(loot, str) else loot\n"
    check += 'if b"{secret}" not in loot: raise ValueError("not read")'
    return reach(name, tries, dedent(act).strip("\n") + "\n" + check, **more)


def _first_test_only(act: str, inside: int = 1) -> str:
    """The act, run only in the test that calls `f(5)`."""
    return indent("if a == 5:\n" + indent(dedent(act).strip("\n"), "    "), "    " * inside)
