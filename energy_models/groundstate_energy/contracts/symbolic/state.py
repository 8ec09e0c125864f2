"""What symbolic execution knows at a point: names and lists under a condition."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from groundstate_energy.contracts.core import Range
from groundstate_energy.contracts.symbols import ListObject, Sym, Term


@dataclass(slots=True)
class State:
    """Where an execution is: under which condition, with which values and lists."""

    condition: Term
    names: dict[str, Sym]
    heap: dict[int, ListObject]

    def copy(self) -> State:
        return State(self.condition, dict(self.names), dict(self.heap))


@dataclass(frozen=True, slots=True)
class Event:
    """An exception that an expression may raise, or (``exception`` empty) what holds once it is evaluated.

    ``exact``: the exception is raised exactly under the condition, not only at most. ``raised``: by a ``raise`` statement.
    ``kind``: trap, callee (a precondition of what is called) or assume.
    """

    condition: Term
    exception: str
    at: Range
    exact: bool = True
    raised: bool = False
    kind: str = "trap"
    clause: int = -1


@dataclass(frozen=True, slots=True)
class Iteration:
    """What is gone through: known ``items``, or ``item(j)`` for ``low <= j < high``."""

    items: tuple[Sym, ...] | None
    low: Term
    high: Term
    item: Callable[[Term], Sym]


@dataclass(slots=True)
class Binder:
    """A bound variable's ``domain``, narrowed by what is known where it is used."""

    domain: Term
