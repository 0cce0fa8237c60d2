"""The exit statuses that scripts rely on."""

import signal

import pytest

from reloc_lsp.cli.exit_status import exit_status
from reloc_lsp.revision import Proposal


@pytest.mark.parametrize(
    ("status", "reason", "expected"),
    [
        ("fixed", None, 0),
        ("improved", None, 0),
        ("already-passing", None, 0),
        ("unchanged", None, 1),
        ("cancelled", "out-of-time", 1),
        ("cancelled", "stopped", 130),
        ("error", "wrong-call", 2),
        ("error", "tests-cannot-run", 3),
        ("error", "internal-error", 3),
    ],
)
def test_each_result_has_its_exit_status(status, reason, expected):
    assert exit_status(Proposal(status, "", reason=reason)) == expected


def test_a_signal_is_reported_as_shells_do():
    assert exit_status(Proposal("cancelled", "", reason="stopped"), signal.SIGTERM) == 143
