"""The sandbox: what candidates cannot do in it, what is granted because the tests require it, and the notes on that."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from textwrap import indent

import pytest
from verdicts import evaluate

from reloc_lsp.evaluation.errors import EvaluationError
from reloc_lsp.evaluation.harness.protocol.values import Limit, RunRequest
from reloc_lsp.evaluation.interpreter import find_interpreter
from reloc_lsp.evaluation.sandbox import Grants, ReadablePaths, Sandbox, bubblewrap, find_sandbox, sandbox_level
from reloc_lsp.evaluation.tiers import ColdTier

SANDBOX = find_sandbox()
MISSING = f"the sandbox is {SANDBOX.level} here: {'; '.join(SANDBOX.missing)}"
pytestmark = pytest.mark.skipif(not SANDBOX.confinement, reason=MISSING)
needs_container = pytest.mark.skipif(SANDBOX.container is None, reason=MISSING)

MODULE = "def f(a):\n    return a\n"
TESTS = "from m import f\ndef test_five(): assert f(5) == 3\ndef test_three(): assert f(3) == 3\n"


def trying(act: str) -> str:
    """A candidate that is right only if `act` succeeds."""
    return f"def f(a):\n{indent(act, '    ')}\n    return 3\n"


WRITE = "open('found.txt', 'w').write('x')"
RUN = "import subprocess, sys; subprocess.run([sys.executable, '-c', ''], check=True)"
LISTEN = "import socket; socket.create_server(('127.0.0.1', 0)).close()"
CHMOD = "import os, tempfile; os.chmod(tempfile.mkdtemp(), 0o755)"
CACHE = "import pathlib; (pathlib.Path.home() / 'cache').write_text('x')"
FLAG = """\
import array, fcntl, tempfile
with tempfile.NamedTemporaryFile('w') as file:
    fcntl.ioctl(file.fileno(), 0x40086602, array.array('l', [0x40]))"""
ACTS = {"write": WRITE, "run": RUN, "listen": LISTEN, "chmod": CHMOD, "cache": CACHE, "set a flag": FLAG}


@pytest.fixture(params=[pytest.param("full", marks=needs_container), "partial"])
def level(request, monkeypatch):
    """The full sandbox, and the confinement alone, as on a system without bubblewrap."""
    if request.param == "partial":
        without_container = Sandbox(confinement=True, missing=("bubblewrap is not installed",))
        monkeypatch.setattr(sandbox_level, "best_sandbox", lambda: without_container)
    return request.param


async def test_a_candidate_can_compute_and_write_temporary_files_and_no_more(level, write, start_evaluator):
    evaluator = await start_evaluator(write({"m.py": MODULE, "test_m.py": TESTS}), "m.py::f")
    assert evaluator.baseline.tier.name == "warm" and evaluator.sandbox == level
    assert evaluator.baseline.grants == Grants() and not evaluator.baseline.notes
    temporary = "import tempfile; tempfile.NamedTemporaryFile('w').write('x')"
    verdicts = await evaluate(evaluator, trying(temporary), *map(trying, ACTS.values()))
    assert [verdict.all_passed for verdict in verdicts] == [True] + [False] * len(ACTS)
    assert (await evaluator.confirm(trying(temporary))).all_passed
    assert not (await evaluator.confirm(trying(RUN))).all_passed


NEEDS = {
    "write": ("writing in the workspace's copy", f"def test_it(): {WRITE}; assert f(3) == 3\n"),
    "run": ("other processes", f"def test_it():\n    {RUN}\n    assert f(3) == 3\n"),
    "listen": ("sockets", f"def test_it():\n    {LISTEN}\n    assert f(3) == 3\n"),
    "chmod": ("modes and times of files", f"def test_it():\n    {CHMOD}\n    assert f(3) == 3\n"),
    "cache": ("writing in home", f"def test_it():\n    {CACHE}\n    assert f(3) == 3\n"),
}


@pytest.mark.parametrize("need", NEEDS)
async def test_what_the_tests_require_is_granted_with_a_note_and_nothing_else_is(need, write, start_evaluator):
    words, test = NEEDS[need]
    evaluator = await start_evaluator(write({"m.py": MODULE, "test_m.py": TESTS + test}), "m.py::f")
    assert evaluator.baseline.notes == [f"The tests were seen to need, and candidates are granted: {words}."]
    right, *verdicts = await evaluate(evaluator, "def f(a):\n    return 3\n", *map(trying, ACTS.values()))
    assert right.all_passed and evaluator.sandbox == SANDBOX.level
    allowed = {name for name, verdict in zip(ACTS, verdicts, strict=True) if verdict.all_passed}
    # A folder in the workspace's copy is granted with all below it.
    assert need in allowed and allowed <= {need}


@pytest.mark.parametrize("need", NEEDS)
async def test_what_importing_the_tests_requires_is_granted_to_the_confirmation_alone(need, write, start_evaluator):
    words = NEEDS[need][0]
    evaluator = await start_evaluator(
        write({"m.py": MODULE, "test_m.py": TESTS, "conftest.py": ACTS[need] + "\n"}), "m.py::f"
    )
    assert evaluator.baseline.notes == [
        f"Importing the tests was seen to need, and the confirmation is granted: {words}."
    ]
    right, *verdicts = await evaluate(evaluator, "def f(a):\n    return 3\n", *map(trying, ACTS.values()))
    assert right.all_passed and not any(verdict.all_passed for verdict in verdicts)
    assert (await evaluator.confirm("def f(a):\n    return 3\n")).all_passed and evaluator.sandbox == SANDBOX.level
    assert not (await evaluator.confirm(trying(ACTS["set a flag"]))).all_passed
    changed, bad = await evaluate(evaluator, "def f(a, b=3):\n    return b\n", trying(RUN).replace("f(a)", "f(a, b=3)"))
    assert changed.all_passed and bad.all_passed == (need == "run")


QUIET = "import ctypes, os; pid = ctypes.CDLL(None).fork(); pid or os._exit(0); assert pid > 0; os.waitpid(pid, 0)"


LEVEL_WITHOUT_CONFINEMENT = {"full": "partial", "partial": "none"}


async def test_a_requirement_of_importing_without_an_audit_event_ends_the_confinement(level, write, start_evaluator):
    evaluator = await start_evaluator(
        write({"m.py": MODULE, "test_m.py": TESTS, "conftest.py": QUIET + "\n"}), "m.py::f"
    )
    assert (
        evaluator.sandbox == LEVEL_WITHOUT_CONFINEMENT[level]
        and (await evaluator.confirm("def f(a):\n    return 3\n")).all_passed
    )


async def test_tests_that_cannot_run_in_two_processes_give_a_clear_error(write, start_evaluator, tmp_path):
    lock = f"import os, sys\nif os.path.exists({str(tmp_path / 'lock')!r}): raise SystemExit('the lock is taken')\n"
    taking = f"open({str(tmp_path / 'lock')!r}, 'x').close()\n"
    root = write({"m.py": MODULE, "test_m.py": TESTS, "conftest.py": lock + taking})
    with pytest.raises(EvaluationError) as error:
        await start_evaluator(root, "m.py::f", sandbox="none")
    assert "not once more in a new pytest process" in str(error.value) and "the lock is taken" in str(error.value)


async def test_a_requirement_of_a_test_without_an_audit_event_ends_the_confinement(level, write, start_evaluator):
    """The C library starts a process here, for which Python has no audit event."""
    test = f"def test_it():\n    {QUIET}\n    assert f(3) == 3\n"
    evaluator = await start_evaluator(write({"m.py": MODULE, "test_m.py": TESTS + test}), "m.py::f")
    assert evaluator.sandbox == LEVEL_WITHOUT_CONFINEMENT[level]
    everything = {"full": "everything that the container allows", "partial": "everything"}[level]
    assert evaluator.baseline.notes == [f"The tests were seen to need, and candidates are granted: {everything}."]
    (right,) = await evaluate(evaluator, "def f(a):\n    return 3\n")
    assert right.all_passed and (await evaluator.confirm("def f(a):\n    return 3\n")).all_passed


async def test_a_flaky_test_is_left_out_though_the_confinement_changes_how_it_ends(
    level, write, start_evaluator, tmp_path
):
    """It writes outside of the workspace. It passes in its first run, and fails in the next ones."""
    test = f"""
