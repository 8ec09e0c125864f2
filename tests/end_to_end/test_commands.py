"""The server's commands: the energy landscape, what is running, starting again."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
from lsprotocol import types
from pygls.exceptions import JsonRpcException
from tests.end_to_end.conftest import EMACS, HELIX, VSCODE, Start, in_every_editor
from tests.end_to_end.editor import REAL, Editor, index_of, position

TEXT = "s = '😀', 'wrong'\n"
DISTANCE = """\
import math


def distance(x1, y1, x2, y2):
    name = "😀"; dx = x2 - x1
    dy = y2 - x1
    return (dx * dx + dy * dy) ** 0.5, name
"""


def text_at(editor: Editor, uri: str, place: Any) -> str:
    text = editor.texts[uri]
    start, end = (
        index_of(text, types.Position(at["line"], at["character"]), editor.encoding)
        for at in (place["start"], place["end"])
    )
    return text[start:end]


def at(editor: Editor, uri: str, needle: str) -> dict[str, object]:
    place = position(editor.texts[uri], editor.texts[uri].index(needle), editor.encoding)
    return {"uri": uri, "position": {"line": place.line, "character": place.character}}


@in_every_editor
async def test_the_energy_of_a_unit_is_told_in_the_clients_positions(editor: Editor) -> None:
    uri = editor.open("energy.py", TEXT)
    energy = await editor.execute("groundstate.showEnergy", at(editor, uri, "wrong"))
    assert (energy["uri"], energy["version"], energy["freeEnergy"]) == (uri, 1, 4.0)
    assert text_at(editor, uri, energy["unit"]["range"]) == TEXT
    assert energy["terms"] == ["usage", "learned"]
    (token,) = energy["tokens"]
    assert text_at(editor, uri, token["range"]) == "wrong"
    assert token["heat"] == 0.7788  # exp(3.75 - 4)
    (edit,) = energy["edits"]
    assert edit["title"] == "Replace `wrong` by `right`"
    assert edit["gap"] == {"hard": 0, "soft": -3.75, "terms": {"usage": -1.25, "learned": -2.5}}
    (replacement,) = edit["replacements"]
    assert (text_at(editor, uri, replacement["range"]), replacement["newText"]) == ("wrong", "right")


@pytest.mark.parametrize("client", [VSCODE, HELIX, EMACS])
async def test_the_models_landscape_covers_the_function_around_the_cursor(client: str, start: Start) -> None:
    editor = await start(client, command=REAL)
    uri = editor.open("distance.py", DISTANCE)
    energy = await editor.execute("groundstate.showEnergy", at(editor, uri, "x1\n    return"))
    assert "reason" not in energy, energy["reason"]
    assert energy["unit"]["name"] == "distance"
    assert text_at(editor, uri, energy["unit"]["range"]).startswith("def distance(")
    gaps = [edit["gap"]["soft"] for edit in energy["edits"]]
    assert gaps == sorted(gaps)
    assert 8 < len(gaps) <= 50
    for edit in energy["edits"]:
        assert sum(edit["gap"]["terms"].values()) == pytest.approx(edit["gap"]["soft"], abs=1e-3)
    assert sum(token["heat"] for token in energy["tokens"]) <= 2
    assert {text_at(editor, uri, token["range"]) for token in energy["tokens"]} & {"x1", "y1", "x2", "y2"}


async def test_without_energies_the_reason_is_told(start: Start) -> None:
    editor = await start(VSCODE, settings={"select": ["GS1"]})
    uri = editor.open("exact.py", TEXT)
    assert (
        "no energies" in (await editor.execute("groundstate.showEnergy", at(editor, uri, "wrong")))["reason"]
    )
    nowhere = {**at(editor, uri, "wrong"), "uri": "file:///nowhere.py"}
    assert await editor.execute("groundstate.showEnergy", nowhere) is None
    for arguments in ([], ["x"], [{"uri": uri}], [{"uri": uri, "position": {"line": "1"}}]):
        with pytest.raises(JsonRpcException) as caught:
            await editor.execute("groundstate.showEnergy", *arguments)
        assert caught.value.code == types.ErrorCodes.InvalidParams.value


async def test_what_is_running_is_told(any_client: str, start: Start) -> None:
    editor = await start(any_client, command=REAL, settings={"ignore": ["GS102"]})
    uri = editor.open("x.py", TEXT)
    await editor.diagnostics(uri)
    told = await editor.execute("groundstate.debugInformation")
    assert told["client"]["encoding"] == editor.encoding
    data = TEXT.encode()
    digest = hashlib.sha256(data).hexdigest()
    assert told["openDocuments"] == [{"uri": uri, "version": 1, "bytes": len(data), "sha256": digest}]
    (project,) = told["projects"]
    assert project["settings"]["ignore"] == ["GS102"]
    assert (told["model"] is None) == (project["model"] is None)
    assert {"version", "python", "executable", "platform", "device", "folders"} < set(told)


async def test_a_restart_reads_everything_anew_and_keeps_the_documents(start: Start) -> None:
    editor = await start(VSCODE)
    (editor.folder / "other.py").write_text("def scaled(a): return a\n")
    (editor.folder / "pyproject.toml").write_text("")
    uri = editor.open("use.py", "from other import scaled\n\nscaled(1, 2)\n")
    assert [item.code for item in await editor.diagnostics(uri)] == ["GS104"]
    (editor.folder / "other.py").write_text("def scaled(a, b): return a, b\n")
    assert await editor.execute("groundstate.restart") is None
    assert not await editor.diagnostics(uri)
