"""Soft facts of a project, merged by name over its files: what the usage term counts and the context header quotes.

These facts rank; they prove nothing. Names are not resolved through imports (the project symbol index does that, for
the hard terms): two functions of one name with different signatures cancel each other.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Signature:
    """Parameters of a function by name, ``self``/``cls`` left out; ``takes_any``: ``*args`` or ``**kwargs``."""

    positional: tuple[str, ...]
    keyword_only: tuple[str, ...]
    takes_any: bool

    @property
    def names(self) -> tuple[str, ...]:
        return self.positional + self.keyword_only


@dataclass(frozen=True, slots=True)
class FileSummary:
    """What one file contributes to its project. Plain data: picklable, small, comparable."""

    names: Mapping[str, int]
    functions: Mapping[str, Signature]
    classes: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]]
    """Class name -> (base names, member names)."""


@dataclass(slots=True)
class ProjectFacts:
    """Counts and definitions of all files of a project, by name.

    ``names``: number of files that use a name. ``functions``: signatures of functions, methods and constructors whose
    definitions agree. ``classes``: (base names, member names).
    """

    names: Counter[str] = field(default_factory=Counter)
    functions: dict[str, Signature | None] = field(default_factory=dict)
    classes: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = field(default_factory=dict)
    serial: int = field(default_factory=itertools.count(1).__next__, compare=False)
    """Distinguishes facts of one process from each other, and from themselves before a change."""

    @classmethod
    def of(cls, summaries: Iterable[FileSummary]) -> ProjectFacts:
        facts = cls()
        for summary in summaries:
            facts.add(summary)
        return facts

    def add(self, summary: FileSummary) -> None:
        """Merge one more file."""
        for name in summary.names:
            self.names[name] += 1
        for name, signature in summary.functions.items():
            if self.functions.setdefault(name, signature) != signature:
                self.functions[name] = None
        for name, (bases, members) in summary.classes.items():
            known = self.classes.get(name)
            if known is not None:
                bases = tuple(dict.fromkeys(known[0] + bases))
                members = tuple(dict.fromkeys(known[1] + members))
            self.classes[name] = (bases, members)

    def slice(self, names: Iterable[str]) -> ProjectFacts:
        """The part that a file using ``names`` can see: its names, callees, and the classes it names with their bases."""
        part = ProjectFacts()
        wanted = set(names)
        for name in wanted:
            if name in self.names:
                part.names[name] = self.names[name]
            if name in self.functions:
                part.functions[name] = self.functions[name]
        queue = [name for name in wanted if name in self.classes]
        while queue:
            name = queue.pop()
            if name in part.classes:
                continue
            part.classes[name] = self.classes[name]
            queue.extend(base for base in self.classes[name][0] if base in self.classes)
            for member in self.classes[name][1]:
                if member in self.names:
                    part.names[member] = self.names[member]
        return part

    def members(self, class_name: str) -> list[str]:
        """Members of a class and its bases by name, nearest first; empty when the class is unknown."""
        found: dict[str, None] = {}
        queue, seen = [class_name], set()
        while queue:
            name = queue.pop(0)
            if name in seen or name not in self.classes:
                continue
            seen.add(name)
            bases, members = self.classes[name]
            found.update(dict.fromkeys(members))
            queue.extend(bases)
        return list(found)
