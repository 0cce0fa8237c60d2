"""Sentences for the user about what the tests cannot read, and about tests that fail because of that."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from reloc_lsp.evaluation.baseline.withheld_variables import variables_note, withheld_variables
from reloc_lsp.evaluation.tiers import HarnessLauncher
from reloc_lsp.evaluation.workspace.scratch_copy import ScratchCopy
from reloc_lsp.evaluation.workspace.withheld_files import VERSION_HISTORY
from reloc_lsp.search.verdict import Failure, TestResult

MAX_NAMED = 5
"""Withheld files that a note names. Further ones are counted. Chosen by hand."""
_MISSING = re.compile(
    r"(?:No such file or directory|Permission denied|FileNotFoundError|PermissionError|NotADirectoryError)"
    r"[^'\"\n]*['\"](?P<path>[^'\"\n]+)['\"]"
)
"""The message of an error about a file, in an exception's text or in what pytest prints."""
_NO_MODULE = re.compile(r"No module named ['\"](?P<name>[\w.]+)['\"]")
"""The message of an error about a module that cannot be found."""
_NO_HISTORY = re.compile(
    r"not a git repository|Command '?\[?'?git\b.* exit status 128|Invalid[A-Za-z]*Repository|unable to detect version"
)
"""The message of an error of git, or of a library that asks it, where there is no repository."""
_LEFT_OUT_SILENTLY = {*VERSION_HISTORY, ".idea", ".vscode"}
"""Withheld folders that hardly any test reads, so that they are not named until one does."""


def withheld_note(copy: ScratchCopy) -> str:
    """A sentence that names what is withheld from the tests; empty if there is nothing to say."""
    names = sorted(name for name in copy.withheld if name.rpartition("/")[2] not in _LEFT_OUT_SILENTLY)
    if not names:
        return ""
    more = f" and {len(names) - MAX_NAMED} more" if len(names) > MAX_NAMED else ""
    return (
        f"Withheld from the tests, because it may hold secrets: {', '.join(names[:MAX_NAMED])}{more}. "
        f'To let them read it, add it to the setting evaluation.withhold with an exclamation mark: "!{names[0]}".'
    )


def missing_package_note(text: str, launcher: HarnessLauncher) -> str:
    """A sentence that names the interpreter, if a module is missing that is none of the workspace; else empty."""
    missing = _NO_MODULE.search(text)
    if missing is None:
        return ""
    name = missing["name"].partition(".")[0]
    if any((launcher.copy.origin / found).exists() for found in (name, f"{name}.py", f"src/{name}", f"src/{name}.py")):
        return ""
    return (
        f"The tests run with {launcher.interpreter.executable}: install {name} there, or name another interpreter with "
        "--interpreter or the setting reloc.evaluation.interpreter."
    )


def failure_note(results: Mapping[str, TestResult], launcher: HarnessLauncher, *, variables: bool = True) -> str:
    """A sentence if a test fails for what is withheld or missing in the copy; else empty. `results` are by node id.

    Without `variables` only files count.
    """
    for test, result in results.items():
        failure = result.failure
        if failure is None:
            continue
        counted = failure if variables else replace(failure, variable="")
        if reason := failure_reason(counted, launcher):
            return f"{test} fails with {failure.kind}: {reason}"
    return ""


def failure_reason(failure: Failure, launcher: HarnessLauncher) -> str:
    """Why an environment variable or file that a test needs is missing in the copy; empty if it is not."""
    variables = withheld_variables([failure.variable], launcher)
    return variables_note(variables) if variables else unreadable_reason(f"{failure.kind}: {failure.message}", launcher)


def unreadable_reason(text: str, launcher: HarnessLauncher) -> str:
    """Why a file that an error message names is missing in the copy; empty if it is not."""
    return _history_reason(text, launcher) or _file_reason(text, launcher)


def _history_reason(text: str, launcher: HarnessLauncher) -> str:
    """A sentence if the message is that of git without a repository, and the repository is withheld."""
    histories = [name for name in launcher.copy.withheld if name.rpartition("/")[2] in VERSION_HISTORY]
    if not histories or not _NO_HISTORY.search(text):
        return ""
    why = f"{histories[0]} is withheld from the tests, because old versions may hold secrets."
    return f"{why} {_how_to_show(histories[0])}"


def _file_reason(text: str, launcher: HarnessLauncher) -> str:
    copy = launcher.copy
    for match in _MISSING.finditer(text):
        path = Path(os.path.normpath(copy.root / match["path"]))
        if path.is_relative_to(launcher.home):
            at_home = Path.home() / path.relative_to(launcher.home)
            if at_home.exists():
                return (
                    f"{at_home} is in your home folder, in whose place the tests have an empty one. To let them read "
                    f'it, use the settings evaluation.environment = ["HOME"] and evaluation.withhold = ["!{at_home}"].'
                )
            continue
        if path.is_relative_to(copy.folder) and not path.is_relative_to(copy.root):
            outside = copy.original_path(path)
            if outside is not None and outside.exists():
                return (
                    f"{os.path.relpath(outside, copy.origin)} is outside of the workspace {copy.origin}, and files "
                    "there are not in the copy in which tests run. Start ReLoc in a folder that holds both."
                )
            continue
        if path.is_relative_to(copy.root):
            name = path.relative_to(copy.root)
            if not any(part in copy.withheld for part in map(Path.as_posix, (name, *name.parents))):
                continue
            return f"{name} is withheld from the tests, because it may hold secrets. {_how_to_show(name.as_posix())}"
        if launcher.sandbox.level != "none" and path.exists():
            return (
                f"{path} cannot be read in the sandbox, which shows the workspace, its interpreter, its packages and "
                f"the programs of the system. {_how_to_show(str(path))}"
            )
    return ""


def _how_to_show(name: str) -> str:
    return f'If it holds none, let them read it with the setting evaluation.withhold = ["!{name}"].'
