"""``textDocument/codeAction``: repairs and ignores of the findings in a range, and the fix of all that is certified."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

from groundstate.lsp.actions import ADD_TO_BASELINE, BASELINE, FIX_ALL, Action, actions_for, replacements_of
from groundstate.lsp.conversion import workspace_edit
from groundstate.lsp.diagnostics import Analysed
from groundstate.lsp.handlers import OnSnapshot
from groundstate.lsp.snapshots import Snapshot

if TYPE_CHECKING:
    from groundstate.lsp.server import GroundstateServer


async def handle(
    server: GroundstateServer, snapshot: Snapshot, params: types.CodeActionParams
) -> list[types.CodeAction]:
    if not server.client.code_actions:
        return []
    asked = params.context.trigger_kind != types.CodeActionTriggerKind.Automatic
    analysed = await (server.analysed(snapshot) if asked else server.settled(snapshot))
    uri = params.text_document.uri
    return [
        await _rendered(server, analysed, action, params)
        for action in actions_for(analysed, uri, params.range, params.context, server.client.encoding)
        if action.disabled is None or server.client.disabled_actions
    ]


async def _rendered(
    server: GroundstateServer, analysed: Analysed, action: Action, params: types.CodeActionParams
) -> types.CodeAction:
    client, snapshot = server.client, analysed.snapshot
    finding = analysed.fingerprints.get(action.fingerprint)
    repaired = [
        item
        for item in params.context.diagnostics
        if finding and analysed.finding_of(params.text_document.uri, item) is finding
    ]
    rendered = types.CodeAction(
        title=action.title,
        kind=action.kind,
        diagnostics=repaired or None,
        is_preferred=True if action.preferred and client.preferred_actions else None,
    )
    if action.disabled is not None:
        rendered.disabled = types.CodeActionDisabled(action.disabled)
    elif client.resolves_actions:
        rendered.data = {"uri": snapshot.uri, "version": snapshot.version, **action.as_data()}
    else:
        await complete(server, rendered, analysed, action)
    return rendered


async def complete(
    server: GroundstateServer, rendered: types.CodeAction, analysed: Analysed, action: Action
) -> None:
    """Add what ``action`` does: an edit, or the command that makes it."""
    snapshot = analysed.snapshot
    if action.operation == BASELINE:
        where = {"uri": snapshot.uri, "fingerprint": action.fingerprint}
        rendered.command = types.Command(action.title, ADD_TO_BASELINE, arguments=[where])
    else:
        replacements = await server.worker.run(lambda: replacements_of(analysed, action))
        rendered.edit = workspace_edit(snapshot, replacements, server.client)


HANDLER = OnSnapshot(
    types.TEXT_DOCUMENT_CODE_ACTION,
    handle,
    options=types.CodeActionOptions(
        code_action_kinds=[types.CodeActionKind.QuickFix, FIX_ALL], resolve_provider=True
    ),
)
