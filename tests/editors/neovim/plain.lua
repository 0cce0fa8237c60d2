-- Without the plugin, the server's configuration alone leads to a question of Neovim.
vim.opt.runtimepath:prepend(vim.env.RELOC_PLUGIN)
local session = dofile(vim.env.RELOC_SESSION)
vim.opt.runtimepath:remove(vim.env.RELOC_PLUGIN)
package.loaded['reloc'] = nil
vim.lsp.config('reloc', dofile(vim.env.RELOC_PLUGIN .. '/lsp/reloc.lua'))
assert(not vim.lsp.config.reloc.handlers, 'the plugin is loaded')
local question
vim.lsp.handlers['window/showMessageRequest'] = function(_, params)
  question = params
  return params.actions[1]
end
vim.lsp.enable('reloc')
session.open('ranges.py', 'def clamp')
session.light_bulb('Revise with ReLoc')
session.wait('the new text', function()
  return session.text():find('min(value, high)', 1, true)
end)
assert(question.message:find('clamp: 0/2 -> 2/2 tests.', 1, true), question.message)
session.equal(question.actions[1].title, 'Apply', 'the first answer')
