"""An editor for tests: the client of pytest-lsp in memory, with documents and a user who answers questions."""

from __future__ import annotations

import asyncio
import functools
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from lsprotocol import types
from pygls.io_ import run_async
from pygls.protocol import default_converter
from pytest_lsp import LanguageClient, client_capabilities
from pytest_lsp.client import register_lsp_features

from reloc_lsp.program.source_text import LineIndex
from reloc_lsp.server.language_server import ReLocServer
from reloc_lsp.server.transport.connection import serve

UNIT_BYTES = {"utf-8": 1, "utf-16": 2, "utf-32": 4}


# Creating a converter for the protocol takes longer than most tests, so that all tests share these.
server_converter = functools.cache(default_converter)
capabilities_of = functools.cache(client_capabilities)


@functools.cache
def client_converter() -> Any:
    """The client's converter, which does not take a `CodeAction` with a command for a `Command`."""
    converter = default_converter()
    converter.register_structure_hook(
        types.Command | types.CodeAction,
        lambda value, _: converter.structure(
            value, types.Command if isinstance(value.get("command"), str) else types.CodeAction
        ),
    )
    return converter


def new_client() -> LanguageClient:
    """The client of pytest-lsp."""
    client = LanguageClient(converter_factory=client_converter)
    register_lsp_features(client)
    return client


def to_json(params: Any) -> Any:
    """The JSON of a message that pygls has converted to named tuples."""
    if hasattr(params, "_asdict"):
        return {name: to_json(value) for name, value in params._asdict().items()}
    return [to_json(item) for item in params] if isinstance(params, list | tuple) else params


class MemoryWriter:
    """Writes into the other side's reader."""

    def __init__(self, other: asyncio.StreamReader) -> None:
        self._other = other
        self._closed = False

    def write(self, data: bytes) -> None:
        if not self._closed:
            self._other.feed_data(data)

    def close(self) -> None:
        self._closed = True
        self._other.feed_eof()


