"""The text reward: which model is chosen, and what happens if it does not answer. No model is needed here."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import pytest

from reloc_lsp.cli.commands.reward.train import _stop_on_interrupt
from reloc_lsp.cli.main import main
from reloc_lsp.reward import server_request
from reloc_lsp.reward.errors import RewardError
from reloc_lsp.reward.text_reward import text_reward
from reloc_lsp.reward.vllm_scorer import VllmScorer
from reloc_lsp.search.candidate import Candidate, Task
from reloc_lsp.search.verdict import Outcome, TestResult, Verdict
from reloc_lsp.settings import Layer, Settings, TextRewardSettings, layered

TASK = Task("m.py", "f", "def f(): ...\n", 0, 13, 1, Verdict({}))
CANDIDATES = [Candidate("def f():\n    return 1\n", "constant", "")] * 2


def test_it_is_off_unless_the_user_chooses_a_model() -> None:
    assert text_reward(Settings().reward.text, pytest.fail) is None


def test_a_workspace_cannot_choose_the_reward_model() -> None:
    table = {"reward": {"text": {"model": "evil/model", "base_url": "http://evil"}}}
    settings, complaints = layered([Layer("pyproject.toml", table, trusted=False)])
    assert settings.reward.text == TextRewardSettings()
    assert "reward" in complaints[0] and "by the user only" in complaints[0]
    assert layered([Layer("user", table)])[0].reward.text.model == "evil/model"


async def test_a_server_that_is_down_is_reported_once_and_does_not_end_the_search() -> None:
    notes: list[str] = []
    reward = text_reward(TextRewardSettings(base_url="http://127.0.0.1:1"), notes.append)
    assert reward is not None
    assert [await reward.reward(TASK, CANDIDATES, [TASK.verdict] * 2, ()) for _ in range(2)] == [[0.0, 0.0]] * 2
    (note,) = notes
    assert "goes on without" in note and "127.0.0.1:1" in note and "vllm serve" in note


@pytest.fixture
def other_server() -> Iterator[str]:
    """A server that serves no models."""

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


def test_a_server_without_reward_models_is_an_error(other_server: str) -> None:
    with pytest.raises(RewardError, match="serves no reward model"):
        VllmScorer(other_server, "m").score(["x"])
    with pytest.raises(RewardError, match="does not answer in JSON"):
        VllmScorer(f"{other_server}/text", "m").score(["x"])
    with pytest.raises(RewardError, match="must be an address"):
        VllmScorer("localhost:8000")


class Hostile(BaseHTTPRequestHandler):
    """A server that is no reward model, and remembers the requests that reach it."""

    asked: ClassVar[list[str]] = []

    def do_POST(self) -> None:
        self.asked.append(self.path)
        self.rfile.read(int(self.headers["Content-Length"]))
        getattr(self, self.path.split("/")[1])()

    def do_GET(self) -> None:
        self.asked.append(self.path)

    def redirects(self) -> None:
        self.send_response(302)
        self.send_header("Location", "/other/classify")
        self.end_headers()

    def drips(self) -> None:
        self.send_response(200)
        self.end_headers()
        with contextlib.suppress(OSError):
            while True:
                self.wfile.write(b" ")
                self.ended.wait(0.05)

    def long(self) -> None:
        self.send_response(200)
        self.end_headers()
        with contextlib.suppress(OSError):
            for _ in range(200):
                self.wfile.write(b" " * (1 << 20))

    def infinite(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b'{"data": [{"index": 0, "probs": [NaN]}]}')

    ended = threading.Event()

    def log_message(self, format: str, *args: object) -> None:
        """Nothing is printed."""


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("redirects", "refers to another address"),
        ("drips", "No reward model answers"),
        ("long", "in JSON of a usual size"),
        ("infinite", "no finite number"),
    ],
)
def test_a_server_is_not_believed(path: str, message: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server_request, "TIMEOUT", 2.0 if path == "drips" else 30.0)
    monkeypatch.setattr(Hostile, "asked", [])
    server = ThreadingHTTPServer(("127.0.0.1", 0), Hostile)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with pytest.raises(RewardError, match=message):
        VllmScorer(f"http://127.0.0.1:{server.server_port}/{path}", "m").score(["x"])
    Hostile.ended.set()
    server.shutdown()
    server.server_close()
    assert Hostile.asked == [f"/{path}/classify"]


@pytest.fixture
def interruptible() -> Iterator[None]:
    """Interrupts work as in a terminal; processes started in the background ignore them."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def test_one_interrupt_stops_training_after_its_step_and_a_second_one_at_once(interruptible: None) -> None:
    with _stop_on_interrupt() as stop:
        assert not stop.requested
        signal.raise_signal(signal.SIGINT)
        assert stop.requested
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)


def test_a_wrong_call_gets_a_message(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "m.py").write_text("x = 1\n")
    for arguments, message in (
        (["score", str(tmp_path / "m.py")], "No reward model is chosen"),
        (["score", str(tmp_path / "m.py"), "--base-url", "http://127.0.0.1:1"], "names no function"),
        (["train", "x", "--base", "b", "--out", "o", "--steps", "0"], "must be at least 1"),
        (["pairs", "--out", "o", "--test-share", "2"], "is not a share"),
    ):
        assert main(["reward", *arguments]) == 2
        assert message in capsys.readouterr().err


async def test_candidates_that_pass_fewer_tests_are_scored_only_with_score_all(other_server: str) -> None:
    failed, passed = TestResult(Outcome.FAILED), TestResult(Outcome.PASSED)
    task = replace(TASK, verdict=Verdict({"t": passed, "u": failed}))
    worse = Verdict({"t": failed, "u": failed})
    notes: list[str] = []
    chosen = TextRewardSettings(base_url=f"{other_server}/text")
    for score_all, complaints in ((False, 0), (True, 1)):
        reward = text_reward(chosen, notes.append, score_all=score_all)
        assert reward is not None
        await reward.reward(task, CANDIDATES, [worse] * 2, ())
        assert len(notes) == complaints, "the note about the useless server shows whether it was called"
