"""Messages between the controller and the harness: each round-trips, and nothing else is taken for one."""

from __future__ import annotations

import ast
import inspect
import json
from dataclasses import fields

import pytest

from reloc_lsp.evaluation.harness.protocol import messages, records, values
from reloc_lsp.evaluation.harness.protocol.codec import ProtocolError, decode, decode_json, encode, kind_of
from reloc_lsp.evaluation.harness.protocol.messages import (
    Alive,
    Cancel,
    ColdJob,
    Collected,
    CollectionFailed,
    CollectionJob,
    Command,
    FreshJob,
    Hello,
    Job,
    Message,
    Run,
    RunBatch,
    RunReply,
    SetConfinement,
    Setup,
    StampedRecord,
    SubjectJob,
    WarmJob,
)
from reloc_lsp.evaluation.harness.protocol.records import CanaryEnded, OutsideReport, ProbeReport, Record
from reloc_lsp.evaluation.harness.protocol.records import TestEnded as Ended
from reloc_lsp.evaluation.harness.protocol.test_ids import WantedTest
from reloc_lsp.evaluation.harness.protocol.values import (
    BytecodeFolders,
    CollectionBudget,
    CollectionError,
    ConfinementRules,
    FailureReport,
    Limit,
    ProbeRequest,
    RunRequest,
    StandInRequest,
    UnitDescription,
)

CONFINEMENT = ConfinementRules(True, False, True, ("/tmp/a",), None)
PROBE = ProbeRequest((1, 9), 2, {3: ("a", "a + b")}, {0: 4}, {0: {3: 2}})
REQUEST = RunRequest({3: Limit(0.5, 1.0), 1: Limit(2.0, 3.0)}, 2, 3, 4.5, 6.0, True, True, PROBE, True)
ERROR = CollectionError("test_m.py", "no module\n")
EXAMPLES: list[Message] = [
    Hello(1),
    Setup("/copy", "/origin", "/scratch", 2, CONFINEMENT, BytecodeFolders(("/a",), None)),
    WarmJob(("test_m.py",), UnitDescription("m.py", "class A:\n", ("A", "f"), 3, ()), CollectionBudget(1.5, ("t.py",))),
    WarmJob((), None, None),
    FreshJob(("test_m.py::test",), "m.py", ("json",)),
    ColdJob("n", (WantedTest(0, "test_m.py::test", 0, 1),), ("test_m.py",), "m.py", 1, True, PROBE, True, True, (3, 9)),
    ColdJob("n", (), (), "m.py", stand_in=StandInRequest(3, 9, "f", "def f(): ...\n", "/copy-2", ("tests",))),
    SubjectJob(4, "m.py", 9, "f", "/copy-1/tmp"),
    OutsideReport(0, "a lock cannot go over", ("a",)),
    CollectionJob(("test_m.py",), learn=True),
    Run(1, "def f(): pass\n", REQUEST),
    Run(2, None, RunRequest({})),
    RunBatch(3, ("a", "b"), 2, REQUEST),
    SetConfinement(CONFINEMENT),
    SetConfinement(None),
    Cancel(),
    messages.Ping(),
    messages.Quit(),
    Collected(("a",), ("/a",), (ERROR,), ("b",), 1, 2, ("json",)),
    CollectionFailed(4, (ERROR,)),
    messages.Ready(),
    Alive(),
    RunReply(1, ({"kind": "Unfit", "reason": "\udc80 \x00"}, {}), "timeout", 0.25),
    StampedRecord("n", {"kind": "Broken", "error": "x"}),
    records.RunBegins(0.5),
    records.TestBegins(3),
    Ended(3, "failed", 0.25, 0.5, FailureReport("ValueError", "why: é", 12, (3, 4))),
    CanaryEnded("failed"),
    records.LineReached(3, None),
    records.PermissionRequired("network"),
    records.FileMissing("/tmp/copy/data/rates.json"),
    records.VariableMissing("RATES"),
    records.StoppedAt(FailureReport("Timeout", "m.py:3 in f", 5, (3,)), (values.CalledFunction("m.py", 2, (0,)),)),
    ProbeReport(
        {"a": ("int",)}, {0: 2}, {0: {3: 1}}, {3: ((0, 1, (0, -1)), (None, 0, ()))}, {3: {0: True}}, {0: 3}, {}
    ),
    records.UnrunReport((values.Region(3, 4, 5, 6),)),
    records.CallsReport((values.CalledFunction("m.py", 3, (0, 1)),)),
    records.Unfit("the closure changed"),
    records.NotCollected(ERROR),
    records.DifferentialOutcome(0, "f(1)", "returns 1"),
    records.Broken("KeyError"),
    records.RunEnded(1.5),
]