class Editor:
    """`answers` are the user's, first to last; the last one is repeated. `None` dismisses the question.

    `applies` is what happens to an edit. "honestly": it is applied; "refused": it is not; "dropped": it is reported as
    applied, but is not; "malformed": the response does not have the protocol's shape. The user's answer "malformed" has
    a wrong shape, too.
    """

    def __init__(self, client: LanguageClient, answers: tuple[str | None, ...] = ("Apply",)) -> None:
        self.client, self.answers = client, list(answers)
        self.applies = "honestly"
        self.texts: dict[str, str] = {}
        self.versions: dict[str, int] = {}
        self.questions: list[types.ShowMessageRequestParams] = []
        self.edits: list[types.WorkspaceEdit] = []
        self.registrations: list[types.Registration] = []
        self.proposals: list[Any] = []
        self.closed: list[Any] = []
        self.refreshed = 0
        self.activity = asyncio.Event()
        self.before_answer: Callable[[], None] = lambda: None
        self.answer_progress: Callable[[], None] = lambda: None
        self.encoding = "utf-16"
        self._listen()

    def _listen(self) -> None:
        protocol = self.client.protocol
        handle = protocol.handle_message

        def received(message: Any) -> None:
            handle(message)
            self.activity.set()

        protocol.handle_message = received

        @self.client.feature(types.WINDOW_SHOW_MESSAGE_REQUEST)
        async def asked(params: types.ShowMessageRequestParams) -> types.MessageActionItem | str | None:
            self.before_answer()
            self.questions.append(params)
            self.activity.set()  # this runs after `received`, and no other message may follow
            answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
            if answer == "...":
                await asyncio.Event().wait()
            if answer == "malformed":
                return answer
            return next((action for action in params.actions or [] if action.title == answer), None)

        @self.client.feature(types.WORKSPACE_APPLY_EDIT)
        def apply(params: types.ApplyWorkspaceEditParams) -> types.ApplyWorkspaceEditResult | None:
            self.edits.append(params.edit)
            if self.applies == "malformed":
                return None
            if self.applies == "refused":
                return types.ApplyWorkspaceEditResult(applied=False, failure_reason="the file is locked")
            if self.applies == "dropped":
                return types.ApplyWorkspaceEditResult(applied=True)
            return types.ApplyWorkspaceEditResult(applied=self._apply(params.edit))

        @self.client.feature("reloc/proposal")
        def proposed(params: Any) -> None:
            self.proposals.append(to_json(params))

        @self.client.feature("reloc/proposalClosed")
        def ended(params: Any) -> None:
            self.closed.append(to_json(params))

        @self.client.feature(types.WORKSPACE_CODE_LENS_REFRESH)
        def refresh(params: None) -> None:
            self.refreshed += 1

        @self.client.feature(types.CLIENT_REGISTER_CAPABILITY)
        def register(params: types.RegistrationParams) -> None:
            self.registrations += params.registrations

    # -- documents

    def open(self, path: Path, text: str | None = None, language: str = "python") -> str:
        uri = path.as_uri()
        self.open_uri(uri, path.read_bytes().decode() if text is None else text, language)
        return uri

    def open_uri(self, uri: str, text: str, language: str = "python") -> None:
        self.texts[uri], self.versions[uri] = text, 1
        item = types.TextDocumentItem(uri, language, 1, text)
        self.client.text_document_did_open(types.DidOpenTextDocumentParams(item))

    def close(self, uri: str) -> None:
        self.texts.pop(uri)
        self.client.text_document_did_close(types.DidCloseTextDocumentParams(types.TextDocumentIdentifier(uri)))

    def replace(self, uri: str, text: str) -> None:
        """The whole text changes."""
        self.texts[uri] = text
        self._changed(uri, types.TextDocumentContentChangeWholeDocument(text=text))

    def type(self, uri: str, offset: int, text: str, delete: int = 0) -> None:
        """The user types: an incremental change."""
        index = LineIndex(self.texts[uri])
        unit = UNIT_BYTES[self.encoding]
        start, end = (types.Position(*index.editor_position(at, unit)) for at in (offset, offset + delete))
        self.texts[uri] = self.texts[uri][:offset] + text + self.texts[uri][offset + delete :]
        self._changed(uri, types.TextDocumentContentChangePartial(range=types.Range(start, end), text=text))

    def _changed(self, uri: str, change: types.TextDocumentContentChangeEvent) -> None:
        self.versions[uri] += 1
        document = types.VersionedTextDocumentIdentifier(uri=uri, version=self.versions[uri])
        self.client.text_document_did_change(types.DidChangeTextDocumentParams(document, [change]))

    def _apply(self, edit: types.WorkspaceEdit) -> bool:
        for document in edit.document_changes or []:
            assert isinstance(document, types.TextDocumentEdit)
            version = document.text_document.version
            if version is not None and version != self.versions.get(document.text_document.uri):
                return False
            self._edit(document.text_document.uri, document.edits)
        for uri, edits in (edit.changes or {}).items():
            self._edit(uri, edits)
        return True

    def _edit(self, uri: str, edits: Any) -> None:
        if uri not in self.texts:
            self.open(Path(uri.removeprefix("file://")))
        text = self.texts[uri]
        index, unit = LineIndex(text), UNIT_BYTES[self.encoding]
        for edit in sorted(edits, key=lambda e: (e.range.start.line, e.range.start.character), reverse=True):
            start = index.editor_offset(edit.range.start.line, edit.range.start.character, unit)
            end = index.editor_offset(edit.range.end.line, edit.range.end.character, unit)
            text = text[:start] + edit.new_text + text[end:]
        self.replace(uri, text)

    # -- what the user does and sees

    def save(self, uri: str) -> None:
        self.client.text_document_did_save(types.DidSaveTextDocumentParams(types.TextDocumentIdentifier(uri)))

    async def lenses(self, uri: str) -> list[Any]:
        params = types.CodeLensParams(types.TextDocumentIdentifier(uri))
        return list(await asyncio.wait_for(self.client.text_document_code_lens_async(params), 30) or [])

    async def hover(self, uri: str, line: int) -> Any:
        params = types.HoverParams(types.TextDocumentIdentifier(uri), types.Position(line, 0))
        return await asyncio.wait_for(self.client.text_document_hover_async(params), 30)

    async def actions(self, uri: str, line: int, **context: Any) -> list[Any]:
        at = types.Position(line, 0)
        given = types.CodeActionContext(**{"diagnostics": [], **context})
        params = types.CodeActionParams(types.TextDocumentIdentifier(uri), types.Range(at, at), given)
        return list(await asyncio.wait_for(self.client.text_document_code_action_async(params), 30) or [])

    async def repairs(self, uri: str, line: int, **context: Any) -> list[Any]:
        """The actions for a repair, without those for functions whose tests pass."""
        return [action for action in await self.actions(uri, line, **context) if ": " not in action.title]

    async def command(self, name: str, *arguments: Any) -> Any:
        params = types.ExecuteCommandParams(command=name, arguments=list(arguments))
        return await asyncio.wait_for(self.client.workspace_execute_command_async(params), 30)

    async def status(self) -> Any:
        return to_json(await self.command("reloc.status"))

    async def revise(self, uri: str, line: int) -> str:
        """Choose the code action; the id of the job."""
        (action,) = await self.repairs(uri, line)
        return str(await self.command(action.command.command, *action.command.arguments))

    @property
    def messages(self) -> list[str]:
        return [message.message for message in self.client.messages]

    def progress(self, token: str) -> list[Any]:
        return list(self.client.progress_reports.get(token, []))

    async def until(self, condition: Callable[[], Any], seconds: float = 30.0) -> None:
        async with asyncio.timeout(seconds):
            while not condition():
                self.activity.clear()
                await self.activity.wait()

    async def ended(self, token: str) -> None:
        await self.until(lambda: self.progress(token) and self.progress(token)[-1].kind == "end")


class Session:
    """A server and an editor connected through memory."""

    def __init__(self, server: ReLocServer, answers: tuple[str | None, ...]) -> None:
        self.server = server
        self.server.protocol._converter = server_converter()
        self.to_server, self.to_client = asyncio.StreamReader(), asyncio.StreamReader()
        self.writer = MemoryWriter(self.to_server)
        self.editor = Editor(new_client(), answers)
        self.serving: asyncio.Task[int] | None = None

    async def begin(self, root: Path | None, profile: str, **given: Any) -> Editor:
        client = self.editor.client
        self.serving = asyncio.create_task(serve(self.server, self.to_server, MemoryWriter(self.to_client)))
        client.protocol.set_writer(self.writer)
        self.reading = asyncio.create_task(run_async(threading.Event(), self.to_client, client.protocol))
        given.setdefault("capabilities", capabilities_of(profile))
        if root is not None:
            given.setdefault("workspace_folders", [types.WorkspaceFolder(root.as_uri(), root.name)])
        result = await client.initialize_session(types.InitializeParams(**given))
        self.editor.encoding = str(result.capabilities.position_encoding or "utf-16")
        return self.editor

    async def end(self) -> int:
        """Shut down and exit; the server's exit status."""
        assert self.serving is not None
        if not self.serving.done():
            await asyncio.wait_for(self.editor.client.shutdown_async(None), 30)
            self.editor.client.exit(None)
        status = await asyncio.wait_for(self.serving, 30)
        self.reading.cancel()
        return status
