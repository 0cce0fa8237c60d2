"""Constants that a docstring mentions."""

from __future__ import annotations

import pytest

from reloc_lsp.program.docstring_constants import constants_in_docstring


@pytest.mark.parametrize(
    ("docstring", "constants"),
    [
        ("At most 12 pieces, 2.5 kg each, -3 at night.", ("12", "2.5", "-3")),
        ("Gives 'added' or `removed`, never 3a or 007.", ("'added'", "'removed'")),
        ("12 %, 7-day weeks, version 1.2.3", ("12", "7")),
        ("Cancelled bookings are left out; cancelled ones too.", ("'cancelled'",)),
        ("Twice.\n\n    >>> f(4)\n    8\n    f(3) -> 6\n", ()),
        ("", ()),
    ],
)
@pytest.mark.parametrize("indent", ["", "    "])
def test_constants_of_a_docstring(docstring, constants, indent):
    source = f'{indent}def f(a):\n{indent}    """{docstring}"""\n{indent}    return a\n'
    assert constants_in_docstring(source, {"'cancelled'", "'f'"}) == constants


def test_a_function_without_a_docstring_has_no_constants():
    assert constants_in_docstring("def f(a):\n    return 3\n", set()) == ()
