"""A report: the findings of one document."""

from __future__ import annotations

from dataclasses import dataclass

from groundstate.documents import Document
from groundstate.findings import Finding


@dataclass(frozen=True, slots=True)
class Report:
    """The findings of one document in text order, and how many an ignore comment hides."""

    document: Document
    findings: tuple[Finding, ...]
    ignored: int
