"""Nothing that a candidate reads leaves by the next prompt: canaries in many places, carried by every channel."""

from __future__ import annotations

import base64
import codecs
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from textwrap import indent

import pytest
from scripted_server import Answer, ScriptedServer, Wire

from reloc_lsp.evaluation.evaluator import PytestEvaluator
from reloc_lsp.evaluation.sandbox import find_sandbox
from reloc_lsp.evaluation.selection.source_of_tests import sources_of_tests
from reloc_lsp.language_model.prompts import Prompts
from reloc_lsp.search.candidate import Candidate, Node, Task
from reloc_lsp.search.verdict import Verdict

SANDBOX = find_sandbox()
pytestmark = pytest.mark.skipif(not SANDBOX.confinement, reason=f"the sandbox is {SANDBOX.level} here")

WINDOW = 6
"""Characters of a canary in a row that must not be in a prompt."""


def canary(number: int) -> str:
    """A text that is nowhere else: ten letters and digits."""
    return "kq" + base64.b32encode((number * 7919 + 104729).to_bytes(5, "big")).decode().lower().strip("=")[:8]


FILES = [
    ".env", ".env.local", ".netrc", "id_rsa", ".git/config", "certs/server.key", "credentials.json", "data.json",
    "README.md", "notes.txt", "pyproject.toml", "setup.cfg", ".hidden", "docs/page.rst", "table.csv", "local.cfg",
    "test_other.py", "helper.py", "deep/er/file", "fixtures/one.yml",
]  # fmt: skip
"""Files with a canary each, in the order of their numbers."""
IN_PROCESS = {
    "a variable": "__import__('os').environ['LC_CANARY']",
    "a global of another module": "__import__('settings').TOKEN",
    "a private global": "__import__('settings')._private",
    "the docstring of a module": "__import__('settings').__doc__",
    "the docstring of a function": "__import__('settings').documented.__doc__",
    "a default": "__import__('settings').with_default.__defaults__[0]",
    "a closure": "__import__('settings').closed.__closure__[0].cell_contents",
    "a constant of code": "[c for c in __import__('settings').constant.__code__.co_consts if c][0]",
    "an annotation": "__import__('settings').Config.__annotations__['name']",
    "an attribute of a class": "__import__('settings').Config.secret",
    "a property": "__import__('settings').Config().password",
    "the repr of an object": "__import__('settings').Config()",
    "a member of an enumeration": "list(__import__('settings').Level)[0].value",
    "the name of a member": "list(__import__('settings').Level)[1].name",
    "a context variable": "__import__('settings').variable.get()",
    "a variable of a thread": "__import__('settings').local.value",
    "a cache": "__import__('settings').cached()",
    "a generator's frame": "__import__('settings').running.gi_frame.f_locals['inside']",
    "a logged record": "__import__('settings').records[0].getMessage()",
    "a warning's filter": "__import__('warnings').filters",
    "a variable of the conftest": "__import__('conftest').SECRET",
    "a fixture": "__import__('conftest').made[0]",
    "a local of the test": "__import__('sys')._getframe(1).f_locals['hidden']",
    "a local of a caller": "__import__('sys')._getframe(1).f_locals['keep'].name",
    "all objects": "[o for o in __import__('gc').get_objects() if isinstance(o, dict) and 'canary_key' in o][0]",
    "a name of a file": "[n for n in __import__('os').listdir('names')][0]",
    "the target of a link": "__import__('os').readlink('names/link') if 0 else __import__('os').listdir('links')[0]",
    "source by linecache": "__import__('linecache').getline('test_other.py', 1)",
    "source by inspect": "__import__('inspect').getsource(__import__('settings'))",
    "source by warnings": "__import__('warnings').formatwarning('', UserWarning, 'notes.txt', 1)",
    "the arguments of the process": "__import__('sys').argv + __import__('sys').path + [__import__('os').getcwd()]",
    "the names of the tests": "[o.name for o in __import__('gc').get_objects() if type(o).__name__ == 'Function']",
}
ETC = ["/etc/passwd", "/etc/shadow", "/etc/hosts", "/proc/self/environ", "/proc/1/cmdline"]

