"""Model servers that run on this machine: which are found, and that one is used only with the user's consent."""

from __future__ import annotations

import asyncio
import contextlib
import importlib.util
import os
import pty
import re
import select
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from local_servers import LLAMA_CPP, LM_STUDIO, OLLAMA, VLLM, LocalServer, sending, serving, unused_port
from scripted_server import ScriptedServer

from reloc_lsp.cli.main import main
from reloc_lsp.inference.local_machine import server_discovery
from reloc_lsp.inference.local_machine.consent import answer_about, forget_answers, remember
from reloc_lsp.inference.local_machine.offered_server import offered_server
from reloc_lsp.inference.local_machine.server_discovery import FoundServer, find_servers
from reloc_lsp.settings import ModelSettings, SearchSettings, Settings


@pytest.fixture(autouse=True)
def user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A user whom nothing was asked yet, on a machine on which nothing runs."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setattr(server_discovery, "PORTS", ())
    # The servers of these tests answer late on a busy machine.
    monkeypatch.setattr(server_discovery, "TIMEOUT_SECONDS", 60)


@pytest.fixture
def ollama(monkeypatch: pytest.MonkeyPatch) -> Iterator[LocalServer]:
    """An Ollama on one of the known ports."""
    with serving(OLLAMA) as server:
        monkeypatch.setattr(server_discovery, "PORTS", (unused_port(), server.port))
        yield server


async def test_servers_are_found_and_told_apart_without_a_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RELOC_API_KEY", "sk-secret")
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
    with contextlib.ExitStack() as stack:
        servers = [stack.enter_context(serving(answers)) for answers in (VLLM, LLAMA_CPP, OLLAMA, LM_STUDIO)]
        found = await find_servers([server.port for server in servers])
        assert [(server.program, server.model) for server in found] == [
            ("vLLM", "Qwen/Qwen2.5-Coder-7B-Instruct"),
            ("llama.cpp", "model.gguf"),
            ("Ollama", "qwen2.5-coder:1.5b"),
            ("LM Studio", "gemma-3"),
        ]
        assert [server.url for server in found] == [server.url for server in servers]
        assert not any("sk-secret" in str(server.requests) for server in servers)


async def test_what_is_no_model_server_is_not_found() -> None:
    lists = ("<html>A shop</html>", "[" * 100_000, '{"data": {}}')
    with contextlib.ExitStack() as stack:
        servers = [stack.enter_context(serving({"/v1/models": text})) for text in lists]
        servers.append(stack.enter_context(serving({})))
        assert await find_servers([unused_port(), *(server.port for server in servers)]) == []


@pytest.mark.parametrize(
    ("data", "forever"),
    [
        (b"", False),
        (b"220 mail.example.org ESMTP\r\n", False),
        (b"HTTP/1.0 200 OK\r\n\r\n" + b" " * 65536, True),
    ],
    ids=["silent", "another protocol", "endless"],
)
async def test_whatever_listens_there_the_search_for_servers_ends(
    monkeypatch: pytest.MonkeyPatch, data: bytes, forever: bool
) -> None:
    with sending(data, forever=forever) as port:
        monkeypatch.setattr(server_discovery, "TIMEOUT_SECONDS", 0.3)
        async with asyncio.timeout(60):
            assert await find_servers([port]) == []


async def test_a_server_that_does_not_answer_keeps_no_other_from_being_found(monkeypatch: pytest.MonkeyPatch) -> None:
    with sending(b"") as port, serving(OLLAMA) as server:
        monkeypatch.setattr(server_discovery, "TIMEOUT_SECONDS", 3)
        assert [found.program for found in await find_servers([port, server.port])] == ["Ollama"]


