"""Energies in words, the same in a terminal and in an editor."""

from __future__ import annotations

from groundstate_energy.alarm_budgets import ALARM_LINES, UNITS_TO_A_BUG
from groundstate_energy.energy import Energy, EnergyGap


def gap_in_words(gap: EnergyGap) -> str:
    """The gap and its parts, as in ``ΔE −4.21 (usage −0.30, learned −3.91)``."""
    parts = ", ".join(f"{term.term} {energy_in_words(term.gap)}" for term in gap.terms)
    return f"ΔE {energy_in_words(gap.total)}" + (f" ({parts})" if parts else "")


def energy_in_words(energy: Energy) -> str:
    """Hard violations where there are any, and nats."""
    parts = []
    if energy.hard:
        parts.append(f"{energy.hard:+d} violation{'' if abs(energy.hard) == 1 else 's'}")
    if energy.soft or not energy.hard:
        parts.append(f"{energy.soft:+.2f}")
    return ", ".join(parts).replace("-", "−")


def probability_in_words(probability: float) -> str:
    """``probability 0.12``, with more digits where it is small, for most are; below 0.0001 all are alike."""
    digits = 2 if probability >= 0.1 else 4
    shown = f"{probability:.{digits}f}" if probability >= 0.00005 else "below 0.0001"
    return f"probability {shown}"


def alarms_in_words(sensitivity: str) -> str:
    """What a sensitivity promises of its learned findings, as in ``at most 1 false alarm in 2,000 unchanged lines``."""
    lines = ALARM_LINES.get(sensitivity)
    return "no alarm budget" if lines is None else f"at most 1 false alarm in {lines:,} unchanged lines"


PREVALENCE = f"where 1 function in {UNITS_TO_A_BUG:,} has a bug"
"""What a probability rests on."""
