"""SARIF 2.1.0, from dataclasses of the few objects that groundstate uses.

Field names are SARIF's own in snake case; ``_as_json`` writes them in camel case and leaves out what is None.
"""

from __future__ import annotations

import dataclasses
import json
import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from groundstate import __version__
from groundstate.discovery import Problem
from groundstate.documents import Document
from groundstate.findings import Finding, Repair, Severity
from groundstate.reports.json_report import gap_as_json
from groundstate.reports.outcome import Outcome, clean, place_of
from groundstate_grammars.rules import RULES, Rule

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"

_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.HINT: "note"}
_BASE = "%SRCROOT%"
_CODES = list(RULES)


@dataclass(frozen=True, slots=True)
class Message:
    text: str
    markdown: str | None = None


@dataclass(frozen=True, slots=True)
class ArtifactLocation:
    uri: str
    uri_base_id: str | None = None


@dataclass(frozen=True, slots=True)
class ArtifactContent:
    text: str


@dataclass(frozen=True, slots=True)
class Region:
    start_line: int
    start_column: int
    end_line: int
    end_column: int
    snippet: ArtifactContent | None = None


@dataclass(frozen=True, slots=True)
class PhysicalLocation:
    artifact_location: ArtifactLocation
    region: Region | None = None


@dataclass(frozen=True, slots=True)
class Location:
    physical_location: PhysicalLocation
    message: Message | None = None


@dataclass(frozen=True, slots=True)
class Replacement:
    deleted_region: Region
    inserted_content: ArtifactContent


@dataclass(frozen=True, slots=True)
class ArtifactChange:
    artifact_location: ArtifactLocation
    replacements: list[Replacement]


@dataclass(frozen=True, slots=True)
class Fix:
    description: Message
    artifact_changes: list[ArtifactChange]
    properties: dict[str, object]


@dataclass(frozen=True, slots=True)
class Result:
    rule_id: str
    rule_index: int
    level: str
    message: Message
    locations: list[Location]
    related_locations: list[Location] | None
    partial_fingerprints: dict[str, str]
    rank: float
    fixes: list[Fix] | None
    properties: dict[str, object]


@dataclass(frozen=True, slots=True)
class Configuration:
    level: str


@dataclass(frozen=True, slots=True)
class ReportingDescriptor:
    id: str
    name: str
    short_description: Message
    full_description: Message
    help: Message
    default_configuration: Configuration
    properties: dict[str, object]


@dataclass(frozen=True, slots=True)
class ToolComponent:
    name: str
    semantic_version: str
    rules: list[ReportingDescriptor]
    properties: dict[str, object]


@dataclass(frozen=True, slots=True)
class Tool:
    driver: ToolComponent


@dataclass(frozen=True, slots=True)
class Notification:
    level: str
    message: Message
    locations: list[Location]


@dataclass(frozen=True, slots=True)
class Invocation:
    execution_successful: bool
    tool_execution_notifications: list[Notification]


@dataclass(frozen=True, slots=True)
class Run:
    tool: Tool
    invocations: list[Invocation]
    original_uri_base_ids: dict[str, ArtifactLocation]
    column_kind: str
    results: list[Result]


@dataclass(frozen=True, slots=True)
class Base:
    """A folder, absolute, that places are told from, and the name that stands for it in a log."""

    name: str
    folder: str


def render_sarif(outcome: Outcome) -> str:
    """One SARIF log with one run."""
    base = Base(_BASE, os.getcwd())
    run = _run(outcome.problems, outcome.model, [base])
    run.results.extend(_result(document, finding, base) for document, finding in outcome.findings())
    log = {"$schema": SCHEMA, "version": "2.1.0", "runs": [_as_json(run)]}
    return json.dumps(log, indent=2, ensure_ascii=False) + "\n"


def result_as_json(document: Document, finding: Finding, base: Base) -> object:
    """The result that ``render_sarif`` writes of a finding, its places told from ``base``."""
    return _as_json(_result(document, finding, base))


def merged_log(
    results: Iterable[object], problems: Iterable[Problem], model: str | None, bases: Iterable[Base]
) -> Iterator[str]:
    """The text, in pieces, of a log with one run that holds ``results`` of ``result_as_json``; never all in memory."""
    log = {"$schema": SCHEMA, "version": "2.1.0", "runs": [_as_json(_run(problems, model, bases))]}
    head, empty, tail = json.dumps(log, ensure_ascii=False).rpartition('"results": []')
    assert empty
    yield f'{head}"results": ['
    for number, result in enumerate(results):
        yield (",\n" if number else "\n") + json.dumps(result, ensure_ascii=False)
    yield f"\n]{tail}\n"


