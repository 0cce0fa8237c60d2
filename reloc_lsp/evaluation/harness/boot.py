"""The entry of every harness process. Its standard input and output are the wire to the controller."""

from __future__ import annotations

import importlib.util
import os
import sys


def load_package() -> str:
    """Import this directory as a package under a private name, remove it from `sys.path`, and return the name."""
    here = os.path.dirname(os.path.abspath(__file__))
    sys.path[:] = [entry for entry in sys.path if os.path.abspath(entry or ".") != here]
    name = "_reloc_harness"
    spec = importlib.util.spec_from_file_location(
        name, os.path.join(here, "__init__.py"), submodule_search_locations=[here]
    )
    assert spec is not None and spec.loader is not None
    package = importlib.util.module_from_spec(spec)
    sys.modules[name] = package
    spec.loader.exec_module(package)
    return name


if __name__ == "__main__":
    main = importlib.import_module(load_package() + ".dispatch")
    main.run()
