-- Tests in a real Neovim, against the real server:
--   nvim --headless --clean -l neovim-client/tests/run.lua
-- The command `groundstate` comes from $GROUNDSTATE, else from where the plugin finds it. Ends with a line of counts.

local here = vim.fs.dirname(vim.fs.abspath(debug.getinfo(1, 'S').source:sub(2)))
vim.opt.runtimepath:prepend(vim.fs.dirname(here))
vim.cmd.runtime('plugin/groundstate.lua')
if vim.env.GROUNDSTATE then
  vim.g.groundstate_command = vim.env.GROUNDSTATE
end

local BUG = 'def mean(values):\n    return sum(values) / len(value)\n'
local MENDED = 'def mean(values):\n    return sum(values) / len(values)\n'
local PATIENCE = 150000

local messages = {}
vim.notify = function(message)
  messages[#messages + 1] = message
end

local function eventually(what, holds)
  if not vim.wait(PATIENCE, holds, 20) then
    error(what .. ' did not happen; messages: ' .. vim.inspect(messages), 2)
  end
end

local function equal(wanted, got)
  if not vim.deep_equal(wanted, got) then
    error(('wanted %s, got %s'):format(vim.inspect(wanted), vim.inspect(got)), 2)
  end
end

local function text()
  return table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), '\n') .. '\n'
end

local function codes()
  return vim.tbl_map(function(item)
    return item.code
  end, vim.diagnostic.get(0))
end

local function shows(...)
  local wanted = { ... }
  eventually('findings ' .. table.concat(wanted, ', '), function()
    return vim.deep_equal(wanted, codes())
  end)
end

local function server()
  return vim.lsp.get_clients({ name = 'groundstate', bufnr = 0 })[1]
end

