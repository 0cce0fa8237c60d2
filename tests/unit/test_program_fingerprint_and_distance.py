"""Fingerprints tell whether two revisions are the same program, distances how far they are apart."""

import pytest

from reloc_lsp.program.differences.distance import changed_span, revision_distance
from reloc_lsp.program.fingerprint import fingerprint

UNIT = "def f(a):\n    return a + 16\n"


@pytest.mark.parametrize(
    "other",
    [
        "def f( a ):\n\n    return (a  +  1_6)  # sixteen\n",
        'def f(a):\n    """Adds."""\n    return a + 0x10\n',
        "\x0cdef f(a):\r\n\treturn a + 16\r\n",
    ],
)
def test_layout_comments_docstrings_and_number_spelling_do_not_matter(other):
    assert fingerprint(other) == fingerprint(UNIT)


@pytest.mark.parametrize(
    "other",
    [
        "def f(a):\n    return 16 + a\n",
        "def f(a):\n    return a + 16.0\n",
        "def f(a):\n    return a + '16'\n",
        "async def f(a):\n    return a + 16\n",
        "def f(a):\n    return a + 16\n    pass\n",
        "@cache\ndef f(a):\n    return a + 16\n",
    ],
)
def test_different_programs_have_different_fingerprints(other):
    assert fingerprint(other) != fingerprint(UNIT)


def test_a_string_that_is_returned_is_no_docstring():
    assert fingerprint("def f():\n    return 'a'\n") != fingerprint("def f():\n    return 'b'\n")
    assert fingerprint("def f():\n    'a'\n") != fingerprint("def f():\n    pass\n")


@pytest.mark.parametrize("source", ["", "# nothing\n", "def f(:\n", "    def f():\nreturn 1\n"])
def test_sources_that_do_not_parse_have_no_fingerprint(source):
    with pytest.raises(SyntaxError):
        fingerprint(source)


@pytest.mark.parametrize(
    ("after", "tokens"),
    [
        (UNIT, 0),
        ("def f(a):  # adds\n\n    return a + 16\n", 0),
        ("def f(a):\n    return a - 16\n", 1),
        ("def f(a):\n    return a\n", 2),
        ("def f(a):\n    return abs(a) + 16\n", 3),
        ("def f(a):\n    if a:\n        return a + 16\n", 5),
        ("def f(b):\n    return b + 16\n", 2),
    ],
)
def test_the_distance_counts_removed_and_added_tokens(after, tokens):
    assert revision_distance(UNIT, after) == revision_distance(after, UNIT) == tokens


@pytest.mark.parametrize(
    ("after", "characters"),
    [
        (UNIT, 0),
        ("def f(a):\n    return a - 16\n", 1),
        ("def f(a):\n    return abs(a) + 16\n", 5),
        ("def f(a):\n    return a\n", 5),
        ("def f(a):\n    return a + 16\n\n", 1),
        ("", len(UNIT)),
    ],
)
def test_the_changed_span_runs_from_the_first_difference_to_the_last(after, characters):
    assert changed_span(UNIT, after) == changed_span(after, UNIT) == characters


def test_a_change_of_indentation_counts():
    inside = "def f(a):\n    for x in a:\n        b = x\n        c = x\n"
    outside = "def f(a):\n    for x in a:\n        b = x\n    c = x\n"
    assert revision_distance(inside, outside) > 0
