"""What the pages say is true of the code: generated references, commands, links, the tutorial."""

from __future__ import annotations

import contextlib
import io
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest

from reloc_lsp.cli.main import build_parser
from reloc_lsp.program.powers.kinds import POWER_KINDS

ROOT = Path(__file__).parents[2]
TOP_LEVEL = [ROOT / name for name in ("README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md")]
PAGES = [*TOP_LEVEL, ROOT / "editors/README.md", *sorted((ROOT / "docs").rglob("*.md"))]
CONSOLE = re.compile(r"^```console\n(.*?)^```", re.MULTILINE | re.DOTALL)
OUR_PATH = re.compile(r"`((?:reloc_lsp|tests|editors|docs|\.ci)/[\w./-]*\w)`")
LINK = re.compile(r"\]\((?!https?:|#|mailto:)([^)#\s]+)")


def generator() -> ModuleType:
    spec = spec_from_file_location("generate_reference", ROOT / "docs/generate_reference.py")
    assert spec is not None and spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def commands(page: Path) -> Iterator[str]:
    """The shell commands of a page, without prompts and comments."""
    for block in CONSOLE.findall(page.read_text("utf-8")):
        for line in block.splitlines():
            yield line.removeprefix("$ ").partition("  #")[0].strip()


def our_commands() -> Iterator[tuple[Path, str]]:
    for page in PAGES:
        for line in commands(page):
            for part in re.split(r"&&|>|\|", line):
                words = part.split()
                if words and Path(words[0]).name == "reloc-lsp" and "..." not in words:
                    yield page, part.strip()


def test_the_reference_is_what_the_code_says() -> None:
    for name, text in generator().pages().items():
        written = (ROOT / "docs/reference" / name).read_text("utf-8")
        assert written == text, f"docs/reference/{name} is out of date: run python docs/generate_reference.py"


def test_there_are_commands_to_check() -> None:
    assert len(list(our_commands())) > 30


@pytest.mark.parametrize(
    ("page", "command"), [pytest.param(*found, id=f"{found[0].stem}: {found[1]}") for found in our_commands()]
)
def test_every_command_of_ours_is_one_that_the_parser_takes(page: Path, command: str) -> None:
    build_parser().parse_args(shlex.split(command)[1:])


@pytest.mark.parametrize("page", PAGES, ids=[str(page.relative_to(ROOT)) for page in PAGES])
def test_every_relative_link_leads_to_a_file(page: Path) -> None:
    folder = ROOT / "editors" if page.name == "lsp.md" else page.parent
    missing = [link for link in LINK.findall(page.read_text("utf-8")) if not (folder / link).exists()]
    assert not missing


@pytest.mark.parametrize("page", PAGES, ids=[str(page.relative_to(ROOT)) for page in PAGES])
def test_every_path_of_the_repository_exists(page: Path) -> None:
    missing = [path for path in OUR_PATH.findall(page.read_text("utf-8")) if not (ROOT / path).exists()]
    assert not missing


def test_the_readme_is_short_enough_to_be_read() -> None:
    assert len((ROOT / "README.md").read_text("utf-8").split()) <= 900


def test_on_a_package_page_the_readme_has_no_relative_link() -> None:
    pytest.importorskip("hatch_fancy_pypi_readme", reason="needs hatch-fancy-pypi-readme: pip install -e '.[dev]'")
    call = [sys.executable, "-m", "hatch_fancy_pypi_readme"]
    text = subprocess.run(call, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert "](https://" in text
    assert not LINK.findall(text)


def test_the_tutorial_repairs_what_it_says(tmp_path: Path) -> None:
    from reloc_lsp.cli.main import main

    page = (ROOT / "docs/tutorial.md").read_text("utf-8")
    for name, text in re.findall(r"```python\n# (\S+\.py)\n(.*?)```", page, re.DOTALL):
        (tmp_path / name).write_text(text, "utf-8")
    (shown,) = re.findall(r"```text\n(.*?)```", page, re.DOTALL)
    printed = io.StringIO()
    with contextlib.chdir(tmp_path), contextlib.redirect_stdout(printed):
        assert main(["revise", "ranges.py::clamp", "--apply"]) == 0
        assert main(["revise"]) == 0
    assert shown.rstrip() in printed.getvalue()
    assert "tests pass already" in printed.getvalue()


def test_the_page_about_the_review_explains_every_kind_of_power() -> None:
    page = (ROOT / "docs/explanation/review.md").read_text("utf-8")
    assert tuple(re.findall(r"^\| `([\w-]+)` \|", page, re.MULTILINE)) == POWER_KINDS
