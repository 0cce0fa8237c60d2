"""What processes in the sandbox can read: an allow-list of paths, for both layers of the sandbox.

It holds the programs and libraries of the system, the few of its settings that Python needs, and what the caller shows:
the workspace, its interpreter, its packages. Whatever it does not name cannot be read.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from reloc_lsp.evaluation.harness.protocol.values import ReadingRules

SYSTEM_FOLDERS = (
    "/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/nix/store", "/gnu/store", "/snap",
)  # fmt: skip
"""Folders with the programs and libraries of the system, which every user may read."""
SYSTEM_FILES = (
    # users, hosts and services, by which names are looked up
    "passwd", "group", "nsswitch.conf", "hosts", "host.conf", "resolv.conf", "gai.conf", "services", "protocols",
    "rpc", "networks", "ethers",
    # time, language, kinds of files, fonts, terminals
    "localtime", "timezone", "locale.alias", "locale.conf", "mime.types", "magic", "fonts", "terminfo", "inputrc",
    "papersize",
    # certificates of authorities; private keys of this machine are beside them
    "ssl/certs", "ssl/cert.pem", "ssl/ca-bundle.pem", "ssl/openssl.cnf", "pki/tls/certs", "pki/tls/cert.pem",
    "pki/tls/openssl.cnf", "pki/ca-trust/extracted", "ca-certificates/extracted", "crypto-policies",
    # libraries, and programs that have several versions
    "ld.so.cache", "ld.so.conf", "ld.so.conf.d", "alternatives", "OpenCL/vendors", "python3", "python3.9",
    "python3.10", "python3.11", "python3.12", "python3.13", "python3.14",
    # which system this is
    "os-release", "lsb-release", "debian_version", "redhat-release", "fedora-release", "alpine-release", "arch-release",
)  # fmt: skip
"""What of `/etc` can be read."""
KERNEL_FILES = (
    "/sys/devices/system/cpu",
    "/sys/devices/system/node",
    "/sys/fs/cgroup/cpu.max",
    "/sys/fs/cgroup/memory.max",
)
"""What of `/sys` can be read: how many processors and how much memory there are."""
DEVICES = ("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom")
"""The only devices that can be read. Other devices are disks, shared memory, and terminals that somebody types on."""
PERSONAL_FOLDERS = ("/tmp", "/var/tmp", "/run", "/home", "/root", "/mnt", "/media")  # noqa: S108
"""Folders with personal data, and with the sockets of services."""


@dataclass(frozen=True)
class ReadablePaths:
    """The system and the paths in `shown` can be read, with all that is below them, but not the paths in `hidden`.

    Of two nested paths the inner one decides. A path that is in both can be read. A path is not shown if a personal
    folder is in it: that would show the folders of every user.
    """

    shown: tuple[Path, ...]
    hidden: tuple[Path, ...] = ()

    def ordered(self) -> Iterator[tuple[Path, bool]]:
        """Paths with whether they can be read, outer paths before inner ones.

        All of them exist, and each is decided otherwise than the next one around it.
        """
        private = private_folders()
        hidden = [path for path in self.hidden if path.exists()]
        decided = dict.fromkeys([*private, *hidden], False) | dict.fromkeys(system_paths(), True)
        for path in self.shown:
            if can_be_shown(path):
                decided[path] = True
        for path, readable in sorted(decided.items(), key=lambda item: (len(item[0].parts), item[0])):
            around = next((decided[outer] for outer in path.parents if outer in decided), None)
            if readable is not around and (readable or around or path in private):
                yield path, readable

    def rules(self) -> ReadingRules:
        """The same for Landlock, which can only allow: where something is hidden, all that is beside it is allowed.

        The names of hidden files can be listed then.
        """
        decided = dict(self.ordered())
        hidden = [path for path, readable in decided.items() if not readable]
        readable, listed = [*DEVICES], []

        def allow(path: Path) -> None:
            if not any(other.is_relative_to(path) for other in hidden):
                readable.append(str(path))
                return
            listed.append(str(path))
            for inner in sorted(path.iterdir()):
                # A rule for a link would allow what it leads to, which may be hidden or anywhere.
                if inner not in decided and not inner.is_symlink():
                    allow(inner)

        for path, is_readable in decided.items():
            if is_readable:
                allow(path)
        return ReadingRules(tuple(dict.fromkeys(readable)), tuple(listed))


def is_project(folder: Path) -> bool:
    """Whether a folder that is shown may hold files of the user: it is none of the system's."""
    return can_be_shown(folder) and not any(folder.is_relative_to(system) for system in SYSTEM_FOLDERS)


def can_be_shown(path: Path) -> bool:
    """Whether no personal folder is at or below `path`: to show those would show the files of every user."""
    return path.exists() and not any(folder.is_relative_to(path) for folder in private_folders())


@cache
def system_paths() -> tuple[Path, ...]:
    """The paths of this system that every process can read."""
    named = [*SYSTEM_FOLDERS, *(f"/etc/{name}" for name in SYSTEM_FILES), *KERNEL_FILES]
    return tuple(Path(name) for name in named if os.path.exists(name))


def private_folders() -> list[Path]:
    """The personal folders of this machine, the user's home and the folder for temporary files, sorted by path."""
    named: Iterable[str] = [*PERSONAL_FOLDERS, os.path.expanduser("~"), tempfile.gettempdir()]
    found = {Path(os.path.realpath(name)) for name in named}
    return sorted(path for path in found if path.is_dir() and path != Path("/"))
