"""``codeAction/resolve``: the edit or command of an action that the user is about to apply."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types
from pygls.exceptions import JsonRpcInvalidParams

from groundstate.lsp.actions import action_from_data
from groundstate.lsp.handlers import OnSnapshot, content_modified
from groundstate.lsp.methods.code_action import complete
from groundstate.lsp.snapshots import Snapshot

if TYPE_CHECKING:
    from groundstate.lsp.server import GroundstateServer


async def handle(server: GroundstateServer, snapshot: Snapshot, params: types.CodeAction) -> types.CodeAction:
    action = action_from_data(params)
    if action is None or not isinstance(params.data, dict):
        raise JsonRpcInvalidParams("this is no action of groundstate's")
    if params.data.get("version") != snapshot.version:
        raise content_modified()
    analysed = await server.analysed(snapshot)
    await complete(server, params, analysed, action)
    return params


async def closed(server: GroundstateServer, params: types.CodeAction) -> types.CodeAction:
    raise content_modified()


HANDLER = OnSnapshot(types.CODE_ACTION_RESOLVE, handle, absent=closed)
