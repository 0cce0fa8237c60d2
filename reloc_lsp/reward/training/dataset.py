"""The data set of preferences: one Parquet file, a row for each pair of versions of one function.

Sources of functions have no common indentation. The columns:

- `better`, `worse`: the two versions. `better_distance`, `worse_distance`: how many revisions each is away from a
  correct one (0: it is correct); exact on a path that led to a correct version, else an upper bound.
- `origin`: the version that a search starts with; in a pair from a history it is `worse`.
- `source`: `chain` (rewrites of a correct function, each evaluated by its tests), `trace` (a past search) or `history`
  (before and after a fix). The split is by `repository`; `file`, `qualname` and `reference` (a commit, a trace or a
  workspace) say where the versions come from.
- `relation`: `parent` (one was made from the other), `sibling` (both from the same one), `neighbourhood` (any two).
- `made_by`: the mutation operator, model or person that made one of them. `kind`: the kind of edit that leads from
  `worse` to `better` (see `edit_kinds`).
- `longer_by`: number of tokens that `better` has more than `worse`.
- `split`: `train` or `test`. `ngrams_solve`: whether an n-gram classifier fitted to other repositories solves the pair.

The file's metadata contain, under the key `reloc_lsp`, a JSON object with the version of this format and the options
with which the data were made. The same call on the same sources writes the same rows in the same order.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

from reloc_lsp import __version__
from reloc_lsp.reward.errors import RewardError, require_packages
from reloc_lsp.reward.training.dataset_builder import CollectionOptions
from reloc_lsp.reward.training.preference import Preference

FORMAT = 1
"""Version of the file format."""
KEY = b"reloc_lsp"


def write(path: Path, preferences: Sequence[Preference], how: CollectionOptions) -> None:
    """Write the data set; raises `RewardError`."""
    require_packages({"pyarrow": "Parquet files"})
    import pyarrow
    from pyarrow import parquet

    kinds = {"str": pyarrow.string(), "int": pyarrow.int32(), "bool": pyarrow.bool_()}
    metadata = {"format": FORMAT, "reloc_lsp": __version__, **asdict(how)}
    columns = [(field.name, kinds.get(str(field.type), pyarrow.string())) for field in fields(Preference)]
    schema = pyarrow.schema(columns, metadata={KEY: json.dumps(metadata).encode()})
    table = pyarrow.Table.from_pylist([asdict(preference) for preference in preferences], schema=schema)
    try:
        parquet.write_table(table, path, compression="zstd")
    except OSError as error:
        raise RewardError(f"{path} cannot be written ({error.strerror or error}). Name another with --out.") from error


def read(path: Path) -> list[Preference]:
    """The rows of a data set; raises `RewardError`."""
    require_packages({"pyarrow": "Parquet files"})
    import pyarrow
    from pyarrow import parquet

    try:
        table = parquet.read_table(path)
    except FileNotFoundError as error:
        raise RewardError(f"There is no file {path}. Make one with: reloc-lsp reward pairs --out {path}") from error
    except (OSError, pyarrow.ArrowException) as error:
        raise RewardError(f"{path} cannot be read as Parquet ({error}).") from error
    metadata: dict[str, Any] = json.loads((table.schema.metadata or {}).get(KEY, b"{}"))
    if metadata.get("format") != FORMAT:
        raise RewardError(f"{path} is no data set of this version: make it again with reloc-lsp reward pairs.")
    return [Preference(**row) for row in table.to_pylist()]
