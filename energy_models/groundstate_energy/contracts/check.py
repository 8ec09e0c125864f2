"""The contracts of a file, checked: what the faces call. Nothing of the file is imported or run.

Until a file has a contract, nothing of the prover is imported.
"""

from __future__ import annotations

import atexit
import os
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from groundstate_energy.contracts.budget import Budget
from groundstate_grammars.python.contracts.clauses import FunctionContracts
from groundstate_grammars.python.contracts.reading import read_contracts
from groundstate_grammars.python.parsed import ParsedFile

if TYPE_CHECKING:
    from groundstate_energy.contracts.prover import Prover
    from groundstate_energy.contracts.verdicts import FunctionVerdict

__all__ = ["Budget", "Checker", "check_file", "shared_checker"]


class Checker:
    """Checks files with one prover, and keeps what it concluded of each function."""

    def __init__(self, prover: Prover | None = None) -> None:
        from groundstate_energy.contracts.checked_file import Kept
        from groundstate_energy.contracts.prover import Prover

        self.prover = prover if prover is not None else Prover()
        self._kept = Kept()

    def check_file(
        self,
        parsed: ParsedFile,
        *,
        budget: Budget | None = None,
        wanted: Callable[[FunctionContracts], bool] | None = None,
    ) -> list[FunctionVerdict]:
        """The verdicts of all functions of a file that have a contract, in text order.

        ``wanted``: which of them to check; the others count as not verified where they are relied on. A function with a
        syntax error in it has no verdict.
        """
        contracts = read_contracts(parsed.flat)
        if not contracts:
            return []
        from groundstate_energy.contracts.checked_file import CheckedFile
        from groundstate_energy.contracts.verdicts import conclude

        checked = CheckedFile(parsed, contracts, self.prover, self._kept)
        return conclude(checked.evidence(budget or Budget(), wanted))


_shared: Checker | None = None
_shared_lock = threading.Lock()


def shared_checker() -> Checker:
    """The checker of this process; its prover ends with the process."""
    global _shared
    with _shared_lock:
        if _shared is None:
            _shared = Checker()
            atexit.register(_shared.prover.close)
        return _shared


def _leave_to_parent() -> None:
    """A forked process shares no prover with the one that it came from: they would read each other's answers."""
    global _shared, _shared_lock
    _shared = None
    _shared_lock = threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_leave_to_parent)


def check_file(parsed: ParsedFile, *, budget: Budget | None = None) -> list[FunctionVerdict]:
    """The verdicts of all functions of a file that have a contract, in text order."""
    return shared_checker().check_file(parsed, budget=budget)