SETTINGS = '''"""{0}"""
import contextvars, dataclasses, enum, functools, logging, threading, warnings
TOKEN = "{0}"
_private = "{0}"
def documented():
    "{0}"
def with_default(x="{0}"): return x
def make():
    inside = "{0}"
    def closed(): return inside
    return closed
closed = make()
def constant(): return "{0}"
class Config:
    secret = "{0}"
    name: "{0}"
    @property
    def password(self): return "{0}"
    def __repr__(self): return "Config({0})"
class Level(enum.Enum):
    one = "{0}"
    two_{0} = 2
variable = contextvars.ContextVar("v", default="{0}")
local = threading.local()
local.value = "{0}"
@functools.lru_cache
def cached(): return "{0}"
def generate():
    inside = "{0}"
    yield inside
running = generate()
next(running)
records = [logging.LogRecord("x", 10, "", 1, "{0}", (), None)]
warnings.filterwarnings("ignore", "{0}")
canary_key = "{0}"
'''
MODULE = "def f(a, keep=None):\n    return a\n"
TESTS = """\
import pytest, settings
from m import f

def test_five(secret):
    hidden = settings.TOKEN
    keep = type("Keep", (), {"name": hidden})
    assert f(5) == 3

def test_seven(): assert f(7) == 3
def test_three(): assert f(3) == 3

@pytest.mark.parametrize("x", [settings.TOKEN, "b"])
def test_parameters(x): assert f(9) == 3
globals()["test_" + settings.TOKEN] = lambda: f(11) == 3 or pytest.fail("no")
"""
CONFTEST = """\
import pytest
SECRET = "{0}"
made = ["{0}"]
@pytest.fixture
def secret(): return "{0}"
"""
CHANNELS = {
    "an exception": "raise ValueError(loot)",
    "a key": "raise KeyError(loot)",
    "a failed test": "__import__('pytest').fail(loot)",
    "a skipped test": "__import__('pytest').skip(loot)",
    "an assertion": "assert loot == 3, loot",
    "the end of the process": "raise SystemExit(loot)",
    "a returned value": "return loot",
    "a returned list": "return [loot, 1]",
    "a returned object": "return type('X', (), {'__repr__': lambda s: loot})()",
    "the name of a class": "raise type(loot, (Exception,), {})('x')",
    "the name of a base": "raise type('E', (type(loot, (ValueError,), {}),), {})('x')",
    "the name of a module": "E = type('E', (Exception,), {}); E.__module__ = loot; raise E('x')",
    "a chained exception": "raise ValueError('x') from ValueError(loot)",
    "a note": "e = ValueError('x'); e.__notes__ = [loot]; raise e",
    "a group": "raise (ExceptionGroup(loot, [ValueError(loot)]) if __import__('sys').version_info > (3, 11) else E)",
    "an attribute": "getattr(3, loot)",
    "an import": "__import__(loot)",
    "a file": "open(loot)",
    "a number": "int(loot)",
    "a codec": "b''.decode(loot)",
    "syntax": "compile(loot + ' $', loot, 'exec')",
    "a warning": "__import__('warnings').simplefilter('error'); __import__('warnings').warn(loot)",
    "output": "print(loot); __import__('sys').stderr.write(loot); raise ValueError('x')",
    "a log": "__import__('logging').getLogger(loot).critical(loot); raise ValueError('x')",
    "the name of a function": "raise type('E', (Exception,), {'__str__': lambda s: loot})()",
    "hexadecimal": "raise ValueError(loot.encode().hex())",
    "spaced hexadecimal": "raise ValueError(loot.encode().hex(' '))",
    "base64": "raise ValueError(__import__('base64').b64encode(loot.encode()))",
    "backwards": "raise ValueError(loot[::-1])",
    "a large number": "raise ValueError(int.from_bytes(loot.encode(), 'big'))",
    "code points": "raise ValueError(list(loot.encode()))",
    "rotated letters": "raise ValueError(__import__('codecs').encode(loot, 'rot13'))",
    "capital letters": "raise ValueError(loot.upper())",
    "single letters": "raise ValueError(' '.join(loot))",
    "letters with commas": "raise ValueError(','.join(loot))",
    "known words": "raise ValueError(' '.join(['test', 'five', 'seven', 'three'][ord(c) % 4] for c in loot))",
    "forged names": "raise type('Refused', (Exception,), {})('not run: ' + loot)",
    "many numbers": "raise ValueError(ord(loot[a % len(loot)]))",
}


