"""Neovim: its own test file runs inside it; here the documented set-up without the plugin is tried too."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from tests.editors.conftest import MENDED, ROOT, documented
from tests.editors.terminal import Terminal, eventually


def test_the_plugins_own_tests_pass(program: Callable[[str], str], environment: Mapping[str, str]) -> None:
    command = [program("nvim"), "--headless", "--clean", "-l", str(ROOT / "neovim-client/tests/run.lua")]
    server = str(Path(sys.executable).parent / "groundstate")
    done = subprocess.run(
        command,
        env={**os.environ, **environment, "GROUNDSTATE": server},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=600,
    )
    print(done.stdout)
    assert done.returncode == 0, done.stdout
    assert " passed, 0 failed" in done.stdout


def test_the_documented_set_up_without_the_plugin_shows_and_mends(
    program: Callable[[str], str], environment: Mapping[str, str], project: Path
) -> None:
    init = Path(environment["XDG_CONFIG_HOME"]) / "nvim" / "init.lua"
    init.parent.mkdir(parents=True)
    init.write_text(documented("Neovim", "lua") + "vim.diagnostic.config({ virtual_text = true })\n")
    with Terminal([program("nvim"), "mean.py"], project, environment) as terminal:
        terminal.shows("no scope defines `value`")
        terminal.type("2Gfl")
        terminal.type(":lua vim.lsp.buf.code_action()\n")
        terminal.shows("Ignore GS102 undefined-name on this line")
        terminal.type("1\n")
        terminal.shows("len(values)")
        terminal.type(":w\n")
        eventually("the saved file", lambda: (project / "mean.py").read_text() == MENDED, terminal.screen)
