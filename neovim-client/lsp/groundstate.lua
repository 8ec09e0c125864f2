--- Configuration of the groundstate language server, for `vim.lsp.enable('groundstate')` (Neovim 0.11 or later).
--- Change it with `vim.lsp.config('groundstate', { ... })`; `:help groundstate` says what there is.

---@type vim.lsp.Config
return {
  cmd = function(dispatchers)
    return vim.lsp.rpc.start(require('groundstate.command').server(), dispatchers)
  end,
  filetypes = { 'python' },
  root_markers = { { 'groundstate.toml', 'pyproject.toml' }, '.git' },
  settings = { groundstate = vim.empty_dict() },
}
