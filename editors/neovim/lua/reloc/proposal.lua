---Shows a proposal in a tab: the current text of the document beside the revised text.

local offline = require('reloc.offline')

local M = {}

---@class reloc.Choice
---@field message string
---@field cautions string[] what to check before the revision is applied
---@field diff string
---@field revised string

---@class reloc.Proposal
---@field id string
---@field uri string
---@field qualname string
---@field original string
---@field choices reloc.Choice[]

---@class reloc.View
---@field proposal reloc.Proposal
---@field client_id integer
---@field options reloc.Options
---@field number integer of the revision that is shown, from 1
---@field buffers integer[]
---@field tab? integer

---@type table<string, reloc.View> the views by the id of their proposal
local views = {}
---@type string[] the ids of the proposals that wait, oldest first
local waiting = {}

---@param view reloc.View
local function close(view)
  local tab = view.tab
  view.tab = nil
  if tab and vim.api.nvim_tabpage_is_valid(tab) and #vim.api.nvim_list_tabpages() > 1 then
    vim.cmd.tabclose(vim.api.nvim_tabpage_get_number(tab))
  end
  for _, buffer in ipairs(view.buffers) do
    if vim.api.nvim_buf_is_valid(buffer) then
      vim.api.nvim_buf_delete(buffer, { force = true })
    end
  end
  view.buffers = {}
end

---The server that found a proposal; nil if it has ended.
---@param view reloc.View
---@return vim.lsp.Client?
local function server_of(view)
  local client = vim.lsp.get_client_by_id(view.client_id)
  return client and not client:is_stopped() and client or nil
end

---@param client vim.lsp.Client
---@param view reloc.View
---@param command string
---@param arguments any[]
local function call(client, view, command, arguments)
  local bufnr = vim.uri_to_bufnr(view.proposal.uri)
  client:exec_cmd({ title = command, command = command, arguments = arguments }, { bufnr = bufnr })
end

---@param view reloc.View
local function forget(view)
  close(view)
  views[view.proposal.id] = nil
  waiting = vim.tbl_filter(function(id)
    return id ~= view.proposal.id
  end, waiting)
end

---Forget the proposals of ended servers for the same function. The running server closes only its own proposals.
---@param proposal reloc.Proposal
local function forget_outdated(proposal)
  for _, view in pairs(views) do
    local other = view.proposal
    if other.uri == proposal.uri and other.qualname == proposal.qualname and not server_of(view) then
      forget(view)
    end
  end
end

---@param view reloc.View
local function fill(view)
  local choice = view.proposal.choices[view.number]
  local contents = { view.proposal.original, choice.revised }
  for side, buffer in ipairs(view.buffers) do
    vim.bo[buffer].modifiable = true
    vim.api.nvim_buf_set_lines(buffer, 0, -1, false, offline.lines_of(contents[side]))
    vim.bo[buffer].modifiable = false
  end
  local keys = view.options.keys
  local more = #view.proposal.choices > 1
      and (' %s next (%d of %d)'):format(keys.next, view.number, #view.proposal.choices)
    or ''
  local help = (' %s accept%s  %s reject  %s later'):format(keys.accept, more, keys.reject, keys.later)
  for side, window in ipairs(vim.api.nvim_tabpage_list_wins(view.tab)) do
    local title = side == 1 and choice.message or help
    vim.wo[window].winbar = title:gsub('%%', '%%%%')
  end
  vim.cmd.diffupdate()
  if #choice.cautions > 0 then
    -- The bar above a window can be too narrow for them.
    vim.notify(
      ('ReLoc: %s: %s'):format(view.proposal.qualname, table.concat(choice.cautions, ' ')),
      vim.log.levels.WARN
    )
  end
end

---@param view reloc.View
local function open(view)
  vim.cmd('tab split')
  view.tab = vim.api.nvim_get_current_tabpage()
  for side, name in ipairs({ 'current', 'revised' }) do
    if side > 1 then
      vim.cmd('rightbelow vsplit')
    end
    local buffer = vim.api.nvim_create_buf(false, true)
    view.buffers[side] = buffer
    vim.api.nvim_win_set_buf(0, buffer)
    vim.api.nvim_buf_set_name(buffer, ('reloc://%s/%s/%s'):format(view.proposal.id, view.proposal.qualname, name))
    vim.bo[buffer].bufhidden = 'wipe'
    vim.bo[buffer].filetype = 'python'
    local actions = { accept = M.accept, next = M.next, reject = M.reject, later = M.later }
    for action, run in pairs(actions) do
      vim.keymap.set('n', view.options.keys[action], function()
        run(view.proposal.id)
      end, { buffer = buffer, nowait = true, desc = 'ReLoc: ' .. action })
    end
  end
  fill(view)
  vim.cmd('windo diffthis')
  vim.cmd('normal! gg]c')
end

---Handle `reloc/proposal`: open the proposal in Normal mode, if the options allow it; else it waits.
---@param proposal reloc.Proposal
---@param client_id integer
---@param options reloc.Options
function M.received(proposal, client_id, options)
  forget_outdated(proposal)
  views[proposal.id] = { proposal = proposal, client_id = client_id, options = options, number = 1, buffers = {} }
  table.insert(waiting, proposal.id)
  if options.open and vim.api.nvim_get_mode().mode == 'n' then
    M.show()
  else
    vim.notify('ReLoc: ' .. proposal.choices[1].message .. ' :LspRelocShow shows it.')
  end
end

---Handle `reloc/proposalClosed`.
---@param params { id: string, why: string }
function M.closed(params)
  local view = views[params.id]
  if view then
    forget(view)
    if params.why == 'stale' or params.why == 'replaced' then
      vim.notify(('ReLoc: the proposal for %s is %s.'):format(view.proposal.qualname, params.why))
    end
  end
end

---Show the latest proposal.
---@return boolean whether there is one
function M.show()
  local view = views[waiting[#waiting]]
  if not view then
    return false
  end
  if view.tab and vim.api.nvim_tabpage_is_valid(view.tab) then
    vim.api.nvim_set_current_tabpage(view.tab)
  else
    view.buffers = {}
    open(view)
  end
  return true
end

---Apply the revision that is shown. If its server has ended, the buffer must have the text that it was made for.
---@param id string
function M.accept(id)
  local view = views[id]
  local client, proposal = server_of(view), view.proposal
  if client then
    close(view)
    call(client, view, 'reloc.apply', { id, view.number - 1 })
  elseif offline.apply(vim.uri_to_bufnr(proposal.uri), proposal.original, proposal.choices[view.number].revised) then
    forget(view)
  else
    local name = vim.fn.fnamemodify(vim.uri_to_fname(proposal.uri), ':.')
    local message = 'ReLoc: %s has changed since the revision of %s was shown, and the server that made it has ended, '
      .. 'so it was not applied: run Revise with ReLoc again.'
    vim.notify(message:format(name, proposal.qualname), vim.log.levels.WARN)
  end
end

---Show the next revision.
---@param id string
function M.next(id)
  local view = views[id]
  view.number = view.number % #view.proposal.choices + 1
  fill(view)
end

---Discard the proposal.
---@param id string
function M.reject(id)
  local view = views[id]
  local client = server_of(view)
  if client then
    close(view)
    call(client, view, 'reloc.discard', { id })
  else
    forget(view)
  end
end

---Close the view; the proposal still waits.
---@param id string
function M.later(id)
  close(views[id])
end

return M
