"""Errors that the user of the command line can put right."""

from __future__ import annotations


class CallError(Exception):
    """The call cannot be carried out as given (exit status 2); the message is a sentence for the user."""
