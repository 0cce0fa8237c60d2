"""How much honest code the safety lint refuses, and how long it takes to read a function.

    python tests/benchmarks/safety_lint.py [--mbpp FILE.json] [--commits 6000] [--each 45] [CLONE ...]

Reads the fixed versions of the hand-written bugs; the solutions of MBPP (its `mbpp-sanitized.json`), each as a reply in
a file with the other functions and imports, and as one function with its imports inside; and from each clone of a git
repository up to `--each` of the newest fixes that change one function and tests. A fix is read with the file as it was
before, and with the words of the project as it was before. Prints what is refused with the reason.
"""

from __future__ import annotations

import argparse
import ast
import json
import re
import statistics
import subprocess
import time
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial, reduce
from operator import or_
from pathlib import Path

from reloc_lsp.program.safety import ProjectWords, SafetyLint
from reloc_lsp.program.unit import Module
from reloc_lsp.reward.training.sources.history import Fix, HistorySource

SETS = [Path(__file__).parent / name for name in ("handwritten", "exercises")]
_NO_TESTS = re.compile(r"(?<!conftest)(?<!_test)(?<!_tests)\.py$")
_TESTS = re.compile(r"(^|/)(tests?|testing)/|(^|/)test_[^/]*$")


@dataclass(frozen=True)
class Honest:
    """The right version `unit` of a function whose file is `file`, in a project with the words that `project` gives."""

    name: str
    file: str
    unit: str
    project: Callable[[], ProjectWords] = ProjectWords


def by_hand() -> Iterator[Honest]:
    """The right versions of the hand-written bugs."""
    for path in sorted(path for folder in SETS for path in folder.glob("*.toml")):
        case = tomllib.loads(path.read_text("utf-8"))
        module = Module(case["fixed"])
        unit = module.find(case["unit"].split("::")[1])
        if unit is not None:
            yield Honest(path.stem, case["broken"], module.source(unit))


def of_mbpp(data: Path) -> Iterator[Honest]:
    """Each solution in two ways: with its imports in the file, and with everything in the function."""
    for problem in json.loads(data.read_text("utf-8")):
        text = problem["code"].replace("\r\n", "\n") + "\n"
        module = Module(text)
        called = [unit for unit in module.functions if unit.qualname in problem["test_list"][0]]
        unit = ([*module.functions, *called])[-1]
        node = module.node(unit)
        assert isinstance(node, ast.FunctionDef)
        header = f"def {unit.name}({ast.unparse(node.args)}):\n"
        others = [other for other in module.tree.body if other is not node]
        body = "\n".join(ast.unparse(statement) for statement in [*others, *node.body])
        inside = header + "".join(f"    {line}\n" for line in body.splitlines())
        stub = header + "    return None\n"
        yield Honest(f"MBPP {problem['task_id']}", text.replace(module.source(unit), stub), module.source(unit))
        yield Honest(f"MBPP {problem['task_id']}, imports inside", stub, inside)


def of_history(clone: Path, commits: int, each: int) -> Iterator[Honest]:
    """The newest fixes of a repository that came with tests."""
    fixes = (fix for fix in HistorySource(clone, clone.name, commits).fixes() if _has_tests(clone, fix))
    for number, fix in enumerate(fixes):
        if number >= each:
            return
        module = Module(fix.after)
        unit = module.find(fix.change.qualname)
        if unit is not None:
            repository = clone.parent.name if clone.name in (".git", "repo") else clone.name
            name = f"{repository} {fix.commit[:10]} {unit.qualname}"
            yield Honest(name, fix.before, module.source(unit), partial(_words_before, clone, fix))


def _git(clone: Path, *arguments: str, given: str = "") -> str:
    command = ["git", "--git-dir", str(clone / ".git" if (clone / ".git").exists() else clone), *arguments]
    done = subprocess.run(command, input=given.encode(), capture_output=True, check=True)
    return done.stdout.decode("utf-8", "replace")


def _has_tests(clone: Path, fix: Fix) -> bool:
    changed = _git(clone, "diff-tree", "--no-commit-id", "--name-only", "-r", fix.commit).splitlines()
    return any(_TESTS.search(name) for name in changed if name.endswith(".py"))


def _words_before(clone: Path, fix: Fix) -> ProjectWords:
    listed = _git(clone, "ls-tree", "-r", "--name-only", f"{fix.commit}^").splitlines()
    names = [name for name in listed if _NO_TESTS.search(name) and not _TESTS.search(name)]
    wanted = "".join(f"{fix.commit}^:{name}\n" for name in names)
    words = ProjectWords.of(_git(clone, "cat-file", "--batch", given=wanted))
    return words | reduce(or_, (ProjectWords.of("", name) for name in names), ProjectWords())


def measure(what: str, versions: Iterator[Honest]) -> None:
    """Print what is refused of the versions, their number, and the CPU time of reading one again."""
    refused, milliseconds = 0, []
    for version in versions:
        lint = SafetyLint(version.file, project=version.project)
        refusals = lint.refusals(version.unit)
        before = time.process_time()
        lint.refusals(version.unit)
        milliseconds.append(1000 * (time.process_time() - before))
        if refusals:
            refused += 1
            print(f"{version.name}: {'; '.join(map(str, refusals))}", flush=True)
    if milliseconds:
        share, median = refused / len(milliseconds), statistics.median(milliseconds)
        print(f"{what}: {refused} of {len(milliseconds)} refused ({share:.1%}), {median:.2f} ms each (median)\n")


def main() -> None:
    """Read every set that is there."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("clones", nargs="*", type=Path, metavar="CLONE")
    parser.add_argument("--mbpp", type=Path, help="the data of MBPP")
    parser.add_argument("--commits", type=int, default=6000, help="commits that are read of each clone")
    parser.add_argument("--each", type=int, default=45, help="fixes that are read of each clone")
    options = parser.parse_args()
    measure("bugs by hand", by_hand())
    if options.mbpp:
        measure("MBPP", of_mbpp(options.mbpp))
    fixes = (honest for clone in options.clones for honest in of_history(clone, options.commits, options.each))
    measure("real fixes", fixes)


if __name__ == "__main__":
    main()
