"""The energy landscape of a unit: its candidate edits, and how its free energy is spread over its tokens.

Computed once here; the command line and editors render it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from groundstate.analysis import Engine, ScoredEdit, Unit, Workspace
from groundstate.documents import MOST_BYTES, Document

MOST_EDITS = 500
"""Edits that the heat is summed over, the best first; what the others would add is not to be seen."""

LEAST_HEAT = 0.001
"""Tokens with less are left out."""


@dataclass(frozen=True, slots=True)
class Heat:
    """A token (byte range) and the probability, before calibration, that an edit of it is right."""

    start: int
    end: int
    heat: float


@dataclass(frozen=True, slots=True)
class Landscape:
    """A unit, its free energy in nats, its best edits in the order of their gaps, and its warm tokens in text order."""

    unit: Unit
    free_energy: float
    edits: tuple[ScoredEdit, ...]
    heats: tuple[Heat, ...]

    @property
    def terms(self) -> tuple[str, ...]:
        """Names of the terms that the gaps are made of."""
        return tuple(term.term for term in self.edits[0].gap.terms) if self.edits else ()


def landscape(document: Document, workspace: Workspace, engine: Engine, at: int) -> Landscape | None:
    """The landscape of the innermost unit around byte ``at``; None where nothing can be edited, or in no text.

    The heat of a token is Σ exp(−ΔE) / exp(F) over the edits that touch it: its share of the one softmax over the code
    as written and all edits. What hard terms say of an edit is not in it.
    """
    if document.not_text_at is not None or len(document.data) > MOST_BYTES:
        return None
    result = engine.landscape(document.parsed, workspace.facts, at, most=MOST_EDITS)
    if result is None:
        return None
    heats: dict[tuple[int, int], float] = {}
    for edit in result.edits:
        share = math.exp(min(-edit.gap.total.soft - result.free_energy, 0.0))
        replaced = {(item.start, item.end) for item in edit.edit.replacements if item.end > item.start}
        for place in replaced or {(edit.start, edit.end)}:
            heats[place] = heats.get(place, 0.0) + share
    return Landscape(
        result.unit,
        result.free_energy,
        tuple(result.edits),
        tuple(
            Heat(start, end, round(min(heat, 1.0), 4))
            for (start, end), heat in sorted(heats.items())
            if heat >= LEAST_HEAT
        ),
    )
