"""What tests and candidates can read: an allow-list, at every level of the sandbox and in every kind of copy."""

from __future__ import annotations

import os
from pathlib import Path
from textwrap import indent

import pytest
from verdicts import evaluate

from reloc_lsp.evaluation.errors import EvaluationError
from reloc_lsp.evaluation.sandbox import Sandbox, find_sandbox, sandbox_level
from reloc_lsp.evaluation.workspace import scratch_copy

SANDBOX = find_sandbox()
pytestmark = pytest.mark.skipif(not SANDBOX.confinement, reason=f"the sandbox is {SANDBOX.level} here")

MODULE = "def f(a):\n    return a\n"
TESTS = "from m import f\ndef test_five(): assert f(5) == 3\ndef test_three(): assert f(3) == 3\n"
SECRET = "canary-7f3a9c"
KEY = f"-----BEGIN OPENSSH PRIVATE KEY-----\n{SECRET}\n"
SECRETS = dict.fromkeys(
    (
        ".env", ".env.local", "deep/er/.env.test", "prod.env", ".envrc", ".netrc", ".npmrc", ".pypirc", "id_rsa",
        "certs/server.key", "certs/server.pem", ".aws/credentials", ".ssh/config", ".git/config", ".git/objects/ab/cd",
        "vendor/lib/.git/config", "credentials.json", "secrets.yml", "secrets/database", "app/secrets/token",
        "service-account-1.json", ".docker/config.json", "terraform.tfvars", "ID_RSA.bak", ".ENV",
    ),
    SECRET,
) | {"notes.txt": KEY, "deploy": KEY}  # fmt: skip
PUBLIC = {
    "data/table.json": SECRET,
    "certs/authority.pem": f"-----BEGIN CERTIFICATE-----\n{SECRET}\n",
    "app/secrets/__init__.py": f"x = {SECRET!r}",
    "app/credentials.py": f"x = '{SECRET}'\n",
    "environment.yml": SECRET,
}


def trying(act: str) -> str:
    """A candidate that is right only if `act` succeeds."""
    return f"def f(a):\n{indent(act, '    ')}\n    return 3\n"


def finding(path: object) -> str:
    """A candidate that is right only if it reads the secret at `path`."""
    return trying(f"assert {SECRET!r} in open({str(path)!r}).read()")


@pytest.fixture(params=["copied", "mounted", "partial"])
def kind(request, monkeypatch):
    """A copied and a mounted workspace in the full sandbox, and the confinement alone."""
    if request.param == "partial":
        monkeypatch.setattr(sandbox_level, "best_sandbox", lambda: Sandbox(confinement=True, missing=("none",)))
    elif SANDBOX.container is None:
        pytest.skip("there is no bubblewrap here")
    monkeypatch.setattr(scratch_copy, "is_large", lambda _: request.param == "mounted")
    return request.param


async def test_what_looks_like_a_secret_cannot_be_read(kind, write, start_evaluator, tmp_path):
    outside = write({"key": SECRET, "data/table.json": SECRET}, "outside")
    root = write({"m.py": MODULE, "test_m.py": TESTS, **SECRETS, **PUBLIC})
    links = {"plain": root / ".env", "config": outside / "key", ".netrc.link": root / "data/table.json"}
    (outside / "id_rsa").write_text(SECRET)
    links["harmless"] = outside / "id_rsa"
    for name, target in links.items():
        (root / name).symlink_to(target)
    (root / "shown").symlink_to(outside / "data")
    evaluator = await start_evaluator(root, "m.py::f")
    places = [*SECRETS, "plain", "harmless", *(str(root / name) for name in SECRETS)]
    places += [str(outside / "id_rsa")]
    secret = await evaluate(evaluator, *map(finding, places))
    assert [place for place, verdict in zip(places, secret, strict=True) if verdict.all_passed] == []
    public = [*PUBLIC, "shown/table.json"]
    shown = await evaluate(evaluator, *map(finding, public))
    assert [place for place, verdict in zip(public, shown, strict=True) if not verdict.all_passed] == []
    assert not (await evaluator.confirm(finding(".env"))).all_passed


SYSTEM = ["/etc/shadow", "/etc/gshadow", "/etc/sudoers", "/etc/ssl/private", "/etc/machine-id"]
SYSTEM += ["/var/log", "/var/lib/dpkg/status", "/opt", "/srv", "/boot", "/sys/class/dmi/id/product_uuid"]


async def test_of_the_system_only_what_python_needs_can_be_read(kind, write, start_evaluator):
    evaluator = await start_evaluator(write({"m.py": MODULE, "test_m.py": TESTS}), "m.py::f")
    reading = "import os; assert os.listdir({0!r}) if os.path.isdir({0!r}) else open({0!r}, 'rb').read()"
    found = [path for path in SYSTEM if os.path.exists(path)]
    verdicts = await evaluate(evaluator, *(trying(reading.format(path)) for path in found))
    assert [path for path, verdict in zip(found, verdicts, strict=True) if verdict.all_passed] == []


async def test_another_workspaces_copy_cannot_be_read(kind, write, start_evaluator):
    other = await start_evaluator(write({"m.py": MODULE, "test_m.py": TESTS, "x": SECRET}, "other"), "m.py::f")
    evaluator = await start_evaluator(write({"m.py": MODULE, "test_m.py": TESTS}), "m.py::f")
    places = [other.launcher.copy.origin / "x", other.launcher.copy.root / "x"]
    verdicts = await evaluate(evaluator, *map(finding, places))
    assert not any(verdict.all_passed for verdict in verdicts)