def write_workspace(root: Path, write) -> dict[str, str]:
    """The workspace with its canaries; returns the canary of each place."""
    texts = {name: canary(number) for number, name in enumerate(FILES)}
    common = canary(100)
    files = {name: f"# {text}\n" for name, text in texts.items()}
    files["pyproject.toml"] = f"# {texts['pyproject.toml']}\n[tool.other]\n"
    files["setup.cfg"] = f"# {texts['setup.cfg']}\n"
    files |= {"m.py": MODULE, "test_m.py": TESTS, "settings.py": SETTINGS.format(common)}
    files |= {"conftest.py": CONFTEST.format(common), f"names/{common}": "", f"links/{common}": ""}
    write(files)
    return texts | dict.fromkeys(IN_PROCESS, common)


def encodings(text: str) -> Iterator[str]:
    """A canary as it is and as an attack may write it."""
    data = text.encode()
    yield from (text, text[::-1], text.upper(), codecs.encode(text, "rot13"), data.hex(), data.hex(" "), " ".join(text))
    yield from (base64.b64encode(data).decode(), str(int.from_bytes(data, "big")), ", ".join(map(str, data)))


def leaked(prompt: str, text: str) -> list[str]:
    """The pieces of a canary, or of its encodings, that are in a prompt."""
    found = []
    for written in encodings(text):
        # Of an encoding that takes several characters for one, as many are needed for a piece.
        size = WINDOW * len(written) // len(text)
        pieces = [written[n : n + size] for n in range(len(written) - size + 1)]
        found += [piece for piece in pieces if piece == piece.strip(" ,") and piece in prompt]
    return found


def attack(place: str, channel: str) -> str:
    return f"def f(a, keep=None):\n    loot = str({place})\n{indent(channel, '    ')}\n"


def prompts_of(task: Task, source: str, verdict: Verdict) -> str:
    """All that the model's server receives of a version, whatever the algorithm asks."""
    node = Node(1, Candidate(source, "model", ""), verdict, ())
    other = Node(2, Candidate(source, "model", ""), verdict, ())
    prompts = Prompts(task)
    messages = [*prompts.reflect(node, 3, (), 8000), *prompts.revise(node, "why", "how", 8000)]
    messages += [*prompts.cross([node, other], 8000), *prompts.observe(3, 8000)]
    return "\n".join(message.content.replace(source, "") for message in messages)


def task_of(evaluator: PytestEvaluator) -> Task:
    module, unit, verdict = evaluator.location.module, evaluator.location.unit, evaluator.unchanged
    sources = sources_of_tests(evaluator.launcher.copy.files, verdict.results)
    return Task(
        "m.py", "f", module.text, unit.start, unit.end, unit.first_line, verdict, test_sources=sources
    )  # fmt: skip


async def verdicts_on(evaluator: PytestEvaluator, sources: list[str]) -> list[Verdict]:
    """Verdicts without the lint, which would refuse these candidates: here it must not matter."""
    candidates = [Candidate(source, "model", "", trusted=True) for source in sources]
    return list(await evaluator.evaluate(candidates, -1))


@pytest.fixture
async def attacked(write, start_evaluator, monkeypatch, tmp_path):
    monkeypatch.setenv("LC_CANARY", canary(100))
    canaries = write_workspace(tmp_path, write)
    return await start_evaluator(tmp_path / "project", "m.py::f"), canaries


async def test_no_canary_of_any_place_is_in_a_prompt(attacked):
    evaluator, canaries = attacked
    places = {name: f"open({name!r}).read()" for name in FILES} | IN_PROCESS
    sources = {name: attack(expression, "raise ValueError(loot)") for name, expression in places.items()}
    verdicts = dict(zip(sources, await verdicts_on(evaluator, [*sources.values()]), strict=True))
    task = task_of(evaluator)
    reached = set()
    for name, verdict in verdicts.items():
        told = prompts_of(task, sources[name], verdict)
        assert leaked(told, canaries[name]) == [], name
        if any(canaries[name] in result.failure.message for result in verdict.results.values() if result.failure):
            reached.add(name)
    # The attack itself works, where the file is not withheld: else the test would show nothing.
    assert set(FILES) - reached == set(FILES[:7])
    assert len(reached) > 35


