"""Managed servers of a real llama.cpp, with a tiny model of random weights; and which engine serves what."""

from __future__ import annotations

import asyncio
import importlib.util
import os
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from reloc_lsp.inference.managed import engine_selection, llama_cpp_plan, manager, vllm_plan
from reloc_lsp.inference.managed.engine_selection import launch_plan, managed_model
from reloc_lsp.inference.managed.llama_cpp_plan import LlamaCppPlan
from reloc_lsp.inference.managed.managed_model import ManagedModel
from reloc_lsp.inference.managed.manager import start_server, stop_server, wait_until_ready
from reloc_lsp.inference.managed.state_file import RunningServer, running_servers
from reloc_lsp.inference.request_timeouts import RequestTimeouts
from reloc_lsp.search.interfaces.language_model import Message, ModelError, Sampling
from reloc_lsp.settings import LocalModelSettings, ModelSettings

pytest.importorskip("xllamacpp", reason="no llama.cpp here: the package xllamacpp is not installed")
pytest.importorskip("gguf", reason="no model for llama.cpp here: the package gguf is not installed")

pytestmark = pytest.mark.skipif(os.name == "nt", reason="no model server is started on Windows")

PROMPT = [Message("user", "Say something.")]
SHORT = Sampling(temperature=1.0, max_tokens=8, seed=3)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from tiny_gguf import write_model

    path = tmp_path_factory.mktemp("models") / "tiny.gguf"
    write_model(path)
    return path


@pytest.fixture
async def user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[None]:
    """A user without a GPU who has only the package xllamacpp; whatever was started is stopped after the test."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("PATH", os.defpath)
    monkeypatch.setattr(engine_selection, "has_cuda_or_rocm", lambda: False)
    monkeypatch.setattr(llama_cpp_plan, "has_gpu", lambda: False)
    monkeypatch.setattr(vllm_plan, "installed_vllm", lambda: None)
    yield
    for server in running_servers():
        await asyncio.to_thread(stop_server, server)


def call(*arguments: str) -> tuple[int, str]:
    """The exit status and the output of a call of `reloc-lsp model`."""
    command = [sys.executable, "-m", "reloc_lsp", "model", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


async def test_a_gguf_file_is_served_listed_and_stopped(user: None, model: Path) -> None:
    status, output = await asyncio.to_thread(call, "start", str(model), "--", "--ctx-size", "2048")
    assert status == 0 and "with llama.cpp" in output and "tiny is ready at http://127.0.0.1:" in output, output
    (server,) = running_servers()
    assert server.state.shares_processors
    for settings in (ModelSettings(), ModelSettings(name="tiny"), ModelSettings(name=str(model))):
        meant = managed_model(settings, pytest.fail)
        assert meant is not None and meant.shares_processors
        answer = await meant.complete(PROMPT, SHORT)
        assert 0 < answer.usage.completion_tokens <= 8
        await meant.close()
    assert "tiny: ready at" in call("status")[1]
    assert call("stop", "tiny") == (0, "tiny has ended.\n")
    assert running_servers() == []


async def test_several_requests_at_once_wait_for_their_turn(user: None, model: Path) -> None:
    asked = ManagedModel(LlamaCppPlan(str(model), "tiny"), pytest.fail, timeouts=RequestTimeouts(first_token=20))
    answers = await asyncio.gather(*(asked.complete(PROMPT, SHORT, count=3) for _ in range(4)))
    assert [len(answer.replies) for answer in answers] == [3, 3, 3, 3]
    await asked.close()


async def test_only_requests_with_its_key_are_answered(user: None, model: Path) -> None:
    state = await wait_until_ready(start_server(LlamaCppPlan(str(model), "tiny")))
    reader, writer = await asyncio.open_connection("127.0.0.1", state.port)
    writer.write(b"POST /v1/completions HTTP/1.0\r\nContent-Length: 2\r\n\r\n{}")
    assert b" 401 " in await reader.readline()
    writer.close()


async def test_a_server_that_was_killed_is_started_again_by_the_next_request(user: None, model: Path) -> None:
    if sys.platform != "linux":
        pytest.skip("a child ends with its parent by itself on Linux only")
    asked = ManagedModel(LlamaCppPlan(str(model), "tiny"), pytest.fail)
    await asked.complete(PROMPT, SHORT)
    (first,) = running_servers()
    os.kill(first.state.supervisor, signal.SIGKILL)
    async with asyncio.timeout(30):
        while first.folder.alive():
            await asyncio.sleep(0.05)
    assert (await asked.complete(PROMPT, SHORT)).replies
    (second,) = running_servers()
    assert second.state.supervisor != first.state.supervisor
    await asked.close()


async def test_a_server_ends_when_nobody_asks_it_anything(user: None, model: Path) -> None:
    folder = start_server(LlamaCppPlan(str(model), "tiny", idle_seconds=1.0))
    state = await wait_until_ready(folder)
    async with asyncio.timeout(30):
        while folder.alive():
            await asyncio.sleep(0.05)
    with pytest.raises(ModelError, match="Nobody asked it anything"):
        await ManagedModel(RunningServer(folder, state), pytest.fail).complete(PROMPT, SHORT)


@pytest.mark.parametrize("content", [b"<html>Sign in first</html>", None], ids=["no GGUF", "in part"])
async def test_a_file_that_cannot_be_loaded_is_named_as_the_reason(
    user: None, model: Path, tmp_path: Path, content: bytes | None
) -> None:
    broken = tmp_path / "broken.gguf"
    broken.write_bytes(content or model.read_bytes()[:-50_000])
    status, output = await asyncio.to_thread(call, "start", str(broken))
    assert status == 1 and "llama.cpp cannot load this file" in output and "Download it again" in output


async def test_a_flag_that_it_does_not_take_is_named(user: None, model: Path) -> None:
    folder = start_server(LlamaCppPlan(str(model), "tiny", flags=("--frobnicate",)))
    with pytest.raises(ModelError, match=r"llama\.cpp does not take its flags \(unrecognized arguments: --frobnicate"):
        await wait_until_ready(folder)


async def test_a_port_that_was_taken_meanwhile_is_the_reason(
    user: None, model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        monkeypatch.setattr(manager, "_free_port", lambda: other.getsockname()[1])
        with pytest.raises(ModelError, match="Its port was taken by another program meanwhile"):
            await wait_until_ready(start_server(LlamaCppPlan(str(model), "tiny")))


async def test_a_search_that_named_no_model_does_not_wait_for_a_server_that_is_starting(
    user: None, model: Path, tmp_path: Path
) -> None:
    never_ready = tmp_path / "llama-server"
    never_ready.write_text("#!/bin/sh\nexec sleep 600\n")
    never_ready.chmod(0o755)
    plan = LlamaCppPlan(str(model), "tiny", str(never_ready))
    folder = start_server(plan)
    async with asyncio.timeout(30):
        while not running_servers():
            await asyncio.sleep(0.05)
    notes: list[str] = []
    assert folder.alive() and managed_model(ModelSettings(), notes.append) is None
    assert notes == [f"The server of {model} is still starting; this search did not wait for it."]
    assert managed_model(ModelSettings(name="tiny"), pytest.fail) is not None  # This one asks for it.


@pytest.fixture
def without_engines(user: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The same user without xllamacpp."""
    find = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "xllamacpp" else find(name))
    yield


