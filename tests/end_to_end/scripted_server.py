"""The language server with a scripted engine, as a process: the text itself says what is found, and how slowly.

Each word ``wrong`` is a finding whose repair is ``right``, and ``wrong_for_sure`` one that is certified; ``wrong_twice`` is
one where the text has it more than once. A
text with ``seconds=N`` in it takes N seconds to examine, with a checkpoint every 10 ms; with ``stubborn=N`` it takes N
seconds without one; one with ``# raise`` in it is a fault of the engine. With ``--until FILE`` the engine is loading
until that file is there.
"""

from __future__ import annotations

import re
import sys
import time
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

from groundstate.lsp.server import GroundstateServer, serve
from groundstate.settings import Settings
from groundstate_energy.energy import Energy, EnergyGap, TermGap
from groundstate_grammars.edits import Edit, Replacement
from groundstate_grammars.python.edited import EditedUnit

_NAME = re.compile(rb"\bwrong(_for_sure|_twice)?\b")
_SECONDS = re.compile(rb"seconds=([0-9.]+)")
_STUBBORN = re.compile(rb"stubborn=([0-9.]+)")
_GAP = EnergyGap((TermGap("usage", Energy(0, -1.25)), TermGap("learned", Energy(0, -2.5))))


class ScriptedEngine:
    """Finds what the text says."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    def examine(self, file, facts, *, hard, level, proceed=lambda: None):
        if b"# raise" in file.data:
            raise RuntimeError("scripted fault")
        if match := _STUBBORN.search(file.data):
            time.sleep(float(match[1]))
        if match := _SECONDS.search(file.data):
            end = time.monotonic() + float(match[1])
            while time.monotonic() < end:
                time.sleep(0.01)
                assert hard.violations is not None  # stops once nobody waits
        return [_examined(file, unit) for unit in file.units]

    def examine_edited(self, file, unit, replacements, *, moved, hard, level, proceed=lambda: None):
        edited = EditedUnit(file, unit, replacements)
        if edited.unit is None or _STUBBORN.search(edited.data) or _SECONDS.search(edited.data):
            return None
        found, by = _examined(edited, edited.unit), edited.shift + moved
        here = replace(edited.unit, start=edited.unit.start + by, end=edited.unit.end + by)
        edits = tuple(_scored(item.start + by, edited.data[item.start : item.end]) for item in found.edits)
        return [SimpleNamespace(unit=here, key="", free_energy=found.free_energy, edits=edits)]

    def landscape(self, file, facts, at, *, most):
        around = [unit for unit in file.units if unit.start <= at <= unit.end]
        if not around:
            return None
        result = _examined(file, min(around, key=lambda unit: unit.end - unit.start))
        return result if result.edits else None


def _examined(file, unit) -> SimpleNamespace:
    """A unit with the words that are in it and in no unit inside it."""
    inner = [
        item
        for item in file.units
        if item.node != unit.node and unit.start <= item.start < item.end <= unit.end
    ]
    edits = tuple(
        _scored(match.start(), match[0])
        for match in _NAME.finditer(file.data, unit.start, unit.end)
        if not any(item.start <= match.start() < item.end for item in inner)
        and (match[1] != b"_twice" or file.data.count(match[0]) > 1)
    )
    return SimpleNamespace(unit=unit, key="", free_energy=4.0 if edits else 0.0, edits=edits)


def _scored(start: int, word: bytes) -> SimpleNamespace:
    end = start + len(word)
    return SimpleNamespace(
        edit=Edit("GS301", (Replacement(start, end, b"right"),)),
        start=start,
        end=end,
        gap=_GAP,
        probability=0.875,
        level="default",
        certified=word == b"wrong_for_sure",
        message=f"`{word.decode()}` should be `right`",
        evidence=(SimpleNamespace(start=0, end=1, message="the file starts here"),),
    )


if __name__ == "__main__":
    trusted = "--untrusted" not in sys.argv
    until = Path(sys.argv[sys.argv.index("--until") + 1]) if "--until" in sys.argv else None

    def load(settings: Settings) -> ScriptedEngine:
        while until is not None and not until.exists():
            time.sleep(0.01)
        return ScriptedEngine(settings)

    sys.exit(serve(server=GroundstateServer(load, trusted=trusted)))
