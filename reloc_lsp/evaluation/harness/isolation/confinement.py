"""The inner walls: what a process that runs a candidate may do, Landlock and seccomp together."""

from __future__ import annotations

from collections.abc import Sequence

from ..protocol.wire import Message
from .landlock import Ruleset
from .seccomp import Filter

DEVICES = ("/dev/null", "/dev/zero", "/dev/full")


class InnerWalls:
    """Walls as the controller described them, built once for each of the folders `own`, and raised after a fork.

    The description has the paths that stay `readable` (`None`: all) and `writable`, and whether `network`, `processes`
    and `attributes` (of files) are granted. Raises `OSError` where the kernel refuses.
    """

    def __init__(self, description: Message, own: Sequence[str]) -> None:
        network = description["network"]
        granted = [*description["writable"], *DEVICES]
        self._rules = {folder: Ruleset([folder, *granted], description["readable"], network=network) for folder in own}
        self._filter = Filter(
            network=network,
            processes=description["processes"],
            attributes=description["attributes"],
            signals=all(rules.bounds_signals for rules in self._rules.values()),
        )

    def apply(self, own: str) -> None:
        """Raise the walls around this process; of the folders it may change only `own`."""
        self._rules[own].apply()
        self._filter.apply()

    def close(self) -> None:
        """Let go of what was built."""
        for rules in self._rules.values():
            rules.close()
