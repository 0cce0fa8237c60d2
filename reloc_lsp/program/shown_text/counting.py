"""Numbers of things in sentences."""

from __future__ import annotations


def counted(number: int, thing: str) -> str:
    """The number with the name of the thing, which gets an s for any number but 1."""
    return f"{number} {thing}{'' if number == 1 else 's'}"
