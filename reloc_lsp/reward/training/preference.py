"""A preference: of two versions of a function, the one that is fewer revisions away from a correct one is better."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from reloc_lsp.reward.training.sources.function_versions import Kind

Relation = Literal["parent", "sibling", "neighbourhood"]
Split = Literal["train", "test"]


@dataclass(frozen=True)
class Preference:
    """A row of the data set; the module `dataset` describes the fields."""

    better: str
    worse: str
    better_distance: int
    worse_distance: int
    origin: str
    source: Kind
    repository: str
    file: str
    qualname: str
    reference: str
    relation: Relation
    made_by: str
    kind: str
    longer_by: int
    split: Split = "train"
    ngrams_solve: bool = False

    @property
    def gap(self) -> int:
        """How many revisions the better version is closer to a correct one."""
        return self.worse_distance - self.better_distance
