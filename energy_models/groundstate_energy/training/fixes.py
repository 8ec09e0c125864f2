"""Real bug fixes as training examples: the buggy unit with its repair, and the fixed twin as a clean unit."""

from __future__ import annotations

import json
import re
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
        """The file with the fix in its code; what the fix did to comments, docstrings and line breaks is left out."""
        changed = code_change(self.before[self.start : self.end], self.after)
        return self.before[: self.start] + changed + self.before[self.end :]


_TOKEN = re.compile(
    rb"""(?P<prose>\#[^\n]*|^[ \t]*[rRuUbB]?(?:\"{3}(?:[^\\]|\\.)*?\"{3}|'{3}(?:[^\\]|\\.)*?'{3})[ \t]*$|[^\S\n]+|\n|\\\n)"""
    rb"""|\w*(?:\"{3}(?:[^\\]|\\.)*?\"{3}|'{3}(?:[^\\]|\\.)*?'{3})"""
    rb"""|\w*(?:"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')|[\w\x80-\xff]+|->"""
    rb"""|(?:\*\*|//|<<|>>|[-+*/%@&|^<>=!:])=?|.""",
    re.DOTALL | re.MULTILINE,
)
"""Lexical tokens, well enough to compare two versions of a function; ``prose`` is what does not run."""


def code_change(before: bytes, after: bytes) -> bytes:
    """``before`` with its code changed to that of ``after``, from the first to the last token that differs.

    Comments, docstrings and blanks around the change stay those of ``before``.
    """
    old = [match for match in _TOKEN.finditer(before) if match["prose"] is None]
    new = [match for match in _TOKEN.finditer(after) if match["prose"] is None]
    shorter = min(len(old), len(new))
    first = 0
    while first < shorter and old[first][0] == new[first][0]:
        first += 1
    last = 0
    while last < shorter - first and old[-1 - last][0] == new[-1 - last][0]:
        last += 1
    if not first:
        return after
    inserted = new[first : len(new) - last]
    removed = old[first : len(old) - last]
    parts = [before[: old[first - 1].end()]]
    follows = old[len(old) - last].start() if last else old[-1].end()
    if inserted:
        parts += [_blank(after, new, first), after[inserted[0].start() : inserted[-1].end()]]
    if inserted and removed:
        parts.append(before[removed[-1].end() : follows])
    elif last:
        parts.append(_blank(after, new, len(new) - last))
    return b"".join(parts) + before[follows:]


def _blank(text: bytes, tokens: list[re.Match[bytes]], at: int) -> bytes:
    """What stands before a token on its line, less any comment."""
    gap = text[tokens[at - 1].end() : tokens[at].start()]
    return gap[gap.rfind(b"\n") :] if b"#" in gap else gap


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
    """(buggy, fixed) examples, or None when the repair is not among the candidates of the buggy unit.

    The fixed one shows the window that offers the way back, where one does.
    """
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
    statistics = FileStatistics(fixed, names)
    repaired = fixed.candidates.of(twin)
    back = repair_of(record.fixed, record.before, repaired, record.site)
    undone = labelled(statistics, twin, repaired, back, rule, False) if back is not None else None
    if undone is not None:
        return example, Example(undone.window, -1, -1, False, undone.target)
    windows = encode(statistics, twin, repaired)
    if not windows:
        return None
    nearest = min(windows, key=lambda window: abs(len(window.tokens) - len(example.window.tokens)))
    return example, Example(nearest, -1, -1, False)
