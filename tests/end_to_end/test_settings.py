"""Settings: from the editor, from the project's files, and what happens when they change or are wrong."""

from __future__ import annotations

import asyncio
import subprocess
import time
from pathlib import Path

import pytest
from lsprotocol import types
from pygls.exceptions import JsonRpcException
from tests.end_to_end.conftest import EMACS, HELIX, NEOVIM, VSCODE, Start
from tests.end_to_end.editor import REAL, SCRIPTED, SECONDS, Editor, declared

TEXT = "x = 'wrong'\nundefined_name\n"
BOTH, LEARNED, EXACT = ["GS301", "GS102"], ["GS301"], ["GS102"]


async def codes(editor: Editor, uri: str) -> list[object]:
    return [item.code for item in await editor.diagnostics(uri)]


async def configure(editor: Editor, settings: object) -> None:
    """Change the editor's settings as the user would, and tell the server."""
    editor.client.set_configuration({"groundstate": settings})
    params = types.DidChangeConfigurationParams(settings={"groundstate": settings})
    editor.client.workspace_did_change_configuration(params)


async def eventually(editor: Editor, uri: str, wanted: list[object]) -> None:
    """Wait until what the editor shows is ``wanted``; pushed findings of one version may be replaced."""
    for _ in range(400):
        if editor.pulls:
            found = [item.code for item in (await editor.pull(uri)).items]
        else:
            found = (
                [item.code for item in editor.published[uri][-1].diagnostics]
                if editor.published[uri]
                else None
            )
        if found == wanted:
            return
        await asyncio.sleep(0.02)
    raise AssertionError(f"{found} never became {wanted}")


async def test_the_editors_settings_are_asked_for_before_anything_is_checked(
    any_client: str, start: Start
) -> None:
    editor = await start(any_client, settings={"ignore": ["wrong-name"]})
    assert await codes(editor, editor.open("asked.py", TEXT)) == EXACT


async def test_changed_settings_are_applied_to_open_documents(any_client: str, start: Start) -> None:
    editor = await start(any_client)
    uri = editor.open("changed.py", TEXT)
    assert await codes(editor, uri) == BOTH
    await configure(editor, {"select": ["GS3"]})
    await eventually(editor, uri, LEARNED)
    if editor.pulls and any_client != HELIX:
        assert editor.client.diagnostic_refresh_count >= 1


async def test_a_client_that_cannot_be_asked_sends_its_settings(tmp_path: Path) -> None:
    capabilities = declared(EMACS)
    assert capabilities.workspace is not None
    capabilities.workspace.configuration = None
    editor = Editor(capabilities, tmp_path, SCRIPTED)
    await editor.start({"ignore": ["GS102"]})
    uri = editor.open("sent.py", TEXT)
    assert await codes(editor, uri) == LEARNED
    await configure(editor, {"ignore": ["GS301"]})
    await eventually(editor, uri, EXACT)
    assert await editor.stop() == 0


async def test_wrong_settings_are_told_once_and_not_used(start: Start) -> None:
    editor = await start(VSCODE, settings={"sensitivity": "loud"})
    uri = editor.open("wrong.py", TEXT)
    assert await codes(editor, uri) == BOTH
    editor.edit(uri, (0, 0, "\n"))
    assert await codes(editor, uri) == BOTH
    (message,) = editor.client.messages
    assert "`sensitivity` must be one of" in message.message
    assert message.type == types.MessageType.Warning


async def test_keys_that_are_the_editors_own_and_empty_values_are_no_errors(start: Start) -> None:
    editor = await start(VSCODE, settings={"trace": {"server": "off"}, "model": None, "select": None})
    assert await codes(editor, editor.open("own.py", TEXT)) == BOTH
    assert not editor.client.messages


async def test_a_wrong_value_of_an_editors_own_key_is_told_and_the_others_hold(start: Start) -> None:
    settings = {"run": "onsave", "delay": "soon", "ignore": ["GS102"]}
    editor = await start(VSCODE, settings=settings)
    assert await codes(editor, editor.open("half.py", TEXT)) == LEARNED
    told = [item.message for item in editor.client.messages]
    assert told == [
        "groundstate: editor settings: `run` must be one of onType, onSave; did you mean `onSave`?. It is not used",
        "groundstate: editor settings: `delay` must be a number of milliseconds from 0 to 60000. It is not used",
    ]


async def test_checking_can_be_switched_off(any_client: str, start: Start) -> None:
    editor = await start(any_client, settings={"enable": False})
    uri = editor.open("off.py", TEXT)
    assert await codes(editor, uri) == []
    await configure(editor, {"enable": True})
    await eventually(editor, uri, BOTH)


