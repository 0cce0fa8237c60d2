---The commands of a buffer that the server is attached to. Revising is a code action, and needs none: |gra|.

local proposal = require('reloc.proposal')

local M = {}

---@param client_id integer
---@param bufnr integer
---@param command string
---@param arguments any[]
---@param answered? fun(result: any)
local function call(client_id, bufnr, command, arguments, answered)
  local client = vim.lsp.get_client_by_id(client_id)
  if not client then
    vim.notify('ReLoc: the server has ended; :LspRelocRestart starts it again.', vim.log.levels.WARN)
    return
  end
  client:exec_cmd({ title = command, command = command, arguments = arguments }, { bufnr = bufnr }, function(err, result)
    if err then
      vim.notify('ReLoc: ' .. err.message, vim.log.levels.ERROR)
    elseif answered then
      answered(result)
    end
  end)
end

---@param client_id integer
---@param bufnr integer
function M.create(client_id, bufnr)
  local function command(name, description, run)
    vim.api.nvim_buf_create_user_command(bufnr, 'LspReloc' .. name, run, { desc = description })
  end

  command('Revise', 'Revise the function under the cursor', function()
    local line = vim.api.nvim_win_get_cursor(0)[1] - 1
    call(client_id, bufnr, 'reloc.revise', { vim.uri_from_bufnr(bufnr), line })
  end)
  command('ReviseFile', 'Revise the most suspicious function of the file', function()
    call(client_id, bufnr, 'reloc.revise', { vim.uri_from_bufnr(bufnr) })
  end)
  command('Cancel', 'Stop all searches; the best so far is still proposed', function()
    call(client_id, bufnr, 'reloc.cancel', {})
  end)
  command('Show', 'Show the proposal that waits', function()
    if not proposal.show() then
      call(client_id, bufnr, 'reloc.status', {}, function(status)
        local waiting = status.proposals[1]
        if waiting then
          call(client_id, bufnr, 'reloc.show', { waiting.id })
        else
          vim.notify('ReLoc: no proposal waits.')
        end
      end)
    end
  end)
  command('Status', 'What runs and what waits', function()
    call(client_id, bufnr, 'reloc.status', {}, function(status)
      local lines = {}
      for _, search in ipairs(status.searches) do
        table.insert(lines, ('%s: %s (%.0f s)'):format(search.qualname, search.message, search.seconds))
      end
      for _, waiting in ipairs(status.proposals) do
        table.insert(lines, 'proposal: ' .. waiting.message)
      end
      vim.notify('ReLoc: ' .. (#lines > 0 and table.concat(lines, '\n') or 'nothing runs, nothing waits.'))
    end)
  end)
  command('Restart', 'Start the server anew', function()
    local client = vim.lsp.get_client_by_id(client_id)
    if client then
      client:stop()
    end
    vim.wait(3000, function()
      return vim.lsp.get_client_by_id(client_id) == nil
    end, 50)
    vim.lsp.enable('reloc', false)
    vim.lsp.enable('reloc')
    vim.api.nvim_exec_autocmds('FileType', { buffer = bufnr })
  end)
end

return M
