"""Typing into a function: its findings come at once, those that the rest of the file has because of it after a pause."""

from __future__ import annotations

import asyncio

from lsprotocol import types
from tests.end_to_end.conftest import Start
from tests.end_to_end.editor import SECONDS, Editor, comparable
from tests.end_to_end.test_first_findings import refreshes, told_to_refresh

TEXT = """def area(width, height):
    return width * 'wrong'


def volume(area, depth):
    return area * depth
"""
LAST = len(TEXT) - 1


def lines(items: list[types.Diagnostic]) -> list[int]:
    return [item.range.start.line for item in items if item.code == "GS301"]


async def shown(editor: Editor, uri: str) -> list[list[int]]:
    """The lines of the findings of the newest version, as often as they are shown anew."""
    version = editor.versions[uri]
    if not editor.pulls:

        def told() -> list[list[int]]:
            return [lines(list(p.diagnostics)) for p in editor.published[uri] if p.version == version]

        while len(told()) < 2:
            await asyncio.sleep(0.01)
        return told()
    refreshed = told_to_refresh(editor)
    first = await editor.pull(uri)
    found = [lines(list(first.items))]
    if refreshes(editor):
        await refreshed.wait()
        found.append(lines(list((await editor.pull(uri, first.result_id)).items)))
    return found


async def test_the_rest_of_the_file_follows_when_there_is_a_pause(any_client: str, start: Start) -> None:
    editor = await start(any_client)
    uri = editor.open("typed.py", TEXT.replace("wrong", "wrong_twice"))
    await editor.diagnostics(uri)
    end = len(editor.texts[uri]) - 1
    editor.edit(uri, (end, end, " * 'wrong_twice'"))
    found = await asyncio.wait_for(shown(editor, uri), SECONDS)
    assert found[-1] == [1, 5]
    if not editor.pulls or refreshes(editor):
        assert found[0] == []


async def test_what_is_the_same_after_a_pause_is_not_shown_again(any_client: str, start: Start) -> None:
    editor = await start(any_client)
    uri = editor.open("typed.py", TEXT)
    await editor.diagnostics(uri)
    refreshed = told_to_refresh(editor)
    for letter in " * 'wrong'":
        end = len(editor.texts[uri]) - 1
        editor.edit(uri, (end, end, letter))
        found = lines(await editor.first_diagnostics(uri))
    count = len(editor.published[uri])
    assert found == [1, 5]
    await asyncio.sleep(1.0)
    assert not refreshed.is_set()
    assert len(editor.published[uri]) == count


async def test_code_actions_have_the_repairs_that_a_pause_brings(any_client: str, start: Start) -> None:
    editor = await start(any_client)
    uri = editor.open("typed.py", TEXT)
    await editor.diagnostics(uri)
    editor.edit(uri, (LAST, LAST, " * aera"))
    (unknown,) = [item for item in await editor.first_diagnostics(uri) if item.code == "GS102"]
    titles = [action.title for action in await editor.actions(uri, unknown.range)]
    assert any("area" in title for title in titles)


async def test_every_version_of_a_text_that_breaks_while_it_is_typed_is_answered_for(
    any_client: str, start: Start
) -> None:
    editor = await start(any_client)
    uri = editor.open("typed.py", TEXT)
    await editor.diagnostics(uri)
    broken = []
    for letter in "\n    x = (area[depth":
        end = len(editor.texts[uri]) - 1
        editor.edit(uri, (end, end, letter))
        found = await editor.first_diagnostics(uri)
        broken.append(any(item.code == "GS101" for item in found))
        assert lines(found) == [1]
    assert broken[-1]
    for letter in "])":
        end = len(editor.texts[uri]) - 1
        editor.edit(uri, (end, end, letter))
        found = await editor.first_diagnostics(uri)
    whole = editor.open("whole.py", editor.texts[uri])
    assert comparable(found) == comparable(await editor.diagnostics(whole))
