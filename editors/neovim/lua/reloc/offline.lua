---Applies a revision whose server has ended.

local M = {}

---@param text string
---@return string[]
function M.lines_of(text)
  local lines = vim.split(text:gsub('\r\n', '\n'), '\n', { plain = true })
  if lines[#lines] == '' then
    table.remove(lines)
  end
  return lines
end

---Change the lines of a buffer that differ between `original` and `revised`, in one step of undo.
---@param bufnr integer
---@param original string the text that the buffer must have
---@param revised string
---@return boolean whether the buffer had that text
function M.apply(bufnr, original, revised)
  vim.fn.bufload(bufnr)
  local before, after = M.lines_of(original), M.lines_of(revised)
  if not vim.deep_equal(vim.api.nvim_buf_get_lines(bufnr, 0, -1, false), before) then
    return false
  end
  local diff = vim.text.diff or vim.diff
  local hunks = diff(table.concat(before, '\n') .. '\n', table.concat(after, '\n') .. '\n', { result_type = 'indices' })
  for index = #hunks, 1, -1 do
    local start, count, new_start, new_count = unpack(hunks[index])
    -- A hunk that removes no line starts after the line `start`.
    local first = count == 0 and start or start - 1
    vim.api.nvim_buf_set_lines(
      bufnr,
      first,
      first + count,
      true,
      vim.list_slice(after, new_start, new_start + new_count - 1)
    )
  end
  return true
end

return M
