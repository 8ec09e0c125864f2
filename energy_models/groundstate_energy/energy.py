"""Energies: a count of hard violations and a sum of soft terms, compared in that order."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Energy:
    """Compared as (hard, soft): no soft gain ever buys a hard violation. ``soft`` is in nats."""

    hard: int
    soft: float

    def __add__(self, other: Energy) -> Energy:
        return Energy(self.hard + other.hard, self.soft + other.soft)

    def __sub__(self, other: Energy) -> Energy:
        return Energy(self.hard - other.hard, self.soft - other.soft)


@dataclass(frozen=True, slots=True)
class TermGap:
    """What one term contributes to an energy gap; ``term`` is its id (``usage``, ``learned``, ``names``, …)."""

    term: str
    gap: Energy


@dataclass(frozen=True, slots=True)
class EnergyGap:
    """Energy after an edit minus energy as written, split by term; below zero the edit fits better."""

    terms: tuple[TermGap, ...]

    @property
    def total(self) -> Energy:
        hard = sum(term.gap.hard for term in self.terms)
        return Energy(hard, sum(term.gap.soft for term in self.terms))
