"""The context windows that servers report in their different wordings, the reply limits that follow, and retries."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from reloc_lsp.inference.context_window import ContextWindow, reported_context_window
from reloc_lsp.inference.errors import parse_retry_after
from reloc_lsp.inference.prompt import chat_prompt
from reloc_lsp.inference.server_quirks import ServerQuirks
from reloc_lsp.search.interfaces.language_model import Message, Sampling, Usage, total_usage


@pytest.mark.parametrize(
    ("message", "window"),
    [
        (  # OpenAI, llama-cpp-python, older vLLM
            "This model's maximum context length is 4096 tokens. However, you requested 5000 tokens (4500 in the "
            "messages, 500 in the completion). Please reduce the length of the messages or completion.",
            ContextWindow(4096, 4500),
        ),
        (
            "This model's maximum context length is 8192 tokens. However, your messages resulted in 9000 tokens.",
            ContextWindow(8192, 9000),
        ),
        (  # vLLM
            "'max_tokens' or 'max_completion_tokens' is too large: 8000. This model's maximum context length is 4096 "
            "tokens and your request has 2778 input tokens (8000 > 4096 - 2778).",
            ContextWindow(4096, 2778),
        ),
        (
            "This model's maximum context length is 1024 tokens. However, you requested 100 output tokens and your "
            "prompt contains at least 925 input tokens, for a total of at least 1025 tokens.",
            ContextWindow(1024),
        ),
        (
            "max_tokens=8192cannot be greater than max_model_len=max_total_tokens=1024. Please request fewer.",
            ContextWindow(1024),
        ),
        (
            "The decoder prompt (length 5001) is longer than the maximum model length of 4096.",
            ContextWindow(4096, 5001),
        ),
        (
            "request (20000 tokens) exceeds the available context size (16384 tokens), try",
            ContextWindow(16384, 20000),
        ),  # llama.cpp
        ("Requested tokens (2285) exceed context window of 2048", ContextWindow(2048)),
        (  # SGLang
            "Requested token count exceeds the model's maximum context length of 8192 tokens. You requested a total of "
            "10000 tokens: 2000 tokens from the input messages and 8000 tokens for the completion.",
            ContextWindow(8192, 2000),
        ),
        ("The input (9000 tokens) is longer than the model's context length (8192 tokens).", ContextWindow(8192, 9000)),
        (  # OpenAI
            "max_tokens is too large: 8192. This model supports at most 4096 completion tokens, whereas you.",
            ContextWindow(longest_reply=4096),
        ),
        ("The context window of this prompt is fine, but stream_options is not.", None),
    ],
)
def test_the_context_window_is_read_from_the_message(message: str, window: ContextWindow | None) -> None:
    assert reported_context_window(message, {}) == window


def test_the_context_window_is_read_from_the_body() -> None:
    body = {"type": "exceed_context_size_error", "n_prompt_tokens": 1407, "n_ctx": 256, "code": 400}
    assert reported_context_window("too much", body) == ContextWindow(256, 1407)
    assert reported_context_window("too much", {"code": "context_length_exceeded"}) == ContextWindow()


@pytest.mark.parametrize(
    ("window", "refused", "limit"),
    [
        (ContextWindow(), None, 800),
        (ContextWindow(), 800, None),
        (ContextWindow(longest_reply=500), 800, 500),
        (ContextWindow(1024, 600), 800, 424),
        (ContextWindow(1024, 900), 800, None),  # less than a quarter is left
        (ContextWindow(1024), None, 800),
        (ContextWindow(1024), 900, 800),
        (ContextWindow(1024), 800, 256),
        (ContextWindow(1024), 256, None),
        (ContextWindow(100_000, 99_300), 800, None),
    ],
)
def test_a_reply_gets_at_least_a_quarter_of_the_context(
    window: ContextWindow, refused: int | None, limit: int | None
) -> None:
    assert window.reply_limit(800, prompt_estimate=100, refused=refused) == limit


def test_a_prompt_may_have_what_a_reply_does_not_need() -> None:
    assert ContextWindow(1024).prompt_limit(8192) == 768
    assert ContextWindow(100_000).prompt_limit(8192) == 91_808
    assert ContextWindow().prompt_limit(8192) is None


def test_refused_parameters_are_omitted_from_then_on() -> None:
    quirks, prompt = ServerQuirks(), chat_prompt([Message("user", "hello")])
    sent = quirks.parameters("tiny", prompt, Sampling(seed=1), count=3, seed=1)
    assert quirks.learn_from_refusal("Extra inputs are not permitted: stream_options", sent)
    assert quirks.learn_from_refusal("Unsupported value: 'temperature' does not support 0.2 with this model.", sent)
    assert quirks.learn_from_refusal("n must be 1 when using greedy sampling", sent)
    assert quirks.learn_from_refusal("Use 'max_completion_tokens' instead of 'max_tokens'.", sent)
    assert not quirks.learn_from_refusal("The content is not allowed in this region, nor is n of anything.", sent)
    now = quirks.parameters("tiny", prompt, Sampling(seed=1), count=3, seed=1)
    assert set(sent) - set(now) == {"stream_options", "temperature", "n", "max_tokens"}
    assert now["max_completion_tokens"] == 8192
    assert not quirks.learn_from_refusal("stream_options, temperature, max_tokens and max_completion_tokens", now)


@pytest.mark.parametrize(
    ("message", "most"),
    [
        ("Field 'n': Value must be between 1 <= value <= 4, but got 6", 4),
        ("Field 'n': Value must be between 1 <= value <= 1, but got 6", 1),
        ("n_cmpl cannot be greater than the number of slots, please increase -np", 1),
    ],
)
def test_the_slots_of_llama_cpp_bound_the_replies_of_a_request(message: str, most: int) -> None:
    quirks, prompt = ServerQuirks(), chat_prompt([Message("user", "hello")])
    assert quirks.learn_from_refusal(message, quirks.parameters("tiny", prompt, Sampling(), count=6, seed=None))
    now = quirks.parameters("tiny", prompt, Sampling(), count=6, seed=None)
    assert (now.get("n", 1), quirks.one_by_one) == (most, True)


def test_retry_after_is_a_number_of_seconds_or_a_date() -> None:
    soon = format_datetime(datetime.now(UTC) + timedelta(seconds=30), usegmt=True)
    assert parse_retry_after({"retry-after": "2.5"}) == 2.5
    assert 28 <= (parse_retry_after({"retry-after": soon}) or 0) <= 30
    assert parse_retry_after({"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"}) == 0
    assert parse_retry_after({"retry-after": "soon"}) is None
    assert parse_retry_after({}) is None


def test_a_total_usage_is_counted_if_each_part_is() -> None:
    assert total_usage([Usage(10, 4, 2), Usage(10, 8, 3)]) == Usage(20, 12, 5)
    assert not total_usage([Usage(10, 4, 2), Usage(10, 0, 3, counted=False)]).counted
