"""Code lenses and inlay hints: off by default, and what they show when they are on."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from lsprotocol import types
from tests.end_to_end.conftest import EMACS, HELIX, NEOVIM, VSCODE, Start
from tests.end_to_end.editor import REAL, SECONDS, Editor, applied, position

TEXT = """\
'wrong'
def first(): return '😀', 'wrong'


class Shape:
    def second(self):
        return 'right'
"""
WHOLE = types.Range(types.Position(0, 0), types.Position(99, 0))


async def lenses(editor: Editor, uri: str) -> Any:
    params = types.CodeLensParams(types.TextDocumentIdentifier(uri))
    return await asyncio.wait_for(editor.client.text_document_code_lens_async(params), SECONDS)


async def hints(editor: Editor, uri: str, place: types.Range = WHOLE) -> Any:
    params = types.InlayHintParams(types.TextDocumentIdentifier(uri), place)
    return await asyncio.wait_for(editor.client.text_document_inlay_hint_async(params), SECONDS)


async def test_a_lens_shows_the_free_energy_of_each_function(start: Start) -> None:
    editor = await start(VSCODE, settings={"codeLens": True})
    uri = editor.open("lens.py", TEXT)
    found = [lens for lens in await lenses(editor, uri) if lens.command.title != "free energy 0.00"]
    (first,) = found
    assert first.command.title == "free energy 4.00, 1 finding"
    assert first.range.start == types.Position(1, 0)
    assert first.command.command == "groundstate.showEnergy"
    energy = await editor.execute(first.command.command, *first.command.arguments)
    assert energy["unit"]["name"] == "first"


async def test_a_function_without_findings_has_a_lens(start: Start) -> None:
    editor = await start(VSCODE, command=REAL, settings={"codeLens": True})
    uri = editor.open("plain.py", "def mean(values):\n    return sum(values) / len(values)\n")
    (lens,) = await lenses(editor, uri)
    assert lens.command.title.startswith("free energy ")


@pytest.mark.parametrize("client", [VSCODE, HELIX, EMACS])
async def test_a_hint_shows_the_best_repair_and_can_be_accepted(client: str, start: Start) -> None:
    editor = await start(client, settings={"inlayHints": True})
    uri = editor.open("hint.py", TEXT)
    first, second = await hints(editor, uri)
    assert first.label == second.label == "→ right, ΔE −3.75"
    end = TEXT.rindex("wrong") + len("wrong")
    assert second.position == position(TEXT, end, editor.encoding)
    assert applied(TEXT, second.text_edits, editor.encoding).count("wrong") == 1
    line = types.Range(types.Position(1, 0), types.Position(2, 0))
    assert await hints(editor, uri, line) == (second,)


@pytest.mark.parametrize("client", [VSCODE, NEOVIM])
async def test_both_are_off_until_they_are_switched_on(client: str, start: Start) -> None:
    editor = await start(client)
    asked: list[str] = []
    for method in (types.WORKSPACE_CODE_LENS_REFRESH, types.WORKSPACE_INLAY_HINT_REFRESH):
        editor.client.protocol.fm.features.pop(method, None)
        editor.client.feature(method)(lambda *_, method=method: asked.append(method))
    uri = editor.open("off.py", TEXT)
    assert not await lenses(editor, uri)
    assert not await hints(editor, uri)
    settings = {"codeLens": True, "inlayHints": True}
    editor.client.set_configuration({"groundstate": settings})
    editor.client.workspace_did_change_configuration(types.DidChangeConfigurationParams(settings=settings))
    for _ in range(200):
        await asyncio.sleep(0.02)
        if len(asked) == 2:
            break
    assert sorted(asked) == [types.WORKSPACE_CODE_LENS_REFRESH, types.WORKSPACE_INLAY_HINT_REFRESH]
    assert await lenses(editor, uri)
    assert await hints(editor, uri)


async def test_clients_that_cannot_show_them_are_not_offered_them(any_client: str, start: Start) -> None:
    editor = await start(any_client)
    document = editor.capabilities.text_document
    assert document is not None
    offered = editor.initialized.capabilities
    assert (offered.code_lens_provider is not None) == (document.code_lens is not None)
    assert (offered.inlay_hint_provider is not None) == (document.inlay_hint is not None)
