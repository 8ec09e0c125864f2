"""The real language server over stdio, as a client that opens one document and edits it sees it."""

from __future__ import annotations

import json
import queue
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any

import psutil
from benchmarks.speed.processes import tree_bytes

_MOST_SECONDS = 240.0


class ServerFailed(Exception):
    """The server did not answer; the message says to what."""


class StdioServer:
    """A language server process and one open document in it.

    ``pull``: ask for findings as VS Code, Neovim and Helix do. ``lenses``: show code lenses, and be told when to ask again.
    """

    def __init__(self, root: Path, *, pull: bool, lenses: bool = False) -> None:
        self._pull = pull
        self._lenses = lenses
        self._refreshed = False
        self._root = root
        self._uri = ""
        self._version = 0
        self._next_id = 0
        self._inbox: queue.Queue[dict[str, Any] | None] = queue.Queue()
        self._complaints = tempfile.TemporaryFile()  # noqa: SIM115, closed with the server
        self._process = subprocess.Popen(
            [sys.executable, "-m", "groundstate", "server"],
            cwd=root.parent,  # not the tree: Python would import from it
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._complaints,
        )
        threading.Thread(target=self._read, daemon=True).start()

    def __enter__(self) -> StdioServer:
        document: dict[str, object] = {"publishDiagnostics": {"versionSupport": True}}
        if self._pull:
            document["diagnostic"] = {"dynamicRegistration": False}
        workspace: dict[str, object] = {"diagnostics": {"refreshSupport": True}}
        if self._lenses:
            document["codeLens"] = {"dynamicRegistration": False}
            workspace["codeLens"] = {"refreshSupport": True}
        folder = {"uri": self._root.as_uri(), "name": "tree"}
        parameters = {
            "processId": None,
            "rootUri": folder["uri"],
            "workspaceFolders": [folder],
            "capabilities": {"textDocument": document, "workspace": workspace},
        }
        self._answer_to(self._request("initialize", parameters))
        self._notify("initialized", {})
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self._answer_to(self._request("shutdown", None))
            self._notify("exit", None)
        else:
            self._process.kill()
        self._process.wait(_MOST_SECONDS)
        self._complaints.close()

    def open(self, path: Path, text: str) -> None:
        self._uri = path.as_uri()
        self._version = 1
        item = {"uri": self._uri, "languageId": "python", "version": 1, "text": text}
        self._notify("textDocument/didOpen", {"textDocument": item})

    def change(self, start: tuple[int, int], end: tuple[int, int], text: str) -> None:
        """Replace a range, given as (line, column), by ``text``."""
        self._version += 1
        places = [{"line": line, "character": column} for line, column in (start, end)]
        parameters = {
            "textDocument": {"uri": self._uri, "version": self._version},
            "contentChanges": [{"range": {"start": places[0], "end": places[1]}, "text": text}],
        }
        self._notify("textDocument/didChange", parameters)

    def findings(self) -> list[dict[str, Any]]:
        """Wait for the findings of the current version."""
        if self._pull:
            parameters = {"textDocument": {"uri": self._uri}}
            answer = self._answer_to(self._request("textDocument/diagnostic", parameters))
            items: list[dict[str, Any]] = answer["items"]
            return items
        while True:
            message = self._receive("diagnostics")
            if message.get("method") != "textDocument/publishDiagnostics":
                continue
            published = message["params"]
            if published["uri"] == self._uri and published.get("version") == self._version:
                found: list[dict[str, Any]] = published["diagnostics"]
                return found

    def lens(self, line: int, wanted: Callable[[str], bool]) -> str:
        """The title of the code lens on ``line`` of the current version, once there is one that is ``wanted``."""
        while True:
            self._refreshed = False
            parameters = {"textDocument": {"uri": self._uri}}
            for lens in self._answer_to(self._request("textDocument/codeLens", parameters)) or ():
                title: str = lens["command"]["title"]
                if lens["range"]["start"]["line"] == line and wanted(title):
                    return title
            while not self._refreshed:
                self._receive("code lenses")

    def settle(self) -> None:
        """Let the server finish what opening a project starts in the background."""
        time.sleep(1.0)

    def whole(self) -> None:
        """Wait for the whole analysis of the current version: what is shown when the mouse rests is taken from it."""
        place = {"line": 0, "character": 0}
        parameters = {"textDocument": {"uri": self._uri}, "position": place}
        self._answer_to(self._request("textDocument/hover", parameters))

    def memory(self) -> int:
        return tree_bytes(psutil.Process(self._process.pid))

    def _answer_to(self, identity: int) -> Any:
        while True:
            message = self._receive(f"request {identity}")
            if message.get("id") == identity and "method" not in message:
                if "error" in message:
                    raise ServerFailed(f"the server refused request {identity}: {message['error']}")
                return message["result"]

    def _receive(self, awaited: str) -> dict[str, Any]:
        """The next message that is not a request of the server, but for one to ask for code lenses; those are answered."""
        while True:
            try:
                message = self._inbox.get(timeout=_MOST_SECONDS)
            except queue.Empty:
                raise ServerFailed(f"no answer within {_MOST_SECONDS:.0f} s: {awaited}") from None
            if message is None:
                self._complaints.seek(0)
                last = self._complaints.read().decode(errors="replace").strip().splitlines()[-1:]
                raise ServerFailed(f"the server ended while waiting for {awaited}: {''.join(last)}")
            if "id" in message and "method" in message:
                asked = message["params"] if message["method"] == "workspace/configuration" else {}
                result = [None] * len(asked["items"]) if asked else None
                self._send({"id": message["id"], "result": result})
                if message["method"] == "workspace/codeLens/refresh":
                    self._refreshed = True
                    return message
                continue
            return message

    def _request(self, method: str, parameters: object) -> int:
        self._next_id += 1
        self._send({"id": self._next_id, "method": method, "params": parameters})
        return self._next_id

    def _notify(self, method: str, parameters: object) -> None:
        self._send({"method": method, "params": parameters})

    def _send(self, message: dict[str, object]) -> None:
        if message.get("params", ...) is None:
            del message["params"]
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        assert self._process.stdin is not None
        self._process.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        self._process.stdin.flush()

    def _read(self) -> None:
        stream = self._process.stdout
        assert stream is not None
        while True:
            length = 0
            while line := stream.readline().strip():
                name, _, value = line.partition(b":")
                if name.lower() == b"content-length":
                    length = int(value)
            if not length:
                self._inbox.put(None)
                return
            self._inbox.put(json.loads(stream.read(length)))
