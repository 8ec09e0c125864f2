"""Input that breaks other servers: long files, junk, deep nesting, messages that make no sense."""

from __future__ import annotations

import asyncio
import random
import time

import pytest
from lsprotocol import types
from pygls.exceptions import JsonRpcException
from tests.end_to_end.conftest import HELIX, VSCODE, Start, in_every_editor
from tests.end_to_end.editor import SECONDS, Editor, comparable

FUNCTION = "def function_{0}(left, right):\n    total = left + right  # 😀\n    return total * {0}\n\n\n"


@in_every_editor
async def test_a_file_of_20000_lines_is_edited_and_checked(editor: Editor) -> None:
    text = "".join(FUNCTION.format(number) for number in range(4000)) + "last = 'wrong'\n"
    uri = editor.open("long.py", text)
    assert [item.range.start.line for item in await editor.diagnostics(uri)] == [20_000]
    for number in range(20):
        editor.edit(uri, (100 + number, 100 + number, "#"))
    editor.edit(uri, (0, 0, "first = 'wrong'\n"))
    editor.edit(uri, (116, 136, ""))
    assert editor.texts[uri] == "first = 'wrong'\n" + text
    assert [item.range.start.line for item in await editor.diagnostics(uri)] == [0, 20_001]


@in_every_editor
async def test_binary_junk_is_a_document_like_any_other(editor: Editor) -> None:
    dice = random.Random(0)
    for number in range(5):
        junk = dice.randbytes(3000).decode("utf-8", "replace" if number % 2 else "ignore")
        uri = editor.open(f"junk{number}.py", junk)
        found = comparable(await editor.diagnostics(uri))
        assert found == sorted(found)
        editor.edit(uri, (0, len(junk), "x = 'wrong'\n"))
        assert [item.code for item in await editor.diagnostics(uri)] == ["GS301"]


async def test_a_lone_surrogate_in_a_message_keeps_positions_right(start: Start) -> None:
    editor = await start(VSCODE)
    uri = editor.open("surrogate.py", "s = '\ud83d' + 'wrong'\n")
    (found,) = (await editor.pull(uri)).items
    assert (found.range.start.character, found.range.end.character) == (11, 16)


NESTED = {
    "calls": "(" * 5000 + ")" * 5000,
    "lists": "x = " + "[" * 5000 + "]" * 5000 + "\n",
    "open": "(" * 5000,
    "attributes": "x" + ".x" * 5000 + "\n",
    "not": "x = " + "not " * 5000 + "x\n",
    "sum": "x = " + "1 + " * 5000 + "1\n",
    "blocks": "".join(" " * depth + "if x:\n" for depth in range(1500)),
    "lambdas": "x = " + "lambda: " * 5000 + "0\n",
    "f-string": "f'" + "{" * 5000,
}


async def test_nesting_of_5000_levels_is_ordinary_input(start: Start) -> None:
    editor = await start(HELIX)
    for name, text in NESTED.items():
        uri = editor.open(f"{name}.py", text)
        first = comparable(await editor.diagnostics(uri))
        editor.edit(uri, (len(text) // 2, len(text) // 2, "("))
        editor.edit(uri, (len(text) // 2, len(text) // 2 + 1, ""))
        assert comparable(await editor.diagnostics(uri)) == first


async def test_messages_that_make_no_sense_do_not_end_the_server(start: Start) -> None:
    editor = await start(VSCODE)
    unknown = types.TextDocumentIdentifier(editor.uri("unknown.py"))
    editor.client.text_document_did_close(types.DidCloseTextDocumentParams(unknown))
    change = types.TextDocumentContentChangeWholeDocument(text="x")
    identifier = types.VersionedTextDocumentIdentifier(uri=unknown.uri, version=7)
    editor.client.text_document_did_change(types.DidChangeTextDocumentParams(identifier, [change]))
    editor.client.cancel_request(types.CancelParams("never-sent"))
    writer = editor.process.stdin
    assert writer is not None
    for body in (
        b"{}",
        b"[1, 2]",
        b"not json",
        b'{"jsonrpc": "2.0", "method": "textDocument/didOpen", "params": {}}',
    ):
        writer.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
    with pytest.raises(JsonRpcException):
        await editor.client.code_action_resolve_async(
            types.CodeAction(title="not ours", data={"uri": unknown.uri})
        )
    with pytest.raises(JsonRpcException):
        await editor.client.protocol.send_request_async("groundstate/unknown", {})
    far = types.Position(10**6, 10**6)
    uri = editor.open("fine.py", "x = 'wrong'\n")
    params = types.HoverParams(types.TextDocumentIdentifier(uri), far)
    assert await editor.client.text_document_hover_async(params) is None
    assert len(await editor.diagnostics(uri)) == 1


async def test_typing_in_a_file_of_1000_lines_is_answered_quickly(start: Start) -> None:
    editor = await start(VSCODE)
    text = "".join(FUNCTION.format(number) for number in range(200))
    uri = editor.open("typed.py", text)
    await editor.diagnostics(uri)
    seconds = []
    for number in range(20):
        started = time.perf_counter()
        editor.edit(uri, (50, 50, str(number)))
        await asyncio.wait_for(editor.diagnostics(uri), SECONDS)
        seconds.append(time.perf_counter() - started)
    assert sorted(seconds)[10] < 5
