"""``textDocument/inlayHint``: the best repair behind each finding, for users who want it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

from groundstate.energy_words import energy_in_words, gap_in_words
from groundstate.findings import Repair
from groundstate.lsp.handlers import OnSnapshot
from groundstate.lsp.snapshots import Snapshot
from groundstate_grammars.text import decode

if TYPE_CHECKING:
    from groundstate.lsp.server import GroundstateServer

MOST_CHARACTERS = 30
"""Of a replacement, before it is cut."""


async def handle(
    server: GroundstateServer, snapshot: Snapshot, params: types.InlayHintParams
) -> list[types.InlayHint] | None:
    await server.ready.wait()
    if not server.configuration.of(snapshot.document.path).inlay_hints:
        return None
    analysed = await server.settled(snapshot)
    encoding = server.client.encoding
    first, last = snapshot.offsets(params.text_document.uri, params.range, encoding)
    hints = []
    for finding in analysed.report.findings:
        if not finding.repairs or not first <= finding.end <= last:
            continue
        repair = finding.repairs[0]
        edits = [
            types.TextEdit(snapshot.range_of(item.start, item.end, encoding), decode(item.new))
            for item in repair.replacements
        ]
        hints.append(
            types.InlayHint(
                position=snapshot.range_of(finding.start, finding.end, encoding).end,
                label=_label(repair),
                text_edits=edits if repair.checked else None,
                tooltip=f"{finding.rule}: {repair.title}, {gap_in_words(repair.gap)}",
                padding_left=True,
            )
        )
    return hints


def _label(repair: Repair) -> str:
    energy = f"ΔE {energy_in_words(repair.gap.total)}"
    if len(repair.replacements) != 1 or not repair.replacements[0].new.strip():
        return f"{repair.title}, {energy}"
    new = " ".join(decode(repair.replacements[0].new).split())
    return f"→ {new if len(new) <= MOST_CHARACTERS else new[: MOST_CHARACTERS - 1] + '…'}, {energy}"


HANDLER = OnSnapshot(
    types.TEXT_DOCUMENT_INLAY_HINT,
    handle,
    options=types.InlayHintOptions(),
    wanted=lambda client: client.inlay_hints,
)
