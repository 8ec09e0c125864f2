"""Real bug fixes as training examples: the buggy unit with its repair, and the fixed twin as a clean unit."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from groundstate_energy.encoding import encode
from groundstate_energy.features import FileStatistics, NameStatistics
from groundstate_energy.training.mutants import Example, labelled
from groundstate_grammars.project import ProjectFacts
from groundstate_grammars.python.edited import repair_of
from groundstate_grammars.python.parsed import ParsedFile, parse
from groundstate_grammars.python.units import Unit, UnitKind


@dataclass(frozen=True, slots=True)
class FixRecord:
    """A mined fix with its texts. ``after`` replaces the bytes ``start:end`` (the function) of ``before``."""

    repository: str
    kind: str
    before: bytes
    start: int
    end: int
    after: bytes
    site: int

    @property
    def fixed(self) -> bytes:
        return self.before[: self.start] + self.after + self.before[self.end :]


def load_fixes(path: Path) -> Iterator[FixRecord]:
    """Read records written by ``groundstate train mine``."""
    with path.open("r", encoding="utf-8") as stream:
        for line in stream:
            raw = json.loads(line)
            yield FixRecord(
                raw["repository"].replace("/", "+"),
                raw["kind"],
                raw["before"].encode("utf-8", "surrogateescape"),
                raw["start"],
                raw["end"],
                raw["after"].encode("utf-8", "surrogateescape"),
                raw["site"],
            )


def unit_at(file: ParsedFile, offset: int) -> Unit | None:
    """The innermost function unit around a byte offset."""
    around = [u for u in file.units if u.kind is UnitKind.FUNCTION and u.start <= offset < u.end]
    return max(around, key=lambda unit: unit.start) if around else None


def fix_examples(
    record: FixRecord, projects: Mapping[str, ProjectFacts], names: NameStatistics
) -> tuple[Example, Example] | None:
    """(buggy, fixed) examples, or None when the repair is not among the candidates of the buggy unit."""
    project = projects.get(record.repository)
    buggy = parse(record.before, project)
    unit = unit_at(buggy, record.site)
    if unit is None:
        return None
    candidates = buggy.candidates.of(unit)
    target = repair_of(record.before, record.fixed, candidates, record.site)
    if target is None:
        return None
    rule = int(candidates.site_rule[candidates.candidate_site[target]])
    example = labelled(FileStatistics(buggy, names), unit, candidates, target, rule, False)
    fixed = parse(record.fixed, project)
    twin = unit_at(fixed, record.site)
    if example is None or twin is None:
        return None
    windows = encode(FileStatistics(fixed, names), twin, fixed.candidates.of(twin))
    if not windows:
        return None
    nearest = min(windows, key=lambda window: abs(len(window.tokens) - len(example.window.tokens)))
    return example, Example(nearest, -1, -1, False)
