"""Bytes, characters, lines and positions, and the conversions between them."""

import pytest

from reloc_lsp.program.source_text import LineIndex, SourceText, code_units, newline_of, split_lines

EMOJI = 'x = "🙂é"; y = 1\n'


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("", []),
        ("a", ["a"]),
        ("a\nb\n", ["a\n", "b\n"]),
        ("a\r\nb\rc\n", ["a\r\n", "b\r", "c\n"]),
        ("a\x0cb\n", ["a\x0cb\n"]),
        ("a\x0b\x1c\x85\u2028\u2029b\nc", ["a\x0b\x1c\x85\u2028\u2029b\n", "c"]),
        ("\n\n", ["\n", "\n"]),
    ],
)
def test_only_line_feeds_and_carriage_returns_end_a_line(text, lines):
    assert split_lines(text) == lines


@pytest.mark.parametrize(
    "data",
    [
        b"x = 1\n",
        b"",
        "x = 'ü🙂'\r\ny = 2\r\n".encode(),
        b"\xef\xbb\xbf" + "x = 'é'\n".encode(),
        b"\xef\xbb\xbf# coding: utf-8\nx = 1\n",
        "# -*- coding: latin-1 -*-\nx = 'é'\n".encode("latin-1"),
        "#!/usr/bin/python\n# vim: set fileencoding=cp1251 :\nx = 'ж'\r\n".encode("cp1251"),
        b"# coding: utf-8-sig\nx = 1\n",
    ],
)
def test_a_file_is_written_back_byte_for_byte(data, tmp_path):
    (tmp_path / "m.py").write_bytes(data)
    source = SourceText.read(tmp_path / "m.py")
    assert source.encode(source.text) == data
    assert not source.text.startswith("\ufeff")


def test_a_file_is_decoded_by_its_declared_encoding():
    assert SourceText.decode("# coding: latin-1\nx = 'é'\n".encode("latin-1")).text == "# coding: latin-1\nx = 'é'\n"


@pytest.mark.parametrize("data", [b"# coding: no-such-thing\n", b"\xef\xbb\xbf# coding: latin-1\n"])
def test_an_impossible_encoding_is_a_syntax_error(data):
    with pytest.raises(SyntaxError):
        SourceText.decode(data)


def test_bytes_that_are_invalid_in_their_encoding_are_an_error():
    with pytest.raises((UnicodeDecodeError, SyntaxError)):
        SourceText.decode(b"# coding: utf-8\n" + b"\n" * 3 + b"x = '\xff'\n")


@pytest.mark.parametrize(("unit_bytes", "character"), [(1, 12), (2, 9), (4, 8)])
def test_editor_and_parser_positions_agree(unit_bytes, character):
    index = LineIndex("\r\n" + EMOJI)
    offset = 2 + EMOJI.index(";")
    assert index.offset(2, len(EMOJI[: EMOJI.index(";")].encode())) == offset
    assert index.editor_position(offset, unit_bytes) == (1, character)
    assert index.editor_offset(1, character, unit_bytes) == offset


@pytest.mark.parametrize("unit_bytes", [1, 2, 4])
def test_every_offset_survives_the_conversion_to_an_editor_position_and_back(unit_bytes):
    text = "a🙂\n\x0cé\u2028x\r\n\ttail"
    index = LineIndex(text)
    ends = {i for i, c in enumerate(text) if c == "\n" and text[i - 1] == "\r"}
    for offset in set(range(len(text) + 1)) - ends:
        line, character = index.editor_position(offset, unit_bytes)
        assert index.editor_offset(line, character, unit_bytes) == offset


def test_a_position_past_an_end_means_that_end():
    index = LineIndex("ab\r\ncd\n")
    assert index.editor_offset(0, 99, 2) == 2
    assert index.editor_offset(1, 99, 2) == 6
    assert index.editor_offset(2, 5, 2) == index.editor_offset(99, 0, 2) == 7


def test_lines_and_their_indentation():
    index = LineIndex("if x:\n\t\x0c y\n")
    assert [index.line_of(offset) for offset in (0, 5, 6, 10, 11)] == [1, 1, 2, 2, 3]
    assert index.indentation(2) == "\t\x0c "


@pytest.mark.parametrize(("unit_bytes", "units"), [(1, 7), (2, 4), (4, 3)])
def test_lengths_in_code_units(unit_bytes, units):
    assert code_units("aé🙂", unit_bytes) == units
    assert code_units("\ud800", unit_bytes) == (3 if unit_bytes == 1 else 1)


@pytest.mark.parametrize(("text", "newline"), [("a\r\nb\n", "\r\n"), ("a\rb", "\r"), ("a\n", "\n"), ("a", "\n")])
def test_the_line_end_of_a_text_is_that_of_its_first_line(text, newline):
    assert newline_of(text) == newline
