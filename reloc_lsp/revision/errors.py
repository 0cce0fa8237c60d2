"""Errors of a revision that its caller can put right; each text is a sentence that names what to change."""

from __future__ import annotations


class RequestError(Exception):
    """The target cannot be revised as requested."""


class ReviserError(Exception):
    """Nothing can write candidates: the model that the settings ask for cannot be used."""


class UnparsableError(RequestError):
    """The `text` of the file `name` does not parse with the Python that ReLoc runs on."""

    def __init__(self, message: str, name: str, text: str) -> None:
        super().__init__(message)
        self.name = name
        self.text = text
