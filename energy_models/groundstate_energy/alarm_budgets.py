"""What alarm budgets and probabilities are numbers of. Imports nothing: reports name these."""

from __future__ import annotations

ALARM_LINES = {"strict": 10_000, "default": 2_000, "explore": 200}
"""Lines of unchanged code in which each sensitivity raises at most one false alarm."""
UNITS_TO_A_BUG = 1_000
"""Units of which one has a bug, of any rule, where probabilities are right (Habib and Pradel 2018 give this order of
magnitude)."""
