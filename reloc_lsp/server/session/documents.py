"""The editor's open documents, in lines as Python and editors see them, with a parse that is kept."""

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
    """A document whose lines end at LF, CRLF and CR only, and whose parse lasts until its text changes.

    The lines of `pygls` also end at form feeds and Unicode separators, which moves every later position.
    """

    _parsed: tuple[str, Module | None] | None = None
    _indexed: LineIndex | None = None

    @property
    def file(self) -> Path | None:
        """The file behind the document; `None` for untitled documents, notebook cells and virtual ones."""
        return path_of(self.uri)

    @property
    def unit_bytes(self) -> int:
        """Bytes in one unit of the editor's columns."""
        return unit_bytes(self.position_codec.encoding)

    @property
    def index(self) -> LineIndex:
        """Where the lines of the text begin."""
        if self._indexed is None or self._indexed.text is not self.source:
            self._indexed = LineIndex(self.source)
        return self._indexed

    @property
    def module(self) -> Module | None:
        """The parsed text, `None` where it does not parse."""
        if self._parsed is None or self._parsed[0] is not self.source:
            self._parsed = (self.source, parsed(self.source))
        return self._parsed[1]

    def function_at(self, line: int) -> int | None:
        """The line of the `def` around `line` (both from 1); the whole text is parsed only where nothing less tells."""
        try:
            return enclosing_function(self.index, line)
        except PARSING_ERRORS:
            unit = self.module.at_line(line) if self.module else None
            return unit.line if unit and not unit.is_class else None

    def apply_change(self, change: types.TextDocumentContentChangeEvent) -> None:
        """Take over one change of `textDocument/didChange`."""
        text = self.source
        if isinstance(change, types.TextDocumentContentChangePartial):
            start, end = (
                self.index.editor_offset(at.line, at.character, self.unit_bytes)
                for at in (change.range.start, change.range.end)
            )
            self._source = text[:start] + change.text + text[end:]
        else:
            self._source = change.text


class Documents(Workspace):
    """The open documents and the workspace's folders."""

    def __init__(self, announced: Workspace) -> None:
        folders = list(announced.folders.values())
        super().__init__(announced.root_uri, workspace_folders=folders, position_encoding=announced.position_encoding)
        self._changed = asyncio.Event()

    @property
    def addresses(self) -> dict[Path, str]:
        """The workspace's folders on disk, with the addresses by which the editor knows them.

        Where an editor names no folders, that is its older single root.
        """
        uris = [folder.uri for folder in self.folders.values()] or [self.root_uri]
        return {path: uri for uri in uris if uri and (path := path_of(uri))}

    @property
    def roots(self) -> list[Path]:
        """The workspace's folders on disk."""
        return list(self.addresses)

    @property
    def unit_bytes(self) -> int:
        """Bytes in one unit of the editor's columns."""
        return unit_bytes(self.position_encoding)

    def opened(self, uri: str) -> OpenDocument | None:
        """The document if the editor has it open, maybe by another spelling of its address."""
        document = self.text_documents.get(uri)
        if document is None and (file := self.file(uri)):
            document = next((other for other in self.text_documents.values() if self.file(other.uri) == file), None)
        return document if isinstance(document, OpenDocument) and document.version is not None else None

    def file(self, uri: str) -> Path | None:
        """The path of a `file:` address, below the workspace's folder if it is there by whatever links."""
        path = path_of(uri)
        return within(path, self.roots) if path else None

    def files(self) -> list[tuple[Path, str]]:
        """Every open document that is a file, and its text."""
        documents = self.text_documents.values()
        return [(path, document.source) for document in documents if (path := self.file(document.uri))]

    def note_change(self) -> None:
        """Wake those who wait in `until`."""
        self._changed.set()
        self._changed = asyncio.Event()

    async def until(self, condition: Callable[[], bool], seconds: float | None) -> bool:
        """Wait for a change that makes `condition` true; its value after at most `seconds` (none: for ever)."""
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
    """The path of a `file:` address, `None` for every other scheme."""
    path = to_fs_path(uri)
    return Path(path) if path else None


def parsed(text: str) -> Module | None:
    """The module, or `None` where Python cannot parse `text`."""
    try:
        return Module(text)
    except PARSING_ERRORS:
        return None


def unit_bytes(encoding: types.PositionEncodingKind | str | None) -> int:
    """Bytes in one code unit of a position encoding (LSP `general.positionEncodings`; UTF-16 by default)."""
    return {types.PositionEncodingKind.Utf8: 1, types.PositionEncodingKind.Utf32: 4}.get(
        types.PositionEncodingKind(encoding or "utf-16"), 2
    )
