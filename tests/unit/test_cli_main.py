import argparse
import json
import subprocess
import sys

import pytest

from reloc_lsp import __version__
from reloc_lsp.cli.commands import server
from reloc_lsp.cli.main import build_parser, main


@pytest.fixture
def served(monkeypatch):
    calls = []
    monkeypatch.setattr(server, "run", lambda options: calls.append(options) or 0)
    return calls


class Stdin:
    def __init__(self, terminal):
        self.isatty = lambda: terminal


@pytest.mark.parametrize("call", [[], ["--stdio"], ["server"], ["server", "--stdio"]])
def test_a_call_on_a_pipe_starts_the_server(served, monkeypatch, call):
    monkeypatch.setattr(sys, "stdin", Stdin(terminal=False))
    assert main(call) == 0
    assert not served[0].tcp


def test_flags_of_the_server(served):
    assert main(["server", "--tcp", "--port", "0", "--log-level", "debug"]) == 0
    assert (served[0].tcp, served[0].host, served[0].port) == (True, "127.0.0.1", 0)


@pytest.mark.parametrize("flags", [["--stdio", "--tcp"], ["--port", "70000"], ["--port", "x"]])
def test_wrong_flags_of_the_server(capsys, flags):
    assert main(["server", *flags]) == 2
    assert flags[0] in capsys.readouterr().err


def test_a_call_on_a_terminal_prints_help(monkeypatch, capsys):
    monkeypatch.setattr(sys, "stdin", Stdin(terminal=True))
    with pytest.raises(SystemExit) as left:
        main([])
    assert left.value.code == 0 and "doctor" in capsys.readouterr().out


def test_version(capsys):
    with pytest.raises(SystemExit):
        main(["--version"])
    assert capsys.readouterr().out == f"reloc-lsp {__version__}\n"


@pytest.mark.parametrize(
    ("call", "part"),
    [
        (["revise", "m.py", "--no-such-flag"], "--no-such-flag"),
        (["revise", "--seconds", "many"], "'many' is not a number of at least 0"),
        (["revise", "--seconds", "-1"], "'-1' is not a number of at least 0"),
        (["revise", "--seconds", "nan"], "'nan' is not a number"),
        (["revise", "--evaluations", "1.5"], "'1.5' is not a whole number"),
        (["revise", "--algorithm", "guessing"], "hill-climbing"),
        (["revise", "--apply", "--diff"], "--apply"),
        (["revise", "nowhere.py::f"], "nowhere.py"),
        (["revize"], "revise"),
    ],
)
def test_wrong_calls_print_a_sentence(capsys, call, part):
    assert main(call) == 2
    printed = capsys.readouterr()
    assert printed.out == "" and part in printed.err and printed.err.startswith("reloc-lsp: error: ")


@pytest.mark.parametrize("flags", [["--no-such-flag"], ["--diff"], ["nowhere.py"]])
def test_wrong_calls_with_json_print_an_object(capsys, flags):
    assert main(["revise", "--json", *flags]) == 2
    printed = capsys.readouterr()
    report = json.loads(printed.out)
    assert report["status"] == "error" and flags[0] in report["message"] and printed.err == ""


def test_starting_the_server_imports_no_heavy_package():
    program = (
        "import sys; from reloc_lsp.cli import main; from reloc_lsp.cli.commands import server; "
        "print(sorted({'rich', 'pytest', 'asyncio', 'pygls', 'reloc_lsp.revision'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_every_flag_of_every_command_has_a_help_text():
    def silent(parser):
        for action in parser._actions:
            if isinstance(action, argparse._SubParsersAction):
                for child in action.choices.values():
                    yield from silent(child)
            elif not action.help:
                yield f"{parser.prog} {action.metavar or action.option_strings}"

    assert list(silent(build_parser())) == []
