"""What a hover says: of findings the energy gap of each repair, split by term; of ignore comments what they hide."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from groundstate.energy_words import PREVALENCE, alarms_in_words, gap_in_words, probability_in_words
from groundstate.findings import Finding, Repair
from groundstate.ignores import IgnoreComment
from groundstate.rule_pages import rule_page
from groundstate_grammars.rules import RULES

SCALE = "ΔE below 0: the edit fits better."


def hover_text(
    findings: Iterable[Finding], sensitivity: str, pages: Mapping[str, str], *, markdown: bool
) -> str:
    """For each finding what is wrong, a line for each of its repairs, how sure it is, and what its rule is about.

    Args:
        sensitivity: the one that shows them.
        pages: the addresses of the rules' pages.
    """
    return "\n\n".join(_finding(finding, sensitivity, pages, markdown) for finding in findings)


def ignore_text(comment: IgnoreComment, pages: Mapping[str, str], *, markdown: bool) -> str:
    """What an ignore comment hides, and what the rules are about that it lists."""
    where = "in this file" if comment.line is None else "on this line"
    if comment.names is None:
        return f"All findings {where} are hidden."
    if not comment.codes:
        return f"Nothing {where} is hidden: no rule is listed."
    codes = sorted(comment.codes)
    head = f"Hidden {where}: {', '.join(codes)}"
    return "\n\n".join([head, *(f"{_title(code, pages, markdown)}: {_about(code)}" for code in codes)])


def _finding(finding: Finding, sensitivity: str, pages: Mapping[str, str], markdown: bool) -> str:
    parts = [f"{_title(finding.rule, pages, markdown)}: {finding.message}"]
    lines = [_line(repair) for repair in finding.repairs]
    if not finding.repairs and finding.gap is not None:
        lines.append(f"- {gap_in_words(finding.gap)}")
    if lines:
        parts += ["\n".join(lines), SCALE]
    if finding.probability is not None:
        how_sure = f"{probability_in_words(finding.probability).capitalize()} {PREVALENCE}"
        parts.append(f"A question: {alarms_in_words(sensitivity)} at {sensitivity}. {how_sure}.")
    return "\n\n".join([*parts, _about(finding.rule)])


def _title(code: str, pages: Mapping[str, str], markdown: bool) -> str:
    name, page = f"{code} {RULES[code].name}", pages.get(code)
    if not markdown:
        return name
    return f"**[{name}]({page})**" if page else f"**{name}**"


def _about(code: str) -> str:
    """The first paragraph of a rule's page."""
    return rule_page(RULES[code]).what


def _line(repair: Repair) -> str:
    return f"- {repair.title}: {gap_in_words(repair.gap)}"
