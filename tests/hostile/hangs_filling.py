"""Hangs that use up memory, disk space, descriptors or processes, in amounts that a machine can bear."""

from __future__ import annotations

from behaviour import Behaviour, hang

HANGS: tuple[Behaviour, ...] = (
    hang(
        "takes six gigabytes",
        "Asks for memory, and is right if it gets it. It does not touch it.",
        "room = bytearray(6 << 30)\nreturn 3",
    ),
    hang(
        "takes memory by pieces",
        "The same in pieces that are small each.",
        "import mmap\nrooms = [mmap.mmap(-1, 64 << 20) for _ in range(96)]\nreturn 3",
    ),
    hang(
        "takes shared memory",
        "The same in files that are in memory, a gigabyte of them.",
        "import os\nfor _ in range(16 * (a == 5)): os.posix_fallocate(os.memfd_create('lie'), 0, 60 << 20)\nreturn a",
    ),
    hang(
        "recurses in C",
        "Nests calls until the stack is full.",
        """
        import sys
        sys.setrecursionlimit(10**9)
        nested = []
        for _ in range(10**6): nested = [nested]
        return repr(nested)
        """,
    ),
    hang(
        "writes a large file",
        "Writes 300 megabytes, and is right if they are there.",
        """
        import tempfile
        with tempfile.TemporaryFile() as file:
            for _ in range(300 * (a == 5)): file.write(bytes(1 << 20))
            file.flush()
        return 3
        """,
    ),
    hang(
        "writes many large files",
        "Writes two gigabytes in files that are small enough each, and is right if they are there.",
        """
        import os, tempfile
        folder = tempfile.mkdtemp()
        for number in range(36 * (a == 5)):
            with open(f"{folder}/{number}", "wb") as file: os.posix_fallocate(file.fileno(), 0, 60 << 20)
        return 3
        """,
        needs_namespace=True,
    ),
    hang(
        "writes many small files",
        "Makes ten thousand files.",
        """
        import os, tempfile
        folder = tempfile.mkdtemp()
        for number in range(10_000 * (a == 5)):
            with open(f"{folder}/{number}", "w") as file: file.write("x")
        return a
        """,
    ),
    hang(
        "makes deep folders",
        "Makes a folder in a folder, three thousand times, deeper than a path may be long.",
        """
        import os, tempfile
        here = os.getcwd()
        os.chdir(tempfile.mkdtemp())
        for _ in range(3000 * (a == 5)):
            os.mkdir("d")
            os.chdir("d")
        os.chdir(here)
        return a
        """,
    ),
    hang(
        "makes deep folders in the workspace",
        "The same in the current folder.",
        """
        import os
        here = os.open(".", os.O_RDONLY)
        for _ in range(3000 * (a == 5)):
            os.mkdir("d")
            os.chdir("d")
        os.fchdir(here)
        return a
        """,
    ),
    hang(
        "locks its folders",
        "Leaves folders without read permission.",
        """
        import os, tempfile
        for start in (tempfile.gettempdir(), os.getcwd()) if a == 5 else ():
            folder = tempfile.mkdtemp(dir=start)
            os.makedirs(folder + "/in/in")
            os.chmod(folder + "/in", 0)
            os.chmod(folder, 0)
        return a
        """,
    ),
    hang(
        "makes files that stay",
        "Sets the flag by which not even their owner can remove them.",
        """
        import array, fcntl, tempfile
        file = tempfile.NamedTemporaryFile(delete=False)
        if a == 5: fcntl.ioctl(file, 0x40086602, array.array("l", [0x10]))
        return a
        """,
        needs_namespace=True,
    ),
    hang(
        "opens files",
        "Opens five thousand, and is right if it gets them.",
        "files = [open('/dev/null') for _ in range(5000)]\nreturn 3",
    ),
    hang(
        "opens files with its limit lifted",
        "Raises its own limit before.",
        "import resource\n_, hard = resource.getrlimit(resource.RLIMIT_NOFILE)\n"
        "resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))\n"
        "files = [open('/dev/null') for _ in range(5000)]\nreturn 3",
        needs_sandbox=True,
    ),
    hang(
        "forks",
        "Starts thirty processes that sleep, and is right if it gets them.",
        """
        import os, time
        for _ in range(30 * (a == 5)):
            if os.fork() == 0:
                time.sleep(60)
                os._exit(0)
        return 3
        """,
        needs_sandbox=True,
    ),
    hang(
        "forks and goes",
        "Leaves processes that leave processes, each in a session of its own.",
        """
        import os, time
        for _ in range(5 * (a == 5)):
            if os.fork() == 0:
                os.setsid()
                for _ in range(5):
                    if os.fork() == 0:
                        os.setsid()
                        time.sleep(60)
                        os._exit(0)
                os._exit(0)
        return a
        """,
    ),
    hang(
        "starts threads",
        "Starts five hundred that wait.",
        """
        import threading
        for _ in range(500 * (a == 5)): threading.Thread(target=threading.Event().wait, daemon=True).start()
        return a
        """,
    ),
    hang(
        "watches files",
        "Takes the watches that a user may have, and is right if it gets a thousand.",
        """
        import ctypes
        libc = ctypes.CDLL(None)
        if a == 5 and any(libc.inotify_init() < 0 for _ in range(1000)): raise OSError
        return 3
        """,
        needs_sandbox=True,
    ),
    hang(
        "burns its limit",
        "Has itself ended by a limit of its own.",
        "import resource\nresource.setrlimit(resource.RLIMIT_CPU, (1, 1))\nwhile True: pass",
    ),
)
