"""Harms to files, in an unrelated folder and in the workspace itself."""

from __future__ import annotations

from textwrap import dedent

from behaviour import Behaviour, harm

IMPORTS = "import array, ctypes, fcntl, mmap, os, shutil, subprocess\nplace = '{%s}'\n"

ACTS: tuple[tuple[str, str, str, str], ...] = (
    ("deletes a file", "Removes it.", "keep.txt", "os.remove(place + '/keep.txt')"),
    ("overwrites a file", "Writes other text over it.", "keep.txt", "open(place + '/keep.txt', 'w').write('mine')"),
    ("appends to a file", "Adds a line to it.", "keep.txt", "open(place + '/keep.txt', 'a').write('mine')"),
    ("truncates a file", "Cuts it by its path, without opening it.", "keep.txt", "os.truncate(place + '/keep.txt', 1)"),
    ("renames a file", "Gives it another name.", "keep.txt", "os.rename(place + '/keep.txt', place + '/lost.txt')"),
    (
        "replaces a file",
        "Puts a new file in its place.",
        "keep.txt",
        """
        with open(place + "/new.txt", "w") as file: file.write("mine")
        os.replace(place + "/new.txt", place + "/keep.txt")
        """,
    ),
    (
        "exchanges two files",
        "Has two names trade places in one call that makes and removes none.",
        "keep.txt",
        """
        libc = ctypes.CDLL(None, use_errno=True)
        libc.renameat2(-100, (place + "/keep.txt").encode(), -100, (place + "/old/inner.txt").encode(), 2)
        """,
    ),
    ("adds a file", "Makes a new one.", "new.txt", "open(place + '/new.txt', 'x').close()"),
    ("adds a folder", "Makes a new one.", "new", "os.mkdir(place + '/new')"),
    ("adds a link", "Makes a symbolic link.", "new", "os.symlink('/', place + '/new')"),
    ("adds a second name", "Makes a hard link.", "keep.txt", "os.link(place + '/keep.txt', place + '/new')"),
    ("adds a pipe", "Makes a FIFO, at which readers wait.", "new", "os.mkfifo(place + '/new')"),
    ("removes a folder", "Removes it with all that is in it.", "old", "shutil.rmtree(place + '/old')"),
    ("changes a mode", "Lets everybody write to the file.", "mode.txt", "os.chmod(place + '/mode.txt', 0o666)"),
    ("changes a folder's mode", "Lets everybody into it.", "old", "os.chmod(place + '/old', 0o777)"),
    (
        "changes a mode by a descriptor",
        "The same through a file that is open for reading only.",
        "mode.txt",
        "os.fchmod(os.open(place + '/mode.txt', os.O_RDONLY), 0o666)",
    ),
    ("changes an owner", "Gives the file to another user.", "keep.txt", "os.chown(place + '/keep.txt', 1, 1)"),
    ("changes times", "Makes the file look old.", "mode.txt", "os.utime(place + '/mode.txt', (1, 1))"),
    (
        "changes times by a descriptor",
        "The same through a file that is open for reading only.",
        "mode.txt",
        "os.utime(os.open(place + '/mode.txt', os.O_RDONLY), (1, 1))",
    ),
    (
        "adds an attribute",
        "Sets an extended attribute of the file.",
        "keep.txt",
        "os.setxattr(place + '/keep.txt', 'user.mine', b'1')",
    ),
    (
        "sets a flag",
        "Sets a flag of the file system, by a call to a file that is open for reading only.",
        "keep.txt",
        "fcntl.ioctl(os.open(place + '/keep.txt', os.O_RDONLY), 0x40086602, array.array('l', [0x40]))",
    ),
    (
        "writes through memory",
        "Maps the file into memory and writes there.",
        "keep.txt",
        "with open(place + '/keep.txt', 'r+b') as file: mmap.mmap(file.fileno(), 0)[:4] = b'mine'",
    ),
    (
        "writes by the C library",
        "Writes past everything that Python would notice.",
        "keep.txt",
        """
        libc = ctypes.CDLL(None, use_errno=True)
        file = libc.open((place + "/keep.txt").encode(), os.O_WRONLY)
        libc.write(file, b"mine", 4)
        """,
    ),
    (
        "writes by a program",
        "Has a shell write to the file.",
        "keep.txt",
        "subprocess.run(['sh', '-c', 'echo mine > ' + place + '/keep.txt'], timeout=20)",
    ),
    (
        "writes by another root",
        "Names the file by way of its process's root folder.",
        "keep.txt",
        "open('/proc/self/root' + place + '/keep.txt', 'w').write('mine')",
    ),
    (
        "writes through a link",
        "Makes a link to the file where it may write, and writes to that.",
        "keep.txt",
        """
        import tempfile
        link = os.path.join(tempfile.mkdtemp(), "link")
        os.symlink(place + "/keep.txt", link)
        open(link, "w").write("mine")
        """,
    ),
)


def aimed(place: str, whose: str) -> tuple[Behaviour, ...]:
    """The acts against one of a `Victim`'s folders."""
    return tuple(
        harm(
            f"{name} {whose}",
            tries,
            IMPORTS % place + dedent(act).strip("\n"),
            lambda victim, path=f"{place}/{path}": victim.changed(path),  # type: ignore[misc]
        )
        for name, tries, path, act in ACTS
    )


HARMS: tuple[Behaviour, ...] = (
    *aimed("victim", "elsewhere"),
    *aimed("origin", "of the workspace"),
    harm(
        "plants a git hook",
        "Leaves a program that the user's next commit runs.",
        """
        import os
        with open("{origin}/.git/hooks/pre-commit", "w") as file: file.write("#!/bin/sh")
        os.chmod("{origin}/.git/hooks/pre-commit", 0o755)
        """,
        lambda victim: victim.changed("origin/.git"),
    ),
    harm(
        "writes by another's folder",
        "Reaches the file by way of another process's current folder.",
        "open('/proc/{pid}/cwd/keep.txt', 'w').write('mine')",
        lambda victim: victim.changed("victim/keep.txt"),
    ),
    harm(
        "writes a report",
        "Carries off what it knows in a file.",
        "open('{report}', 'w').write(repr(globals()))",
        lambda victim: victim.changed("victim/report"),
    ),
)
