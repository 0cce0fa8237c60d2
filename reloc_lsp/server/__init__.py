"""The language server: a thin layer between an editor and the use case in `reloc_lsp.revision`."""
