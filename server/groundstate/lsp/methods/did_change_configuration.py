"""``workspace/didChangeConfiguration``: settings changed; some clients send them along, most want to be asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

from groundstate.lsp.handlers import InBackground

if TYPE_CHECKING:
    from groundstate.lsp.server import GroundstateServer


async def handle(server: GroundstateServer, params: types.DidChangeConfigurationParams) -> None:
    server.configuration.take(params.settings)
    await server.configuration.refresh()


HANDLER = InBackground(types.WORKSPACE_DID_CHANGE_CONFIGURATION, handle)
