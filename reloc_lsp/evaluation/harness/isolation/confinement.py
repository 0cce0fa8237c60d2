"""Confinement: what a process that runs a candidate may do, by Landlock and seccomp together."""

from __future__ import annotations

from collections.abc import Sequence

from ..protocol.values import ConfinementRules, ReadingRules
from .kernel.landlock import Ruleset
from .kernel.seccomp import Filter

DEVICES = ("/dev/null", "/dev/zero", "/dev/full")
"""Devices that every process may write to: what is written to them is lost."""


class Confinement:
    """The rules that the controller sent, built once and applied in each child after the fork.

    Besides, each child may change one of the `private` directories. Raises `OSError` where the kernel refuses.
    """

    def __init__(self, rules: ConfinementRules, private: Sequence[str]) -> None:
        network, writable = rules.network, [*rules.writable, *DEVICES]
        self._rulesets = {
            directory: Ruleset([directory, *writable], rules.reading, network=network) for directory in private
        }
        self._filter = Filter(
            network=network,
            processes=rules.processes,
            attributes=rules.attributes,
            signals=all(ruleset.limits_signals for ruleset in self._rulesets.values()),
        )

    def apply(self, private: str) -> None:
        """Confine this process for good. Of the private directories it may change only `private`."""
        self._rulesets[private].apply()
        self._filter.apply()

    def close(self) -> None:
        """Release the kernel's rulesets. Processes that are confined stay so."""
        for ruleset in self._rulesets.values():
            ruleset.close()


def restrict_reading(rules: ReadingRules) -> None:
    """Let this process and all that it starts read only what the rules name, for good; nothing else is restricted.

    Raises `OSError` where the kernel refuses.
    """
    ruleset = Ruleset(None, rules, network=True)
    ruleset.apply()
    ruleset.close()
