"""A hover shows text of candidates literally."""

from __future__ import annotations

import re

import pytest

from reloc_lsp.server.features.hover import escaped, fenced


@pytest.mark.parametrize("text", ["![a](https://host/b.png)", "<img src=x>", "`a` becomes [b](c)", "1. *a* _b_ \\# c"])
def test_markdown_characters_are_escaped(text):
    shown = escaped(text)
    assert not re.search(r"[^\w\s]", re.sub(r"\\.", "", shown))
    assert re.sub(r"\\(.)", r"\1", shown) == text


def test_no_line_of_a_diff_closes_its_fence():
    fence, *lines, last = fenced('+    """\n+    ````\n ```\n').split("\n")
    assert fence == "`````diff" and last == "`````" and "`````" not in "\n".join(lines)
