"""``textDocument/codeAction``: repairs and ignores of the findings in a range, and the fix of all that is certified."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

from groundstate.lsp.actions import FIX_ALL, Action, actions_for, replacements_of
from groundstate.lsp.conversion import workspace_edit
from groundstate.lsp.diagnostics import Analysed
from groundstate.lsp.handlers import OnSnapshot
from groundstate.lsp.open_documents import Snapshot

if TYPE_CHECKING:
    from groundstate.lsp.server import GroundstateServer


async def handle(
    server: GroundstateServer, snapshot: Snapshot, params: types.CodeActionParams
) -> list[types.CodeAction]:
    if not server.client.code_actions:
        return []
    analysed = await server.analysed(snapshot)
    return [
        await _rendered(server, analysed, action, params)
        for action in actions_for(analysed, params.range, params.context, server.client.encoding)
    ]


async def _rendered(
    server: GroundstateServer, analysed: Analysed, action: Action, params: types.CodeActionParams
) -> types.CodeAction:
    client, snapshot = server.client, analysed.snapshot
    finding = analysed.fingerprints.get(action.fingerprint)
    repaired = [
        item for item in params.context.diagnostics if finding and analysed.finding_of(item) is finding
    ]
    rendered = types.CodeAction(
        title=action.title,
        kind=action.kind,
        diagnostics=repaired or None,
        is_preferred=True if action.preferred and client.preferred_actions else None,
    )
    if client.resolves_edits:
        rendered.data = {"uri": snapshot.uri, "version": snapshot.version, **action.as_data()}
    else:
        replacements = await server.worker.run(lambda: replacements_of(analysed, action))
        rendered.edit = workspace_edit(snapshot, replacements, client)
    return rendered


HANDLER = OnSnapshot(
    types.TEXT_DOCUMENT_CODE_ACTION,
    handle,
    options=types.CodeActionOptions(
        code_action_kinds=[types.CodeActionKind.QuickFix, FIX_ALL], resolve_provider=True
    ),
)
