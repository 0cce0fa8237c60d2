"""All talk to the editor goes through here."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Sequence
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any, TypeVar

from lsprotocol import types
from pygls.exceptions import JsonRpcException

if TYPE_CHECKING:
    from reloc_lsp.server.language_server import ReLocServer

logger = logging.getLogger(__name__)
Answer = TypeVar("Answer")


class RefusedError(Exception):
    """The editor does not do what it was asked; the text is its reason."""


class Client:
    """The editor as the rest of the server sees it: requests that fail are answered with `None`."""

    def __init__(self, server: ReLocServer) -> None:
        self._server = server
        self.connected = True

    def show(self, message: str, kind: types.MessageType = types.MessageType.Info) -> None:
        """Show one sentence to the user (`window/showMessage`)."""
        self.log(message, kind)
        self.notify(types.WINDOW_SHOW_MESSAGE, types.ShowMessageParams(type=kind, message=message))

    def log(self, message: str, kind: types.MessageType = types.MessageType.Log) -> None:
        """Write to the editor's log of this server (`window/logMessage`)."""
        logger.info("%s", message)
        self.notify(types.WINDOW_LOG_MESSAGE, types.LogMessageParams(type=kind, message=message))

    def notify(self, method: str, params: Any) -> None:
        """Send a notification; nothing happens once the editor is gone."""
        if self.connected:
            self._server.protocol.notify(method, params)

    def progress(self, token: str, value: Any) -> None:
        """Begin, report or end a progress (`$/progress`)."""
        known = self._server.work_done_progress.tokens
        if isinstance(value, types.WorkDoneProgressBegin):
            known[token] = Future()
        elif isinstance(value, types.WorkDoneProgressEnd):
            known.pop(token, None)
        self.notify(types.PROGRESS, types.ProgressParams(token=token, value=value))

    async def ask(self, message: str, answers: Sequence[str]) -> str | None:
        """The user's answer to a question, `None` if it was waved away (`window/showMessageRequest`).

        Raises `RefusedError` where the editor puts no questions.
        """
        actions = [types.MessageActionItem(title=answer) for answer in answers]
        chosen: types.MessageActionItem | None = await self._request(
            types.WINDOW_SHOW_MESSAGE_REQUEST,
            types.ShowMessageRequestParams(type=types.MessageType.Info, message=message, actions=actions),
            raises=True,
        )
        return chosen.title if chosen else None

    async def apply(self, edit: types.WorkspaceEdit, label: str) -> types.ApplyWorkspaceEditResult:
        """Ask the editor to apply an edit (`workspace/applyEdit`)."""
        params = types.ApplyWorkspaceEditParams(edit=edit, label=label)
        reason = "it gave no answer"
        result: types.ApplyWorkspaceEditResult | None = None
        try:
            result = await self._request(types.WORKSPACE_APPLY_EDIT, params, raises=True)
        except RefusedError as error:
            reason = str(error)
        return result or types.ApplyWorkspaceEditResult(applied=False, failure_reason=reason)

    async def open(self, uri: str, *, external: bool = False) -> bool:
        """Show a document to the user, `external` in another program (`window/showDocument`)."""
        result: types.ShowDocumentResult | None = await self._request(
            types.WINDOW_SHOW_DOCUMENT, types.ShowDocumentParams(uri=uri, external=external or None, take_focus=True)
        )
        return bool(result and result.success)

    async def refresh_lenses(self) -> None:
        """Have the editor ask for lenses again (`workspace/codeLens/refresh`)."""
        await self._request(types.WORKSPACE_CODE_LENS_REFRESH, None)

    async def create_progress(self, token: str) -> bool:
        """Whether the editor takes a progress of that token (`window/workDoneProgress/create`)."""
        params = types.WorkDoneProgressCreateParams(token=token)
        failed = object()
        return await self._request(types.WINDOW_WORK_DONE_PROGRESS_CREATE, params, failed) is not failed

    async def configuration(self, section: str, scopes: Sequence[str | None]) -> list[Any]:
        """A section of the editor's settings for each scope (`workspace/configuration`)."""
        items = [types.ConfigurationItem(scope_uri=scope, section=section) for scope in scopes]
        values = await self._request(types.WORKSPACE_CONFIGURATION, types.ConfigurationParams(items=items))
        return list(values) if values and len(values) == len(scopes) else [None] * len(scopes)

    async def register(self, method: str, options: Any) -> None:
        """Ask the editor to send `method` from now on (`client/registerCapability`)."""
        registration = types.Registration(id=f"reloc/{method}", method=method, register_options=options)
        params = types.RegistrationParams(registrations=[registration])
        await self._request(types.CLIENT_REGISTER_CAPABILITY, params)

    async def _request(self, method: str, params: Any, failed: Any = None, *, raises: bool = False) -> Any:
        """The answer, `failed` where there is none; an error in place of it is raised as `RefusedError` if wanted."""
        if not self.connected:
            return failed
        reply: Future[Any] = self._server.protocol.send_request(method, params)
        try:
            return await _unharmed(asyncio.wrap_future(reply))
        except JsonRpcException as error:
            logger.warning("the editor refused %s: %s", method, error)
            if raises:
                raise RefusedError(error.message) from error
            return failed
        except asyncio.CancelledError:
            # An editor that shuts us down cancels our requests: that is an answer, not our own end.
            task = asyncio.current_task()
            if reply.cancelled() and not (task and task.cancelling()):
                return failed
            raise


def _unharmed(reply: asyncio.Future[Answer]) -> Awaitable[Answer]:
    """Await a reply; cancelling the waiter leaves the request alone, so that a late answer finds it."""
    reply.add_done_callback(lambda done: done.cancelled() or done.exception())
    return asyncio.shield(reply)
