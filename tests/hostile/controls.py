"""Harmless candidates: right ones, which the sandbox must allow, and wrong ones."""

from __future__ import annotations

from textwrap import dedent

from behaviour import Behaviour


def right(name: str, body: str) -> Behaviour:
    """A version that gives the right answer with ordinary means."""
    return Behaviour(name, "Ordinary code.", "control", dedent(body).strip("\n"), right=True)


CONTROLS: tuple[Behaviour, ...] = (
    right("is right", "return 3"),
    right("is right and prints", "import sys; print('3'); print('3', file=sys.stderr, flush=True); return 3"),
    right("is right and computes", "return sum(1 for n in range(2, 6) if all(n % m for m in range(2, n)))"),
    right(
        "is right by a thread",
        "from concurrent.futures import ThreadPoolExecutor\n"
        "with ThreadPoolExecutor(2) as pool: return pool.submit(int, '3').result()",
    ),
    right("is right by an event loop", "import asyncio\nasync def three(): return 3\nreturn asyncio.run(three())"),
    right(
        "is right by a data base",
        "import sqlite3; return sqlite3.connect(':memory:').execute('select 3').fetchone()[0]",
    ),
    right(
        "is right by a temporary file",
        """
        import tempfile
        with tempfile.TemporaryFile("w+") as file:
            file.write("3")
            file.seek(0)
            return int(file.read())
        """,
    ),
    right(
        "is right by a temporary folder",
        """
        import os, tempfile
        with tempfile.TemporaryDirectory() as folder:
            for name in "abc": open(os.path.join(folder, name), "w").close()
            os.rename(os.path.join(folder, "a"), os.path.join(folder, "d"))
            return len(os.listdir(folder))
        """,
    ),
    right(
        "is right by a pair of sockets",
        """
        import socket
        one, other = socket.socketpair()
        one.send(b"3")
        return int(other.recv(1))
    """,
    ),
    right("is right and reads its own module", "import m; return 3 if open(m.__file__).read() else a"),
    right("is right by an import", "import colorsys, decimal, statistics; return int(statistics.mean([2, 3, 4]))"),
    right("is right by ctypes", "import ctypes; return ctypes.c_int(3).value"),
    right(
        "is right and asks for the time",
        "import datetime, time; time.sleep(0.001); return 3 if datetime.datetime.now() else a",
    ),
    right("is right after an error", "try: 1 / 0\nexcept ZeroDivisionError: return 3"),
    Behaviour("is wrong", "Ordinary code.", "control", "return a"),
    Behaviour("is wrong by an error", "Ordinary code.", "control", "return 1 / 0"),
    Behaviour("is wrong by one", "Ordinary code.", "control", "return 4"),
)
