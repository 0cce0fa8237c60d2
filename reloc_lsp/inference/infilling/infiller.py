"""Finds the form in which a server fills gaps: with the first gap, and remembered from then on."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence

from reloc_lsp.inference.infilling.forms import InfillForm, infill_forms
from reloc_lsp.inference.model_list import ListedModel
from reloc_lsp.inference.prompt import Prompt
from reloc_lsp.inference.server_info import ServerInfo
from reloc_lsp.search.interfaces.language_model import Completion, Gap, InfillingUnsupported

Ask = Callable[[Prompt], Awaitable[Completion]]
"""Sends a prompt to the server."""

_log = logging.getLogger(__name__)


class Infiller:
    """Fills gaps by the model of a server, which `find_model` describes; `choice` is the setting `model.fim`."""

    def __init__(self, server: ServerInfo, choice: str, find_model: Callable[[], Awaitable[ListedModel]]) -> None:
        self._server = server
        self._choice = choice
        self._find_model = find_model
        self._form: InfillForm | None = None
        self._impossible = ""
        self._lock = asyncio.Lock()

    async def fill(self, gap: Gap, stop: Sequence[str], ask: Ask) -> Completion:
        """The texts for `gap` that `ask` brings; it raises `InfillingUnsupported` for a form that the server lacks.

        Raises `InfillingUnsupported` too if no form is left, then and ever after.
        """
        if self._form is None:
            async with self._lock:
                if self._form is None:
                    return await self._first(gap, stop, ask)
        return await ask(self._form.prompt(gap, stop))

    async def _first(self, gap: Gap, stop: Sequence[str], ask: Ask) -> Completion:
        if self._impossible:
            raise InfillingUnsupported(self._impossible, permanent=True)
        model = await self._find_model()
        refusals = []
        for form in infill_forms(self._choice, model, self._server.address.url):
            try:
                completion = await ask(form.prompt(gap, stop, trial=True))
            except InfillingUnsupported as error:
                _log.debug("%s", error)
                refusals.append(str(error))
                continue
            _log.debug("The model %s at %s can %s.", model.name, self._server.address.url, form.name)
            self._form = form
            return completion
        self._impossible = self._sentence(model, refusals)
        raise InfillingUnsupported(self._impossible, permanent=True)

    def _sentence(self, model: ListedModel, refusals: Sequence[str]) -> str:
        if self._choice == "off":
            return "The setting model.fim is off, so no gaps are filled."
        advice = "If the model can do it, name the family of its fill-in-the-middle tokens in the setting model.fim."
        return f"Gaps cannot be filled by {model.name}. {' '.join(refusals)} {advice}"
