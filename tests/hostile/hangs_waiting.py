"""Hangs that compute or wait for ever, in Python and in C, in the function or in methods of its result."""

from __future__ import annotations

from behaviour import Behaviour, hang

ENDLESS: dict[str, tuple[str, str]] = {
    "loops": ("Computes for ever.", "while True: pass"),
    "loops on whatever happens": (
        "Ignores every signal and catches every exception.",
        """
        import signal
        for number in range(1, 32):
            try: signal.signal(number, signal.SIG_IGN)
            except (OSError, ValueError): pass
        while True:
            try:
                while True: pass
            except BaseException: pass
        """,
    ),
    "computes in C": ("Computes where no signal's handler runs.", "return 10 ** 10 ** 9"),
    "searches in C": ("Has a pattern try every way there is.", "import re; re.match('(a+)+$', 'a' * 60 + 'b')"),
    "adds up without end": ("Has C code ask for ever more.", "import itertools; return sum(itertools.count())"),
    "sleeps": ("Uses no time of the processor.", "import time; time.sleep(600)"),
    "waits for a signal": ("Waits for what never comes.", "import signal; signal.pause()"),
    "waits for itself": (
        "Takes a lock twice.",
        """
        import threading
        lock = threading.Lock()
        while True: lock.acquire()
        """,
    ),
    "waits for a thread": (
        "Joins one that waits for ever.",
        """
        import threading
        thread = threading.Thread(target=threading.Event().wait)
        thread.start()
        thread.join()
        """,
    ),
    "waits for input": ("Reads from a pipe that has no writer.", "import os; os.read(os.pipe()[0], 1)"),
    "waits for a reader": (
        "Opens a FIFO that has no reader.",
        """
        import os, tempfile
        path = tempfile.mkdtemp() + "/fifo"
        os.mkfifo(path)
        open(path, "w")
        """,
    ),
    "waits for a lock": (
        "Locks a file twice.",
        """
        import fcntl, tempfile
        with tempfile.NamedTemporaryFile() as file, open(file.name) as other:
            fcntl.flock(file, fcntl.LOCK_EX)
            fcntl.flock(other, fcntl.LOCK_EX)
        """,
    ),
    "waits for an event loop": (
        "Has an event loop wait for ever.",
        """
        import asyncio
        async def wait(): await asyncio.Event().wait()
        asyncio.run(wait())
        """,
    ),
    "stops itself": (
        "Stops its process with a signal.",
        "import os, signal; os.kill(os.getpid(), signal.SIGSTOP)",
    ),
    "leaves a thread that loops": (
        "Answers wrongly while a thread goes on.",
        """
        import threading
        def loop():
            while a == 5: pass
        threading.Thread(target=loop).start()
        return a
        """,
    ),
    "leaves its group": (
        "Leads a session of its own, and waits.",
        """
        import os, time
        try: os.setsid()
        except OSError: pass
        time.sleep(600)
        """,
    ),
    "lets another compute": (
        "Waits for a new process that computes: its own time stands still.",
        """
        import os
        if os.fork() == 0:
            while True: pass
        os.wait()
        """,
    ),
    "is right and slow": (
        "Computes for a minute before it gives the right answer.",
        """
        import time
        start = time.process_time()
        while time.process_time() < start + 60: pass
        return 3
        """,
    ),
    "is right and late": (
        "Sleeps for a minute before it gives the right answer.",
        "import time; time.sleep(60); return 3",
    ),
    "is right after ever more steps": (
        "Doubles its work with each step.",
        """
        def count(n): return 1 if n == 0 else count(n - 1) + count(n - 1)
        return 3 if count(a + 35) else a
        """,
    ),
    "is never compared": (
        "Returns an object whose comparison does not end.",
        """
        class Endless:
            def __eq__(self, other):
                while True: pass
            __add__ = __radd__ = lambda self, other: self
        return Endless()
        """,
    ),
    "is never shown": (
        "Returns an object whose text does not end, which a failing assertion asks for.",
        """
        class Endless:
            def __repr__(self):
                while True: pass
        return Endless()
        """,
    ),
    "never says why": (
        "Raises an exception whose text does not end.",
        """
        class Endless(Exception):
            def __str__(self):
                while True: pass
        raise Endless
        """,
    ),
    "never dies": (
        "Leaves an object whose destruction does not end.",
        """
        class Endless(Exception):
            def __del__(self):
                while True: pass
        raise Endless
        """,
    ),
    "is interrupted for ever": (
        "Has a timer interrupt everything a million times a second.",
        """
        import signal
        signal.signal(signal.SIGALRM, lambda *_: None)
        signal.setitimer(signal.ITIMER_REAL, 1e-6, 1e-6)
        while True: pass
        """,
    ),
    "keeps all threads from running": (
        "Switches between threads once in a thousand years.",
        """
        import sys, threading
        sys.setswitchinterval(1e9)
        threading.Thread(target=sum, args=(iter(int, 1),)).start()
        while True: pass
        """,
    ),
}
HANGS: tuple[Behaviour, ...] = tuple(hang(name, tries, body) for name, (tries, body) in ENDLESS.items())
