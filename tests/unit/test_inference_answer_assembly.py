"""An answer put together from its chunks."""

from __future__ import annotations

import json
from typing import Any

import pytest

from reloc_lsp.inference.answers.answer_assembly import AnswerAssembly
from reloc_lsp.inference.answers.exceptions import RefusalError, UnusableAnswerError
from reloc_lsp.inference.answers.usage import RequestSize
from reloc_lsp.search.interfaces.language_model import Reply, Usage, Variant

SIZE = RequestSize(prompt_estimate=7, prompt_most=20, replies_most=100)


def chunk(delta: Any, finish: str | None = None, index: int = 0, **more: Any) -> str:
    return json.dumps({"choices": [{"index": index, "delta": delta, "finish_reason": finish}], **more})


def assembled(*chunks: str) -> AnswerAssembly:
    answer = AnswerAssembly()
    for text in chunks:
        answer.add(text, "delta")
    return answer


def test_replies_are_in_the_order_of_their_indexes() -> None:
    answer = assembled(chunk({"content": "b"}, index=1), chunk({"content": "a"}), chunk({"content": "B"}, "stop", 1))
    replies, usage = answer.answer(SIZE)
    assert replies == (Reply("a", complete=False), Reply("bB"))
    assert usage == Usage(7, 0, 2, counted=False)
    assert not answer.finished


def test_reasoning_counts_as_a_piece_but_is_no_part_of_the_reply() -> None:
    answer = assembled(chunk({"role": "assistant", "content": ""}))
    assert answer.pieces == 0
    answer.add(chunk({"reasoning_content": "hm"}), "delta")
    answer.add(chunk({"content": "ok"}, "stop"), "delta")
    assert answer.pieces == 2
    assert answer.answer(SIZE)[0] == (Reply("ok"),)


def test_a_refusal_by_the_model_is_its_reply() -> None:
    assert assembled(chunk({"refusal": "I will not."}, "stop")).answer(SIZE)[0] == (Reply("I will not."),)


@pytest.mark.parametrize("finish", ["length", "content_filter"])
def test_a_reply_that_was_cut_off_is_not_complete(finish: str) -> None:
    assert assembled(chunk({"content": "def"}, finish)).answer(SIZE)[0] == (Reply("def", complete=False),)


def test_without_a_finish_reason_the_end_mark_completes_the_reply() -> None:
    answer = assembled(chunk({"content": "a"}))
    answer.complete = True
    assert answer.finished
    assert answer.answer(SIZE)[0] == (Reply("a"),)


def test_the_last_reported_usage_counts() -> None:
    counts = [
        {"prompt_tokens": 9, "completion_tokens": number, "prompt_tokens_details": details}
        for number, details in ((1, None), (2, {"cached_tokens": 4}))
    ]
    chunks = [chunk({"content": "a"}, usage=count) for count in counts]
    assert assembled(*chunks, chunk({}, "stop", usage=None)).answer(SIZE)[1] == Usage(9, 4, 2)


def test_text_that_is_no_answer_raises() -> None:
    with pytest.raises(UnusableAnswerError, match="no reply"):
        assembled("null", "[]", '{"choices": {}}', '{"choices": [null]}').answer(SIZE)
    with pytest.raises(UnusableAnswerError, match="not whole"):
        assembled('{"choices": [')
    with pytest.raises(RefusalError):
        assembled('{"error": "no"}')


@pytest.mark.parametrize(
    "reported",
    [
        {"prompt_tokens": -5, "completion_tokens": -5},
        {"prompt_tokens": 0, "completion_tokens": 0},
        {"prompt_tokens": True, "completion_tokens": False},
        {"prompt_tokens": "9", "completion_tokens": [9]},
        {"prompt_tokens": 9.5, "completion_tokens": float("inf")},
        {"prompt_tokens": 10**400, "completion_tokens": float("nan")},
        "many",
        [1, 2],
        7,
    ],
)
def test_impossible_numbers_of_tokens_count_as_the_most(reported: object) -> None:
    """So that a budget for tokens ends, whatever the server reports."""
    usage = assembled(chunk({"content": "abc"}, "stop", usage=reported)).answer(SIZE)[1]
    assert usage == Usage(20, 0, 100, possible=False)


