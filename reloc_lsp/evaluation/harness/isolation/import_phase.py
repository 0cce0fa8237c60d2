"""The time before the first test: modules are imported and tests compiled, which makes up most of a run of few tests.

To look for garbage would take a third of it, as what is made then stays, and is looked through again and again.
"""

from __future__ import annotations

import gc
import sys

from ..protocol.wire import Message
from .bytecode_cache import Bytecode


def begin(config: Message) -> None:
    """Nothing of the project is imported yet."""
    gc.disable()
    Bytecode.of(config).install()


def end() -> None:
    """Tests begin: from now on it is as in any other process, and what is compiled is not kept."""
    gc.enable()
    sys.dont_write_bytecode = True
