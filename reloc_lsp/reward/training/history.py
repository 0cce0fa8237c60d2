"""Versions out of a git history: a function before and after a fix, through GitPython."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reloc_lsp.program.source_text import SourceText
from reloc_lsp.reward.errors import RewardError, need
from reloc_lsp.reward.training.commit_diff import FunctionChange, one_function
from reloc_lsp.reward.training.versions import Version, Versions

if TYPE_CHECKING:
    from git import Repo

LARGEST_FILE = 600_000
_TESTS = re.compile(r"(^|/)(tests?|testing)/|(^|/)(test_[^/]*|[^/]*_tests?|conftest)\.py$")
_FIXES = re.compile(
    r"\b(fix\w*|bug\w*|issues?|clos(e|es|ed)|resolv\w+|regress\w+|crash\w*|wrong\w*|incorrect\w*|correct\w*|errors?|"
    r"fail\w*|broken|prevent\w*|missing|invalid|exceptions?|should|ensure|properly|avoid\w*|handl\w+|\w+error)\b|#\d+",
    re.IGNORECASE,
)
_NO_FIXES = re.compile(
    r"^\s*(bump|release|version|merge|refactor\w*|docs?|docstrings?|reformat\w*|style|lint\w*|typo\w*|renam\w+|"
    r"add types?|typing|revert)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Fix:
    """A commit, the one file it changes outside of tests, that file's text before and after, and what it changes."""

    commit: str
    file: str
    before: str
    after: str
    change: FunctionChange


@dataclass(frozen=True)
class HistorySource:
    """The repository at `path` (bare or not): its commits that look like a fix and change one function of one file.

    A commit looks like one by its message, or because it changes tests too. Merges are left out. `name` is what the
    repository is called in the data.
    """

    path: Path
    name: str
    most_commits: int | None = None

    def versions(self) -> Iterator[Versions]:
        """The newest fix first: two versions, 1 and 0 revisions away from right."""
        for fix in self.fixes():
            change = fix.change
            versions = Version(change.before, 1), Version(change.after, 0, 0, "person")
            yield Versions("history", self.name, fix.file, change.qualname, fix.commit, 0, versions)

    def fixes(self) -> Iterator[Fix]:
        """The newest fix first."""
        repository = _opened(self.path)
        try:
            for commit, subject, changes in _commits(repository, self.most_commits):
                found = self._of_commit(repository, commit, subject, changes)
                if found:
                    yield found
        finally:
            repository.close()

    def _of_commit(self, repository: Repo, commit: str, subject: str, changes: Sequence[Sequence[str]]) -> Fix | None:
        python = [change for change in changes if change[-1].endswith(".py")]
        files = [change for change in python if not _TESTS.search(change[-1])]
        said = bool(_FIXES.search(subject)) or len(files) < len(python)
        if not said or _NO_FIXES.search(subject) or len(files) != 1 or files[0][2] != "M":
            return None
        old, new, _, file = files[0]
        before, after = _text(repository, old), _text(repository, new)
        change = one_function(before, after) if before and after else None
        return Fix(commit, file, before, after, change) if change else None


def _opened(path: Path) -> Repo:
    need({"git": "reading git histories"})
    try:
        from git import Repo
        from git.exc import InvalidGitRepositoryError, NoSuchPathError
    except ImportError as error:
        raise RewardError("The program git is not installed or not on the PATH: histories cannot be read.") from error
    try:
        repository = Repo(path)
    except NoSuchPathError as error:
        raise RewardError(f"There is no folder {path}. Name a git repository.") from error
    except InvalidGitRepositoryError as error:
        raise RewardError(f"{path} is no git repository. Name the folder of one, bare or not.") from error
    # A folder of objects and refs without a configuration is one for git, once it is told.
    repository.git.set_persistent_git_options(git_dir=repository.git_dir)
    return repository


def _commits(repository: Repo, most: int | None) -> Iterator[tuple[str, str, list[list[str]]]]:
    """Each commit's name, subject, and what it changed: old and new object, letter of the change, file."""
    from git.exc import GitCommandError

    bound = [] if most is None else [f"--max-count={most}"]
    process: Any = repository.git.log(
        *bound, "--no-merges", "--no-renames", "--raw", "--no-abbrev", "--format=%x01%H%x00%s", "HEAD", as_process=True
    )
    try:
        current: tuple[str, str, list[list[str]]] | None = None
        for raw in process.stdout:
            line = raw.decode("utf-8", "replace").rstrip("\n")
            if line.startswith("\x01"):
                if current:
                    yield current
                commit, _, subject = line[1:].partition("\0")
                current = commit, subject, []
            elif current and line.startswith(":"):
                told, _, file = line.partition("\t")
                current[2].append([*told.split()[2:5], file])
        if current:
            yield current
        process.wait()
    except GitCommandError as error:
        said = str(error.stderr).strip(" \n'") or error
        raise RewardError(f"git cannot read {repository.git_dir}: {said}") from error


def _text(repository: Repo, name: str) -> str:
    """A file's text; empty where it is very large or its encoding cannot be told."""
    from gitdb.exc import BadObject

    try:
        data = repository.odb.stream(bytes.fromhex(name)).read()
        return "" if len(data) > LARGEST_FILE else SourceText.decode(data).text.replace("\r\n", "\n")
    except (BadObject, SyntaxError, UnicodeDecodeError, ValueError):
        return ""
