"""A stand-in for vLLM without a model: the same command line, addresses and counters.

It answers every chat request with the text of the environment variable STAND_IN_REPLY. Two flags are its own:
`--never-ready`, and `--fail-with TEXT`, which writes TEXT to the log and exits.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Handler(BaseHTTPRequestHandler):
    """Answers like vLLM."""

    options: argparse.Namespace
    answered = 0

    def do_GET(self) -> None:
        if self.path == "/health":
            self._send(503 if self.options.never_ready else 200, "")
        elif self.path == "/metrics":
            name = f'model_name="{self.options.served_model_name}"'
            lines = ["num_requests_running{%s} 0.0", "num_requests_waiting{%s} 0.0"]
            lines.append(f'request_success_total{{%s,finished_reason="stop"}} {Handler.answered}.0')
            self._send(200, "\n".join("vllm:" + line % name for line in lines))
        elif self._allowed():
            self._send(200, json.dumps({"object": "list", "data": [{"id": self.options.served_model_name}]}))

    def do_POST(self) -> None:
        parameters = json.loads(self.rfile.read(int(self.headers["content-length"])))
        if not self._allowed():
            return
        Handler.answered += 1
        text = os.environ.get("STAND_IN_REPLY", "no")
        usage = {"prompt_tokens": 20, "completion_tokens": 9, "total_tokens": 29}
        choices: list[dict[str, Any]] = [
            {"index": index, "delta": {"content": text}, "finish_reason": "stop"}
            for index in range(parameters.get("n", 1))
        ]
        chunks = [{"choices": choices}, {"choices": [], "usage": usage}]
        lines = [*map(json.dumps, chunks), "[DONE]"]
        self._send(200, "".join(f"data: {line}\n\n" for line in lines), "text/event-stream")

    def log_message(self, *arguments: object) -> None:
        pass

    def _allowed(self) -> bool:
        allowed = self.headers.get("authorization") == f"Bearer {os.environ['VLLM_API_KEY']}"
        if not allowed:
            self._send(401, json.dumps({"error": "Unauthorized"}))
        return allowed

    def _send(self, status: int, text: str, kind: str = "application/json") -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("serve")
    parser.add_argument("model")
    parser.add_argument("--host")
    parser.add_argument("--port", type=int)
    parser.add_argument("--served-model-name")
    parser.add_argument("--enable-prompt-tokens-details", action="store_true")
    parser.add_argument("--never-ready", action="store_true")
    parser.add_argument("--fail-with")
    Handler.options = parser.parse_args()
    if Handler.options.fail_with:
        sys.exit(Handler.options.fail_with)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    ThreadingHTTPServer((Handler.options.host, Handler.options.port), Handler).serve_forever()


if __name__ == "__main__":
    main()