async def test_no_channel_carries_a_canary_into_a_prompt(attacked):
    evaluator, canaries = attacked
    places = ["open('data.json').read()[2:]", IN_PROCESS["a global of another module"]]
    texts = [canaries["data.json"], canary(100)]
    task = task_of(evaluator)
    for place, text in zip(places, texts, strict=True):
        sources = [attack(place + ".strip()", channel) for channel in CHANNELS.values()]
        verdicts = await verdicts_on(evaluator, sources)
        for channel, source, verdict in zip(CHANNELS, sources, verdicts, strict=True):
            assert leaked(prompts_of(task, source, verdict), text) == [], channel


async def test_files_of_the_system_do_not_leave(attacked):
    evaluator, _ = attacked
    task = task_of(evaluator)
    sources = [attack(f"open({path!r}, errors='replace').read()", "raise ValueError(loot[-300:])") for path in ETC]
    for path, source, verdict in zip(ETC, sources, await verdicts_on(evaluator, sources), strict=True):
        told = prompts_of(task, source, verdict)
        lines = Path(path).read_text(errors="replace").splitlines() if Path(path).exists() else []
        assert not [line for line in lines if len(line) > WINDOW and line in told]


async def test_what_an_honest_candidate_did_is_still_said(attacked):
    evaluator, _ = attacked
    task = task_of(evaluator)
    honest = {
        "def f(a, keep=None):\n    return 4\n": "AssertionError: assert 4 == 3",
        "def f(a, keep=None):\n    return {}[a]\n": "KeyError: 5",
        "def f(a, keep=None):\n    return a + 'x'\n": "TypeError: unsupported operand type(s) for +: 'int' and 'str'",
        "def f(a, keep=None):\n    return keep.f\n": "AttributeError: 'NoneType' object has no attribute 'f'",
        "def f(a, keep=None):\n    return [][a]\n": "IndexError: list index out of range",
    }
    for source, verdict in zip(honest, await verdicts_on(evaluator, [*honest]), strict=True):
        told = prompts_of(task, source, verdict)
        assert honest[source] in told
        assert "raised while the function was at:" in told or "assert 4" in honest[source]


ATTACKS = [
    "raise ValueError(config.token)", "return config.token", "return [config]", "raise KeyError(repr(config))",
    "raise ValueError(config.token[::-1])", "return int(config.token, 36)", "assert not config.token, config.token",
]  # fmt: skip


async def test_no_request_body_holds_what_a_model_read(tmp_path, write):
    """End to end: the command, its lint, real tests and a real server that answers with attacks."""
    from test_cli_model import block, revise

    token = canary(7)
    root = write(
        {
            "m.py": "def f(config, a):\n    return a\n",
            "settings.py": f"class Config:\n    token = '{token}'\n    def __repr__(self): return 'Config({token})'\n",
            "test_m.py": "from m import f\nfrom settings import Config\n"
            "def test_five(): assert f(Config(), 5) == 3\ndef test_six(): assert f(Config(), 6) == 3\n",
        }
    )
    turn = iter(range(1000))

    async def scene(wire: Wire) -> None:
        asked = wire.request.body["messages"][-1]["content"]
        reply = f"def f(config, a):\n    {ATTACKS[next(turn) % len(ATTACKS)]}\n"
        await Answer(texts=("1. one\n2. two\n3. three" if "numbered list" in asked else block(reply),))(wire)

    trace = tmp_path / "trace.jsonl"
    async with ScriptedServer(scene) as server:
        flags = ("m.py::f", "--reviser", "model", "--base-url", server.url, "--calls", "24", "--seconds", "60")
        await revise(root, *flags, "--trace", str(trace), "--interpreter", sys.executable)
        bodies = [json.dumps(request.body, ensure_ascii=False) for request in server.requests]
    assert token in trace.read_text() and len(bodies) > 5
    assert [leaked(body, token) for body in bodies if leaked(body, token)] == []
