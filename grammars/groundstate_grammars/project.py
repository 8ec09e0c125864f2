"""Soft facts of a project, merged by name over its files: what the usage term counts and the context header quotes.

These facts rank; they prove nothing. Names are not resolved through imports (the project symbol index does that, for
the hard terms): two functions of one name with different signatures cancel each other.
"""

from __future__ import annotations

import itertools
from bisect import bisect_left
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from groundstate_grammars.similar import SimilarNames

_MOST_NAMES = 30_000
"""Names of a project, the most used, among which similar ones are looked for."""
_MOST_CHANGES = 16
"""Changes of names that are followed one by one; after more, similar names are looked for anew."""


def coarse(count: int) -> int:
    """A count of files as an analysis sees it: up to 8 as it is, above rounded down to its three leading bits.

    8, 10, 12, 14, 16, 20, 24, 28, 32, 40, …: one file more seldom makes another number, and then nothing that was found out
    with the old one need be found out again.
    """
    spare = max(count.bit_length() - 3, 0)
    return count >> spare << spare


def key_of_class(name: str) -> str:
    """What a class and a variable that is named after it have in common: ``jobstatus`` of ``_JobStatus``."""
    return name.strip("_").lower()


def key_of_variable(name: str) -> str:
    """The same of the variable: ``jobstatus`` of ``_job_status``."""
    return name.replace("_", "").lower()


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

    ``names``: number of files that use a name; an analysis asks ``files_using``. ``functions``: signatures of functions,
    methods and constructors whose definitions agree. ``classes``: (base names, member names).
    """

    names: Counter[str] = field(default_factory=Counter)
    functions: dict[str, Signature | None] = field(default_factory=dict)
    classes: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = field(default_factory=dict)
    serial: int = field(default_factory=itertools.count(1).__next__, compare=False)
    """Distinguishes facts of one process from each other, and from themselves before a change."""
    _members: SimilarNames | None = field(default=None, init=False, compare=False, repr=False)
    _defined: frozenset[str] | None = field(default=None, init=False, compare=False, repr=False)
    _changes: tuple[tuple[int, frozenset[str]], ...] = field(
        default=(), init=False, compare=False, repr=False
    )
    _parameters: SimilarNames | None = field(default=None, init=False, compare=False, repr=False)
    _class_of_name: dict[str, str] | None = field(default=None, init=False, compare=False, repr=False)

    @classmethod
    def of(cls, summaries: Iterable[FileSummary]) -> ProjectFacts:
        facts = cls()
        for summary in summaries:
            facts.add(summary)
        return facts

    def add(self, summary: FileSummary) -> None:
        """Merge one more file."""
        self._members = self._parameters = self._class_of_name = self._defined = None
        self._changes = ()
        self.names.update(summary.names.keys())
        for name, signature in summary.functions.items():
            if self.functions.setdefault(name, signature) != signature:
                self.functions[name] = None
        for name, (bases, members) in summary.classes.items():
            known = self.classes.get(name)
            if known is not None:
                bases = tuple(dict.fromkeys(known[0] + bases))
                members = tuple(dict.fromkeys(known[1] + members))
            self.classes[name] = (bases, members)

    def files_using(self, name: str) -> int:
        """In how many files the name is used, coarsely."""
        return coarse(self.names.get(name, 0))

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

    def members_like(self, text: str, limit: int, least: float) -> tuple[str, ...]:
        """Names of the project that may follow a dot and are like ``text``, as ``SimilarNames.like`` gives them.

        Those are members, functions, classes, and whatever more than one file uses.
        """
        return self._after_dots().like(text, limit, least)

    def look_for_members(self, texts: Iterable[str], limit: int, least: float) -> None:
        """Work out at once what ``members_like`` will be asked of some texts."""
        self._after_dots().look_for(texts, limit, least)

    def _after_dots(self) -> SimilarNames:
        if self._members is None:
            names = {name for name, count in self.names.items() if count > 1} | self._names_defined()
            self._members = SimilarNames(sorted(names, key=self._order), _MOST_NAMES)
        return self._members

    @property
    def is_cut(self) -> bool:
        """Whether there may be more names than are looked through for similar ones."""
        followed = self._names_defined().union(name for name, count in self.names.items() if count > 1)
        return max(len(followed), len(self.parameter_counts())) > _MOST_NAMES

    def _names_defined(self) -> frozenset[str]:
        """Members, functions and classes."""
        if self._defined is None:
            members = itertools.chain.from_iterable(members for _, members in self.classes.values())
            self._defined = frozenset(itertools.chain(members, self.functions, self.classes))
        return self._defined

    def _order(self, name: str) -> tuple[int, str]:
        """What names that may follow a dot are sorted by: the most used first, as far as an analysis can see."""
        return -max(self.files_using(name), 1), name

    def with_names(self, fewer: Collection[str], more: Collection[str]) -> ProjectFacts:
        """These facts when one file no longer uses the names ``fewer``, and uses ``more`` for the first time.

        What does not depend on names is shared with these facts, so nothing may be added to either afterwards. What was
        found out about similar names is carried over: a keystroke changes one or two.
        """
        other = ProjectFacts(self.names.copy(), self.functions, self.classes)
        other._defined, other._parameters = self._defined, self._parameters
        other._class_of_name = self._class_of_name
        steps = [(name, -1) for name in fewer] + [(name, 1) for name in more]
        changed = {name for name, step in steps if coarse(self.names[name] + step) != self.files_using(name)}
        other._changes = (*self._changes[-_MOST_CHANGES:], (self.serial, frozenset(changed)))
        other._members = self._members if len(changed) <= _MOST_CHANGES else None
        for name, step in steps:
            before, was_one = other._order(name), other._follows_dot(name)
            other.names[name] += step
            if not other.names[name]:
                del other.names[name]
            is_one = other._follows_dot(name)
            if name in changed and other._members is not None and (was_one or is_one):
                names = other._members.names
                # The counts of all other names are the same as when they were sorted.
                gone = bisect_left(names, before, key=lambda at: before if at == name else other._order(at))
                kept = names[:gone] + names[gone + 1 :] if was_one else names
                new = bisect_left(kept, other._order(name), key=other._order)
                other._members = other._members.replaced(
                    gone if was_one else None, (new, name) if is_one else None
                )
        return other

    def _follows_dot(self, name: str) -> bool:
        return self.names.get(name, 0) > 1 or name in self._names_defined()

    def names_changed_since(self, serial: int) -> frozenset[str] | None:
        """Names of which ``files_using`` may say something else than the facts ``serial``; None when more than names may
        have changed."""
        changed: frozenset[str] = frozenset()
        if serial == self.serial:
            return changed
        for earlier, names in reversed(self._changes):
            changed |= names
            if earlier == serial:
                return changed
        return None

    def parameters_like(self, text: str, limit: int, least: float) -> tuple[str, ...]:
        """Names of parameters of the project's functions that are like ``text``, as ``SimilarNames.like`` gives them."""
        return self._parameter_names().like(text, limit, least)

    def look_for_parameters(self, texts: Iterable[str], limit: int, least: float) -> None:
        """Work out at once what ``parameters_like`` will be asked of some texts."""
        self._parameter_names().look_for(texts, limit, least)

    def _parameter_names(self) -> SimilarNames:
        if self._parameters is None:
            counts = self.parameter_counts()
            self._parameters = SimilarNames(
                sorted(counts, key=lambda name: (-coarse(counts[name]), name))[:_MOST_NAMES]
            )
        return self._parameters

    def parameter_counts(self) -> Counter[str]:
        """How many functions, of those whose definitions agree, have a parameter of a name."""
        signatures = (signature for signature in self.functions.values() if signature is not None)
        return Counter(name for signature in signatures for name in signature.names)

    def class_of(self, name: str) -> str:
        """The class that a variable is likely to hold by its name (``JobStatus`` for ``_job_status``), or an empty text."""
        if self._class_of_name is None:
            self._class_of_name = {key_of_class(known): known for known in self.classes}
        return self._class_of_name.get(key_of_variable(name), "")
