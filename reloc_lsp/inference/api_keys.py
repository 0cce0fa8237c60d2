"""The key of a model server: where it comes from, and how it is kept out of everything that is shown."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from reloc_lsp.inference.base_url import Address
from reloc_lsp.search.interfaces.language_model import ModelError

KEY_VARIABLE = "RELOC_API_KEY"
"""The environment variable that holds the key, unless the settings name another one."""

_OPENAI_VARIABLE = "OPENAI_API_KEY"
_HIDDEN = "[hidden]"
_MIN_SECRET_LENGTH = 4
"""Characters. A shorter secret is not replaced: it would also occur by chance. Chosen by hand."""
_KEY_LIKE = re.compile(r"\bsk-[\w*.-]+|[^\s\"':,*]{0,80}\*{3,}[^\s\"':,]{0,80}")
"""Text that looks like a key: it begins with `sk-`, or a part of it is replaced by asterisks."""


@dataclass(frozen=True, slots=True)
class Key:
    """A secret, and the name of the environment variable that it was read from. `repr` shows only the name."""

    value: str = field(repr=False)
    source: str


def find_key(address: Address, variable: str, environment: Mapping[str, str]) -> Key | None:
    """The key in `variable`, else in `OPENAI_API_KEY` if the server is OpenAI's own, else `None`.

    Raises a permanent `ModelError` if the key cannot be sent in a header. The client would show the key in its error.
    """
    for name in (variable, _OPENAI_VARIABLE) if address.of_openai else (variable,):
        value = environment.get(name, "").strip()
        if not value:
            continue
        if not (value.isascii() and value.isprintable()) or " " in value:
            raise ModelError(
                f"The key in {name} has a character that no key has: a space, a line break or one that is not ASCII. "
                f"Copy it again, whole and alone, into {name}.",
                permanent=True,
            )
        return Key(value, name)
    return None


def hide(text: str, secrets: Iterable[str]) -> str:
    """`text` without the secrets, as they are or in base64, and without anything that looks like a key."""
    return _KEY_LIKE.sub(_HIDDEN, hide_exactly(text, secrets))


def hide_exactly(text: str, secrets: Iterable[str]) -> str:
    """`text` without the secrets, as they are or in base64."""
    for secret in sorted(secrets, key=len, reverse=True):
        if len(secret) >= _MIN_SECRET_LENGTH:
            text = text.replace(secret, _HIDDEN).replace(base64.b64encode(secret.encode()).decode(), _HIDDEN)
    return text


def hide_in_json(line: str, secrets: Iterable[str]) -> str:
    """A line of JSON without the secrets, as they are written in it."""
    return hide_exactly(line, [json.dumps(secret)[1:-1] for secret in secrets])
