"""Outcome: everything one run found, and the places in it as every format gives them.

Lines and columns are counted from 1, columns in characters; an end column is the column after the last character.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from groundstate.discovery import Problem
from groundstate.documents import Document
from groundstate.findings import Finding
from groundstate.report import Report


@dataclass(frozen=True, slots=True)
class Outcome:
    """``reports``: one for each checked file, in the order of their paths. ``model``: hash of the model package."""

    reports: tuple[Report, ...]
    problems: tuple[Problem, ...]
    model: str | None

    def findings(self) -> Iterator[tuple[Document, Finding]]:
        for report in self.reports:
            for finding in report.findings:
                yield report.document, finding

    @property
    def ignored(self) -> int:
        return sum(report.ignored for report in self.reports)

    @property
    def known(self) -> int:
        return sum(report.known for report in self.reports)

    @property
    def elsewhere(self) -> int:
        return sum(report.elsewhere for report in self.reports)


@dataclass(frozen=True, slots=True)
class Place:
    """A range of characters in a file."""

    line: int
    column: int
    end_line: int
    end_column: int


def place_of(document: Document, start: int, end: int) -> Place:
    """Where a byte range lies."""
    return Place(*document.source.display(start), *document.source.display(end))


def shown_path(path: Path) -> str:
    """The path with forward slashes: relative where it is below the working directory, else absolute."""
    absolute = os.path.abspath(path)
    here = os.path.join(os.getcwd(), "")
    return (
        Path(absolute.removeprefix(here)).as_posix()
        if absolute.startswith(here)
        else Path(absolute).as_posix()
    )


def clean(data: bytes) -> str:
    """Text that is safe in a report: no invalid characters."""
    return data.decode("utf-8", "replace")
