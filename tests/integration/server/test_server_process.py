"""The server as a process: what it imports, how it uses its streams, and how it ends."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import socket
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from lsp_editor import new_client
from lsprotocol import types
from pytest_lsp import LanguageClient, client_capabilities

STDIO = "from reloc_lsp.server.start import serve_stdio; raise SystemExit(serve_stdio())"
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])}


def python(code: str, **given) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)],
        capture_output=True, text=True, env=ENVIRONMENT, timeout=120, check=False, **given,
    )  # fmt: skip


async def started(*command: str) -> LanguageClient:
    client = new_client()
    await client.start_io(sys.executable, *(command or ("-c", STDIO)), env=ENVIRONMENT)
    return client


async def initialized(client: LanguageClient, **given) -> types.InitializeResult:
    given.setdefault("capabilities", client_capabilities("visual-studio-code"))
    return await asyncio.wait_for(client.initialize_session(types.InitializeParams(**given)), 60)


async def test_a_whole_session_over_stdio(tmp_path):
    client = await started()
    result = await initialized(client)
    assert result.server_info.name == "reloc-lsp"
    assert set(result.capabilities.execute_command_provider.commands) == {
        "reloc.revise", "reloc.cancel", "reloc.apply", "reloc.discard", "reloc.show", "reloc.showTrace",
        "reloc.status", "reloc.debugInformation",
    }  # fmt: skip
    provider = result.capabilities.code_action_provider
    rewrite = "refactor.rewrite.reloc"
    kinds = [rewrite, *(f"{rewrite}.{name}" for name in ("simplify", "speedUp", "instruct")), "quickfix"]
    assert (list(provider.code_action_kinds), provider.resolve_provider) == (kinds, False)
    await client.shutdown_async(None)
    client.exit(None)
    assert await asyncio.wait_for(client._server.wait(), 60) == 0


async def test_exit_without_shutdown_has_status_1():
    client = await started()
    await initialized(client)
    client.exit(None)
    assert await asyncio.wait_for(client._server.wait(), 60) == 1


async def test_an_ended_stream_ends_the_process():
    client = await started()
    await initialized(client)
    client._server.stdin.close()
    assert await asyncio.wait_for(client._server.wait(), 60) == 1


async def test_a_terminated_process_ends_although_its_stream_is_open():
    client = await started()
    await initialized(client)
    client._server.send_signal(signal.SIGTERM)
    assert await asyncio.wait_for(client._server.wait(), 60) == 1


async def test_a_dead_editor_ends_the_process_although_its_stream_is_open():
    parent = await asyncio.create_subprocess_exec(sys.executable, "-c", "input()", stdin=asyncio.subprocess.PIPE)
    code = STDIO.replace("serve_stdio;", "serve_stdio; import reloc_lsp.server.transport.parent_watchdog as p; "
                         "p.wait_for_end.__defaults__ = (0.05,);")  # fmt: skip
    client = await started("-c", code)
    await initialized(client, process_id=parent.pid)
    assert client._server.returncode is None
    await parent.communicate(b"\n")
    assert await asyncio.wait_for(client._server.wait(), 60) == 1


async def test_an_unknown_parent_process_is_not_watched():
    client = await started()
    await initialized(client, process_id=2**22 + 1)
    await client.workspace_execute_command_async(types.ExecuteCommandParams("reloc.debugInformation"))
    client._server.stdin.close()
    await client._server.wait()


async def test_over_tcp(tmp_path):
    code = "from reloc_lsp.server.start import serve_tcp; raise SystemExit(serve_tcp('127.0.0.1', 0))"
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", code, stderr=asyncio.subprocess.PIPE, env=ENVIRONMENT
    )
    line = (await asyncio.wait_for(process.stderr.readline(), 60)).decode()
    host, port = re.search(r"listening on (\S+) port (\d+)", line).groups()
    client = new_client()
    await client.start_tcp(host, int(port))
    await initialized(client)
    await client.shutdown_async(None)
    client.exit(None)
    assert await asyncio.wait_for(process.wait(), 60) == 0


def test_a_port_in_use_is_reported_in_one_sentence():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = python(f"from reloc_lsp.server.start import serve_tcp; raise SystemExit(serve_tcp('127.0.0.1', {port}))")
    assert done.returncode == 2
    assert f"cannot listen on 127.0.0.1 port {port}" in done.stderr and "Traceback" not in done.stderr


def test_other_output_never_reaches_the_protocol_stream():
    done = python(
        """
        import os, subprocess, sys
        from reloc_lsp.server.start import _reserved_stdio
        stdin, stdout = _reserved_stdio()
        print("a print", flush=True)
        os.system("echo a child; cat")
        subprocess.run([sys.executable, "-c", "print(input())"])
        os.write(stdout, os.read(stdin, 100))
        """,
        input="for the protocol",
    )
    assert done.stdout == "for the protocol"
    assert "a print" in done.stderr and "a child" in done.stderr


def test_no_large_module_is_loaded_before_the_first_search():
    done = python(
        """
        import sys
        import reloc_lsp.server.start, reloc_lsp.server.factory, reloc_lsp.server.transport.connection
        heavy = {"pytest", "rich", "openai", "git", "numpy", "torch", "httpx", "reloc_lsp.revision",
                 "reloc_lsp.evaluation", "reloc_lsp.rewrites", "reloc_lsp.settings", "reloc_lsp.cli", "platformdirs"}
        print(sorted(heavy & set(sys.modules)))
        """
    )
    assert done.stdout.strip() == "[]", done.stdout + done.stderr


def test_a_log_file_that_cannot_be_written_does_not_stop_the_server(tmp_path):
    code = f"""
        from pathlib import Path
        from reloc_lsp.server.start import serve_stdio
        raise SystemExit(serve_stdio("info", Path({str(tmp_path / "no" / "log")!r})))
        """
    done = python(code, stdin=subprocess.DEVNULL)
    assert done.returncode == 1
    assert "cannot be written" in done.stderr and "Traceback" not in done.stderr


@pytest.mark.parametrize("level", ["debug", "warning"])
def test_the_log_file_contains_no_source_text(tmp_path, level):
    log = tmp_path / "server.log"
    body = (
        b'{"jsonrpc":"2.0","method":"textDocument/didOpen","params":{"textDocument":{"uri":"file:///a.py",'
        b'"languageId":"python","version":1,"text":"SECRET = 1"}}}'
    )
    initialize = b'{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"capabilities":{},"processId":null}}'
    messages = b"".join(b"Content-Length: %d\r\n\r\n%s" % (len(m), m) for m in (initialize, body))
    code = f"""
        from pathlib import Path
        from reloc_lsp.server.start import serve_stdio
        raise SystemExit(serve_stdio({level!r}, Path({str(log)!r})))
        """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)], input=messages, capture_output=True, env=ENVIRONMENT,
        timeout=120, check=False,
    )  # fmt: skip
    assert b"capabilities" in done.stdout
    assert log.exists() and "SECRET" not in log.read_text() and b"SECRET" not in done.stderr
