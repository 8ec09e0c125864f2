"""The documentation site is built from what is there, has a page for everything, and loads nothing from a network."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from groundstate.cli import COMMANDS
from groundstate.settings import KEYS
from groundstate_grammars.rules import RULES

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built site; a warning is an error."""
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(folder)]
    environment = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    return folder


def test_every_rule_has_a_page(site: Path) -> None:
    listed = (site / "rules" / "index.html").read_text(encoding="utf-8")
    for code, rule in RULES.items():
        page = (site / "rules" / code / "index.html").read_text(encoding="utf-8")
        assert f"{code} {rule.name}" in page
        assert f"<code>{rule.name}</code>" in listed


def test_every_setting_and_command_is_there(site: Path) -> None:
    settings = (site / "settings" / "index.html").read_text(encoding="utf-8")
    assert all(f"<code>{key}</code>" in settings for key in KEYS)
    commands = (site / "command-line" / "index.html").read_text(encoding="utf-8")
    assert all(f"groundstate {name}" in commands for name in COMMANDS)


def test_the_picture_of_a_landscape_is_there(site: Path) -> None:
    assert (site / "landscape.html").is_file()
    assert 'src="../landscape.html"' in (site / "energy" / "index.html").read_text(encoding="utf-8")


def test_nothing_is_loaded_from_a_network(site: Path) -> None:
    for page in site.rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        loaded = re.findall(r"<(?:script|img|iframe)[^>]+src=\"([^\"]+)\"", text)
        loaded += re.findall(
            r"<link[^>]+rel=\"(?:stylesheet|icon|preconnect|preload)\"[^>]+href=\"([^\"]+)\"", text
        )
        loaded += re.findall(
            r"<link[^>]+href=\"([^\"]+)\"[^>]+rel=\"(?:stylesheet|icon|preconnect|preload)\"", text
        )
        assert [address for address in loaded if "//" in address] == []
