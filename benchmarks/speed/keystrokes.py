"""Keystrokes: from a change of one character to the findings of that version, through the real server over stdio."""

from __future__ import annotations

import io
import json
import queue
import random
import subprocess
import sys
import tempfile
import threading
import time
import tokenize
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any

import psutil
from benchmarks.speed.processes import tree_bytes

STATEMENT = "total = value"
"""What is typed, letter by letter, on a line of its own after a random statement of the file, then removed."""

PLACES = 15
"""Statements after which it is typed."""

_MOST_SECONDS = 60.0


class ServerFailed(Exception):
    """The server did not answer; the message says to what."""


@dataclass(slots=True)
class Typing:
    """Seconds from each change to its findings, from opening the file to the first findings, and peak bytes."""

    opened: float = 0.0
    keystrokes: list[float] = field(default_factory=list)
    peak: int = 0


def type_into(path: Path, root: Path, *, pull: bool, seed: int) -> Typing:
    """Open ``path`` and type; the next letter follows when the findings of the last are there.

    ``pull``: ask for the findings as VS Code, Neovim and Helix do, instead of waiting for the server to send them.

    Raises:
        ServerFailed: no answer within a minute, or the server ended.
    """
    text = path.read_bytes().decode("utf-8", "replace")
    typing = Typing()
    with _Server(root, pull=pull) as server:
        started = time.perf_counter()
        server.open(path, text)
        server.findings()
        typing.opened = time.perf_counter() - started
        server.settle()
        for line, indent, column in statement_ends(text, random.Random(seed)):
            server.change((line, column), (line, column), "\n" + indent)
            server.findings()
            for count, letter in enumerate(STATEMENT):
                place = (line + 1, len(indent) + count)
                started = time.perf_counter()
                server.change(place, place, letter)
                server.findings()
                typing.keystrokes.append(time.perf_counter() - started)
                typing.peak = max(typing.peak, server.memory())
            server.change((line, column), (line + 1, len(indent) + len(STATEMENT)), "")
            server.findings()
    return typing


def statement_ends(text: str, generator: random.Random) -> list[tuple[int, str, int]]:
    """Ends of statements of one ASCII line: (line, indent, column), where all encodings count alike."""
    lines = text.split("\n")
    found = []
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        number = token.end[0] - 1
        if token.type != tokenize.NEWLINE or number >= len(lines):
            continue
        line = lines[number].rstrip("\r")
        if line.isascii() and line[:1].isspace() and not line.rstrip().endswith(":") and "#" not in line:
            found.append((number, line[: len(line) - len(line.lstrip())], len(line)))
    return generator.sample(found, min(PLACES, len(found)))


class _Server:
    """A language server process and one open document in it."""

    def __init__(self, root: Path, *, pull: bool) -> None:
        self._pull = pull
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

    def __enter__(self) -> _Server:
        document: dict[str, object] = {"publishDiagnostics": {"versionSupport": True}}
        if self._pull:
            document["diagnostic"] = {"dynamicRegistration": False}
        folder = {"uri": self._root.as_uri(), "name": "tree"}
        parameters = {
            "processId": None,
            "rootUri": folder["uri"],
            "workspaceFolders": [folder],
            "capabilities": {"textDocument": document},
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

    def settle(self) -> None:
        """Let the server finish what opening a project starts in the background."""
        time.sleep(1.0)

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
        """The next message that is not a request of the server; those are answered."""
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
