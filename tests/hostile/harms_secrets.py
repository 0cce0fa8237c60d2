"""Harms by reading a key, an environment or the memory of another process. The answer is right if that succeeds."""

from __future__ import annotations

from behaviour import Behaviour, reach, theft

BY_HANDLE = """\
import ctypes, os, platform, struct
libc = ctypes.CDLL(None, use_errno=True)
handle = ctypes.create_string_buffer(struct.pack("Ii", 128, 0), 8 + 128)
mount = ctypes.c_int()
if libc.name_to_handle_at(-100, b"{victim}/key", handle, ctypes.byref(mount), 0): raise OSError("no handle")
folder = os.open("/", os.O_RDONLY)
file = libc.open_by_handle_at(folder, handle, os.O_RDONLY)
loot = os.read(file, 1000)
"""
TRACED = """\
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
libc.ptrace.restype = ctypes.c_long
if libc.ptrace(16, {pid}, None, None): raise OSError("not attached")
os.waitpid({pid}, 0)
words = [libc.ptrace(1, {pid}, {address} + 8 * n, None) for n in range(8)]
libc.ptrace(17, {pid}, None, None)
loot = b"".join((word & (1 << 64) - 1).to_bytes(8, "little") for word in words)
"""
VECTORS = """\
import ctypes
class Vector(ctypes.Structure): _fields_ = [("base", ctypes.c_void_p), ("size", ctypes.c_size_t)]
room = ctypes.create_string_buffer(64)
here, there = Vector(ctypes.addressof(room), 64), Vector({address}, 64)
libc = ctypes.CDLL(None, use_errno=True)
libc.process_vm_readv({pid}, ctypes.byref(here), 1, ctypes.byref(there), 1, 0)
loot = room.raw
"""
FROM_MEMORY = """\
import os, shutil, subprocess
program = os.memfd_create("cat")
with open(shutil.which("cat"), "rb") as file: os.write(program, file.read())
command = [f"/proc/self/fd/{program}", "{victim}/key"]
loot = subprocess.run(command, pass_fds=[program], capture_output=True, timeout=20).stdout
"""

HARMS: tuple[Behaviour, ...] = (
    theft("reads a key", "Reads a private key in the home folder.", "loot = open('{home}/.ssh/id_rsa').read()"),
    theft("reads a file", "Reads a file that is none of its business.", "loot = open('{victim}/key', 'rb').read()"),
    theft(
        "reads a file through memory",
        "Maps the file into memory.",
        "import mmap\nwith open('{victim}/key', 'rb') as file: loot = bytes(mmap.mmap(file.fileno(), 0, prot=1))",
    ),
    theft(
        "reads a file by the C library",
        "Reads past everything that Python would notice.",
        """
        import ctypes, os
        file = ctypes.CDLL(None, use_errno=True).open(b"{victim}/key", 0)
        loot = os.read(file, 1000)
        """,
    ),
    theft(
        "has the kernel copy a file",
        "Sends the file into a pipe of its own without reading it.",
        """
        import os
        reader, writer = os.pipe()
        os.sendfile(writer, os.open("{victim}/key", os.O_RDONLY), 0, 1000)
        loot = os.read(reader, 1000)
        """,
    ),
    theft(
        "reads a file by a program",
        "Has another program read it.",
        "import subprocess; loot = subprocess.run(['cat', '{victim}/key'], capture_output=True, timeout=20).stdout",
    ),
    theft("reads a file by a program in memory", "Runs a program that is in no file system.", FROM_MEMORY),
    theft(
        "reads a file through a link",
        "Makes a link to it where it may write.",
        """
        import os, tempfile
        link = os.path.join(tempfile.mkdtemp(), "link")
        os.symlink("{victim}/key", link)
        loot = open(link).read()
        """,
    ),
    theft(
        "gives a file a second name",
        "Makes a hard link beside itself and reads that.",
        """
        import os, tempfile
        link = os.path.join(tempfile.mkdtemp(), "link")
        os.link("{victim}/key", link)
        loot = open(link).read()
        """,
    ),
    theft("opens a file by its number", "Opens it by a handle, past every folder on the way.", BY_HANDLE),
    theft(
        "reads a file by another's root",
        "Names it by way of another process's root folder.",
        "loot = open('/proc/{pid}/root{victim}/key').read()",
    ),
    theft(
        "reads a file by another's folder",
        "Names it by way of another process's current folder.",
        "loot = open('/proc/{pid}/cwd/key').read()",
    ),
    theft(
        "reads a file that another has open",
        "Opens another process's descriptor by its path.",
        "loot = open('/proc/{pid}/fd/{held}').read()",
    ),
    theft(
        "takes over a descriptor",
        "Has the kernel copy another process's descriptor into its own.",
        """
        import ctypes, os
        libc = ctypes.CDLL(None, use_errno=True)
        process = libc.syscall(434, {pid}, 0)
        loot = os.pread(libc.syscall(438, process, {held}, 0), 1000, 0)
        """,
    ),
    theft("reads shared memory", "Opens memory that others share by its name.", "loot = open('{shared}', 'rb').read()"),
    theft(
        "reads a terminal",
        "Takes what was typed on the user's terminal.",
        "import os; loot = os.read(os.open('{tty}', os.O_RDONLY | os.O_NOCTTY | os.O_NONBLOCK), 1000)",
    ),
    theft("reads its environment", "Looks for a token there.", "import os; loot = repr(dict(os.environ))"),
    theft(
        "reads its parent's environment",
        "Looks for a token in the process that evaluates.",
        "import os; loot = open(f'/proc/{os.getppid()}/environ', 'rb').read()",
    ),
    theft("reads another's environment", "Looks there.", "loot = open('/proc/{pid}/environ', 'rb').read()"),
    theft("reads another's arguments", "As ps does.", "loot = open('/proc/{pid}/cmdline', 'rb').read()"),
    theft(
        "reads another's memory",
        "Opens it as a file.",
        """
        with open("/proc/{pid}/mem", "rb", 0) as memory:
            memory.seek({address})
            loot = memory.read(64)
        """,
    ),
    theft("reads another's memory by a call", "Has the kernel copy it.", VECTORS),
    theft("reads another's memory as a debugger", "Attaches to the process.", TRACED),
    reach(
        "lists a folder",
        "Learns the names of another's files.",
        "import os\nif 'key' not in os.listdir('{victim}'): raise ValueError",
    ),
    reach(
        "asks for a file",
        "Learns that another's file exists, and its size.",
        "import os; os.stat('{victim}/key')",
        needs_namespace=True,
    ),
)
