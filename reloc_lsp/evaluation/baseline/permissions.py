"""Which permissions the tests required, and so what the confinement grants to candidates."""

from __future__ import annotations

from collections.abc import Collection

from reloc_lsp.evaluation.sandbox import Grants
from reloc_lsp.evaluation.tiers import HarnessLauncher, Tier


class Permissions:
    """Grants for runs of collected tests (`running`), and for runs that import and collect first (`importing`).

    The grants follow from what the unchanged code required. `importing` includes all that is granted for `running`.
    """

    def __init__(self, launcher: HarnessLauncher) -> None:
        self._launcher = launcher
        self._required: set[str] = set()
        self._required_by_import: set[str] = set()
        self._everything = False

    @property
    def running(self) -> Grants:
        """Grants for runs of tests that are already collected: those of the warm tier."""
        return self._granted(self._required)

    @property
    def importing(self) -> Grants:
        """Grants for runs that import and collect the tests first."""
        return self._granted(self._required | self._required_by_import)

    def for_tier(self, tier: Tier) -> Grants:
        """Grants for the runs of a tier."""
        return self.importing if tier.collects_again else self.running

    def add_required(self, required: Collection[str]) -> None:
        """Grant what tests required while they ran."""
        self._required.update(required)

    def add_required_by_import(self, required: Collection[str]) -> bool:
        """Grant what importing and collecting the tests required. Returns whether this grants more than before."""
        before = self.importing
        self._required_by_import.update(required)
        return self.importing != before

    def grant_everything(self) -> bool:
        """End the confinement, because tests fail in it for an unknown reason. Returns whether there was one."""
        before = self.confined
        self._everything = True
        return before

    def notes(self, tier: Tier) -> list[str]:
        """Sentences for the user: what is granted to the runs of a tier, and what more to the confirmation."""
        if not self._launcher.sandbox.confinement:
            return []
        granted, importing = self.for_tier(tier), self.importing
        notes = [f"The tests were seen to need, and candidates are granted: {self._shown(granted)}."]
        more = [f"Importing the tests was seen to need, and the confirmation is granted: {self._shown(importing)}."]
        return (notes if granted != Grants() else []) + (more if granted != importing else [])

    @property
    def confined(self) -> bool:
        """Whether candidates run in a confinement."""
        return self._launcher.sandbox.confinement and not self._everything

    def _granted(self, required: Collection[str]) -> Grants:
        if self._everything:
            return Grants(everything=True)
        copy = self._launcher.copy
        return Grants.for_required(required, copy.folder_of(copy.root), self._launcher.sandbox.temporary_folders)

    def _shown(self, grants: Grants) -> str:
        limited = grants.everything and self._launcher.sandbox.container is not None
        return f"{grants} that the container allows" if limited else str(grants)
