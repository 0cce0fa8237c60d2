-- The help has a tag for each command and function, and no line longer than 79 columns.
local session = dofile(vim.env.RELOC_SESSION)
local folder = vim.fn.getcwd() .. '/help'
vim.fn.mkdir(folder .. '/doc', 'p')
assert(vim.uv.fs_copyfile(vim.env.RELOC_PLUGIN .. '/doc/reloc.txt', folder .. '/doc/reloc.txt'))
vim.cmd.helptags(folder .. '/doc')
vim.opt.runtimepath:prepend(folder)
for _, line in ipairs(vim.fn.readfile(folder .. '/doc/reloc.txt')) do
  assert(vim.fn.strdisplaywidth(line) <= 79, line)
end
vim.lsp.enable('reloc')
session.open('fine.py', 'def double')
local topics = { 'reloc' }
for name in pairs(vim.api.nvim_buf_get_commands(session.buffer, {})) do
  table.insert(topics, ':' .. name)
end
assert(#topics > 5, vim.inspect(topics))
for name, value in pairs(require('reloc')) do
  if type(value) == 'function' and name ~= 'on_attach' then
    table.insert(topics, ('reloc.%s()'):format(name))
  end
end
for _, topic in ipairs(topics) do
  vim.cmd.help(topic)
  session.equal(vim.bo.filetype, 'help', topic)
end
