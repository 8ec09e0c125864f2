"""Shell completion: what the shells offer, asked of the shells that are installed."""

from __future__ import annotations

import shlex
import shutil
import subprocess
import sys

import pytest

from groundstate.cli import COMMANDS
from groundstate.completion import completion_script
from groundstate.reports.formats import FORMATS


def offered_by_bash(line: str) -> list[str]:
    """What bash offers at the end of a line."""
    words = line.split(" ")
    quoted = " ".join(shlex.quote(word) for word in words)
    ask = f'COMP_WORDS=({quoted}); COMP_CWORD={len(words) - 1}; _groundstate; printf "%s\\n" "${{COMPREPLY[@]}}"'
    done = subprocess.run(
        ["bash", "-uc", completion_script("bash") + ask], capture_output=True, text=True, check=True
    )
    return done.stdout.split()


@pytest.mark.skipif(sys.platform == "win32", reason="no bash there")
@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("groundstate ", list(COMMANDS)),
        ("groundstate ch", ["check"]),
        ("groundstate --v", ["--version"]),
        ("groundstate check --output-format ", list(FORMATS)),
        ("groundstate check --output-format js", ["json", "json-lines"]),
        ("groundstate check --changed", ["--changed-since"]),
        ("groundstate check --fix --add", ["--add-ignore"]),
        ("groundstate check sr", []),
        ("groundstate check --baseline kn", []),
        ("groundstate completion ", ["bash", "zsh", "fish"]),
        ("groundstate server --t", ["--tcp"]),
    ],
)
def test_bash(line: str, offered: list[str]) -> None:
    assert offered_by_bash(line) == offered


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_every_shell_can_read_its_script(shell: str) -> None:
    script = completion_script(shell)
    assert "changed-since" in script
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed, so whether it can read its script was not tried")
    subprocess.run([shell, "-n"], input=script, text=True, check=True)
