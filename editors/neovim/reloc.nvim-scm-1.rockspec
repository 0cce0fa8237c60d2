rockspec_format = '3.0'
package = 'reloc.nvim'
version = 'scm-1'
-- Built in this folder with `luarocks make`; no source is downloaded.
source = { url = 'file://.' }
description = {
  summary = 'Revise a failing Python function until its tests pass: the Neovim plugin of the language server reloc-lsp.',
  license = 'MIT',
}
dependencies = { 'lua >= 5.1' }
build = { type = 'builtin', copy_directories = { 'doc', 'lsp' } }
