"""``textDocument/codeLens``: what became of each function's contract; the free energy too, for users who want it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

from groundstate.lsp.cancellation import Token
from groundstate.lsp.contract_text import lens_title
from groundstate.lsp.handlers import OnSnapshot
from groundstate.lsp.methods.show_energy import SHOW_ENERGY
from groundstate.lsp.snapshots import Snapshot
from groundstate.report import UnitEnergy
from groundstate_grammars.python.contracts.reading import may_have_contracts
from groundstate_grammars.python.units import MODULE_NAME

if TYPE_CHECKING:
    from groundstate.lsp.server import GroundstateServer


async def handle(
    server: GroundstateServer, snapshot: Snapshot, params: types.CodeLensParams
) -> list[types.CodeLens] | None:
    await server.ready.wait()
    shows_energies = server.configuration.of(snapshot.document.path).code_lens
    if not shows_energies and not may_have_contracts(snapshot.document.data):
        return None
    analysed = await server.settled(snapshot)
    source, encoding = snapshot.source, server.client.encoding
    uri = params.text_document.uri
    lenses = [
        types.CodeLens(
            snapshot.range_of(status.start, status.end, encoding), types.Command(lens_title(status), "")
        )
        for status in analysed.report.contracts
    ]
    for unit in await _energies(server, snapshot) if shows_energies else ():
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


async def _energies(server: GroundstateServer, snapshot: Snapshot) -> tuple[UnitEnergy, ...]:
    token = Token()
    try:
        return await server.worker.run(lambda: server.examination.energies(snapshot, token))
    finally:
        token.cancel()


HANDLER = OnSnapshot(
    types.TEXT_DOCUMENT_CODE_LENS,
    handle,
    options=types.CodeLensOptions(),
    wanted=lambda client: client.code_lenses,
)
