"""How much the check of one function may cost."""

from __future__ import annotations

from dataclasses import dataclass

RUNS = 3_000
"""Of the interpreter."""
UNITS = 8_000_000
"""z3's resource units: about three seconds."""


@dataclass(frozen=True, slots=True)
class Budget:
    """How much one function may cost.

    Attributes:
        runs: of the interpreter.
        units: of z3; 0 tries no proof. Both give the same verdict on every machine.
        seconds: of the processor, after which z3 is given up whatever it has spent: for a solver that does not count.
    """

    runs: int = RUNS
    units: int = UNITS
    seconds: float = 6.0
