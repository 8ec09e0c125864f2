--- `:checkhealth groundstate`.

local M = {}

function M.check()
  vim.health.start('groundstate')
  if vim.fn.has('nvim-0.11') == 0 then
    vim.health.error('Neovim 0.11 or later is needed', 'For Neovim 0.10 see :help groundstate-0.10')
  end
  local command, source = require('groundstate.command').find()
  if command == nil then
    return vim.health.error('the command groundstate was ' .. source)
  end
  local version = vim.system(vim.list_extend(vim.deepcopy(command), { '--version' }), { text = true }):wait()
  if version.code ~= 0 then
    return vim.health.error(('%s (from %s) does not run: %s'):format(command[1], source, version.stderr))
  end
  vim.health.ok(('%s: %s, from %s'):format(vim.trim(version.stdout), command[1], source))
  local clients = vim.lsp.get_clients({ name = 'groundstate' })
  if #clients == 0 then
    vim.health.info("no server is running: vim.lsp.enable('groundstate'), then open a Python file")
  end
  for _, client in ipairs(clients) do
    vim.health.ok(('server running, root %s, positions in %s'):format(client.root_dir, client.offset_encoding))
  end
end

return M
