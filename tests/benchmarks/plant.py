"""Plants bugs in published packages with an independent mutation tool.

The packages' source distributions are downloaded; they contain the tests.
mutmut's operators make the mutants. A seeded sample of the mutants that make
a test fail is written to ``OUT/plants.jsonl``; ``OUT/<package>`` is the
unchanged source tree. The packages' code is not part of this repository.

Create a separate environment, plant bugs, then check repairs::

    python -m venv env
    env/bin/python -m pip install mutmut pytest pytest-cov pytest-mock docopt whatever hypothesis PyYAML \\
        ruamel.yaml msgpack tomli-w text-unidecode
    env/bin/python plant.py plant OUT --count 30 --seed 1
    env/bin/python plant.py judge OUT 17 REPAIRED_FILE

A row of ``plants.jsonl`` has: id, package, version, file (within the tree),
qualname, line, diff, original_function_source, mutated_function_source,
mutated_file_text, failing_tests (node ids, as under PYTHONHASHSEED=0),
import_path and pytest_arguments (how to run the suite, from the tree),
suite_seconds, tool and seed. isodate numbers some parametrised tests in the
order of a set that contains None. These ids differ between processes, so its
tests must be selected by file or function, not by full id.
"""

from __future__ import annotations

import argparse
import ast
import contextlib
import difflib
import json
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path

from mutants import Mutant, shuffled_mutants, source_of, unique_functions
from published_packages import Package, SuiteOutcome, download, run_suite, run_with, unpack

PASSED, FAILED = 0, 1
"""Exit status of pytest if all tests passed, and if some failed."""
PLANTS = "plants.jsonl"
BASELINE_SECONDS = 300.0
"""Time limit of the unchanged package's suite, in seconds. Chosen by hand."""


PACKAGES = (
    Package("cachetools", "8.0.0", "src/cachetools", "src"),
    Package("funcy", "2.1", "funcy"),
    Package("isodate", "0.7.2", "src/isodate", "src"),
    Package("semver", "3.1.1", "src/semver", "src"),
    Package("num2words", "0.5.14", "num2words", tests=("tests", "--ignore=tests/test_cli.py")),
    Package("tinydb", "4.9.0", "tinydb"),
    Package("python-slugify", "9.2.0", "slugify"),
    Package("python-box", "8.0.0", "box", tests=("test",)),
)


@dataclass(frozen=True)
class Plant:
    """A planted bug: a row of the result."""

    id: str
    package: str
    version: str
    file: str
    qualname: str
    line: int
    diff: str
    original_function_source: str
    mutated_function_source: str
    mutated_file_text: str
    failing_tests: list[str]
    import_path: str
    pytest_arguments: list[str]
    suite_seconds: float
    tool: str
    seed: int


def noticed(
    package: Package, tree: Path, mutants: Iterable[Mutant], timeout: float, per_function: int
) -> Iterator[tuple[Mutant, SuiteOutcome]]:
    """Mutants that make tests fail, at most `per_function` each; none that hangs or breaks the collection."""
    taken: Counter[tuple[str, str]] = Counter()
    for mutant in mutants:
        function = (mutant.file, mutant.qualname)
        if taken[function] >= per_function:
            continue
        outcome = run_with(package, tree, mutant.file, mutant.mutated, timeout)
        if outcome.status == FAILED and outcome.failing:
            taken[function] += 1
            yield mutant, outcome


def plant_row(package: Package, number: int, mutant: Mutant, outcome: SuiteOutcome, seed: int) -> Plant:
    """The row of a mutant that makes tests fail."""
    before = unique_functions(mutant.original)[mutant.qualname]
    after = unique_functions(mutant.mutated)[mutant.qualname]
    old, new = mutant.original.splitlines(keepends=True), mutant.mutated.splitlines(keepends=True)
    return Plant(
        id=f"{package.name}-{number:03d}",
        package=package.name,
        version=package.version,
        file=mutant.file,
        qualname=mutant.qualname,
        line=mutant.line,
        diff="".join(difflib.unified_diff(old, new, f"a/{mutant.file}", f"b/{mutant.file}", n=2)),
        original_function_source=source_of(mutant.original, before),
        mutated_function_source=source_of(mutant.mutated, after),
        mutated_file_text=mutant.mutated,
        failing_tests=outcome.failing,
        import_path=package.import_path,
        pytest_arguments=list(package.pytest_arguments),
        suite_seconds=round(outcome.seconds, 2),
        tool=f"mutmut {version('mutmut')}",
        seed=seed,
    )