-- The process that was started last: Neovim does not tell its number.
local function server_pid()
  local children = vim.api.nvim_get_proc_children(vim.uv.os_getpid())
  return children[#children]
end

-- A project with one file of `source`, open in the only window.
local function open(source)
  local folder = vim.fs.joinpath(vim.fn.tempname())
  vim.fn.mkdir(folder, 'p')
  vim.fn.writefile({ '[tool.groundstate]', 'select = ["GS1"]' }, folder .. '/pyproject.toml')
  vim.fn.writefile(vim.split(source, '\n', { trimempty = true }), folder .. '/mean.py')
  vim.cmd.edit(folder .. '/mean.py')
  vim.cmd.setfiletype('python')
  return folder
end

local tests = {}

tests['a finding is shown where it is, with its rule and its page'] = function()
  open(BUG)
  shows('GS102')
  local found = vim.diagnostic.get(0)[1]
  equal({ 1, 29, 34, 'groundstate' }, { found.lnum, found.col, found.end_col, found.source })
end

tests['columns are right behind wide characters'] = function()
  open('def mean(values):\n    return "😀é", len(value)\n')
  shows('GS102')
  local found = vim.diagnostic.get(0)[1]
  equal('value', vim.api.nvim_get_current_line() and text():match('len%((value)%)'))
  equal('value', vim.api.nvim_buf_get_lines(0, 1, 2, false)[1]:sub(found.col + 1, found.end_col))
end

tests['the quick fix changes the text and the finding goes'] = function()
  open(BUG)
  shows('GS102')
  vim.api.nvim_win_set_cursor(0, { 2, 30 })
  vim.lsp.buf.code_action({
    apply = true,
    filter = function(action)
      return action.isPreferred
    end,
  })
  eventually('the repair', function()
    return text() == MENDED
  end)
  shows()
end

tests['the ignore action leaves the finding out'] = function()
  open(BUG)
  shows('GS102')
  vim.api.nvim_win_set_cursor(0, { 2, 30 })
  vim.lsp.buf.code_action({
    apply = true,
    filter = function(action)
      return action.title:find('on this line') ~= nil
    end,
  })
  eventually('the comment', function()
    return text():find('groundstate: ignore[GS102]', 1, true) ~= nil
  end)
  shows()
end

tests['typing withdraws the finding and brings it back'] = function()
  open(MENDED)
  eventually('the server', server)
  vim.api.nvim_buf_set_text(0, 1, 34, 1, 35, { '' })
  shows('GS102')
  vim.api.nvim_buf_set_text(0, 1, 34, 1, 34, { 's' })
  shows()
end

tests['hover tells the rule'] = function()
  open(BUG)
  shows('GS102')
  local answer = server():request_sync('textDocument/hover', {
    textDocument = vim.lsp.util.make_text_document_params(),
    position = { line = 1, character = 30 },
  }, PATIENCE)
  assert(answer and answer.result and vim.inspect(answer.result):find('GS102'), vim.inspect(answer))
end

tests['settings change without a restart'] = function()
  open(BUG)
  shows('GS102')
  local before = server().id
  require('groundstate').configure({ ignore = { 'GS102' } })
  shows()
  require('groundstate').configure({ ignore = {} })
  shows('GS102')
  equal(before, server().id)
end

tests['a changed pyproject.toml is used without a restart'] = function()
  local folder = open(BUG)
  shows('GS102')
  vim.fn.writefile({ '[tool.groundstate]', 'ignore = ["GS102"]', 'select = ["GS1"]' }, folder .. '/pyproject.toml')
  shows()
end

tests['a restart gives a new server with the same findings'] = function()
  open(BUG)
  shows('GS102')
  local before = server().id
  vim.cmd.Groundstate('restart')
  eventually('a new server', function()
    return server() ~= nil and server().id ~= before
  end)
  shows('GS102')
end

tests['a killed server is started again by :Groundstate restart'] = function()
  open(BUG)
  shows('GS102')
  local before = server().id
  vim.uv.kill(server_pid(), 'sigkill')
  eventually('the end of the server', function()
    return server() == nil
  end)
  vim.cmd.Groundstate('restart')
  eventually('a new server', function()
    return server() ~= nil and server().id ~= before
  end)
  shows('GS102')
end

tests['the log and the health report open'] = function()
  open(BUG)
  shows('GS102')
  vim.cmd.Groundstate('log')
  equal(vim.lsp.log.get_filename(), vim.api.nvim_buf_get_name(0))
  vim.cmd.bwipeout()
  vim.cmd.checkhealth('groundstate')
  assert(text():find('server running'), text())
  vim.cmd.bwipeout()
end

tests['an unknown action is refused with the known ones'] = function()
  messages = {}
  vim.cmd.Groundstate('nonsense')
  assert(messages[1]:find('say one of energy, fix'), messages[1])
end

tests['without a command the health report says what to do'] = function()
  local set, path, environment = vim.g.groundstate_command, vim.env.PATH, vim.env.VIRTUAL_ENV
  vim.g.groundstate_command, vim.env.PATH, vim.env.VIRTUAL_ENV = nil, '', nil
  local command, advice = require('groundstate.command').find()
  vim.g.groundstate_command, vim.env.PATH, vim.env.VIRTUAL_ENV = set, path, environment
  equal(nil, command)
  assert(advice:find('pip install'), advice)
end

tests['help has every command'] = function()
  local help = table.concat(vim.fn.readfile(vim.fs.dirname(here) .. '/doc/groundstate.txt'), '\n')
  for _, action in ipairs(vim.fn.getcompletion('Groundstate ', 'cmdline')) do
    assert(help:find(':Groundstate-' .. action, 1, true), action .. ' has no help')
  end
end

tests['the energy view colours tokens and lists edits'] = function()
  open('def mean(values):\n    total = sum(values)\n    return total / len(total)\n')
  eventually('the server', server)
  require('groundstate').configure({ select = { 'ALL' } })
  vim.api.nvim_win_set_cursor(0, { 2, 4 })
  local here_buffer = vim.api.nvim_get_current_buf()
  vim.cmd.Groundstate('energy')
  eventually('the view', function()
    return vim.fn.bufwinid('groundstate://energy') ~= -1
  end)
  local shown = vim.api.nvim_buf_get_lines(vim.fn.bufnr('groundstate://energy'), 0, -1, false)
  assert(shown[1]:find('mean, lines 1 to 3', 1, true), shown[1])
  assert(shown[2]:find('free energy', 1, true), shown[2])
  local space = vim.api.nvim_get_namespaces()['groundstate.energy']
  assert(#vim.api.nvim_buf_get_extmarks(here_buffer, space, 0, -1, {}) > 0, 'no token is coloured')
  vim.api.nvim_buf_set_lines(here_buffer, -1, -1, false, { '' })
  vim.api.nvim_exec_autocmds('TextChanged', { buffer = here_buffer })
  equal(0, #vim.api.nvim_buf_get_extmarks(here_buffer, space, 0, -1, {}))
end

tests['what the server says about itself is shown'] = function()
  open(BUG)
  shows('GS102')
  vim.cmd.Groundstate('info')
  eventually('the window', function()
    return vim.fn.bufwinid('groundstate://info') ~= -1
  end)
  local shown = table.concat(vim.api.nvim_buf_get_lines(vim.fn.bufnr('groundstate://info'), 0, -1, false), '\n')
  assert(shown:find('root '), shown)
  assert(shown:find('\n  version = '), shown)
end

local only = vim.env.GROUNDSTATE_TEST
vim.lsp.enable('groundstate')
local passed, failed = 0, 0
local names = vim.tbl_keys(tests)
table.sort(names)
for _, name in ipairs(names) do
  if only == nil or name:find(only, 1, true) then
    local fine, problem = xpcall(tests[name], debug.traceback)
    vim.cmd('silent! %bwipeout!')
    passed, failed = passed + (fine and 1 or 0), failed + (fine and 0 or 1)
    io.write(('%s %s\n'):format(fine and 'ok  ' or 'FAIL', name), fine and '' or problem .. '\n')
  end
end
for _, client in ipairs(vim.lsp.get_clients()) do
  client:stop()
end
vim.wait(PATIENCE, function()
  return #vim.lsp.get_clients() == 0
end)
io.write(('%d passed, %d failed\n'):format(passed, failed))
os.exit((failed == 0 and passed > 0) and 0 or 1)
