"""Push diagnostics of files that are not open, for clients that do not pull them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from contextlib import aclosing
from pathlib import Path
from typing import TYPE_CHECKING

from lsprotocol import types

from groundstate.lsp.cancellation import Superseded
from groundstate.lsp.text_changes import path_of

if TYPE_CHECKING:
    from groundstate.lsp.server import GroundstateServer

logger = logging.getLogger(__name__)

SETTLED = 0.5
"""Seconds that are waited after a change, for the next may follow at once."""


class WorkspacePublisher:
    """Keeps published what the files of the workspace have; those that are open are published by ``Publisher``."""

    def __init__(self, server: GroundstateServer) -> None:
        self._server = server
        self._ids: dict[Path, str] = {}
        self._uris: dict[Path, str] = {}
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Publish now and after each change, until the connection ends."""
        self._task = asyncio.create_task(self._run())

    def closed(self, uri: str) -> None:
        """What the client has of this file is of its last open version."""
        self._ids[path_of(uri)], self._uris[path_of(uri)] = "", uri
        self._server.workspace_findings.wake()

    async def _run(self) -> None:
        await self._server.ready.wait()
        while True:
            change = self._server.workspace_findings.change
            try:
                await self._publish()
            except Superseded:
                continue
            except Exception:
                logger.exception("the workspace could not be checked")
            await change.wait()
            await asyncio.sleep(SETTLED)

    async def _publish(self) -> None:
        files = await self._server.workspace_findings.files()
        opened = {snapshot.document.path for snapshot in self._server.documents}
        for gone in self._ids.keys() - opened - set(files):
            del self._ids[gone]
            self._send(self._uris.pop(gone), ())
        with self._server.progress_shown.scan("Checking the workspace", len(files), None) as scan:
            async with aclosing(self._server.workspace_findings.differing(files, self._ids)) as found:
                async for findings in found:
                    scan.step()
                    if scan.stopped:
                        return
                    if findings is None or self._server.documents.get(findings.uri) is not None:
                        continue
                    path = path_of(findings.uri)
                    uri = self._uris.setdefault(path, findings.uri)
                    if findings.diagnostics or path in self._ids:
                        self._send(uri, findings.diagnostics)
                    self._ids[path] = findings.result_id or ""

    def _send(self, uri: str, diagnostics: Sequence[types.Diagnostic]) -> None:
        self._server.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri, list(diagnostics)))
