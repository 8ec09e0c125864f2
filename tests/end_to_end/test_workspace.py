"""Findings of files that are not open: pulled for the whole workspace, or pushed; in the order in which things change."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from lsprotocol import types
from pygls.exceptions import JsonRpcException
from tests.end_to_end.conftest import EMACS, HELIX, NEOVIM, VSCODE, Start
from tests.end_to_end.editor import SECONDS, Editor, comparable

WHOLE = {"diagnosticMode": "workspace"}
TEXT = "s = '😀', 'wrong'\nundefined_name\n"
PULLING = pytest.mark.parametrize("client", [VSCODE, NEOVIM, HELIX])
NOTHING_YET = 1.0
"""Seconds without an answer after which a request counts as held open."""


def write(folder: Path, **texts: str) -> None:
    for name, text in texts.items():
        path = folder / f"{name.replace('__', '/')}.py"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)


def changed(editor: Editor, *names: str) -> None:
    """Tell the server that files changed on disk."""
    events = [types.FileEvent(editor.uri(name), types.FileChangeType.Changed) for name in names]
    editor.client.workspace_did_change_watched_files(types.DidChangeWatchedFilesParams(events))


class Pull:
    """A client that pulls the workspace: what it has, by the rules of the protocol."""

    def __init__(self, editor: Editor, *, partial: bool = False) -> None:
        self.editor = editor
        self.partial = partial
        self.items: dict[str, Sequence[types.Diagnostic]] = {}
        self.ids: dict[str, str] = {}
        self.batches = 0
        self._number = 0

    async def request(self) -> types.WorkspaceDiagnosticReport:
        self._number += 1
        token = f"partial-{self._number}" if self.partial else None
        previous = [types.PreviousResultId(uri, value) for uri, value in self.ids.items()]
        params = types.WorkspaceDiagnosticParams(previous, partial_result_token=token)
        answer = await self.editor.client.workspace_diagnostic_async(params)
        if token is not None:
            assert not answer.items
            for batch in self.editor.partial_results[token]:
                self.batches += 1
                self.take(batch)
        self.take(answer)
        return answer

    def take(self, report: Any) -> None:
        converter = self.editor.client.protocol._converter
        if isinstance(report, dict):  # the client knows no type for partial results
            report = converter.structure(report, types.WorkspaceDiagnosticReport)
        for item in report.items:
            self.items[item.uri] = list(item.items)
            self.ids.pop(item.uri, None)
            if item.result_id is not None:
                self.ids[item.uri] = item.result_id

    async def news(self) -> None:
        """Ask, and ask again while the server says to."""
        while True:
            try:
                await asyncio.wait_for(self.request(), SECONDS)
                return
            except JsonRpcException as error:
                if error.data != {"retriggerRequest": True}:
                    raise

    def shown(self) -> dict[str, list[Any]]:
        return {
            uri.rpartition("/")[2]: [item.code for item in found]
            for uri, found in self.items.items()
            if found
        }


def scan(editor: Editor) -> asyncio.Task[Any]:
    """A request for the whole workspace that can be cancelled."""
    params = types.WorkspaceDiagnosticParams([])
    send = editor.client.protocol.send_request_async
    return asyncio.create_task(send(types.WORKSPACE_DIAGNOSTIC, params, "scan"))


async def cancelled(editor: Editor, request: asyncio.Task[Any]) -> None:
    editor.client.cancel_request(types.CancelParams("scan"))
    with pytest.raises(JsonRpcException) as caught:
        await asyncio.wait_for(request, SECONDS)
    assert caught.value.code == types.LSPErrorCodes.RequestCancelled.value


@PULLING
async def test_findings_of_closed_files_are_those_of_open_ones(client: str, start: Start) -> None:
    editor = await start(client, settings=WHOLE)
    write(editor.folder, one=TEXT, two="x = 1\n", deep__three=TEXT)
    pull = Pull(editor)
    await pull.news()
    assert pull.shown() == {"one.py": ["GS301", "GS102"], "three.py": ["GS301", "GS102"]}
    assert len(pull.ids) == 3
    closed = pull.items[editor.uri("one.py")]
    uri = editor.open("one.py", TEXT)
    report = await editor.pull(uri)
    assert comparable(report.items) == comparable(closed)
    assert report.result_id == pull.ids[uri]


async def test_positions_in_a_closed_file_are_those_of_its_text_without_the_byte_order_mark(
    start: Start,
) -> None:
    editor = await start(VSCODE, settings=WHOLE)
    (editor.folder / "marked.py").write_bytes(b"\xef\xbb\xbf" + TEXT.encode())
    pull = Pull(editor)
    await pull.news()
    closed = pull.items[editor.uri("marked.py")]
    uri = editor.open("marked.py", TEXT)
    assert comparable((await editor.pull(uri)).items) == comparable(closed)


async def test_a_folder_that_is_gone_or_new_is_told_of_by_its_own_name(start: Start) -> None:
    """As Visual Studio Code tells: nothing of the files in it."""
    editor = await start(VSCODE, settings=WHOLE)
    write(editor.folder, one=TEXT, deep__two=TEXT)
    pull = Pull(editor)
    await pull.news()
    assert sorted(pull.shown()) == ["one.py", "two.py"]
    (editor.folder / "deep").rename(editor.folder / "moved")
    changed(editor, "deep", "moved")
    await pull.news()
    assert {uri.rpartition("/")[0] for uri in pull.ids} == {editor.folder.as_uri(), editor.uri("moved")}
    shutil.rmtree(editor.folder / "moved")
    changed(editor, "moved")
    await pull.news()
    assert sorted(pull.shown()) == ["one.py"]
    held = asyncio.create_task(pull.request())
    (editor.folder / "__pycache__").mkdir()
    changed(editor, "__pycache__", ".git/HEAD")
    await asyncio.sleep(NOTHING_YET)
    assert not held.done()
    write(editor.folder, one="x = 1\n")
    changed(editor, "one.py")
    await asyncio.wait_for(held, SECONDS)
    assert pull.shown() == {}


@PULLING
async def test_a_request_is_held_until_there_is_news_and_then_tells_only_that(
    client: str, start: Start
) -> None:
    editor = await start(client, settings=WHOLE)
    write(editor.folder, one=TEXT, two="x = 1\n")
    pull = Pull(editor)
    await pull.news()
    held = asyncio.create_task(pull.request())
    await asyncio.sleep(NOTHING_YET)
    assert not held.done()
    write(editor.folder, two="x = 'wrong'\n")
    changed(editor, "two.py")
    answer = await asyncio.wait_for(held, SECONDS)
    assert [item.uri for item in answer.items] == [editor.uri("two.py")]
    (editor.folder / "one.py").unlink()
    changed(editor, "one.py")
    await pull.news()
    assert pull.shown() == {"two.py": ["GS301"]}
    assert list(pull.ids) == [editor.uri("two.py")]


async def test_partial_results_come_while_slow_files_are_checked(start: Start) -> None:
    editor = await start(VSCODE, settings=WHOLE)
    quick = {f"a{number:03}": "x = 'wrong'\n" for number in range(120)}
    write(editor.folder, **quick, zzz="x = 'wrong'  # seconds=3\n")
    pull = Pull(editor, partial=True)
    request = asyncio.create_task(pull.request())
    for _ in range(400):
        await asyncio.sleep(0.02)
        if editor.partial_results["partial-1"] or request.done():
            break
    assert not request.done()
    await asyncio.wait_for(request, SECONDS)
    assert pull.batches >= 3
    assert len(pull.shown()) == 121


async def test_the_scan_is_shown_as_progress_and_can_be_stopped(start: Start) -> None:
    editor = await start(VSCODE, settings=WHOLE)
    slow = {f"a{number}": "x = 'wrong'  # seconds=0.5\n" for number in range(40)}
    write(editor.folder, **slow)
    pull = Pull(editor)
    request = asyncio.create_task(pull.request())

    def shown() -> list[Any]:
        reports = editor.client.progress_reports.values()
        return next(
            (list(item) for item in reports if item and item[0].title == "Checking the workspace"), []
        )

    for _ in range(1000):
        await asyncio.sleep(0.02)
        if len(shown()) > 2:
            break
    assert shown()[0].cancellable
    assert shown()[1].message == f"{shown()[1].percentage * 40 // 100} of 40 files"
    token = next(key for key, item in editor.client.progress_reports.items() if item[:1] == shown()[:1])
    editor.client.window_work_done_progress_cancel(types.WorkDoneProgressCancelParams(token))
    answer = await asyncio.wait_for(request, SECONDS)
    assert 0 < len(answer.items) < 40
    assert isinstance(shown()[-1], types.WorkDoneProgressEnd)
    held = scan(editor)
    await asyncio.sleep(NOTHING_YET)
    assert not held.done()
    await cancelled(editor, held)


async def test_an_open_document_does_not_wait_for_the_scan(start: Start) -> None:
    editor = await start(VSCODE, settings=WHOLE)
    write(editor.folder, slow="x = 'wrong'  # seconds=1000\n")
    request = scan(editor)
    await asyncio.sleep(0.5)
    for _ in range(3):
        assert len(await editor.diagnostics(editor.open("open.py", "x = 'wrong'\n"))) == 1
    assert not request.done()
    await cancelled(editor, request)


async def test_changed_settings_end_a_scan_that_starts_again(start: Start) -> None:
    editor = await start(VSCODE, settings=WHOLE)
    write(editor.folder, one=TEXT, slow="x = 'wrong'  # seconds=1000\n")
    request = asyncio.create_task(Pull(editor).request())
    await asyncio.sleep(0.5)
    settings = {**WHOLE, "select": ["GS1"]}
    editor.client.set_configuration({"groundstate": settings})
    params = types.DidChangeConfigurationParams(settings={"groundstate": settings})
    editor.client.workspace_did_change_configuration(params)
    with pytest.raises(JsonRpcException) as caught:
        await asyncio.wait_for(request, SECONDS)
    assert caught.value.code == types.LSPErrorCodes.ServerCancelled.value
    pull = Pull(editor)
    await pull.news()
    assert pull.shown() == {"one.py": ["GS102"]}


async def test_a_cancelled_request_ends_the_scan(start: Start) -> None:
    editor = await start(VSCODE, settings=WHOLE)
    write(editor.folder, slow="x = 'wrong'  # seconds=1000\n")
    request = scan(editor)
    await asyncio.sleep(0.5)
    await cancelled(editor, request)


async def test_the_workspace_is_offered_only_in_the_mode_that_has_it(start: Start) -> None:
    def offered(editor: Editor) -> list[bool]:
        options = [
            item.register_options
            for item in editor.registered
            if item.method == types.TEXT_DOCUMENT_DIAGNOSTIC
        ]
        return [item["workspaceDiagnostics"] for item in options]

    async def until(editor: Editor, wanted: list[bool]) -> None:
        for _ in range(300):
            if offered(editor) == wanted:
                return
            await asyncio.sleep(0.02)
        raise AssertionError(offered(editor))

    editor = await start(NEOVIM)
    await until(editor, [False])
    for mode, wanted in (("workspace", [True]), ("openFilesOnly", [False])):
        settings = {"diagnosticMode": mode}
        editor.client.set_configuration({"groundstate": settings})
        params = types.DidChangeConfigurationParams(settings={"groundstate": settings})
        editor.client.workspace_did_change_configuration(params)
        await until(editor, wanted)
    for options, whole in (({}, False), ({"groundstate": WHOLE}, True)):
        static = await start(HELIX, options=options)
        assert static.initialized.capabilities.diagnostic_provider.workspace_diagnostics == whole


async def test_only_open_files_have_findings_unless_the_user_wants_more(start: Start) -> None:
    editor = await start(VSCODE)
    write(editor.folder, one=TEXT)
    pull = Pull(editor)
    held = asyncio.create_task(pull.request())
    await asyncio.sleep(NOTHING_YET)
    assert not held.done()
    assert not (await editor.pull(editor.uri("one.py"))).items
    editor.client.set_configuration({"groundstate": WHOLE})
    params = types.DidChangeConfigurationParams(settings={"groundstate": WHOLE})
    editor.client.workspace_did_change_configuration(params)
    await asyncio.wait_for(held, SECONDS)
    assert pull.shown() == {"one.py": ["GS301", "GS102"]}
    assert len((await editor.pull(editor.uri("one.py"))).items) == 2
    editor.client.set_configuration({"groundstate": {}})
    params = types.DidChangeConfigurationParams(settings={"groundstate": {}})
    editor.client.workspace_did_change_configuration(params)
    await pull.news()
    assert pull.shown() == {}


async def test_findings_of_closed_files_are_pushed_to_a_client_that_does_not_pull(start: Start) -> None:
    editor = await start(EMACS, settings=WHOLE)
    assert editor.initialized.capabilities.diagnostic_provider is None
    write(editor.folder, clean="x = 1\n")
    await asyncio.sleep(0.2)
    write(editor.folder, one=TEXT)
    changed(editor, "one.py")
    one = editor.uri("one.py")

    async def until(count: int, codes: list[str]) -> None:
        for _ in range(500):
            shown = editor.published[one]
            if len(shown) >= count and [item.code for item in shown[-1].diagnostics] == codes:
                return
            await asyncio.sleep(0.02)
        raise AssertionError(editor.published[one])

    await until(1, ["GS301", "GS102"])
    assert editor.published[one][-1].version is None
    assert not editor.published[editor.uri("clean.py")]
    editor.open("one.py", "x = 'wrong'\n")
    await until(2, ["GS301"])
    before = len(editor.published[one])
    editor.close(one)
    await until(before + 1, ["GS301", "GS102"])
    assert all(params.diagnostics for params in editor.published[one])
    (editor.folder / "one.py").unlink()
    changed(editor, "one.py")
    await until(before + 2, [])
    unsaved = "untitled:Untitled-1"
    item = types.TextDocumentItem(unsaved, "python", 1, TEXT)
    editor.client.text_document_did_open(types.DidOpenTextDocumentParams(item))
    editor.versions[unsaved] = 1
    assert len((await editor.publication(unsaved)).diagnostics) == 2
    closed = types.DidCloseTextDocumentParams(types.TextDocumentIdentifier(unsaved))
    editor.client.text_document_did_close(closed)
    for _ in range(200):
        if not editor.published[unsaved][-1].diagnostics:
            return
        await asyncio.sleep(0.02)
    raise AssertionError("the findings of a closed document that has no file stay")
