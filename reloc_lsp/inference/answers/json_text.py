"""JSON that a server sent, parsed without trust."""

from __future__ import annotations

import json

from reloc_lsp.inference.answers.exceptions import UnusableAnswerError

_DECODER = json.JSONDecoder()


def parsed_json(text: str) -> object:
    """The JSON value in `text`; raises `UnusableAnswerError` if there is not one, or it is too deep."""
    text = text.strip()
    try:
        # Takes 60 % of the time of `json.loads`; an answer has hundreds of chunks.
        value, end = _DECODER.raw_decode(text)
    except RecursionError:
        raise UnusableAnswerError("is nested too deeply", text) from None
    except ValueError:
        value, end = None, -1
    if end != len(text):
        raise UnusableAnswerError("is not whole, or not JSON", text)
    found: object = value
    return found


def without_surrogates(text: str) -> str:
    """`text` with whole characters in place of pairs of surrogates, and a mark in place of single ones.

    JSON can spell single surrogates, but no file, terminal or request can hold them.
    """
    return text if text.isascii() else text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
