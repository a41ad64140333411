-- lua/verbatim/health.lua - Neovim's :checkhealth verbatim; what it says is in autoload/verbatim/health.vim.
-- SPDX-License-Identifier: GPL-2.0-or-later
local health = vim.health or require("health")

return {
  check = function()
    (health.start or health.report_start)("verbatim")
    for _, line in ipairs(vim.fn["verbatim#health#report"]()) do
      (health[line[1]] or health["report_" .. line[1]])(line[2])
    end
  end,
}
