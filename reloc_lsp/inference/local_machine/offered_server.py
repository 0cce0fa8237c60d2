"""A model server that runs on this machine already: offered to the user, and used once the user has agreed."""

from __future__ import annotations

from dataclasses import dataclass, replace

from reloc_lsp.inference.local_machine.consent import answer_about
from reloc_lsp.inference.local_machine.server_discovery import FoundServer, find_servers
from reloc_lsp.inference.managed.state_file import running_servers
from reloc_lsp.inference.openai_client import missing_package
from reloc_lsp.settings import Settings


@dataclass(frozen=True, slots=True)
class OfferedServer:
    """A found server with the `model` that would be asked; `agreed` is whether the user has agreed to use it."""

    server: FoundServer
    model: str
    agreed: bool

    @property
    def question(self) -> str:
        """The question to the user."""
        return (
            f"{self._where} and has the model {self.model}. May revisions ask it, now and later? Functions and the "
            "results of their tests are sent to it."
        )

    @property
    def note(self) -> str:
        """What is said where no question can be asked."""
        return (
            f"{self._where} and has the model {self.model}. To use it: --base-url {self.server.url} "
            f"--model {self.model}."
        )

    def in_settings(self, settings: Settings) -> Settings:
        """The settings with this server as the one to ask. No key is sent to it: a key is meant for another server."""
        return replace(
            settings, model=replace(settings.model, base_url=self.server.url, name=self.model, key_variable="")
        )

    @property
    def _where(self) -> str:
        return f"{self.server.program} runs on this machine ({self.server.url})"


async def offered_server(settings: Settings) -> OfferedServer | None:
    """The running server that a search with these settings may use if the user agrees, one with consent first.

    `None` if there is none, if the user has refused it, or if no model is to take part or another one is chosen. It
    takes at most `TIMEOUT_SECONDS`.
    """
    if settings.search.reviser == "rewrites" or settings.model.chosen or running_servers():
        return None
    if missing_package() is not None:
        return None
    offers = [
        OfferedServer(server, server.model, agreed=answer is True)
        for server in await find_servers()
        if server.model is not None and (answer := answer_about(server)) is not False
    ]
    return max(offers, key=lambda offer: offer.agreed, default=None)
