"""Ways out of a function, loop or try."""

from __future__ import annotations

from dataclasses import dataclass, field

from groundstate_energy.contracts.core import Range
from groundstate_energy.contracts.symbolic.state import State
from groundstate_energy.contracts.symbols import Sym


@dataclass(slots=True)
class Exit:
    """How a path left. ``exception`` empty: it returned ``value``. The rest is as in ``Event``."""

    state: State
    value: Sym | None
    exception: str
    at: Range
    exact: bool = True
    raised: bool = False
    kind: str = "trap"
    clause: int = -1


@dataclass(slots=True)
class Frame:
    """Exits of the function, loop or try that is executed."""

    exits: list[Exit] = field(default_factory=list)
    breaks: list[State] = field(default_factory=list)
    continues: list[State] = field(default_factory=list)
