"""Why a managed server ended: found in the end of its log, as a sentence that says what to do."""

from __future__ import annotations

import re
import signal
from dataclasses import dataclass

from reloc_lsp.inference.managed.state_file import ServerState, StateFolder


@dataclass(frozen=True, slots=True)
class _Case:
    """The sentence for a log in which `pattern` occurs; `{1}` is its first group, `{engine}` the engine's name."""

    pattern: str
    sentence: str


_MAX_LINES = 2000
"""Lines of the log that are searched; chosen by hand."""
_MAX_QUOTE = 300
"""Characters of an error that are quoted; chosen by hand."""

_CASES = (
    _Case(
        r"Failed to infer device type|No CUDA GPUs are available|Found no NVIDIA driver|libcuda\.so",
        "vLLM found no GPU, and this build of it needs one. Use a machine that has one, install a build for CPUs, or "
        "ask a server elsewhere with --base-url.",
    ),
    _Case(
        r"Free memory on device .*?\((.+?)\) .*? less than desired|(CUDA out of memory|OutOfMemoryError)"
        r"|No available memory for the cache blocks",
        "The GPU has too little free memory for this model. Stop what else uses it, take a smaller or quantized model, "
        "or pass flags on: -- --gpu-memory-utilization 0.8 --max-model-len 8192.",
    ),
    _Case(
        r"Available memory on node .* is less than desired",
        "This machine has too little free memory for what vLLM wants to have. Close what else uses it, or let it have "
        "less: -- --gpu-memory-utilization 0.5 (on CPUs, too).",
    ),
    _Case(
        r"max seq len|KV cache is needed, which is larger than the available KV cache memory",
        "There is too little memory for the whole context of this model. Bound it: -- --max-model-len 8192.",
    ),
    _Case(
        r"gated repo|GatedRepoError|401 Client Error",
        "The model wants a login of its hub. Accept its conditions there, and set HF_TOKEN.",
    ),
    _Case(
        r"is not a local folder and is not a valid model identifier|RepositoryNotFoundError|Repository Not Found"
        r"|Invalid repository ID or local directory|HFValidationError",
        "There is no model of this name, neither in a folder nor on the hub. Check how it is written.",
    ),
    _Case(
        r"LocalEntryNotFoundError|OfflineModeIsEnabled|Cannot reach https://huggingface\.co|couldn't connect to",
        "The model is not on this machine, and its hub cannot be reached. Connect to the network once, or name a "
        "folder that has the model.",
    ),
    _Case(
        r"failed to allocate|unable to allocate|failed to fit|failed to create context",
        "There is too little free memory for this model. Close what else uses it, take a smaller model, or bound its "
        "context: -- --ctx-size 4096.",
    ),
    _Case(
        r"invalid magic|error loading model",
        "llama.cpp cannot load this file: it is no GGUF file, it is not whole, or this release does not know its kind "
        "of model. Download it again, or update llama.cpp (pip install -U xllamacpp).",
    ),
    _Case(
        r"[Aa]ddress already in use|couldn't bind", "Its port was taken by another program meanwhile. Start it again."
    ),
    _Case(
        r"error: (unrecognized arguments: .+|argument .+|invalid argument: .+)",
        "{engine} does not take its flags ({1}). Its own help lists what it takes (vllm serve --help=all, or "
        "llama-server --help, of which xllamacpp takes a part).",
    ),
    _Case(r"No space left on device", "The disk is full. Free space, or set HF_HOME to where there is some."),
)


def exit_reason(state: ServerState, status: int, folder: StateFolder) -> str:
    """Why the server with this last `state` ended with the exit status `status`; negative: by that signal."""
    lines = [line for line in folder.last_lines(_MAX_LINES) if " WARNING " not in line]
    text = "\n".join(lines)
    for case in _CASES:
        found = re.search(case.pattern, text)
        if found:
            return case.sentence.format(*found.group(0, *range(1, found.re.groups + 1)), engine=state.engine)
    while_starting = " while it started" if state.phase == "starting" else ""
    how = f"killed by {_signal(-status)}" if status < 0 else f"exit status {status}"
    if -status == signal.SIGKILL:
        return f"{state.engine} was killed{while_starting}: the machine may have too little memory."
    # The first error is the cause; later ones only report that something went wrong before.
    first = re.search(r"\b\w+(?:Error|Exception): .+", text)
    said = f" It said: {first[0][:_MAX_QUOTE]}" if first else ""
    return f"{state.engine} ended{while_starting or ' by itself'} ({how}).{said}"


def _signal(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
