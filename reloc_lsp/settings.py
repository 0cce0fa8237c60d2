"""One typed tree of settings, filled in layers: flag over editor over pyproject.toml over default.

Bad input never stops the program: each bad value gets one message that names the key, the value and what is
allowed, and the next lower layer's value counts.
"""

from __future__ import annotations

import dataclasses
import difflib
import re
import tomllib
import types
import typing
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Literal

from reloc_lsp.search.budget import Budget

USER_ONLY: Mapping[str, Any] = {"user_only": True}
"""Marks a field that a workspace's own files may not set: it names something that is run or trusted."""


@dataclass(frozen=True)
class SearchSettings:
    """Which rules the search follows. `seed` makes a run repeatable."""

    algorithm: Literal["hill-climbing", "genetic", "best-of-n", "self-refinement"] = "hill-climbing"
    rules: Literal["default", "paper"] = "default"
    reviser: Literal["auto", "rewrites", "model"] = "auto"
    seed: int = 0


@dataclass(frozen=True)
class ModelSettings:
    """The language model to ask, at an OpenAI-compatible `base_url`; all of it is the user's own choice.

    Without `name` and `base_url` no model takes part. Of one of them alone the other is found: the first model that the
    server has, or the server of this machine. `key_variable` names the environment variable that holds the key.
    `context_tokens` is what prompt and reply may have together, `reply_tokens` what each reply may have. Prices are
    those of a million tokens: of prompts, of what the server had in its cache (none: as other prompts), of replies.
    """

    name: str | None = field(default=None, metadata=USER_ONLY)
    base_url: str | None = field(default=None, metadata=USER_ONLY)
    key_variable: str = field(default="RELOC_API_KEY", metadata=USER_ONLY)
    temperature: float = field(default=0.2, metadata=USER_ONLY)
    top_p: float = field(default=0.95, metadata=USER_ONLY)
    context_tokens: int = field(default=16384, metadata=USER_ONLY)
    reply_tokens: int = field(default=4096, metadata=USER_ONLY)
    prompt_price: float | None = field(default=None, metadata=USER_ONLY)
    cached_price: float | None = field(default=None, metadata=USER_ONLY)
    reply_price: float | None = field(default=None, metadata=USER_ONLY)

    def money(self, prompt: int, cached: int, replies: int) -> float | None:
        """What so many tokens cost; `None` without prices. `cached` are some of those of the prompts."""
        if self.prompt_price is None or self.reply_price is None:
            return None
        again = self.prompt_price if self.cached_price is None else self.cached_price
        return ((prompt - cached) * self.prompt_price + cached * again + replies * self.reply_price) / 1e6

    @property
    def wanted(self) -> bool:
        """Whether a model is to take part."""
        return self.name is not None or self.base_url is not None


@dataclass(frozen=True)
class EvaluationSettings:
    """How candidates are judged.

    `interpreter` is the project's Python (none: the workspace's own environment, the active one, ours);
    `tests` are pytest node ids or paths (none: found from the unit); `workers` the tests run at once (0: one a
    core); `environment` names variables passed to the tests besides the usual harmless ones; `sandbox` is `auto`
    for the best walls there are, `full` to do nothing with less, `none` to build none.
    """

    interpreter: str | None = field(default=None, metadata=USER_ONLY)
    tests: tuple[str, ...] = ()
    workers: int = 0
    environment: tuple[str, ...] = field(default=(), metadata=USER_ONLY)
    sandbox: Literal["auto", "full", "none"] = field(default="auto", metadata=USER_ONLY)


@dataclass(frozen=True)
class Settings:
    """Everything a user can choose."""

    budget: Budget = field(default_factory=Budget)
    search: SearchSettings = field(default_factory=SearchSettings)
    model: ModelSettings = field(default_factory=ModelSettings)
    evaluation: EvaluationSettings = field(default_factory=EvaluationSettings)


@dataclass(frozen=True)
class Layer:
    """One source of settings: `name` is how messages call it; `trusted` is false for a workspace's own files."""

    name: str
    values: Mapping[str, Any]
    trusted: bool = True


