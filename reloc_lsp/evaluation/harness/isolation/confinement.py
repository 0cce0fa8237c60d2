"""Confinement: what a process that runs a candidate may do, by Landlock and seccomp together."""

from __future__ import annotations

from collections.abc import Sequence

from ..protocol.wire import Message
from .landlock import Ruleset
from .seccomp import Filter

DEVICES = ("/dev/null", "/dev/zero", "/dev/full")
"""Devices that every process may write to: what is written to them is lost."""


class Confinement:
    """The limits that the controller describes, built once and applied in each child after the fork.

    The description holds the `readable` paths (`None`: all), the `writable` paths, and whether `network`, `processes`
    and `attributes` (of files) are granted. Each child may also change one of the `private` directories.
    Raises `OSError` where the kernel refuses.
    """

    def __init__(self, description: Message, private: Sequence[str]) -> None:
        network = description["network"]
        granted = [*description["writable"], *DEVICES]
        self._rules = {
            directory: Ruleset([directory, *granted], description["readable"], network=network) for directory in private
        }
        self._filter = Filter(
            network=network,
            processes=description["processes"],
            attributes=description["attributes"],
            signals=all(rules.limits_signals for rules in self._rules.values()),
        )

    def apply(self, private: str) -> None:
        """Confine this process for good. Of the private directories it may change only `private`."""
        self._rules[private].apply()
        self._filter.apply()

    def close(self) -> None:
        """Release the kernel's rulesets. Processes that are confined stay so."""
        for rules in self._rules.values():
            rules.close()
