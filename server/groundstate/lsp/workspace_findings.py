"""Findings of all files of the workspace, open or not: made in the background, one file at a time.

An open document always comes first: its analysis interrupts that of a file, which starts again afterwards.
"""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import AsyncGenerator, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from lsprotocol import types

from groundstate.documents import Document
from groundstate.lsp.cancellation import Superseded, Token
from groundstate.lsp.snapshots import Snapshot
from groundstate_grammars.text import BYTE_ORDER_MARK

if TYPE_CHECKING:
    from groundstate.lsp.server import GroundstateServer

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class FileFindings:
    """The findings of one file. ``version``: of the open document. ``result_id``: None of a file that is gone."""

    uri: str
    version: int | None
    diagnostics: tuple[types.Diagnostic, ...]
    result_id: str | None


@dataclass(frozen=True, slots=True)
class _Known:
    signature: tuple[int, int]
    findings: FileFindings


class WorkspaceFindings:
    """What the files of those workspace folders have whose ``diagnosticMode`` is ``workspace``."""

    def __init__(self, server: GroundstateServer) -> None:
        self._server = server
        self._known: dict[Path, _Known] = {}
        self._token = Token()
        self._changed = asyncio.Event()
        self._stopped: asyncio.Event | None = None
        self._scanning = asyncio.Lock()

    def outdated(self) -> None:
        """Settings, files or the model changed: nothing that was found holds."""
        self._known.clear()
        self.wake()

    def wake(self) -> None:
        """A file may have other findings now."""
        self._changed.set()
        self._changed = asyncio.Event()

    def give_way(self) -> None:
        """Something else wants the worker: interrupt the work on a file."""
        self._token.cancel()

    @property
    def change(self) -> asyncio.Event:
        """Set when findings may differ from those that were there when it was asked for."""
        return self._changed

    def stop(self) -> None:
        """The user does not want the files checked that are not yet, until something changes."""
        self._stopped = self._changed

    @property
    def stopped(self) -> bool:
        """Whether the user stopped the last scan and nothing changed since."""
        return self._stopped is self._changed

    async def files(self) -> list[Path]:
        """Files of the workspace that are to be checked, without those that are open."""
        folders = [
            path
            for path in self._server.folders.values()
            if self._server.configuration.of(path).diagnostic_mode == "workspace"
        ]
        found = await self._server.worker.run(lambda: self._server.projects.files_in(folders))
        opened = {snapshot.document.path for snapshot in self._server.documents}
        return [path for path in found if path not in opened]

    async def of(self, path: Path) -> FileFindings | None:
        """The findings of one file that is not open; None where it is none of ``files``.

        Raises:
            Superseded: settings, files or the model changed on the way.
        """
        return await self._of(path, self.change) if path in await self.files() else None

    async def differing(
        self, files: Iterable[Path], previous: Mapping[Path, str]
    ) -> AsyncGenerator[FileFindings | None, None]:
        """For each of ``files`` its findings, None where their result id is the ``previous`` one.

        Raises:
            Superseded: settings, files or the model changed on the way.
        """
        async with self._scanning:
            change = self.change
            for path in files:
                findings = await self._of(path, change)
                yield None if findings.result_id == previous.get(path) else findings

    async def _of(self, path: Path, change: asyncio.Event) -> FileFindings:
        def job() -> _Known | None:
            try:
                status = os.stat(path)
                signature = status.st_mtime_ns, status.st_size
                known = self._known.get(path)
                if known is not None and known.signature == signature:
                    return known
                data = path.read_bytes().removeprefix(BYTE_ORDER_MARK)  # no editor counts it
                snapshot = Snapshot(path.as_uri(), None, Document(path, data), True)
            except OSError:
                return None
            try:
                analysed = self._server.examination.once(snapshot, token)
            except Superseded:
                raise
            except Exception:
                logger.exception("%s could not be analysed", path)
                return _Known(signature, FileFindings(snapshot.uri, None, (), "not analysed"))
            findings = FileFindings(snapshot.uri, None, analysed.diagnostics, analysed.result_id)
            return _Known(signature, findings)

        while True:
            token = self._token = Token()
            try:
                known = await self._server.worker.run(job, background=True)
            except Superseded:
                if change.is_set():
                    raise
                continue
            finally:
                token.cancel()
            if change.is_set():
                raise Superseded
            if known is None:
                return FileFindings(path.as_uri(), None, (), None)
            self._known[path] = known
            return known.findings
