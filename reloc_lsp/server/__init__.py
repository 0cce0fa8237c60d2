"""The language server: a thin layer between an editor and the use case in `reloc_lsp.revision`.

Here: the server object, its factory and its start. `features/` has one file per LSP method, `commands/` one per
command, `session/` what is known of the connected editor, `transport/` the bytes, `jobs/` running searches,
`proposals/` what waits for the user's consent.
Not here: anything that a terminal would need too.
"""
