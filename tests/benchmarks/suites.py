"""Published packages with very different tests: their sources, environments, and changes planted in them.

Each package gets its own environment, with its test requirements and an editable install of its tree, as a developer
has it. mutmut's operators make the changes, in functions that tests call. The packages' code is not part of this
repository.
"""

from __future__ import annotations

import json
import os
import random
import re
import subprocess
import sys
import venv
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, zip_longest
from pathlib import Path

from mutants import unique_functions
from published_packages import Package, unpack
from speed_mutants import Mutant

from reloc_lsp.evaluation.harness.protocol.records import CallsReport
from reloc_lsp.evaluation.harness.protocol.values import Limit, RunRequest
from reloc_lsp.evaluation.selection.test_file_discovery import pytest_layout, test_files
from reloc_lsp.evaluation.tiers import HarnessLauncher, WarmTier
from reloc_lsp.program.source_text import SourceText
from reloc_lsp.program.unit import Module

MANY, FEW = 24, 4
"""Most and fewest changes of a function; one with fewer is left out. Chosen by hand."""
TRACED, MOST_TRACED = 10, 200
"""Tests traced in one child process, and tests traced in all of a package. Chosen by hand."""
ASYNC, UNITTEST, FIXTURES = "asynchronous tests", "unittest classes", "heavy fixtures"
FILES, SRC, SQLITE, THREADS = "temporary files", "src layout", "SQLite", "threads"

LISTING = """
import ast, json, random, sys
from collections import defaultdict
from itertools import accumulate, islice
from pathlib import Path
from libcst.metadata import MetadataWrapper, PositionProvider, WhitespaceInclusivePositionProvider
from mutmut.mutation.file_mutation import create_mutations
from mutants import unique_functions

file, seed, few, many, names = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), sys.argv[5:]
text = Path(file).read_text("utf-8")
before = unique_functions(text)
lines = {line: name for name in names for line in range(before[name].lineno, before[name].end_lineno + 1)}
module, mutations, *_ = create_mutations(file, text, set(lines))
wrapper = MetadataWrapper(module, unsafe_skip_copy=True)
heads, spans = wrapper.resolve(PositionProvider), wrapper.resolve(WhitespaceInclusivePositionProvider)
starts = list(accumulate((len(line) + 1 for line in text.split("\\n")), initial=0))

def render(mutation):
    old, new = mutation.original_node, mutation.mutated_node
    first, last = (starts[end.line - 1] + end.column for end in (spans[old].start, spans[old].end))
    if text[first:last] == module.code_for_node(old):
        return text[:first] + module.code_for_node(new) + text[last:]
    return module.deep_replace(old, new).code  # only the whole module can render an indented block

def parsed(name, text, longer):
    first, last = before[name].lineno - 1, before[name].end_lineno
    indent = "if True:\\n" if before[name].col_offset else ""
    return ast.dump(ast.parse(indent + text[starts[first] : starts[last] + longer]))

def counts(name, mutated):
    try:
        return parsed(name, mutated, len(mutated) - len(text)) != parsed(name, text, 0)
    except SyntaxError:
        return False

made = defaultdict(list)
for mutation in mutations:
    owner = mutation.contained_by_top_level_function
    name = lines.get(heads[owner].start.line) if owner else None
    if name:
        made[name].append((len(made[name]) + 1, mutation))
for name, numbered in made.items():
    random.Random(seed).shuffle(numbered)
    rows = ([name, number, render(mutation)] for number, mutation in numbered)
    rendered = list(islice((row for row in rows if counts(name, row[2])), many))
    if len(rendered) >= few:
        print(json.dumps(rendered))
"""
"""A program for mutmut's environment. It prints a sample of the mutants of some functions of a file, as JSON lines."""


@dataclass(frozen=True)
class Suite:
    """A package; what is special about its tests; what they require; and the extras to install of the package."""

    package: Package
    features: tuple[str, ...]
    requirements: tuple[str, ...] = ()
    extras: str = ""

    @property
    def name(self) -> str:
        """The package's name."""
        return self.package.name


ALL = (
    Suite(Package("cachetools", "8.0.2", "src/cachetools"), (UNITTEST, SRC, THREADS)),
    Suite(Package("itsdangerous", "2.2.0", "src/itsdangerous"), (SRC, "freezegun"), ("freezegun",)),
    Suite(Package("tinydb", "4.9.0", "tinydb"), (FIXTURES, FILES), ("PyYAML",)),
    Suite(Package("aiofiles", "25.1.0", "src/aiofiles"), (ASYNC, FILES, THREADS, SRC), ("pytest-asyncio",)),
    Suite(Package("asgiref", "3.13.0", "asgiref"), (ASYNC, THREADS), ("pytest-asyncio", "packaging")),
    Suite(Package("sqlite-utils", "4.2.1", "sqlite_utils"), (SQLITE, FIXTURES, FILES, "hypothesis"), ("hypothesis",)),
    Suite(Package("diskcache", "5.6.3", "diskcache"), (SQLITE, FILES, THREADS), ("pytest-xdist", "django")),
    Suite(Package("flask-httpauth", "4.8.1", "src"), ("Flask application", UNITTEST, SRC), ("flask[async]",)),
    Suite(
        Package("starlette", "1.10.0", "starlette"),
        ("ASGI application", FIXTURES, ASYNC, FILES),
        ("trio", "blockbuster", "opentelemetry-sdk", "pytest-codspeed"),
        "[full]",
    ),
    Suite(Package("simplejson", "4.3.0", "simplejson"), ("C extension", UNITTEST), ("setuptools",)),
    Suite(Package("hyperlink", "21.0.0", "src/hyperlink"), ("hypothesis", UNITTEST, SRC), ("hypothesis",)),
    Suite(Package("jmespath", "1.1.0", "jmespath"), (UNITTEST, "tables of cases"), ("hypothesis",)),
    Suite(
        Package("structlog", "26.1.0", "src/structlog"),
        (ASYNC, FIXTURES, SRC, "import mode importlib"),
        ("pytest-asyncio", "simplejson", "time-machine", "rich"),
    ),
    Suite(Package("freezegun", "1.5.5", "freezegun"), ("changes the clock", UNITTEST)),
    Suite(Package("pathspec", "1.1.1", "pathspec"), (UNITTEST, FILES), ("typing-extensions",)),
)
SUITES = {suite.name: suite for suite in ALL}


