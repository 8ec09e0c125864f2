--- Which command starts the server. Nothing inside the opened project is looked at: starting a program that a
--- repository brought along would run other people's code.

local M = {}

local bin, suffix = 'bin', ''
if vim.fn.has('win32') == 1 then
  bin, suffix = 'Scripts', '.exe'
end

--- The command's executable and where it was found: `g:groundstate_command`, the active virtual environment, PATH.
---@return string[]? command  the first words of the command line; nil when there is none
---@return string source  where it comes from, or what to do
function M.find()
  local set = vim.g.groundstate_command
  if set ~= nil then
    return type(set) == 'table' and set or { vim.fn.expand(set) }, 'g:groundstate_command'
  end
  local environment = vim.env.VIRTUAL_ENV or vim.env.CONDA_PREFIX
  if environment then
    local candidate = vim.fs.joinpath(environment, bin, 'groundstate' .. suffix)
    if vim.fn.executable(candidate) == 1 then
      return { candidate }, 'the active environment ' .. environment
    end
  end
  local on_path = vim.fn.exepath('groundstate')
  if on_path ~= '' then
    return { on_path }, 'PATH'
  end
  return nil, 'not found: pip install "groundstate[cpu]" and activate its environment, or set g:groundstate_command'
end

--- The command line of the server.
---@return string[]
function M.server()
  local command, source = M.find()
  if command == nil then
    error('groundstate: ' .. source, 0)
  end
  return vim.list_extend(vim.deepcopy(command), { 'server' })
end

return M
