"""Published packages: their source distributions, which contain the tests, and runs of their test suites."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tarfile
import time
from dataclasses import dataclass
from pathlib import Path

HASH_SEED = "0"
"""Fixed, because some suites parametrise over sets, so that their node ids depend on it."""


@dataclass(frozen=True)
class Package:
    """A package to plant bugs in, and where its code and its tests are in the source tree."""

    name: str
    version: str
    sources: str
    import_path: str = "."
    tests: tuple[str, ...] = ("tests",)

    @property
    def pytest_arguments(self) -> tuple[str, ...]:
        """Arguments that run the suite without the options that the package sets."""
        return ("-o", "addopts=", *self.tests)


@dataclass(frozen=True)
class SuiteOutcome:
    """Result of a run of the suite. The status is `None` if it hung."""

    status: int | None
    failing: list[str]
    seconds: float


def download(package: Package, folder: Path) -> Path:
    """Download the source distribution unless it exists, and return its path."""
    stem = f"{package.name.replace('-', '_')}-{package.version}"
    archive = folder / f"{stem}.tar.gz"
    if not archive.exists():
        folder.mkdir(parents=True, exist_ok=True)
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", ":all:"]
        subprocess.run([*pip, "--dest", str(folder), f"{package.name}=={package.version}"], check=True)
    return archive


def unpack(archive: Path, tree: Path) -> None:
    """Unpack the archive's top folder as `tree`; replaces an existing folder."""
    if tree.exists():
        shutil.rmtree(tree)
    staging = tree.with_name(f"{tree.name}.unpacking")
    with tarfile.open(archive) as stream:
        # Python 3.11.4 and later can leave out harmful members.
        stream.extractall(staging, **({"filter": "data"} if hasattr(tarfile, "data_filter") else {}))
    (top,) = staging.iterdir()
    top.rename(tree)
    staging.rmdir()


def run_suite(package: Package, tree: Path, timeout: float) -> SuiteOutcome:
    """Run the package's tests in the tree, for at most `timeout` seconds, and collect the failing ones."""
    cache = tree / ".plant-cache"
    shutil.rmtree(cache, ignore_errors=True)
    command = [sys.executable, "-m", "pytest", "-q", "--tb=no", "-o", f"cache_dir={cache}"]
    environment = {
        **os.environ,
        "PYTHONPATH": str(tree / package.import_path),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONHASHSEED": HASH_SEED,
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
    }
    start = time.monotonic()
    try:
        done = subprocess.run(
            [*command, *package.pytest_arguments],
            cwd=tree,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=timeout,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return SuiteOutcome(None, [], timeout)
    record = cache / "v" / "cache" / "lastfailed"
    failing = sorted(json.loads(record.read_text(encoding="utf-8"))) if record.exists() else []
    return SuiteOutcome(done.returncode, failing, time.monotonic() - start)


def run_with(package: Package, tree: Path, file: str, text: str, timeout: float) -> SuiteOutcome:
    """Run the suite with another text of one file, then restore the file."""
    path = tree / file
    original = path.read_bytes()
    try:
        path.write_text(text, encoding="utf-8")
        return run_suite(package, tree, timeout)
    finally:
        path.write_bytes(original)
