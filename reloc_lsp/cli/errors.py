"""What a person at the command line can put right."""

from __future__ import annotations


class CallError(Exception):
    """The call cannot be carried out as given (exit status 2); its text is a sentence for the caller."""
