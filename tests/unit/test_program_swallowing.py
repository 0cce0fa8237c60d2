"""Which revisions swallow more than the function did, by their text."""

from __future__ import annotations

from textwrap import indent

import pytest

from reloc_lsp.program.swallowing import Swallowing

GUARD = """\
try:
    yield room
except Exception:
    room.close()
    raise
finally:
    room.leave()
"""


def swallows_more(before: str, after: str) -> bool:
    old, new = (Swallowing.of("def f(room):\n" + indent(text, "    ")) for text in (before, after))
    return new.exceeds(old)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("    raise\n", ""),
        ("    raise\n", "    return\n"),
        ("    raise\n", "    if room:\n        raise\n"),
        ("    raise\n", "    if room:\n        return\n    raise\n"),
        ("    room.leave()\n", "    return room.leave()\n"),
        ("except Exception:\n    room.close()\n    raise\n", "except:\n    pass\n"),
    ],
)
def test_an_exception_that_no_longer_leaves_is_swallowed(old, new):
    assert swallows_more(GUARD, GUARD.replace(old, new))
    assert not swallows_more(GUARD.replace(old, new), GUARD)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            "try:\n    return room[0]\nexcept KeyError:\n    raise\n",
            "try:\n    return room[0]\nexcept KeyError:\n    pass\n",
        ),
        ("return room()\n", "try:\n    return room()\nexcept ValueError:\n    return 0\n"),
        (GUARD, GUARD.replace("room.leave()", "for x in room:\n        break")),
        (GUARD, GUARD.replace("    raise\n", "    if room:\n        raise ValueError\n    else:\n        raise\n")),
        (GUARD, GUARD.replace("room.leave()", "room.open()")),
    ],
)
def test_other_changes_of_exceptions_are_no_swallowing(before, after):
    assert not swallows_more(before, after)


def test_a_handler_of_everything_around_a_yield_is_new():
    assert swallows_more("yield room\n", "try:\n    yield room\nexcept BaseException:\n    pass\n")
    assert swallows_more("yield room\n", "try:\n    yield room\nexcept (KeyError, AssertionError):\n    pass\n")
    assert not swallows_more("yield room\n", "try:\n    yield room\nexcept KeyError:\n    pass\n")
