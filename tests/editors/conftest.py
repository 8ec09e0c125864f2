"""Real editors. ``tests/editors/install`` brings them; one that is not there is a failure, not a pass."""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
EDITORS = Path(os.environ.get("GROUNDSTATE_EDITORS", ROOT / "build" / "editors"))

BUG = "def mean(values):\n    return sum(values) / len(value)\n"
MENDED = "def mean(values):\n    return sum(values) / len(values)\n"


@pytest.fixture
def program() -> Callable[[str], str]:
    """The path of an editor's program; the test fails where it is not installed."""

    def found(name: str) -> str:
        path = shutil.which(name, path=f"{EDITORS / 'bin'}{os.pathsep}{os.environ['PATH']}")
        if path is None:
            pytest.fail(f"NOT RUN: {name} is not installed; run tests/editors/install", pytrace=False)
        return path

    return found


@pytest.fixture
def environment(tmp_path: Path) -> Mapping[str, str]:
    """The user's environment: a home of its own, and `groundstate` on PATH."""
    home = tmp_path / "home"
    home.mkdir()
    return {
        "HOME": str(home),
        "XDG_CONFIG_HOME": str(home / ".config"),
        "XDG_CACHE_HOME": str(home / ".cache"),
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
    }


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with the bug in `mean.py`; only exact rules, so that no model has a say."""
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "pyproject.toml").write_text('[tool.groundstate]\nselect = ["GS1"]\n')
    (folder / "mean.py").write_text(BUG)
    return folder


def documented(editor: str, language: str) -> str:
    """The set-up of ``editor`` as its page gives it: the first block in ``language``."""
    guide = ROOT / "docs" / "editors" / f"{editor.lower()}.md"
    block = re.search(rf"^```{language}\n(.*?)^```", guide.read_text(), re.MULTILINE | re.DOTALL)
    assert block is not None, f"{guide} has no block in {language}"
    return block[1]
