if vim.g.loaded_groundstate then
  return
end
vim.g.loaded_groundstate = true

local ACTIONS = { 'energy', 'fix', 'info', 'log', 'restart' }

vim.api.nvim_create_user_command('Groundstate', function(call)
  if not vim.list_contains(ACTIONS, call.args) then
    return vim.notify('groundstate: say one of ' .. table.concat(ACTIONS, ', '), vim.log.levels.ERROR)
  end
  require('groundstate')[call.args]()
end, {
  nargs = 1,
  desc = 'groundstate: energies here, fix all, information, log, restart',
  complete = function(start)
    return vim.tbl_filter(function(action)
      return vim.startswith(action, start)
    end, ACTIONS)
  end,
})

-- What a click on a code lens does: the server would only answer with numbers.
vim.lsp.commands['groundstate.showEnergy'] = function()
  require('groundstate').energy()
end
