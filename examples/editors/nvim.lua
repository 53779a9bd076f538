-- Neovim: findings of mediastore-lint while you type. Put this into init.lua, with `mediastore-lint` on PATH.

vim.filetype.add({ extension = { tf = "terraform", tofu = "terraform", tfvars = "terraform-vars" } })

local function start(buffer)
  local name = vim.api.nvim_buf_get_name(buffer)
  -- The folder within which modules are looked for: the repository, or where the file is.
  local git = vim.fn.finddir(".git", vim.fn.fnamemodify(name, ":p:h") .. ";")
  local root = git ~= "" and vim.fn.fnamemodify(git, ":p:h:h") or vim.fn.fnamemodify(name, ":p:h")
  local config = {
    name = "mediastore-lint",
    cmd = { "mediastore-lint", "lsp" },
    root_dir = root,
    workspace_folders = { { name = root, uri = vim.uri_from_fname(root) } },
  }
  if vim.lsp.start then
    vim.lsp.start(config, { bufnr = buffer })
  else -- Neovim 0.7
    MediastoreLint = MediastoreLint or {}
    MediastoreLint[root] = MediastoreLint[root] or vim.lsp.start_client(config)
    vim.lsp.buf_attach_client(buffer, MediastoreLint[root])
  end
end

vim.api.nvim_create_autocmd("FileType", {
  pattern = { "terraform", "terraform-vars", "json", "yaml" },
  callback = function(event) start(event.buf) end,
})

-- Make all safe fixes: :MediastoreFix. (Neovim 0.7 has them in the menu of vim.lsp.buf.code_action().)
if vim.lsp.start then
  vim.api.nvim_create_user_command("MediastoreFix", function()
    vim.lsp.buf.code_action({ context = { only = { "source.fixAll.mediastore-lint" }, diagnostics = {} }, apply = true })
  end, {})
end
