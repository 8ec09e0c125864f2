"""``workspace/diagnostic``: the client pulls the findings of all files; the answer waits until there is news.

A client asks again as soon as it is answered, so the request is held open while nothing differs from what the client
has. What is found on the way is sent at once to a client that gave a token for partial results.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import aclosing
from pathlib import Path
from typing import TYPE_CHECKING

from lsprotocol import types
from pygls.exceptions import JsonRpcException

from groundstate.lsp.cancellation import Superseded
from groundstate.lsp.handlers import InBackground
from groundstate.lsp.text_changes import path_of
from groundstate.lsp.workspace_findings import FileFindings

if TYPE_CHECKING:
    from groundstate.lsp.server import GroundstateServer

BATCH = 50
"""Reports in one partial result, and in one answer where partial results are not wanted there is no limit."""

SETTLED = 0.5
"""Seconds that are waited after a change, for the next may follow at once."""

Reports = list[types.WorkspaceFullDocumentDiagnosticReport | types.WorkspaceUnchangedDocumentDiagnosticReport]


async def handle(
    server: GroundstateServer, params: types.WorkspaceDiagnosticParams
) -> types.WorkspaceDiagnosticReport:
    await server.ready.wait()
    previous = {path_of(item.uri): item.value for item in params.previous_result_ids}
    uris = {path_of(item.uri): item.uri for item in params.previous_result_ids}
    while True:
        change = server.workspace_findings.change
        reports = _Reports(server, params.partial_result_token)
        try:
            if not server.workspace_findings.stopped:
                await _scan(server, params, previous, uris, reports)
        except Superseded:
            raise _interrupted() from None
        if reports.news:
            return types.WorkspaceDiagnosticReport(reports.rest())
        await change.wait()
        await asyncio.sleep(SETTLED)


class _Reports:
    """The reports of one scan, sent on the way where the client takes partial results."""

    def __init__(self, server: GroundstateServer, token: types.ProgressToken | None) -> None:
        self.news = False
        self._server = server
        self._token = token
        self._waiting: Reports = []

    def add(self, findings: FileFindings) -> None:
        """A file with findings that the client does not have."""
        self.news = True
        self._waiting.append(
            types.WorkspaceFullDocumentDiagnosticReport(
                uri=findings.uri,
                items=list(findings.diagnostics),
                version=findings.version,
                result_id=findings.result_id,
            )
        )
        if self._token is not None and len(self._waiting) >= BATCH:
            self._send()

    def flush(self) -> None:
        """Do not let what is found wait for slow files."""
        if self._token is not None and self._waiting:
            self._send()

    def rest(self) -> Reports:
        """What the answer holds: all reports, none where they were sent as partial results."""
        self.flush()
        return self._waiting

    def _send(self) -> None:
        assert self._token is not None
        report = types.WorkspaceDiagnosticReport(self._waiting)
        self._server.progress(types.ProgressParams(self._token, report))
        self._waiting = []


async def _scan(
    server: GroundstateServer,
    params: types.WorkspaceDiagnosticParams,
    previous: Mapping[Path, str],
    uris: Mapping[Path, str],
    reports: _Reports,
) -> None:
    """Add what differs from ``previous``; raises ``Superseded`` when settings or files change on the way."""
    files = await server.workspace_findings.files()
    opened = {snapshot.document.path for snapshot in server.documents}
    for gone in previous.keys() - opened - set(files):
        reports.add(FileFindings(uris[gone], None, (), None))
    reports.flush()
    loop = asyncio.get_running_loop()
    flushed = loop.time()
    with server.progress_shown.scan("Checking the workspace", len(files), params.work_done_token) as scan:
        async with aclosing(server.workspace_findings.differing(files, previous)) as found:
            async for findings in found:
                scan.step()
                if scan.stopped:
                    server.workspace_findings.stop()
                    return
                if findings is not None:
                    reports.add(findings)
                if loop.time() - flushed > SETTLED:
                    flushed = loop.time()
                    reports.flush()


def _interrupted() -> JsonRpcException:
    return JsonRpcException(
        "settings or files changed",
        code=types.LSPErrorCodes.ServerCancelled.value,
        data={"retriggerRequest": True},
    )


HANDLER = InBackground(types.WORKSPACE_DIAGNOSTIC, handle, wanted=lambda client: client.pulls)
