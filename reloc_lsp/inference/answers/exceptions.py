"""Why an answer cannot be used; `inference.errors` makes sentences for the user of these."""

from __future__ import annotations

from collections.abc import Mapping

WEB_PAGE = "is a web page"
"""The predicate of an answer that is a web page."""


class UnusableAnswerError(Exception):
    """The answer is not one of a model server: `what` is the predicate of a sentence about it, `text` its text."""

    def __init__(self, what: str, text: str = "") -> None:
        super().__init__(what)
        self.what, self.text = what, text


class SilenceError(Exception):
    """The server sent nothing for too long; `begun` is true if a part of the answer had arrived before."""

    def __init__(self, *, begun: bool) -> None:
        super().__init__("silence")
        self.begun = begun


class RefusalError(Exception):
    """The server refused: `body` is the JSON value or the text that it sent.

    `status` is the HTTP status; `None` if that is 200, with an error in the answer.
    """

    def __init__(self, body: object, status: int | None = None, headers: Mapping[str, str] | None = None) -> None:
        super().__init__("refusal")
        self.body, self.status, self.headers = body, status, headers or {}


class RedirectError(Exception):
    """The server asks to send the request to another address, `location`."""

    def __init__(self, location: str) -> None:
        super().__init__("redirect")
        self.location = location