class UnreachableError(Exception):
    """Packages cannot be downloaded here; the text is the last line of pip's output."""


_UNREACHABLE = re.compile(r"from versions: none|[Cc]onnection|[Tt]imed? ?out|name resolution|No module named pip")


def pip(*arguments: str, python: str = sys.executable) -> None:
    """Run pip for the environment of `python`.

    Raises `UnreachableError` if pip is missing or gets no answer, and `RuntimeError` if it fails otherwise.
    """
    call = [sys.executable, "-m", "pip", "--python", python, "--quiet", "--retries", "1", "--disable-pip-version-check"]
    done = subprocess.run([*call, *arguments], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        kind = UnreachableError if _UNREACHABLE.search(done.stderr) else RuntimeError
        raise kind((done.stderr.strip().splitlines() or ["pip gave no reason"])[-1])


def sources(suite: Suite, work: Path) -> Path:
    """The package's pristine tree below `work`, downloaded on the first call."""
    package, sdists = suite.package, work / "sdists"
    tree = work / "trees" / package.name
    archive = sdists / f"{package.name.replace('-', '_')}-{package.version}.tar.gz"
    if not archive.exists():
        # Only the package itself must be a source distribution; its build requirements may be wheels.
        only = ["--no-deps", "--no-binary", package.name, "--dest", str(sdists)]
        pip("download", *only, f"{package.name}=={package.version}")
    if not tree.exists():
        tree.parent.mkdir(parents=True, exist_ok=True)
        unpack(archive, tree)
    return tree


def environment(suites: Sequence[Suite], work: Path, *more: str) -> Path:
    """The interpreter of an environment for the tests of these packages and `more`, created on the first call."""
    folder = work / "environments" / "-".join(suite.name for suite in suites)
    python, ready = folder / "bin" / "python", folder / "ready"
    if not ready.exists():
        venv.create(folder, clear=True)
        editable = [part for s in suites for part in ("--editable", f"{sources(s, work)}{s.extras}")]
        pip("install", "pytest", *more, *(one for s in suites for one in s.requirements), *editable, python=str(python))
        ready.touch()
    return python


async def tests_by_function(launcher: HarnessLauncher, seed: str) -> dict[tuple[str, int], set[int]]:
    """The numbers of the tests that call each function, which is given by its file and first line.

    If there are more than `MOST_TRACED` tests, only a seeded sample of them is traced.
    """
    user = launcher.copy.files
    tier = await WarmTier.start(launcher, None, [path.as_posix() for path in test_files(user, pytest_layout(user))])
    found: dict[tuple[str, int], set[int]] = defaultdict(set)
    left = sorted(random.Random(seed).sample(range(len(tier.tests)), min(MOST_TRACED, len(tier.tests))))
    try:
        while left:
            part = left[:TRACED]
            report = await tier.run("", RunRequest(dict.fromkeys(part, Limit(5.0, 10.0)), trace_calls=True))
            calls = report.last(CallsReport)
            for function in calls.functions if calls else ():
                found[function.file, function.line].update(function.tests)
            # A crashed child reports no calls. The tests after the one that ended it are traced in a new child.
            ended = list(report.results) if report.ended != "done" else part
            left = [n for n in left if n not in (ended or part)]
    finally:
        await tier.close()
    return found


def choose_functions(
    suite: Suite, tree: Path, calls: Mapping[tuple[str, int], object], seed: str
) -> list[tuple[str, str]]:
    """Functions that tests call, as (file, qualified name), in a seeded order that alternates between modules."""
    by_file = []
    for path in sorted((tree / suite.package.sources).rglob("*.py")):
        file, text = path.relative_to(tree).as_posix(), SourceText.read(path).text
        known, tests = unique_functions(text), {"test", "tests"} & set(path.relative_to(tree).parts)
        names = [u.qualname for u in Module(text).functions if u.qualname in known and (file, u.first_line) in calls]
        if names and not tests:
            random.Random(seed + file).shuffle(names)
            by_file.append([(file, name) for name in names])
    random.Random(seed).shuffle(by_file)
    return [pair for pair in chain.from_iterable(zip_longest(*by_file)) if pair is not None]


def planted(
    mutmut: Path, tree: Path, functions: Iterable[tuple[str, str]], seed: str, many: int = MANY
) -> Iterator[tuple[str, str, list[Mutant]]]:
    """Seeded samples of the changes that mutmut's operators make in `functions`: (file, qualified name, changes).

    They are made file by file, on demand.
    """
    by_file: dict[str, list[str]] = {}
    for file, name in functions:
        by_file.setdefault(file, []).append(name)
    for file, names in by_file.items():
        call = [str(mutmut), "-c", LISTING, file, seed, str(FEW), str(many), *names]
        variables = {**os.environ, "PYTHONPATH": str(Path(__file__).parent)}
        listed = subprocess.run(call, cwd=tree, env=variables, stdout=subprocess.PIPE, check=True).stdout
        for line in listed.splitlines():
            made = sorted((Mutant(*row) for row in json.loads(line)), key=lambda mutant: mutant.number)
            yield file, made[0].qualname, made