def _run(problems: Iterable[Problem], model: str | None, bases: Iterable[Base]) -> Run:
    """A run without results yet. Problems are told from the first base."""
    bases = list(bases)
    notifications = [
        Notification(
            "error",
            Message(problem.message),
            [Location(PhysicalLocation(_artifact(Path(os.path.abspath(problem.path)), bases[0])))],
        )
        for problem in problems
    ]
    return Run(
        tool=Tool(
            ToolComponent(
                name="groundstate",
                semantic_version=__version__,
                rules=[_descriptor(rule) for rule in RULES.values()],
                properties={"model": model},
            )
        ),
        invocations=[Invocation(not notifications, notifications)],
        original_uri_base_ids={
            base.name: ArtifactLocation(Path(base.folder).as_uri().rstrip("/") + "/") for base in bases
        },
        column_kind="unicodeCodePoints",
        results=[],
    )


def _descriptor(rule: Rule) -> ReportingDescriptor:
    from groundstate.rule_pages import rule_page

    page = rule_page(rule)
    return ReportingDescriptor(
        id=rule.code,
        name=rule.name,
        short_description=Message(rule.summary),
        full_description=Message(page.what),
        help=Message(page.what, markdown=page.markdown),
        default_configuration=Configuration("error" if rule.hard else "warning"),
        properties={"tags": ["correctness"], "precision": "very-high" if rule.hard else "medium"},
    )


def _result(document: Document, finding: Finding, base: Base) -> Result:
    related = [
        Location(_physical(document, item.start, item.end, base), Message(item.message))
        for item in finding.evidence
    ]
    return Result(
        rule_id=finding.rule,
        rule_index=_CODES.index(finding.rule),
        level=_LEVELS[finding.severity],
        message=Message(finding.message),
        locations=[Location(_physical(document, finding.start, finding.end, base, snippet=True))],
        related_locations=related or None,
        partial_fingerprints={"groundstate/v1": finding.fingerprint},
        rank=100.0 if finding.probability is None else round(100.0 * finding.probability, 4),
        fixes=[_fix(document, repair, base) for repair in finding.repairs] or None,
        properties={
            "deltaEnergy": None if finding.gap is None else round(finding.gap.total.soft, 6),
            "deltaEnergyHard": None if finding.gap is None else finding.gap.total.hard,
            "energyTerms": [] if finding.gap is None else gap_as_json(finding.gap)["terms"],
            "probability": finding.probability,
            "budget": finding.budget,
        },
    )


def _fix(document: Document, repair: Repair, base: Base) -> Fix:
    replacements = [
        Replacement(_region(document, item.start, item.end), ArtifactContent(clean(item.new)))
        for item in repair.replacements
    ]
    return Fix(
        description=Message(repair.title),
        artifact_changes=[ArtifactChange(_artifact(document.path, base), replacements)],
        properties={
            "checked": repair.checked,
            "certified": repair.certified,
            "verified": repair.verified,
            "deltaEnergy": round(repair.gap.total.soft, 6),
            "budget": repair.budget,
        },
    )


def _physical(
    document: Document, start: int, end: int, base: Base, *, snippet: bool = False
) -> PhysicalLocation:
    return PhysicalLocation(_artifact(document.path, base), _region(document, start, end, snippet=snippet))


def _region(document: Document, start: int, end: int, *, snippet: bool = False) -> Region:
    place = place_of(document, start, end)
    content = ArtifactContent(clean(document.data[start : min(end, start + 1000)])) if snippet else None
    return Region(place.line, place.column, place.end_line, place.end_column, content)


def _artifact(path: Path, base: Base) -> ArtifactLocation:
    """Relative where ``path``, absolute, is below the base, else absolute."""
    absolute, folder = os.path.abspath(path), os.path.join(base.folder, "")
    if not absolute.startswith(folder):
        return ArtifactLocation(Path(absolute).as_uri())
    shown = Path(absolute.removeprefix(folder)).as_posix()
    return ArtifactLocation(quote(os.fsencode(shown)), base.name)


def _as_json(value: object) -> object:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        shown: dict[str, object] = {}
        for item in dataclasses.fields(value):
            content = getattr(value, item.name)
            if content is not None:
                shown[_camel(item.name)] = _as_json(content)
        return shown
    if isinstance(value, dict):
        return {key: _as_json(content) for key, content in value.items()}
    if isinstance(value, list):
        return [_as_json(content) for content in value]
    return value


def _camel(name: str) -> str:
    return re.sub(r"_([a-z])", lambda match: match[1].upper(), name)
