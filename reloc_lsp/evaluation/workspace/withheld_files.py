"""Which files of a workspace no test and no candidate can read, because they look like secrets.

The user's setting `evaluation.withhold` adds patterns. A pattern that begins with `!` shows what would be withheld.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path

from reloc_lsp.evaluation.workspace.path_patterns import PathPatterns

VERSION_HISTORY = (".git", ".hg", ".svn", ".bzr")
"""Names of folders with the version history, in which a secret that was removed is still found."""

WITHHELD_FOLDERS = (
    *VERSION_HISTORY, ".ssh", ".aws", ".azure", ".gcloud", ".gnupg", ".kube", ".docker", ".password-store", ".secrets",
    ".vault", ".terraform",
)  # fmt: skip
"""Names of folders that hold keys, or the version history."""
WITHHELD_FILES = (
    ".env*", "*.env", ".flaskenv", "*.pem", "*.key", "*.p8", "*.p12", "*.pfx", "*.ppk", "*.jks", "*.keystore", "*.kdbx",
    "id_rsa*", "id_dsa*", "id_ecdsa*", "id_ed25519*", ".git", ".git-credentials", ".netrc", "_netrc", ".pgpass",
    ".my.cnf", ".pypirc", ".npmrc", ".yarnrc*", ".htpasswd", ".dockercfg", ".dockerconfigjson", ".boto", ".s3cfg",
    ".vault-token", ".vault_pass*", "*.tfstate", "*.tfstate.backup", "*.tfvars", "kubeconfig*", "*.kubeconfig",
    "credentials", "credentials.*", "*credentials*.json", "*credential*.csv", "client_secret*",
    "service[-_]account*.json", "secret", "secret.*", "secrets", "secrets.*", ".secrets*", "*.secret", "*.secrets",
    "*.token", ".token*", "token.json", "token.txt", "api[-_]key*", "apikey*", "password.*", "passwords.*", "passwd",
    "shadow", "auth.json", "secrets/*", "*/secrets/*", "credentials/*", "*/credentials/*",
)  # fmt: skip
"""Names of files that hold passwords, tokens or private keys. A pattern with a slash also names the file's folder."""
SOURCE_SUFFIXES = (".py", ".pyi", ".pyx", ".pyc", ".so")
"""Files that tests import. The lists above never withhold them, whatever their names are."""
UNTYPED_SUFFIXES = frozenset({"", ".txt", ".crt", ".cer", ".cert", ".asc", ".priv", ".bak", ".old"})
"""Suffixes that say little about a file: then its beginning is read, to recognize a private key."""
HEAD_BYTES = 4096
"""Bytes at the beginning of a file in which a private key is recognized. Chosen by hand."""
PRIVATE_KEY = re.compile(rb"-----BEGIN [A-Z0-9 ]*PRIVATE KEY( BLOCK)?-----|PuTTY-User-Key-File")
"""How the file of a private key begins (RFC 7468, OpenSSH, OpenPGP, PuTTY)."""
PUBLIC_PEM = re.compile(rb"-----BEGIN (TRUSTED |X509 )?(CERTIFICATE|PUBLIC KEY|RSA PUBLIC KEY|DH PARAMETERS)-----")
"""What a file with the suffix `.pem` may hold instead of a private key."""
MAX_PEM_BYTES = 1 << 20
"""A longer `.pem` file is not read. Chosen by hand: the certificates of all authorities take 300 kB."""


DEFAULT_FOLDERS = PathPatterns(WITHHELD_FOLDERS)
DEFAULT_FILES = PathPatterns(WITHHELD_FILES)


class WithheldFiles:
    """Decides what of a workspace is withheld. `patterns` are those of the user; see `PathPatterns`.

    Paths are relative to the workspace and have slashes. A folder is withheld or shown with all that is in it.
    """

    def __init__(self, patterns: Sequence[str] = ()) -> None:
        self._added = PathPatterns(pattern for pattern in patterns if not pattern.startswith("!"))
        self._shown = PathPatterns(pattern[1:] for pattern in patterns if pattern.startswith("!"))
        self.shown_outside = tuple(Path(pattern[1:]) for pattern in patterns if pattern.startswith("!/"))
        """Paths outside of the workspace that the user shows to the tests, as with `!/opt/data`."""

    def shows(self, path: str) -> bool:
        """Whether the user's patterns show a file or folder that would be withheld or left out otherwise."""
        return self._shown.match_parent(path)

    def withholds_folder(self, path: str) -> bool:
        """Whether the folder is withheld."""
        return (DEFAULT_FOLDERS.match(path) or self._added.match(path)) and not self.shows(path)

    def withholds_file(self, path: str, file: str) -> bool:
        """Whether a file is withheld by its `path` or its content, which is read at the path `file`.

        The folders above it are not considered.
        """
        suffix = _suffix(path)
        if self._added.match(path):
            withheld = True
        elif suffix in SOURCE_SUFFIXES:
            withheld = False
        elif DEFAULT_FILES.match(path):
            withheld = suffix != ".pem" or not _is_public(file)
        else:
            withheld = suffix in UNTYPED_SUFFIXES and PRIVATE_KEY.search(_beginning(file, HEAD_BYTES)) is not None
        return withheld and not self.shows(path)

    def withholds_entry(self, origin: Path, entry: os.DirEntry[str], path: str) -> bool:
        """Whether an entry of a folder of the workspace `origin` is withheld."""
        if entry.is_symlink():
            return self.withholds_link(origin, Path(entry.path))
        if entry.is_dir():
            return self.withholds_folder(path)
        return entry.is_file() and self.withholds_file(path, entry.path)

    def withholds_link(self, origin: Path, link: Path) -> bool:
        """Whether a symbolic link of the workspace `origin` is withheld: by its own path, or by that of its target."""
        target = Path(os.path.realpath(link))
        named = target.relative_to(origin if target.is_relative_to(origin) else target.anchor)
        return any(self.withholds(path.as_posix(), str(target)) for path in (link.relative_to(origin), named))

    def withholds(self, path: str, file: str) -> bool:
        """Whether a file or folder is withheld by itself or with one of the folders above it."""
        folder = path
        while folder:
            if self.withholds_folder(folder):
                return True
            folder = folder.rpartition("/")[0]
        return self.withholds_file(path, file)


def _suffix(path: str) -> str:
    """The suffix of the last part of a path, with its dot; faster than `os.path.splitext`."""
    _, dot, ending = path.rpartition(".")
    return "" if not dot or "/" in ending else dot + ending.lower()


def _is_public(file: str) -> bool:
    """Whether a PEM file holds certificates or public keys and no private key."""
    content = _beginning(file, MAX_PEM_BYTES)
    return PUBLIC_PEM.search(content) is not None and PRIVATE_KEY.search(content) is None


def _beginning(file: str, size: int) -> bytes:
    """The first bytes of a regular file; nothing if it cannot be read."""
    try:
        if not os.path.isfile(file):
            return b""
        with open(file, "rb") as opened:
            return opened.read(size)
    except OSError:
        return b""
