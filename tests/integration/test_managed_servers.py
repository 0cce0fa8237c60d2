"""Servers that are started for the user: one for a model, ended when told, idle, or left alone."""

from __future__ import annotations

import asyncio
import os
import signal
import stat
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path

import pytest

from reloc_lsp.inference.managed.engine_selection import managed_model
from reloc_lsp.inference.managed.exit_diagnosis import why_it_ended
from reloc_lsp.inference.managed.launch_plan import Plan
from reloc_lsp.inference.managed.managed_model import ManagedModel
from reloc_lsp.inference.managed.manager import ready, started, stop
from reloc_lsp.inference.managed.state_file import Folder, Record, Server, living
from reloc_lsp.search.language_model import Message, ModelError, Sampling
from reloc_lsp.settings import LocalModelSettings, ModelSettings

PROMPT = [Message("user", "Say something.")]
pytestmark = pytest.mark.skipif(os.name == "nt", reason="vLLM does not run on Windows")


@pytest.fixture
def vllm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A program that behaves like vLLM, and a user who has started no server yet."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("STAND_IN_REPLY", "something")
    program = tmp_path / "vllm"
    program.write_text(f'#!/bin/sh\nexec {sys.executable} {Path(__file__).with_name("stand_in_vllm.py")} "$@"\n')
    program.chmod(0o755)
    return str(program)


@pytest.fixture
async def plan(vllm: str) -> AsyncIterator[Plan]:
    """A plan to serve a model; whatever was started is stopped after the test."""
    yield Plan("some/Model", vllm=vllm)
    for server in living():
        await asyncio.to_thread(stop, server)


