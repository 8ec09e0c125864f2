"""``initialize``: the first message; says what the client can do and where its folders are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

from groundstate.lsp.handlers import OnLoop

if TYPE_CHECKING:
    from groundstate.lsp.server import GroundstateServer


def handle(server: GroundstateServer, params: types.InitializeParams) -> None:
    server.connected(params)
    server.configuration.take(params.initialization_options)


HANDLER = OnLoop(types.INITIALIZE, handle)
