"""Vim with ALE in a terminal, with the documented `vimrc`."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
from tests.editors.conftest import MENDED, documented
from tests.editors.terminal import Terminal, eventually, servers_below

MESSAGE = "no scope defines `value`"


@pytest.fixture
def vim(
    program: Callable[[str], str], environment: Mapping[str, str], project: Path, tmp_path: Path
) -> Iterator[Terminal]:
    """Vim with `mean.py` open and the cursor on the finding."""
    if not Path("/usr/share/vim-ale").is_dir():
        pytest.fail("NOT RUN: ALE is not installed; run tests/editors/install", pytrace=False)
    vimrc = tmp_path / "vimrc"
    vimrc.write_text("set nocompatible\nfiletype on\n" + documented("Vim", "vim"))
    with Terminal([program("vim"), "-u", vimrc, "mean.py"], project, environment) as terminal:
        terminal.shows("len(value)")
        terminal.type("2G34|")  # ALE 3.3 looks for the word behind the cursor: not its first letter
        terminal.shows(MESSAGE)
        yield terminal


def command(vim: Terminal, text: str) -> None:
    vim.type(f":{text}")
    vim.keys("Enter")


def choose(vim: Terminal, title: str) -> None:
    """Choose from the list of quick fixes."""
    command(vim, "ALECodeAction")
    vim.shows(title)
    [line] = [line for line in vim.screen().splitlines() if title in line]
    vim.type(line.strip().split()[0].rstrip(":)."))
    vim.keys("Enter")


def test_the_finding_is_shown_and_the_fix_applied(vim: Terminal, project: Path) -> None:
    choose(vim, "Replace `value` by `values`")
    vim.shows("len(values)")
    command(vim, "w")
    eventually("the saved file", lambda: (project / "mean.py").read_text() == MENDED, vim.screen)


def test_the_ignore_action_silences_the_line(vim: Terminal) -> None:
    choose(vim, "Ignore GS102 undefined-name on this line")
    vim.shows("groundstate: ignore[GS102]")
    vim.hides(MESSAGE)


def test_a_killed_server_is_started_again(vim: Terminal) -> None:
    [before] = servers_below(vim.pid)
    os.kill(before, signal.SIGKILL)
    eventually("the end of the server", lambda: before not in servers_below(vim.pid))
    vim.type("ggOimport os")
    vim.keys("Escape")
    eventually("another server", lambda: servers_below(vim.pid), vim.screen)
    vim.type("3G30|")
    vim.shows(MESSAGE)
