"""Messages from the server to the editor: every notification and request is sent here.

Texts that the editor only shows are sent as visible text: they can hold what a model, a server or a test wrote.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Sequence
from concurrent.futures import Future
from typing import Any, TypeVar

from lsprotocol import types
from pygls.exceptions import JsonRpcException

from reloc_lsp.program.shown_text.visible_text import visible, visible_line
from reloc_lsp.server.transport.lsp_protocol import ReLocProtocol

logger = logging.getLogger(__name__)
Result = TypeVar("Result")


class RequestRefusedError(Exception):
    """The editor replied to a request with an error; the text is its reason."""


class EditorClient:
    """The editor as the rest of the server sees it. By default a request that fails returns `None`."""

    def __init__(self, protocol: ReLocProtocol) -> None:
        self._protocol = protocol
        self.connected = True

    def show(self, message: str, kind: types.MessageType = types.MessageType.Info) -> None:
        """Show one sentence to the user (`window/showMessage`)."""
        self.log(message, kind)
        self.notify(types.WINDOW_SHOW_MESSAGE, types.ShowMessageParams(type=kind, message=visible(message)))

    def log(self, message: str, kind: types.MessageType = types.MessageType.Log) -> None:
        """Write to the log that the editor keeps of this server (`window/logMessage`)."""
        logger.info("%s", message)
        self.notify(types.WINDOW_LOG_MESSAGE, types.LogMessageParams(type=kind, message=visible(message)))

    def notify(self, method: str, params: Any) -> None:
        """Send a notification; it is dropped if the editor is not connected."""
        if self.connected:
            self._protocol.notify(method, params)

    def progress(self, token: str, value: Any) -> None:
        """Send the begin, a report or the end of a progress (`$/progress`)."""
        tokens = self._protocol.progress.tokens
        if isinstance(value, types.WorkDoneProgressBegin):
            tokens[token] = Future()
        elif isinstance(value, types.WorkDoneProgressEnd):
            tokens.pop(token, None)
        self.notify(types.PROGRESS, types.ProgressParams(token=token, value=value))

    async def ask(self, message: str, answers: Sequence[str]) -> str | None:
        """Ask the user to choose one of `answers` (`window/showMessageRequest`); `None` if the user dismisses it.

        Raises `RequestRefusedError` if the editor does not support the request.
        """
        actions = [types.MessageActionItem(title=answer) for answer in answers]
        chosen: types.MessageActionItem | None = await self._request(
            types.WINDOW_SHOW_MESSAGE_REQUEST,
            types.ShowMessageRequestParams(types.MessageType.Info, visible(message), actions),
            raises=True,
        )
        return chosen.title if chosen else None

    async def apply(self, edit: types.WorkspaceEdit, label: str) -> types.ApplyWorkspaceEditResult:
        """Request that the editor applies an edit (`workspace/applyEdit`). Every failure is in the result."""
        params = types.ApplyWorkspaceEditParams(edit=edit, label=visible_line(label))
        reason = "it did not reply"
        result: types.ApplyWorkspaceEditResult | None = None
        try:
            result = await self._request(types.WORKSPACE_APPLY_EDIT, params, raises=True)
        except RequestRefusedError as error:
            reason = str(error)
        return result or types.ApplyWorkspaceEditResult(applied=False, failure_reason=reason)

    async def show_document(self, uri: str, *, external: bool = False) -> bool:
        """Show a document, with `external` in another program (`window/showDocument`); whether the editor did."""
        result: types.ShowDocumentResult | None = await self._request(
            types.WINDOW_SHOW_DOCUMENT, types.ShowDocumentParams(uri=uri, external=external or None, take_focus=True)
        )
        return bool(result and result.success)

    async def refresh_lenses(self) -> None:
        """Have the editor request the code lenses again (`workspace/codeLens/refresh`)."""
        await self._request(types.WORKSPACE_CODE_LENS_REFRESH, None)

    async def create_progress(self, token: str) -> bool:
        """Create a progress (`window/workDoneProgress/create`); whether the editor accepted the token."""
        params = types.WorkDoneProgressCreateParams(token=token)
        failed = object()
        return await self._request(types.WINDOW_WORK_DONE_PROGRESS_CREATE, params, failed) is not failed

    async def configuration(self, section: str, scopes: Sequence[str | None]) -> list[Any]:
        """A section of the editor's settings for each scope URI (`workspace/configuration`)."""
        items = [types.ConfigurationItem(scope_uri=scope, section=section) for scope in scopes]
        values = await self._request(types.WORKSPACE_CONFIGURATION, types.ConfigurationParams(items=items))
        return list(values) if values and len(values) == len(scopes) else [None] * len(scopes)

    async def register(self, method: str, options: Any) -> None:
        """Register for a notification of the editor (`client/registerCapability`)."""
        registration = types.Registration(id=f"reloc/{method}", method=method, register_options=options)
        params = types.RegistrationParams(registrations=[registration])
        await self._request(types.CLIENT_REGISTER_CAPABILITY, params)

    async def _request(self, method: str, params: Any, failed: Any = None, *, raises: bool = False) -> Any:
        """Send a request and return its result, or `failed` if there is none.

        With `raises`, an error response is raised as `RequestRefusedError`.
        """
        if not self.connected:
            return failed
        reply: Future[Any] = self._protocol.send_request(method, params)
        try:
            return await _shielded(asyncio.wrap_future(reply))
        except JsonRpcException as error:
            logger.warning("the editor refused %s: %s", method, error)
            if raises:
                raise RequestRefusedError(error.message) from error
            return failed
        except asyncio.CancelledError:
            # At `shutdown` pygls cancels the requests that the server has sent. Such a request has failed;
            # the task that waits for it is not cancelled.
            task = asyncio.current_task()
            if reply.cancelled() and not (task and task.cancelling()):
                return failed
            raise


def _shielded(reply: asyncio.Future[Result]) -> Awaitable[Result]:
    """Await a reply without cancelling the request when the waiting task is cancelled: a late reply still finds it."""
    reply.add_done_callback(lambda done: done.cancelled() or done.exception())
    return asyncio.shield(reply)
