"""The data set of preferences: one Parquet file, a row for each pair of versions of one function.

The columns are these; texts of functions begin at the left margin.

- `better`, `worse`: the two versions. `better_distance`, `worse_distance`: how many revisions each is away from a right
  one (0: it is right), exact along a path that was seen, an upper bound beside it.
- `origin`: the version that a search begins with; `worse` itself in a pair of the history.
- `source`: `chain` (rewrites of a right function, each judged by its tests), `trace` (a past search), `history` (before
  and after a fix). `repository` is what the split goes by; `file`, `qualname` and `reference` (a commit, a trace, a
  workspace) say where it was.
- `relation`: `parent` (one was made of the other), `sibling` (both of the same), `neighbourhood` (any two).
- `made_by`: the family of rewrites, the model or person that made the one of the other. `kind`: what kind of edit leads
  from worse to better (`edits`).
- `longer_by`: tokens that `better` has more than `worse`.
- `split`: `train` or `test`. `ngrams_solve`: a linear n-gram scorer that learned from other repositories solves it.

The file's metadata hold under `reloc_lsp` the version of this format and how the data were made, as JSON. Equal calls
on equal sources write equal rows in equal order.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

from reloc_lsp import __version__
from reloc_lsp.reward.errors import RewardError, need
from reloc_lsp.reward.training.dataset_builder import Collecting
from reloc_lsp.reward.training.preference import Preference

FORMAT = 1
KEY = b"reloc_lsp"


def write(path: Path, preferences: Sequence[Preference], how: Collecting) -> None:
    """Write the data set; raises `RewardError`."""
    need({"pyarrow": "Parquet files"})
    import pyarrow
    from pyarrow import parquet

    kinds = {"str": pyarrow.string(), "int": pyarrow.int32(), "bool": pyarrow.bool_()}
    told = {"format": FORMAT, "reloc_lsp": __version__, **asdict(how)}
    columns = [(field.name, kinds.get(str(field.type), pyarrow.string())) for field in fields(Preference)]
    schema = pyarrow.schema(columns, metadata={KEY: json.dumps(told).encode()})
    table = pyarrow.Table.from_pylist([asdict(preference) for preference in preferences], schema=schema)
    try:
        parquet.write_table(table, path, compression="zstd")
    except OSError as error:
        raise RewardError(f"{path} cannot be written ({error.strerror or error}). Name another with --out.") from error


def read(path: Path) -> list[Preference]:
    """The rows of a data set; raises `RewardError`."""
    need({"pyarrow": "Parquet files"})
    import pyarrow
    from pyarrow import parquet

    try:
        table = parquet.read_table(path)
    except FileNotFoundError as error:
        raise RewardError(f"There is no file {path}. Make one with: reloc-lsp reward pairs --out {path}") from error
    except (OSError, pyarrow.ArrowException) as error:
        raise RewardError(f"{path} cannot be read as Parquet ({error}).") from error
    told: dict[str, Any] = json.loads((table.schema.metadata or {}).get(KEY, b"{}"))
    if told.get("format") != FORMAT:
        raise RewardError(f"{path} is no data set of this version: make it again with reloc-lsp reward pairs.")
    return [Preference(**row) for row in table.to_pylist()]
