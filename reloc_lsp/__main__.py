"""`python -m reloc_lsp` is the command `reloc-lsp`."""

from reloc_lsp.cli.main import main

if __name__ == "__main__":
    raise SystemExit(main())
