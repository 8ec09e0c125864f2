"""Contracts in an editor: shown after the rest, stale while a function is edited, never a finding when undecided."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from lsprotocol import types
from tests.end_to_end.conftest import NEOVIM, VSCODE, Start
from tests.end_to_end.editor import SECONDS, Editor

TEXT = '''\
def half(n: int) -> int:
    """
    >>> half(4)
    2
    """
    return n // 2


def broken(n: int) -> int:
    """
    >>> broken(1)
    3
    """
    return n + 1
'''


async def codes(editor: Editor, uri: str, wanted: set[str]) -> list[types.Diagnostic]:
    """The diagnostics, once their codes are the wanted ones."""

    async def until() -> list[types.Diagnostic]:
        while True:
            found = await editor.diagnostics(uri)
            if {str(item.code) for item in found} == wanted:
                return found
            await asyncio.sleep(0.1)

    return await asyncio.wait_for(until(), SECONDS)


async def lenses(editor: Editor, uri: str) -> list[str]:
    params = types.CodeLensParams(types.TextDocumentIdentifier(uri))
    found: Any = await asyncio.wait_for(editor.client.text_document_code_lens_async(params), SECONDS)
    return [lens.command.title for lens in found]


@pytest.mark.parametrize("client", [VSCODE, NEOVIM])
async def test_a_contract_that_fails_is_shown_and_lives_through_edits_elsewhere(
    client: str, start: Start
) -> None:
    editor = await start(client)
    uri = editor.open("contract.py", TEXT)
    (diagnostic,) = await codes(editor, uri, {"GS201"})
    assert diagnostic.message == "the example `broken(1)` gives 2"
    assert diagnostic.range.start == types.Position(10, 8)
    titles = await lenses(editor, uri)
    assert titles[0].startswith("~ contract bounded 1")
    assert titles[1:] == ["✗ contract refuted: broken(1) gives 2"]
    editor.edit(uri, (0, 0, "# moved\n"))
    (moved,) = await editor.diagnostics(uri)
    assert moved.range.start == types.Position(11, 8)
    at = TEXT.index("n + 1") + len("# moved\n")
    editor.edit(uri, (at, at + 5, "n + 2"))
    assert await codes(editor, uri, set()) == []


async def test_a_hover_on_the_name_says_what_became_of_each_clause(start: Start) -> None:
    editor = await start(VSCODE)
    uri = editor.open("contract.py", TEXT)
    await codes(editor, uri, {"GS201"})
    params = types.HoverParams(types.TextDocumentIdentifier(uri), types.Position(8, 5))
    hover = await asyncio.wait_for(editor.client.text_document_hover_async(params), SECONDS)
    assert hover is not None
    assert isinstance(hover.contents, types.MarkupContent)
    assert "✗ contract refuted" in hover.contents.value
    assert "`broken(1)` refuted: gives 2" in hover.contents.value
