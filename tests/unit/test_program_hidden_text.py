"""A revision that hides text which the function did not hide is described in one sentence."""

import pytest

from reloc_lsp.program.shown_text.hidden_text import hidden_text

BEFORE = "def f(a):\n    return a\n"


def flagged(after: str, before: str = BEFORE, module: str = BEFORE, first_line: int = 1) -> str:
    return hidden_text(before, after, module, first_line)


@pytest.mark.parametrize(
    ("held", "named"),
    [
        ("\x1b[1K", r"control character \x1b"),
        ("\x00", r"control character \x00"),
        ("\u202e", "bidi control U+202E RIGHT-TO-LEFT OVERRIDE"),
        ("\u2028", "line separator U+2028 LINE SEPARATOR"),
        ("\x85", r"line separator \x85"),
        ("\u200b", "invisible character U+200B ZERO WIDTH SPACE"),
        ("\ufe01", "invisible character U+FE01 VARIATION SELECTOR-2"),
        ("\u3164", "invisible character U+3164 HANGUL FILLER"),
        ("\xa0", "invisible character U+00A0 NO-BREAK SPACE"),
        ("#" + " " * 60 + "os.system(a)", "text that stands beyond a long run of blanks"),
    ],
)
def test_the_sentence_names_the_character_and_the_line_of_the_file(held, named):
    after = f"def f(a):\n    b = '{held}'\n    return a + 1\n"
    sentence = flagged(after, first_line=10)
    assert sentence == f"The revision holds text that is hidden when it is shown: {named} in line 11."


def test_a_lone_carriage_return_is_flagged_although_it_ends_a_line_for_python():
    assert r"line separator \r in line 2" in flagged("def f(a):\n    # hidden\r    return a\n")


def test_code_below_a_long_run_of_empty_lines_is_flagged():
    assert "empty lines in line 302" in flagged("def f(a):\n" + "\n" * 300 + "    return a + 1\n")


def test_what_the_function_held_already_is_not_flagged():
    before = "def f(a):\n    b = 'x\u200by\x0c'\n    return a\n"
    assert flagged("def f(a):\n    b = 'x\u200by\x0c' + '!'\n    return a + 1\n", before) == ""
    assert "U+200B" in flagged("def f(a):\n    b = 'x\u200by\u200b\x0c'\n    return a\n", before)


def test_plain_code_with_escapes_and_words_of_other_languages_is_not_flagged():
    assert flagged("def f(a):\n    return a + len('\\x1b[0m grün \u2212 変数 🙂')\r\n") == ""


def test_a_look_alike_name_is_flagged_in_a_file_whose_names_are_ascii():
    after = "def f(a):\n    p\u0430th = a\n    return p\u0430th\n"
    assert "look-alike character U+0430 CYRILLIC SMALL LETTER A in line 2" in flagged(after)
    assert flagged(after, module=BEFORE + "größe = 1\n") == ""
    assert "U+FF45" in flagged("    def f(self):\n        return \uff45val('1')\n")


def test_a_long_list_is_cut():
    after = "def f(a):\n" + "".join(f"    # {chr(n)}\n" for n in range(1, 9)) + "    return a\n"
    assert flagged(after).endswith("and 3 more.") and flagged(after).count("control character") == 5