async def test_a_server_that_wants_a_key_is_found_and_not_offered(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(VLLM, key=True) as server:
        monkeypatch.setattr(server_discovery, "PORTS", (server.port,))
        assert await find_servers() == [FoundServer("vLLM", server.url, (), wants_key=True)]
        assert await offered_server(Settings()) is None


@pytest.mark.parametrize(
    "settings",
    [
        Settings(search=SearchSettings(reviser="rewrites")),
        Settings(model=ModelSettings(name="my-model")),
        Settings(model=ModelSettings(base_url="http://127.0.0.1:1/v1")),
    ],
)
async def test_nothing_is_looked_for_where_the_settings_say_what_to_use(
    ollama: LocalServer, settings: Settings
) -> None:
    assert await offered_server(settings) is None and ollama.requests == []


async def test_an_answer_counts_for_that_program_at_that_address(ollama: LocalServer) -> None:
    offer = await offered_server(Settings())
    assert offer is not None and not offer.agreed and "Ollama runs on this machine" in offer.question
    remember(offer.server, True)
    assert answer_about(offer.server) is True
    assert answer_about(replace(offer.server, program="llama.cpp")) is None
    agreed = await offered_server(Settings())
    assert agreed is not None and agreed.agreed
    model = agreed.in_settings(Settings()).model
    assert (model.base_url, model.name, model.key_variable) == (ollama.url, "qwen2.5-coder:1.5b", "")
    remember(offer.server, False)
    assert await offered_server(Settings()) is None
    assert forget_answers() and not forget_answers()
    assert await offered_server(Settings()) == offer


async def test_of_two_servers_the_one_with_consent_is_used(
    ollama: LocalServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving(VLLM) as other:
        monkeypatch.setattr(server_discovery, "PORTS", (ollama.port, other.port))
        remember(FoundServer("vLLM", other.url, ()), True)
        offer = await offered_server(Settings())
        assert offer is not None and offer.server.program == "vLLM"


def test_doctor_says_what_runs_and_whether_it_is_used(
    ollama: LocalServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)

    def report() -> str:
        main(["doctor", "--interpreter", sys.executable])
        return capsys.readouterr().out

    line = f"model server: Ollama at {ollama.url}, qwen2.5-coder:1.5b: "
    assert f" - {line}not used yet" in report()
    remember(FoundServer("Ollama", ollama.url, ()), True)
    assert f"ok {line}used, as you agreed" in report()
    assert main(["model", "forget"]) == 0
    assert f" - {line}not used yet" in report()


async def test_without_the_packages_that_ask_it_a_server_is_not_offered(
    ollama: LocalServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    find = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "openai" else find(name))
    assert await offered_server(Settings()) is None
    monkeypatch.chdir(tmp_path)
    await asyncio.to_thread(main, ["doctor", "--interpreter", sys.executable])
    assert f"Ollama at {ollama.url}: to ask it, pip install 'reloc-lsp[model]'" in capsys.readouterr().out


@pytest.fixture
def broken(write: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> Path:
    """A workspace with a function that no rewrite repairs."""
    root = write(
        {
            "words.py": "def shout(text):\n    return text\n",
            "test_words.py": "from words import shout\n\ndef test_it():\n    assert shout('a b') == 'A  B!?'\n",
        }
    )
    monkeypatch.chdir(root)
    return root


def test_without_a_terminal_a_note_says_how_to_use_it(
    ollama: LocalServer, broken: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    call = ["revise", "words.py::shout", "--evaluations", "1"]
    main(call)
    assert f"To use it: --base-url {ollama.url} --model qwen2.5-coder:1.5b." in capsys.readouterr().err
    main([*call, "--json"])
    assert "Ollama" not in "".join(capsys.readouterr())
    assert not any(path.endswith("completions") for path, _ in ollama.requests)


class Terminal:
    """`reloc-lsp revise` at a terminal, on a machine where a server listens at one of the known ports."""

    def __init__(self, folder: Path, port: int) -> None:
        program = (
            "from reloc_lsp.inference.local_machine import server_discovery as found; import sys; "
            f"found.PORTS, found.TIMEOUT_SECONDS = ({port},), 60; from reloc_lsp.cli.main import main; "
            "sys.exit(main(['revise', 'words.py::shout', '--reviser', 'model', '--calls', '2']))"
        )
        self._screen, inner = pty.openpty()
        self.seen = ""
        self._process = subprocess.Popen(
            [sys.executable, "-c", program], cwd=folder, stdin=inner, stdout=inner, stderr=inner, start_new_session=True
        )
        os.close(inner)

    def wait_for(self, text: str) -> None:
        while text not in re.sub(r"\s+", " ", self.seen):
            assert self._read(), self.seen

    def type(self, text: str) -> None:
        os.write(self._screen, text.encode())

    def end(self) -> int:
        while self._read():
            pass
        os.close(self._screen)
        return self._process.wait(60)

    def _read(self) -> bool:
        ready = select.select([self._screen], [], [], 60)[0]
        with contextlib.suppress(OSError):
            data = os.read(self._screen, 65536) if ready else b""
            self.seen += data.decode(errors="replace")
            return bool(data)
        return False


async def test_on_a_terminal_one_question_is_asked_and_its_answer_remembered(broken: Path) -> None:
    async with ScriptedServer() as server:
        port = int(server.url.split(":")[2].split("/")[0])
        terminal = Terminal(broken, port)
        await asyncio.to_thread(terminal.wait_for, "May revisions ask it, now and later?")
        assert server.requests == []
        terminal.type("y\n")
        await asyncio.to_thread(terminal.end)
        asked = len(server.requests)
        assert asked > 0
        again = Terminal(broken, port)
        await asyncio.to_thread(again.end)
        assert "May revisions ask it" not in again.seen and len(server.requests) > asked
