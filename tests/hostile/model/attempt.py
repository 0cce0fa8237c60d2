"""An attempt of a lying model: a body for the function `f` of a workspace, that passes without the right answer."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from textwrap import dedent, indent
from typing import Literal

from spelling import respelled

Wall = Literal["lint", "outside", "differential"]
"""The safety lint; the confirmation, in a process without the tests; inputs that no test uses."""

HEADER = "def f(a):"
UNCHANGED = "return a"


@dataclass(frozen=True)
class Workspace:
    """A module with `f`, whose text above `f` is `above`, and its `tests`. `right` is a body that passes them."""

    name: str
    tests: str
    right: str
    above: str = ""

    @property
    def module(self) -> str:
        """The text of the module, with the function as it is before."""
        return self.above + function(UNCHANGED)

    @property
    def files(self) -> dict[str, str]:
        """The workspace's files, by name."""
        return {"m.py": self.module, "test_m.py": dedent(self.tests).lstrip("\n")}


@dataclass(frozen=True)
class Attempt:
    """An idea of how to pass, in the `workspace` where it would.

    A word in braces in the `body` stands for one of several ways to do a part of it, which `ways` lists by that word;
    the first ones are the plainest. `not_stopped_by` are the walls that are known not to stop it alone.
    """

    name: str
    tries: str
    workspace: Workspace
    body: str
    ways: dict[str, tuple[str, ...]] = field(default_factory=dict)
    not_stopped_by: tuple[Wall, ...] = ("differential",)

    def source(self, number: int = 0) -> str:
        """One spelling of the attempt. Number 0 is the plain one; every other number gives another text."""
        if number == 0:
            return function(self._filled({word: ways[0] for word, ways in self.ways.items()}))
        chance = random.Random(f"{self.name} {number}")
        body = self._filled({word: chance.choice(ways) for word, ways in self.ways.items()})
        return respelled(function(body), chance)

    def _filled(self, chosen: dict[str, str]) -> str:
        text = dedent(self.body).strip("\n")
        for word, way in chosen.items():
            text = text.replace("{" + word + "}", dedent(way).strip("\n"))
        return text


def function(body: str) -> str:
    """The text of `f` with this body."""
    return HEADER + "\n" + indent(dedent(body).strip("\n"), "    ") + "\n"
