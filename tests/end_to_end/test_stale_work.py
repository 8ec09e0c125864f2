"""Stale work: cancelled requests, documents that change or close during inference, and a loop that never waits."""

from __future__ import annotations

import asyncio
import time

import pytest
from lsprotocol import types
from pygls.exceptions import JsonRpcException
from tests.end_to_end.conftest import EMACS, HELIX, VSCODE, Start
from tests.end_to_end.editor import SECONDS, Editor, comparable

SLOW = "x = 'wrong'  # seconds=100\n"


def pull(editor: Editor, uri: str, msg_id: str) -> asyncio.Task:
    params = types.DocumentDiagnosticParams(types.TextDocumentIdentifier(uri))
    request = editor.client.protocol.send_request_async(types.TEXT_DOCUMENT_DIAGNOSTIC, params, msg_id)
    return asyncio.create_task(request)


async def test_a_cancelled_request_is_answered_at_once_and_frees_the_worker(start: Start) -> None:
    editor = await start(VSCODE)
    slow = editor.open("slow.py", SLOW)
    request = pull(editor, slow, "to-be-cancelled")
    await asyncio.sleep(0.3)
    started = time.perf_counter()
    editor.client.cancel_request(types.CancelParams("to-be-cancelled"))
    with pytest.raises(JsonRpcException) as caught:
        await asyncio.wait_for(request, SECONDS)
    assert caught.value.code == types.LSPErrorCodes.RequestCancelled.value
    other = editor.open("other.py", "y = 'wrong'\n")
    assert [item.code for item in await editor.diagnostics(other)] == ["GS301"]
    assert time.perf_counter() - started < 60


async def test_an_edit_during_inference_ends_it_and_only_the_new_version_is_answered(start: Start) -> None:
    editor = await start(HELIX)
    uri = editor.open("slow.py", SLOW)
    request = pull(editor, uri, "stale")
    await asyncio.sleep(0.3)
    started = time.perf_counter()
    editor.edit(uri, (0, len(SLOW), "\nx = 'wrong'\n"))
    with pytest.raises(JsonRpcException) as caught:
        await asyncio.wait_for(request, SECONDS)
    assert caught.value.code == types.LSPErrorCodes.ServerCancelled.value
    assert caught.value.data == {"retriggerRequest": True}
    assert [item.range.start.line for item in await editor.diagnostics(uri)] == [1]
    assert time.perf_counter() - started < 60


async def test_what_is_published_for_a_version_is_what_that_version_has(start: Start) -> None:
    editor = await start(EMACS)
    uri = editor.open("typed.py", "x = 'wrong'  # stubborn=0.3\n")
    await editor.publication(uri)
    for _ in range(8):
        editor.edit(uri, (0, 0, "\n"))
        await asyncio.sleep(0.07)
    await editor.publication(uri)
    versions = [params.version or 0 for params in editor.published[uri]]
    assert versions == sorted(set(versions))
    lines = [[item.range.start.line for item in params.diagnostics] for params in editor.published[uri]]
    assert lines == [[version - 1] for version in versions]


async def test_old_findings_stay_until_new_ones_are_there(start: Start) -> None:
    editor = await start(EMACS)
    text = "def f():\n    return 'wrong'\n"
    uri = editor.open("kept.py", text)
    await editor.publication(uri)
    editor.edit(uri, (text.index("return"), text.index("return"), "x = 'wrong'  # seconds=0.5\n    "))
    await editor.publication(uri)
    assert [len(params.diagnostics) for params in editor.published[uri]] == [1, 2]


async def test_a_document_closed_during_inference_leaves_no_findings(start: Start) -> None:
    editor = await start(EMACS)
    uri = editor.open("closed.py", SLOW)
    await asyncio.sleep(0.3)
    started = time.perf_counter()
    editor.close(uri)
    other = editor.open("other.py", "y = 'wrong'\n")
    assert len(await editor.diagnostics(other)) == 1
    assert time.perf_counter() - started < 60
    assert [list(params.diagnostics) for params in editor.published[uri]] == [[]]


async def test_a_document_closed_and_opened_again_is_a_new_document(start: Start) -> None:
    editor = await start(EMACS)
    uri = editor.open("again.py", "x = 'wrong'  # stubborn=0.5\n")
    await asyncio.sleep(0.2)
    editor.close(uri)
    editor.open("again.py", "\n\n\nx = 'wrong'\n")
    while not editor.published[uri] or not editor.published[uri][-1].diagnostics:
        await asyncio.sleep(0.02)
    await asyncio.sleep(0.6)
    shown = [[item.range.start.line for item in params.diagnostics] for params in editor.published[uri]]
    assert shown == [[], [3]]


async def test_the_loop_answers_while_the_worker_is_busy(start: Start) -> None:
    editor = await start(VSCODE)
    stubborn = editor.open("stubborn.py", "x = 'wrong'  # stubborn=5\n")
    analysis = asyncio.create_task(editor.diagnostics(stubborn))
    await asyncio.sleep(0.3)
    nothing = types.TextDocumentIdentifier(editor.uri("never_opened.py"))
    for _ in range(20):
        params = types.HoverParams(nothing, types.Position(0, 0))
        assert await asyncio.wait_for(editor.client.text_document_hover_async(params), SECONDS) is None
    assert not analysis.done()
    assert len(await analysis) == 1


async def test_many_requests_for_one_version_share_one_analysis(start: Start) -> None:
    editor = await start(VSCODE)
    uri = editor.open("shared.py", "x = 'wrong'  # stubborn=1\n")
    started = time.perf_counter()
    reports = await asyncio.gather(*(pull(editor, uri, f"shared-{number}") for number in range(10)))
    assert time.perf_counter() - started < 9
    assert len({report.result_id for report in reports}) == 1
    assert all(comparable(report.items) == comparable(reports[0].items) for report in reports)


async def test_a_fault_in_one_document_leaves_the_others_alone(start: Start) -> None:
    editor = await start(VSCODE)
    bad = editor.open("bad.py", "x = 1  # raise\n")
    with pytest.raises(JsonRpcException, match="scripted fault"):
        await editor.diagnostics(bad)
    good = editor.open("good.py", "x = 'wrong'\n")
    assert len(await editor.diagnostics(good)) == 1
    editor.edit(bad, (0, len("x = 1  # raise\n"), "x = 'wrong'\n"))
    assert len(await editor.diagnostics(bad)) == 1
