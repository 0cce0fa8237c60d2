"""The timeouts of requests to a model server, and how often a failed request is sent again."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RequestTimeouts:
    """All times are in seconds. Except `first_token`, which is a setting, the numbers are chosen by hand."""

    connect: float = 10.0
    """To make a connection."""
    first_token: float = 180.0
    """From the request to the first text of the reply: the server may queue, and has to read the prompt."""
    between_tokens: float = 60.0
    """Between two pieces of text after the first."""
    answer: float = 1800.0
    """For the whole answer: 8,192 tokens at five a second take less. It ends an answer without an end."""
    listing: float = 10.0
    """To list the models."""
    attempts: int = 5
    """How often a request is sent in all, if it fails for a reason that may pass."""
    retrying: float = 60.0
    """From the first attempt to the last."""
    pause: float = 0.5
    """The longest pause before the second attempt. It doubles with each further attempt."""
    longest_pause: float = 8.0
    """The upper bound of this pause."""
