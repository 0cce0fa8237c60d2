"""`python -m reloc_lsp` is the command `reloc-lsp`."""

import os
import sys

# `-m` puts the working directory first: a workspace's own `types.py` must not stand in for Python's.
if sys.path and os.path.exists(sys.path[0] or ".") and os.path.samefile(sys.path[0] or ".", "."):
    del sys.path[0]

from reloc_lsp.cli.main import main

if __name__ == "__main__":
    raise SystemExit(main())
