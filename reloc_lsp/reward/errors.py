"""What a person can put right who asks for a reward."""

from __future__ import annotations

from importlib.util import find_spec


class RewardError(Exception):
    """Data, a model or its server cannot be used: the message says which, why, and what to do."""


def need(packages: dict[str, str], extra: str = "reward") -> None:
    """Raise `RewardError` where one of the `packages` (module by what it is for) is not installed."""
    missing = [f"{name} (for {purpose})" for name, purpose in packages.items() if find_spec(name) is None]
    if missing:
        raise RewardError(
            f"Not installed: {', '.join(missing)}. Install what is missing with: pip install 'reloc-lsp[{extra}]'"
        )
