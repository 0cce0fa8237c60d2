"""A reward model behind a vLLM server (`vllm serve MODEL --runner pooling`), by its `/classify` endpoint."""

from __future__ import annotations

import http.client
import json
import os
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from typing import Any

from reloc_lsp.reward.errors import RewardError

TIMEOUT = 30.0
"""Seconds that a request may take; chosen by hand."""
HOW_TO_START = "Start one with: vllm serve MODEL --runner pooling"


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
        except (KeyError, TypeError, ValueError) as error:
            raise RewardError(
                f"{self.root} answered without scores, so it serves no reward model. {HOW_TO_START}"
            ) from error
        if any(len(values) != 1 for values in found):
            raise RewardError(f"{self.name} at {self.root} has {len(found[0])} labels; a reward model has one.")
        if len(found) != len(texts):
            raise RewardError(f"{self.root} answered with {len(found)} scores for {len(texts)} texts.")
        return [values[0] for values in found]

    def _first_model(self) -> str:
        models = self._request("/v1/models").get("data") or [{}]
        return str(models[0].get("id", ""))

    def _request(self, path: str, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
        request = urllib.request.Request(self.root + path, headers=self._headers())
        if body is not None:
            request.data = json.dumps(body).encode()
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT) as response:
                found: dict[str, Any] = json.load(response)
        except urllib.error.HTTPError as error:
            raise RewardError(self._http_error_message(error)) from error
        except (OSError, http.client.HTTPException) as error:
            why = getattr(error, "reason", None) or error
            raise RewardError(f"No reward model answers at {self.root} ({why}). {HOW_TO_START}") from error
        except ValueError as error:
            raise RewardError(
                f"{self.root} does not answer in JSON, so it is no model server. {HOW_TO_START}"
            ) from error
        return found

    def _headers(self) -> dict[str, str]:
        key = os.environ.get(self.key_variable, "").strip()
        return {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {key}"} if key else {})

    def _http_error_message(self, error: urllib.error.HTTPError) -> str:
        if error.code in (401, 403):
            return f"{self.root} wants another key than the environment variable {self.key_variable} holds."
        try:
            message = str(json.load(error)["error"]["message"])
        except (ValueError, KeyError, TypeError, OSError):
            message = str(error.reason)
        if error.code == http.HTTPStatus.NOT_FOUND and "model" not in message:
            return f"{self.root} has no endpoint for reward models. {HOW_TO_START}"
        return f"{self.root} refused to score with {self.name} ({error.code}): {message}"