def test_flaky():
    import pathlib
    runs = pathlib.Path({str(tmp_path / "runs")!r})
    with runs.open("a") as file:
        file.write("x")
    assert f(3) == 3 and runs.stat().st_size not in (2, 3, 4)
"""
    evaluator = await start_evaluator(write({"m.py": MODULE, "test_m.py": TESTS + test}), "m.py::f")
    assert evaluator.baseline.flaky == ["test_m.py::test_flaky"]


async def test_a_unit_that_runs_at_import_is_confined_too(level, write, start_evaluator):
    module = "def f(a):\n    return a\nX = f(5)\n"
    evaluator = await start_evaluator(
        write({"m.py": module, "test_m.py": "import m\ndef test(): assert m.X == 3\n"}), "m.py::f"
    )
    assert evaluator.baseline.tier.name == "fresh"
    right, bad = await evaluate(evaluator, "def f(a):\n    return 3\n", trying(RUN))
    assert right.all_passed and not bad.all_passed


async def test_private_files_cannot_be_read(level, write, start_evaluator, tmp_path, monkeypatch):
    home = tmp_path / "user"
    (home / ".ssh").mkdir(parents=True)
    (home / ".ssh" / "id").write_text("secret")
    monkeypatch.setenv("HOME", str(home))
    evaluator = await start_evaluator(write({"m.py": MODULE, "test_m.py": TESTS}), "m.py::f")
    reading = [
        trying(f"open({str(home / '.ssh' / 'id')!r}).read()"),
        trying(f"assert b'HOME' in open('/proc/{os.getpid()}/environ', 'rb').read()"),
    ]
    assert [verdict.all_passed for verdict in await evaluate(evaluator, *reading)] == [False, False]
    assert not (await evaluator.confirm(reading[0])).all_passed


async def test_bytecode_that_is_kept_can_be_read_and_not_changed(level, write, start_evaluator):
    evaluator = await start_evaluator(write({"m.py": MODULE, "test_m.py": TESTS}), "m.py::f")
    (kept,) = evaluator.launcher.copy.kept_bytecode
    before = {place: place.read_bytes() for place in kept.rglob("*.pyc")}
    found = f"import pathlib; found = [*pathlib.Path({str(kept)!r}).rglob('*.pyc')]; assert len(found) == {len(before)}"
    assert (await evaluator.confirm(trying(found), trusted=True)).all_passed
    writing = f"{found}\nfor place in found: place.write_bytes(b'')"
    removing = f"{found}\nfor place in found: place.unlink()"
    for act in (writing, removing):
        assert not (await evaluator.confirm(trying(act), trusted=True)).all_passed
    assert {place: place.read_bytes() for place in kept.rglob("*.pyc")} == before


async def test_only_harmless_devices_can_be_opened(level, write, start_evaluator):
    evaluator = await start_evaluator(write({"m.py": MODULE, "test_m.py": TESTS}), "m.py::f")
    controlling, terminal = os.openpty()
    with tempfile.NamedTemporaryFile(dir="/dev/shm", buffering=0) as shared:
        shared.write(b"secret")
        harmless = ["/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom", "/dev/stdin"]
        paths = [*harmless, shared.name, os.ttyname(terminal), "/dev/kmsg", "/dev/console"]
        verdicts = await evaluate(evaluator, *(trying(f"open({path!r}, 'rb', 0).read(1)") for path in paths))
    os.close(controlling)
    os.close(terminal)
    assert [path for path, verdict in zip(paths, verdicts, strict=True) if verdict.all_passed] == harmless


@needs_container
async def test_a_test_that_fails_because_of_the_container_is_named(write, start_evaluator):
    call = "__import__('socket').create_connection(('192.0.2.1', 80), 1)"
    test = f"def test_it():\n    assert f(3) == 3\n    {call}\n"
    evaluator = await start_evaluator(write({"m.py": MODULE, "test_m.py": TESTS + test}), "m.py::f")
    (note,) = [note for note in evaluator.baseline.notes if "--sandbox none" in note]
    assert "test_m.py::test_it" in note


GRANTING_NOTHING = {
    "an unnamed temporary file": (
        MODULE,
        "def test_it():\n    import tempfile; tempfile.TemporaryFile().write(b'x')\n",
    ),
    "a unit that runs at import": (MODULE + "X = f(5)\n", ""),
}


@pytest.mark.parametrize("case", GRANTING_NOTHING)
async def test_what_is_required_in_the_own_folder_of_a_process_grants_nothing(case, write, start_evaluator):
    """Above all not the folder that holds the folders of all candidates."""
    module, test = GRANTING_NOTHING[case]
    test = TESTS + (test + "    assert f(3) == 3\n" if test else "")
    evaluator = await start_evaluator(write({"m.py": module, "test_m.py": test}), "m.py::f")
    assert evaluator.baseline.grants == Grants()
    assert Grants.for_required({"/s/children/2", "/s/children", "/s", "/s/home"}, Path("/s"), ()).folders == ("home",)


async def test_a_confined_cold_run_ends_normally_where_warnings_are_errors(write, start_evaluator):
    ini = "[pytest]\nfilterwarnings =\n    error\n    ignore::pytest.PytestDeprecationWarning\n"
    evaluator = await start_evaluator(write({"m.py": MODULE, "test_m.py": TESTS, "pytest.ini": ini}), "m.py::f")
    tier = ColdTier(
        evaluator.launcher, evaluator.location, evaluator.baseline.tier.collected, grants=evaluator.baseline.grants
    )
    report = await tier.run(MODULE, RunRequest(dict.fromkeys([0, 1], Limit(10, 30))))
    assert report.ended == "done" and report.cpu > 0


@needs_container
def test_the_full_sandbox_can_be_requested():
    assert find_sandbox("full").level == "full"
    assert find_sandbox("none").level == "none"


def test_a_system_without_the_full_sandbox_is_an_error_if_it_is_requested(monkeypatch):
    partial = replace(SANDBOX, container=None, missing=("no bubblewrap",))
    monkeypatch.setattr(sandbox_level, "best_sandbox", lambda: partial)
    with pytest.raises(EvaluationError, match=r"full sandbox; on this system it is partial: no bubblewrap\."):
        find_sandbox("full")


@pytest.mark.skipif(os.geteuid() != 0, reason="others may not write the kernel's settings anyway")
@needs_container
def test_root_cannot_change_the_kernels_settings_in_the_container(tmp_path):
    opening = "import os; os.open('/proc/sys/kernel/core_pattern', os.O_WRONLY)"
    readable = ReadablePaths((Path(sys.prefix), Path(sys.base_prefix)))
    command = SANDBOX.container_command(
        [sys.executable, "-c", opening],
        readable=readable, empty_file=Path(os.devnull), writable=tmp_path, temporary=[],
    )  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert "Read-only file system" in done.stderr


def test_the_message_of_a_bubblewrap_that_fails_is_quoted(tmp_path, monkeypatch):
    fake = tmp_path / "bwrap"
    fake.write_text("#!/bin/sh\necho 'bwrap: setting up uid map: Permission denied' >&2\nexit 1\n")
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert bubblewrap.find_bubblewrap() == (
        None,
        "bubblewrap may not make namespaces here (bwrap: setting up uid map: Permission denied)",
    )
    monkeypatch.setenv("PATH", "")
    assert "not installed" in bubblewrap.find_bubblewrap()[1]


def test_system_calls_have_the_numbers_that_libseccomp_knows():
    import ctypes

    from reloc_lsp.evaluation.harness.isolation.kernel import syscalls

    try:
        library = ctypes.CDLL("libseccomp.so.2")
    except OSError:
        pytest.skip("libseccomp is not here to compare with")
    for table in (syscalls.NEVER, syscalls.ATTRIBUTES, syscalls.PROCESSES, syscalls.NETWORK, syscalls.SPECIAL):
        for name, numbers in table.items():
            for column, machine in syscalls.MACHINES.values():
                known = library.seccomp_syscall_resolve_name_arch(ctypes.c_uint32(machine), name.encode())
                assert numbers[column] == (known if known >= 0 else None), name


def test_all_folders_of_the_interpreter_are_known(tmp_path):
    assert {Path(sys.prefix), Path(sys.base_prefix)} <= set(find_interpreter(tmp_path, sys.executable).folders)
