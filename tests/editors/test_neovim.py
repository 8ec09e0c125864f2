"""Neovim: its own test file runs inside it; here the documented set-up without the plugin is tried too."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from tests.editors.conftest import MENDED, ROOT, documented


def test_the_plugins_own_tests_pass(program: Callable[[str], str], environment: Mapping[str, str]) -> None:
    command = [program("nvim"), "--headless", "--clean", "-l", str(ROOT / "neovim-client/tests/run.lua")]
    server = str(Path(sys.executable).parent / "groundstate")
    done = subprocess.run(
        command,
        env={**os.environ, **environment, "GROUNDSTATE": server},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=1800,
    )
    print(done.stdout)
    assert done.returncode == 0, done.stdout
    assert " passed, 0 failed" in done.stdout


BY_HAND = """
vim.cmd.edit('mean.py')
local function wait(what, holds)
  if not vim.wait(150000, holds, 50) then
    io.write('FAIL ' .. what .. '\\n')
    os.exit(1)
  end
end
wait('the finding', function()
  return #vim.diagnostic.get(0) == 1 and vim.diagnostic.get(0)[1].code == 'GS102'
end)
vim.api.nvim_win_set_cursor(0, { 2, 30 })
vim.lsp.buf.code_action({ apply = true, filter = function(action) return action.isPreferred end })
wait('the repair', function()
  return #vim.diagnostic.get(0) == 0
end)
vim.cmd.write()
os.exit(0)
"""
"""What a user does, after the set-up. Without a screen: Neovim starts itself anew for one, which its loader prevents."""


def test_the_documented_set_up_without_the_plugin_shows_and_mends(
    program: Callable[[str], str], environment: Mapping[str, str], project: Path, tmp_path: Path
) -> None:
    script = tmp_path / "script.lua"
    script.write_text("vim.cmd('filetype on')\n" + documented("Neovim", "lua") + BY_HAND)
    done = subprocess.run(
        [program("nvim"), "--headless", "--clean", "-l", str(script)],
        cwd=project,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert (project / "mean.py").read_text() == MENDED
