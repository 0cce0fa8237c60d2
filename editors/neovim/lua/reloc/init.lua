---What the LSP configuration (`lsp/reloc.lua`) takes from this plugin, and the functions for users.

local proposal = require('reloc.proposal')

local M = {}

---@class reloc.Options
---@field open boolean whether a proposal opens at once; if not, `:LspRelocShow` opens it
---@field keys reloc.Keys

---@class reloc.Keys
---@field accept string
---@field next string
---@field reject string
---@field later string

---@type reloc.Options
M.options = {
  open = true,
  keys = { accept = 'a', next = 'n', reject = 'r', later = 'q' },
}

---Change the options of the plugin. The server has its settings in `vim.lsp.config('reloc', { settings = ... })`.
---@param options? table any of the fields of |reloc.Options|
function M.setup(options)
  M.options = vim.tbl_deep_extend('force', M.options, options or {})
end

---The experimental capabilities: this client displays proposals itself and asks the user for instructions.
M.capabilities = { experimental = { reloc = { proposals = true, input = true } } }

M.handlers = {
  ['reloc/proposal'] = function(_, params, context)
    proposal.received(params, context.client_id, M.options)
  end,
  ['reloc/proposalClosed'] = function(_, params)
    proposal.closed(params)
  end,
  ['reloc/instruction'] = function(_, params, context)
    require('reloc.commands').instruct(params, context.client_id)
  end,
}

---@param client vim.lsp.Client
---@param bufnr integer
function M.on_attach(client, bufnr)
  require('reloc.commands').create(client.id, bufnr)
end

---The progress of a search as text for a statusline; empty if no search runs.
---@return string
function M.status()
  for _, client in ipairs(vim.lsp.get_clients({ name = 'reloc' })) do
    for _, value in pairs(client.progress.pending) do
      return 'ReLoc: ' .. tostring(value)
    end
  end
  return ''
end

return M
