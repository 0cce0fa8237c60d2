---`:checkhealth reloc`

local M = {}

---The functions for the marks of `reloc-lsp doctor`: the first two characters of each line.
local REPORTERS = { ok = vim.health.ok, [' !'] = vim.health.warn, ['! '] = vim.health.warn }

function M.check()
  vim.health.start('reloc')
  if vim.fn.has('nvim-0.11') == 0 then
    vim.health.error('ReLoc needs Neovim 0.11 or later.')
  end
  local config = vim.lsp.config.reloc or {}
  local command = type(config.cmd) == 'table' and config.cmd[1] or 'reloc-lsp'
  if vim.fn.executable(command) == 0 then
    vim.health.error(command .. ' is not installed or not on the PATH.', {
      'pip install reloc-lsp',
      "or set its path: vim.lsp.config('reloc', { cmd = { '/path/to/reloc-lsp', '--stdio' } })",
    })
    return
  end
  local version = vim.system({ command, '--version' }, { text = true }):wait()
  vim.health.ok(vim.trim(version.stdout))
  local attached = #vim.lsp.get_clients({ name = 'reloc' })
  if attached > 0 then
    vim.health.ok(attached .. ' running')
  else
    vim.health.info("Not running: open a Python file, and put vim.lsp.enable('reloc') into your configuration.")
  end

  vim.health.start('reloc-lsp doctor')
  local doctor = vim.system({ command, 'doctor' }, { text = true, cwd = vim.fn.getcwd() }):wait()
  for line in vim.gsplit(vim.trim(doctor.stdout), '\n') do
    local report = REPORTERS[line:sub(1, 2)] or vim.health.info
    report(vim.trim(line:sub(4)))
  end
end

return M
