"""Environment variables that the user has set, that the tests look for, and that are withheld from them."""

from __future__ import annotations

import os
from collections.abc import Iterable

from reloc_lsp.evaluation.tiers import HarnessLauncher


def withheld_variables(names: Iterable[str], launcher: HarnessLauncher) -> list[str]:
    """Those of the `names` that are set here and withheld from the tests, sorted."""
    shown = launcher.environment(launcher.copy.root)
    return sorted(name for name in set(names) if name in os.environ and name not in shown)


def variables_note(names: list[str]) -> str:
    """A sentence about withheld variables and the setting that lets the tests see them."""
    listed = ", ".join(f'"{name}"' for name in names)
    which, it, why = f"variable {names[0]} is", "it", "it may hold a secret"
    if len(names) > 1:
        which, it, why = f"variables {', '.join(names)} are", "these", "they may hold secrets"
    return (
        f"The environment {which} set here, but withheld from the tests, because {why}. To let them see {it}, use the "
        f"setting evaluation.environment = [{listed}]."
    )
