"""Configuration of the documentation site: Sphinx with the Furo theme, pages in Markdown (MyST)."""

import tomllib
from pathlib import Path

_PROJECT = tomllib.loads((Path(__file__).parent.parent / "pyproject.toml").read_text("utf-8"))["project"]

project = "ReLoc"
author = "The reloc_lsp developers"
copyright = "2026, The reloc_lsp developers"
release = version = _PROJECT["version"]

extensions = ["myst_parser", "sphinx_copybutton"]
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3
# Every broken cross-reference is a warning, and the build turns warnings into errors.
nitpicky = True
exclude_patterns = ["_build"]

html_theme = "furo"
html_title = "ReLoc"
html_static_path = ["_static"]
html_theme_options = {
    "source_repository": _PROJECT["urls"]["Source"],
    "source_branch": "main",
    "source_directory": "docs/",
}
copybutton_prompt_text = "$ "
