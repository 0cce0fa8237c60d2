"""Offers the user a model server that runs on this machine already (`window/showMessageRequest`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

from reloc_lsp.server.session.editor_client import RequestRefusedError
from reloc_lsp.server.session.editor_session import EditorSession

if TYPE_CHECKING:
    from reloc_lsp.inference.local_machine.offered_server import OfferedServer
    from reloc_lsp.settings import Settings

USE, NOT_NOW, NEVER = "Use it", "Not now", "Never"


class LocalServerOffer:
    """Adds a running model server to the settings of a revision once the user has agreed to it.

    The user is asked once in a session, while the revision that found the server runs without it.
    """

    def __init__(self, session: EditorSession) -> None:
        self._session = session
        self._asked = False

    async def with_local_server(self, settings: Settings, *, may_ask: bool) -> Settings:
        """The settings with a running server that the user has agreed to; with `may_ask` one to agree to is offered."""
        # Imported here: not needed for the reply to `initialize`.
        from reloc_lsp.inference.local_machine.offered_server import offered_server

        offer = await offered_server(settings)
        if offer is None:
            return settings
        if offer.agreed:
            return offer.in_settings(settings)
        if may_ask and not self._asked:
            self._asked = True
            self._session.tasks.start(self._ask(offer), f"offering {offer.server.program}")
        return settings

    async def _ask(self, offer: OfferedServer) -> None:
        from reloc_lsp.inference.local_machine.consent import remember

        client = self._session.client
        try:
            answer = await client.ask(offer.question, (USE, NOT_NOW, NEVER))
        except RequestRefusedError:
            client.log(offer.note)
            return
        if answer not in (USE, NEVER):
            return
        try:
            remember(offer.server, answer == USE)
        except OSError as error:
            client.show(f"The answer cannot be stored: {error}.", types.MessageType.Warning)
            return
        if answer == USE:
            client.show(f"{offer.model} takes part from the next revision on.")
