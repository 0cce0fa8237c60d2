"""Whether a model computes on the processors of this machine, on which candidates are evaluated, too."""

from __future__ import annotations

from pathlib import Path

import pytest

from reloc_lsp.inference import model_factory
from reloc_lsp.inference.local_machine.gpu import has_device_files
from reloc_lsp.inference.model_factory import connect


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({}, False),
        ({"dev/nvidiactl": ""}, False),
        ({"dev/nvidia0": ""}, True),
        ({"dev/dxg": ""}, False),
        ({"dev/dxg": "", "usr/lib/wsl/lib/nvidia-smi": ""}, True),
        ({"sys/class/kfd/kfd/topology/nodes/0/properties": "cpu_cores_count 8\nsimd_count 0\n"}, False),
        ({"sys/class/kfd/kfd/topology/nodes/1/properties": "cpu_cores_count 0\nsimd_count 240\n"}, True),
    ],
)
def test_a_gpu_is_seen_by_the_files_of_its_driver(tmp_path: Path, files: dict[str, str], expected: bool) -> None:
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    assert has_device_files(tmp_path) is expected


@pytest.mark.parametrize(
    ("url", "gpu", "chosen", "expected"),
    [
        ("http://127.0.0.1:8080/v1", False, None, True),
        ("http://localhost:8080/v1", True, None, False),
        ("http://models.example.org/v1", False, None, False),
        ("http://127.0.0.1:8080/v1", False, False, False),  # A tunnel to another machine.
        ("http://models.example.org/v1", True, True, True),  # Another name of this machine.
    ],
)
def test_a_server_at_a_loopback_address_shares_the_processors_unless_there_is_a_gpu(
    url: str, gpu: bool, chosen: bool | None, expected: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(model_factory, "has_gpu", lambda: gpu)
    assert connect(url, "some-model", shares_processors=chosen).shares_processors is expected
