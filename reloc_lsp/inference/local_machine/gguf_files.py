"""GGUF files that other programs have downloaded to this machine, and the names that these programs give them."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

_OLLAMA_MODEL = "application/vnd.ollama.image.model"
"""The media type of the weights in a manifest of Ollama."""
_MAX_FILES = 2000
"""GGUF files that are looked at in all. Chosen by hand."""
_PREFERRED = ("q4_k_m", "q4_0", "q5_k_m", "q4_k_s")
"""Quantizations in order of preference, if a name leaves it open. The first is the default of llama.cpp and Ollama"""
_NO_CHAT_MODEL = re.compile(r"mmproj|embed|-of-\d+\.gguf$")
"""File names of what cannot write code: parts that see images, embedding models, and files that are not whole."""


@dataclass(frozen=True, slots=True)
class GgufFile:
    """A GGUF file, and the name by which the program that downloaded it knows its model."""

    name: str
    path: Path

    def matches(self, wanted: str) -> bool:
        """Whether `wanted` names the file: by that name, with or without owner and tag, or by its own."""
        name, file = self.name.lower(), self.path.name.lower()
        model, _, tag = wanted.lower().partition(":")
        own_name, _, own_tag = name.partition(":")
        if wanted.lower() in (name, file, file.removesuffix(".gguf")):
            return True
        return model in (own_name, own_name.rpartition("/")[2]) and (tag in own_tag or tag in file)


def find_gguf(wanted: str) -> GgufFile | None:
    """The file that the name `wanted` means, `None` if there is none; of several quantizations the usual one."""
    found = [file for file in gguf_files() if file.matches(wanted)]
    return min(found, key=_preference, default=None)


def gguf_files() -> list[GgufFile]:
    """All GGUF files of language models in the folders of Hugging Face, llama.cpp, LM Studio and Ollama."""
    everything = (*_hugging_face(), *_llama_cpp(), *_lm_studio(), *_ollama())
    return [file for file in islice(everything, _MAX_FILES) if not _NO_CHAT_MODEL.search(file.path.name.lower())]


def _preference(file: GgufFile) -> tuple[int, str]:
    text = f"{file.name} {file.path.name}".lower()
    rank = next((number for number, kind in enumerate(_PREFERRED) if kind in text), len(_PREFERRED))
    return rank, text


def _hugging_face() -> Iterator[GgufFile]:
    """`models--OWNER--NAME/snapshots/REVISION/.../FILE.gguf` in the hub's cache."""
    home = os.environ.get("HF_HOME") or Path.home() / ".cache" / "huggingface"
    cache = Path(os.environ.get("HF_HUB_CACHE") or Path(home) / "hub")
    for path in cache.glob("models--*/snapshots/*/**/*.gguf"):
        repository = path.relative_to(cache).parts[0].removeprefix("models--").replace("--", "/")
        yield GgufFile(repository, path)


def _llama_cpp() -> Iterator[GgufFile]:
    """The files that older releases of llama.cpp downloaded; newer ones use the cache of the hub."""
    default = Path.home() / ("Library/Caches" if sys.platform == "darwin" else ".cache") / "llama.cpp"
    for path in Path(os.environ.get("LLAMA_CACHE") or default).glob("*.gguf"):
        yield GgufFile(path.stem, path)


def _lm_studio() -> Iterator[GgufFile]:
    """`OWNER/NAME/FILE.gguf`."""
    for folder in (Path.home() / ".lmstudio" / "models", Path.home() / ".cache" / "lm-studio" / "models"):
        for path in folder.glob("*/*/*.gguf"):
            yield GgufFile("/".join(path.relative_to(folder).parts[:2]), path)


def _ollama() -> Iterator[GgufFile]:
    """Files named by their hash, and for each model a manifest `HOST/OWNER/NAME/TAG` that names its file."""
    named = os.environ.get("OLLAMA_MODELS")
    folders = [Path(named)] if named else [Path.home() / ".ollama" / "models", Path("/usr/share/ollama/.ollama/models")]
    for folder in folders:
        for manifest in folder.glob("manifests/*/*/*/*"):
            path = _weights(manifest, folder / "blobs")
            if path is not None:
                owner, name, tag = manifest.parts[-3:]
                yield GgufFile(f"{'' if owner == 'library' else owner + '/'}{name}:{tag}", path)


def _weights(manifest: Path, blobs: Path) -> Path | None:
    try:
        layers = json.loads(manifest.read_text("utf-8"))["layers"]
        digest = next(layer["digest"] for layer in layers if layer["mediaType"] == _OLLAMA_MODEL)
        path = blobs / str(digest).replace(":", "-")
        return path if path.is_file() else None
    except (OSError, ValueError, LookupError, TypeError, StopIteration):
        return None
