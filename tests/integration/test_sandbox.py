"""The walls around candidates: what they hold back, what the tests' own needs let through, and how it is told."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from textwrap import indent

import pytest
from verdicts import judged

from reloc_lsp.evaluation.errors import EvaluationError
from reloc_lsp.evaluation.fork_client import Limit
from reloc_lsp.evaluation.interpreter import find_interpreter
from reloc_lsp.evaluation.sandbox import Grants, Sandbox, bubblewrap, find_sandbox, sandbox_level
from reloc_lsp.evaluation.tiers import ColdTier

SANDBOX = find_sandbox()
needs_walls = pytest.mark.skipif(
    SANDBOX.level != "full", reason=f"the sandbox is {SANDBOX.level} here: {'; '.join(SANDBOX.lacking)}"
)
pytestmark = needs_walls

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


@pytest.fixture(params=["full", "partial: inner walls alone"])
def walls(request, monkeypatch):
    """The whole sandbox, and what is left of it where there is no bubblewrap."""
    if request.param != "full":
        monkeypatch.setattr(
            sandbox_level, "_best", lambda: Sandbox(inner=True, lacking=("bubblewrap is not installed",))
        )
    return request.param


async def test_a_candidate_can_compute_and_write_temporary_files_and_no_more(walls, write, judging):
    judge = await judging(write({"m.py": MODULE, "test_m.py": TESTS}), "m.py::f")
    assert judge.baseline.tier.name == "warm" and judge.sandbox == walls.split(":")[0]
    assert judge.baseline.grants == Grants() and not judge.baseline.notes
    temporary = "import tempfile; tempfile.NamedTemporaryFile('w').write('x')"
    verdicts = await judged(judge, trying(temporary), *map(trying, ACTS.values()))
    assert [verdict.all_passed for verdict in verdicts] == [True] + [False] * len(ACTS)
    assert (await judge.confirm(trying(temporary))).all_passed
    assert not (await judge.confirm(trying(RUN))).all_passed


NEEDS = {
    "write": ("writing in the workspace's copy", f"def test_it(): {WRITE}; assert f(3) == 3\n"),
    "run": ("other processes", f"def test_it():\n    {RUN}\n    assert f(3) == 3\n"),
    "listen": ("sockets", f"def test_it():\n    {LISTEN}\n    assert f(3) == 3\n"),
    "chmod": ("modes and times of files", f"def test_it():\n    {CHMOD}\n    assert f(3) == 3\n"),
    "cache": ("writing in home", f"def test_it():\n    {CACHE}\n    assert f(3) == 3\n"),
}


@pytest.mark.parametrize("need", NEEDS)
async def test_what_the_tests_themselves_do_is_granted_and_told_and_nothing_else(need, write, judging):
    words, test = NEEDS[need]
    judge = await judging(write({"m.py": MODULE, "test_m.py": TESTS + test}), "m.py::f")
    assert judge.baseline.notes == [f"The tests were seen to need, and candidates are granted: {words}."]
    right, *verdicts = await judged(judge, "def f(a):\n    return 3\n", *map(trying, ACTS.values()))
    assert right.all_passed and judge.sandbox == "full"
    allowed = {name for name, verdict in zip(ACTS, verdicts, strict=True) if verdict.all_passed}
    # A folder in the workspace's copy is granted with all below it.
    assert need in allowed and allowed <= {need}


@pytest.mark.parametrize("need", NEEDS)
async def test_what_importing_the_tests_does_is_granted_to_the_confirmation_alone(need, write, judging):
    words = NEEDS[need][0]
    judge = await judging(write({"m.py": MODULE, "test_m.py": TESTS, "conftest.py": ACTS[need] + "\n"}), "m.py::f")
    assert judge.baseline.notes == [f"Importing the tests was seen to need, and the confirmation is granted: {words}."]
    right, *verdicts = await judged(judge, "def f(a):\n    return 3\n", *map(trying, ACTS.values()))
    assert right.all_passed and not any(verdict.all_passed for verdict in verdicts)
    assert (await judge.confirm("def f(a):\n    return 3\n")).all_passed and judge.sandbox == "full"
    assert not (await judge.confirm(trying(ACTS["set a flag"]))).all_passed
    changed, bad = await judged(judge, "def f(a, b=3):\n    return b\n", trying(RUN).replace("f(a)", "f(a, b=3)"))
    assert changed.all_passed and bad.all_passed == (need == "run")


QUIET = "import ctypes, os; pid = ctypes.CDLL(None).fork(); pid or os._exit(0); assert pid > 0; os.waitpid(pid, 0)"


async def test_where_importing_needs_what_python_does_not_tell_of_the_inner_walls_come_down(write, judging):
    judge = await judging(write({"m.py": MODULE, "test_m.py": TESTS, "conftest.py": QUIET + "\n"}), "m.py::f")
    assert judge.sandbox == "partial" and (await judge.confirm("def f(a):\n    return 3\n")).all_passed


async def test_tests_that_run_in_one_process_at_a_time_are_a_sentence(write, judging, tmp_path):
    lock = f"import os, sys\nif os.path.exists({str(tmp_path / 'lock')!r}): raise SystemExit('the lock is taken')\n"
    taking = f"open({str(tmp_path / 'lock')!r}, 'x').close()\n"
    root = write({"m.py": MODULE, "test_m.py": TESTS, "conftest.py": lock + taking})
    with pytest.raises(EvaluationError) as error:
        await judging(root, "m.py::f", sandbox="none")
    assert "not once more in a new pytest process" in str(error.value) and "the lock is taken" in str(error.value)


async def test_a_need_that_python_does_not_tell_of_takes_the_inner_walls_down(write, judging):
    """The C library starts a process here, which no audit event tells of."""
    test = f"def test_it():\n    {QUIET}\n    assert f(3) == 3\n"
    judge = await judging(write({"m.py": MODULE, "test_m.py": TESTS + test}), "m.py::f")
    assert judge.sandbox == "partial"
    assert judge.baseline.notes == [
        "The tests were seen to need, and candidates are granted: all that the outer wall allows."
    ]
    (right,) = await judged(judge, "def f(a):\n    return 3\n")
    assert right.all_passed and (await judge.confirm("def f(a):\n    return 3\n")).all_passed


async def test_a_unit_that_runs_at_import_is_walled_in_too(walls, write, judging):
    module = "def f(a):\n    return a\nX = f(5)\n"
    judge = await judging(write({"m.py": module, "test_m.py": "import m\ndef test(): assert m.X == 3\n"}), "m.py::f")
    assert judge.baseline.tier.name == "fresh"
    right, bad = await judged(judge, "def f(a):\n    return 3\n", trying(RUN))
    assert right.all_passed and not bad.all_passed


async def test_private_files_cannot_be_read(walls, write, judging, tmp_path, monkeypatch):
    home = tmp_path / "user"
    (home / ".ssh").mkdir(parents=True)
    (home / ".ssh" / "id").write_text("secret")
    monkeypatch.setenv("HOME", str(home))
    judge = await judging(write({"m.py": MODULE, "test_m.py": TESTS}), "m.py::f")
    reading = [
        trying(f"open({str(home / '.ssh' / 'id')!r}).read()"),
        trying(f"assert b'HOME' in open('/proc/{os.getpid()}/environ', 'rb').read()"),
    ]
    assert [verdict.all_passed for verdict in await judged(judge, *reading)] == [False, False]
    assert not (await judge.confirm(reading[0])).all_passed


async def test_bytecode_that_is_kept_can_be_read_and_not_changed(walls, write, judging):
    judge = await judging(write({"m.py": MODULE, "test_m.py": TESTS}), "m.py::f")
    (kept,) = judge.bench.copy.kept_bytecode
    before = {place: place.read_bytes() for place in kept.rglob("*.pyc")}
    found = f"import pathlib; found = [*pathlib.Path({str(kept)!r}).rglob('*.pyc')]; assert len(found) == {len(before)}"
    assert (await judge.confirm(trying(found))).all_passed
    writing = f"{found}\nfor place in found: place.write_bytes(b'')"
    removing = f"{found}\nfor place in found: place.unlink()"
    for act in (writing, removing):
        assert not (await judge.confirm(trying(act))).all_passed
    assert {place: place.read_bytes() for place in kept.rglob("*.pyc")} == before


async def test_of_devices_only_those_are_open_that_lead_nowhere(walls, write, judging):
    judge = await judging(write({"m.py": MODULE, "test_m.py": TESTS}), "m.py::f")
    trusted, theirs = os.openpty()
    with tempfile.NamedTemporaryFile(dir="/dev/shm", buffering=0) as shared:
        shared.write(b"secret")
        harmless = ["/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom", "/dev/stdin"]
        paths = [*harmless, shared.name, os.ttyname(theirs), "/dev/kmsg", "/dev/console"]
        verdicts = await judged(judge, *(trying(f"open({path!r}, 'rb', 0).read(1)") for path in paths))
    os.close(trusted)
    os.close(theirs)
    assert [path for path, verdict in zip(paths, verdicts, strict=True) if verdict.all_passed] == harmless


async def test_a_test_that_the_sandbox_forbids_is_named(write, judging):
    call = "__import__('socket').create_connection(('192.0.2.1', 80), 1)"
    test = f"def test_it():\n    assert f(3) == 3\n    {call}\n"
    judge = await judging(write({"m.py": MODULE, "test_m.py": TESTS + test}), "m.py::f")
    (note,) = [note for note in judge.baseline.notes if "--sandbox none" in note]
    assert "test_m.py::test_it" in note


UNNEEDED = {
    "an unnamed temporary file": (
        MODULE,
        "def test_it():\n    import tempfile; tempfile.TemporaryFile().write(b'x')\n",
    ),
    "a unit that runs at import": (MODULE + "X = f(5)\n", ""),
}


@pytest.mark.parametrize("case", UNNEEDED)
async def test_what_is_needed_inside_a_folder_of_its_own_grants_nothing(case, write, judging):
    """Above all not the folder that holds those of all candidates."""
    module, test = UNNEEDED[case]
    test = TESTS + (test + "    assert f(3) == 3\n" if test else "")
    judge = await judging(write({"m.py": module, "test_m.py": test}), "m.py::f")
    assert judge.baseline.grants == Grants()
    assert Grants.of({"/s/children/2", "/s/children", "/s", "/s/home"}, Path("/s"), ()).folders == ("home",)


async def test_a_cold_run_ends_well_where_warnings_are_errors(write, judging):
    ini = "[pytest]\nfilterwarnings =\n    error\n    ignore::pytest.PytestDeprecationWarning\n"
    judge = await judging(write({"m.py": MODULE, "test_m.py": TESTS, "pytest.ini": ini}), "m.py::f")
    tier = ColdTier(judge.bench, judge.location, judge.baseline.tier.tests, grants=judge.baseline.grants)
    report = await tier.run(MODULE, [0, 1], [Limit(10, 30)] * 2)
    assert report.ended == "done" and report.cpu > 0


def test_full_walls_can_be_demanded(monkeypatch):
    assert find_sandbox("full").level == "full"
    assert find_sandbox("none").level == "none"
    monkeypatch.setattr(sandbox_level, "_best", lambda: replace(SANDBOX, outer=None, lacking=("no bubblewrap",)))
    with pytest.raises(EvaluationError, match=r"asks for full walls; this system has partial: no bubblewrap\."):
        find_sandbox("full")


@pytest.mark.skipif(os.geteuid() != 0, reason="others may not write the kernel's settings anyway")
def test_the_outer_wall_keeps_root_from_the_kernels_settings(tmp_path):
    opening = "import os; os.open('/proc/sys/kernel/core_pattern', os.O_WRONLY)"
    walled = SANDBOX.enclosed(
        [sys.executable, "-c", opening], shown=[Path(sys.prefix), Path(sys.base_prefix)], own=tmp_path, temporary=[]
    )
    done = subprocess.run(walled, capture_output=True, text=True, check=False)
    assert "Read-only file system" in done.stderr


def test_a_bubblewrap_that_may_not_work_is_told_with_its_own_words(tmp_path, monkeypatch):
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

    from reloc_lsp.evaluation.harness.isolation import syscalls

    try:
        library = ctypes.CDLL("libseccomp.so.2")
    except OSError:
        pytest.skip("libseccomp is not here to compare with")
    for table in (syscalls.NEVER, syscalls.ATTRIBUTES, syscalls.PROCESSES, syscalls.NETWORK, syscalls.SPECIAL):
        for name, numbers in table.items():
            for column, machine in syscalls.MACHINES.values():
                known = library.seccomp_syscall_resolve_name_arch(ctypes.c_uint32(machine), name.encode())
                assert numbers[column] == (known if known >= 0 else None), name


def test_the_python_of_these_tests_is_shown_whole(tmp_path):
    assert {Path(sys.prefix), Path(sys.base_prefix)} <= set(find_interpreter(tmp_path, sys.executable).places)
