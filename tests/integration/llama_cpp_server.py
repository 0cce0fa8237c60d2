"""Runs llama.cpp's server, from the wheel `xllamacpp`, until its standard input ends.

    python llama_cpp_server.py MODEL.gguf ALIAS SLOTS

It prints the address on its first line. The server lives in this process and ends with it.
"""

from __future__ import annotations

import sys

import xllamacpp


def main(path: str, alias: str, slots: str) -> None:
    """Serve the model at `path` under the name `alias`, for `slots` requests at once."""
    parameters = xllamacpp.CommonParams()
    parameters.model.path = path
    parameters.model_alias = {alias}
    parameters.n_parallel = int(slots)
    parameters.n_ctx = 2048 * int(slots)
    parameters.cpuparams.n_threads = 1
    parameters.port = 0
    server = xllamacpp.Server(parameters)
    print(server.listening_address, flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main(*sys.argv[1:])
