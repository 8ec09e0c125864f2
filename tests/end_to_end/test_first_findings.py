"""What is shown while the model is loaded: findings of exact rules, which all stay when the others come."""

from __future__ import annotations

import asyncio
from pathlib import Path

from lsprotocol import types
from tests.end_to_end.conftest import EMACS, Start
from tests.end_to_end.editor import SCRIPTED, SECONDS, Editor, comparable

TEXT = """def area(width, height):
    wrong = widht * height
    return wrong


def volume(area, depth):  # groundstate: ignore[GS301]
    return area * dept


wrong = misspelt  # groundstate: ignore[GS102]
known = 1  # groundstate: ignore
"""


def told_to_refresh(editor: Editor) -> asyncio.Event:
    """Set when the client is told to pull again."""
    told = asyncio.Event()

    def refresh(params: None) -> None:
        told.set()

    editor.client.protocol.fm.features[types.WORKSPACE_DIAGNOSTIC_REFRESH] = refresh
    return told


async def loading(start: Start, client: str, mark: Path) -> Editor:
    return await start(client, command=[*SCRIPTED, "--until", str(mark)], cold=True)


async def both(editor: Editor, uri: str, mark: Path) -> list[list[types.Diagnostic]]:
    """What is shown while the model is loaded, and after that."""
    if not editor.pulls:
        await asyncio.wait_for(_count(editor, uri, 1), SECONDS)
        mark.touch()
        await asyncio.wait_for(_count(editor, uri, 2), SECONDS)
        return [list(params.diagnostics) for params in editor.published[uri]]
    refreshed = told_to_refresh(editor)
    first = await editor.pull(uri)
    assert not refreshed.is_set()
    mark.touch()
    await asyncio.wait_for(refreshed.wait(), SECONDS)
    return [list(first.items), list((await editor.pull(uri, first.result_id)).items)]


async def _count(editor: Editor, uri: str, count: int) -> None:
    while len(editor.published[uri]) < count:
        await asyncio.sleep(0.01)


async def test_exact_findings_come_first_and_stay(any_client: str, start: Start, tmp_path: Path) -> None:
    mark = tmp_path / "loaded"
    editor = await loading(start, any_client, mark)
    uri = editor.open("first.py", TEXT)
    if editor.pulls and not refreshes(editor):
        pulled = asyncio.ensure_future(editor.pull(uri))
        await asyncio.sleep(0.3)
        assert not pulled.done(), "nothing would tell this client to pull again"
        mark.touch()
        assert {item.code for item in (await pulled).items} == {"GS102", "GS301", "GS901"}
        return
    first, whole = await both(editor, uri, mark)
    assert {item.code for item in first} == {"GS102"}
    assert {item.code for item in whole} == {"GS102", "GS301", "GS901"}
    held = [item for item in whole if item.code == "GS102"]
    assert comparable(held) == comparable(first)
    assert [item.data for item in held] == [item.data for item in first]


async def test_without_exact_findings_nothing_is_said_before_all_is_known(
    start: Start, tmp_path: Path
) -> None:
    mark = tmp_path / "loaded"
    editor = await loading(start, EMACS, mark)
    uri = editor.open("fine.py", "def f(wrong, right):\n    return wrong  # groundstate: ignore[GS102]\n")
    await asyncio.sleep(0.3)
    assert not editor.published[uri]
    mark.touch()
    assert {item.code for item in await editor.diagnostics(uri)} == {"GS301", "GS901"}


async def test_a_document_that_changes_meanwhile_has_the_findings_of_its_own_text(
    start: Start, tmp_path: Path
) -> None:
    mark = tmp_path / "loaded"
    editor = await loading(start, EMACS, mark)
    uri = editor.open("typed.py", TEXT)
    await editor.publication(uri)
    at = TEXT.index("widht")
    editor.edit(uri, (at, at + 5, "width"))
    await editor.publication(uri)
    mark.touch()
    await asyncio.wait_for(_count(editor, uri, 3), SECONDS)
    first, second, whole = editor.published[uri]
    assert (first.version, second.version, whole.version) == (1, 2, 2)
    assert [item.range.start.line for item in second.diagnostics] == [6]
    assert set(comparable(second.diagnostics)) <= set(comparable(whole.diagnostics))
    editor.edit(uri, (0, 0, "\n"))
    await editor.publication(uri)
    assert len(editor.published[uri][3].diagnostics) == len(whole.diagnostics)


def refreshes(editor: Editor) -> bool:
    workspace = editor.capabilities.workspace
    return bool(workspace and workspace.diagnostics and workspace.diagnostics.refresh_support)
