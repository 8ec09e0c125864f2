"""The server: its state, and how it starts."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import importlib.util
import logging
import os
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from lsprotocol import types
from pygls.exceptions import FeatureRequestError
from pygls.lsp.server import LanguageServer

from groundstate import __version__
from groundstate.analysis import Engine
from groundstate.cli import CommandError
from groundstate.discovery import SUFFIXES
from groundstate.lsp.analyses import Analyses
from groundstate.lsp.cancellation import Superseded
from groundstate.lsp.client import Client, client_of
from groundstate.lsp.configuration import Configuration
from groundstate.lsp.contract_checks import ContractChecks
from groundstate.lsp.diagnostics import Analysed
from groundstate.lsp.engines import load_engine
from groundstate.lsp.examination import Examination
from groundstate.lsp.file_watch import FileWatch
from groundstate.lsp.handlers import register
from groundstate.lsp.logs import Logs
from groundstate.lsp.methods import HANDLERS
from groundstate.lsp.methods.initialize import HANDLER as INITIALIZE
from groundstate.lsp.open_documents import OpenDocuments
from groundstate.lsp.pages import page_addresses
from groundstate.lsp.progress import Progress
from groundstate.lsp.projects import SETTINGS_FILES, Projects
from groundstate.lsp.protocol import AnsweredErrors, GroundstateProtocol
from groundstate.lsp.publisher import Publisher
from groundstate.lsp.pull_registration import PullRegistration
from groundstate.lsp.snapshots import Snapshot
from groundstate.lsp.text_changes import path_of
from groundstate.lsp.worker import Worker
from groundstate.lsp.workspace_findings import WorkspaceFindings
from groundstate.lsp.workspace_publisher import WorkspacePublisher
from groundstate.settings import Settings

logger = logging.getLogger(__name__)


NOTEBOOKS = types.NotebookDocumentSyncOptions(
    notebook_selector=[
        types.NotebookDocumentFilterWithCells(
            cells=[types.NotebookCellLanguage(language="python")], notebook="*"
        )
    ],
    save=True,
)
"""The notebooks whose cells are checked, and which of their cells."""


class GroundstateServer(LanguageServer):
    """One connection to one editor. Everything but the constructor runs on the protocol loop.

    Args:
        load_engine: makes the engine for some settings, on the worker thread; None when there is no model.
        trusted: whether files and folders that a project's own settings name are used.
    """

    def __init__(
        self, load_engine: Callable[[Settings], Engine | None] = load_engine, *, trusted: bool = True
    ) -> None:
        super().__init__(
            "groundstate",
            __version__,
            types.TextDocumentSyncKind.Incremental,
            NOTEBOOKS,
            protocol_cls=GroundstateProtocol,
            max_workers=1,  # it reads standard input; the work is done elsewhere
        )
        self._load_engine = load_engine
        self.trusted = trusted
        self.exit_code = 1
        self.logs = Logs()
        register(self, INITIALIZE)

    def connected(self, params: types.InitializeParams) -> None:
        """Set up for the client that sent ``params``."""
        self.loop = asyncio.get_running_loop()
        self.client: Client = client_of(params.capabilities, params.client_info)
        for handler in HANDLERS:
            for known in (self.protocol.fm.features, self.protocol.fm.commands):
                known.pop(handler.method, None)  # of a client that was here before
            if handler.wanted(self.client):
                register(self, handler)
        self.folders: dict[str, Path] = {}
        for folder in params.workspace_folders or ():
            self.folders[folder.uri] = path_of(folder.uri)
        if not self.folders and params.root_uri:
            self.folders[params.root_uri] = path_of(params.root_uri)
        self.trace(params.trace or types.TraceValue.Off)
        program = params.client_info
        name = "a client" if program is None else f"{program.name} {program.version or ''}".rstrip()
        logger.info("groundstate %s with %s, positions in %s", __version__, name, self.client.encoding.value)
        self.ready = asyncio.Event()
        self._completing: set[asyncio.Task[None]] = set()
        self.configuration = Configuration(self)
        self.pull_registration = PullRegistration(self)
        self.pages = page_addresses()
        self.workspace_findings = WorkspaceFindings(self)
        self.worker = Worker(self.workspace_findings.give_way)
        self.progress_shown = Progress(self, self.loop)
        self.projects = Projects(
            self._load_engine, self.progress_shown.announced, self.warn, trusted=self.trusted
        )
        self.documents = OpenDocuments(self.client.encoding)
        self.examination = Examination(self.projects, self.client, self.pages)
        self.contract_checks = ContractChecks(self)
        self.analyses = Analyses(
            self.worker,
            self.examination,
            self.examination.of_exact_rules,
            self.examination.provisional,
            self.ready,
            self.contract_checks.analysed,
        )
        self.publisher = Publisher(self.documents, self.analyses, self)
        self.workspace_publisher = WorkspacePublisher(self)
        told = self.client.registers_watchers and not self.client.tells_own_changes_only
        self.file_watch = FileWatch(self, sources=not told)
        self.file_watch.start()
        if not self.client.pulls:
            self.workspace_publisher.start()

    def prepare(self) -> None:
        """Load the model that the first document will most likely need, while the client tells its settings."""
        own, others = self.configuration.sent
        for folder in list(self.folders.values()) if own.enable else []:
            self.worker.give(functools.partial(self.projects.prepare, folder, others))

    async def analysed(self, snapshot: Snapshot) -> Analysed:
        """The analysis of ``snapshot``, with the settings and files of now.

        Raises:
            Superseded: the document changed or was closed meanwhile.
        """
        while True:
            if self.documents.get(snapshot.uri) is not snapshot:
                raise Superseded
            try:
                return await self.analyses.of(snapshot)
            except Superseded:
                if self.documents.get(snapshot.uri) is not snapshot:
                    raise

    async def settled(self, snapshot: Snapshot) -> Analysed:
        """``analysed``, not before there is a pause: for what a client asks for unasked by its user.

        Raises:
            Superseded: the document changed or was closed meanwhile.
        """
        await self.analyses.pause(snapshot)
        return await self.analysed(snapshot)

    def show_completed(self, first: Analysed) -> None:
        """Have the client that pulled ``first`` pull again when its analysis finds more."""

        async def complete() -> None:
            with contextlib.suppress(Superseded):
                analysed = await self.analyses.settled(first)
                if analysed.result_id != first.result_id:
                    await self.pull_registration.refresh()

        task = self.loop.create_task(complete())
        self._completing.add(task)
        task.add_done_callback(self._completing.discard)

    def changed(self, snapshot: Snapshot) -> None:
        """A document was opened or edited."""
        self.analyses.changed(snapshot.uri)
        self.contract_checks.changed(snapshot.uri)
        if not self.client.pulls and not self.waits_for_save(snapshot):
            self.publisher.schedule(snapshot, self.pause(snapshot))

    async def saved(self, uri: str) -> None:
        """A document was saved: it is checked where it waited for that, and the file on disk changed."""
        snapshot = self.documents.get(uri)
        waited = snapshot is not None and self.waits_for_save(snapshot)
        self.documents.save(uri)
        told = False
        if not self.client.registers_watchers:
            self.file_watch.seen(path_of(uri))
            told = await self.files_changed([path_of(uri)])
        if waited and snapshot is not None and not told:
            await self.show_again([snapshot])

    def pause(self, snapshot: Snapshot) -> float:
        """Seconds that the user wants to be left to type on after this version."""
        if self.documents.is_saved(snapshot):
            return 0.0
        return self.configuration.of(snapshot.document.path).delay / 1000

    def waits_for_save(self, snapshot: Snapshot) -> bool:
        """Whether the user wants nothing shown of this version, for it is not saved."""
        if self.client.pulls and not self.client.refreshes:
            return False  # could not be told to ask when it is saved
        settings = self.configuration.of(snapshot.document.path)
        return settings.run == "onSave" and not self.documents.is_saved(snapshot)

    def closed(self, uri: str) -> None:
        """A document was closed."""
        gone = self.documents.close(uri)
        self.analyses.closed(uri)
        self.contract_checks.changed(uri)
        self.worker.give(lambda: self.examination.forget(uri))
        if self.client.pulls:
            self.workspace_findings.wake()
            return
        self.publisher.stop(uri)
        path = path_of(uri)
        if path.suffix in SUFFIXES and self.configuration.of(path).diagnostic_mode == "workspace":
            self.workspace_publisher.closed(uri)  # what is shown stays until the file itself is checked
        else:
            self.publisher.clear(gone)

    async def files_changed(self, paths: Sequence[Path]) -> bool:
        """Files changed on disk, open or not; whether documents are analysed again because of it."""
        if any(path.suffix in SUFFIXES or path.name in SETTINGS_FILES for path in paths):
            self.worker.give(
                lambda: self.projects.files_changed(paths)
            )  # before the analyses that depend on it
        elif not await self.worker.run(lambda: self.projects.files_changed(paths)):
            return False
        await self.outdated()
        return True

    async def outdated(self) -> None:
        """Settings, files or the model changed: every document is analysed again, and the client told."""
        self.analyses.outdated()
        self.worker.give(self.examination.outdated)
        self.workspace_findings.outdated()
        if self.client.refreshes_code_lenses and self.configuration.concerns("code_lens"):
            self.workspace_code_lens_refresh(None)
        if self.client.refreshes_inlay_hints and self.configuration.concerns("inlay_hints"):
            self.workspace_inlay_hint_refresh(None)
        await self.show_again([item for item in self.documents if not self.waits_for_save(item)])

    async def restart(self) -> None:
        """Forget everything but the open documents, and start again: files, settings and the model are read anew."""
        self.worker.give(self.projects.forget_all)
        self.worker.give(self.examination.forget_all)
        await self.configuration.refresh()

    async def show_again(self, snapshots: Iterable[Snapshot]) -> None:
        """Publish the findings of ``snapshots``, or have the client pull."""
        if not self.client.pulls:
            for snapshot in snapshots:
                self.publisher.schedule(snapshot)
        else:
            await self.pull_registration.refresh()

    def trace(self, value: types.TraceValue) -> None:
        """Tell the client what is logged, as far as it wants."""

        def send(params: types.LogTraceParams) -> None:
            self.loop.call_soon_threadsafe(self.log_trace, params)

        self.logs.set_trace(value, send)

    def warn(self, message: str) -> None:
        """Show a message; from any thread."""
        shown = types.ShowMessageParams(types.MessageType.Warning, f"groundstate: {message}")
        self.loop.call_soon_threadsafe(self.window_show_message, shown)

    def report_server_error(self, error: Exception, source: Any) -> None:
        """Log a fault and leave the user alone. A request that failed is answered with its error, which pygls logs."""
        if source is not FeatureRequestError:
            logger.error("%s", error)


def serve(
    *,
    tcp: str | None = None,
    ws: str | None = None,
    log_level: str = "warning",
    log_file: Path | None = None,
    server: GroundstateServer,
) -> int:
    """Serve one client until it says exit; over standard input and output unless an address is given.

    Args:
        tcp: ``[HOST:]PORT`` to listen on for one TCP connection.
        ws: ``[HOST:]PORT`` to listen on for one WebSocket connection.
        log_level: what is logged until the editor's settings say something else.
        log_file: where to; standard error without it.
        server: what serves.

    Returns:
        The exit code that LSP asks for: 0 after ``shutdown`` and ``exit``, else 1.
    """
    logging.getLogger("pygls.protocol.json_rpc").addFilter(AnsweredErrors())
    try:
        server.logs.start(log_level, log_file)
    except OSError as error:
        raise CommandError(f"cannot log to {log_file}: {error.strerror or error}") from None
    if tcp is None and ws is None:
        wire = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
        sys.stdout = sys.stderr  # what is printed by mistake must not reach the client as a message
        server.start_io(stdout=wire)
    else:
        _listen(server, tcp or ws or "", "WebSocket" if ws else "TCP")
    return server.exit_code


def _listen(server: GroundstateServer, address: str, transport: str) -> None:
    host, _, port = address.rpartition(":")
    host = host.strip("[]") or "127.0.0.1"  # without a host only this machine can connect
    if not (port.isascii() and port.isdigit() and int(port) < 65536):
        raise CommandError(f"`{address}` is no address: write PORT or HOST:PORT, with a port below 65536")
    if transport == "WebSocket" and importlib.util.find_spec("websockets") is None:
        raise CommandError(
            "--ws needs the package `websockets`, which is not installed: install `groundstate[ws]`"
        )
    print(f"groundstate: waiting for a {transport} connection on {host}:{port}", file=sys.stderr, flush=True)
    try:
        (server.start_ws if transport == "WebSocket" else server.start_tcp)(host, int(port))
    except OSError as error:
        raise CommandError(f"cannot listen on {address}: {error.strerror or error}") from None
