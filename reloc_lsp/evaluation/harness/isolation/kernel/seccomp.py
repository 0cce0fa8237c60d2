"""A filter for system calls (Linux, seccomp): built once, then applied in each child in a fraction of a millisecond.

A refused call fails with "Operation not permitted". The filter lists what is refused, not what is allowed: tests must
run as they do elsewhere. Which files and addresses they may reach is decided by Landlock and the container.

The kernel runs a new filter once for each system call number. Therefore the filter finds a number by binary search,
which takes less time than comparing one number after the other.

See `seccomp(2)`; the numbers of the instructions are those of classic BPF (`linux/bpf_common.h`, `linux/seccomp.h`).
"""

from __future__ import annotations

import ctypes
import errno
import platform
import struct
from collections.abc import Iterator, Mapping, Sequence

from .syscalls import ATTRIBUTES, FIRST_UNKNOWN, MACHINES, NETWORK, NEVER, PROCESSES, SPECIAL

LOAD, JUMP, JUMP_EQUAL, JUMP_AT_LEAST, JUMP_ANY_BIT, RETURN = 0x20, 0x05, 0x15, 0x35, 0x45, 0x06
LONGEST_JUMP = 255
"""Steps that a conditional jump can skip: its operand is one byte."""
ALLOW, KILL, ERROR = 0x7FFF0000, 0x80000000, 0x00050000
REFUSE = ERROR | errno.EPERM
NOT_IMPLEMENTED = ERROR | errno.ENOSYS
NUMBER, MACHINE, ARGUMENTS = 0, 4, 16
"""Byte offsets in `struct seccomp_data`: the call's number, the machine, and the first argument (8 bytes each)."""
X32 = 0x40000000
"""The first number of x86-64's calls with 32-bit pointers, a second set of names for the same calls."""
CLONE_THREAD = 0x00010000
"""The flag of `clone` that starts a thread, not a process."""
TERMINAL_INPUT = (0x5412, 0x541C)
"""The `ioctl` requests TIOCSTI and TIOCLINUX, which type into the user's terminal."""
SET_FLAGS = (0x40086602, 0x40046602, 0x401C5820)
"""The three `ioctl` requests of `chattr`. The right to read a file is enough to make them."""
PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, MODE_FILTER = 38, 22, 2

Step = tuple[int, int, int, int]
"""Code, jump if true, jump if false, operand."""
Block = list[Step]


def supported() -> bool:
    """Whether the system call numbers of this machine are known."""
    return platform.machine() in MACHINES


class Filter:
    """A filter, ready to be applied.

    `network`, `processes` and `attributes` allow the calls in the tables of these names. `signals` allows `kill`, which
    is harmless only where Landlock limits which processes it reaches.
    """

    def __init__(self, *, network: bool, processes: bool, attributes: bool, signals: bool) -> None:
        self._column, machine = MACHINES[platform.machine()]
        refused = dict(NEVER)
        for allowed, names in ((network, NETWORK), (processes, PROCESSES), (attributes, ATTRIBUTES)):
            refused.update({} if allowed else names)
        if not signals:
            refused["kill"] = SPECIAL["kill"]
        blocks = {numbers[self._column]: [(RETURN, 0, 0, REFUSE)] for numbers in refused.values()}
        blocks |= {self._number(name): block for name, block in _argument_checks(network, processes)}
        steps = [*_prologue(machine), *_binary_search(_ranges(blocks))]
        code = b"".join(struct.pack("HBBI", *step) for step in steps)
        self._code = ctypes.create_string_buffer(code)
        self._program = ctypes.create_string_buffer(struct.pack("HP", len(steps), ctypes.addressof(self._code)))
        self._prctl = ctypes.CDLL(None, use_errno=True).prctl

    def apply(self) -> None:
        """Filter the calls of this process for good; raises `OSError` where the kernel refuses."""
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


def _argument_checks(network: bool, processes: bool) -> Iterator[tuple[str, Block]]:
    """Names of the calls that are refused for some arguments only, each with the steps that decide."""
    refuse, allow = (RETURN, 0, 0, REFUSE), (RETURN, 0, 0, ALLOW)
    if not processes:
        yield "clone", [(LOAD, 0, 0, ARGUMENTS), (JUMP_ANY_BIT, 1, 0, CLONE_THREAD), refuse, allow]
        # A filter cannot read its flags, which lie in memory. The C library falls back to `clone`.
        yield "clone3", [(RETURN, 0, 0, NOT_IMPLEMENTED)]
    if not network:
        yield "sendto", _only_null(4)
    yield "prlimit64", _only_null(2)
    requests = [(LOAD, 0, 0, ARGUMENTS + 8)]
    for request in (*TERMINAL_INPUT, *SET_FLAGS):
        requests += [(JUMP_EQUAL, 0, 1, request), refuse]
    yield "ioctl", [*requests, allow]


def _ranges(blocks: Mapping[int | None, Block]) -> list[tuple[int, Block]]:
    """Ranges of call numbers: the first of each, and the block that decides. Calls without a block are allowed."""
    allow: Block = [(RETURN, 0, 0, ALLOW)]
    found: list[tuple[int, Block]] = [(0, allow)]
    for number in sorted(number for number in blocks if number is not None):
        if found[-1][0] == number:
            found.pop()
        found += [(number, blocks[number]), (number + 1, allow)]
    found += [(FIRST_UNKNOWN, [(RETURN, 0, 0, NOT_IMPLEMENTED)]), (X32, [(RETURN, 0, 0, REFUSE)])]
    return [here for number, here in enumerate(found) if not number or here[1] != found[number - 1][1]]


def _binary_search(ranges: Sequence[tuple[int, Block]]) -> Block:
    """Steps that run the block of the range that holds the loaded number. Every block ends with a return."""
    if len(ranges) == 1:
        return ranges[0][1]
    middle = len(ranges) // 2
    below, above = _binary_search(ranges[:middle]), _binary_search(ranges[middle:])
    # A conditional jump skips 255 steps at most, an unconditional one any number.
    far = len(below) > LONGEST_JUMP
    jump = [(JUMP_AT_LEAST, 0, 1, ranges[middle][0]), (JUMP, 0, 0, len(below))]
    return [*jump, *below, *above] if far else [(JUMP_AT_LEAST, len(below), 0, ranges[middle][0]), *below, *above]


def _only_null(argument: int) -> Block:
    """Allow the call only where its argument (counted from 0) is a null pointer."""
    low = ARGUMENTS + 8 * argument
    return [
        (LOAD, 0, 0, low), (JUMP_EQUAL, 0, 2, 0), (LOAD, 0, 0, low + 4), (JUMP_EQUAL, 1, 0, 0),
        (RETURN, 0, 0, REFUSE), (RETURN, 0, 0, ALLOW),
    ]  # fmt: skip
