"""Harms that stay: files where programs load code from, shared memory, processes that outlive the evaluator."""

from __future__ import annotations

from collections.abc import Callable

from behaviour import Behaviour, harm
from victim import Victim

FOLDERS = {
    "among the packages": ("sysconfig.get_paths()['purelib'] + '/{token}.pth'", "Python runs it at every start."),
    "among the programs": ("sysconfig.get_paths()['scripts'] + '/{token}'", "The user may run it."),
    "in the standard library": ("sysconfig.get_paths()['stdlib'] + '/{token}.py'", "Python loads code from there."),
    "among the bytecode": (
        "sysconfig.get_paths()['stdlib'] + '/__pycache__/{token}.cpython-311.pyc'",
        "Python loads code from there, without a look at its source.",
    ),
    "in the user's home": ("pwd.getpwuid(os.getuid()).pw_dir + '/.{token}'", "Shells and editors read files there."),
    "in /dev/shm": ("'/dev/shm/{token}'", "Programs look for their memory there."),
    "in /tmp": ("'/tmp/{token}'", "Everybody looks there."),
    "in /var/tmp": ("'/var/tmp/{token}'", "What is there outlives a restart."),
    "in /etc": ("'/etc/{token}.conf'", "The system reads its settings there."),
}
SLEEPER = "[sys.executable, '-I', '-S', '-c', 'import time; time.sleep(600)', '{token}']"
DAEMON = """\
import os, sys
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        os.closerange(0, 4096)
        os.execv(sys.executable, %s)
    os._exit(0)
os.wait()
"""
HOLDING = """\
import fcntl, os, sys
if os.fork() == 0:
    os.setsid()
    held = os.open("{victim}/keep.txt", os.O_RDONLY)
    fcntl.flock(held, fcntl.LOCK_EX)
    os.set_inheritable(held, True)
    os.execv(sys.executable, %s)
import time
time.sleep(0.3)
"""
LIBC = "import ctypes, os\nlibc = ctypes.CDLL(None, use_errno=True)\n"


def left(victim: Victim) -> bool:
    """Whether something with the victim's token was left behind."""
    return victim.left()


def leaving(name: str, tries: str, act: str, harmed: Callable[[Victim], bool] = left) -> Behaviour:
    """A harm that is detected by what exists afterwards."""
    return harm(name, tries, act, harmed)


HARMS: tuple[Behaviour, ...] = (
    *(
        leaving(
            f"leaves a file {where}",
            why,
            f"import os, pwd, sysconfig\nwith open({path}, 'w') as file: file.write('# nothing\\n')",
        )
        for where, (path, why) in FOLDERS.items()
    ),
    leaving(
        "leaves a process",
        "Starts one in a session of its own.",
        f"import subprocess, sys; subprocess.Popen({SLEEPER}, start_new_session=True)",
    ),
    leaving("leaves an orphan", "Starts one whose parent is gone, as services do.", DAEMON % SLEEPER),
    leaving(
        "leaves a lock",
        "Has a process hold a lock on a file.",
        HOLDING % SLEEPER,
        lambda victim: victim.locked("keep.txt"),
    ),
    leaving(
        "leaves shared memory",
        "Makes some that has a name and no end.",
        """
        from multiprocessing import resource_tracker, shared_memory
        resource_tracker.register = lambda *_: None
        shared_memory.SharedMemory("{token}", create=True, size=4096)
        """,
    ),
    leaving("leaves memory by number", "The same as System V has it.", LIBC + "libc.shmget({key}, 4096, 0o1666)"),
    leaving("leaves semaphores", "Some that stay until somebody removes them.", LIBC + "libc.semget({key}, 1, 0o1666)"),
    leaving("leaves a queue", "One for messages, by number.", LIBC + "libc.msgget({key}, 0o1666)"),
    leaving(
        "leaves a queue by name",
        "One for messages, as POSIX has it.",
        LIBC + "libc.mq_open(b'/{token}', os.O_CREAT | os.O_RDWR, 0o600, None)",
    ),
)
