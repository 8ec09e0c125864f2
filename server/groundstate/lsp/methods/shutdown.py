"""``shutdown``: stop all work; ``exit`` comes next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

from groundstate.lsp.handlers import OnLoop

if TYPE_CHECKING:
    from groundstate.lsp.server import GroundstateServer


def handle(server: GroundstateServer, params: None) -> None:
    server.analyses.outdated()
    server.exit_code = 0


HANDLER = OnLoop(types.SHUTDOWN, handle)