def leaves(base: type[Message]) -> set[type[Message]]:
    return {leaf for derived in base.__subclasses__() for leaf in leaves(derived)} or {base}


def test_there_is_an_example_of_every_message():
    assert {type(example) for example in EXAMPLES} == leaves(Message)


@pytest.mark.parametrize("message", EXAMPLES, ids=lambda message: kind_of(type(message)))
def test_a_message_round_trips(message):
    assert decode_json(encode(message), Message) == message
    assert json.loads(encode(message))["kind"] == kind_of(type(message))
    assert b"\n" not in encode(message)


@pytest.mark.parametrize("message", EXAMPLES, ids=lambda message: kind_of(type(message)))
def test_a_missing_key_and_an_unknown_key_are_named(message):
    value = json.loads(encode(message))
    name = kind_of(type(message))
    with pytest.raises(ProtocolError, match=f"{name}: surprise: expected no such key"):
        decode({**value, "surprise": 1}, Message)
    for field in fields(message):
        without = {key: inner for key, inner in value.items() if key != field.name}
        with pytest.raises(ProtocolError, match=f"{name}: {field.name}: expected the key to be there"):
            decode(without, Message)


class Nothing:
    """No JSON value has this type."""


@pytest.mark.parametrize("message", EXAMPLES, ids=lambda message: kind_of(type(message)))
def test_a_value_of_the_wrong_type_is_named(message):
    value = json.loads(encode(message))
    for field in fields(message):
        with pytest.raises(ProtocolError, match=f"{kind_of(type(message))}: {field.name}: expected "):
            decode({**value, field.name: Nothing()}, Message)


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"failure": {"kind": "E", "bases": []}}, "TestEnded: failure.message: expected the key to be there"),
        ({"outcome": "splendid"}, "TestEnded: outcome: expected one of passed, failed, skipped, xfailed"),
        ({"test": True}, "TestEnded: test: expected a whole number, got True"),
        ({"test": 1.0}, "TestEnded: test: expected a whole number"),
        ({"seconds": float("nan")}, "TestEnded: seconds: expected a finite number"),
        ({"failure": {"kind": "E", "message": "", "test_line": 0, "unit_lines": [1, "x"], "bases": [], "variable": ""}},
         r"TestEnded: failure.unit_lines\[1\]: expected a whole number, got 'x'"),
    ],
)  # fmt: skip
def test_an_error_says_where_and_what_was_expected(changed, named):
    value = json.loads(encode(Ended(3, "passed", 0.25, 0.5, None)))
    with pytest.raises(ProtocolError, match=named):
        decode({**value, **changed}, Record)


def test_keys_of_tables_are_checked_too():
    value = json.loads(encode(Run(1, None, REQUEST)))
    value["request"]["limits"] = {"first": {"cpu": 1, "wall": 1}}
    with pytest.raises(ProtocolError, match=r"Run: request.limits: expected whole numbers as keys, got 'first'"):
        decode(value, Command)
    value["request"]["limits"] = {"1": {"cpu": 1, "wall": None}}
    with pytest.raises(ProtocolError, match=r"Run: request.limits\[1\].wall: expected a finite number"):
        decode(value, Command)


@pytest.mark.parametrize("base", [Job, Command, Record], ids=kind_of)
def test_a_message_of_another_kind_is_an_error(base):
    for kind in ("Nobody", "Alive", "Message", ["Alive"], None):
        with pytest.raises(ProtocolError, match=f"{kind_of(base)}: kind: expected one of"):
            decode({"kind": kind}, base)


@pytest.mark.parametrize("text", [b"", b"{", b"[]", b"7", b"[" * 100_000, b"9" * 5000], ids=lambda text: repr(text[:9]))
def test_what_is_no_object_is_an_error(text):
    with pytest.raises(ProtocolError):
        decode_json(text, Message)


@pytest.mark.parametrize("module", [messages, records, values], ids=lambda module: module.__name__)
def test_field_types_can_be_evaluated_by_python_3_9(module):
    tree = ast.parse(inspect.getsource(module))
    annotations = [node.annotation for node in ast.walk(tree) if isinstance(node, ast.AnnAssign)]
    assert annotations
    assert not [node for annotation in annotations for node in ast.walk(annotation) if isinstance(node, ast.BinOp)]
