"""Random actions of a user in random order: texts stay equal, edits stay in their unit, every request is answered."""

from __future__ import annotations

import asyncio
import os
import random
from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest
from lsp_editor import Editor
from lsprotocol import types
from pytest_lsp import client_capabilities
from scripted_revision import ScriptedRevisions, ScriptedRun, fixed, progress

from reloc_lsp.program.unit import Module
from reloc_lsp.revision import Alternative
from reloc_lsp.server.jobs import on_save
from reloc_lsp.server.proposals import apply_edit, user_question

STEPS = int(os.environ.get("RELOC_FUZZ_STEPS", "1500"))
"""Number of random actions. Ten thousand take a minute."""
SEED = int(os.environ.get("RELOC_FUZZ_SEED", "0"))
PIECES = ("x", " ", "\n", "# é🙂\n", "def other():\n    pass\n", "(", "'", "\r\n", "\t")
ANSWERS = (*["Apply"] * 5, "Discard", "Next alternative", "Show diff", None, "malformed")
OUTSIDE = "an edit changes text outside of its unit"


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Shorten every pause and timeout."""
    monkeypatch.setattr(on_save, "SAVE_PAUSE_SECONDS", 0.001)
    monkeypatch.setattr(apply_edit, "NEW_TEXT_TIMEOUT_SECONDS", 0.02)
    monkeypatch.setattr(apply_edit, "TYPED_TEXT_TIMEOUT_SECONDS", 0.005)
    monkeypatch.setattr(user_question, "SYNTAX_ERROR_SECONDS", 0.005)
    monkeypatch.setattr("reloc_lsp.server.session.diagnostics.TYPING_PAUSE_SECONDS", 0.001)


def revised(text: str) -> str:
    """The text with its last `clamp` revised; unchanged if there is none."""
    module = Module(text)
    unit = module.find("clamp")
    if unit is None:
        return text
    source = module.source(unit)
    return text[: unit.start] + source.replace("value", "value_", 1).replace("high", "upper") + text[unit.end :]


class Fuzzer:
    """A user who acts at random, and the scripted runs of the searches."""

    def __init__(self, editor: Editor, revisions: ScriptedRevisions, uri: str, source: str, seed: int) -> None:
        self.editor, self.revisions, self.uri, self.source = editor, revisions, uri, source
        self.random = random.Random(seed)
        self.runs: list[ScriptedRun] = []
        self.jobs: list[str] = []
        self.applied = 0
        self._watch_edits()

    def _watch_edits(self) -> None:
        apply = self.editor._apply

        def watched(edit: types.WorkspaceEdit) -> bool:
            before = self.editor.texts.get(self.uri, "")
            done = apply(edit)
            after = self.editor.texts.get(self.uri, "")
            if done and after != before:
                self.applied += 1
                module = Module(before)
                units = [unit for unit in module.units if unit.qualname == "clamp"]
                around = [(before[: unit.start], before[unit.end :]) for unit in units]
                assert any(after.startswith(a) and after.endswith(b) for a, b in around), OUTSIDE
            return done

        self.editor._apply = watched  # type: ignore[method-assign]

    async def step(self) -> None:
        steps: list[tuple[int, Callable[[], Awaitable[None]]]] = [
            (30, self.types_something), (9, self.starts_over), (8, self.saves), (5, self.revises), (2, self.cancels),
            (25, self.searches_report), (10, self.requests_actions), (1, self.closes), (1, self.changes_settings),
            (5, self.changes_answers), (12, self.decides),
        ]  # fmt: skip
        weights = [weight for weight, _ in steps]
        (chosen,) = self.random.choices([act for _, act in steps], weights)
        while not self.revisions._new.empty():
            self.runs.append(self.revisions._new.get_nowait())
        self.runs = [run for run in self.runs if not run.closed.is_set()]
        await chosen()

    async def types_something(self) -> None:
        """Mostly a comment line, sometimes any text anywhere."""
        text = self.editor.texts[self.uri]
        if self.random.random() < 0.8:
            lines = text[: text.find("def clamp")] if self.random.random() < 0.8 else text
            starts = [0, *(at + 1 for at, letter in enumerate(lines) if letter == "\n")]
            self.editor.type(self.uri, self.random.choice(starts), "# é🙂 a note\n")
            return
        at = self.random.randrange(len(text) + 1)
        while text[at - 1 : at] == "\r":
            at -= 1
        delete = self.random.choice((0, 0, min(1, len(text) - at)))
        self.editor.type(self.uri, at, self.random.choice(PIECES), delete=delete)

    async def starts_over(self) -> None:
        self.editor.replace(self.uri, self.source)

    async def saves(self) -> None:
        self.editor.save(self.uri)

    async def revises(self) -> None:
        job = await self.editor.command("reloc.revise", self.uri, self.random.choice(("clamp", "clamp", "other", 9)))
        self.jobs += [job] if job else []

    async def cancels(self) -> None:
        if self.jobs and self.random.random() < 0.7:
            job = self.random.choice(self.jobs)
            self.editor.client.window_work_done_progress_cancel(types.WorkDoneProgressCancelParams(job))
        else:
            await self.editor.command("reloc.cancel")

    async def searches_report(self) -> None:
        if not self.runs:
            return
        run = self.random.choice(self.runs)
        if self.random.random() < 0.5:
            run.emit(progress(self.random.random()))
            return
        self.runs.remove(run)
        text = next(iter(run.snapshot.unsaved.values()), self.source)
        try:
            better = revised(text)
        except SyntaxError:
            better = text
        if self.random.random() < 0.1 or better == text:
            run.emit(RuntimeError("the search broke"))
        else:
            other = better.replace("upper", "top")
            proposal = fixed(text, lambda _: better)
            run.emit(replace(proposal, alternatives=(Alternative("diff", 4, 4, -1.0, other),)))

    async def requests_actions(self) -> None:
        line = self.random.randrange(20)
        await self.random.choice((self.editor.actions, self.editor.hover))(self.uri, line)
        await self.editor.lenses(self.uri)

    async def closes(self) -> None:
        text = self.editor.texts[self.uri]
        self.editor.close(self.uri)
        self.editor.open_uri(self.uri, text)

    async def changes_settings(self) -> None:
        level = self.random.choice(("off", "notify", "propose"))
        values = {"reloc": {"editor": {"onSave": level, "codeLens": self.random.random() < 0.5}}}
        self.editor.client.workspace_did_change_configuration(types.DidChangeConfigurationParams(values))

    async def changes_answers(self) -> None:
        self.editor.answers = [self.random.choice(ANSWERS)]
        self.editor.applies = self.random.choice((*["honestly"] * 6, "refused", "dropped", "malformed"))

    async def decides(self) -> None:
        waiting = (await self.editor.status())["proposals"]
        if waiting:
            command = self.random.choice((*["reloc.apply"] * 4, "reloc.discard", "reloc.show"))
            await self.editor.command(command, self.random.choice(waiting)["id"])


@pytest.mark.parametrize("displays", [False, True], ids=["asks", "displays"])
async def test_random_steps_keep_the_texts_equal(connect, project, source, revisions, displays):
    capabilities = client_capabilities("visual-studio-code")
    if displays:
        capabilities.experimental = {"reloc": {"proposals": True}}
    editor = await connect(capabilities=capabilities)
    fuzzer = Fuzzer(editor, revisions, editor.open(project / "ranges.py"), source, seed=2 * SEED + int(displays))
    for _ in range(STEPS):
        await fuzzer.step()
    server = editor.session.server
    async with asyncio.timeout(60):
        while server.revisions.jobs.running:  # a save may begin another one
            await editor.command("reloc.cancel")
            await asyncio.sleep(0.05)
    await editor.status()  # everything sent before has arrived
    assert server.session.documents.open_document(fuzzer.uri).source == editor.texts[fuzzer.uri]
    assert fuzzer.applied, "no edit was applied, so the test shows nothing"
    assert all(run.closed.is_set() for run in fuzzer.runs)
