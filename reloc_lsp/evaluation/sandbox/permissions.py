"""What may be done inside the inner walls: by candidates in tests that are collected, and on the way to that."""

from __future__ import annotations

from collections.abc import Collection

from reloc_lsp.evaluation.sandbox import Grants
from reloc_lsp.evaluation.tiers import HarnessLauncher, Tier, WarmTier


class Permissions:
    """Grants for a warm tier's runs (`running`), and for runs that import and collect the tests first (`importing`).

    They follow from what is heard of the unchanged code, and importing may do what running may.
    """

    def __init__(self, bench: HarnessLauncher) -> None:
        self._bench = bench
        self._needs: set[str] = set()
        self._needs_of_importing: set[str] = set()
        self._everything = False

    @property
    def running(self) -> Grants:
        """For tests that are collected already."""
        return self._granted(self._needs)

    @property
    def importing(self) -> Grants:
        """For tests that are not collected yet."""
        return self._granted(self._needs | self._needs_of_importing)

    def of(self, tier: Tier) -> Grants:
        """For runs of a tier."""
        return self.running if isinstance(tier, WarmTier) else self.importing

    def hear(self, needs: Collection[str]) -> None:
        """Grant what tests were seen to need."""
        self._needs.update(needs)

    def hear_importing(self, needs: Collection[str]) -> bool:
        """Grant what it took to import and collect them; whether that is more than before."""
        before = self.importing
        self._needs_of_importing.update(needs)
        return self.importing != before

    def grant_everything(self) -> bool:
        """Take the inner walls down, for want of a better reason why they hinder; whether they stood till now."""
        stood = self.walled
        self._everything = True
        return stood

    def notes(self, tier: Tier) -> list[str]:
        """What is granted to the runs of a tier, and to the confirmation besides, in sentences."""
        if not self._bench.sandbox.inner:
            return []
        granted, importing = self.of(tier), self.importing
        said = [f"The tests were seen to need, and candidates are granted: {granted.in_words()}."]
        more = [f"Importing the tests was seen to need, and the confirmation is granted: {importing.in_words()}."]
        return (said if granted != Grants() else []) + (more if granted != importing else [])

    @property
    def walled(self) -> bool:
        """Whether there is something that inner walls keep from."""
        return self._bench.sandbox.inner and not self._everything

    def _granted(self, needs: Collection[str]) -> Grants:
        if self._everything:
            return Grants(everything=True)
        copy = self._bench.copy
        return Grants.of(needs, copy.folder_of(copy.root), self._bench.sandbox.elsewhere)