async def test_without_an_engine_a_sentence_says_what_to_install(without_engines: None, model: Path) -> None:
    with pytest.raises(ModelError, match=r"pip install 'reloc-lsp\[local\]'"):
        start_server(launch_plan(str(model), ModelSettings()))


async def test_a_name_without_a_file_gets_a_sentence_with_the_names_that_have_one(
    user: None, model: Path, tmp_path: Path
) -> None:
    downloaded = tmp_path / ".lmstudio" / "models" / "someone" / "Tiny-GGUF" / "tiny-q8.gguf"
    downloaded.parent.mkdir(parents=True)
    downloaded.write_bytes(model.read_bytes())
    with pytest.raises(ModelError, match=r"no GGUF file of Other/Model on this machine\. There are: someone/Tiny-GGUF"):
        start_server(launch_plan("Other/Model", ModelSettings()))
    state = await wait_until_ready(start_server(launch_plan("someone/Tiny-GGUF", ModelSettings())))
    assert (state.model, state.served_name) == (str(downloaded), "someone/Tiny-GGUF")


@pytest.mark.parametrize(
    ("model_name", "gpu", "vllm", "local", "engine"),
    [
        ("{file}", False, True, {}, "llama.cpp"),
        ("{file}", True, True, {}, "llama.cpp"),
        ("{folder}", False, False, {}, "vLLM"),
        ("Qwen/Some-Model", False, False, {}, "llama.cpp"),
        ("Qwen/Some-Model", False, True, {}, "vLLM"),  # There is no GGUF file of it.
        ("Qwen/Some-Model", True, True, {}, "vLLM"),
        ("Qwen/Some-Model", True, False, {}, "vLLM"),
        ("tiny", True, False, {}, "llama.cpp"),
        ("tiny", True, True, {}, "vLLM"),
        ("tiny", False, True, {}, "llama.cpp"),
        ("{file}", False, False, {"vllm": "/opt/vllm"}, "vLLM"),
        ("Qwen/Some-Model", True, True, {"llama_server": "/opt/llama-server"}, "llama.cpp"),
    ],
)
async def test_which_engine_serves_a_model(
    user: None,
    model: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    model_name: str,
    gpu: bool,
    vllm: bool,
    local: dict[str, str],
    engine: str,
) -> None:
    monkeypatch.setattr(engine_selection, "has_cuda_or_rocm", lambda: gpu)
    monkeypatch.setattr(vllm_plan, "installed_vllm", lambda: "/opt/vllm" if vllm else None)
    cache = tmp_path / "cache"
    cache.mkdir()
    (cache / "tiny.gguf").write_bytes(model.read_bytes())
    monkeypatch.setenv("LLAMA_CACHE", str(cache))
    settings = replace(ModelSettings(), local=LocalModelSettings(**local))
    assert launch_plan(model_name.format(file=model, folder=tmp_path), settings).engine == engine


@pytest.mark.parametrize(
    ("gpu", "flags", "slots"),
    [
        (False, (), 1),
        (True, (), 4),
        (False, ("--parallel", "2"), 2),
        (True, ("--parallel=8",), 8),
        (False, ("-np",), 1),
    ],
)
def test_on_processors_requests_come_one_after_the_other(
    monkeypatch: pytest.MonkeyPatch, model: Path, gpu: bool, flags: tuple[str, ...], slots: int
) -> None:
    monkeypatch.setattr(llama_cpp_plan, "has_gpu", lambda: gpu)
    plan = LlamaCppPlan(str(model), "tiny", flags=flags)
    assert plan.slots == slots
    assert f"--ctx-size {8192 * slots} --parallel {slots} " in " ".join(plan.command(4711))


async def test_llama_server_on_the_path_is_preferred_and_downloads_by_itself(
    user: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "llama-server"
    program.touch(mode=0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.defpath}")
    command = launch_plan("Qwen/Some-Model-GGUF:Q4_K_M", ModelSettings()).command(4711)
    assert command[:3] == [str(program), "-hf", "Qwen/Some-Model-GGUF:Q4_K_M"]
    assert "--poll 0" in " ".join(command) and "--ctx-size 8192" in " ".join(command)
