"""The command ``groundstate.showEnergy``: the energy landscape of the unit around a position, for a client to draw."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from lsprotocol import types
from pygls.exceptions import JsonRpcInvalidParams

from groundstate.engine_loading import EngineError
from groundstate.landscape import Landscape
from groundstate.lsp.cancellation import Superseded, Token
from groundstate.lsp.handlers import Command, content_modified
from groundstate.lsp.landscape_json import landscape_json

if TYPE_CHECKING:
    from groundstate.lsp.server import GroundstateServer

SHOW_ENERGY = "groundstate.showEnergy"


async def handle(server: GroundstateServer, arguments: Sequence[Any]) -> dict[str, object] | None:
    """The landscape as JSON; null where no unit is, ``{"reason": …}`` where there are no energies."""
    uri, position = _place(arguments)
    snapshot = server.documents.get(uri)
    if snapshot is None or not snapshot.is_python:
        return None
    part = snapshot.part(uri)
    if part is None:
        return None
    at = part.offset(position, server.client.encoding)
    await server.ready.wait()

    def job() -> Landscape | None:
        if server.documents.get(uri) is not snapshot:
            raise Superseded
        return server.examination.landscape(snapshot, at, Token())

    try:
        found = await server.worker.run(job)
    except EngineError as error:
        return {"reason": str(error)}
    except Superseded:
        raise content_modified() from None
    if server.documents.get(uri) is not snapshot:
        raise content_modified()
    return None if found is None else landscape_json(found, snapshot, part, server.client.encoding)


def _place(arguments: Sequence[Any]) -> tuple[str, types.Position]:
    """The document and position that the client names."""
    match arguments:
        case [Mapping() as table]:
            match {"uri": table.get("uri"), "position": table.get("position")}:
                case {"uri": str(uri), "position": {"line": int(line), "character": int(character)}}:
                    return uri, types.Position(max(line, 0), max(character, 0))
    raise JsonRpcInvalidParams('write [{"uri": …, "position": {"line": …, "character": …}}]')


HANDLER = Command(SHOW_ENERGY, handle)
