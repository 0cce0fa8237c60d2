"""The real search in a server process: from the code action to the repaired text."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

import pytest
from conftest import repaired
from server_process import Process

sys.path.append(str(Path(__file__).parents[1]))

from scripted_server import Answer, ScriptedServer

TESTS = """\
from ranges import clamp


def test_inside():
    assert clamp(5, 0, 9) == 5


def test_outside():
    assert clamp(-3, 0, 9) == 0 and clamp(12, 0, 9) == 9
"""
UNFIXABLE = (
    TESTS + "\n\ndef test_never():\n    import time\n\n    time.sleep(0.2)\n    assert clamp(1, 0, 9) == object()\n"
)


@pytest.fixture
def tested(project: Path) -> Path:
    (project / "test_ranges.py").write_text(TESTS)
    return project


@pytest.mark.parametrize(("profile", "tcp"), [("visual-studio-code", False), ("neovim", False), ("emacs", True)])
async def test_from_the_code_action_to_the_repaired_text(tested, source, clamp, profile, tcp):
    (tested / "ranges.py").write_text("raise SystemExit('what is saved is out of date')\n")
    async with Process(tested, profile, tcp=tcp) as editor:
        uri = editor.open(tested / "ranges.py", source)
        job = await editor.revise(uri, clamp)
        await editor.until(lambda: editor.progress(job))
        editor.type(uri, 0, "# 🙂 typed meanwhile\n")
        await editor.until(lambda: "value > high" in editor.texts[uri], 60)
        assert editor.texts[uri] == "# 🙂 typed meanwhile\n" + repaired(source)
        assert editor.questions[0].message.startswith("clamp: 0/2 -> 2/2 tests.")
        page = Path((await editor.command("reloc.showTrace", job)).removeprefix("file://"))
        assert "ReLoc: clamp in ranges.py" in page.read_text("utf-8")
        percentages = [value.percentage for value in editor.progress(job)[:-1]]
        assert percentages == sorted(percentages)
    assert not page.exists(), "it is removed when the server ends"
    assert "out of date" in (tested / "ranges.py").read_text(), "the editor saves, not the server"


async def test_the_code_action_in_a_test_revises_what_the_test_is_about(tested, source):
    async with Process(tested, "visual-studio-code") as editor:
        uri, tests = editor.open(tested / "ranges.py", source), editor.open(tested / "test_ranges.py", TESTS)
        await editor.revise(tests, TESTS.splitlines().index("def test_outside():"))
        await editor.until(lambda: "value > high" in editor.texts[uri], 60)
        assert editor.texts[uri] == repaired(source)
        assert editor.texts[tests] == TESTS


async def test_the_model_in_the_editors_settings_is_used(tested, source, clamp):
    version = "def clamp(value, low, high):\n    return sorted((low, value, high))[1]\n"
    async with ScriptedServer(Answer(texts=(f"1. Sort them.\n```python\n{version}```",))) as model:
        options = {"reloc": {"model": {"baseUrl": model.url}, "search": {"reviser": "model"}}}
        async with Process(tested, "neovim", options) as editor:
            uri = editor.open(tested / "ranges.py", source)
            await editor.revise(uri, clamp)
            await editor.until(lambda: "sorted((low, value, high))[1]" in editor.texts[uri], 60)
            assert "def clamp" in str(model.requests[0].body["messages"])


async def test_a_stopped_search_leaves_no_process_and_the_server_runs(tested, clamp):
    (tested / "test_ranges.py").write_text(UNFIXABLE)
    async with Process(tested, "neovim") as editor:
        server = editor.client._server.pid
        uri = editor.open(tested / "ranges.py")
        job = await editor.revise(uri, clamp)
        await editor.until(lambda: any("tried" in str(value.message) for value in editor.progress(job)), 60)
        working = descendants(server)
        assert await editor.command("reloc.cancel") == [job]
        await editor.ended(job)
        await wait_until_ended(working)
        assert await editor.actions(uri, clamp)


async def test_no_process_is_left_when_the_editor_disappears(tested, clamp):
    (tested / "test_ranges.py").write_text(UNFIXABLE)
    async with Process(tested, "visual-studio-code") as editor:
        process = editor.client._server
        uri = editor.open(tested / "ranges.py")
        job = await editor.revise(uri, clamp)
        await editor.until(lambda: any("tried" in str(value.message) for value in editor.progress(job)), 60)
        working = descendants(process.pid)
        process.stdin.close()
        await asyncio.wait_for(process.wait(), 30)
        await wait_until_ended(working)


def descendants(process_id: int) -> list[int]:
    """The processes below one, children of children included."""
    parents = {}
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            parents[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
    found = [process_id]
    for above in found:
        found += [child for child, parent in parents.items() if parent == above]
    return found[1:]


async def wait_until_ended(processes: list[int]) -> None:
    assert processes or sys.platform != "linux", "the search has processes"
    async with asyncio.timeout(30):
        while any(os.path.exists(f"/proc/{process}") for process in processes):
            await asyncio.sleep(0.02)
