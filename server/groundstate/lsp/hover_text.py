"""What a hover says of findings: the energy gap of each repair, split by term."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from groundstate.findings import Finding, Repair
from groundstate_energy.energy import Energy
from groundstate_grammars.rules import RULES


def hover_text(findings: Iterable[Finding], pages: Mapping[str, str], *, markdown: bool) -> str:
    """One paragraph for each finding, with a line for each of its repairs; ``pages`` has the addresses of rules."""
    return "\n\n".join(_paragraph(finding, pages.get(finding.rule), markdown) for finding in findings)


def _paragraph(finding: Finding, page: str | None, markdown: bool) -> str:
    name = f"{finding.rule} {RULES[finding.rule].name}"
    if markdown:
        name = f"**[{name}]({page})**" if page else f"**{name}**"
    head = f"{name}: {finding.message}"
    if finding.probability is not None:
        head += f" (probability {finding.probability:.2f})"
    lines = [head, *(_line(repair) for repair in finding.repairs)]
    if not finding.repairs and finding.gap is not None:
        lines.append(f"- ΔE {energy_text(finding.gap.total)}")
    return "\n".join(lines) if len(lines) == 1 else f"{lines[0]}\n\n" + "\n".join(lines[1:])


def _line(repair: Repair) -> str:
    terms = ", ".join(f"{term.term} {energy_text(term.gap)}" for term in repair.gap.terms)
    split = f" = {terms}" if terms else ""
    return f"- {repair.title}: ΔE {energy_text(repair.gap.total)}{split}"


def energy_text(energy: Energy) -> str:
    """A gap for reading: nats, and hard violations where there are any."""
    soft = f"{energy.soft:+.2f}".replace("-", "−")
    if not energy.hard:
        return soft
    hard = f"{energy.hard:+d} violation{'s' if abs(energy.hard) != 1 else ''}".replace("-", "−")
    return hard if energy.soft == 0 else f"{hard} {soft}"
