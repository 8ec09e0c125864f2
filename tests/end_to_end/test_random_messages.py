"""Random messages in random order, sensible or not: every request is answered once, nothing fails, and all ends well."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from tests.end_to_end.editor import CLIENTS, SCRIPTED, SECONDS

STEPS = 200

INTERNAL_ERROR = -32603
SERVER_CANCELLED = -32802

TEXTS = (
    "x = 'wrong'\n",
    "def f(a):\n    return 'wrong' + aa\n",
    "",
    "\ufeffx = 'wrong'\r\n",
    "a = 1\rb = 'wrong'\r",
    "a\x0cb = 'wrong'\n",
    's = "😀" + wrong  # groundstate: ignore[GS301]\n',
    "%%bash\nls\n",
    "%matplotlib\nx = 'wrong'\n",
    "x = 1  # seconds=0.1\n",
    "# stubborn=0.05\n'wrong'\n",
    "class A:\n",
    "\ud800 'wrong'",
    "(((",
)
LANGUAGES = ("python", "python", "text")
COMMANDS = ("showEnergy", "debugInformation", "restart", "addToBaseline", "unknown")
SETTINGS: tuple[Any, ...] = (
    None,
    [],
    {"groundstate": None},
    *({"groundstate": {"select": value}} for value in (["GS1"], 5, ["ALL"], "x")),
)
FOREIGN = (
    "untitled:Untitled-1",
    "weird:",
    "",
    "http://[",
    "file:///%ff%fe.py",
    "file:///a%00b.py",
    "git:/x.py?%7B",
)
CELLS = tuple(f"vscode-notebook-cell:/n.ipynb#c{number}" for number in range(5))

Message = Mapping[str, Any]


class Wire:
    """A client that only sends and receives; what the server asks for is answered with nothing."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self._writer, self._reader = process.stdin, process.stdout
        self._numbers = 0
        self._asked: dict[int, asyncio.Future[Message]] = {}
        self.published: dict[str, Message] = {}
        self.reading = asyncio.create_task(self._read())

    def send(self, **message: Any) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self._writer.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))

    def tell(self, method: str, **params: Any) -> None:
        self.send(method=method, params=params)

    def ask(self, method: str, params: Any) -> int:
        self._numbers += 1
        self._asked[self._numbers] = asyncio.get_running_loop().create_future()
        self.send(id=self._numbers, method=method, params=params)
        return self._numbers

    async def answer(self, number: int) -> Message:
        return await asyncio.wait_for(self._asked[number], SECONDS)

    async def call(self, method: str, params: Any) -> Message:
        return await self.answer(self.ask(method, params))

    async def _read(self) -> None:
        while header := await self._reader.readline():
            size = int(header.split(b":")[1])
            while (await self._reader.readline()).strip():
                pass
            message: Message = json.loads(await self._reader.readexactly(size))
            if "id" not in message:
                if message["method"] == "textDocument/publishDiagnostics":
                    self.published[message["params"]["uri"]] = message["params"]
            elif "method" in message:
                items = message["params"]["items"] if message["method"] == "workspace/configuration" else None
                self.send(id=message["id"], result=None if items is None else [None] * len(items))
            else:
                assert not self._asked[message["id"]].done(), f"answered twice: {message}"
                self._asked[message["id"]].set_result(message)


