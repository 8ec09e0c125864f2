--- The energies of the unit under the cursor: its tokens coloured by heat, its best edits in a window below.

local M = {}

local NAMESPACE = vim.api.nvim_create_namespace('groundstate.energy')
local LEVELS = { '#3b3a26', '#5a4a1e', '#7d5316', '#a3540f', '#c94a0a' }

local function define_colours()
  for level, colour in ipairs(LEVELS) do
    vim.api.nvim_set_hl(0, 'GroundstateHeat' .. level, { bg = colour, default = true })
  end
end

local function byte_column(buffer, position, encoding)
  local line = vim.api.nvim_buf_get_lines(buffer, position.line, position.line + 1, false)[1] or ''
  return vim.str_byteindex(line, encoding, position.character, false)
end

local function paint(buffer, tokens, encoding)
  define_colours()
  for _, token in ipairs(tokens) do
    local level = math.min(#LEVELS, math.ceil(token.heat * #LEVELS))
    if level > 0 then
      local from, to = token.range.start, token.range['end']
      vim.api.nvim_buf_set_extmark(buffer, NAMESPACE, from.line, byte_column(buffer, from, encoding), {
        end_row = to.line,
        end_col = byte_column(buffer, to, encoding),
        hl_group = 'GroundstateHeat' .. level,
        strict = false,
      })
    end
  end
end

local function number(value)
  return (('%+.2f'):format(value):gsub('-', '−'))
end

local function lines_of(answer)
  local lines = {
    ('%s, lines %d to %d'):format(answer.unit.name, answer.unit.range.start.line + 1, answer.unit.range['end'].line + 1),
    ('free energy %.3f (0 when nothing beats the code as written)'):format(answer.freeEnergy),
  }
  for _, edit in ipairs(answer.edits) do
    local split = {}
    for _, term in ipairs(answer.terms or {}) do
      if edit.gap.terms[term] then
        split[#split + 1] = term .. ' ' .. number(edit.gap.terms[term])
      end
    end
    local at = edit.range.start
    local gap = number(edit.gap.soft) .. (edit.gap.hard ~= 0 and (' and %+d violations'):format(edit.gap.hard) or '')
    lines[#lines + 1] = ('%d:%d %s %s: %s'):format(at.line + 1, at.character + 1, edit.rule, edit.name, edit.title)
    lines[#lines + 1] = ('    ΔE %s%s, probability %.4f'):format(
      gap,
      #split > 0 and (' = ' .. table.concat(split, ', ')) or '',
      edit.probability
    )
  end
  if #answer.edits == 0 then
    lines[#lines + 1] = 'no candidate edit'
  end
  return lines
end

--- Ask `client` for the energies at the cursor and show them. The colours go with the next change of the text.
---@param client vim.lsp.Client
function M.show(client)
  local window, buffer = vim.api.nvim_get_current_win(), vim.api.nvim_get_current_buf()
  local changed = vim.api.nvim_buf_get_changedtick(buffer)
  local place = vim.lsp.util.make_position_params(window, client.offset_encoding)
  local argument = { uri = place.textDocument.uri, position = place.position }
  require('groundstate').execute(client, 'groundstate.showEnergy', { argument }, function(answer)
    if not vim.api.nvim_buf_is_valid(buffer) or vim.api.nvim_buf_get_changedtick(buffer) ~= changed then
      return
    end
    M.clear(buffer)
    if answer == nil or answer.reason then
      local reason = answer and answer.reason or 'there are no energies here'
      return vim.notify('groundstate: ' .. reason, vim.log.levels.INFO)
    end
    paint(buffer, answer.tokens, client.offset_encoding)
    require('groundstate.window').show('groundstate://energy', lines_of(answer))
    vim.api.nvim_create_autocmd({ 'TextChanged', 'TextChangedI', 'BufUnload' }, {
      buffer = buffer,
      once = true,
      callback = function()
        M.clear(buffer)
      end,
    })
  end)
end

--- Take the colours away.
function M.clear(buffer)
  if vim.api.nvim_buf_is_valid(buffer) then
    vim.api.nvim_buf_clear_namespace(buffer, NAMESPACE, 0, -1)
  end
end

return M
