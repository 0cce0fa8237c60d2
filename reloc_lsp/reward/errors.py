"""Errors of the reward package that a user can fix."""

from __future__ import annotations

from importlib.util import find_spec


class RewardError(Exception):
    """Data, a model or its server cannot be used. The message says which, why, and what to do."""


def require_packages(packages: dict[str, str], extra: str = "reward") -> None:
    """Raise `RewardError` if one of the `packages` (a module's name, mapped to its purpose) is not installed."""
    missing = [f"{name} (for {purpose})" for name, purpose in packages.items() if find_spec(name) is None]
    if missing:
        raise RewardError(
            f"Not installed: {', '.join(missing)}. Install what is missing with: pip install 'reloc-lsp[{extra}]'"
        )
