"""Invalid and unexpected messages: the server reports them, and continues if it can."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ENVIRONMENT = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])}
STATUS = {"jsonrpc": "2.0", "id": "last", "method": "workspace/executeCommand", "params": {"command": "reloc.status"}}


def framed(body: bytes, header: bytes = b"Content-Length") -> bytes:
    return b"%s: %d\r\n\r\n%s" % (header, len(body), body)


def message(**fields: object) -> bytes:
    return framed(json.dumps({"jsonrpc": "2.0", **fields}).encode())


def run_server(*sent: bytes, **params: object) -> tuple[list[dict], str, int]:
    """Send bytes to a server after `initialize`: its messages, its log and its exit status."""
    begin = message(id="first", method="initialize", params={"capabilities": {}, "processId": None, **params})
    done = subprocess.run(
        [sys.executable, "-m", "reloc_lsp", "--stdio"],
        input=b"".join([begin, *sent]), capture_output=True, env=ENVIRONMENT, timeout=120, check=False,
    )  # fmt: skip
    bodies = re.split(rb"Content-Length: \d+\r\n[^{]*", done.stdout)[1:]
    return [json.loads(body) for body in bodies], done.stderr.decode(), done.returncode


def test_invalid_messages_do_not_stop_the_server():
    answers, _, _ = run_server(
        framed(b"{oops"), framed(b"\xff\xfe{}"), framed(b"[1, 2]"), framed(b"3"), framed(b""), framed(b"[" * 100_000),
        b"Content-Length: -5\r\n\r\n", b"Content-Length: many\r\n\r\n", b"hello\r\n\r\n", framed(b'{"id": 1}'),
        message(id="nobody's", result=None), message(id=1), message(method="textDocument/didOpen", params=[]),
        message(id=2, method="textDocument/codeAction", params={"a": 1}), message(id=3, method="no/such", params={}),
        message(id=4, method="workspace/executeCommand", params={"command": "reloc.revise", "arguments": [3]}),
        framed(json.dumps(STATUS).encode(), b"content-length"),
    )  # fmt: skip
    codes = {answer["id"]: answer.get("error", {}).get("code") for answer in answers if "id" in answer}
    assert codes == {"first": None, 1: -32600, 2: -32602, 3: -32601, 4: -32602, "last": None}
    assert len([answer for answer in answers if "id" in answer]) == len(codes), "one answer for each request"


@pytest.mark.parametrize(
    ("sent", "reason"),
    [
        (b"Content-Length: 99999999999\r\n\r\n{}", "a message of 99,999,999,999 bytes"),
        (b"X: " + b"a" * 100_000 + b"\r\n\r\n", "a line without end"),
    ],
)
def test_an_unreadable_stream_ends_the_server_with_one_sentence(sent, reason):
    answers, log, status = run_server(sent, message(**STATUS))
    assert status == 1 and reason in log and "Traceback" not in log
    assert reason in answers[-1]["params"]["message"]


def test_a_document_of_five_megabytes_is_accepted():
    document = {"uri": "file:///a.py", "languageId": "python", "version": 1, "text": "x = 1\n" * 800_000}
    answers, _, _ = run_server(
        message(method="textDocument/didOpen", params={"textDocument": document}), message(**STATUS)
    )
    assert answers[-1]["id"] == "last" and answers[-1]["result"] == {"searches": [], "proposals": []}


NEWER = {
    "general": {"positionEncodings": ["utf-24", "utf-8"], "regularExpressions": 3},
    "workspace": {"applyEdit": True, "workspaceEdit": {"documentChanges": True, "resourceOperations": ["link"]}},
    "textDocument": {
        "semanticTokens": {"formats": ["relative"]},
        "hover": {"contentFormat": ["html", "markdown"]},
        "codeAction": {
            "codeActionLiteralSupport": {"codeActionKind": {"valueSet": ["refactor.newest"]}},
            "tagSupport": {"valueSet": [1, 99]},
        },
    },
    "window": {"workDoneProgress": True, "showDocument": {}},
    "experimental": {"reloc": {"proposals": True}},
}


def test_unknown_capability_values_of_newer_editors_are_ignored():
    report = message(id=1, method="workspace/executeCommand", params={"command": "reloc.debugInformation"})
    answers, _, _ = run_server(report, message(**STATUS), capabilities=NEWER, clientInfo={}, trace="compact")
    first = next(answer for answer in answers if answer.get("id") == "first")
    assert first["result"]["capabilities"]["positionEncoding"] == "utf-8"
    text = next(answer["result"] for answer in answers if answer.get("id") == 1)
    names = "work_done_progress, apply_edit, document_changes, code_action_literals, llm_tag, proposals, markdown"
    assert f"the editor can: {names}" in text


@pytest.mark.parametrize("capabilities", [None, [], {"window": []}, {"textDocument": {"codeAction": 1}}])
def test_invalid_capabilities_count_as_none(capabilities):
    answers, _, _ = run_server(message(**STATUS), capabilities=capabilities)
    assert [answer["id"] for answer in answers if "result" in answer] == ["first", "last"]


@pytest.mark.parametrize("params", [{"settings": None}, {"settings": []}, {"settings": {"reloc": None}}, {}, None])
def test_changed_settings_of_any_shape_are_accepted(params):
    changed = message(method="workspace/didChangeConfiguration", params=params)
    answers, _, _ = run_server(changed, message(**STATUS))
    assert answers[-1]["id"] == "last" and "result" in answers[-1]
    shown = [answer["params"]["message"] for answer in answers if answer.get("method") == "window/showMessage"]
    assert not any("ReLoc:" in sentence for sentence in shown)


@pytest.mark.parametrize("params", [{}, [], None])
def test_shutdown_is_answered_although_exit_follows_at_once(params):
    shutdown, end = message(id=1, method="shutdown", params=params), message(method="exit", params=params)
    answers, log, status = run_server(shutdown, end, message(**STATUS))
    assert [answer["id"] for answer in answers if "result" in answer] == ["first", 1]
    assert status == 0 and "Traceback" not in log
    answers, log, status = run_server(shutdown)
    assert [answer["id"] for answer in answers if "result" in answer] == ["first", 1]
    assert status == 1 and "Traceback" not in log
