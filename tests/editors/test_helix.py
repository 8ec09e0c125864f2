"""Helix in a terminal, with the documented `languages.toml`."""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
from tests.editors.conftest import BUG, MENDED, documented
from tests.editors.terminal import Terminal, eventually, servers_below

MESSAGE = "no scope defines `value`"


@pytest.fixture
def helix(program: Callable[[str], str], environment: Mapping[str, str], project: Path) -> Iterator[Terminal]:
    """Helix with `mean.py` open and the cursor on the finding."""
    settings = Path(environment["XDG_CONFIG_HOME"]) / "helix" / "languages.toml"
    settings.parent.mkdir(parents=True)
    settings.write_text(documented("Helix", "toml"))
    with Terminal([program("hx"), "mean.py"], project, environment) as terminal:
        terminal.shows("len(value)")
        eventually("the server", lambda: servers_below(terminal.pid), terminal.screen)
        yield terminal


def finds(terminal: Terminal) -> None:
    """The finding is there, and the cursor on it: going to the last diagnostic shows its text."""

    def shown() -> bool:
        terminal.type("]D")
        screen = terminal.screen()
        return MESSAGE in screen and re.search(r"\b2:3\d\b", screen) is not None

    eventually("the finding", shown, terminal.screen)


def saved(project: Path) -> str:
    """The file on disk; Helix moves the old one away before it writes the new one."""
    try:
        return (project / "mean.py").read_text()
    except FileNotFoundError:
        return ""


def test_the_finding_is_shown_and_the_fix_applied(helix: Terminal, project: Path) -> None:
    finds(helix)
    helix.type(" a")
    helix.shows("Ignore GS102 undefined-name on this line")
    helix.keys("Enter")
    helix.shows("len(values)")
    helix.hides(MESSAGE)
    helix.type(":w")
    helix.keys("Enter")
    eventually("the saved file", lambda: saved(project) == MENDED, helix.screen)


def test_the_ignore_action_silences_the_line(helix: Terminal) -> None:
    finds(helix)
    helix.type(" a")
    helix.shows("Ignore GS102 undefined-name on this line")
    menu = [line for line in helix.screen().splitlines() if "Replace `" in line or "Ignore GS102" in line]
    for line in menu:
        if "on this line" in line:
            break
        helix.keys("Down")
    helix.keys("Enter")
    helix.shows("groundstate: ignore[GS102]")
    helix.hides(MESSAGE)


def test_a_killed_server_is_started_again(helix: Terminal, project: Path) -> None:
    finds(helix)
    [before] = servers_below(helix.pid)
    os.kill(before, signal.SIGKILL)
    eventually("the end of the server", lambda: before not in servers_below(helix.pid))
    helix.keys("Escape")
    helix.type(":lsp-restart")
    helix.keys("Enter")
    eventually("another server", lambda: servers_below(helix.pid), helix.screen)
    finds(helix)
    assert (project / "mean.py").read_text() == BUG
