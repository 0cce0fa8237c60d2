"""Answers put together from pieces."""

from __future__ import annotations

import json
from typing import Any

import pytest

from reloc_lsp.inference.stream_assembly import Gathered, RefusalError, UnusableAnswerError
from reloc_lsp.search.language_model import Reply, Usage


def piece(delta: Any, finish: str | None = None, index: int = 0, **more: Any) -> str:
    return json.dumps({"choices": [{"index": index, "delta": delta, "finish_reason": finish}], **more})


def gathered(*pieces: str) -> Gathered:
    whole = Gathered()
    for text in pieces:
        whole.add(text, "delta")
    return whole


def test_replies_are_in_the_order_of_their_numbers() -> None:
    answer = gathered(piece({"content": "b"}, index=1), piece({"content": "a"}), piece({"content": "B"}, "stop", 1))
    replies, usage = answer.answer(7)
    assert replies == (Reply("a", complete=False), Reply("bB"))
    assert usage == Usage(7, 0, 2, counted=False)
    assert not answer.finished


def test_thoughts_are_signs_of_life_but_no_part_of_the_reply() -> None:
    answer = gathered(piece({"role": "assistant", "content": ""}))
    assert answer.pieces == 0
    answer.add(piece({"reasoning_content": "hm"}), "delta")
    answer.add(piece({"content": "ok"}, "stop"), "delta")
    assert answer.pieces == 2
    assert answer.answer(0)[0] == (Reply("ok"),)


def test_a_refusal_of_the_model_is_its_reply() -> None:
    assert gathered(piece({"refusal": "I will not."}, "stop")).answer(0)[0] == (Reply("I will not."),)


@pytest.mark.parametrize("finish", ["length", "content_filter"])
def test_what_was_cut_off_is_not_whole(finish: str) -> None:
    assert gathered(piece({"content": "def"}, finish)).answer(0)[0] == (Reply("def", complete=False),)


def test_without_a_reason_to_stop_the_end_of_the_answer_will_do() -> None:
    answer = gathered(piece({"content": "a"}))
    answer.complete = True
    assert answer.finished
    assert answer.answer(0)[0] == (Reply("a"),)


def test_the_last_count_of_tokens_is_taken() -> None:
    counts = [
        {"prompt_tokens": 9, "completion_tokens": number, "prompt_tokens_details": details}
        for number, details in ((1, None), (2, {"cached_tokens": 4}))
    ]
    pieces = [piece({"content": "a"}, usage=count) for count in counts]
    assert gathered(*pieces, piece({}, "stop", usage=None)).answer(0)[1] == Usage(9, 4, 2)


def test_what_is_no_answer_is_said() -> None:
    with pytest.raises(UnusableAnswerError, match="no reply"):
        gathered("null", "[]", '{"choices": {}}', '{"choices": [null]}').answer(0)
    with pytest.raises(UnusableAnswerError, match="not whole"):
        gathered('{"choices": [')
    with pytest.raises(RefusalError):
        gathered('{"error": "no"}')
