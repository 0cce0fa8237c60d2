"""The commands of `reloc-lsp`: one file for each, or a package where a command has several actions.

Not here: what commands share, such as flags, targets, the display and the report (`cli`).
"""
