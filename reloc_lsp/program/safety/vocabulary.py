"""The words that a file and its project use: what a model's code may use because the user's own code does."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from reloc_lsp.program.safety.allowed_attributes import FILE_ONLY_ATTRIBUTES
from reloc_lsp.program.scope import Scope, imported_names
from reloc_lsp.program.unit import FunctionNode

_DOTTED = re.compile(r"\b([A-Za-z_]\w*)?\.(?=([A-Za-z_]\w*))", re.ASCII)
_DEFINED = re.compile(r"\b(?:def|class|import|as) (\w+)")
_FIELD = re.compile(r"\n[ \t]+(\w+)[ \t]*[:=]")


@dataclass(frozen=True)
class ProjectWords:
    """Words in the text of a project: names used or defined as `attributes`, and `pairs` such as `np.unique`.

    `modules` are the names by which its modules and packages are imported.
    """

    attributes: frozenset[str] = frozenset()
    pairs: frozenset[str] = frozenset()
    modules: frozenset[str] = frozenset()

    @classmethod
    def of(cls, text: str, path: str = "") -> ProjectWords:
        """The words of a file, found without parsing it. Words of comments and strings count too.

        `path` is that of the file in the project, with slashes.
        """
        pairs = set(_DOTTED.findall(text))
        attributes = {right for _, right in pairs}.union(_DEFINED.findall(text), _FIELD.findall(text))
        found = frozenset(f"{left}.{right}" for left, right in pairs if left)
        return cls(frozenset(attributes), found, frozenset(filter(None, [_top_module(path)])))

    def __or__(self, other: ProjectWords) -> ProjectWords:
        """The words of both."""
        return ProjectWords(self.attributes | other.attributes, self.pairs | other.pairs, self.modules | other.modules)


NO_WORDS = ProjectWords()
_SOURCE_FOLDERS = ("src", "lib", "python")
"""Folders that hold packages, and are none themselves."""


def _top_module(path: str) -> str:
    """The first name of the module that a file of a project is imported as."""
    first, _, rest = path.partition("/")
    return _top_module(rest) if rest and first in _SOURCE_FOLDERS else first.removesuffix(".py")


class Vocabulary:
    """What a file, read as `file`, names; and what the rest of its `project` does, which is read when it is needed."""

    def __init__(self, file: Scope, project: Callable[[], ProjectWords] = lambda: NO_WORDS) -> None:
        self._file = file
        self._read_project = project

    def has_name(self, name: str) -> bool:
        """Whether the file mentions that name."""
        return name in self._names

    def has_attribute(self, name: str) -> bool:
        """Whether the file uses or defines an attribute of that name, or the project one that leads nowhere else."""
        if name in self._attributes:
            return True
        return name not in FILE_ONLY_ATTRIBUTES and name in self._project.attributes

    def has_attribute_like(self, start: str) -> bool:
        """Whether the file has an attribute that begins so, and no attribute that leads elsewhere does."""
        if not start or start.startswith("_") or any(name.startswith(start) for name in FILE_ONLY_ATTRIBUTES):
            return False
        return any(name.startswith(start) for name in self._attributes)

    def has_pair(self, pair: str) -> bool:
        """Whether the project uses a part of something by these two names, such as `np.unique`."""
        return pair.partition(".")[2] not in FILE_ONLY_ATTRIBUTES and pair in self._project.pairs

    def is_of_project(self, path: str) -> bool:
        """Whether a dotted path begins with the name of a module or package of the project."""
        return path.partition(".")[0] in self._project.modules

    def imports(self, module: str) -> bool:
        """Whether the file imports that module or a part of it."""
        return module in self._imported

    def has_function(self, name: str) -> bool:
        """Whether the file defines a function of that name."""
        return name in self._file.definitions

    def text_of(self, name: str) -> str | None:
        """The text that a variable of the file always holds; `None` if that is not known."""
        return self._texts.get(name)

    @cached_property
    def _project(self) -> ProjectWords:
        return self._read_project()

    @cached_property
    def _names(self) -> frozenset[str]:
        found = set(self._file.definitions)
        for node, _ in self._file.nodes_with_parents:
            match node:
                case ast.Name(id=name):
                    found.add(name)
                case ast.arg(arg=name):
                    found.add(name)
                case ast.Import() | ast.ImportFrom():
                    found.update(name for name, _ in imported_names(node))
                case ast.ExceptHandler(name=str(name)):
                    found.add(name)
                case ast.Global(names=names) | ast.Nonlocal(names=names):
                    found.update(names)
        return frozenset(found)

    @cached_property
    def _attributes(self) -> frozenset[str]:
        found = set(self._file.definitions)
        for node, parent in self._file.nodes_with_parents:
            match node:
                case ast.Attribute(attr=name):
                    found.add(name)
                case ast.ClassDef(body=body):
                    found.update(name for statement in body for name in _targets(statement))
                case ast.Constant(value=str(text)) if isinstance(parent, ast.Call) and len(parent.args) > 1:
                    # The fields of a named tuple.
                    if getattr(parent.func, "attr", getattr(parent.func, "id", "")) == "namedtuple":
                        found.update(text.replace(",", " ").split())
        return frozenset(found)

    @cached_property
    def _imported(self) -> frozenset[str]:
        found: set[str] = set()
        for node, _ in self._file.nodes_with_parents:
            match node:
                case ast.Import(names=names):
                    found.update(alias.name for alias in names)
                case ast.ImportFrom(module=str(module), names=names, level=0):
                    found.update([module, *(f"{module}.{alias.name}" for alias in names)])
        return frozenset(found | {name.partition(".")[0] for name in found})

    @cached_property
    def _texts(self) -> dict[str, str]:
        """Variables of the file that are bound once, to a text."""
        found: dict[str, str] = {}
        bound: Counter[str] = Counter()
        for node, parent in self._file.nodes_with_parents:
            if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
                bound[node.id] += 1
                match parent:
                    case ast.Assign(value=ast.Constant(value=str(text))):
                        found[node.id] = text
                    case ast.AnnAssign(value=ast.Constant(value=str(text))):
                        found[node.id] = text
        return {name: text for name, text in found.items() if bound[name] == 1}


def _targets(statement: ast.stmt) -> list[str]:
    """The names that a statement in the body of a class gives to attributes."""
    if isinstance(statement, FunctionNode | ast.ClassDef):
        return [statement.name]
    targets = statement.targets if isinstance(statement, ast.Assign) else [getattr(statement, "target", None)]
    return [target.id for target in targets if isinstance(target, ast.Name)]