class Hostile:
    """Sends one message after the other, drawn with ``dice``."""

    def __init__(self, wire: Wire, folder: Path, dice: random.Random) -> None:
        self.wire, self.folder, self.dice = wire, folder, dice
        self.requests: list[int] = []
        self.notebook = (folder / "n.ipynb").as_uri()
        files = [(folder / name).as_uri() for name in ("a.py", "b.py", "c.py", "deep/er/x.pyi")]
        self.uris = [*files, *FOREIGN, *CELLS, self.notebook]
        self.version = 0

    def step(self) -> None:
        self.version += 1
        self.dice.choice(
            (self._document, self._document, self._request, self._request, self._notebook, self._surroundings)
        )()

    def _range(self) -> dict[str, Any]:
        lines, characters = (0, 0, 1, 2, 50, 2**31 - 1), (0, 1, 3, 9, 2**31 - 1)
        start, end = (
            {"line": self.dice.choice(lines), "character": self.dice.choice(characters)} for _ in "se"
        )
        return {"start": start, "end": end}

    def _change(self) -> dict[str, Any]:
        text = {"text": self.dice.choice(TEXTS)}
        return text if self.dice.random() < 0.5 else {"range": self._range(), **text}

    def _item(self, uri: str) -> dict[str, Any]:
        return {
            "uri": uri,
            "languageId": self.dice.choice(LANGUAGES),
            "version": self.version,
            "text": self.dice.choice(TEXTS),
        }

    def _document(self) -> None:
        uri = self.dice.choice(self.uris)
        match self.dice.randrange(4):
            case 0:
                self.wire.tell("textDocument/didOpen", textDocument=self._item(uri))
            case 1:
                self.wire.tell(
                    "textDocument/didChange",
                    textDocument={"uri": uri, "version": self.version},
                    contentChanges=[self._change() for _ in range(self.dice.randrange(4))],
                )
            case 2:
                self.wire.tell("textDocument/didClose", textDocument={"uri": uri})
            case 3:
                self.wire.tell("textDocument/didSave", textDocument={"uri": uri})

    def _request(self) -> None:
        if self.requests and self.dice.random() < 0.1:
            self.wire.tell("$/cancelRequest", id=self.dice.choice(self.requests))
            return
        uri = self.dice.choice(self.uris)
        document, place = {"uri": uri}, self._range()
        command = f"groundstate.{self.dice.choice(COMMANDS)}"
        where = {**document, "position": place["start"], "fingerprint": "x"}
        data = {**document, "version": self.version, "operation": "repair", "fingerprint": "x", "repair": -1}
        only = self.dice.choice((None, [], ["quickfix"], ["source"], [""]))
        method, params = self.dice.choice(
            (
                ("textDocument/diagnostic", {"textDocument": document, "previousResultId": "x"}),
                (
                    "textDocument/codeAction",
                    {"textDocument": document, "range": place, "context": {"diagnostics": [], "only": only}},
                ),
                ("textDocument/hover", {"textDocument": document, "position": place["start"]}),
                ("textDocument/codeLens", {"textDocument": document}),
                ("textDocument/inlayHint", {"textDocument": document, "range": place}),
                (
                    "workspace/executeCommand",
                    {"command": command, "arguments": self.dice.choice(([], [where], [5]))},
                ),
                ("workspace/diagnostic", {"previousResultIds": [{**document, "value": "x"}]}),
                ("codeAction/resolve", {"title": "x", "data": self.dice.choice((None, document, data))}),
            )
        )
        self.requests.append(self.wire.ask(method, params))

    def _notebook(self) -> None:
        notebook = {"uri": self.notebook, "version": self.version}
        match self.dice.randrange(4):
            case 0:
                cells = [{"kind": 2, "document": uri} for uri in CELLS[:3]]
                self.wire.tell(
                    "notebookDocument/didOpen",
                    notebookDocument={**notebook, "notebookType": "jupyter-notebook", "cells": cells},
                    cellTextDocuments=[self._item(uri) for uri in CELLS[:3]],
                )
            case 1:
                cell = {"uri": self.dice.choice(CELLS), "version": self.version}
                content = [{"document": cell, "changes": [self._change()]}]
                self.wire.tell(
                    "notebookDocument/didChange",
                    notebookDocument=notebook,
                    change={"cells": {"textContent": content}},
                )
            case 2:
                array = {
                    "start": self.dice.randrange(4),
                    "deleteCount": self.dice.randrange(4),
                    "cells": [{"kind": 2, "document": CELLS[3]}],
                }
                gone = [{"uri": self.dice.choice(CELLS)}]
                structure = {"array": array, "didOpen": [self._item(CELLS[3])], "didClose": gone}
                self.wire.tell(
                    "notebookDocument/didChange",
                    notebookDocument=notebook,
                    change={"cells": {"structure": structure}},
                )
            case 3:
                self.wire.tell(
                    "notebookDocument/didClose",
                    notebookDocument=notebook,
                    cellTextDocuments=[{"uri": uri} for uri in CELLS],
                )

    def _surroundings(self) -> None:
        match self.dice.randrange(3):
            case 0:
                self.wire.tell("workspace/didChangeConfiguration", settings=self.dice.choice(SETTINGS))
            case 1:
                path = self.folder / self.dice.choice(("a.py", "b.py", "new.py"))
                if self.dice.random() < 0.5:
                    path.write_bytes(self.dice.choice(TEXTS).encode("utf-8", "surrogatepass"))
                else:
                    path.unlink(missing_ok=True)
                change = {"uri": path.as_uri(), "type": self.dice.randint(1, 3)}
                self.wire.tell("workspace/didChangeWatchedFiles", changes=[change])
            case 2:
                folders = [
                    {"uri": uri, "name": "x"}
                    for uri in (self.folder.as_uri(), f"{self.folder.as_uri()}/deep", "file:///nowhere")
                ]
                event = {"added": [self.dice.choice(folders)], "removed": [self.dice.choice(folders)]}
                self.wire.tell("workspace/didChangeWorkspaceFolders", event=event)


