"""Keys of model servers: where they come from, and how they stay out of everything that is shown."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from reloc_lsp.inference.base_url import Address
from reloc_lsp.search.language_model import ModelError

KEY_VARIABLE = "RELOC_API_KEY"
"""The environment variable a key is looked for in, where the settings name no other."""

_OPENAI_VARIABLE = "OPENAI_API_KEY"
_HIDDEN = "[hidden]"
_SHORTEST = 4
_KEY_LIKE = re.compile(r"\bsk-[\w*.-]+|[^\s\"':,*]{0,80}\*{3,}[^\s\"':,]{0,80}")


@dataclass(frozen=True, slots=True)
class Key:
    """A secret and what it was read from, for messages; only who asks for `value` sees it."""

    value: str = field(repr=False)
    source: str


def find_key(address: Address, variable: str, environment: Mapping[str, str]) -> Key | None:
    """The key in `variable`, else OpenAI's own for OpenAI alone; none where neither is set.

    Raises a permanent `ModelError` for a key that cannot be sent: the client would show it in its complaint.
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
    """`text` without the secrets, also in base64, and without whatever looks like a key, whole or half starred out."""
    for secret in sorted(secrets, key=len, reverse=True):
        if len(secret) >= _SHORTEST:
            text = text.replace(secret, _HIDDEN).replace(base64.b64encode(secret.encode()).decode(), _HIDDEN)
    return _KEY_LIKE.sub(_HIDDEN, text)
