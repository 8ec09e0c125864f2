"""Text for a terminal: ``text`` shows the code, the repair and the gap of each finding, ``concise`` one line each."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from groundstate.documents import Document
from groundstate.energy_words import PREVALENCE, alarms_in_words, gap_in_words, probability_in_words
from groundstate.findings import Finding, Repair
from groundstate.reports.outcome import Outcome, clean, place_of, shown_path
from groundstate_grammars.edits import Replacement, apply_replacements
from groundstate_grammars.rules import RULES

_LONGEST_LINE = 160
_VERDICTS = ("verified", "refuted", "bounded", "vacuous", "unknown")


@dataclass(frozen=True, slots=True)
class Style:
    """``colour``: whether to write terminal escapes."""

    colour: bool = False

    def __call__(self, codes: str, text: str) -> str:
        return f"\x1b[{codes}m{text}\x1b[0m" if self.colour and text else text


def render_text(outcome: Outcome, style: Style | None = None) -> str:
    """Each finding with its source line, a caret line, its best repair as a diff, its gap and probability."""
    style = style or Style()
    parts: list[str] = []
    for document, finding in outcome.findings():
        parts.append(_headline(document, finding, style))
        parts.extend(_excerpt(document, finding, style))
        if finding.repairs and finding.repairs[0].checked:
            parts.extend(_repair_lines(document, finding.repairs[0], style))
        parts.extend(_energy_line(finding))
        parts.append("")
    parts += [summary(outcome), *_what_learned_findings_are(outcome)]
    return "\n".join(parts) + "\n"


def render_concise(outcome: Outcome, style: Style | None = None) -> str:
    """One line for each finding."""
    style = style or Style()
    lines = [_headline(document, finding, style) for document, finding in outcome.findings()]
    return "\n".join([*lines, summary(outcome)]) + "\n"


def render_statistics(outcome: Outcome) -> str:
    """Findings counted by rule, the most frequent first."""
    counts = Counter(finding.rule for _, finding in outcome.findings())
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    lines = [f"{count:>6}  {code} {RULES[code].name}" for code, count in ordered]
    return "\n".join([*lines, summary(outcome)]) + "\n"


def summary(outcome: Outcome) -> str:
    """One line: how many findings in how many files."""
    count = sum(len(report.findings) for report in outcome.reports)
    hidden = [
        f"{number} {why}"
        for number, why in (
            (outcome.ignored, "ignored by comments"),
            (outcome.known, "in the baseline"),
            (outcome.elsewhere, "on lines that did not change"),
        )
        if number
    ]
    more = f" ({', '.join(hidden)})" if hidden else ""
    files = f"{len(outcome.reports)} file{'' if len(outcome.reports) == 1 else 's'} checked"
    contracts = _contract_summary(outcome)
    if not count:
        return f"No findings{more}; {files}.{contracts}"
    return f"{count} finding{'' if count == 1 else 's'}{more}; {files}.{contracts}"


def _what_learned_findings_are(outcome: Outcome) -> list[str]:
    """For each sensitivity that showed a learned finding how often it is wrong, and what probabilities rest on."""
    shown = {
        report.sensitivity: None
        for report in outcome.reports
        if any(finding.probability is not None for finding in report.findings)
    }
    return [
        f"Learned findings are questions: {alarms_in_words(sensitivity)} at {sensitivity}.\n"
        f"Probabilities are those {PREVALENCE}."
        for sensitivity in shown
    ]


def _contract_summary(outcome: Outcome) -> str:
    """How many functions have which verdict; nothing where none promises anything."""
    counts = Counter(status.verdict for report in outcome.reports for status in report.contracts)
    if not counts:
        return ""
    shown = [f"{counts[verdict]} {verdict}" for verdict in _VERDICTS if counts[verdict]]
    return f" Contracts: {', '.join(shown)}."


def render_open_contracts(outcome: Outcome) -> str:
    """A line for each contract that is neither verified nor refuted, with the reason and where that lies."""
    lines = []
    for report in outcome.reports:
        for status in report.contracts:
            if status.verdict in ("verified", "refuted"):
                continue
            line = place_of(report.document, status.start, status.end).line
            at = place_of(report.document, status.reason_at, status.reason_at).line
            where = f" (line {at})" if at != line else ""
            bound = f" {status.bound}" if status.bound else ""
            lines.append(
                visible(
                    f"{shown_path(report.document.path)}:{line}: {status.function}: {status.verdict}{bound}: "
                    f"{status.reason}{where}"
                )
            )
    return "".join(f"{line}\n" for line in lines)


def changed_lines(
    document: Document, replacements: Sequence[Replacement]
) -> Iterator[tuple[list[str], list[str]]]:
    """Lines before and after, for each run of neighbouring lines that the replacements change."""
    source = document.source
    runs: list[tuple[int, int, list[Replacement]]] = []
    for item in sorted(replacements):
        first, last = source.line_of(item.start), source.line_of(item.end)
        if runs and first <= runs[-1][1] + 1:
            start, end, items = runs[-1]
            runs[-1] = (start, max(end, last), [*items, item])
        else:
            runs.append((first, last, [item]))
    for first, last, items in runs:
        start, end = source.line_start(first), source.line_end(last)
        shifted = [Replacement(item.start - start, item.end - start, item.new) for item in items]
        old = document.data[start:end]
        yield _lines(old), _lines(apply_replacements(old, shifted))


def _lines(data: bytes) -> list[str]:
    return [clean(line) for line in data.splitlines()]


def _headline(document: Document, finding: Finding, style: Style) -> str:
    place = place_of(document, finding.start, finding.end)
    where = f"{style('1', visible(shown_path(document.path)))}:{place.line}:{place.column}"
    rule = style("1;31" if RULES[finding.rule].hard else "1;33", f"{finding.rule} {RULES[finding.rule].name}")
    return f"{where}: {rule}: {visible(finding.message)}"


def _excerpt(document: Document, finding: Finding, style: Style) -> list[str]:
    source = document.source
    line = source.line_of(finding.start)
    start, end = source.line_start(line), source.line_end(line)
    if line == 0 and document.data.startswith(b"\xef\xbb\xbf"):
        start = min(start + 3, end)
    before = _expanded(clean(document.data[start : max(start, finding.start)]))
    marked = _expanded(clean(document.data[max(start, finding.start) : min(end, finding.end)]))
    after = _expanded(clean(document.data[min(end, max(start, finding.end)) : end]))
    if len(before) > _LONGEST_LINE // 2:
        before = "…" + before[-_LONGEST_LINE // 2 :]
    rest = max(0, _LONGEST_LINE - len(before))
    text = marked + after
    if len(text) > rest:
        text = text[:rest] + "…"
    carets = "^" * max(1, _width(marked[:rest]))
    return [f"    {before}{text}".rstrip(), "    " + " " * _width(before) + style("1;31", carets)]


def _repair_lines(document: Document, repair: Repair, style: Style) -> list[str]:
    lines: list[str] = []
    for old, new in changed_lines(document, repair.replacements):
        lines += [style("31", f"  - {_shortened(line)}") for line in old]
        lines += [style("32", f"  + {_shortened(line)}") for line in new]
    return lines


def _energy_line(finding: Finding) -> list[str]:
    parts = []
    if finding.repairs and finding.repairs[0].verified:
        parts.append("verified: proved to keep every clause of the contract")
    if finding.gap is not None:
        parts.append(gap_in_words(finding.gap))
    if finding.probability is not None:
        parts.append(probability_in_words(finding.probability))
    return ["    " + ", ".join(parts)] if parts else []


def _shortened(line: str) -> str:
    line = _expanded(line)
    return line if len(line) <= _LONGEST_LINE else line[:_LONGEST_LINE] + "…"


def _expanded(line: str) -> str:
    return visible(line.replace("\t", "    "))


def visible(text: str) -> str:
    """Control characters made visible, so that checked text cannot steer a terminal."""
    if text.isprintable():
        return text
    return "".join(
        character if character.isprintable() or character == " " else f"\\x{ord(character):02x}"
        for character in text
    )


def _width(text: str) -> int:
    """Terminal columns of ``text``."""
    if text.isascii():
        return len(text)
    width = 0
    for character in text:
        if not unicodedata.combining(character):
            width += 2 if unicodedata.east_asian_width(character) in "WF" else 1
    return width
