"""mutmut's own run on the mutants of `speed.py`, and the CPU time of a command."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from speed_mutants import Mutant, Subject
from speed_tally import MUTMUT, Tally

HANGS = 120.0
"""Time limit of a process, in seconds. Chosen by hand."""
MUTMUT_SECONDS = 1800.0
"""Time limit of a run of mutmut, in seconds. Chosen by hand."""


def run(command: Sequence[str], folder: Path, seconds: float = HANGS) -> tuple[int, float, str]:
    """Exit status, CPU seconds (with its children) and output of a command, which is killed after `seconds`."""
    steady = {"PYTHONHASHSEED": "0", "PYTHONDONTWRITEBYTECODE": "1", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(
            ["timeout", "-k", "5", str(seconds), *command],
            cwd=folder, env={**os.environ, **steady}, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT,
        )  # fmt: skip
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        return process.returncode, used.ru_utime + used.ru_stime, output.read().decode(errors="replace")


def mutmut(subject: Subject, chosen: dict[Mutant, bool], tree: Path, python: Path, tally: Tally) -> None:
    """Run mutmut on the same mutants. The cost is that of all mutants minus that of a single one."""
    module = subject.file.removesuffix(".py").replace("/", ".")
    names = {f"{module}.x_{mutant.qualname}__mutmut_{mutant.number}": green for mutant, green in chosen.items()}
    lines = {
        "source_paths": [subject.package.sources],
        "only_mutate": [subject.file],
        "also_copy": subject.also_copy,
        "pytest_add_cli_args": ["-o", "addopts=", "-p", "no:cacheprovider"],
        "pytest_add_cli_args_test_selection": subject.package.tests,
    }
    settings = "".join(f"{key} =\n    " + "\n    ".join(values) + "\n" for key, values in lines.items() if values)
    with (tree / "setup.cfg").open("a", encoding="utf-8") as stream:
        stream.write(f"\n[mutmut]\n{settings}")
    call = [str(python.with_name("mutmut")), "run", "--max-children", "1"]
    one, costs = next(iter(names)), []
    for selection in ([one], names, [one]):
        status, cpu, output = run([*call, *selection], tree, MUTMUT_SECONDS)
        if status != 0:
            raise SystemExit(f"mutmut failed on {subject.package.name}:\n{output[-2000:]}")
        costs.append(cpu)
    tally.add(MUTMUT, costs[1] - costs[2], len(names) - 1)
    tally.once[MUTMUT].append(costs[0])
    codes = json.loads((tree / "mutants" / f"{subject.file}.meta").read_text())["exit_code_by_key"]
    same = sum((codes[name] == 0) == green for name, green in names.items())
    tally.notes.append(f"mutmut agrees on {same} of {len(names)} mutants (it measures coverage differently)")
