--- What the `:Groundstate` command does, for mappings and scripts.

local M = {}

--- The running servers, those of the buffer first.
---@param buffer? integer
---@return vim.lsp.Client[]
function M.clients(buffer)
  local here = vim.lsp.get_clients({ name = 'groundstate', bufnr = buffer or 0 })
  return #here > 0 and here or vim.lsp.get_clients({ name = 'groundstate' })
end

local function say(message, level)
  vim.notify('groundstate: ' .. message, level or vim.log.levels.INFO)
end

--- The first running server, or a message that there is none.
---@return vim.lsp.Client?
local function running()
  local client = M.clients()[1]
  if client == nil then
    say('no server is running; :checkhealth groundstate', vim.log.levels.WARN)
  end
  return client
end

--- Give the running servers other settings: `settings` replaces single keys of the section `groundstate`.
--- Applied at once, without a restart.
---@param settings table<string, any>
function M.configure(settings)
  for _, client in ipairs(vim.lsp.get_clients({ name = 'groundstate' })) do
    client.settings = vim.tbl_deep_extend('force', client.settings or {}, { groundstate = settings })
    client:notify('workspace/didChangeConfiguration', { settings = client.settings })
  end
  vim.lsp.config('groundstate', { settings = { groundstate = settings } })
end

--- Stop the servers, wait until they are gone, and start them again for the buffers that they had.
function M.restart()
  local stopping = vim.lsp.get_clients({ name = 'groundstate' })
  for _, client in ipairs(stopping) do
    client:stop()
  end
  local tries = 0
  local function start()
    tries = tries + 1
    for _, client in ipairs(stopping) do
      if not client:is_stopped() then
        if tries == 40 then
          client:stop(true)
        end
        return vim.defer_fn(start, 50)
      end
    end
    vim.lsp.enable('groundstate', false)
    vim.lsp.enable('groundstate')
  end
  start()
end

--- Open the file that the servers' standard error goes to.
function M.log()
  vim.cmd.tabedit(vim.fn.fnameescape(vim.lsp.log.get_filename()))
end

--- Apply the repairs that the calibration certifies, in the whole buffer.
function M.fix()
  vim.lsp.buf.code_action({
    context = { only = { 'source.fixAll.groundstate' }, diagnostics = {} },
    apply = true,
  })
end

--- Show what the server says about itself.
function M.info()
  local client = running()
  if client == nil then
    return
  end
  local lines = { 'root ' .. tostring(client.root_dir) }
  local function show(answer)
    if answer ~= nil then
      vim.list_extend(lines, vim.split(type(answer) == 'string' and answer or vim.inspect(answer), '\n'))
    end
    require('groundstate.window').show('groundstate://info', lines, type(answer) == 'table' and 'lua' or 'text')
  end
  M.execute(client, 'groundstate.debugInformation', nil, show)
end

--- Show the energies of the unit under the cursor.
function M.energy()
  local client = running()
  if client ~= nil then
    require('groundstate.energy').show(client)
  end
end

--- Run a command of the server; `done` gets its answer, or nil where the server has no such command.
---@param client vim.lsp.Client
---@param command string
---@param arguments any[]?
---@param done fun(answer: any)
function M.execute(client, command, arguments, done)
  local offered = vim.tbl_get(client.server_capabilities, 'executeCommandProvider', 'commands') or {}
  if not vim.list_contains(offered, command) then
    return done(nil)
  end
  client:request('workspace/executeCommand', { command = command, arguments = arguments }, function(err, answer)
    if err then
      return say(err.message, vim.log.levels.ERROR)
    end
    done(answer ~= vim.NIL and answer or nil)
  end)
end

return M
