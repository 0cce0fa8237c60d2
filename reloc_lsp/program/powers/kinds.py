"""The kinds of powers: what code can do besides computing a result from its arguments."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, get_args

PowerKind = Literal[
    "programs",
    "code",
    "native-code",
    "interpreter",
    "writes-files",
    "reads-files",
    "network",
    "environment",
    "globals",
    "attributes",
    "threads",
    "exit",
    "imports",
    "clock",
    "chance",
]
"""Every kind, those that can do the most harm first. Proposals name powers in this order."""

POWER_KINDS: tuple[PowerKind, ...] = get_args(PowerKind)

DESCRIPTIONS: Mapping[PowerKind, str] = {
    "programs": "runs programs",
    "code": "makes code at run time",
    "native-code": "calls native code",
    "interpreter": "reaches into the interpreter",
    "writes-files": "writes files",
    "reads-files": "reads files",
    "network": "uses the network",
    "environment": "uses the environment of the process",
    "globals": "writes globals",
    "attributes": "reaches attributes by computed names",
    "threads": "starts threads or processes",
    "exit": "ends the process or handles its signals",
    "imports": "imports modules",
    "clock": "reads the clock",
    "chance": "draws random numbers",
}
"""What code with a power of that kind does, as users read it."""
