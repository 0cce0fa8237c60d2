"""Versions from a git history, read with GitPython: a function before and after a fix."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reloc_lsp.program.source_text import SourceText
from reloc_lsp.reward.errors import RewardError, require_packages
from reloc_lsp.reward.training.sources.commit_diff import FunctionChange, single_function_change
from reloc_lsp.reward.training.sources.function_versions import Version, Versions

if TYPE_CHECKING:
    from git import Repo

MAX_FILE_BYTES = 600_000
"""Larger files are skipped; chosen by hand."""
# These patterns were written by hand.
_TESTS = re.compile(r"(^|/)(tests?|testing)/|(^|/)(test_[^/]*|[^/]*_tests?|conftest)\.py$")
_FIX_WORDS = re.compile(
    r"\b(fix\w*|bug\w*|issues?|clos(e|es|ed)|resolv\w+|regress\w+|crash\w*|wrong\w*|incorrect\w*|correct\w*|errors?|"
    r"fail\w*|broken|prevent\w*|missing|invalid|exceptions?|should|ensure|properly|avoid\w*|handl\w+|\w+error)\b|#\d+",
    re.IGNORECASE,
)
_NO_FIX_WORDS = re.compile(
    r"^\s*(bump|release|version|merge|refactor\w*|docs?|docstrings?|reformat\w*|style|lint\w*|typo\w*|renam\w+|"
    r"add types?|typing|revert)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Fix:
    """A commit, the only file outside tests that it changes, that file's text before and after, and the change."""

    commit: str
    file: str
    before: str
    after: str
    change: FunctionChange


@dataclass(frozen=True)
class HistorySource:
    """The fixes in the repository at `path` (bare or not): commits that look like a fix and change a single function.

    A commit looks like a fix by its subject, or because it changes tests too. Merges are left out. At most
    `max_commits` of the newest commits are read. `name` is the repository's name in the data.
    """

    path: Path
    name: str
    max_commits: int | None = None

    def versions(self) -> Iterator[Versions]:
        """For each fix, the newest first, two versions: 1 and 0 revisions away from correct."""
        for fix in self.fixes():
            change = fix.change
            versions = Version(change.before, 1), Version(change.after, 0, 0, "person")
            yield Versions(
                kind="history",
                repository=self.name,
                file=fix.file,
                qualname=change.qualname,
                reference=fix.commit,
                origin=0,
                versions=versions,
            )

    def fixes(self) -> Iterator[Fix]:
        """The fixes, the newest first."""
        repository = _opened(self.path)
        try:
            for commit, subject, changes in _commits(repository, self.max_commits):
                found = self._of_commit(repository, commit, subject, changes)
                if found:
                    yield found
        finally:
            repository.close()

    def _of_commit(self, repository: Repo, commit: str, subject: str, changes: Sequence[Sequence[str]]) -> Fix | None:
        python = [change for change in changes if change[-1].endswith(".py")]
        files = [change for change in python if not _TESTS.search(change[-1])]
        looks_like_fix = bool(_FIX_WORDS.search(subject)) or len(files) < len(python)
        if not looks_like_fix or _NO_FIX_WORDS.search(subject) or len(files) != 1 or files[0][2] != "M":
            return None
        old, new, _, file = files[0]
        before, after = _text(repository, old), _text(repository, new)
        change = single_function_change(before, after) if before and after else None
        return Fix(commit, file, before, after, change) if change else None


def _opened(path: Path) -> Repo:
    require_packages({"git": "reading git histories"})
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
    # With an explicit git_dir, git also reads a folder of objects and refs that has no configuration.
    repository.git.set_persistent_git_options(git_dir=repository.git_dir)
    return repository


def _commits(repository: Repo, limit: int | None) -> Iterator[tuple[str, str, list[list[str]]]]:
    """Each commit's hash, subject and changes: old object, new object, letter of the change, file."""
    from git.exc import GitCommandError

    bound = [] if limit is None else [f"--max-count={limit}"]
    flags = ["--no-merges", "--no-renames", "--raw", "--no-abbrev", "--format=%x01%H%x00%s"]
    process: Any = repository.git.log(*bound, *flags, "HEAD", as_process=True)
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
                fields, _, file = line.partition("\t")
                current[2].append([*fields.split()[2:5], file])
        if current:
            yield current
        process.wait()
    except GitCommandError as error:
        message = str(error.stderr).strip(" \n'") or error
        raise RewardError(f"git cannot read {repository.git_dir}: {message}") from error


def _text(repository: Repo, name: str) -> str:
    """A file's text; empty if it is very large or cannot be decoded."""
    from gitdb.exc import BadObject

    try:
        data = repository.odb.stream(bytes.fromhex(name)).read()
        return "" if len(data) > MAX_FILE_BYTES else SourceText.decode(data).text.replace("\r\n", "\n")
    except (BadObject, SyntaxError, UnicodeDecodeError, ValueError):
        return ""
