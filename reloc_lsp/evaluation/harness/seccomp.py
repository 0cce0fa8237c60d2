"""A filter for system calls (Linux, seccomp): built once, then put over each child in a fraction of a millisecond.

What it refuses fails with "Operation not permitted". It is a list of what is refused, not of what is allowed: tests
are to run as they do elsewhere, and what they may reach is for the other walls to say.
"""

from __future__ import annotations

import ctypes
import errno
import platform
import struct
from collections.abc import Iterator, Mapping

from .syscalls import ATTRIBUTES, FIRST_UNKNOWN, MACHINES, NETWORK, NEVER, PROCESSES, SPECIAL

LOAD, JUMP_EQUAL, JUMP_AT_LEAST, JUMP_ANY_BIT, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
ALLOW, KILL, ERROR = 0x7FFF0000, 0x80000000, 0x00050000
REFUSE = ERROR | errno.EPERM
UNKNOWN = ERROR | errno.ENOSYS
NUMBER, MACHINE, ARGUMENTS = 0, 4, 16
X32 = 0x40000000
CLONE_THREAD = 0x00010000
TERMINAL_INPUT = (0x5412, 0x541C)
PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, MODE_FILTER = 38, 22, 2

Step = tuple[int, int, int, int]
"""Code, jump if true, jump if false, operand."""


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
        steps = [*self._prologue(machine), *self._refused(refused)]
        steps += self._special(network, processes)
        steps.append((RETURN, 0, 0, ALLOW))
        code = b"".join(struct.pack("HBBI", *step) for step in steps)
        self._code = ctypes.create_string_buffer(code)
        self._program = ctypes.create_string_buffer(struct.pack("HP", len(steps), ctypes.addressof(self._code)))
        self._prctl = ctypes.CDLL(None, use_errno=True).prctl

    def raise_around_us(self) -> None:
        """Put the filter over this process for good; raises `OSError` where the kernel does not do so."""
        program = ctypes.c_void_p(ctypes.addressof(self._program))
        for call in ((PR_SET_NO_NEW_PRIVS, 1, None, 0, 0), (PR_SET_SECCOMP, MODE_FILTER, program, 0, 0)):
            if self._prctl(*call) != 0:
                raise OSError(ctypes.get_errno(), "the system call filter was refused")

    @staticmethod
    def _prologue(machine: int) -> Iterator[Step]:
        yield LOAD, 0, 0, MACHINE
        yield JUMP_EQUAL, 1, 0, machine
        yield RETURN, 0, 0, KILL
        yield LOAD, 0, 0, NUMBER
        yield JUMP_AT_LEAST, 0, 1, X32
        yield RETURN, 0, 0, REFUSE
        yield JUMP_AT_LEAST, 0, 1, FIRST_UNKNOWN
        yield RETURN, 0, 0, UNKNOWN

    def _refused(self, names: Mapping[str, tuple[int | None, int | None]]) -> Iterator[Step]:
        for numbers in names.values():
            if numbers[self._column] is not None:
                yield from self._when(numbers[self._column], [(RETURN, 0, 0, REFUSE)])

    def _special(self, network: bool, processes: bool) -> Iterator[Step]:
        """Calls judged by their arguments; each block leaves by itself or is jumped over whole."""
        refuse, allow = (RETURN, 0, 0, REFUSE), (RETURN, 0, 0, ALLOW)
        number = {name: numbers[self._column] for name, numbers in SPECIAL.items()}
        if not processes:
            thread = [(LOAD, 0, 0, ARGUMENTS), (JUMP_ANY_BIT, 1, 0, CLONE_THREAD), refuse, allow]
            yield from self._when(number["clone"], thread)
            # Its flags are out of a filter's sight; the C library then does the same with `clone`.
            yield from self._when(number["clone3"], [(RETURN, 0, 0, UNKNOWN)])
        if not network:
            yield from self._when(number["sendto"], _only_null(4))
        yield from self._when(number["prlimit64"], _only_null(2))
        terminal = [(LOAD, 0, 0, ARGUMENTS + 8)]
        for request in TERMINAL_INPUT:
            terminal += [(JUMP_EQUAL, 0, 1, request), refuse]
        yield from self._when(number["ioctl"], [*terminal, allow])

    @staticmethod
    def _when(number: int | None, block: list[Step]) -> Iterator[Step]:
        assert number is not None
        yield JUMP_EQUAL, 0, len(block), number
        yield from block


def _only_null(argument: int) -> list[Step]:
    """Allow the call where its argument of this number is a null pointer."""
    low = ARGUMENTS + 8 * argument
    return [
        (LOAD, 0, 0, low), (JUMP_EQUAL, 0, 2, 0), (LOAD, 0, 0, low + 4), (JUMP_EQUAL, 1, 0, 0),
        (RETURN, 0, 0, REFUSE), (RETURN, 0, 0, ALLOW),
    ]  # fmt: skip
