"""``textDocument/diagnostic``: the client pulls the findings of a document."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from lsprotocol import types
from pygls.exceptions import JsonRpcException

from groundstate.lsp.cancellation import Superseded
from groundstate.lsp.diagnostics import Analysed
from groundstate.lsp.handlers import OnSnapshot
from groundstate.lsp.snapshots import Snapshot
from groundstate.lsp.text_changes import path_of

if TYPE_CHECKING:
    from groundstate.lsp.server import GroundstateServer


async def handle(
    server: GroundstateServer, snapshot: Snapshot, params: types.DocumentDiagnosticParams
) -> types.DocumentDiagnosticReport:
    await server.ready.wait()
    if server.waits_for_save(snapshot):
        raise JsonRpcException(
            "the document is checked when it is saved",
            code=types.LSPErrorCodes.ServerCancelled.value,
            data={"retriggerRequest": False},
        )
    await asyncio.sleep(server.pause(snapshot))
    if server.client.refreshes:
        first = await server.analyses.first(snapshot)
        if first is not None:
            server.show_completed(first)
            return _report(first, params)
    return _report(await server.analysed(snapshot), params)


def _report(analysed: Analysed, params: types.DocumentDiagnosticParams) -> types.DocumentDiagnosticReport:
    if params.previous_result_id == analysed.result_id:
        return types.RelatedUnchangedDocumentDiagnosticReport(result_id=analysed.result_id)
    return types.RelatedFullDocumentDiagnosticReport(
        items=analysed.of(params.text_document.uri), result_id=analysed.result_id
    )


async def of_closed(
    server: GroundstateServer, params: types.DocumentDiagnosticParams
) -> types.RelatedFullDocumentDiagnosticReport:
    """A file that is not open has findings where the whole workspace has; some clients ask one last time."""
    try:
        findings = await server.workspace_findings.of(path_of(params.text_document.uri))
    except Superseded:
        raise ask_again() from None
    if findings is None:
        return types.RelatedFullDocumentDiagnosticReport(items=[])
    return types.RelatedFullDocumentDiagnosticReport(
        items=list(findings.diagnostics), result_id=findings.result_id
    )


def ask_again() -> JsonRpcException:
    """The findings of an old text are of no use, and the client should not keep none."""
    return JsonRpcException(
        "the document changed",
        code=types.LSPErrorCodes.ServerCancelled.value,
        data={"retriggerRequest": True},
    )


HANDLER = OnSnapshot(
    types.TEXT_DOCUMENT_DIAGNOSTIC,
    handle,
    absent=of_closed,
    stale=ask_again,
    wanted=lambda client: client.pulls,
)
