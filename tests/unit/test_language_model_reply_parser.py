"""Replies are read whatever the model writes around the function."""

from __future__ import annotations

import pytest

from reloc_lsp.language_model.replies.reply_parser import USABLE, ReplyKind, parse_reply

ORIGINAL = "def clamp(value, low, high):\n    return max(low, max(value, high))\n"
FIXED = "def clamp(value, low, high):\n    return max(low, min(value, high))\n"
BLOCK = f"```python\n{FIXED}```"
REPLIES = {
    "one block": (BLOCK, ReplyKind.UNIT),
    "prose around it": (f"Of course!\n\n{BLOCK}\n\nThis uses `min`.", ReplyKind.UNIT),
    "no fences": (FIXED, ReplyKind.BARE),
    "no fences and prose": (f"Here is the function:\n\n{FIXED}\nIt now clamps.\nI hope it helps!", ReplyKind.BARE),
    "tildes": (f"~~~\n{FIXED}~~~", ReplyKind.UNIT),
    "a fence never closed": (f"```py\n{FIXED}", ReplyKind.UNIT),
    "thoughts first": (f"<think>def clamp(): maybe\n```python\nx\n```</think>{BLOCK}", ReplyKind.UNIT),
    "another block first": (f"The bug:\n```python\n{ORIGINAL}```\nMended:\n{BLOCK}", ReplyKind.AMONG),
    "a call last": (f"{BLOCK}\nTry it:\n```python\nclamp(1, 2, 3)\n```", ReplyKind.AMONG),
    "the whole file": (f"```python\nimport math\n\n{FIXED}\ndef other():\n    pass\n```", ReplyKind.FILE),
    "windows line ends": (BLOCK.replace("\n", "\r\n"), ReplyKind.UNIT),
    "indented": ("```python\n" + "".join("    " + line + "\n" for line in FIXED.splitlines()) + "```", ReplyKind.UNIT),
    "search and replace": (
        "<<<<<<< SEARCH\n    return max(low, max(value, high))\n=======\n    return max(low, min(value, high))\n"
        ">>>>>>> REPLACE",
        ReplyKind.REPLACED,
    ),
    "search and replace, indented otherwise": (
        "```\n<<<<<<< SEARCH\nreturn max(low, max(value, high))\n=======\nreturn max(low, min(value, high))\n"
        ">>>>>>> REPLACE\n```",
        ReplyKind.REPLACED,
    ),
}
USELESS = {
    "nothing": ("", ReplyKind.NOTHING),
    "a refusal": ("I'm sorry, but I can't help with that.", ReplyKind.NOTHING),
    "the same": (f"```python\n{ORIGINAL}```", ReplyKind.UNCHANGED),
    "another function": ("```python\ndef other(value):\n    return 3\n```", ReplyKind.ELSEWHERE),
    "another kind of function": (
        "```python\nasync def clamp(value, low, high):\n    return 3\n```",
        ReplyKind.ELSEWHERE,
    ),
    "code that does not parse": ("```python\ndef clamp(value, low, high:\n    return 3\n```", ReplyKind.BROKEN),
    "text that is not there": ("<<<<<<< SEARCH\nnothing\n=======\nsomething\n>>>>>>> REPLACE", ReplyKind.UNFOUND),
}


@pytest.mark.parametrize(("reply", "kind"), REPLIES.values(), ids=REPLIES)
def test_the_function_is_found(reply, kind):
    reading = parse_reply(reply, ORIGINAL, ORIGINAL)
    assert (reading.kind, reading.source) == (kind, FIXED) and reading.kind in USABLE


@pytest.mark.parametrize(("reply", "kind"), USELESS.values(), ids=USELESS)
def test_the_kind_says_why_a_reply_cannot_be_used(reply, kind):
    reading = parse_reply(reply, ORIGINAL, ORIGINAL)
    assert (reading.kind, reading.source) == (kind, None) and reading.kind not in USABLE


def test_a_reply_cut_off_after_the_function_is_used():
    cut = parse_reply(
        "```python\ndef clamp(value, low, high):\n    return max(low,", ORIGINAL, ORIGINAL, complete=False
    )
    assert (cut.kind, cut.source) == (ReplyKind.CUT_OFF, None)
    behind = parse_reply(f"{BLOCK}\nAs you can see, the func", ORIGINAL, ORIGINAL, complete=False)
    assert behind.source == FIXED


def test_a_method_keeps_its_indentation_decorators_line_ends_and_strings():
    original = "    @property\r\n    def text(self):\r\n        return 1\r\n"
    reply = '```python\nclass A:\n    @property\n    def text(self):\n        return """a\n  b"""\n```'
    reading = parse_reply(reply, original, original)
    assert reading.source == '    @property\r\n    def text(self):\r\n        return """a\r\n  b"""\r\n'
    bare = 'def text(self):\n    """Says\n    it."""\n    return """a\n  b"""\n'
    reading = parse_reply(bare, original, original)
    assert reading.source == (
        '    @property\r\n    def text(self):\r\n        """Says\r\n        it."""\r\n        return """a\r\n  b"""\r\n'
    )


def test_a_changed_signature_and_new_decorators_are_kept():
    original = "@cache\ndef f(a):\n    return a\n"
    reading = parse_reply("```\n@lru_cache(None)\ndef f(a, b=1):\n    return a + b\n```", original, original)
    assert reading.source == "@lru_cache(None)\ndef f(a, b=1):\n    return a + b\n"
