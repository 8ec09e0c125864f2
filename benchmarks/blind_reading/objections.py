"""Which of the findings that were read a check of plausibility objects to."""

from __future__ import annotations

from pathlib import Path

from benchmarks.blind_reading.drawing import Item
from benchmarks.blind_reading.scanning import shown

from groundstate_energy.plausibility import EditedFile, objection
from groundstate_energy.terms.view import FileView
from groundstate_grammars.edits import Edit
from groundstate_grammars.index import ProjectIndex
from groundstate_grammars.python.parsed import ParsedFile, parse


class Lost(Exception):
    """A finding is no more where it was; the message names it."""


def objection_to(item: Item, root: Path, index: ProjectIndex) -> str:
    """The check that objects to the edit of ``item`` in the repository at ``root``; empty where none does.

    Where the line has the edit in several places, all must be objected to.

    Raises:
        Lost: no candidate of that line is the edit.
    """
    path = root / item.path
    file = parse(path.read_bytes())
    found = [edit for edit in _edits_of_line(file, item.line) if _is(edit, file, item)]
    if not found:
        raise Lost(f"{item.repository} {item.path}:{item.line}: no candidate is {item.edit}")
    view = FileView(file, index, path)
    reasons = [objection(EditedFile(view, file.edited(e.replacements), e.replacements)) for e in found]
    return reasons[0] if all(reasons) else ""


def _edits_of_line(file: ParsedFile, line: int) -> list[Edit]:
    around = [
        unit
        for unit in file.units
        if file.data.count(b"\n", 0, unit.start) < line <= file.data.count(b"\n", 0, unit.end) + 1
    ]
    return [
        edit
        for unit in around
        for edit in file.candidates.of(unit).edits()
        if file.data.count(b"\n", 0, edit.start) + 1 == line
    ]


def _is(edit: Edit, file: ParsedFile, item: Item) -> bool:
    texts = tuple((shown(file.data[r.start : r.end]), shown(r.new)) for r in edit.replacements)
    return edit.rule == item.rule and texts == item.edit
