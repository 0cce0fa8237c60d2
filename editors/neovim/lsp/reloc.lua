-- The language server of ReLoc, for `vim.lsp.enable('reloc')`. It needs nothing of the plugin: copied alone into a
-- folder `lsp` of your configuration it works too, with Neovim's own questions in the place of the diff view.

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
