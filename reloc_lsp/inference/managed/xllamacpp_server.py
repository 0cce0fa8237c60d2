"""The HTTP server of llama.cpp from the Python package xllamacpp, in a process of its own.

It takes those flags of the program `llama-server` that ReLoc LSP uses, and reads the same environment variables. It
runs until it is killed.
"""

from __future__ import annotations

import argparse
import os
import sys
import threading


def main() -> None:
    """Serve the model that the command line names."""
    options = _parse()
    import xllamacpp

    parameters = xllamacpp.CommonParams()
    parameters.model.path = options.model
    parameters.model_alias = {options.alias}
    parameters.port = options.port
    parameters.api_keys = [os.environ["LLAMA_API_KEY"]]
    parameters.endpoint_metrics = options.metrics
    parameters.ui = False
    parameters.offline = True
    parameters.n_ctx = options.ctx_size
    parameters.n_parallel = options.parallel
    parameters.n_gpu_layers = options.n_gpu_layers
    parameters.cache_ram_mib = int(os.environ.get("LLAMA_ARG_CACHE_RAM", parameters.cache_ram_mib))
    for threads, processors in (
        (options.threads, parameters.cpuparams),
        (options.threads_batch, parameters.cpuparams_batch),
    ):
        processors.n_threads = threads
        processors.poll = options.poll
    try:
        server = xllamacpp.Server(parameters)
    except RuntimeError:
        sys.exit(1)  # llama.cpp has written the reason to stderr.
    threading.Event().wait()
    del server


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser("xllamacpp_server", description=__doc__, allow_abbrev=False)
    parser.add_argument("-m", "--model", required=True)
    parser.add_argument("-a", "--alias", required=True)
    # The only host: xllamacpp listens there by default, and the parameter for it has changed its name.
    parser.add_argument("--host", choices=["127.0.0.1"])
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--metrics", action="store_true")
    parser.add_argument("-c", "--ctx-size", type=int, default=0)
    parser.add_argument("-np", "--parallel", type=int, default=1)
    parser.add_argument("-t", "--threads", type=int, default=-1)
    parser.add_argument("-tb", "--threads-batch", type=int, default=-1)
    parser.add_argument("--poll", type=int, default=50)
    parser.add_argument("-ngl", "--n-gpu-layers", type=int, default=-1)
    return parser.parse_args()


if __name__ == "__main__":
    main()