def plant_package(package: Package, out: Path, count: int, seed: int, per_function: int) -> Iterator[Plant]:
    """Plant up to `count` bugs in one package."""
    tree, scratch = out / package.name, out / "scratch" / package.name
    archive = download(package, out / "sdists")
    unpack(archive, tree)
    scratch.parent.mkdir(parents=True, exist_ok=True)
    unpack(archive, scratch)
    baseline = run_suite(package, scratch, timeout=BASELINE_SECONDS)
    if baseline.status != PASSED:
        raise SystemExit(f"{package.name}: tests of the unchanged package fail: {baseline}")
    mutants = shuffled_mutants(package, tree, seed)
    # Ten seconds and five times the usual duration, chosen by hand: mutants that take longer count as hanging.
    rows = noticed(package, scratch, mutants, 10 + 5 * baseline.seconds, per_function)
    for number, (mutant, outcome) in zip(range(1, count + 1), rows, strict=False):
        yield plant_row(package, number, mutant, outcome, seed)
    shutil.rmtree(scratch)


def plant(out: Path, names: list[str], count: int, seed: int, per_function: int) -> None:
    """Plant bugs in the named packages (default: all). Each row is written as soon as it is found."""
    out.mkdir(parents=True, exist_ok=True)
    chosen = [package for package in PACKAGES if not names or package.name in names]
    with (out / PLANTS).open("w", encoding="utf-8") as stream:
        for package in chosen:
            written = 0
            for row in plant_package(package, out, count, seed, per_function):
                stream.write(json.dumps(asdict(row)) + "\n")
                stream.flush()
                written += 1
            print(f"{package.name}: {written} plants", flush=True)


def read_plants(out: Path) -> list[Plant]:
    """The rows of an earlier run."""
    lines = (out / PLANTS).read_text(encoding="utf-8").splitlines()
    return [Plant(**json.loads(line)) for line in lines]


def same_function(row: Plant, original_text: str, repaired_text: str) -> bool:
    """Whether the repaired function is the original one apart from layout and comments."""
    wanted = unique_functions(original_text)[row.qualname]
    got = unique_functions(repaired_text).get(row.qualname)
    return got is not None and ast.dump(got) == ast.dump(wanted)


def check_repair(out: Path, row: Plant, repaired_text: str) -> str:
    """`same` if it is the original, otherwise `passes` or `wrong`, by the whole suite."""
    package = next(package for package in PACKAGES if package.name == row.package)
    tree = out / row.package
    if same_function(row, (tree / row.file).read_text(encoding="utf-8"), repaired_text):
        return "same"
    scratch = out / "scratch" / row.id
    shutil.copytree(tree, scratch, dirs_exist_ok=True)
    # Half a minute and ten times the usual duration, chosen by hand: a slow repair is not a hang.
    outcome = run_with(package, scratch, row.file, repaired_text, timeout=30 + 10 * row.suite_seconds)
    shutil.rmtree(scratch)
    return "passes" if outcome.status == PASSED else "wrong"


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description="Plant bugs in published packages, and check repairs of them.")
    commands = parser.add_subparsers(dest="command", required=True)
    planting = commands.add_parser("plant", help="download, mutate, sample")
    planting.add_argument("out", type=Path)
    planting.add_argument("--count", type=int, default=30, help="plants per package")
    planting.add_argument("--per-function", type=int, default=3, help="maximum number in one function")
    planting.add_argument("--seed", type=int, default=1)
    planting.add_argument("--package", action="append", default=[], help="only this package (repeatable)")
    checking = commands.add_parser("judge", help="check a repaired file")
    checking.add_argument("out", type=Path)
    checking.add_argument("id", help="the plant's id, or its row number from 0")
    checking.add_argument("repaired", type=Path, help="the whole file after the repair")
    return parser.parse_args()


def main() -> None:
    """Run the command line."""
    options = arguments()
    out = options.out.resolve()
    if options.command == "plant":
        # mutmut reads its settings from the current folder. Without settings it searches for code to mutate.
        with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
            Path(folder, "setup.cfg").write_text("[mutmut]\nsource_paths = .\n")
            plant(out, options.package, options.count, options.seed, options.per_function)
        return
    rows = read_plants(out)
    by_id = {row.id: row for row in rows} | {str(number): row for number, row in enumerate(rows)}
    print(check_repair(out, by_id[options.id], options.repaired.read_text(encoding="utf-8")))


if __name__ == "__main__":
    main()
