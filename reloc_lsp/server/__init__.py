"""The language server: a thin layer between an editor and the use case in `reloc_lsp.revision`.

Here: the server object, its factory and the code that starts it. `features/` has one file per LSP method, `commands/`
one per command, `jobs/` the running revisions, `proposals/` the results that wait for the user's decision, `session/`
what is known about the connected editor, `transport/` the bytes and the connection. Imports go down in this order.
Not here: anything that the command line needs too.
"""
