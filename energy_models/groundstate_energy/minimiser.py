"""Minimisation over the edits of one unit.

System 1 scores all single edits at once; hard terms veto some of the best. Encoding the edited unit again, and taking the
mean of the gap of an edit and of minus that of its way back, was measured and is not done: see
``energy_models/training_records/2026-11-22-ablations``. Deterministic: ties go to the earlier edit in the text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from groundstate_energy.encoding import Window, encode_all
from groundstate_energy.features import FileStatistics
from groundstate_energy.usage import UsageTerm
from groundstate_grammars.python.candidates import CandidateSet
from groundstate_grammars.python.units import Unit
from groundstate_grammars.rules import SOFT_RULES

KEPT = 8
"""Best edits of a unit that are kept."""
TOGETHER = 8_000
"""Candidates from which features are made for the units so far: few enough for a processor's cache."""
DECIMALS = 4
"""Gaps are rounded to this many decimals before they are compared, so that devices agree on the order."""
TYPICAL = 56
"""Tokens of a function of middling length, the geometric mean of the repositories that calibrate."""

Encoded = tuple[CandidateSet, list[Window]]
"""The candidates of a unit and its windows."""
_NONE_KNOWN: Mapping[int, Encoded] = MappingProxyType({})

Score = Callable[[Sequence[Window]], list[NDArray[np.float32]]]
Worth = Callable[[CandidateSet, NDArray[np.float32]], bool]
"""Whether a unit is worth a pass of the network, from its candidates and their gaps by the usage term, ``(candidates,)``."""


@dataclass(frozen=True)
class ScoredUnit:
    """A unit with the gaps of all its candidates, in nats: usage, learned, both ``(candidates,)``."""

    unit: Unit
    candidates: CandidateSet
    usage: NDArray[np.float32]
    learned: NDArray[np.float32]
    gaps: NDArray[np.float64]
    """The sum of both, rounded to ``DECIMALS``."""
    windows: list[Window]
    read: bool = True
    """Whether the network read it; of one that it did not, ``learned`` is 0."""

    @cached_property
    def free_energy(self) -> float:
        """F = log(1 + Σ exp(−ΔE)), in nats."""
        if not len(self.candidates):
            return 0.0
        return float(np.logaddexp(0.0, np.logaddexp.reduce(-self.gaps)))

    def best(self, count: int = KEPT) -> list[int]:
        """Candidates by increasing gap, then text order."""
        gaps = self.gaps
        near = np.arange(len(gaps))
        if count < len(gaps):
            near = np.flatnonzero(gaps <= np.partition(gaps, count - 1)[count - 1])
        start = self.candidates.site_start[self.candidates.candidate_site[near]]
        found: list[int] = near[np.lexsort((near, start, gaps[near]))[:count]].tolist()
        return found

    def rule(self, candidate: int) -> str:
        """Code of the rule a candidate belongs to."""
        return SOFT_RULES[int(self.candidates.site_rule[self.candidates.candidate_site[candidate]])]

    def log_odds(self, candidate: int) -> float:
        """Log-odds that this edit is right, rather than the code as written or any other edit: one softmax's posterior, with
        the prior odds of the unit."""
        score = -float(self.gaps[candidate])
        share = min(score - self.free_energy, -1e-12)
        return share - float(np.log(-np.expm1(share))) + prior(self.unit)


def prior(unit: Unit) -> float:
    """Log-odds of a bug in ``unit`` before it is read, less those of a unit of ``TYPICAL`` tokens.

    Bugs are as frequent in a token of a long function as in one of a short function, and training drew them by function,
    whatever its length.
    """
    return float(np.log(max(len(unit.tokens), 1) / TYPICAL))


@dataclass(frozen=True, slots=True)
class EncodedUnit:
    """A unit with its candidates, their gaps by the usage term, ``(candidates,)``, its windows, and whether the network is
    to read them."""

    unit: Unit
    candidates: CandidateSet
    usage: NDArray[np.float32]
    windows: list[Window]
    is_read: bool

    def scored(self, gaps: Iterator[NDArray[np.float32]]) -> ScoredUnit:
        """The unit with what the network says, of which ``gaps`` has as many items as windows are read."""
        learned = np.zeros(len(self.candidates), np.float32)
        for window in self.windows if self.is_read else ():
            learned[window.candidates] = next(gaps)
        both = np.round(self.usage.astype(np.float64) + learned, DECIMALS)
        return ScoredUnit(self.unit, self.candidates, self.usage, learned, both, self.windows, self.is_read)


def encode_units(
    statistics: FileStatistics,
    units: Sequence[Unit],
    usage: UsageTerm,
    known: Mapping[int, Encoded] = _NONE_KNOWN,
    proceed: Callable[[], None] = lambda: None,
    worth: Worth = lambda candidates, counted: True,
) -> list[EncodedUnit]:
    """All of System 1 that needs no network. Units may have no candidates.

    ``known``: what need not be made again, by the node of its unit. ``proceed``: called before each unit. ``worth``: of
    which units the network is asked.
    """
    encoded: dict[int, Encoded] = {}
    pending: list[tuple[Unit, CandidateSet]] = []
    count = 0

    def encode_pending() -> None:
        for (unit, candidates), windows in zip(pending, encode_all(statistics, pending), strict=True):
            encoded[unit.node] = candidates, windows
        pending.clear()

    for unit in units:
        proceed()
        if unit.node in known:
            encoded[unit.node] = known[unit.node]
            continue
        candidates = statistics.file.candidates.of(unit)
        if not len(candidates):
            encoded[unit.node] = candidates, []
            continue
        pending.append((unit, candidates))
        count += len(candidates)
        if count >= TOGETHER or statistics.edited:
            encode_pending()
            count = 0
    if pending:
        encode_pending()
    found = []
    for unit in units:
        candidates, windows = encoded[unit.node]
        counted = np.zeros(len(candidates), np.float32)
        for window in windows:
            counted[window.candidates] = usage.gaps(window.features, window.site_rule[window.candidate_site])
        is_read = bool(len(counted)) and worth(candidates, counted)
        found.append(EncodedUnit(unit, candidates, counted, windows, is_read))
    return found


def score_units(
    statistics: FileStatistics, units: Sequence[Unit], usage: UsageTerm, score: Score
) -> list[ScoredUnit]:
    """System 1: gaps of every single edit of every unit, one batch of forward passes. Units may have no candidates."""
    encoded = encode_units(statistics, units, usage)
    gaps = iter(score(to_read(encoded)))
    return [unit.scored(gaps) for unit in encoded]


def to_read(encoded: Iterable[EncodedUnit]) -> list[Window]:
    """The windows that the network is to read, in the order in which ``scored`` takes their gaps."""
    return [window for unit in encoded if unit.is_read for window in unit.windows]
