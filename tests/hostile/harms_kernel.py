"""Harms by system calls that no test of a function needs. The answer is right if the call succeeds."""

from __future__ import annotations

from behaviour import Behaviour, reach

LIBC = """\
import ctypes, os, platform
libc = ctypes.CDLL(None, use_errno=True)
def done(result):
    if result < 0: raise OSError(ctypes.get_errno(), "refused")
    return result
def call(numbers, *arguments):
    return done(libc.syscall(numbers[platform.machine() == "aarch64"], *arguments))
"""
BY_THE_OLD_ENTRANCE = """\
import ctypes, mmap, platform
if platform.machine() != "x86_64": raise OSError("no such entrance")
code = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
code.write(bytes.fromhex("b814000000 cd80 c3"))
entrance = ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(code)))
if entrance() <= 0: raise OSError("refused")
"""
PROGRAM_IN_MEMORY = """\
import os, shutil
program = os.memfd_create("true")
with open(shutil.which("true"), "rb") as file: os.write(program, file.read())
pid = os.posix_spawn(f"/proc/self/fd/{program}", ["true"], {})
if os.waitpid(pid, 0)[1]: raise OSError("not run")
"""


def door(name: str, tries: str, act: str) -> Behaviour:
    """A behaviour that uses the C library."""
    return reach(name, tries, LIBC + act)


def opens(name: str, tries: str, *paths: str, how: str = "os.O_RDONLY") -> Behaviour:
    """A behaviour that opens one of several files without reading or writing it."""
    act = f"import glob, os\nfor pattern in {paths}:\n    for path in glob.glob(pattern):\n        "
    act += f"try: os.close(os.open(path, {how}))\n        except OSError: continue\n        return 3\n"
    return reach(name, tries, act + "raise OSError('none of them')")


HARMS: tuple[Behaviour, ...] = (
    door("makes a user namespace", "Becomes root in a world of its own.", "done(libc.unshare(0x10000000))"),
    door("makes a mount namespace", "Gets a file system of its own to change.", "done(libc.unshare(0x20000))"),
    door(
        "joins another's namespaces",
        "Moves into the world of another process.",
        "done(libc.setns(os.open('/proc/{pid}/ns/net', os.O_RDONLY), 0))",
    ),
    door("mounts", "Hides a folder behind another.", "done(libc.mount(b'lie', b'{victim}/mount', b'tmpfs', 0, None))"),
    reach("changes its root", "Moves the root of all paths.", "import os; os.chroot('/')"),
    door(
        "takes the other way for input and output",
        "Sets up a ring by which files and sockets are used with no call to be seen.",
        "call((425, 425), 1, ctypes.create_string_buffer(120))",
    ),
    door("handles page faults", "Could halt the kernel in the middle of a copy.", "call((323, 282), 1)"),
    door(
        "loads a program into the kernel",
        "Makes a table for such programs.",
        "call((321, 280), 0, (ctypes.c_uint * 18)(2, 4, 8, 1), 72)",
    ),
    door(
        "measures others",
        "Watches what the processor does.",
        "call((298, 241), (ctypes.c_uint * 28)(1, 112), 0, -1, -1, 0)",
    ),
    door(
        "keeps a key",
        "Puts a secret where processes of the same user find it.",
        "call((248, 217), b'user', b'{token}', b'lie', 3, -2)",
    ),
    door("holds on to a process", "Gets a descriptor of another process.", "call((434, 434), {pid}, 0)"),
    door("watches all files", "Could hold up whoever opens one.", "call((300, 262), 0, 0)"),
    door(
        "names a host",
        "Sets the machine's name (to what it is).",
        "name = platform.node().encode(); done(libc.sethostname(name, len(name)))",
    ),
    reach("runs a program in memory", "Runs what is in no file system.", PROGRAM_IN_MEMORY),
    reach("runs a program", "Starts one.", "import subprocess; subprocess.run(['true'], check=True, timeout=20)"),
    reach(
        "runs a shell",
        "Has the C library start one.",
        "import os\nif os.system('exit 7') != 7 << 8: raise OSError('not run')",
    ),
    reach(
        "comes in by the old entrance", "Calls the kernel as programs of 32 bits do.", BY_THE_OLD_ENTRANCE, fatal=True
    ),
    door(
        "comes in by the other numbers",
        "Calls the kernel by the numbers of the x32 interface.",
        "if platform.machine() != 'x86_64': raise OSError('no such numbers')\ndone(libc.syscall(0x40000000 + 39))",
    ),
    reach(
        "lifts its own limits",
        "Lets itself have all memory again.",
        """
        import resource
        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        resource.setrlimit(resource.RLIMIT_AS, (hard, hard))
        if resource.getrlimit(resource.RLIMIT_AS)[0] != resource.RLIM_INFINITY: raise OSError("still limited")
        """,
    ),
    reach("hurries", "Gives itself a higher priority.", "import os; os.setpriority(os.PRIO_PROCESS, 0, -5)"),
    reach(
        "goes first",
        "Has itself run before everything else.",
        "import os; os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))\n"
        "os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))",
    ),
    opens("opens a disk", "Could read it past all file systems.", "/dev/[svx]d[a-z]*", "/dev/nvme*", "/dev/loop*"),
    opens("opens the machine's memory", "Could read it.", "/dev/mem", "/dev/kmem", "/proc/kcore"),
    opens("opens the kernel's log", "Could read addresses there.", "/dev/kmsg", "/proc/kmsg"),
    opens("opens machines", "Could run a machine of its own.", "/dev/kvm", "/dev/vhost-*", "/dev/fuse"),
    opens(
        "opens the kernel's settings",
        "Could have the kernel run a program at the next crash, or restart.",
        "/proc/sys/kernel/core_pattern",
        "/proc/sysrq-trigger",
        "/sys/kernel/uevent_helper",
        how="os.O_WRONLY",
    ),
    opens(
        "opens its control group",
        "Could leave the limits of its group.",
        "/sys/fs/cgroup/cgroup.procs",
        "/sys/fs/cgroup/*/cgroup.procs",
        how="os.O_WRONLY",
    ),
)
