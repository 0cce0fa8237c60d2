---The commands of a buffer to which the server is attached. A revision also begins with a code action: |gra|.

local proposal = require('reloc.proposal')

local M = {}

---@param client_id integer
---@param bufnr integer
---@param command string
---@param arguments any[]
---@param on_result? fun(result: any)
local function call(client_id, bufnr, command, arguments, on_result)
  local client = vim.lsp.get_client_by_id(client_id)
  if not client then
    vim.notify('ReLoc: the server has ended; :LspRelocRestart starts it again.', vim.log.levels.WARN)
    return
  end
  local lsp_command = { title = command, command = command, arguments = arguments }
  client:exec_cmd(lsp_command, { bufnr = bufnr }, function(err, result)
    if err then
      vim.notify('ReLoc: ' .. err.message, vim.log.levels.ERROR)
    elseif on_result then
      on_result(result)
    end
  end)
end

---Handle `reloc/instruction`: ask the user for the instruction, and begin the search with it.
---@param params { uri: string, where: any, version: any, prompt: string }
---@param client_id integer
function M.instruct(params, client_id)
  vim.ui.input({ prompt = params.prompt .. ' ' }, function(text)
    if text and vim.trim(text) ~= '' then
      local objective = { objective = 'instruct', instruction = text }
      local arguments = { params.uri, params.where, params.version, objective }
      call(client_id, vim.uri_to_bufnr(params.uri), 'reloc.revise', arguments)
    end
  end)
end

---@param client_id integer
---@param bufnr integer
function M.create(client_id, bufnr)
  local function command(name, description, run)
    vim.api.nvim_buf_create_user_command(bufnr, 'LspReloc' .. name, run, { desc = description })
  end

  local function revise(objective)
    local line = vim.api.nvim_win_get_cursor(0)[1] - 1
    local arguments = { vim.uri_from_bufnr(bufnr), line, vim.NIL, { objective = objective } }
    call(client_id, bufnr, 'reloc.revise', arguments)
  end

  command('Revise', 'Revise the function under the cursor', function()
    revise('fix')
  end)
  command('Simplify', 'Simplify the function under the cursor, if its tests pass', function()
    revise('simplify')
  end)
  command('SpeedUp', 'Speed up the function under the cursor, if its tests pass', function()
    revise('speed-up')
  end)
  command('Instruct', 'Have a model change the function under the cursor by an instruction', function()
    revise('instruct')
  end)
  command('ReviseFile', 'Revise the most suspicious function of the file', function()
    call(client_id, bufnr, 'reloc.revise', { vim.uri_from_bufnr(bufnr) })
  end)
  command('Cancel', 'Stop all searches; the best revision so far is still proposed', function()
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
  command('Status', 'Show the running searches and the proposals that wait', function()
    call(client_id, bufnr, 'reloc.status', {}, function(status)
      local lines = {}
      for _, search in ipairs(status.searches) do
        table.insert(lines, ('%s: %s (%.0f s)'):format(search.qualname, search.message, search.seconds))
      end
      for _, waiting in ipairs(status.proposals) do
        table.insert(lines, 'proposal: ' .. waiting.message)
      end
      vim.notify('ReLoc: ' .. (#lines > 0 and table.concat(lines, '\n') or 'no search runs and no proposal waits.'))
    end)
  end)
  command('ShowTrace', 'Show what the last search did, as a page in the browser', function()
    call(client_id, bufnr, 'reloc.showTrace', {})
  end)
  command('Restart', 'Restart the server; a proposal that is shown stays', function()
    local client = vim.lsp.get_client_by_id(client_id)
    if client then
      client:stop()
    end
    local ended = vim.wait(3000, function()
      return vim.lsp.get_client_by_id(client_id) == nil
    end, 50)
    if client and not ended then
      client:stop(true)
    end
    vim.lsp.enable('reloc', false)
    vim.lsp.enable('reloc')
    vim.api.nvim_exec_autocmds('FileType', { buffer = bufnr })
  end)
end

return M
