"""``$/setTrace``: the client wants to be told more, or less, of what the server does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

from groundstate.lsp.handlers import OnLoop

if TYPE_CHECKING:
    from groundstate.lsp.server import GroundstateServer


def handle(server: GroundstateServer, params: types.SetTraceParams) -> None:
    server.trace(params.value)


HANDLER = OnLoop(types.SET_TRACE, handle)
