"""Cooperative cancellation: the loop sets a token, the worker thread stops at its next checkpoint."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

from groundstate.analysis import Engine, HardTerms, UnitResult
from groundstate_energy.terms import Violation
from groundstate_grammars.edits import Replacement
from groundstate_grammars.project import ProjectFacts
from groundstate_grammars.python.parsed import ParsedFile
from groundstate_grammars.python.units import Unit


class Superseded(Exception):
    """The work is not wanted any more: its document changed or was closed, or nobody waits for it."""


class Token:
    """Set once, from any thread."""

    def __init__(self) -> None:
        self._event = threading.Event()

    def cancel(self) -> None:
        self._event.set()

    @property
    def cancelled(self) -> bool:
        return self._event.is_set()

    def check(self) -> None:
        """Raises ``Superseded`` once the token is cancelled."""
        if self._event.is_set():
            raise Superseded


class _CheckedTerms:
    """Hard terms that are asked nothing more once the token is cancelled."""

    def __init__(self, hard: HardTerms, token: Token) -> None:
        self._hard = hard
        self._token = token

    @property
    def violations(self) -> Sequence[Violation]:
        self._token.check()
        return self._hard.violations

    def allows(self, replacements: tuple[Replacement, ...]) -> bool:
        self._token.check()
        return self._hard.allows(replacements)


class CancellableEngine:
    """An engine that stops at the next veto, unit or pass of the network once the token is cancelled."""

    def __init__(self, engine: Engine, token: Token) -> None:
        self._engine = engine
        self._token = token

    def examine(
        self,
        file: ParsedFile,
        facts: ProjectFacts | None,
        *,
        hard: HardTerms | None,
        level: str,
        proceed: Callable[[], None] = lambda: None,
    ) -> Sequence[UnitResult]:
        def going() -> None:
            self._token.check()
            proceed()

        going()
        checked = None if hard is None else _CheckedTerms(hard, self._token)
        return self._engine.examine(file, facts, hard=checked, level=level, proceed=going)

    def examine_edited(
        self,
        file: ParsedFile,
        unit: Unit,
        replacements: Sequence[Replacement],
        *,
        moved: int,
        hard: HardTerms,
        level: str,
        proceed: Callable[[], None] = lambda: None,
    ) -> Sequence[UnitResult] | None:
        def going() -> None:
            self._token.check()
            proceed()

        going()
        checked = _CheckedTerms(hard, self._token)
        return self._engine.examine_edited(
            file, unit, replacements, moved=moved, hard=checked, level=level, proceed=going
        )

    def landscape(
        self, file: ParsedFile, facts: ProjectFacts | None, at: int, *, most: int
    ) -> UnitResult | None:
        self._token.check()
        return self._engine.landscape(file, facts, at, most=most)
