"""An editor for tests: the real server process behind pytest-lsp's client, and the editor's own copy of each text.

Positions are counted here from the definition of LSP, not with the code under test.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from lsprotocol import types
from lsprotocol.converters import get_converter
from pygls.exceptions import JsonRpcException
from pytest_lsp import LanguageClient
from pytest_lsp.client import make_test_lsp_client

HERE = Path(__file__).parent
CLIENTS = {path.stem: path for path in sorted((HERE / "capabilities").glob("*.json"))}
"""What four real editors send in ``initialize``: its parameters, or only their capabilities."""

REAL = (sys.executable, "-m", "groundstate", "server")
SCRIPTED = (sys.executable, str(HERE / "scripted_server.py"))
"""The server with an engine whose findings and speed the text itself decides."""

SECONDS = 120.0
"""What a test waits for an answer at most."""

_LINE = re.compile(r"(?:[^\r\n]*(?:\r\n|\r|\n))")


def declared(client: str) -> types.ClientCapabilities:
    """What an editor declared it can do."""
    params = json.loads(CLIENTS[client].read_text())
    return get_converter().structure(params.get("capabilities", params), types.ClientCapabilities)


def length(text: str, encoding: str) -> int:
    """Units of a position encoding in ``text``."""
    if encoding == "utf-32":
        return len(text)
    width = {"utf-8": 1, "utf-16": 2}[encoding]
    return len(text.encode("utf-8" if width == 1 else "utf-16-le")) // width


def position(text: str, index: int, encoding: str) -> types.Position:
    """The position of the character at ``index``."""
    line, start = 0, 0
    for match in _LINE.finditer(text):
        if match.end() > index:
            break
        line, start = line + 1, match.end()
    return types.Position(line, length(text[start:index], encoding))


def index_of(text: str, place: types.Position, encoding: str) -> int:
    """The index of the character at a position."""
    lines = _LINE.findall(text)
    start = sum(map(len, lines[: place.line]))
    index = start
    while length(text[start:index], encoding) < place.character:
        index += 1
    return index


def applied(text: str, edits: Sequence[types.TextEdit], encoding: str) -> str:
    """``text`` after edits that all count in it."""
    for edit in sorted(
        edits, key=lambda edit: (edit.range.start.line, edit.range.start.character), reverse=True
    ):
        start, end = (index_of(text, place, encoding) for place in (edit.range.start, edit.range.end))
        text = text[:start] + edit.new_text + text[end:]
    return text


class Editor:
    """One editor connected to one server, with its workspace in a folder."""

    def __init__(self, capabilities: types.ClientCapabilities, folder: Path, command: Sequence[str]) -> None:
        self.capabilities = capabilities
        self.folder = folder
        self.command = command
        self.client: LanguageClient = make_test_lsp_client()
        self.texts: dict[str, str] = {}
        self.versions: dict[str, int] = {}
        self.published: dict[str, list[types.PublishDiagnosticsParams]] = defaultdict(list)
        self.registered: list[types.Registration] = []
        self.partial_results: dict[types.ProgressToken, list[Any]] = defaultdict(list)
        self._arrived = asyncio.Event()

        @self.client.feature(types.CLIENT_REGISTER_CAPABILITY)
        def register(params: types.RegistrationParams) -> None:
            self.registered.extend(params.registrations)

        @self.client.feature(types.CLIENT_UNREGISTER_CAPABILITY)
        def unregister(params: types.UnregistrationParams) -> None:
            gone = {item.id for item in params.unregisterations}
            self.registered = [item for item in self.registered if item.id not in gone]

        publish = self.client.protocol.fm.features[types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS]

        def published(params: types.PublishDiagnosticsParams) -> None:
            publish(params)
            self.published[params.uri].append(params)
            self._arrived.set()

        self.client.protocol.fm.features[types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS] = published

        shown = self.client.protocol.fm.features[types.PROGRESS]

        def progress(params: types.ProgressParams) -> None:
            if "kind" in params.value:
                shown(params)
            else:
                self.partial_results[params.token].append(params.value)

        self.client.protocol.fm.features[types.PROGRESS] = progress

    @property
    def pulls(self) -> bool:
        document = self.capabilities.text_document
        return document is not None and document.diagnostic is not None

    @property
    def registers_pull(self) -> bool:
        document = self.capabilities.text_document
        return self.pulls and bool(
            document and document.diagnostic and document.diagnostic.dynamic_registration
        )

    @property
    def process(self) -> asyncio.subprocess.Process:
        server = self.client._server
        assert server is not None
        return server

    async def start(
        self, options: Any = None, folders: Sequence[Path] = (), program: str | None = None
    ) -> types.InitializeResult:
        """Start the server with a workspace of ``folders``, by default the editor's one folder.

        Args:
            program: what the editor calls itself.
        """
        await self.client.start_io(*self.command, cwd=self.folder)
        workspace = [types.WorkspaceFolder(path.as_uri(), path.name) for path in folders or (self.folder,)]
        self.initialized = await self.client.initialize_session(
            types.InitializeParams(
                capabilities=self.capabilities,
                client_info=None if program is None else types.ClientInfo(program),
                root_uri=workspace[0].uri,
                workspace_folders=workspace,
                initialization_options=options,
            )
        )
        encoding = self.initialized.capabilities.position_encoding
        self.encoding = str(getattr(encoding, "value", encoding))
        return self.initialized

    async def stop(self) -> int | None:
        """Shut down as an editor does; the exit code of the server."""
        await asyncio.wait_for(self.client.shutdown_session(), SECONDS)
        code = self.process.returncode
        await self.client.stop()
        return code

    def uri(self, name: str) -> str:
        return (self.folder / name).as_uri()

    def open(self, name: str, text: str) -> str:
        """Open a document (no file is written) and return its URI."""
        uri = self.uri(name)
        self.texts[uri], self.versions[uri] = text, 1
        item = types.TextDocumentItem(uri, "python", 1, text)
        self.client.text_document_did_open(types.DidOpenTextDocumentParams(item))
        return uri

    async def warm_up(self) -> None:
        """Have the model loaded and the project read: of what is opened from now on all findings come at once."""
        uri = self.open("nothing_to_find.py", "")
        await self.diagnostics(uri)
        self.close(uri)
        self.published.pop(uri, None)

    def close(self, uri: str) -> None:
        del self.texts[uri], self.versions[uri]
        identifier = types.TextDocumentIdentifier(uri)
        self.client.text_document_did_close(types.DidCloseTextDocumentParams(identifier))

    def edit(self, uri: str, *changes: tuple[int, int, str]) -> None:
        """Replace characters from one index to another, one change after the other, as one notification."""
        events = []
        for start, end, new in changes:
            text = self.texts[uri]
            place = types.Range(*(position(text, index, self.encoding) for index in (start, end)))
            events.append(types.TextDocumentContentChangePartial(range=place, text=new))
            self.texts[uri] = text[:start] + new + text[end:]
        self.versions[uri] += 1
        identifier = types.VersionedTextDocumentIdentifier(uri=uri, version=self.versions[uri])
        self.client.text_document_did_change(types.DidChangeTextDocumentParams(identifier, events))

    async def diagnostics(self, uri: str) -> list[types.Diagnostic]:
        """The findings of the current version, as the editor has them when nothing is typed any more."""
        found = await self.first_diagnostics(uri)
        if self.versions[uri] == 1:
            return found
        await self.whole(uri)
        return await self.first_diagnostics(uri)

    async def first_diagnostics(self, uri: str) -> list[types.Diagnostic]:
        """The findings of the current version, pulled or waited for as the editor does."""
        if self.pulls:
            return list((await self.pull(uri)).items)
        return list((await self.publication(uri)).diagnostics)

    async def whole(self, uri: str) -> None:
        """Have the document analysed whole, as a mouse does that rests on it; what is new of that is published then."""
        params = types.HoverParams(types.TextDocumentIdentifier(uri), types.Position(0, 0))
        await asyncio.wait_for(self.client.text_document_hover_async(params), SECONDS)
        await asyncio.sleep(0.05)

    async def pull(
        self, uri: str, previous: str | None = None
    ) -> types.RelatedFullDocumentDiagnosticReport | types.RelatedUnchangedDocumentDiagnosticReport:
        """A diagnostic report, asked for again while the server says to."""
        params = types.DocumentDiagnosticParams(
            types.TextDocumentIdentifier(uri), previous_result_id=previous
        )
        while True:
            try:
                return await asyncio.wait_for(self.client.text_document_diagnostic_async(params), SECONDS)
            except JsonRpcException as error:
                if error.code != types.LSPErrorCodes.ServerCancelled.value:
                    raise

    async def publication(self, uri: str, version: int | None = None) -> types.PublishDiagnosticsParams:
        """What was published last for a version, by default the current one."""
        version = version or self.versions[uri]

        async def arrived() -> types.PublishDiagnosticsParams:
            while True:
                for params in reversed(self.published[uri]):
                    if params.version == version:
                        return params
                self._arrived.clear()
                await self._arrived.wait()

        return await asyncio.wait_for(arrived(), SECONDS)

    async def actions(
        self, uri: str, place: types.Range, diagnostics: Sequence[types.Diagnostic] = (), only: Any = None
    ) -> list[types.CodeAction]:
        """Code actions, with the edits resolved that the server left out."""
        context = types.CodeActionContext(diagnostics=list(diagnostics), only=only)
        params = types.CodeActionParams(types.TextDocumentIdentifier(uri), place, context)
        found = await asyncio.wait_for(self.client.text_document_code_action_async(params), SECONDS)
        actions = []
        for action in found or ():
            assert isinstance(action, types.CodeAction)
            if action.edit is None and action.command is None and action.disabled is None:
                action = await asyncio.wait_for(self.client.code_action_resolve_async(action), SECONDS)
            actions.append(action)
        return actions

    async def execute(self, command: str, *arguments: object) -> Any:
        """The server's answer to a command."""
        params = types.ExecuteCommandParams(command, list(arguments))
        return await asyncio.wait_for(self.client.workspace_execute_command_async(params), SECONDS)

    def apply(self, uri: str, action: types.CodeAction) -> str:
        """The text after an action, which is sent to the server as the editor's own edit."""
        assert action.edit is not None
        edits: list[types.TextEdit] = []
        for change in action.edit.document_changes or ():
            assert isinstance(change, types.TextDocumentEdit)
            assert change.text_document.uri == uri
            assert change.text_document.version == self.versions[uri]
            edits += [edit for edit in change.edits if isinstance(edit, types.TextEdit)]
        for edited, listed in (action.edit.changes or {}).items():
            assert edited == uri
            edits += listed
        text = self.texts[uri]
        self.edit(uri, (0, len(text), applied(text, edits, self.encoding)))
        return self.texts[uri]


def comparable(diagnostics: Sequence[types.Diagnostic]) -> list[tuple[Any, ...]]:
    """What must be equal of diagnostics of equal texts."""
    return [
        (
            item.range.start.line,
            item.range.start.character,
            item.range.end.line,
            item.range.end.character,
            item.code,
            item.severity,
            item.message,
        )
        for item in diagnostics
    ]
