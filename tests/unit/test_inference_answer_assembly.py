"""An answer put together from its chunks."""

from __future__ import annotations

import json
from typing import Any

import pytest

from reloc_lsp.inference.answer_assembly import AnswerAssembly
from reloc_lsp.inference.errors import RefusalError, UnusableAnswerError
from reloc_lsp.search.interfaces.language_model import Reply, Usage


def chunk(delta: Any, finish: str | None = None, index: int = 0, **more: Any) -> str:
    return json.dumps({"choices": [{"index": index, "delta": delta, "finish_reason": finish}], **more})


def assembled(*chunks: str) -> AnswerAssembly:
    answer = AnswerAssembly()
    for text in chunks:
        answer.add(text, "delta")
    return answer


def test_replies_are_in_the_order_of_their_indexes() -> None:
    answer = assembled(chunk({"content": "b"}, index=1), chunk({"content": "a"}), chunk({"content": "B"}, "stop", 1))
    replies, usage = answer.answer(7)
    assert replies == (Reply("a", complete=False), Reply("bB"))
    assert usage == Usage(7, 0, 2, counted=False)
    assert not answer.finished


def test_reasoning_counts_as_a_piece_but_is_no_part_of_the_reply() -> None:
    answer = assembled(chunk({"role": "assistant", "content": ""}))
    assert answer.pieces == 0
    answer.add(chunk({"reasoning_content": "hm"}), "delta")
    answer.add(chunk({"content": "ok"}, "stop"), "delta")
    assert answer.pieces == 2
    assert answer.answer(0)[0] == (Reply("ok"),)


def test_a_refusal_by_the_model_is_its_reply() -> None:
    assert assembled(chunk({"refusal": "I will not."}, "stop")).answer(0)[0] == (Reply("I will not."),)


@pytest.mark.parametrize("finish", ["length", "content_filter"])
def test_a_reply_that_was_cut_off_is_not_complete(finish: str) -> None:
    assert assembled(chunk({"content": "def"}, finish)).answer(0)[0] == (Reply("def", complete=False),)


def test_without_a_finish_reason_the_end_mark_completes_the_reply() -> None:
    answer = assembled(chunk({"content": "a"}))
    answer.complete = True
    assert answer.finished
    assert answer.answer(0)[0] == (Reply("a"),)


def test_the_last_reported_usage_counts() -> None:
    counts = [
        {"prompt_tokens": 9, "completion_tokens": number, "prompt_tokens_details": details}
        for number, details in ((1, None), (2, {"cached_tokens": 4}))
    ]
    chunks = [chunk({"content": "a"}, usage=count) for count in counts]
    assert assembled(*chunks, chunk({}, "stop", usage=None)).answer(0)[1] == Usage(9, 4, 2)


def test_text_that_is_no_answer_raises() -> None:
    with pytest.raises(UnusableAnswerError, match="no reply"):
        assembled("null", "[]", '{"choices": {}}', '{"choices": [null]}').answer(0)
    with pytest.raises(UnusableAnswerError, match="not whole"):
        assembled('{"choices": [')
    with pytest.raises(RefusalError):
        assembled('{"error": "no"}')
