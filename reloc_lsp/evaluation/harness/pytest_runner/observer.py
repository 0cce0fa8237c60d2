"""What is informed of the tests while they run: probes and recorders."""

from __future__ import annotations

from typing import Protocol


class TestObserver(Protocol):
    """Is informed when a test begins and ends, and of the comparison that fails it."""

    @property
    def reached(self) -> bool:
        """Whether the last test reached the observed code."""
        ...

    def begin(self, test: int) -> None:
        """The test of this number begins."""
        ...

    def compared(self, operator: str, left: object, right: object) -> None:
        """The test fails because this comparison does not hold."""
        ...

    def end(self, error: BaseException | None) -> None:
        """The test ended, with `error` where it failed."""
        ...
