"""Source text as bytes on disk, as characters and as lines, with the conversions between them.

Python's parser counts columns in UTF-8 bytes, editors in UTF-8, UTF-16 or UTF-32 units, strings in code points.
Offsets in this project are code points into the decoded text; line numbers follow the parser (from 1).
"""

from __future__ import annotations

import codecs
import io
import re
import tokenize
from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

_LINE_END = re.compile(r"\r\n|\r|\n")


def split_lines(text: str) -> list[str]:
    """The lines of `text` with their line ends; only LF, CRLF and CR end a line.

    `str.splitlines` also splits at form feeds and Unicode separators, which Python source and editors do not.
    """
    return io.StringIO(text, newline="").readlines()


@dataclass(frozen=True)
class SourceText:
    """The text of a source file, with its encoding, so that it can be written back byte for byte."""

    text: str
    encoding: str = "utf-8"
    byte_order_mark: bool = False

    @classmethod
    def decode(cls, data: bytes) -> SourceText:
        """Decode the bytes of a source file by its PEP 263 declaration.

        Raises `SyntaxError` for an unknown encoding and `UnicodeDecodeError` for bytes that are invalid in it.
        """
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
        mark = data.startswith(codecs.BOM_UTF8)
        if mark:
            data, encoding = data[len(codecs.BOM_UTF8) :], "utf-8"
        return cls(data.decode(encoding), encoding, mark)

    @classmethod
    def read(cls, path: Path) -> SourceText:
        """Read and decode the file at `path`. Raises `OSError`, and what `decode` raises."""
        return cls.decode(path.read_bytes())

    def encode(self, text: str) -> bytes:
        """`text` as bytes in this file's encoding, with its byte order mark."""
        return (codecs.BOM_UTF8 if self.byte_order_mark else b"") + text.encode(self.encoding)


class LineIndex:
    """Converts positions in one text between offsets, parser positions and editor positions."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.lines = split_lines(text)
        if not self.lines or self.lines[-1].endswith(("\n", "\r")):
            self.lines.append("")

    @cached_property
    def starts(self) -> list[int]:
        """Offset of each line's first character."""
        starts, offset = [], 0
        for line in self.lines:
            starts.append(offset)
            offset += len(line)
        return starts

    def offset(self, line: int, column: int) -> int:
        """Offset of the parser's position: `line` from 1, `column` in UTF-8 bytes."""
        text = self.lines[line - 1]
        if text.isascii():
            return self.starts[line - 1] + column
        return self.starts[line - 1] + len(text.encode()[:column].decode(errors="ignore"))

    def line_of(self, offset: int) -> int:
        """Line (from 1) that holds `offset`."""
        return bisect_right(self.starts, offset)

    def indentation(self, line: int) -> str:
        """Leading white space of `line` (from 1)."""
        text = self.lines[line - 1]
        return text[: len(text) - len(text.lstrip(" \t\f"))]

    def editor_position(self, offset: int, unit_bytes: int) -> tuple[int, int]:
        """(line from 0, character) of `offset`, counted in code units of `unit_bytes` bytes: 1, 2 or 4."""
        line = self.line_of(offset) - 1
        before = self.lines[line][: offset - self.starts[line]]
        return line, code_units(before, unit_bytes)

    def editor_offset(self, line: int, character: int, unit_bytes: int) -> int:
        """Offset of an editor's position (`line` from 0); a position past the end of its line means that end."""
        if line >= len(self.lines):
            return len(self.text)
        content = self.lines[line].rstrip("\r\n")
        used = 0
        for column, char in enumerate(content):
            if used >= character:
                return self.starts[line] + column
            used += code_units(char, unit_bytes)
        return self.starts[line] + len(content)


def code_units(text: str, unit_bytes: int) -> int:
    """Length of `text` in code units of `unit_bytes` bytes: 1 is UTF-8, 2 UTF-16, 4 UTF-32."""
    if unit_bytes == 1:
        return len(text.encode("utf-8", "surrogatepass"))
    if unit_bytes == 2:
        return len(text.encode("utf-16-le", "surrogatepass")) // 2
    return len(text)


def newline_of(text: str) -> str:
    """The line end of the text's first line; LF if there is none."""
    found = _LINE_END.search(text)
    return found.group() if found else "\n"
