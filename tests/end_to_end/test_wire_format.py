"""What those rely on who build on the server: the messages themselves, field by field, as an editor gets them."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

from tests.end_to_end.conftest import VSCODE
from tests.end_to_end.editor import CLIENTS, SCRIPTED, SECONDS

TEXT = "value = 'wrong'\n"
CAPABILITIES = {
    "codeActionProvider": {
        "codeActionKinds": ["quickfix", "source.fixAll.groundstate"],
        "resolveProvider": True,
    },
    "codeLensProvider": {"resolveProvider": False},
    "executeCommandProvider": {
        "commands": [
            "groundstate.showEnergy",
            "groundstate.debugInformation",
            "groundstate.restart",
            "groundstate.addToBaseline",
        ]
    },
    "hoverProvider": True,
    "inlayHintProvider": {"resolveProvider": False},
    "notebookDocumentSync": {
        "notebookSelector": [{"notebook": "*", "cells": [{"language": "python"}]}],
        "save": True,
    },
    "positionEncoding": "utf-16",
    "textDocumentSync": {
        "change": 2,
        "openClose": True,
        "save": {"includeText": False},
        "willSave": False,
        "willSaveWaitUntil": False,
    },
    "workspace": {
        "fileOperations": {},
        "workspaceFolders": {"changeNotifications": True, "supported": True},
    },
}
RANGE = {"start": {"line": 0, "character": 9}, "end": {"line": 0, "character": 14}}
START = {"start": {"line": 0, "character": 0}, "end": {"line": 0, "character": 1}}


class Wire:
    """A connection that sends and reads JSON and knows nothing else."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self.process, self._in, self._out = process, process.stdin, process.stdout

    def send(self, **content: Any) -> None:
        body = json.dumps({"jsonrpc": "2.0", **content}).encode()
        self._in.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))

    async def answer(self, number: int) -> Any:
        """The result of request ``number``; requests of the server are answered with nothing on the way."""
        while True:
            header = await asyncio.wait_for(self._out.readuntil(b"\r\n\r\n"), SECONDS)
            size = int(header.split(b"Content-Length: ")[1].split(b"\r\n")[0])
            content = json.loads(await self._out.readexactly(size))
            if "method" not in content and content["id"] == number:
                return content["result"]
            if content.get("method") == "workspace/configuration":
                self.send(id=content["id"], result=[None for _ in content["params"]["items"]])
            elif "method" in content and "id" in content:
                self.send(id=content["id"], result=None)


async def test_the_messages_are_as_they_were(tmp_path: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        *SCRIPTED, cwd=tmp_path, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    wire = Wire(process)
    params = {**json.loads(CLIENTS[VSCODE].read_text()), "processId": None, "rootUri": tmp_path.as_uri()}
    wire.send(id=1, method="initialize", params=params)
    initialized = await wire.answer(1)
    assert initialized["capabilities"] == CAPABILITIES
    assert initialized["serverInfo"]["name"] == "groundstate"
    wire.send(method="initialized", params={})
    uri = (tmp_path / "x.py").as_uri()
    document = {"uri": uri, "languageId": "python", "version": 5, "text": TEXT}
    wire.send(method="textDocument/didOpen", params={"textDocument": document})

    wire.send(id=2, method="textDocument/diagnostic", params={"textDocument": {"uri": uri}})
    report = await wire.answer(2)
    assert set(report) == {"kind", "items", "resultId"}
    (diagnostic,) = report["items"]
    fingerprint = diagnostic["data"]["fingerprint"]
    page = diagnostic.pop("codeDescription")
    assert page["href"].startswith("file:///")
    assert page["href"].endswith("/groundstate/rules/GS301.md")
    assert diagnostic == {
        "range": RANGE,
        "severity": 2,
        "code": "GS301",
        "source": "groundstate",
        "message": "`wrong` should be `right`",
        "relatedInformation": [{"location": {"uri": uri, "range": START}, "message": "the file starts here"}],
        "data": {"version": 5, "fingerprint": fingerprint},
    }

    context = {"diagnostics": [diagnostic], "only": ["quickfix"]}
    where = {"textDocument": {"uri": uri}, "range": RANGE, "context": context}
    wire.send(id=3, method="textDocument/codeAction", params=where)
    action = (await wire.answer(3))[0]
    assert action == {
        "title": "Replace `wrong` by `right` (ΔE −3.75)",
        "kind": "quickfix",
        "diagnostics": [diagnostic],
        "isPreferred": True,
        "data": {"uri": uri, "version": 5, "operation": "repair", "fingerprint": fingerprint, "repair": 0},
    }
    wire.send(id=4, method="codeAction/resolve", params=action)
    edit = {"range": RANGE, "newText": "right"}
    change = {"textDocument": {"uri": uri, "version": 5}, "edits": [edit]}
    assert (await wire.answer(4))["edit"] == {"documentChanges": [change]}

    position = {"line": 0, "character": 10}
    wire.send(id=5, method="textDocument/hover", params={"textDocument": {"uri": uri}, "position": position})
    hover = await wire.answer(5)
    assert hover == {
        "range": RANGE,
        "contents": {
            "kind": "markdown",
            "value": f"**[GS301 wrong-name]({page['href']})**: `wrong` should be `right`\n\n"
            "- Replace `wrong` by `right`: ΔE −3.75 (usage −1.25, learned −2.50)\n\n"
            "ΔE below 0: the edit fits better.\n\n"
            "A question: at most 1 false alarm in 2,000 unchanged lines at default. "
            "Probability 0.88 where 1 function in 1,000 has a bug.\n\n"
            "Another name in scope fits here much better than the one that is written.",
        },
    }
    wire.send(id=6, method="shutdown")
    assert await wire.answer(6) is None
    wire.send(method="exit")
    assert await asyncio.wait_for(process.wait(), SECONDS) == 0
