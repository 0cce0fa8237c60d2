"""What hovers over a function is shown as it is, whatever candidates returned or wrote."""

from __future__ import annotations

import re

import pytest

from reloc_lsp.server.features.hover import escaped, fenced


@pytest.mark.parametrize("text", ["![a](https://host/b.png)", "<img src=x>", "`a` becomes [b](c)", "1. *a* _b_ \\# c"])
def test_no_mark_of_markdown_is_left(text):
    shown = escaped(text)
    assert not re.search(r"[^\w\s]", re.sub(r"\\.", "", shown))
    assert re.sub(r"\\(.)", r"\1", shown) == text


def test_a_diff_stays_in_its_fence():
    fence, *lines, last = fenced('+    """\n+    ````\n ```\n').split("\n")
    assert fence == "`````diff" and last == "`````" and "`````" not in "\n".join(lines)
