"""Whether this machine has a GPU that model servers compute on, found without starting a program."""

from __future__ import annotations

import functools
import platform
import re
import shutil
import sys
from pathlib import Path

_ROOT = Path("/")


def has_gpu() -> bool:
    """Whether model servers on this machine compute on a GPU: CUDA, ROCm, or the Metal of a Mac with Apple silicon."""
    return has_cuda_or_rocm() or (sys.platform == "darwin" and platform.machine() == "arm64")


@functools.cache
def has_cuda_or_rocm() -> bool:
    """Whether this machine has a GPU of NVIDIA, or one of AMD that its driver lets programs compute on."""
    if sys.platform == "win32":
        return shutil.which("nvidia-smi") is not None
    return has_device_files(_ROOT)


def has_device_files(root: Path) -> bool:
    """Whether the Linux system at `root` shows such a GPU; the one of Windows appears in WSL as `/dev/dxg`."""
    if any(root.glob("dev/nvidia[0-9]*")):
        return True
    if (root / "dev/dxg").exists() and (root / "usr/lib/wsl/lib/nvidia-smi").exists():
        return True
    nodes = root.glob("sys/class/kfd/kfd/topology/nodes/*/properties")
    return any(re.search(r"^simd_count [1-9]", _text(node), re.MULTILINE) for node in nodes)


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8", "replace")
    except OSError:
        return ""
