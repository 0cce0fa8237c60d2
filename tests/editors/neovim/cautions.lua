-- What to check in a revision is a notice beside the diff, for each revision that is shown; hidden text is visible there.
local session = dofile(vim.env.RELOC_SESSION)
vim.lsp.enable('reloc')
local client = session.open('ranges.py', 'def clamp')
local before = session.text()
local revised = before:gsub('return', 'return  # \226\128\174')
client.handlers['reloc/proposal'](nil, {
  id = '1',
  uri = vim.uri_from_bufnr(session.buffer),
  qualname = 'clamp',
  original = before,
  choices = {
    { message = 'clamp: 0/2 -> 2/2 tests.', cautions = {}, diff = '', revised = before },
    {
      message = 'clamp: alternative 1.',
      cautions = { 'New powers: writes files (os.remove in line 2).' },
      diff = '',
      revised = revised,
    },
  },
}, { client_id = client.id })
local windows = session.view()
session.equal(session.notices, {}, 'notices for a revision with nothing to check')
session.keys('n')
session.wait('the notice', function()
  return session.notices[1] == 'ReLoc: clamp: New powers: writes files (os.remove in line 2).'
end)
local right = vim.api.nvim_win_get_buf(windows[2])
assert(session.text(right):find('\226\128\174', 1, true), 'the buffer holds the real text')
session.equal(vim.fn.strtrans('\226\128\174'), '<202e>', 'what Neovim shows for it')
