"""A filter for system calls (Linux, seccomp): built once, then put over each child in a fraction of a millisecond.

What it refuses fails with "Operation not permitted". It is a list of what is refused, not of what is allowed: tests
are to run as they do elsewhere, and what they may reach is for the other walls to say.

The kernel walks through a new filter once for each system call there is. So numbers are looked up by halves, which
takes less time than one comparison after the other.
"""

from __future__ import annotations

import ctypes
import errno
import platform
import struct
from collections.abc import Iterator, Mapping, Sequence

from .syscalls import ATTRIBUTES, FIRST_UNKNOWN, MACHINES, NETWORK, NEVER, PROCESSES, SPECIAL

LOAD, JUMP, JUMP_EQUAL, JUMP_AT_LEAST, JUMP_ANY_BIT, RETURN = 0x20, 0x05, 0x15, 0x35, 0x45, 0x06
MOST_JUMPED = 255
ALLOW, KILL, ERROR = 0x7FFF0000, 0x80000000, 0x00050000
REFUSE = ERROR | errno.EPERM
UNKNOWN = ERROR | errno.ENOSYS
NUMBER, MACHINE, ARGUMENTS = 0, 4, 16
X32 = 0x40000000
CLONE_THREAD = 0x00010000
TERMINAL_INPUT = (0x5412, 0x541C)
SET_FLAGS = (0x40086602, 0x40046602, 0x401C5820)
"""What `chattr` asks, in three spellings; the right to read a file is enough for it."""
PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, MODE_FILTER = 38, 22, 2

Step = tuple[int, int, int, int]
"""Code, jump if true, jump if false, operand."""
Block = list[Step]


def supported() -> bool:
    """Whether this machine's system calls are known here."""
    return platform.machine() in MACHINES


class Filter:
    """A filter ready to be used. `signals` allows `kill`, which is harmless only where another wall bounds it."""

    def __init__(self, *, network: bool, processes: bool, attributes: bool, signals: bool) -> None:
        self._column, machine = MACHINES[platform.machine()]
        refused = dict(NEVER)
        for allowed, names in ((network, NETWORK), (processes, PROCESSES), (attributes, ATTRIBUTES)):
            refused.update({} if allowed else names)
        if not signals:
            refused["kill"] = SPECIAL["kill"]
        verdicts = {numbers[self._column]: [(RETURN, 0, 0, REFUSE)] for numbers in refused.values()}
        verdicts |= {self._number(name): block for name, block in _by_arguments(network, processes)}
        steps = [*_prologue(machine), *_looked_up(_ranges(verdicts))]
        code = b"".join(struct.pack("HBBI", *step) for step in steps)
        self._code = ctypes.create_string_buffer(code)
        self._program = ctypes.create_string_buffer(struct.pack("HP", len(steps), ctypes.addressof(self._code)))
        self._prctl = ctypes.CDLL(None, use_errno=True).prctl

    def apply(self) -> None:
        """Put the filter over this process for good; raises `OSError` where the kernel does not do so."""
        program = ctypes.c_void_p(ctypes.addressof(self._program))
        for call in ((PR_SET_NO_NEW_PRIVS, 1, None, 0, 0), (PR_SET_SECCOMP, MODE_FILTER, program, 0, 0)):
            if self._prctl(*call) != 0:
                raise OSError(ctypes.get_errno(), "the system call filter was refused")

    def _number(self, name: str) -> int:
        number = SPECIAL[name][self._column]
        assert number is not None
        return number


def _prologue(machine: int) -> Iterator[Step]:
    yield LOAD, 0, 0, MACHINE
    yield JUMP_EQUAL, 1, 0, machine
    yield RETURN, 0, 0, KILL
    yield LOAD, 0, 0, NUMBER


def _by_arguments(network: bool, processes: bool) -> Iterator[tuple[str, Block]]:
    """Calls that are judged by their arguments, each with what decides on them."""
    refuse, allow = (RETURN, 0, 0, REFUSE), (RETURN, 0, 0, ALLOW)
    if not processes:
        yield "clone", [(LOAD, 0, 0, ARGUMENTS), (JUMP_ANY_BIT, 1, 0, CLONE_THREAD), refuse, allow]
        # Its flags are out of a filter's sight; the C library then does the same with `clone`.
        yield "clone3", [(RETURN, 0, 0, UNKNOWN)]
    if not network:
        yield "sendto", _only_null(4)
    yield "prlimit64", _only_null(2)
    requests = [(LOAD, 0, 0, ARGUMENTS + 8)]
    for request in (*TERMINAL_INPUT, *SET_FLAGS):
        requests += [(JUMP_EQUAL, 0, 1, request), refuse]
    yield "ioctl", [*requests, allow]


def _ranges(verdicts: Mapping[int | None, Block]) -> list[tuple[int, Block]]:
    """From which number on which block decides; what has no verdict is allowed."""
    allow: Block = [(RETURN, 0, 0, ALLOW)]
    found: list[tuple[int, Block]] = [(0, allow)]
    for number in sorted(number for number in verdicts if number is not None):
        if found[-1][0] == number:
            found.pop()
        found += [(number, verdicts[number]), (number + 1, allow)]
    found += [(FIRST_UNKNOWN, [(RETURN, 0, 0, UNKNOWN)]), (X32, [(RETURN, 0, 0, REFUSE)])]
    return [here for number, here in enumerate(found) if not number or here[1] != found[number - 1][1]]


def _looked_up(ranges: Sequence[tuple[int, Block]]) -> Block:
    """The block of the range that the loaded number is in, found by halves; each block leaves by itself."""
    if len(ranges) == 1:
        return ranges[0][1]
    middle = len(ranges) // 2
    below, above = _looked_up(ranges[:middle]), _looked_up(ranges[middle:])
    # A conditional jump reaches 255 steps, an unconditional one everywhere.
    far = len(below) > MOST_JUMPED
    jump = [(JUMP_AT_LEAST, 0, 1, ranges[middle][0]), (JUMP, 0, 0, len(below))]
    return [*jump, *below, *above] if far else [(JUMP_AT_LEAST, len(below), 0, ranges[middle][0]), *below, *above]


def _only_null(argument: int) -> Block:
    """Allow the call where its argument of this number is a null pointer."""
    low = ARGUMENTS + 8 * argument
    return [
        (LOAD, 0, 0, low), (JUMP_EQUAL, 0, 2, 0), (LOAD, 0, 0, low + 4), (JUMP_EQUAL, 1, 0, 0),
        (RETURN, 0, 0, REFUSE), (RETURN, 0, 0, ALLOW),
    ]  # fmt: skip
