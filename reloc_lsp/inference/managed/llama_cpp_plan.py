"""A plan to serve a model with llama.cpp: by its program `llama-server`, else by the Python package xllamacpp."""

from __future__ import annotations

import importlib.util
import os
import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from reloc_lsp.inference.local_machine.gguf_files import gguf_files
from reloc_lsp.inference.local_machine.gpu import has_gpu
from reloc_lsp.inference.local_machine.processors import model_threads
from reloc_lsp.inference.managed.launch_plan import check_flags, engine_environment, flag_value
from reloc_lsp.search.interfaces.language_model import ModelError

CONTEXT_TOKENS = 8192
"""Context window of one request. Prompts of a search have some 2,000 tokens, and more context takes memory that laptops
lack."""
GPU_SLOTS = 4
"""Requests at once on a GPU, each with a context window of its own. Chosen by hand."""
CACHE_MIB = 512
"""MiB for the states of earlier prompts beside the one in use; llama.cpp's own default is 8,192. Chosen by hand."""

HOW_TO_INSTALL = (
    "No llama.cpp is installed: there is no program llama-server on the PATH, and no Python package xllamacpp beside "
    "ReLoc LSP. Install one: pip install 'reloc-lsp[local]'."
)
_HOW_TO_DOWNLOAD = (
    "Download one, such as qwen2.5-coder-1.5b-instruct-q4_k_m.gguf from the repository "
    "Qwen/Qwen2.5-Coder-1.5B-Instruct-GGUF on huggingface.co, and give its path; Ollama and LM Studio download, too."
)
_MAX_NAMES = 8
"""Models that a message names; chosen by hand."""
_FIXED_FLAGS = (
    "--host",
    "--port",
    "--api-key",
    "--api-key-file",
    "-m",
    "--model",
    "-hf",
    "--hf-repo",
    "-a",
    "--alias",
)
"""Flags that ReLoc LSP sets itself."""
_OUR_SERVER = "reloc_lsp.inference.managed.xllamacpp_server"


@dataclass(frozen=True, slots=True)
class LlamaCppPlan:
    """A `LaunchPlan` for llama.cpp; `flags` are passed on to it.

    `model` is a GGUF file, or a repository of GGUF files on the Hugging Face hub, which only `llama-server` downloads.
    `alias` is what the model is called in requests. `llama_server` is the path of that program (none: it is searched).
    """

    model: str
    alias: str
    llama_server: str | None = None
    device: str | None = None
    flags: tuple[str, ...] = ()
    idle_seconds: float = 1800.0
    engine: str = "llama.cpp"

    @property
    def served_name(self) -> str:
        """The name of the model in requests."""
        return self.alias

    @property
    def shares_processors(self) -> bool:
        """Whether llama.cpp computes on the processors: without a GPU it does."""
        return not has_gpu()

    @property
    def slots(self) -> int:
        """The requests at once: those of the flags, else one on processors, where several at once are slower.

        A model with 0.5 billion parameters wrote 47 tokens a second for one request on one thread, and 23 in all for
        four at once on two threads.
        """
        chosen = flag_value(self.flags, "-np", "--parallel") or ""
        if chosen.isdecimal() and int(chosen) > 0:
            return int(chosen)
        return 1 if self.shares_processors else GPU_SLOTS

    @property
    def available(self) -> bool:
        """Whether a llama.cpp is installed, and the model is here or on a hub from which it can download it."""
        try:
            return bool(self._source(find_llama_cpp(self.llama_server)))
        except ModelError:
            return False

    def command(self, port: int) -> list[str]:
        """The command line; raises a permanent `ModelError` if no llama.cpp is installed, or there is no such model."""
        check_flags(self.flags, _FIXED_FLAGS, "llama-server")
        program = find_llama_cpp(self.llama_server)
        source = self._source(program)
        threads = str(model_threads())
        # Threads that spin while they wait would take processors from the evaluation of candidates.
        return [
            *program, *source, "--alias", self.alias, "--host", "127.0.0.1", "--port", str(port), "--metrics",
            "--ctx-size", str(CONTEXT_TOKENS * self.slots), "--parallel", str(self.slots),
            "--threads", threads, "--threads-batch", threads, "--poll", "0", *self.flags,
        ]  # fmt: skip

    def environment(self, key: str, inherited: Mapping[str, str]) -> dict[str, str]:
        """The environment of llama.cpp: the `inherited` one with its `key`, and without the keys of other servers.

        Its Python, if any, finds the modules that this process finds.
        """
        kept = engine_environment(inherited, self.device)
        cache = {"LLAMA_ARG_CACHE_RAM": str(CACHE_MIB)}
        return {**cache, **kept, "LLAMA_API_KEY": key, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}

    def _source(self, program: Sequence[str]) -> list[str]:
        """The flags that name the model; raises a permanent `ModelError` if the `program` cannot have it."""
        if Path(self.model).is_file():
            return ["--model", self.model]
        if "gguf" in self.model.lower() and len(program) == 1:
            return ["-hf", self.model]
        known = ", ".join(sorted({file.name for file in gguf_files()})[:_MAX_NAMES])
        raise ModelError(
            f"There is no GGUF file of {self.model} on this machine. {f'There are: {known}. ' if known else ''}"
            f"{_HOW_TO_DOWNLOAD}",
            permanent=True,
        )


def find_llama_cpp(named: str | None) -> list[str]:
    """The beginning of the command line: the program `named`, else the `llama-server` on the PATH, else our own server.

    Our own server needs the package xllamacpp. Raises a permanent `ModelError` if there is nothing.
    """
    if named is not None:
        program = shutil.which(str(Path(named).expanduser()))
        if program is None:
            raise ModelError(f"There is no program {named} to serve models with.", permanent=True)
        return [os.path.abspath(program)]
    found = installed_llama_cpp()
    if found is None:
        raise ModelError(HOW_TO_INSTALL, permanent=True)
    return found


def installed_llama_cpp() -> list[str] | None:
    """The beginning of the command line of the `llama-server` on the PATH, else of our own; `None` if there is none."""
    program = shutil.which("llama-server")
    if program is not None:
        return [os.path.abspath(program)]
    if importlib.util.find_spec("xllamacpp") is not None:
        return [sys.executable, "-m", _OUR_SERVER]
    return None
