"""A reward model behind a vLLM server (`vllm serve MODEL --runner pooling`), by its `/classify` endpoint."""

from __future__ import annotations

import http.client
import math
import os
import urllib.error
from collections.abc import Mapping, Sequence
from typing import Any

from reloc_lsp.reward.errors import RewardError
from reloc_lsp.reward.server_request import error_page, exchange

HOW_TO_START = "Start one with: vllm serve MODEL --runner pooling"
MAX_SHOWN = 200
"""Characters of the server's own words in a message; chosen by hand."""


class VllmScorer:
    """Scores texts with the model `name` at `base_url`, all texts of a call in one request.

    Without a name the server's first model is used. `key_variable` names the environment variable with the key, if the
    server needs one.
    """

    def __init__(self, base_url: str, name: str | None = None, key_variable: str = "") -> None:
        self.root = base_url.rstrip("/").removesuffix("/v1")
        if not self.root.startswith(("http://", "https://")):
            raise RewardError(f"reward.text.base_url is {base_url!r}, but must be an address: http://127.0.0.1:8000")
        self.name = name
        self.key_variable = key_variable

    def score(self, texts: Sequence[str]) -> list[float]:
        """The model's logit for each text; raises `RewardError`."""
        if not texts:
            return []
        self.name = self.name or self._first_model()
        # The raw logits: an activation would keep their order, but not the scale that they have in training.
        request = {
            "model": self.name, "input": list(texts), "use_activation": False, "truncate_prompt_tokens": -1,
            "truncation_side": "left",
        }  # fmt: skip
        response = self._request("/classify", request)
        try:
            rows = sorted(response["data"], key=lambda row: row["index"])
            found = [[float(value) for value in row["probs"]] for row in rows]
        except (KeyError, TypeError, ValueError, OverflowError) as error:
            raise RewardError(
                f"{self.root} answered without scores, so it serves no reward model. {HOW_TO_START}"
            ) from error
        if any(len(values) != 1 for values in found):
            raise RewardError(f"{self.name} at {self.root} has {len(found[0])} labels; a reward model has one.")
        if len(found) != len(texts):
            raise RewardError(f"{self.root} answered with {len(found)} scores for {len(texts)} texts.")
        if not all(math.isfinite(value) for (value,) in found):
            raise RewardError(f"{self.root} answered with a score that is no finite number.")
        return [values[0] for values in found]

    def _first_model(self) -> str:
        response = self._request("/v1/models")
        try:
            return str(response["data"][0]["id"])
        except (KeyError, IndexError, TypeError):
            return ""

    def _request(self, path: str, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
        try:
            found = exchange(self.root + path, self._headers(), body)
        except urllib.error.HTTPError as error:
            raise RewardError(self._http_error_message(error)) from error
        except (OSError, http.client.HTTPException) as error:
            why = getattr(error, "reason", None) or str(error) or "it takes too long"
            raise RewardError(f"No reward model answers at {self.root} ({why}). {HOW_TO_START}") from error
        except ValueError as error:
            raise RewardError(
                f"{self.root} does not answer in JSON of a usual size, so it is no model server. {HOW_TO_START}"
            ) from error
        if not isinstance(found, dict):
            raise RewardError(
                f"{self.root} does not answer with a JSON object, so it is no model server. {HOW_TO_START}"
            )
        return found

    def _headers(self) -> dict[str, str]:
        key = os.environ.get(self.key_variable, "").strip()
        return {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {key}"} if key else {})

    def _http_error_message(self, error: urllib.error.HTTPError) -> str:
        if 300 <= error.code < 400:
            return f"{self.root} refers to another address. Set reward.text.base_url to the address that answers."
        if error.code in (401, 403):
            return f"{self.root} wants another key than the environment variable {self.key_variable} holds."
        try:
            page: Any = error_page(error)
            message = str(page["error"]["message"])
        except (ValueError, KeyError, TypeError, OSError, http.client.HTTPException):
            message = str(error.reason)
        if error.code == http.HTTPStatus.NOT_FOUND and "model" not in message:
            return f"{self.root} has no endpoint for reward models. {HOW_TO_START}"
        return f"{self.root} refused to score with {self.name} ({error.code}): {message[:MAX_SHOWN]}"
