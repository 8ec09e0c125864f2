"""``textDocument/codeLens``: the free energy above each function, for users who want it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

from groundstate.lsp.handlers import OnSnapshot
from groundstate.lsp.methods.show_energy import SHOW_ENERGY
from groundstate.lsp.snapshots import Snapshot
from groundstate_grammars.python.units import MODULE_NAME

if TYPE_CHECKING:
    from groundstate.lsp.server import GroundstateServer


async def handle(
    server: GroundstateServer, snapshot: Snapshot, params: types.CodeLensParams
) -> list[types.CodeLens] | None:
    await server.ready.wait()
    if not server.configuration.of(snapshot.document.path).code_lens:
        return None
    analysed = await server.analysed(snapshot)
    source, encoding = snapshot.source, server.client.encoding
    lenses = []
    uri = params.text_document.uri
    for unit in analysed.report.energies:
        if unit.name == MODULE_NAME or snapshot.location(unit.start, unit.start, encoding).uri != uri:
            continue
        inside = [item for item in analysed.report.findings if unit.start <= item.start < unit.end]
        count = f", {len(inside)} finding{'' if len(inside) == 1 else 's'}" if inside else ""
        end = source.line_end(source.line_of(unit.start))
        place = snapshot.range_of(unit.start, max(unit.start, end), encoding)
        where = {"uri": uri, "position": place.start}
        title = f"free energy {unit.free_energy:.2f}{count}"
        lenses.append(types.CodeLens(place, types.Command(title, SHOW_ENERGY, arguments=[where])))
    return lenses


HANDLER = OnSnapshot(
    types.TEXT_DOCUMENT_CODE_LENS,
    handle,
    options=types.CodeLensOptions(),
    wanted=lambda client: client.code_lenses,
)
