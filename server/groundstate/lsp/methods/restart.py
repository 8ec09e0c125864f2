"""The command ``groundstate.restart``: read files, settings and the model anew, in the same process."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from groundstate.lsp.handlers import Command

if TYPE_CHECKING:
    from groundstate.lsp.server import GroundstateServer


async def handle(server: GroundstateServer, arguments: Sequence[Any]) -> None:
    await server.restart()


HANDLER = Command("groundstate.restart", handle)
