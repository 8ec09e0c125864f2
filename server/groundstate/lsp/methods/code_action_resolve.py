"""``codeAction/resolve``: the edit of an action that the user is about to apply."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types
from pygls.exceptions import JsonRpcInvalidParams

from groundstate.lsp.actions import action_from_data, replacements_of
from groundstate.lsp.conversion import workspace_edit
from groundstate.lsp.handlers import OnSnapshot, content_modified
from groundstate.lsp.open_documents import Snapshot

if TYPE_CHECKING:
    from groundstate.lsp.server import GroundstateServer


async def handle(server: GroundstateServer, snapshot: Snapshot, params: types.CodeAction) -> types.CodeAction:
    action = action_from_data(params)
    if action is None or not isinstance(params.data, dict):
        raise JsonRpcInvalidParams("this is no action of groundstate's")
    if params.data.get("version") != snapshot.version:
        raise content_modified()
    analysed = await server.analysed(snapshot)
    replacements = await server.worker.run(lambda: replacements_of(analysed, action))
    params.edit = workspace_edit(snapshot, replacements, server.client)
    return params


async def closed(server: GroundstateServer, params: types.CodeAction) -> types.CodeAction:
    raise content_modified()


HANDLER = OnSnapshot(types.CODE_ACTION_RESOLVE, handle, absent=closed)
