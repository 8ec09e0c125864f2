"""``python -m benchmarks.editor_features NAME=COMMAND...``: what language servers offer to an editor, as a table.

Each command is started as a language server over standard streams and asked with ``initialize``, as Visual Studio Code
does but without dynamic registration, so that all is said at once; and once for each position encoding. What a server
does only with some settings, or without saying so, is not in the table.
"""

from __future__ import annotations

import argparse
import json
import shlex
import subprocess
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

CLIENT = (
    Path(__file__).parents[2]
    / "tests"
    / "end_to_end"
    / "capabilities"
    / "vscode_1.139_languageclient_11.json"
)
ENCODINGS = ("utf-8", "utf-16", "utf-32")

Capabilities = Mapping[str, Any]


def initialized(command: Sequence[str], encoding: str) -> Capabilities:
    """The server's capabilities for a client that knows only ``encoding``; raises ``EOFError`` without an answer."""
    declared = json.loads(CLIENT.read_text())
    declared["capabilities"]["general"]["positionEncodings"] = [encoding]
    _forbid_registration(declared["capabilities"])
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "x.py").write_text("x = 1\n")
        workspace = [{"uri": root.as_uri(), "name": "root"}]
        params = {**declared, "processId": None, "rootUri": root.as_uri(), "workspaceFolders": workspace}
        body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": params}).encode()
        with subprocess.Popen(
            command, cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        ) as server:
            assert server.stdin is not None
            assert server.stdout is not None
            server.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
            server.stdin.flush()
            try:
                while True:
                    size = 0
                    while line := server.stdout.readline().strip():
                        if line.lower().startswith(b"content-length:"):
                            size = int(line.split(b":")[1])
                    if not size:
                        raise EOFError(f"{shlex.join(command)} gave no answer")
                    message = json.loads(server.stdout.read(size))
                    if message.get("id") == 1 and "result" in message:
                        capabilities: Capabilities = message["result"]["capabilities"]
                        return capabilities
            finally:
                server.kill()


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


def column(command: Sequence[str]) -> list[str]:
    """The cells of one server: yes or no for each feature, then the encodings it takes."""
    answers = {encoding: initialized(command, encoding) for encoding in ENCODINGS}
    taken = [name for name in ENCODINGS if answers[name].get("positionEncoding", "utf-16") == name]
    return [*("yes" if has(answers["utf-16"]) else "no" for has in FEATURES.values()), ", ".join(taken)]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.editor_features", description=__doc__)
    parser.add_argument("servers", nargs="+", metavar="NAME=COMMAND")
    named = [item.partition("=") for item in parser.parse_args().servers]
    columns = [column(shlex.split(command)) for _, _, command in named]
    print("|  | " + " | ".join(name for name, _, _ in named) + " |")
    print("| --- |" + " --- |" * len(named))
    for number, feature in enumerate([*FEATURES, "position encodings"]):
        print(f"| {feature} | " + " | ".join(cells[number] for cells in columns) + " |")


if __name__ == "__main__":
    main()
