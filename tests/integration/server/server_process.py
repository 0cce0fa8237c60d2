"""An editor for tests whose server is a process."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

from lsp_editor import Editor, new_client
from lsprotocol import types
from pytest_lsp import client_capabilities


class Process:
    """An editor whose server is a process, over stdio as `reloc-lsp --stdio` starts it, or over TCP."""

    def __init__(self, root: Path, profile: str, options: object = None, *, tcp: bool = False) -> None:
        self.root, self.profile, self.options, self.tcp = root, profile, options, tcp
        self.editor = Editor(new_client())

    async def __aenter__(self) -> Editor:
        client = self.editor.client
        environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])}
        if self.tcp:
            command = (sys.executable, "-m", "reloc_lsp", "server", "--tcp", "--port", "0")
            self.server = await asyncio.create_subprocess_exec(
                *command, env=environment, cwd=self.root, stderr=asyncio.subprocess.PIPE
            )
            assert self.server.stderr is not None
            line = (await self.server.stderr.readline()).decode()
            await client.start_tcp("127.0.0.1", int(line.split()[-1]))
        else:
            await client.start_io(sys.executable, "-m", "reloc_lsp", "--stdio", env=environment, cwd=self.root)
            self.server = client._server
        folders = [types.WorkspaceFolder(self.root.as_uri(), "project")]
        result = await client.initialize_session(
            types.InitializeParams(
                capabilities=client_capabilities(self.profile),
                workspace_folders=folders,
                initialization_options=self.options,
            )
        )
        self.editor.encoding = str(result.capabilities.position_encoding or "utf-16")
        return self.editor

    async def __aexit__(self, *failure: object) -> None:
        client = self.editor.client
        if self.server.returncode is None:
            await asyncio.wait_for(client.shutdown_session(), 60)
        await asyncio.wait_for(self.server.wait(), 60)
        await client.stop()
