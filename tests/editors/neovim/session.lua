-- Helpers of the scenarios: a Neovim with the plugin, and what a user does in it.
local M = {}

vim.opt.runtimepath:prepend(vim.env.RELOC_PLUGIN)
vim.cmd('filetype on')
vim.o.swapfile = false
vim.o.columns, vim.o.lines = 160, 50

M.notices = {}
vim.notify = function(message)
  table.insert(M.notices, message)
end

---Wait until `condition` returns a value, and return it; fail after `seconds`.
function M.wait(what, condition, seconds)
  local value
  local held = vim.wait((seconds or 60) * 1000, function()
    value = condition()
    return value and true or false
  end, 20)
  assert(held, 'timeout while waiting for ' .. what .. '; notices: ' .. vim.inspect(M.notices))
  return value
end

function M.equal(actual, expected, what)
  assert(
    vim.deep_equal(actual, expected),
    ('%s: %s instead of %s'):format(what, vim.inspect(actual), vim.inspect(expected))
  )
end

function M.text(buffer)
  return table.concat(vim.api.nvim_buf_get_lines(buffer or 0, 0, -1, false), '\n') .. '\n'
end

function M.read(name)
  return table.concat(vim.fn.readfile(name), '\n') .. '\n'
end

---Open a file of the workspace, put the cursor on a line that has `text`, and wait for the server.
function M.open(name, text)
  vim.cmd.edit(name)
  M.buffer = vim.api.nvim_get_current_buf()
  vim.fn.search(text, 'cw')
  return M.wait('the server', function()
    local client = vim.lsp.get_clients({ name = 'reloc', bufnr = M.buffer })[1]
    return client and client.initialized and client
  end)
end

---Choose the code action under the cursor, as `gra` does.
function M.light_bulb(title)
  vim.lsp.buf.code_action({
    apply = true,
    filter = function(action)
      return action.title == title
    end,
  })
end

function M.keys(keys)
  vim.api.nvim_feedkeys(vim.keycode(keys), 'mx', false)
end

---Wait until a proposal is shown: a tab with two windows.
function M.view()
  return M.wait('the view of a proposal', function()
    return #vim.api.nvim_list_tabpages() == 2 and vim.api.nvim_tabpage_list_wins(0)
  end)
end

function M.no_view()
  M.wait('the view to close', function()
    return #vim.api.nvim_list_tabpages() == 1
  end)
end

---The result of the command `reloc.status`.
function M.status(client)
  local response = client:request_sync('workspace/executeCommand', { command = 'reloc.status' }, 10000, M.buffer)
  return response.result
end

return M
