-- A function whose tests pass is simplified. The user is asked for an instruction, which needs a model.
local session = dofile(vim.env.RELOC_SESSION)
local messages = {}
vim.lsp.handlers['window/showMessage'] = function(_, params)
  table.insert(messages, params.message)
end
vim.lsp.enable('reloc')
session.open('wordy.py', 'def is_even')
vim.cmd.LspRelocSimplify()
session.view()
session.keys('a')
session.wait('the new text', function()
  return session.text(session.buffer):find('    return value %% 2 == 0\n')
end)
local asked
vim.ui.input = function(options, answered)
  asked = options.prompt
  answered('use a table')
end
vim.cmd.LspRelocInstruct()
session.wait('the question', function()
  return asked and asked:find('What is to be done', 1, true)
end)
session.wait('the answer', function()
  return vim.iter(messages):any(function(message)
    return message:find('Only a model can follow an instruction', 1, true)
  end)
end)
