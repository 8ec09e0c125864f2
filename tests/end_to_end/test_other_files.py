"""Other files of the project: what they define counts, and changes to them reach the open documents."""

from __future__ import annotations

import asyncio

from lsprotocol import types
from tests.end_to_end.conftest import HELIX, VSCODE, Start
from tests.end_to_end.editor import Editor

OTHER = "def scaled(shape, factor):\n    return shape, factor\n"
WIDER = "def scaled(shape, factor, offset):\n    return shape, factor, offset\n"
TEXT = "from other import scaled\n\nscaled(1, 2, 3)\n"


async def codes(editor: Editor, uri: str) -> list[object]:
    if editor.pulls:
        return [item.code for item in (await editor.pull(uri)).items]
    return [item.code for item in editor.published[uri][-1].diagnostics] if editor.published[uri] else [None]


async def nothing_found(editor: Editor, uri: str) -> None:
    for _ in range(1500):
        if not await codes(editor, uri):
            break
        await asyncio.sleep(0.02)
    assert not await codes(editor, uri)


async def test_helix_tells_of_its_own_changes_only_and_others_are_seen(start: Start) -> None:
    editor = await start(HELIX, program="helix")
    (editor.folder / "pyproject.toml").write_text("")
    (editor.folder / "other.py").write_text(OTHER)
    uri = editor.open("use.py", TEXT)
    assert [item.code for item in await editor.diagnostics(uri)] == ["GS104"]
    (editor.folder / "other.py").write_text(WIDER)
    await nothing_found(editor, uri)


async def test_a_definition_that_changes_on_disk_is_seen_in_open_documents(
    any_client: str, start: Start
) -> None:
    editor = await start(any_client)
    (editor.folder / "pyproject.toml").write_text("")
    other = editor.folder / "other.py"
    other.write_text(OTHER)
    uri = editor.open("use.py", TEXT)
    assert [item.code for item in await editor.diagnostics(uri)] == ["GS104"]
    other.write_text(WIDER)
    workspace = editor.capabilities.workspace
    assert workspace is not None
    assert workspace.did_change_watched_files is not None
    if workspace.did_change_watched_files.dynamic_registration:
        change = types.FileEvent(other.as_uri(), types.FileChangeType.Changed)
        editor.client.workspace_did_change_watched_files(types.DidChangeWatchedFilesParams([change]))
    else:
        saved = types.TextDocumentIdentifier(editor.open("other.py", WIDER))
        editor.client.text_document_did_save(types.DidSaveTextDocumentParams(saved))
    await nothing_found(editor, uri)
    other.unlink()
    editor.edit(uri, (0, 0, "# nothing\n"))
    assert not await editor.diagnostics(uri)


async def test_what_was_typed_before_another_file_changed_is_no_answer_after_it(start: Start) -> None:
    editor = await start(VSCODE)
    (editor.folder / "pyproject.toml").write_text("")
    other = editor.folder / "other.py"
    other.write_text(OTHER)
    uri, beside = editor.open("use.py", TEXT), editor.open("beside.py", "x = 1\n")
    assert [item.code for item in await editor.diagnostics(uri)] == ["GS104"]
    other.write_text(WIDER)
    change = types.FileEvent(other.as_uri(), types.FileChangeType.Changed)
    editor.client.workspace_did_change_watched_files(types.DidChangeWatchedFilesParams([change]))
    await editor.pull(beside)  # for which the project is read again
    assert not (await editor.pull(uri)).items
