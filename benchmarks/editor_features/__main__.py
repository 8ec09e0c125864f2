"""``python -m benchmarks.editor_features NAME=COMMAND...``: what language servers offer to an editor, as a table.

Each command is started as a language server over standard streams and asked with ``initialize``, as Visual Studio Code
does but without dynamic registration, so that all is said at once; and once for each position encoding. What a server
does only with some settings, or without saying so, is not in the table. Servers for Python are given a file with an
undefined name, too.
"""

from __future__ import annotations

import argparse
import json
import shlex
import subprocess
import tempfile
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

CLIENT = (
    Path(__file__).parents[2]
    / "tests"
    / "end_to_end"
    / "capabilities"
    / "vscode_1.139_languageclient_11.json"
)
SECONDS = 120.0
"""What a server has for all that it is asked."""

_CONFIGURATION = "workspace/configuration"

ENCODINGS = ("utf-8", "utf-16", "utf-32")

Capabilities = Mapping[str, Any]


class Server:
    """A language server as a process, asked with ``initialize``; it ends with the block."""

    def __init__(self, command: Sequence[str], encoding: str = "utf-16", *, pulls: bool = True) -> None:
        declared = json.loads(CLIENT.read_text())
        declared["capabilities"]["general"]["positionEncodings"] = [encoding]
        if not pulls:
            del declared["capabilities"]["textDocument"]["diagnostic"]
            del declared["capabilities"]["workspace"]["diagnostics"]
        _forbid_registration(declared["capabilities"])
        self._declared = declared
        self._command = command

    def __enter__(self) -> Server:
        self._folder = tempfile.TemporaryDirectory()
        self.root = Path(self._folder.name)
        (self.root / "x.py").write_text("x = 1\n")
        self._process = subprocess.Popen(
            self._command,
            cwd=self.root,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        self._patience = threading.Timer(SECONDS, self._process.kill)
        self._patience.start()
        workspace = [{"uri": self.root.as_uri(), "name": "root"}]
        params = {"processId": None, "rootUri": self.root.as_uri(), "workspaceFolders": workspace}
        self.send(id=1, method="initialize", params={**self._declared, **params})
        answer = self.until(lambda message: message.get("id") == 1 and "result" in message)
        self.capabilities: Capabilities = answer["result"]["capabilities"]
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._patience.cancel()
        self._process.kill()
        self._process.communicate()
        self._folder.cleanup()

    @property
    def pid(self) -> int:
        return self._process.pid

    def send(self, **message: object) -> None:
        """Send a message; raises ``BrokenPipeError`` when the server has ended."""
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        assert self._process.stdin is not None
        self._process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        self._process.stdin.flush()

    def until(self, wanted: Callable[[Mapping[str, Any]], bool]) -> Mapping[str, Any]:
        """The next message that is wanted; on the way what the server asks for is answered with nothing.

        Raises:
            EOFError: the server ended without it, or was ended for it took too long.
        """
        output = self._process.stdout
        assert output is not None
        while True:
            size = 0
            while line := output.readline().strip():
                if line.lower().startswith(b"content-length:"):
                    size = int(line.split(b":")[1])
            if not size:
                raise EOFError(f"{shlex.join(self._command)} gave no answer")
            message: Mapping[str, Any] = json.loads(output.read(size))
            if wanted(message):
                return message
            if "id" in message and "method" in message:
                asked = message["params"].get("items") if message["method"] == _CONFIGURATION else None
                self.send(id=message["id"], result=None if asked is None else [None] * len(asked))


def pushes_versions(command: Sequence[str]) -> bool:
    """Whether what is pushed to a client that cannot pull names the version that it is about."""
    with Server(command, pulls=False) as server:
        server.send(method="initialized", params={})
        uri = (server.root / "x.py").as_uri()
        document = {"uri": uri, "languageId": "python", "version": 7, "text": "print(undefined_name)\n"}
        server.send(method="textDocument/didOpen", params={"textDocument": document})
        pushed = server.until(
            lambda message: (
                message.get("method") == "textDocument/publishDiagnostics"
                and message["params"]["uri"] == uri
                and bool(message["params"]["diagnostics"])
            )
        )
        return bool(pushed["params"].get("version") == 7)


def _forbid_registration(declared: dict[str, Any]) -> None:
    """Take dynamic registration out of a client's capabilities, in place."""
    declared.pop("dynamicRegistration", None)
    for value in declared.values():
        if isinstance(value, dict):
            _forbid_registration(value)


def _option(provider: str, option: str) -> Callable[[Capabilities], Any]:
    def value(capabilities: Capabilities) -> Any:
        table = capabilities.get(provider)
        return isinstance(table, dict) and table.get(option)

    return value


FEATURES: Mapping[str, Callable[[Capabilities], object]] = {
    "pull diagnostics": lambda found: found.get("diagnosticProvider"),
    "workspace diagnostics": _option("diagnosticProvider", "workspaceDiagnostics"),
    "code actions": lambda found: found.get("codeActionProvider"),
    "code actions resolved lazily": _option("codeActionProvider", "resolveProvider"),
    "a fix-all kind of its own": lambda found: any(
        kind.startswith("source.fixAll")
        for kind in _option("codeActionProvider", "codeActionKinds")(found) or ()
    ),
    "hover": lambda found: found.get("hoverProvider"),
    "code lens": lambda found: found.get("codeLensProvider"),
    "inlay hints": lambda found: found.get("inlayHintProvider"),
    "notebooks": lambda found: found.get("notebookDocumentSync"),
    "commands": _option("executeCommandProvider", "commands"),
}


def column(command: Sequence[str], *, python: bool) -> list[str]:
    """The cells of one server: yes or no for each feature, then the encodings it takes, then whether it pushes versions.

    A table without keys means yes: a provider with no options.
    """
    answers: dict[str, Capabilities] = {}
    for encoding in ENCODINGS:
        with Server(command, encoding) as server:
            answers[encoding] = server.capabilities
    taken = [name for name in ENCODINGS if answers[name].get("positionEncoding", "utf-16") == name]
    return [
        *("no" if has(answers["utf-16"]) in (None, False, []) else "yes" for has in FEATURES.values()),
        ", ".join(taken),
        "yes" if python and pushes_versions(command) else "no" if python else "not asked",
    ]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.editor_features", description=__doc__)
    parser.add_argument("servers", nargs="+", metavar="NAME=COMMAND")
    parser.add_argument(
        "--other", action="append", default=[], metavar="NAME=COMMAND", help="of another language than Python"
    )
    arguments = parser.parse_args()
    named = [item.partition("=") for item in (*arguments.servers, *arguments.other)]
    columns = [
        column(shlex.split(command), python=number < len(arguments.servers))
        for number, (_, _, command) in enumerate(named)
    ]
    print("|  | " + " | ".join(name for name, _, _ in named) + " |")
    print("| --- |" + " --- |" * len(named))
    for number, feature in enumerate([*FEATURES, "position encodings", "pushed with versions"]):
        print(f"| {feature} | " + " | ".join(cells[number] for cells in columns) + " |")


if __name__ == "__main__":
    main()