def test_an_impossible_number_does_not_replace_the_others() -> None:
    reported = {"prompt_tokens": 9, "completion_tokens": 3, "prompt_tokens_details": {"cached_tokens": -1}}
    assert assembled(chunk({"content": "abc"}, usage=reported)).answer(SIZE)[1] == Usage(9, 0, 3, possible=False)
    long = chunk({"content": "é" * 100}, usage={"prompt_tokens": 9, "completion_tokens": -1})
    assert assembled(long).answer(SIZE)[1] == Usage(9, 0, 200, possible=False)


def test_half_a_surrogate_pair_is_no_part_of_a_reply() -> None:
    """No prompt, file or terminal could hold it. A pair that is split between two chunks is one character."""
    answer = assembled(chunk({"content": "a\ud83d"}), chunk({"content": "\ude00 \udc00"}, "stop"))
    assert answer.answer(SIZE)[0] == (Reply("a\U0001f600 \ufffd"),)


def llama_token(token: str, value: float, *others: object) -> dict[str, object]:
    return {"token": token, "logprob": value, "top_logprobs": list(others)}


LLAMA = {
    "content": [
        llama_token("a", -0.5, {"token": "a", "logprob": -0.5}, {"token": "b", "logprob": -1}),
        llama_token(" +", -0.25, {"token": "\n\n", "logprob": -2.0}, {"token": 7}, None),
        llama_token("\n", -0.25, {"token": " 1", "logprob": -3.0}, {"token": "\ufffd", "logprob": -1}),
    ]
}
VLLM = {
    "tokens": ["a", " +", "\n"], "token_logprobs": [-0.5, -0.25, -0.25],
    "top_logprobs": [{"a": -0.5, "b": -1}, {"\n\n": -2.0, "": -1}, {" 1": -3.0, "x": 4}],
}  # fmt: skip


@pytest.mark.parametrize("reported", [LLAMA, VLLM], ids=["content", "tokens"])
def test_the_alternatives_of_a_reply_are_its_beginnings_with_another_token(reported: dict[str, Any]) -> None:
    answer = AnswerAssembly(ends=("\n",))
    part = {"index": 0, "text": "a +\n", "finish_reason": "stop", "logprobs": reported}
    answer.add(json.dumps({"choices": [part]}), "delta")
    variants = (Variant("b", -1.0), Variant("a", -2.5, ended=True), Variant("a + 1", -3.75))
    assert answer.answer(SIZE)[0] == (Reply("a +", True, -0.75, variants),)


@pytest.mark.parametrize(
    "reported", [{"content": 3}, {"tokens": ["a"], "token_logprobs": [-1], "top_logprobs": "x"}, 4]
)
def test_log_probabilities_of_another_shape_bring_no_alternatives(reported: object) -> None:
    answer = AnswerAssembly()
    part = {"index": 0, "text": "a", "finish_reason": "stop", "logprobs": reported}
    answer.add(json.dumps({"choices": [part]}), "delta")
    (reply,) = answer.answer(SIZE)[0]
    assert (reply.text, reply.variants) == ("a", ())


@pytest.mark.parametrize("number", ["-1" + "0" * 400, "-1e999", "NaN", "true", "0.5"])
def test_a_log_probability_that_cannot_be_true_is_left_out(number: str) -> None:
    answer = AnswerAssembly()
    top = f'[{{"token": "b", "logprob": {number}}}]'
    token = f'{{"token": "a", "logprob": {number}, "top_logprobs": {top}}}'
    answer.add(f'{{"choices": [{{"text": "a", "logprobs": {{"content": [{token}]}}}}]}}', "delta")
    (reply,) = answer.answer(SIZE)[0]
    assert (reply.text, reply.log_probability, reply.variants) == ("a", None, ())
