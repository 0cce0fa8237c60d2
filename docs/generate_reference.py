"""Writes the reference pages that are generated from the code: the command line and the settings.

python docs/generate_reference.py     writes docs/reference/command-line.md and docs/reference/settings.md

A test fails while the pages differ from what this script would write.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from pathlib import Path

from reloc_lsp.cli.main import build_parser
from reloc_lsp.settings.reference import SettingRow, settings_reference

REFERENCE = Path(__file__).parent / "reference"
NOTICE = "<!-- Written by docs/generate_reference.py from the code. Change the code, not this page. -->\n"
COMMAND_LINE = f"""\
{NOTICE}
# The command line

Every command, with its arguments and flags. The exit status is in [Use it in the terminal](../how-to/terminal.md).
"""
SETTINGS = f"""\
{NOTICE}
# Settings

In a workspace's `pyproject.toml` they are tables under `[tool.reloc]`:

```toml
[tool.reloc.budget]
seconds = 60

[tool.reloc.evaluation]
tests = ["tests/test_ranges.py"]
```

In an editor they have the same names under `reloc`. Your own file for all workspaces
(`~/.config/reloc_lsp/settings.toml` on Linux) has the same tables without `tool.reloc`:

```toml
[model]
name = "Qwen/Qwen2.5-Coder-7B-Instruct"
```

A flag wins over the editor, the editor over `pyproject.toml`, and that over your own file. A value that cannot be used
is named in a message, and the next lower one holds.

**Yours alone**: these settings decide what is run or trusted, so they are never taken from a workspace's files.
"""


def command_line() -> str:
    """The page of the command line, in Markdown."""
    return COMMAND_LINE + "".join(_command(build_parser()))


def settings() -> str:
    """The page of the settings, in Markdown."""
    parts, section = [SETTINGS], ""
    for row in settings_reference():
        above = row.key.rpartition(".")[0]
        if above != section:
            section = above
            parts.append(f"\n## `{section}`\n\n| Setting | Default | Allowed | Meaning |\n|---|---|---|---|\n")
        parts.append(_setting(row))
    return "".join(parts)


def _setting(row: SettingRow) -> str:
    default = "not set" if row.default is None else f"`{json.dumps(row.default)}`"
    meaning = f"{row.description} **Yours alone.**" if row.user_only else row.description
    name = row.key.rpartition(".")[2]
    return f"| `{name}` | {default} | {_cell(row.allowed)} | {_cell(meaning)} |\n"


def pages() -> dict[str, str]:
    """The generated pages by file name."""
    return {"command-line.md": command_line(), "settings.md": settings()}


def _command(parser: argparse.ArgumentParser) -> Iterator[str]:
    """A section for a command, and one for each of its subcommands."""
    yield f"\n## `{parser.prog}`\n\n"
    if parser.description:
        yield f"{parser.description.strip()}\n\n"
    rows = [_row(action) for action in parser._actions if not _is_hidden(action)]
    if rows:
        yield "| Argument | Meaning |\n|---|---|\n" + "".join(rows)
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for subcommand in dict.fromkeys(action.choices.values()):
                yield from _command(subcommand)


def _is_hidden(action: argparse.Action) -> bool:
    return action.help == argparse.SUPPRESS or isinstance(action, argparse._SubParsersAction | argparse._HelpAction)


def _row(action: argparse.Action) -> str:
    value = "" if action.nargs == 0 else " " + _value(action)
    name = ", ".join(f"`{option}{value}`" for option in action.option_strings) or f"`{value.strip()}`"
    text = (action.help or "").replace("%%", "%").replace("%(default)s", str(action.default))
    return f"| {_cell(name)} | {_cell(text)} |\n"


def _value(action: argparse.Action) -> str:
    if isinstance(action.metavar, tuple):
        return " ".join(action.metavar)
    choices = "|".join(map(str, action.choices)) if action.choices else ""
    name = action.metavar or choices or action.dest.upper()
    return f"{name} ..." if action.nargs in ("*", "+") else name


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def main() -> None:
    """Write the pages."""
    for name, text in pages().items():
        (REFERENCE / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
