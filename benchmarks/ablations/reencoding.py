"""What re-encoding the best edits (System 2, step 2) is worth, through the product's own engine.

Of units with a known fix: how often the best edit is the right one by System 1, and by the mean of forward and backward
gap of the best ``groundstate_energy.minimiser.KEPT``. Of the same and of unchanged units: how many fixes are found at one
share of alarms, ordered by either gap.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from groundstate_energy.engine import LEARNED_UNITS
from groundstate_energy.features import FileStatistics, NameStatistics
from groundstate_energy.minimiser import Score, ScoredUnit, re_encode, score_units
from groundstate_energy.training.fixes import FixRecord, unit_at
from groundstate_energy.usage import UsageTerm
from groundstate_grammars.python.edited import repair_of
from groundstate_grammars.python.parsed import ParsedFile
from groundstate_grammars.python.units import Unit

SHARES = (0.001, 0.003, 0.01, 0.03, 0.1)
"""Shares of unchanged units that are alarmed about."""


@dataclass(frozen=True, slots=True)
class Looked:
    """A unit's best edit by both systems. ``forward``, ``mean``: minus the gap of each one's best edit, nats;
    ``right_forward``, ``right_mean``: whether it is the fix (False of unchanged units)."""

    repository: str
    forward: float
    mean: float
    right_forward: bool
    right_mean: bool


@dataclass(frozen=True, slots=True)
class Looker:
    """Looks at units with both systems."""

    names: NameStatistics
    usage: UsageTerm
    score: Score

    def unit(self, file: ParsedFile, unit: Unit) -> tuple[ScoredUnit, dict[int, float]] | None:
        """System 1 on a unit, and the gaps of its best edits after re-encoding; None without candidates."""
        statistics = FileStatistics(file, self.names)
        scored = score_units(statistics, [unit], self.usage, self.score)[0]
        if not len(scored.candidates):
            return None
        return scored, re_encode(statistics, scored, scored.best(), self.usage, self.score)

    def fixes(
        self, records: Iterable[FixRecord], parsed: Callable[[FixRecord], ParsedFile]
    ) -> Iterable[Looked]:
        """Units with a known bug whose fix is among the candidates."""
        for record in records:
            file = parsed(record)
            unit = unit_at(file, record.site)
            found = None if unit is None else self.unit(file, unit)
            if found is None:
                continue
            scored, again = found
            target = repair_of(record.before, record.fixed, scored.candidates, record.site)
            if target is not None:
                yield _looked(record.repository, scored, again, target)

    def unchanged(self, repository: str, files: Iterable[ParsedFile]) -> Iterable[Looked]:
        """Functions as they are."""
        for file in files:
            for unit in file.units:
                found = self.unit(file, unit) if unit.kind in LEARNED_UNITS else None
                if found is not None:
                    yield _looked(repository, *found, -1)


def _looked(repository: str, scored: ScoredUnit, again: dict[int, float], target: int) -> Looked:
    best = scored.best(1)[0]
    top = min(again, key=lambda candidate: (again[candidate], candidate))
    return Looked(repository, -float(scored.gaps[best]), -again[top], best == target, top == target)


def recalls(fixes: Sequence[Looked], unchanged: Sequence[Looked]) -> list[tuple[float, float, float]]:
    """(share of alarms, fixes found by the forward gap, fixes found by the mean gap) for each of ``SHARES``."""
    found = []
    for share in SHARES:
        cuts = [
            np.quantile([getattr(one, name) for one in unchanged], 1 - share) for name in ("forward", "mean")
        ]
        found.append(
            (
                share,
                float(np.mean([one.right_forward and one.forward > cuts[0] for one in fixes])),
                float(np.mean([one.right_mean and one.mean > cuts[1] for one in fixes])),
            )
        )
    return found