def layered(layers: Sequence[Layer]) -> tuple[Settings, list[str]]:
    """Settings from `layers`, lowest first, and a message for each thing in them that cannot be used."""
    settings = Settings()
    complaints: list[str] = []
    for layer in layers:
        settings = _merge(settings, layer.values, layer, "", complaints)
    return settings, complaints


def pyproject_layer(root: Path) -> tuple[Layer, list[str]]:
    """The `[tool.reloc]` table of the workspace's pyproject.toml, empty where there is none or it cannot be read."""
    path = root / "pyproject.toml"
    try:
        tool = tomllib.loads(path.read_text("utf-8")).get("tool", {})
        table = tool.get("reloc", {}) if isinstance(tool, dict) else None
    except FileNotFoundError:
        table = {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        return Layer("pyproject.toml", {}, trusted=False), [
            f"pyproject.toml cannot be read ({error}): its settings are left out."
        ]
    if not isinstance(table, dict):
        return Layer("pyproject.toml", {}, trusted=False), [
            "pyproject.toml: tool.reloc must be a table: it is left out."
        ]
    return Layer("pyproject.toml", table, trusted=False), []


def _merge(current: Any, values: Mapping[str, Any], layer: Layer, path: str, complaints: list[str]) -> Any:
    known = {_plain(f.name): f for f in fields(current)}
    hints = typing.get_type_hints(type(current))
    changes: dict[str, Any] = {}
    for key, value in values.items():
        full = f"{path}{key}"
        target = known.get(_plain(key))
        if target is None:
            near = difflib.get_close_matches(_plain(key), known, 1)
            meant = f" Did you mean {path}{near[0]}?" if near else f" Known here: {', '.join(known)}."
            complaints.append(f"{layer.name}: the setting {full} is not known.{meant}")
        elif target.metadata.get("user_only") and not layer.trusted:
            complaints.append(f"{layer.name}: {full} may be set by the user only, not by a workspace; it is left out.")
        elif dataclasses.is_dataclass(getattr(current, target.name)):
            if isinstance(value, Mapping):
                nested = getattr(current, target.name)
                changes[target.name] = _merge(nested, value, layer, full + ".", complaints)
            else:
                complaints.append(f"{layer.name}: {full} is {value!r}, but must be a table of settings.")
        elif value is not None:
            fits, converted = _convert(value, hints[target.name])
            if fits:
                changes[target.name] = converted
            else:
                allowed = _allowed(hints[target.name])
                complaints.append(f"{layer.name}: {full} is {value!r}, but must be {allowed}.")
    return dataclasses.replace(current, **changes)


def _plain(key: str) -> str:
    """One spelling for camelCase, kebab-case and snake_case."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", key).replace("-", "_").lower()


def _convert(value: Any, hint: Any) -> tuple[bool, Any]:
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (types.UnionType, typing.Union):
        tries = [_convert(value, argument) for argument in arguments if argument is not type(None)]
        return next((t for t in tries if t[0]), (False, None))
    if origin is Literal:
        return value in arguments, value
    if origin is tuple:
        fits = isinstance(value, list | tuple) and all(isinstance(item, str) for item in value)
        return fits, tuple(value) if fits else None
    if hint is float:
        fits = isinstance(value, int | float) and not isinstance(value, bool) and value >= 0
        return fits, float(value) if fits else None
    if hint is int:
        fits = isinstance(value, int) and not isinstance(value, bool) and value >= 0
        return fits, value
    return isinstance(value, hint), value


def _allowed(hint: Any) -> str:
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (types.UnionType, typing.Union):
        return " or ".join(_allowed(a) for a in arguments if a is not type(None))
    if origin is Literal:
        return "one of " + ", ".join(map(repr, arguments))
    names = {
        float: "a number of at least 0",
        int: "a whole number of at least 0",
        str: "text",
        bool: "true or false",
    }
    return "a list of texts" if origin is tuple else names[hint]
