"""Findings: what the analysis concludes, computed once and rendered by every face."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from groundstate.settings import SENSITIVITIES
from groundstate_energy.energy import EnergyGap
from groundstate_grammars.edits import Replacement


class Severity(enum.Enum):
    """How loudly a finding is shown. Rules without enough calibration samples stay hints."""

    ERROR = "error"
    WARNING = "warning"
    HINT = "hint"


@dataclass(frozen=True, slots=True)
class Repair:
    """One to five replacements that lower the energy, and by how much.

    ``checked``: the repaired text parses and no hard term of the whole file got worse.
    ``certified``: the rule's auto-fix precision is certified by the model package; only such repairs join fix-all.
    ``verified``: the repaired function was proved to keep its contract, which nothing else in the file keeps less for it.
    ``budget``: the quietest sensitivity that shows it; in test code it takes the next louder one.
    """

    title: str
    replacements: tuple[Replacement, ...]
    gap: EnergyGap
    checked: bool
    certified: bool
    budget: str = "strict"
    verified: bool = False


@dataclass(frozen=True, slots=True)
class Evidence:
    """A place (byte range in the same file) and why it matters."""

    start: int
    end: int
    message: str


@dataclass(frozen=True, slots=True)
class Finding:
    """A site, a rule, the gap of its best repair, the calibrated probability, the repairs, the evidence.

    ``start``, ``end``: byte range in the file's text. ``probability`` is None for hard rules (they are exact).
    ``fingerprint`` is stable when lines move.
    """

    rule: str
    start: int
    end: int
    message: str
    severity: Severity
    gap: EnergyGap | None
    probability: float | None
    repairs: tuple[Repair, ...]
    evidence: tuple[Evidence, ...]
    fingerprint: str

    @property
    def budget(self) -> str:
        """The quietest sensitivity that shows the finding, in test code the one before it; findings of hard rules are shown
        at all of them."""
        if self.probability is None:
            return SENSITIVITIES[0]
        return min((repair.budget for repair in self.repairs), key=SENSITIVITIES.index)