async def _codes(wire: Wire, uri: str, *, pulls: bool) -> list[str]:
    """The rules of the findings of a document, as the client learns them."""
    while pulls:
        answer = await wire.call("textDocument/diagnostic", {"textDocument": {"uri": uri}})
        if "result" in answer:
            return [item["code"] for item in answer["result"]["items"]]
        assert answer["error"]["code"] == SERVER_CANCELLED, answer
    while not (uri in wire.published and wire.published[uri]["diagnostics"]):
        await asyncio.sleep(0.02)
    return [item["code"] for item in wire.published[uri]["diagnostics"]]


@pytest.mark.asyncio
@pytest.mark.parametrize("mode", ["workspace", "openFilesOnly"])
@pytest.mark.parametrize("name", sorted(CLIENTS))
async def test_random_messages_are_survived(name: str, mode: str, tmp_path: Path) -> None:
    dice = random.Random(f"{name} {mode}")
    (tmp_path / "pyproject.toml").write_text("[tool.groundstate]\n")
    process = await asyncio.create_subprocess_exec(
        *SCRIPTED,
        cwd=tmp_path,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stderr is not None
    log = asyncio.create_task(process.stderr.read())
    wire = Wire(process)
    captured = json.loads(CLIENTS[name].read_text())
    folder = {"uri": tmp_path.as_uri(), "name": "x"}
    params = {
        "processId": None,
        "rootUri": folder["uri"],
        "workspaceFolders": [folder],
        "capabilities": captured.get("capabilities", captured),
        "initializationOptions": {"diagnosticMode": mode, "codeLens": True, "inlayHints": True},
    }
    await wire.call("initialize", params)
    wire.tell("initialized")
    hostile = Hostile(wire, tmp_path, dice)
    for _ in range(STEPS):
        hostile.step()
        if dice.random() < 0.1:
            await asyncio.sleep(0.02)
    for number in hostile.requests:
        wire.tell("$/cancelRequest", id=number)
    for number in hostile.requests:
        error = (await wire.answer(number)).get("error", {"code": 0})
        assert error["code"] != INTERNAL_ERROR, error
    wire.tell("workspace/didChangeWorkspaceFolders", event={"added": [folder], "removed": []})
    wire.tell("workspace/didChangeConfiguration", settings={"groundstate": {"select": ["ALL"]}})
    uri = (tmp_path / "last.py").as_uri()
    item = {"uri": uri, "languageId": "python", "version": 1, "text": "x = 'wrong'\n"}
    wire.tell("textDocument/didOpen", textDocument=item)
    pulls = "diagnostic" in params["capabilities"]["textDocument"]
    assert await asyncio.wait_for(_codes(wire, uri, pulls=pulls), SECONDS) == ["GS301"]
    await wire.call("shutdown", None)
    wire.tell("exit")
    assert await asyncio.wait_for(process.wait(), SECONDS) == 0
    await wire.reading
    assert b"Traceback" not in await log
