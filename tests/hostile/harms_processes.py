"""Harms to another process: it is ended, stopped, slowed down, limited, or its memory is changed."""

from __future__ import annotations

from behaviour import Behaviour, harm
from victim import Victim


def disturbed(victim: Victim) -> bool:
    """Whether the victim's process was disturbed."""
    return victim.disturbed()


LIBC = "import ctypes, os, signal, struct\nlibc = ctypes.CDLL(None, use_errno=True)\n"
STOPPED = (
    LIBC
    + """\
libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
if libc.ptrace(16, {pid}, None, None): raise OSError("not attached")
os.waitpid({pid}, 0)
libc.ptrace(17, {pid}, None, signal.SIGSTOP)
"""
)
BY_THE_KERNEL = """\
import fcntl, os, socket
one, other = socket.socketpair()
fcntl.fcntl(one, fcntl.F_SETOWN, {pid})
fcntl.fcntl(one, fcntl.F_SETFL, os.O_ASYNC | os.O_NONBLOCK)
other.send(b".")
"""
WRITTEN = (
    LIBC
    + """\
class Vector(ctypes.Structure): _fields_ = [("base", ctypes.c_void_p), ("size", ctypes.c_size_t)]
mine = ctypes.create_string_buffer(b"mine")
here, there = Vector(ctypes.addressof(mine), 4), Vector({address}, 4)
libc.process_vm_writev({pid}, ctypes.byref(here), 1, ctypes.byref(there), 1, 0)
"""
)

ACTS: dict[str, tuple[str, str]] = {
    "kills a process": ("Sends it a signal.", "import os, signal; os.kill({pid}, signal.SIGKILL)"),
    "stops a process": ("Stops it with a signal.", "import os, signal; os.kill({pid}, signal.SIGSTOP)"),
    "ends a process group": (
        "Sends a signal to all of a group.",
        "import os, signal; os.killpg(os.getpgid({pid}), signal.SIGTERM)",
    ),
    "signals a thread": (
        "Sends a signal by the call that is meant for threads.",
        LIBC + "libc.tgkill({pid}, {pid}, signal.SIGKILL)",
    ),
    "queues a signal": (
        "Sends a signal by the call that lets a value go with it.",
        LIBC + "libc.sigqueue({pid}, signal.SIGTERM, None)",
    ),
    "signals by a descriptor": (
        "Sends a signal to what a descriptor of a process stands for.",
        LIBC + "libc.syscall(424, libc.syscall(434, {pid}, 0), signal.SIGKILL, None, 0)",
    ),
    "has the kernel signal": (
        "Registers the process for signals about a socket, and sends something to the socket.",
        BY_THE_KERNEL,
    ),
    "kills by a program": (
        "Has another program send the signal.",
        "import subprocess; subprocess.run(['sh', '-c', 'kill -9 {pid}'], timeout=20)",
    ),
    "slows a process down": ("Gives it the least priority.", "import os; os.setpriority(os.PRIO_PROCESS, {pid}, 19)"),
    "makes a process idle": (
        "Has it run only where nothing else does.",
        "import os; os.sched_setscheduler({pid}, os.SCHED_IDLE, os.sched_param(0))",
    ),
    "moves a process": (
        "Binds it to one processor.",
        "import os; os.sched_setaffinity({pid}, [min(os.sched_getaffinity(0))])",
    ),
    "limits a process": (
        "Lets it open four files.",
        "import resource; resource.prlimit({pid}, resource.RLIMIT_NOFILE, (4, 4))",
    ),
    "offers a process": (
        "Names it as the one to be ended when memory is short.",
        "open('/proc/{pid}/oom_score_adj', 'w').write('999')",
    ),
    "stops a process as a debugger": ("Attaches to it and lets go of it with a signal.", STOPPED),
    "writes another's memory": (
        "Opens it as a file.",
        """
        with open("/proc/{pid}/mem", "r+b", 0) as memory:
            memory.seek({address})
            memory.write(b"mine")
        """,
    ),
    "writes another's memory by a call": ("Has the kernel write there.", WRITTEN),
}

HARMS: tuple[Behaviour, ...] = (
    *(harm(name, tries, act, disturbed) for name, (tries, act) in ACTS.items()),
    harm(
        "kills everything",
        "Sends a signal to every process there is.",
        "import os, signal; os.kill(-1, signal.SIGKILL)",
        disturbed,
        needs_namespace=True,
    ),
)