async def test_pushed_findings_can_wait_for_the_file_to_be_saved(start: Start) -> None:
    editor = await start(EMACS, settings={"run": "onSave"})
    uri = editor.open("saved.py", TEXT)
    assert await codes(editor, uri) == BOTH
    editor.edit(uri, (0, 0, "\n"))
    editor.edit(uri, (0, 0, "\n"))
    await asyncio.sleep(0.5)
    assert [item.version for item in editor.published[uri]] == [1]
    params = types.DidSaveTextDocumentParams(types.TextDocumentIdentifier(uri))
    editor.client.text_document_did_save(params)
    assert await codes(editor, uri) == BOTH
    assert editor.published[uri][-1].version == 3


async def test_pulled_findings_can_wait_for_the_file_to_be_saved(start: Start) -> None:
    editor = await start(VSCODE, settings={"run": "onSave"})
    uri = editor.open("saved.py", TEXT)
    assert await codes(editor, uri) == BOTH
    editor.edit(uri, (len(TEXT), len(TEXT), "\n"))
    params = types.DocumentDiagnosticParams(types.TextDocumentIdentifier(uri))
    with pytest.raises(JsonRpcException) as caught:
        await editor.client.text_document_diagnostic_async(params)
    assert caught.value.code == types.LSPErrorCodes.ServerCancelled.value
    assert caught.value.data == {"retriggerRequest": False}
    before = editor.client.diagnostic_refresh_count
    saved = types.DidSaveTextDocumentParams(params.text_document)
    editor.client.text_document_did_save(saved)
    assert await codes(editor, uri) == BOTH
    await asyncio.sleep(0.2)
    assert editor.client.diagnostic_refresh_count == before + 1


async def test_a_pause_in_typing_can_be_waited_for(any_client: str, start: Start) -> None:
    editor = await start(any_client, settings={"delay": 1000})
    uri = editor.open("paused.py", TEXT)
    assert await codes(editor, uri) == BOTH
    started = time.monotonic()
    editor.edit(uri, (len(TEXT), len(TEXT), "\n"))
    editor.edit(uri, (len(TEXT), len(TEXT), "\n"))
    assert await codes(editor, uri) == BOTH
    assert time.monotonic() - started >= 1
    assert [item.version for item in editor.published[uri]] in ([], [1, 3])


async def test_findings_of_the_baseline_are_not_shown(any_client: str, start: Start, tmp_path: Path) -> None:
    (tmp_path / "old.py").write_text("undefined_name\n")
    check = [*REAL[:-1], "check", "--baseline", "known.json", "--update-baseline", "--no-cache", "old.py"]
    subprocess.run(check, cwd=tmp_path, check=False, timeout=SECONDS)
    editor = await start(any_client, settings={"baseline": "known.json"})
    uri = editor.open("old.py", "undefined_name\nother_name\n")
    assert [item.message for item in await editor.diagnostics(uri)] == ["no scope defines `other_name`"]


async def test_a_baseline_that_is_none_is_told(start: Start) -> None:
    editor = await start(VSCODE, settings={"baseline": "gone.json"})
    assert await codes(editor, editor.open("x.py", TEXT)) == BOTH
    assert "there is no such baseline" in editor.client.messages[0].message


async def test_the_folders_of_a_workspace_have_settings_of_their_own(tmp_path: Path) -> None:
    editor = Editor(declared(VSCODE), tmp_path, SCRIPTED)
    folders = [tmp_path / "one", tmp_path / "two"]
    for folder in folders:
        folder.mkdir()
    (folders[1] / "pyproject.toml").write_text('[tool.groundstate]\nselect = ["GS1"]\n')
    editor.client.set_configuration({"groundstate": {"ignore": ["GS102"]}}, scope_uri=folders[0].as_uri())
    await editor.start(folders=folders[:1])
    one = editor.open("one/x.py", TEXT)
    assert await codes(editor, one) == LEARNED
    added = types.WorkspaceFolder(folders[1].as_uri(), "two")
    change = types.WorkspaceFoldersChangeEvent(added=[added], removed=[])
    editor.client.workspace_did_change_workspace_folders(types.DidChangeWorkspaceFoldersParams(change))
    two = editor.open("two/x.py", TEXT)
    assert await codes(editor, two) == EXACT
    assert await codes(editor, one) == LEARNED
    removed = types.WorkspaceFolder(folders[0].as_uri(), "one")
    change = types.WorkspaceFoldersChangeEvent(added=[], removed=[removed])
    editor.client.workspace_did_change_workspace_folders(types.DidChangeWorkspaceFoldersParams(change))
    await eventually(editor, one, BOTH)
    assert await editor.stop() == 0


async def test_the_projects_settings_are_read_and_read_again_when_they_change(start: Start) -> None:
    editor = await start(VSCODE, cold=True)
    project = editor.folder / "pyproject.toml"
    project.write_text('[tool.groundstate]\nignore = ["GS301"]\n')
    uri = editor.open("project.py", TEXT)
    assert await codes(editor, uri) == EXACT
    project.write_text('[tool.groundstate]\nignore = ["GS102"]\n')
    change = types.FileEvent(project.as_uri(), types.FileChangeType.Changed)
    editor.client.workspace_did_change_watched_files(types.DidChangeWatchedFilesParams([change]))
    await eventually(editor, uri, LEARNED)
    project.write_text("[tool.groundstate\n")
    editor.client.workspace_did_change_watched_files(types.DidChangeWatchedFilesParams([change]))
    await eventually(editor, uri, BOTH)
    assert "not valid TOML" in editor.client.messages[-1].message


