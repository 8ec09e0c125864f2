"""The calls term."""

from __future__ import annotations

from collections.abc import Iterator

from groundstate_energy.terms.view import FileView
from groundstate_energy.terms.violation import Violation


def call_violations(view: FileView) -> Iterator[Violation]:
    yield from ()
