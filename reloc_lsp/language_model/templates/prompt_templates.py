"""Reads the templates of the prompts: those of a folder of the user, and for all others the ones beside this file."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from string import Template

SHIPPED = Path(__file__).parent
"""The folder of the templates that are used if the user has none."""
MAX_BYTES = 100_000
"""Bytes of one template. Chosen by hand, far above what a model can read with profit."""


class TemplateError(Exception):
    """A template of the user cannot be used. The message says which one, why, and what is allowed."""


@dataclass(frozen=True)
class PromptTemplates:
    """The templates of all prompts. A file of the same name in `folder` takes the place of a shipped one.

    Raises `TemplateError` for a folder or a file that cannot be used.
    """

    folder: Path | None = None
    _texts: dict[str, Template] = field(init=False, default_factory=dict, compare=False)

    def __post_init__(self) -> None:
        names = shipped_names()
        if self.folder is None:
            return
        if not self.folder.is_dir():
            raise TemplateError(f"The setting model.prompts names {self.folder}, which is no folder.")
        for path in sorted(self.folder.glob("*.txt")):
            if path.stem not in names:
                known = ", ".join(f"{name}.txt" for name in names)
                raise TemplateError(f"{path} is the template of no prompt. The templates are {known}.")
            self._texts[path.stem] = _user_template(path)

    def text(self, name: str, **values: object) -> str:
        """The template `name` with `values` in the place of its `$names`."""
        return (self._texts.get(name) or _shipped(name)).substitute(values).rstrip("\n")


@cache
def shipped_names() -> tuple[str, ...]:
    """The names of all templates."""
    return tuple(sorted(path.stem for path in SHIPPED.glob("*.txt")))


@cache
def _shipped(name: str) -> Template:
    return Template((SHIPPED / f"{name}.txt").read_text(encoding="utf-8"))


def _user_template(path: Path) -> Template:
    """The template in a file of the user, which uses no other names than the shipped one; raises `TemplateError`."""
    try:
        data = path.read_bytes()[: MAX_BYTES + 1]
        template = Template(data.decode("utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise TemplateError(f"The template {path} cannot be read: {error}.") from error
    if len(data) > MAX_BYTES:
        raise TemplateError(f"The template {path} has more than {MAX_BYTES:,} bytes.")
    if not template.is_valid():
        raise TemplateError(f"The template {path} has a $ without a name. Write $$ for a dollar sign.")
    allowed = _shipped(path.stem).get_identifiers()
    unknown = [name for name in template.get_identifiers() if name not in allowed]
    if unknown:
        names = ", ".join(f"${name}" for name in allowed) or "none"
        raise TemplateError(f"The template {path} uses ${unknown[0]}. The names in it can be: {names}.")
    return template