async def gone(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while condition():
            await asyncio.sleep(0.05)


def processes_with(text: str) -> list[int]:
    """The processes that have `text` in their command line."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            words = (folder / "cmdline").read_bytes()
        except OSError:
            continue
        if text.encode() in words and int(folder.name) != os.getpid():
            found.append(int(folder.name))
    return found


async def test_a_server_is_started_once_shared_and_stopped_with_nothing_left(plan: Plan) -> None:
    folders = await asyncio.gather(*(asyncio.to_thread(started, plan) for _ in range(4)))
    records = {await ready(folder) for folder in folders}
    assert len({folder.path for folder in folders}) == len(records) == 1
    port = f"--port\0{records.pop().port}"
    assert len(processes_with(port)) == 1
    (server,) = living()
    await asyncio.to_thread(stop, server)
    assert living() == [] and processes_with(port) == []
    last = server.folder.read()
    assert last is not None and (last.phase, last.why) == ("ended", "It was told to stop.")


async def test_what_a_server_says_is_heard_by_those_with_its_key_alone(plan: Plan) -> None:
    model = ManagedModel(plan, pytest.fail)
    answer = await model.complete(PROMPT, Sampling(), 2)
    assert [reply.text for reply in answer.replies] == ["something", "something"]
    (server,) = living()
    # The key is in no command line, and in a file that only its owner can read.
    assert processes_with(server.record.key) == []
    (holding,) = [path for path in server.folder.path.iterdir() if server.record.key in path.read_text("utf-8")]
    assert stat.S_IMODE(holding.stat().st_mode) == 0o600
    assert server.record.key not in repr(server)
    await model.close()


async def test_a_server_that_ended_between_two_questions_is_started_again(plan: Plan) -> None:
    model = ManagedModel(plan, pytest.fail)
    await model.complete(PROMPT, Sampling())
    (first,) = living()
    await asyncio.to_thread(stop, first)
    answer = await model.complete(PROMPT, Sampling())
    (second,) = living()
    assert answer.replies[0].text == "something" and second.record.supervisor != first.record.supervisor
    await model.close()


async def test_an_idle_server_ends_and_says_so_to_who_still_wanted_it(plan: Plan) -> None:
    folder = started(replace(plan, idle_seconds=0.6))
    record = await ready(folder)
    await gone(folder.alive)
    with pytest.raises(ModelError, match=r"Nobody asked it anything for 0\.01 minutes"):
        await ManagedModel(Server(folder, record), pytest.fail).complete(PROMPT, Sampling())


async def test_a_server_ends_with_its_supervisor_even_if_that_is_killed(plan: Plan) -> None:
    if sys.platform != "linux":
        pytest.skip("a child ends with its parent by itself on Linux only")
    record = await ready(started(plan))
    os.kill(record.supervisor, signal.SIGKILL)
    await gone(lambda: bool(processes_with(f"--port\0{record.port}")))
    assert living() == []
    assert (await ready(started(plan))).supervisor != record.supervisor


async def test_why_a_server_did_not_start_is_said_in_a_sentence(plan: Plan) -> None:
    words = "RuntimeError: Failed to infer device type"
    folder = started(replace(plan, flags=("--fail-with", words)))
    with pytest.raises(ModelError, match=r"vLLM found no GPU.*vllm\.log") as raised:
        await ready(folder)
    assert raised.value.permanent and words in folder.log.read_text()


async def test_a_program_that_cannot_be_run_is_named(plan: Plan) -> None:
    assert plan.vllm is not None
    Path(plan.vllm).write_bytes(b"no program")
    with pytest.raises(ModelError, match=rf"{plan.vllm} cannot be run \(Exec format error\)"):
        await ready(started(plan))


async def test_a_search_that_ends_before_the_server_is_ready_is_told(plan: Plan) -> None:
    notes: list[str] = []
    model = ManagedModel(replace(plan, flags=("--never-ready",)), notes.append)
    asking = asyncio.create_task(model.complete(PROMPT, Sampling()))
    while not living():
        await asyncio.sleep(0.05)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    (note,) = notes
    assert "The server of some/Model was not ready after" in note and "model status" in note


async def test_settings_choose_between_servers(plan: Plan) -> None:
    nothing = ModelSettings()
    assert managed_model(nothing, pytest.fail) is None
    allowed = ModelSettings(name=plan.model, local=LocalModelSettings(start=True, vllm=plan.vllm))
    assert managed_model(replace(allowed, base_url="http://127.0.0.1:1/v1"), pytest.fail) is None
    model = managed_model(allowed, pytest.fail)
    assert model is not None and living() == []  # It is started by the first question.
    await model.complete(PROMPT, Sampling())
    for settings in (nothing, ModelSettings(name=plan.model)):
        other = managed_model(settings, pytest.fail)
        assert other is not None
        assert (await other.complete(PROMPT, Sampling())).replies[0].text == "something"
        await other.close()
    assert managed_model(ModelSettings(name="another"), pytest.fail) is None
    await model.close()


@pytest.mark.parametrize("flag", ["--port", "--host=0.0.0.0", "--api-key"])
def test_flags_that_are_not_vllms_to_choose_are_refused(plan: Plan, flag: str) -> None:
    with pytest.raises(ModelError, match="is chosen by reloc-lsp"):
        started(replace(plan, flags=(flag, "1")))


def test_other_keys_of_the_user_do_not_reach_the_server(plan: Plan) -> None:
    environment = replace(plan, device="1").environment("ours", {"OPENAI_API_KEY": "theirs", "HF_TOKEN": "hub"})
    assert "OPENAI_API_KEY" not in environment and environment["HF_TOKEN"] == "hub"
    assert (environment["VLLM_API_KEY"], environment["CUDA_VISIBLE_DEVICES"]) == ("ours", "1")


@pytest.mark.parametrize(
    ("log", "status", "said"),
    [
        ("torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB.", 1, "too little free memory"),
        (
            "ValueError: Free memory on device cuda:0 (3.1/79.2 GiB) on startup is less than desired GPU memory",
            1,
            "too little free memory",
        ),
        ("OSError: no/such is not a local folder and is not a valid model identifier", 1, "There is no model"),
        ("vllm: error: unrecognized arguments: --frobnicate", 2, "unrecognized arguments: --frobnicate"),
        ("ValueError: To serve at least one request, 4 GiB KV cache is needed, which is larger than the available KV "
         "cache memory", 1, "--max-model-len"),
        (
            "ERROR [multiproc_executor.py:953] ValueError: Available memory on node 0 (15.25/16.59 GiB) on startup is "
            "less than desired CPU memory utilization.\nRuntimeError: Engine core initialization failed.",
            1,
            "This machine has too little free memory",
        ),
        ("TypeError: surprising\nRuntimeError: Engine core initialization failed. See root cause above.", 1,
         "It said: TypeError: surprising"),
        ("some lines\nTypeError: surprising\nand a last one", 1, "(exit status 1). It said: TypeError: surprising"),
        ("", -signal.SIGKILL, "too little memory"),
        ("", -signal.SIGSEGV, "killed by SIGSEGV"),
    ],
)  # fmt: skip
def test_endings_are_explained(tmp_path: Path, log: str, status: int, said: str) -> None:
    folder = Folder(tmp_path)
    folder.log.write_text(log)
    assert said in why_it_ended(Record("m", "m", None, 1, 1, "starting", 0.0, "key"), status, folder)


class Terminal:
    """Calls of `reloc-lsp model`, by a user with this program `vllm` on the PATH."""

    def __init__(self, vllm: str) -> None:
        self._environment = {**os.environ, "PATH": f"{Path(vllm).parent}{os.pathsep}{os.environ['PATH']}"}

    def __call__(self, *words: str) -> tuple[int, str]:
        call = [sys.executable, "-m", "reloc_lsp", "model", *words]
        done = subprocess.run(call, capture_output=True, text=True, env=self._environment, check=False)
        return done.returncode, done.stdout + done.stderr


async def test_the_terminal_starts_says_and_stops(plan: Plan) -> None:
    assert plan.vllm is not None
    call = Terminal(plan.vllm)
    assert call("status")[0] == 1
    status, said = call("start", plan.model, "--device", "0", "--", "--served-model-name", "short")
    assert status == 0 and "short is ready at http://127.0.0.1:" in said
    status, said = call("status")
    assert status == 0 and "short on GPU 0: ready at" in said
    status, said = call("stop", "another")
    assert status == 2 and "No server of another runs. Running: short." in said
    assert call("stop") == (0, "short has ended.\n")
    status, said = call("status")
    assert status == 1 and "short: ended. It was told to stop." in said


def test_the_terminal_says_what_to_install(plan: Plan) -> None:
    assert plan.vllm is not None
    Path(plan.vllm).unlink()
    status, said = Terminal(plan.vllm)("start", "some/Model")
    assert status == 1 and "vLLM is not installed" in said and "pip install vllm" in said and "Traceback" not in said


async def test_a_function_is_revised_with_a_server_that_the_users_own_file_lets_start(
    plan: Plan, write: Callable[..., Path], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    root = write(
        {
            "words.py": "def shout(text):\n    return text\n",
            "test_words.py": "from words import shout\n\ndef test_it():\n    assert shout('a b') == 'A  B!?'\n",
        }
    )
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("STAND_IN_REPLY", "def shout(text):\n    return text.upper().replace(' ', '  ') + '!?'\n")
    mine = tmp_path / "config" / "reloc_lsp" / "settings.toml"
    mine.parent.mkdir(parents=True)
    mine.write_text(f'[model]\nname = "{plan.model}"\n[model.local]\nstart = true\nvllm = "{plan.vllm}"\n')
    call = [sys.executable, "-m", "reloc_lsp", "revise", "words.py::shout", "--reviser", "model", "--diff"]
    done = await asyncio.to_thread(
        subprocess.run, call, cwd=root, capture_output=True, text=True, env=dict(os.environ), check=False
    )
    assert done.returncode == 0 and "+    return text.upper()" in done.stdout, done.stderr
    assert len(living()) == 1
