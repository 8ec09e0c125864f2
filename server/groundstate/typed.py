"""What is typed, as a change of the version before it: where that version's findings are now, and which of them stay."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from groundstate.documents import Document
from groundstate.findings import Evidence, Finding
from groundstate.report import UnitEnergy
from groundstate_grammars.edits import Replacement
from groundstate_grammars.python import syntax as py

_LINE_FEED = ord("\n")


def from_line_start(data: bytes, change: Replacement) -> Replacement:
    """An insertion as one of whole lines, where it can be seen as such: a line that begins like the next one was not
    inserted in the middle of that."""
    if change.start < change.end:
        return change
    start, new = change.start, change.new
    while start > 0 and data[start - 1] != _LINE_FEED and new[-1] == data[start - 1]:
        start, new = start - 1, new[-1:] + new[:-1]
    return Replacement(start, start, new) if start == 0 or data[start - 1] == _LINE_FEED else change


@dataclass(frozen=True, slots=True)
class Changes:
    """Changes of a text, in text order, apart from each other; offsets are of the text before all of them."""

    made: tuple[Replacement, ...] = ()

    def at(self, offset: int) -> int:
        """Where a byte that is in none of them is after them."""
        return offset + sum(_growth(item) for item in self.made if item.end <= offset)

    def places(self) -> Iterator[tuple[int, int, Replacement]]:
        """From and to which byte each stands after them."""
        shift = 0
        for item in self.made:
            yield item.start + shift, item.start + shift + len(item.new), item
            shift += _growth(item)

    def followed_by(self, change: Replacement, after: bytes) -> tuple[Changes, Replacement]:
        """All of them with another, and that one as it is among them: as one with those that it touches.

        Args:
            change: its offsets are of the text after them. after: what it makes of that.
        """
        places = list(self.places())
        before = [item for _, end, item in places if end < change.start]
        behind = [item for start, _, item in places if start > change.end]
        touched = places[len(before) : len(places) - len(behind)]
        first = min([change.start, *(start for start, _, _ in touched)])
        last = max([change.end, *(end for _, end, _ in touched)])
        shift = sum(map(_growth, before))
        new = after[first : last + _growth(change)]
        here = Replacement(first - shift, last - shift - sum(_growth(item) for _, _, item in touched), new)
        return Changes((*before, here, *behind)), here


def _growth(change: Replacement) -> int:
    """Bytes that what comes after a change moves."""
    return len(change.new) - (change.end - change.start)


@dataclass(frozen=True, slots=True)
class Typed:
    """A change of ``base`` that makes ``document``, and the bytes of the function of ``base`` that it is in, if any."""

    base: Document
    document: Document
    change: Replacement
    function: tuple[int, int] | None

    def is_beside_functions(self) -> bool:
        """Whether all functions of the earlier version are in the later one, from and to where they have moved."""
        was, now = (
            {(flat.start[node], flat.end[node]) for node in flat.of_kind(py.FUNCTION_DEFINITION)}
            for flat in (self.base.parsed.flat, self.document.parsed.flat)
        )
        beside = not any(self._touches(*place) for place in was)
        return beside and {(self._at(start), self._at(end)) for start, end in was} <= now

    def is_inside(self, finding: Finding) -> bool:
        """Whether a finding of the earlier version is in the function."""
        return self.function is not None and self.function[0] <= finding.start < self.function[1]

    def moved(self, findings: Iterable[Finding]) -> Iterator[Finding]:
        """Findings of the earlier version where they are now, with what of them is beside the change; learned ones only with
        their best repair."""
        for finding in findings:
            best = finding.repairs[:1] if finding.probability is not None else ()
            places = [(finding.start, finding.end)]
            places += [(item.start, item.end) for repair in best for item in repair.replacements]
            if not any(self._touches(*place) for place in places):
                repairs = [
                    replace(repair, replacements=tuple(map(self._replacement, repair.replacements)))
                    for repair in finding.repairs
                    if not any(self._touches(item.start, item.end) for item in repair.replacements)
                ]
                evidence = [
                    Evidence(self._at(item.start), self._at(item.end), item.message)
                    for item in finding.evidence
                    if not self._touches(item.start, item.end)
                ]
                yield replace(
                    finding,
                    start=self._at(finding.start),
                    end=self._at(finding.end),
                    repairs=tuple(repairs),
                    evidence=tuple(evidence),
                )

    def energies(
        self, known: Iterable[UnitEnergy], own: Iterable[UnitEnergy] | None = None
    ) -> tuple[UnitEnergy, ...]:
        """Energies of the earlier version where they are now, with the function's ``own`` where there are any."""
        own = tuple(own or ())
        first, last = self.change.start, self.change.end
        found = [
            UnitEnergy(
                item.name,
                item.start if item.start <= first and last <= item.end else self._at(item.start),
                self._at(item.end),
                item.free_energy,
            )
            for item in known
            if not own or (item.start, item.end) != self.function
        ]
        return tuple(sorted([*found, *own], key=lambda item: item.start))

    def before(self, offset: int) -> int:
        """Where a byte of the later version was, or what stands in its place in the same function."""
        if offset >= self.change.start:
            offset = max(offset - _growth(self.change), self.change.start)
        if self.function is not None and self.change.start <= offset <= self.change.end:
            offset = min(offset, self.function[1] - 1)
        return offset

    def _at(self, offset: int) -> int:
        return offset + _growth(self.change) if offset >= self.change.end else offset

    def _touches(self, start: int, end: int) -> bool:
        """Whether the bytes from ``start`` to ``end`` of the earlier version hold some of the change, or border on it."""
        return start <= self.change.end and end >= self.change.start

    def _replacement(self, item: Replacement) -> Replacement:
        return Replacement(self._at(item.start), self._at(item.end), item.new)
