"""The editor's open documents, split into the lines that Python and editors see, with a cached parse."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

from lsprotocol import types
from pygls.uris import to_fs_path
from pygls.workspace import TextDocument, Workspace

from reloc_lsp.program.enclosing_function import enclosing_function
from reloc_lsp.program.source_text import LineIndex
from reloc_lsp.program.unit import PARSING_ERRORS, Module
from reloc_lsp.server.session.workspace_roots import within


class OpenDocument(TextDocument):
    """A document whose lines end at LF, CRLF and CR only, and whose parse is cached until its text changes.

    The lines of `pygls` also end at form feeds and Unicode separators, which would move every later position.
    """

    _parsed: tuple[str, Module | None] | None = None
    _indexed: LineIndex | None = None

    @property
    def file(self) -> Path | None:
        """The file of the document; `None` for untitled documents, notebook cells and virtual documents."""
        return path_of(self.uri)

    @property
    def code_unit_bytes(self) -> int:
        """Bytes of one code unit in which the editor counts columns."""
        return code_unit_bytes(self.position_codec.encoding)

    @property
    def index(self) -> LineIndex:
        """Where the lines of the text begin."""
        if self._indexed is None or self._indexed.text is not self.source:
            self._indexed = LineIndex(self.source)
        return self._indexed

    @property
    def module(self) -> Module | None:
        """The parsed text, `None` if it cannot be parsed."""
        if self._parsed is None or self._parsed[0] is not self.source:
            self._parsed = (self.source, parse(self.source))
        return self._parsed[1]

    def function_at(self, line: int) -> int | None:
        """The line of the `def` around `line` (both from 1). The whole text is parsed only if nothing less suffices."""
        try:
            return enclosing_function(self.index, line)
        except PARSING_ERRORS:
            unit = self.module.at_line(line) if self.module else None
            return unit.line if unit and not unit.is_class else None

    def apply_change(self, change: types.TextDocumentContentChangeEvent) -> None:
        """Apply one change of `textDocument/didChange`."""
        text = self.source
        if isinstance(change, types.TextDocumentContentChangePartial):
            start, end = (
                self.index.editor_offset(at.line, at.character, self.code_unit_bytes)
                for at in (change.range.start, change.range.end)
            )
            self._source = text[:start] + change.text + text[end:]
        else:
            self._source = change.text


class Documents(Workspace):
    """The open documents and the workspace folders."""

    def __init__(self, workspace: Workspace) -> None:
        folders = list(workspace.folders.values())
        super().__init__(workspace.root_uri, workspace_folders=folders, position_encoding=workspace.position_encoding)
        self._changed = asyncio.Event()

    @property
    def folder_uris(self) -> dict[Path, str]:
        """The workspace folders on disk, each with the URI that the editor uses for it.

        An editor that sends no folders has one: its `rootUri`.
        """
        uris = [folder.uri for folder in self.folders.values()] or [self.root_uri]
        return {path: uri for uri in uris if uri and (path := path_of(uri))}

    @property
    def roots(self) -> list[Path]:
        """The workspace folders on disk."""
        return list(self.folder_uris)

    @property
    def code_unit_bytes(self) -> int:
        """Bytes of one code unit in which the editor counts columns."""
        return code_unit_bytes(self.position_encoding)

    def open_document(self, uri: str) -> OpenDocument | None:
        """The document if the editor has it open, also under another spelling of its URI."""
        document = self.text_documents.get(uri)
        if document is None and (file := self.file(uri)):
            document = next((other for other in self.text_documents.values() if self.file(other.uri) == file), None)
        return document if isinstance(document, OpenDocument) and document.version is not None else None

    def file(self, uri: str) -> Path | None:
        """The path of a `file:` URI, below a workspace folder if symbolic links lead there; `None` for other URIs."""
        path = path_of(uri)
        return within(path, self.roots) if path else None

    def open_files(self, first: str = "") -> list[tuple[Path, str]]:
        """Every open document that is a file: its path and its text.

        Of documents that are the same file, by links or by spellings of its URI, only one counts: the one with the URI
        `first`, or else the one that was opened first.
        """
        found: dict[Path, tuple[Path, str]] = {}
        for document in sorted(self.text_documents.values(), key=lambda document: document.uri != first):
            if path := self.file(document.uri):
                found.setdefault(path.resolve(), (path, document.source))
        return list(found.values())

    def notify_change(self) -> None:
        """Let every `wait_until` check its condition again."""
        self._changed.set()
        self._changed = asyncio.Event()

    async def wait_until(self, condition: Callable[[], bool], seconds: float | None) -> bool:
        """Wait for a change of a document that makes `condition` true, at most `seconds` (`None`: without a limit).

        Returns the value of `condition` at the end.
        """
        try:
            async with asyncio.timeout(seconds):
                while not condition():
                    await self._changed.wait()
        except TimeoutError:
            return condition()
        return True

    def _create_text_document(
        self,
        doc_uri: str,
        source: str | None = None,
        version: int | None = None,
        language_id: str | None = None,
    ) -> TextDocument:
        return OpenDocument(doc_uri, source, version, language_id, position_codec=self.position_codec)


def path_of(uri: str) -> Path | None:
    """The path of a `file:` URI, `None` for every other scheme."""
    path = to_fs_path(uri)
    return Path(path) if path else None


def no_file_reason(uri: str) -> str:
    """Why a document that is no file cannot be revised, and what to do."""
    scheme = uri.partition(":")[0]
    if scheme == "untitled":
        return "ReLoc revises functions in files: save this document first."
    if "notebook" in scheme:
        return "ReLoc revises functions in files, and this is a cell of a notebook. Move the function into a module."
    return f"ReLoc revises functions in files, and this document is none ({scheme}). Open the file itself."


def parse(text: str) -> Module | None:
    """The module, `None` if Python cannot parse `text`."""
    try:
        return Module(text)
    except PARSING_ERRORS:
        return None


def code_unit_bytes(encoding: types.PositionEncodingKind | str | None) -> int:
    """Bytes of one code unit of a position encoding (LSP `general.positionEncodings`; UTF-16 by default)."""
    return {types.PositionEncodingKind.Utf8: 1, types.PositionEncodingKind.Utf32: 4}.get(
        types.PositionEncodingKind(encoding or "utf-16"), 2
    )
