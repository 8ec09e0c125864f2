"""A report: the findings of one document."""

from __future__ import annotations

from dataclasses import dataclass

from groundstate.documents import Document
from groundstate.findings import Finding


@dataclass(frozen=True, slots=True)
class UnitEnergy:
    """A unit (byte range) and its free energy in nats."""

    name: str
    start: int
    end: int
    free_energy: float


@dataclass(frozen=True, slots=True)
class Report:
    """The findings of one document in text order, and how many are not among them.

    ``ignored``: hidden by an ignore comment. ``known``: in the baseline. ``elsewhere``: on lines that did not change.
    ``energies``: of the examined units in text order; none where the report comes from a cache.
    """

    document: Document
    findings: tuple[Finding, ...]
    ignored: int
    known: int = 0
    elsewhere: int = 0
    energies: tuple[UnitEnergy, ...] = ()
