"""Energies in words, the same in a terminal and in an editor."""

from __future__ import annotations

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


def probability_in_words(probability: float, digits: int = 2) -> str:
    """``probability 0.12``; what that many digits would call 0.00 is below 0.01."""
    least = 10**-digits
    shown = f"{probability:.{digits}f}" if probability >= least / 2 else f"below {least:.{digits}f}"
    return f"probability {shown}"
