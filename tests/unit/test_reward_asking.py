"""Which reward model is asked, and what is said where it does not answer; nothing of this needs a model."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from reloc_lsp.cli.main import main
from reloc_lsp.cli.reward.train import _stopping
from reloc_lsp.reward.errors import RewardError
from reloc_lsp.reward.text_reward import text_reward
from reloc_lsp.reward.vllm_scorer import Served
from reloc_lsp.search.candidate import Candidate, Task
from reloc_lsp.search.verdict import Outcome, TestResult, Verdict
from reloc_lsp.settings import Layer, Settings, TextRewardSettings, layered

TASK = Task("m.py", "f", "def f(): ...\n", 0, 13, 1, Verdict({}))
CANDIDATES = [Candidate("def f():\n    return 1\n", "constant", "")] * 2


def test_it_is_off_unless_the_user_chooses_a_model() -> None:
    assert text_reward(Settings().reward.text, pytest.fail) is None


def test_a_workspace_chooses_no_reward_model() -> None:
    table = {"reward": {"text": {"model": "evil/model", "base_url": "http://evil"}}}
    settings, complaints = layered([Layer("pyproject.toml", table, trusted=False)])
    assert settings.reward.text == TextRewardSettings()
    assert "reward" in complaints[0] and "by the user only" in complaints[0]
    assert layered([Layer("user", table)])[0].reward.text.model == "evil/model"


async def test_a_server_that_is_down_ends_no_search_and_is_told_once() -> None:
    notes: list[str] = []
    reward = text_reward(TextRewardSettings(base_url="http://127.0.0.1:1"), notes.append)
    assert reward is not None
    assert [await reward.reward(TASK, CANDIDATES, [TASK.verdict] * 2, ()) for _ in range(2)] == [[0.0, 0.0]] * 2
    (note,) = notes
    assert "goes on without" in note and "127.0.0.1:1" in note and "vllm serve" in note


@pytest.fixture
def elsewhere() -> Iterator[str]:
    """A server that is none of models."""

    class Page(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"<html>" if self.path == "/text/classify" else b'{"data": [{"embedding": [1]}]}')

        def log_message(self, format: str, *args: object) -> None:
            """Nothing is printed."""

    server = HTTPServer(("127.0.0.1", 0), Page)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_a_server_of_something_else_is_said_to_be_one(elsewhere: str) -> None:
    with pytest.raises(RewardError, match="serves no reward model"):
        Served(elsewhere, "m").score(["x"])
    with pytest.raises(RewardError, match="does not answer in JSON"):
        Served(f"{elsewhere}/text", "m").score(["x"])
    with pytest.raises(RewardError, match="must be an address"):
        Served("localhost:8000")


@pytest.fixture
def interruptible() -> Iterator[None]:
    """As in a terminal: what is started in the background ignores interrupts."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def test_interrupting_a_training_once_ends_it_after_its_step_and_twice_at_once(interruptible: None) -> None:
    with _stopping() as stop:
        assert not stop.asked
        signal.raise_signal(signal.SIGINT)
        assert stop.asked
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)


def test_a_wrong_call_is_a_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "m.py").write_text("x = 1\n")
    for arguments, said in (
        (["score", str(tmp_path / "m.py")], "No reward model is chosen"),
        (["score", str(tmp_path / "m.py"), "--base-url", "http://127.0.0.1:1"], "names no function"),
        (["train", "x", "--base", "b", "--out", "o", "--steps", "0"], "must be at least 1"),
        (["pairs", "--out", "o", "--test-share", "2"], "is not a share"),
    ):
        assert main(["reward", *arguments]) == 2
        assert said in capsys.readouterr().err


async def test_what_fails_more_tests_than_before_is_not_scored_unless_the_rules_sum_both(elsewhere: str) -> None:
    failed, passed = TestResult(Outcome.FAILED), TestResult(Outcome.PASSED)
    task = replace(TASK, verdict=Verdict({"t": passed, "u": failed}))
    worse = Verdict({"t": failed, "u": failed})
    notes: list[str] = []
    chosen = TextRewardSettings(base_url=f"{elsewhere}/text")
    for everything, asked in ((False, 0), (True, 1)):
        reward = text_reward(chosen, notes.append, everything=everything)
        assert reward is not None
        await reward.reward(task, CANDIDATES, [worse] * 2, ())
        assert len(notes) == asked, "the server, which is none of models, is complained of where it was asked"
