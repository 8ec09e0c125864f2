"""Minimisation over the edits of one unit.

System 1 scores all single edits at once; hard terms veto some of the best. Encoding the edited unit again, and taking the
mean of the gap of an edit and of minus that of its way back, was measured and is not done: see
``energy_models/training_records/2026-11-22-ablations``. Deterministic: ties go to the earlier edit in the text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache, partial
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from groundstate_energy.encoding import Window, windows_of
from groundstate_energy.features import FileStatistics, usage_features
from groundstate_energy.usage import UsageTerm
from groundstate_grammars.python.candidates import CandidateSet
from groundstate_grammars.python.units import Unit
from groundstate_grammars.rules import SOFT_RULES

KEPT = 8
"""Best edits of a unit that are kept."""
TOGETHER = 2_500
"""Tokens of units whose candidates and features are made at once, some 8,000 candidates: few enough for a processor's
cache."""
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
    """What the network read."""
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
    return _prior(len(unit.tokens))


@lru_cache(maxsize=4096)
def _prior(tokens: int) -> float:
    return float(np.log(max(tokens, 1) / TYPICAL))


@dataclass(frozen=True)
class EncodedUnit:
    """A unit with its candidates, their gaps by the usage term, ``(candidates,)``, whether the network is to read them, and
    what makes its windows when they are asked for."""

    unit: Unit
    candidates: CandidateSet
    usage: NDArray[np.float32]
    is_read: bool
    encode: Callable[[], list[Window]]

    @cached_property
    def windows(self) -> list[Window]:
        """Few units are read, and of the others nobody asks but who remembers them."""
        return self.encode()

    def scored(self, gaps: Iterator[NDArray[np.float32]]) -> ScoredUnit:
        """The unit with what the network says, of which ``gaps`` has as many items as windows are read."""
        learned = np.zeros(len(self.candidates), np.float32)
        read = self.windows if self.is_read else []
        for window in read:
            learned[window.candidates] = next(gaps)
        both = np.round(self.usage.astype(np.float64) + learned, DECIMALS)
        return ScoredUnit(self.unit, self.candidates, self.usage, learned, both, read, self.is_read)


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
    found: dict[int, EncodedUnit] = {}

    def take(
        unit: Unit, candidates: CandidateSet, counted: NDArray[np.float32], encode: Callable[[], list[Window]]
    ) -> None:
        is_read = bool(len(counted)) and worth(candidates, counted)
        found[unit.node] = taken = EncodedUnit(unit, candidates, counted, is_read, encode)
        if is_read:
            _ = taken.windows

    def encode_part(pending: Sequence[tuple[Unit, CandidateSet]]) -> None:
        if not pending:
            return
        sets = [candidates for _, candidates in pending]
        features, occurrence = usage_features(statistics, sets)
        rules = np.concatenate([candidates.site_rule[candidates.candidate_site] for candidates in sets])
        counted = usage.gaps(features, rules)
        first = 0
        for unit, candidates in pending:
            own = slice(first, first + len(candidates))
            take(
                unit,
                candidates,
                counted[own],
                partial(windows_of, statistics, unit, candidates, features[own], occurrence[own]),
            )
            first += len(candidates)

    for part in in_parts(units, 1 if statistics.edited else TOGETHER):
        new = [unit for unit in part if unit.node not in known]
        sets = statistics.file.candidates.of_all(new, proceed)
        encode_part([(unit, own) for unit, own in zip(new, sets, strict=True) if len(own)])
        for unit, own in zip(new, sets, strict=True):
            if not len(own):
                take(unit, own, np.zeros(0, np.float32), list)
    for unit in units:
        if unit.node in known:
            proceed()
            candidates, windows = known[unit.node]
            counted = np.zeros(len(candidates), np.float32)
            for window in windows:
                counted[window.candidates] = usage.gaps(
                    window.features, window.site_rule[window.candidate_site]
                )
            take(unit, candidates, counted, partial(list, windows))
    return [found[unit.node] for unit in units]


def in_parts(units: Sequence[Unit], tokens: int) -> Iterator[Sequence[Unit]]:
    """The units in their order, so many at once as have ``tokens`` tokens together, the last of them whole."""
    first = count = 0
    for stop, unit in enumerate(units, 1):
        count += len(unit.tokens)
        if count >= tokens:
            yield units[first:stop]
            first, count = stop, 0
    if first < len(units):
        yield units[first:]


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
