"""An energy landscape as the JSON that ``groundstate.showEnergy`` answers."""

from __future__ import annotations

from lsprotocol import types

from groundstate.analysis import ScoredEdit, repair_title
from groundstate.landscape import Landscape
from groundstate.lsp.snapshots import Part, Snapshot
from groundstate_grammars.rules import RULES
from groundstate_grammars.text import PositionEncoding, decode

MOST_EDITS = 50
"""Edits that are sent."""


def landscape_json(
    found: Landscape, snapshot: Snapshot, part: Part, encoding: PositionEncoding
) -> dict[str, object]:
    """``found`` with its places in the client's terms, counted in its document ``part``."""

    def place(start: int, end: int) -> types.Range:
        return snapshot.range_of(start, end, encoding)

    def edit(scored: ScoredEdit) -> dict[str, object]:
        total = scored.gap.total
        return {
            "rule": scored.edit.rule,
            "name": RULES[scored.edit.rule].name,
            "title": repair_title(snapshot.document.data, scored.edit.replacements),
            "range": place(scored.start, scored.end),
            "gap": {
                "hard": total.hard,
                "soft": round(total.soft, 4),
                "terms": {term.term: term.gap.soft for term in scored.gap.terms},
            },
            "probability": round(scored.probability, 6),
            "replacements": [
                {"range": place(item.start, item.end), "newText": decode(item.new)}
                for item in scored.edit.replacements
            ],
        }

    return {
        "uri": part.uri,
        "version": part.version,
        "unit": {"name": found.unit.qualname, "range": place(found.unit.start, found.unit.end)},
        "freeEnergy": round(found.free_energy, 4),
        "terms": list(found.terms),
        "tokens": [
            {"range": place(item.start, item.end), "heat": item.heat}
            for item in found.heats
            if part.start <= item.start <= part.end
        ],
        "edits": [edit(scored) for scored in found.edits[:MOST_EDITS]],
    }
