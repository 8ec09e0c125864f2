"""The violations of one version of a file, and what of them holds in the next.

A change that is secluded in one function (``groundstate_grammars.python.secluded``) leaves all violations outside of that
function as they were: then only the function is judged again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from weakref import WeakKeyDictionary

from groundstate_energy.terms.attributes import attribute_violations
from groundstate_energy.terms.calls import call_violations
from groundstate_energy.terms.names import name_violations
from groundstate_energy.terms.receivers import Receivers
from groundstate_energy.terms.syntax import is_other_language, looks_wrong, syntax_violations
from groundstate_energy.terms.view import FileView
from groundstate_energy.terms.violation import Reason, Violation
from groundstate_grammars.edits import Edit, Replacement
from groundstate_grammars.index import ProjectIndex
from groundstate_grammars.python.enclosed import Enclosed
from groundstate_grammars.python.parsed import ParsedFile
from groundstate_grammars.python.secluded import Secluded, secluded_change


@dataclass(frozen=True, slots=True, eq=False)
class JudgedFile:
    """A version of a file with its violations, in text order. Deterministic.

    Attributes:
        is_whole: all terms were asked; a text with a syntax error has that as its only violation, for what an error
            swallowed may define anything, and one in another language has none.
        revision: of the index when it was asked.
    """

    view: FileView
    violations: Sequence[Violation]
    is_whole: bool
    revision: int
    _changes: WeakKeyDictionary[ParsedFile, Secluded | None] = field(
        default_factory=WeakKeyDictionary, repr=False
    )

    @classmethod
    def of(cls, file: ParsedFile, index: ProjectIndex, path: Path | None) -> JudgedFile:
        """``path``: where the file lies; without it relative imports stay unresolved."""
        view = FileView(file, index, path)
        broken = file.tree.has_errors
        if not broken and is_other_language(file.flat):
            return cls(view, (), False, index.revision)
        syntax = syntax_violations(file)
        if syntax or broken:
            return cls(view, syntax, False, index.revision)
        return cls(view, _in_text_order(_violations(view, 0, None)), True, index.revision)

    def change_to(self, file: ParsedFile) -> Secluded | None:
        """The secluded change that makes ``file`` of this version, when all violations outside of it hold; else None."""
        if not self.is_whole or self.revision != self.view.index.revision:
            return None
        if file not in self._changes:
            self._changes[file] = self._change_to(file)
        change = self._changes[file]
        if change is None or not self.view.asked:
            return change
        old, new = self.view.mentioned, self.view.mentioned_after(file, change.place)
        words = {word.decode("utf-8", "surrogateescape") for word in change.words}
        asked = self.view.asked
        if not words.isdisjoint(asked) or any((name in old) != (name in new) for name in asked):
            return None
        return change

    def _change_to(self, file: ParsedFile) -> Secluded | None:
        """The secluded change that makes ``file`` of this version, whatever was asked of this one."""
        change = secluded_change(self.view.file, file)
        if change is None:
            return None
        first, stop = change.place.node, change.place.node + change.place.after
        flat = file.flat
        return None if is_other_language(flat, first, stop) or looks_wrong(flat, first, stop) else change

    def after(self, file: ParsedFile, place: Enclosed) -> JudgedFile:
        """Another version judged, to which ``change_to`` gave the change at ``place``."""
        view = self.view.after(file, place)
        flat = self.view.flat
        start, end = flat.start[place.node], flat.end[place.node]
        found = [_moved(item, place) for item in self.violations if not start <= item.start < end]
        found += _violations(view, place.node, place.node + place.after)
        return JudgedFile(view, _in_text_order(found), True, self.revision)


def _violations(view: FileView, first: int, stop: int | None) -> Iterator[Violation]:
    receivers = Receivers(view)
    yield from name_violations(view, first, stop)
    yield from call_violations(view, receivers, first, stop)
    yield from attribute_violations(view, receivers, first, stop)


def _in_text_order(found: Iterator[Violation] | list[Violation]) -> list[Violation]:
    return sorted(found, key=lambda item: (item.start, item.end, item.rule))


def _moved(item: Violation, place: Enclosed) -> Violation:
    """A violation where it is in the new text."""
    end, shift = place.change.end, place.shift

    def at(offset: int) -> int:
        return offset + shift if offset >= end else offset

    return replace(
        item,
        start=at(item.start),
        end=at(item.end),
        repairs=tuple(
            Edit(edit.rule, tuple(Replacement(at(r.start), at(r.end), r.new) for r in edit.replacements))
            for edit in item.repairs
        ),
        evidence=tuple(Reason(at(e.start), at(e.end), e.message) for e in item.evidence),
    )
