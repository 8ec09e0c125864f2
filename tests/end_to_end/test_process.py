"""The server as a process: how it starts, what it says it can do, how it ends."""

from __future__ import annotations

import asyncio
import json
import socket
import subprocess
from pathlib import Path

import pytest
from lsprotocol import types
from tests.end_to_end.conftest import VSCODE, Start
from tests.end_to_end.editor import REAL, SECONDS
from websockets.asyncio.client import connect


def message(**content: object) -> bytes:
    body = json.dumps({"jsonrpc": "2.0", **content}).encode()
    return b"Content-Length: %d\r\n\r\n%s" % (len(body), body)


INITIALIZE = message(
    id=1, method="initialize", params={"processId": None, "rootUri": None, "capabilities": {}}
)
SHUTDOWN = message(id=2, method="shutdown")
EXIT = message(method="exit")


async def exit_code(*messages: bytes, folder: Path) -> int:
    process = await asyncio.create_subprocess_exec(
        *REAL, cwd=folder, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    await asyncio.wait_for(process.communicate(b"".join(messages)), SECONDS)
    assert process.returncode is not None
    return process.returncode


async def test_the_exit_code_says_whether_the_client_shut_down_first(tmp_path: Path) -> None:
    codes = await asyncio.gather(
        exit_code(INITIALIZE, SHUTDOWN, EXIT, folder=tmp_path),
        exit_code(INITIALIZE, EXIT, folder=tmp_path),
        exit_code(INITIALIZE, folder=tmp_path),
        exit_code(folder=tmp_path),
    )
    assert codes == [0, 1, 1, 1]


async def test_a_client_without_any_capability_gets_pushed_findings_in_utf_16(tmp_path: Path) -> None:
    uri = (tmp_path / "x.py").as_uri()
    document = {"uri": uri, "languageId": "python", "version": 3, "text": "'😀', undefined_name\n"}
    process = await asyncio.create_subprocess_exec(
        *REAL, cwd=tmp_path, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(INITIALIZE + message(method="initialized", params={}))
    process.stdin.write(message(method="textDocument/didOpen", params={"textDocument": document}))
    while True:
        header = await asyncio.wait_for(process.stdout.readuntil(b"\r\n\r\n"), SECONDS)
        size = int(header.split(b"Content-Length: ")[1].split(b"\r\n")[0])
        answer = json.loads(await process.stdout.readexactly(size))
        if answer.get("method") == "textDocument/publishDiagnostics":
            break
    assert answer["params"]["version"] == 3
    (found,) = answer["params"]["diagnostics"]
    assert found["range"]["start"] == {"line": 0, "character": 6}
    await asyncio.wait_for(process.communicate(SHUTDOWN + EXIT), SECONDS)
    assert process.returncode == 0


async def test_the_end_of_the_client_is_the_end_of_the_server_even_during_inference(start: Start) -> None:
    editor = await start(VSCODE)
    uri = editor.open("slow.py", "x = 'wrong'  # stubborn=1000\n")
    request = asyncio.create_task(editor.pull(uri))
    await asyncio.sleep(0.3)
    assert editor.process.stdin is not None
    editor.process.stdin.close()
    await asyncio.wait_for(editor.process.wait(), SECONDS)
    request.cancel()


def test_a_client_that_is_gone_is_no_fault(tmp_path: Path) -> None:
    process = subprocess.Popen(
        REAL, cwd=tmp_path, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdin.write(INITIALIZE)
    process.stdin.flush()
    assert process.stdout.readline()
    process.stdout.close()
    for number in range(3, 6):
        params = {"textDocument": {"uri": "file:///x.py"}, "position": {"line": 0, "character": 0}}
        process.stdin.write(message(id=number, method="textDocument/hover", params=params))
    process.stdin.close()
    errors = process.stderr.read()
    process.stderr.close()
    assert process.wait(SECONDS) == 1
    assert errors == b""


async def test_the_server_declares_what_it_can_do(start: Start) -> None:
    editor = await start(VSCODE, command=REAL)
    declared = editor.initialized.capabilities
    assert isinstance(declared.text_document_sync, types.TextDocumentSyncOptions)
    assert declared.text_document_sync.change == types.TextDocumentSyncKind.Incremental
    assert isinstance(declared.code_action_provider, types.CodeActionOptions)
    assert declared.code_action_provider.resolve_provider
    assert list(declared.code_action_provider.code_action_kinds or ()) == [
        "quickfix",
        "source.fixAll.groundstate",
    ]
    assert declared.hover_provider


async def test_pulling_is_offered_only_to_clients_that_pull(any_client: str, start: Start) -> None:
    editor = await start(any_client)
    await editor.diagnostics(editor.open("x.py", "x = 1\n"))
    for _ in range(100):
        registered = [item.method for item in editor.registered].count(types.TEXT_DOCUMENT_DIAGNOSTIC)
        if registered or not editor.registers_pull:
            break
        await asyncio.sleep(0.02)
    assert registered == editor.registers_pull
    static = editor.initialized.capabilities.diagnostic_provider is not None
    assert static == (editor.pulls and not editor.registers_pull)


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


async def test_over_tcp(tmp_path: Path) -> None:
    port = free_port()
    process = await asyncio.create_subprocess_exec(*REAL, "--tcp", str(port), cwd=tmp_path)
    for _ in range(200):
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            break
        except OSError:
            await asyncio.sleep(0.05)
    writer.write(INITIALIZE)
    assert b"Content-Length" in await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), SECONDS)
    writer.write(SHUTDOWN + EXIT)
    assert await asyncio.wait_for(process.wait(), SECONDS) == 0
    writer.close()


async def test_over_a_websocket(tmp_path: Path) -> None:
    port = free_port()
    process = await asyncio.create_subprocess_exec(*REAL, "--ws", f"localhost:{port}", cwd=tmp_path)
    for _ in range(200):
        try:
            connection = await connect(f"ws://localhost:{port}")
            break
        except OSError:
            await asyncio.sleep(0.05)
    for sent in (INITIALIZE, SHUTDOWN, EXIT):
        await connection.send(sent.split(b"\r\n\r\n")[1])
    answer = json.loads(await asyncio.wait_for(connection.recv(), SECONDS))
    assert answer["result"]["capabilities"]["positionEncoding"] == "utf-16"
    assert await asyncio.wait_for(process.wait(), SECONDS) == 0
    await connection.close()


@pytest.mark.parametrize("address", ["here", "localhost:", "70000", "256.256.256.256:1"])
async def test_an_address_that_is_none_is_told_in_one_line(tmp_path: Path, address: str) -> None:
    command = [*REAL, "--tcp", address]
    process = await asyncio.create_subprocess_exec(*command, cwd=tmp_path, stderr=asyncio.subprocess.PIPE)
    _, errors = await asyncio.wait_for(process.communicate(), SECONDS)
    assert process.returncode == 2
    last = errors.decode().splitlines()[-1]
    assert last.startswith("groundstate: error: ")
    assert address in last