NEEDED = """
import ctypes.util, getpass, grp, locale, mimetypes, multiprocessing, platform, pwd, socket, sqlite3, ssl, sysconfig
import tempfile, time, zoneinfo, asyncio, decimal, hashlib, importlib.metadata, os, lzma, bz2, uuid, curses, readline

def test_system():
    assert f(3)
    assert pwd.getpwuid(0).pw_name == "root" and grp.getgrgid(0).gr_name == "root"
    assert zoneinfo.ZoneInfo("Europe/Zurich").key and time.tzname
    assert ssl.create_default_context().get_ca_certs() or not os.path.exists("/etc/ssl/certs/ca-certificates.crt")
    assert locale.setlocale(locale.LC_ALL, "C.UTF-8")
    assert mimetypes.guess_type("x.png")[0] == "image/png"
    assert socket.getservbyname("http") == 80 and socket.gethostname()
    assert os.cpu_count() and platform.platform() and platform.libc_ver()
    assert importlib.metadata.version("pytest") and sysconfig.get_paths()["stdlib"]
    assert sqlite3.connect(":memory:").execute("select 1").fetchone() == (1,)
    assert tempfile.mkdtemp() and uuid.uuid4() and os.urandom(4)
    assert asyncio.run(asyncio.sleep(0, 1)) == 1
    assert os.path.exists("/etc/os-release") and platform.freedesktop_os_release()
"""
PROGRAMS = """
import subprocess, sys
def test_programs():
    assert f(3)
    assert subprocess.run(["sh", "-c", "echo x | sort"], capture_output=True, text=True, check=True).stdout == "x\\n"
    assert subprocess.run([sys.executable, "-c", "import ssl, json; print(1)"], capture_output=True, check=True)
    assert subprocess.run("ls -la / | head -1", shell=True, check=True, capture_output=True)
"""


async def test_what_python_needs_of_the_system_works(kind, write, start_evaluator):
    tests = TESTS + NEEDED + PROGRAMS
    evaluator = await start_evaluator(write({"m.py": MODULE, "test_m.py": tests}), "m.py::f")
    failures = {name: result.failure for name, result in evaluator.unchanged.results.items() if result.failure}
    assert list(failures) == ["test_m.py::test_five"], failures
    (right,) = await evaluate(evaluator, "def f(a):\n    return 3\n")
    assert right.all_passed and (await evaluator.confirm("def f(a):\n    return 3\n")).all_passed


def test_a_path_outside_that_does_not_exist_is_passed_over(tmp_path: Path):
    copy = scratch_copy.ScratchCopy(tmp_path, {}, withhold=["!/does/not/exist", "!/opt"])
    assert copy.withholding.shown_outside == (Path("/does/not/exist"), Path("/opt"))
    copy.close()


READS = "import pathlib\ndef test_reading():\n    assert f(3) == 3 and pathlib.Path({!r}).read_text()\n"


async def test_what_is_withheld_is_said_and_why_a_test_fails(kind, write, start_evaluator, tmp_path):
    outside = write({"table.txt": "x"}, "outside") / "table.txt"
    for path, words in ((".env", ".env is withheld from the tests"), (str(outside), "cannot be read in the sandbox")):
        files = {"m.py": MODULE, "test_m.py": TESTS + READS.format(path), ".env": SECRET, ".git/config": ""}
        evaluator = await start_evaluator(write(files, f"project{len(path)}"), "m.py::f")
        notes = evaluator.baseline.notes
        assert any("Withheld from the tests, because it may hold secrets: .env. " in note for note in notes)
        if (kind, path) != ("mounted", ".env"):  # a withheld file of a mounted workspace is there, and empty
            (note,) = [note for note in notes if note.startswith("test_m.py::test_reading fails with ")]
            assert words in note and f'evaluation.withhold = ["!{path}"]' in note


async def test_tests_that_cannot_be_collected_without_a_withheld_file(kind, write, start_evaluator):
    conftest = "import os\nfor line in open('.env'): os.environ.__setitem__(*line.split('='))\nos.environ['PORT']\n"
    root = write({"m.py": MODULE, "test_m.py": TESTS, "conftest.py": conftest, ".env": "PORT=1\n"})
    with pytest.raises(EvaluationError, match=r"ithheld from the tests, because it may hold secrets.*!\.env"):
        await start_evaluator(root, "m.py::f")


async def test_the_user_shows_files_that_would_be_withheld(kind, write, start_evaluator):
    outside = write({"table.txt": "x"}, "outside") / "table.txt"
    tests = TESTS + READS.format(".env.test") + READS.format(str(outside)).replace("reading", "outside")
    root = write({"m.py": MODULE, "test_m.py": tests, ".env.test": "x", ".env": SECRET})
    evaluator = await start_evaluator(root, "m.py::f", withhold=["!.env.test", f"!{outside}", "test_data"])
    passing, *reading = await evaluate(evaluator, "def f(a):\n    return 3\n", finding(".env"))
    assert passing.all_passed and passing.total == 4 and not any(verdict.all_passed for verdict in reading)
    assert not any("fails with" in note or ".env.test" in note for note in evaluator.baseline.notes)


async def test_a_confirmation_leaves_the_first_copy_as_it_is(kind, write, start_evaluator):
    evaluator = await start_evaluator(write({"m.py": MODULE, "test_m.py": TESTS}), "m.py::f")
    copy = evaluator.launcher.copy
    before = sorted(copy.root.rglob("*.py"))
    assert (await evaluator.confirm("def f(a):\n    return 3\n")).all_passed
    assert sorted(copy.root.rglob("*.py")) == before
    (other_header,) = await evaluate(evaluator, "def f(a, *more):\n    return 3\n")
    assert other_header.all_passed
