"""Text for people: what is hidden, or changes what is shown around it, is spelled out."""

import logging

import pytest

from reloc_lsp.program.shown_text.visible_text import VisibleFormatter, diff_lines, visible, visible_diff, visible_line


@pytest.mark.parametrize(
    ("hidden", "shown"),
    [
        ("\x1b[2J\x1b]0;title\x07", r"\x1b[2J\x1b]0;title\x07"),
        ("a\x9b31mb\x7f", r"a\x9b31mb\x7f"),
        ("right\u202eleft\u2066x\u2069", r"right\u202eleft\u2066x\u2069"),
        ("one\u2028two\u2029three\x85four\x0bfive\x0csix", r"one\u2028two\u2029three\x85four\x0bfive\x0csix"),
        ("code # \rcomment", r"code # \rcomment"),
        ("a\u200bb\u200d\u2060\ufeff\xad", r"a\u200bb\u200d\u2060\ufeff\xad"),
        ("tag\U000e0041\U000e007f", r"tag\U000e0041\U000e007f"),
        ("x\ufe0fy\U000e0100", r"x\ufe0fy\U000e0100"),
        ("fillers \u3164\uffa0\u115f\u2800\u034f", r"fillers \u3164\uffa0\u115f\u2800\u034f"),
        ("no\xa0break\u3000wide\u2003em", r"no\xa0break\u3000wide\u2003em"),
        ("half \ud83d of a pair, private \ue000", r"half \ud83d of a pair, private \ue000"),
    ],
)
def test_a_hidden_character_is_shown_as_its_escape(hidden, shown):
    assert visible(hidden) == shown
    assert visible(shown) == shown


@pytest.mark.parametrize(
    "text", ["plain", "a\tb\n", "ends\r\nof lines\r\n", "naïve café 変数 Ω ≠ \u2212 “quotes” 🙂", " " * 40 + "deep"]
)
def test_text_that_hides_nothing_stays(text):
    assert visible(text) == text


def test_a_long_run_of_blanks_before_text_is_shown_as_its_length():
    assert visible("x = 1" + " " * 180 + "# y") == "x = 1<180 blanks># y"
    assert visible("x = 1" + "\t" * 30 + "# y") == "x = 1<240 blanks># y"
    assert visible("x = 1" + " " * 180 + "\ny") == "x = 1" + " " * 180 + "\ny"


def test_a_line_stays_one_line():
    assert visible_line("one\ntwo\r\nthree\rfour") == r"one\ntwo\r\nthree\rfour"


def test_the_lines_of_a_diff_are_those_of_the_patch_whatever_they_hold():
    diff = "--- a/m.py\n+++ b/m.py\n@@ -1 +1 @@\n-a = 1\r\n+a = 2 # \u2028-b\x0c\r\n"
    assert diff_lines(diff)[3:] == ["-a = 1", "+a = 2 # \u2028-b\x0c", ""]
    assert visible_diff(diff).split("\n")[4] == r"+a = 2 # \u2028-b\x0c"


def test_many_empty_lines_of_a_diff_are_shown_as_their_number():
    diff = "+a\n" + "+\n" * 300 + "+  \n+b\n"
    assert visible_diff(diff) == "+a\n+<301 empty lines>\n+b\n"
    assert visible_diff("+a\n" + "+\n" * 20 + "+b\n") == "+a\n" + "+\n" * 20 + "+b\n"


def test_a_record_of_the_log_cannot_begin_a_second_one(caplog):
    record = logging.LogRecord("r", logging.WARNING, "f.py", 1, "a %s", ("\x1b[31m\nreloc-lsp: ERROR: forged",), None)
    text = VisibleFormatter("reloc-lsp: %(levelname)s: %(message)s").format(record)
    assert text == "reloc-lsp: WARNING: a \\x1b[31m\n  reloc-lsp: ERROR: forged"
