"""GGUF files that other programs have downloaded: where they lie, and the names that mean them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from reloc_lsp.inference.local_machine.gguf_files import find_gguf, gguf_files

DIGEST = "sha256:0123"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The home folder of a user whose programs have downloaded models."""
    for variable in ("HF_HOME", "HF_HUB_CACHE", "LLAMA_CACHE", "OLLAMA_MODELS"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    hub = ".cache/huggingface/hub/models--Qwen--Qwen2.5-Coder-1.5B-Instruct-GGUF/snapshots/abc"
    for name in (
        f"{hub}/qwen2.5-coder-1.5b-instruct-q8_0.gguf",
        f"{hub}/qwen2.5-coder-1.5b-instruct-q4_k_m.gguf",
        f"{hub}/qwen2.5-coder-1.5b-instruct-fp16-00001-of-00002.gguf",
        ".lmstudio/models/bartowski/Some-Model-GGUF/Some-Model-Q5_K_M.gguf",
        ".lmstudio/models/nomic-ai/nomic-embed-text-GGUF/nomic-embed-text.Q4_K_M.gguf",
        ".ollama/models/blobs/sha256-0123",
    ):
        write(tmp_path / name, "weights")
    layers = [{"mediaType": "application/vnd.ollama.image.model", "digest": DIGEST}]
    library = tmp_path / ".ollama/models/manifests/registry.ollama.ai/library"
    write(library / "qwen2.5-coder/1.5b", json.dumps({"layers": layers}))
    write(library / "qwen2.5-coder/pulled-in-part", json.dumps({"layers": [{**layers[0], "digest": "sha256:9"}]}))
    write(library / "strange/latest", "[]")
    return tmp_path


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


@pytest.mark.parametrize(
    ("wanted", "file"),
    [
        ("Qwen/Qwen2.5-Coder-1.5B-Instruct-GGUF", "qwen2.5-coder-1.5b-instruct-q4_k_m.gguf"),
        ("qwen/qwen2.5-coder-1.5b-instruct-gguf:Q8_0", "qwen2.5-coder-1.5b-instruct-q8_0.gguf"),
        ("Qwen2.5-Coder-1.5B-Instruct-GGUF", "qwen2.5-coder-1.5b-instruct-q4_k_m.gguf"),
        ("qwen2.5-coder-1.5b-instruct-q8_0", "qwen2.5-coder-1.5b-instruct-q8_0.gguf"),
        ("bartowski/Some-Model-GGUF", "Some-Model-Q5_K_M.gguf"),
        ("qwen2.5-coder:1.5b", "sha256-0123"),
        ("qwen2.5-coder", "sha256-0123"),
    ],
)
def test_a_model_is_found_by_the_name_that_its_program_gives_it(home: Path, wanted: str, file: str) -> None:
    found = find_gguf(wanted)
    assert found is not None and found.path.name == file


@pytest.mark.parametrize(
    "wanted", ["qwen2.5-coder:7b", "Qwen/Qwen2.5-Coder-7B", "nomic-embed-text", "qwen2.5-coder:pulled-in-part", ""]
)
def test_no_other_file_is_taken_for_a_model(home: Path, wanted: str) -> None:
    assert find_gguf(wanted) is None


def test_what_cannot_write_code_is_not_listed(home: Path) -> None:
    assert sorted({file.name for file in gguf_files()}) == [
        "Qwen/Qwen2.5-Coder-1.5B-Instruct-GGUF", "bartowski/Some-Model-GGUF", "qwen2.5-coder:1.5b",
    ]  # fmt: skip
