"""Managed servers: one for each model and user, which ends on request, when it is idle, or with its supervisor."""

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
from reloc_lsp.inference.managed.exit_diagnosis import exit_reason
from reloc_lsp.inference.managed.managed_model import ManagedModel
from reloc_lsp.inference.managed.manager import start_server, stop_server, wait_until_ready
from reloc_lsp.inference.managed.state_file import RunningServer, ServerState, StateFolder, running_servers
from reloc_lsp.inference.managed.vllm_plan import VllmPlan
from reloc_lsp.search.interfaces.language_model import Message, ModelError, Sampling
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
async def plan(vllm: str) -> AsyncIterator[VllmPlan]:
    """A plan to serve a model; whatever was started is stopped after the test."""
    yield VllmPlan("some/Model", vllm=vllm)
    for server in running_servers():
        await asyncio.to_thread(stop_server, server)


async def wait_while(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while condition():
            await asyncio.sleep(0.05)


def processes_with(text: str) -> list[int]:
    """The processes that have `text` in their command line."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            arguments = (folder / "cmdline").read_bytes()
        except OSError:
            continue
        if text.encode() in arguments and int(folder.name) != os.getpid():
            found.append(int(folder.name))
    return found


async def test_a_server_is_started_once_shared_and_stopped_with_nothing_left(plan: VllmPlan) -> None:
    folders = await asyncio.gather(*(asyncio.to_thread(start_server, plan) for _ in range(4)))
    states = {await wait_until_ready(folder) for folder in folders}
    assert len({folder.path for folder in folders}) == len(states) == 1
    port = f"--port\0{states.pop().port}"
    assert len(processes_with(port)) == 1
    (server,) = running_servers()
    await asyncio.to_thread(stop_server, server)
    assert running_servers() == [] and processes_with(port) == []
    last = server.folder.read()
    assert last is not None and (last.phase, last.why) == ("ended", "It was told to stop.")


async def test_only_the_user_can_read_the_key_of_a_server(plan: VllmPlan) -> None:
    model = ManagedModel(plan, pytest.fail)
    answer = await model.complete(PROMPT, Sampling(), 2)
    assert [reply.text for reply in answer.replies] == ["something", "something"]
    (server,) = running_servers()
    # The key is in no command line, and in a file that only its owner can read.
    assert processes_with(server.state.key) == []
    (holding,) = [path for path in server.folder.path.iterdir() if server.state.key in path.read_text("utf-8")]
    assert stat.S_IMODE(holding.stat().st_mode) == 0o600
    assert server.state.key not in repr(server)
    await model.close()


async def test_a_server_that_ended_between_two_requests_is_started_again(plan: VllmPlan) -> None:
    model = ManagedModel(plan, pytest.fail)
    await model.complete(PROMPT, Sampling())
    (first,) = running_servers()
    await asyncio.to_thread(stop_server, first)
    answer = await model.complete(PROMPT, Sampling())
    (second,) = running_servers()
    assert answer.replies[0].text == "something" and second.state.supervisor != first.state.supervisor
    await model.close()


async def test_an_idle_server_ends_and_a_later_request_says_so(plan: VllmPlan) -> None:
    folder = start_server(replace(plan, idle_seconds=0.6))
    state = await wait_until_ready(folder)
    await wait_while(folder.alive)
    with pytest.raises(ModelError, match=r"Nobody asked it anything for 0\.01 minutes"):
        await ManagedModel(RunningServer(folder, state), pytest.fail).complete(PROMPT, Sampling())


async def test_a_server_ends_with_its_supervisor_even_if_that_is_killed(plan: VllmPlan) -> None:
    if sys.platform != "linux":
        pytest.skip("a child ends with its parent by itself on Linux only")
    state = await wait_until_ready(start_server(plan))
    os.kill(state.supervisor, signal.SIGKILL)
    await wait_while(lambda: bool(processes_with(f"--port\0{state.port}")))
    assert running_servers() == []
    assert (await wait_until_ready(start_server(plan))).supervisor != state.supervisor


async def test_an_error_says_why_a_server_did_not_start(plan: VllmPlan) -> None:
    message = "RuntimeError: Failed to infer device type"
    folder = start_server(replace(plan, flags=("--fail-with", message)))
    with pytest.raises(ModelError, match=r"vLLM found no GPU.*server\.log") as raised:
        await wait_until_ready(folder)
    assert raised.value.permanent and message in folder.log.read_text()


async def test_a_program_that_cannot_be_run_is_named(plan: VllmPlan) -> None:
    assert plan.vllm is not None
    Path(plan.vllm).write_bytes(b"no program")
    with pytest.raises(ModelError, match=rf"{plan.vllm} cannot be run \(Exec format error\)"):
        await wait_until_ready(start_server(plan))


async def test_a_request_cancelled_before_the_server_is_ready_leaves_a_note(plan: VllmPlan) -> None:
    notes: list[str] = []
    model = ManagedModel(replace(plan, flags=("--never-ready",)), notes.append)
    request = asyncio.create_task(model.complete(PROMPT, Sampling()))
    while not running_servers():
        await asyncio.sleep(0.05)
    request.cancel()
    with pytest.raises(asyncio.CancelledError):
        await request
    (note,) = notes
    assert "The server of some/Model was not ready after" in note and "model status" in note


async def test_settings_choose_between_servers(plan: VllmPlan) -> None:
    nothing = ModelSettings()
    assert managed_model(nothing, pytest.fail) is None
    allowed = ModelSettings(name=plan.model, local=LocalModelSettings(start=True, vllm=plan.vllm))
    assert managed_model(replace(allowed, base_url="http://127.0.0.1:1/v1"), pytest.fail) is None
    model = managed_model(allowed, pytest.fail)
    assert model is not None and running_servers() == []  # The first request starts it.
    await model.complete(PROMPT, Sampling())
    for settings in (nothing, ModelSettings(name=plan.model)):
        other = managed_model(settings, pytest.fail)
        assert other is not None
        assert (await other.complete(PROMPT, Sampling())).replies[0].text == "something"
        await other.close()
    assert managed_model(ModelSettings(name="another"), pytest.fail) is None
    await model.close()


@pytest.mark.parametrize("flag", ["--port", "--host=0.0.0.0", "--api-key"])
def test_flags_that_reloc_sets_itself_are_refused(plan: VllmPlan, flag: str) -> None:
    with pytest.raises(ModelError, match="is chosen by reloc-lsp"):
        start_server(replace(plan, flags=(flag, "1")))


def test_other_keys_of_the_user_do_not_reach_the_server(plan: VllmPlan) -> None:
    environment = replace(plan, device="1").environment("own", {"OPENAI_API_KEY": "other", "HF_TOKEN": "hub"})
    assert "OPENAI_API_KEY" not in environment and environment["HF_TOKEN"] == "hub"
    assert (environment["VLLM_API_KEY"], environment["CUDA_VISIBLE_DEVICES"]) == ("own", "1")


@pytest.mark.parametrize(
    ("log", "status", "expected"),
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
def test_the_end_of_the_log_explains_why_a_server_ended(tmp_path: Path, log: str, status: int, expected: str) -> None:
    folder = StateFolder(tmp_path)
    folder.log.write_text(log)
    assert expected in exit_reason(ServerState("m", "m", None, 1, 1, "starting", 0.0, "key"), status, folder)


class Terminal:
    """Calls of `reloc-lsp model`, by a user with this program `vllm` on the PATH."""

    def __init__(self, vllm: str) -> None:
        self._environment = {**os.environ, "PATH": f"{Path(vllm).parent}{os.pathsep}{os.environ['PATH']}"}

    def __call__(self, *arguments: str) -> tuple[int, str]:
        call = [sys.executable, "-m", "reloc_lsp", "model", *arguments]
        done = subprocess.run(call, capture_output=True, text=True, env=self._environment, check=False)
        return done.returncode, done.stdout + done.stderr


async def test_the_command_line_starts_lists_and_stops_a_server(plan: VllmPlan) -> None:
    assert plan.vllm is not None
    call = Terminal(plan.vllm)
    assert call("status")[0] == 1
    status, output = call("start", plan.model, "--device", "0", "--", "--served-model-name", "short")
    assert status == 0 and "short is ready at http://127.0.0.1:" in output
    status, output = call("status")
    assert status == 0 and "short on GPU 0: ready at" in output
    status, output = call("stop", "another")
    assert status == 2 and "No server of another runs. Running: short." in output
    assert call("stop") == (0, "short has ended.\n")
    status, output = call("status")
    assert status == 1 and "short: ended. It was told to stop." in output


def test_the_command_line_says_what_to_install(plan: VllmPlan) -> None:
    assert plan.vllm is not None
    Path(plan.vllm).unlink()
    # Only vLLM serves a folder.
    status, output = Terminal(plan.vllm)("start", str(Path(plan.vllm).parent))
    assert (
        status == 1 and "vLLM is not installed" in output and "pip install vllm" in output and "Traceback" not in output
    )


async def test_the_users_own_file_may_start_a_server_for_a_revision(
    plan: VllmPlan, write: Callable[..., Path], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
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
    assert len(running_servers()) == 1