async def test_settings_baselines_and_models_are_read_again_without_being_told(start: Start) -> None:
    settings = {"baseline": "known.json", "model": "model"}
    editor = await start(NEOVIM, settings=settings)
    (editor.folder / "pyproject.toml").write_text("")
    uri = editor.open("watched.py", TEXT)
    assert await codes(editor, uri) == BOTH
    await asyncio.sleep(2.5)
    assert await codes(editor, uri) == BOTH
    refreshed = editor.client.diagnostic_refresh_count
    (editor.folder / "pyproject.toml").write_text('[tool.groundstate]\nignore = ["GS301"]\n')
    await eventually(editor, uri, EXACT)
    assert editor.client.diagnostic_refresh_count == refreshed + 1
    (editor.folder / "watched.py").write_text(TEXT)
    check = [*REAL[:-1], "check", "--baseline", "known.json", "--update-baseline", "--no-cache", "watched.py"]
    subprocess.run(check, cwd=editor.folder, check=False, timeout=SECONDS)
    await eventually(editor, uri, [])

    def loads() -> int:
        return sum(
            item[0].title == "Loading the model" for item in editor.client.progress_reports.values() if item
        )

    before = loads()
    (editor.folder / "pyproject.toml").unlink()
    (editor.folder / "model").mkdir()
    (editor.folder / "model" / "manifest.json").write_text("{}")
    await eventually(editor, uri, LEARNED)
    for _ in range(200):
        if loads() > before:
            return
        await asyncio.sleep(0.02)
        await codes(editor, uri)
    raise AssertionError("the model was not loaded again")


async def test_other_files_are_read_again_without_being_told(start: Start) -> None:
    editor = await start(NEOVIM)
    (editor.folder / "pyproject.toml").write_text("")
    uri = editor.open("use.py", "from other import scaled\n\nscaled(1, 2)\n")
    (editor.folder / "other.py").write_text("def scaled(a): return a\n")
    await eventually(editor, uri, ["GS104"])
    await asyncio.sleep(2.5)
    (editor.folder / "other.py").write_text("def scaled(a, b): return a, b\n")
    await eventually(editor, uri, [])
    (editor.folder / "other.py").unlink()
    (editor.folder / "moved.txt").write_text("def scaled(a): return a\n")
    await asyncio.sleep(2.5)
    (editor.folder / "moved.txt").rename(editor.folder / "other.py")
    await eventually(editor, uri, ["GS104"])


async def test_settings_that_change_at_once_are_seen(start: Start) -> None:
    editor = await start(NEOVIM)
    (editor.folder / "pyproject.toml").write_text("")
    uri = editor.open("early.py", TEXT)
    assert await codes(editor, uri) == BOTH
    (editor.folder / "pyproject.toml").write_text('[tool.groundstate]\nignore = ["GS301"]\n')
    await eventually(editor, uri, EXACT)


async def test_editor_settings_stand_above_the_projects(start: Start) -> None:
    editor = await start(VSCODE, settings={"ignore": ["GS102"]})
    (editor.folder / "pyproject.toml").write_text('[tool.groundstate]\nignore = ["GS301"]\n')
    assert await codes(editor, editor.open("above.py", TEXT)) == LEARNED


async def test_excluded_files_have_no_findings(start: Start) -> None:
    editor = await start(VSCODE, settings={"exclude": ["generated"]})
    (editor.folder / "generated").mkdir()
    assert await codes(editor, editor.open("generated/x.py", TEXT)) == []
    assert await codes(editor, editor.open("venv/lib/x.py", TEXT)) == []
    assert await codes(editor, editor.open("new_folder/x.py", TEXT)) == BOTH


async def test_the_client_is_asked_to_watch_files_where_it_can(any_client: str, start: Start) -> None:
    editor = await start(any_client)
    await editor.diagnostics(editor.open("x.py", TEXT))
    await asyncio.sleep(0.1)
    workspace = editor.capabilities.workspace
    assert workspace is not None
    watches = bool(
        workspace.did_change_watched_files and workspace.did_change_watched_files.dynamic_registration
    )
    registered = [item.method for item in editor.registered]
    assert ("workspace/didChangeWatchedFiles" in registered) == watches


async def test_loading_is_shown_as_progress(start: Start) -> None:
    editor = await start(VSCODE)
    await editor.diagnostics(editor.open("x.py", TEXT))
    await asyncio.sleep(0.2)
    reports = editor.client.progress_reports.values()
    titles = {report[0].title for report in reports if report}
    assert "Loading the model" in titles
    assert all(isinstance(report[-1], types.WorkDoneProgressEnd) for report in reports)
