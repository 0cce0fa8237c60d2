-- The configuration of the ReLoc language server for `vim.lsp.enable('reloc')`. This file also works without the plugin, in
-- the folder `lsp` of your configuration: Neovim then asks questions instead of showing a diff.

local has_plugin, reloc = pcall(require, 'reloc')

---@type vim.lsp.Config
return {
  cmd = { 'reloc-lsp', '--stdio' },
  filetypes = { 'python' },
  root_markers = { { 'pyproject.toml', 'setup.cfg', 'setup.py' }, '.git' },
  capabilities = has_plugin and reloc.capabilities or nil,
  handlers = has_plugin and reloc.handlers or nil,
  on_attach = has_plugin and reloc.on_attach or nil,
}
