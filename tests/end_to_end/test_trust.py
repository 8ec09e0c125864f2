"""A project that the user does not trust: what its own settings name is neither loaded, read nor written."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.end_to_end.conftest import EMACS, HELIX, VSCODE, Start
from tests.end_to_end.editor import REAL, Editor

TEXT = "undefined_name\n"
NAMED = """\
[tool.groundstate]
model = "chosen/model"
interpreter = "chosen/python"
cache-dir = "chosen/cache"
baseline = "chosen/known.json"
sensitivity = "all"
"""


def chosen(folder: Path) -> None:
    """A project with settings that name what it brought along: a model that cannot be loaded, and an empty baseline."""
    (folder / "chosen/model").mkdir(parents=True)
    (folder / "chosen/model/manifest.json").write_text("{}")
    (folder / "chosen/known.json").write_text('{"version": 1, "findings": {}}\n')
    (folder / "pyproject.toml").write_text(NAMED)


async def project(editor: Editor) -> dict[str, Any]:
    information = await editor.execute("groundstate.debugInformation")
    (described,) = information["projects"]
    return {**described, "trusted": information["trusted"]}


async def baseline_actions(editor: Editor, uri: str) -> list[bool]:
    """For each offer to add the finding to the baseline, whether it can be taken."""
    (found,) = await editor.diagnostics(uri)
    actions = await editor.actions(uri, found.range, [found])
    return [item.disabled is None for item in actions if "baseline" in item.title]


@pytest.mark.parametrize("client", [VSCODE, HELIX, EMACS])
async def test_no_path_of_the_projects_settings_is_used(client: str, start: Start, tmp_path: Path) -> None:
    chosen(tmp_path)
    editor = await start(client, command=[*REAL, "--untrusted"])
    uri = editor.open("a.py", TEXT)
    assert not any(await baseline_actions(editor, uri))
    described = await project(editor)
    assert not described["trusted"]
    for key in ("model", "interpreter", "cache-dir", "baseline"):
        assert described["settings"][key] is None
    assert described["settings"]["sensitivity"] == "all"  # what names no file holds
    assert "chosen" not in str(described["model"])
    assert not editor.client.messages  # the model was not even looked at
    assert not (tmp_path / "chosen/cache").exists()
    assert json.loads((tmp_path / "chosen/known.json").read_text())["findings"] == {}


async def test_in_a_trusted_project_they_are(start: Start, tmp_path: Path) -> None:
    chosen(tmp_path)
    editor = await start(VSCODE, command=REAL)
    uri = editor.open("a.py", TEXT)
    assert await baseline_actions(editor, uri) == [True]
    described = await project(editor)
    assert described["trusted"]
    assert described["settings"]["model"] == str(tmp_path / "chosen/model")
    assert any("chosen/model" in item.message for item in editor.client.messages)


async def test_what_the_editor_names_is_used(start: Start, tmp_path: Path) -> None:
    chosen(tmp_path)
    mine = tmp_path / "mine.json"
    settings = {"baseline": str(mine), "cache-dir": str(tmp_path / "my-cache")}
    editor = await start(VSCODE, command=[*REAL, "--untrusted"], settings=settings)
    uri = editor.open("a.py", TEXT)
    assert await baseline_actions(editor, uri) == [True]
    described = await project(editor)
    assert described["settings"]["baseline"] == str(mine)
    assert described["settings"]["cache-dir"] == str(tmp_path / "my-cache")
