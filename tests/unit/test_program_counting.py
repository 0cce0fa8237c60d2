"""Numbers of things in sentences."""

from __future__ import annotations

from reloc_lsp.program.shown_text.counting import counted


def test_one_thing_has_no_s() -> None:
    assert [counted(number, "call") for number in (0, 1, 2)] == ["0 calls", "1 call", "2 calls"]
