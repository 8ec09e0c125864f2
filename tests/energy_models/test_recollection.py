"""What is recalled of a file after edits is what looking at all of it again finds."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from groundstate_energy import engine as engine_module
from groundstate_energy.encoding import Window
from groundstate_energy.engine import LEARNED_UNITS, Engine
from groundstate_energy.features import FEATURE_COUNT, FileStatistics
from groundstate_energy.minimiser import EncodedUnit, encode_units
from groundstate_energy.model_package import ModelPackage
from groundstate_energy.ngrams import CorpusTable
from groundstate_energy.terms import Violation
from groundstate_grammars.edits import Replacement
from groundstate_grammars.project import FileSummary, ProjectFacts
from groundstate_grammars.python.parsed import ParsedFile, parse
from groundstate_grammars.python.units import Unit
from groundstate_grammars.rules import SOFT_RULES

TEXT = b"""import os
from json import dumps, loads

LIMIT = 10
state = {"status": 1, "count": 2}


class Base:
    def close(self, force=False):
        self.closed = force
        return self.closed


class Reader(Base):
    @property
    def name(self):
        return os.path.basename(self.path)

    def __init__(self, path, limit=LIMIT):
        self.path = path
        self.limit = limit
        self.lines = []

    def read(self, start, stop):
        for number, line in enumerate(self.lines):
            if start <= number < stop and not self.closed:
                yield line.strip()
        self.close(force=True)

    @staticmethod
    def parse(text, status):
        value = loads(text)
        return value["status"] == status or value.get("count", 0) > LIMIT


def total(values, start=0):
    result = start
    for value in values:
        result += value
    return result


def report(readers, start, stop):
    lines = [line for reader in readers for line in reader.read(start, stop)]
    return dumps({"status": state["status"], "count": total(map(len, lines), start=1)})
"""

PIECES = [
    *sorted(set(re.findall(rb'[A-Za-z_]\w*|"\w+"|\d+', TEXT))),
    *(b"x", b"valu", b"lines2", b"self.name", b"\n", b" ", b"(", b")", b"=", b".", b"", b'"', b"#"),
    *(
        b"        self.path2 = start\n",
        b"    total = value\n",
        b"def total(values): pass\n",
        b"global state\n",
    ),
]
EDITS = st.lists(
    st.tuples(st.floats(0, 1), st.integers(0, 9), st.sampled_from(PIECES), st.booleans()),
    min_size=1,
    max_size=6,
)


class _DigestScorer:
    """Energies that are another number for every window that differs in anything."""

    device = "cpu"
    passes = 0

    def __init__(self, package: ModelPackage, device: str, threads: int, *, remembers: bool) -> None:
        pass

    def gaps(
        self, windows: Sequence[Window], proceed: Callable[[], None] = lambda: None
    ) -> list[NDArray[np.float32]]:
        found = []
        for window in windows:
            seed = int.from_bytes(window.digest()[:8], "little")
            found.append(np.random.default_rng(seed).normal(3, 2, len(window.candidates)).astype(np.float32))
        return found


class _SilentScorer(_DigestScorer):
    """No energies at all."""

    def gaps(
        self, windows: Sequence[Window], proceed: Callable[[], None] = lambda: None
    ) -> list[NDArray[np.float32]]:
        return [np.zeros(len(window.candidates), np.float32) for window in windows]


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine_module, "Scorer", _DigestScorer)


def fresh_engine() -> Engine:
    weight = np.random.default_rng(0).normal(0, 0.1, (len(SOFT_RULES), FEATURE_COUNT)).astype(np.float32)
    bias = np.zeros(len(SOFT_RULES), np.float32)
    package = ModelPackage(
        Path(),
        "",
        "",
        weight,
        bias,
        {},
        {},
        {"value": 3, "close": 9, "values": 2},
        CorpusTable.empty(),
    )
    return Engine(package)


def found_in(
    engine: Engine, file: ParsedFile, facts: ProjectFacts | None, level: str = "all"
) -> list[object]:
    results = engine.examine(file, facts, hard=None, level=level)
    return [(r.unit.qualname, r.unit.start, r.free_energy, r.edits) for r in results]


def replacement_at(data: bytes, place: float, length: int, new: bytes, whole: bool) -> Replacement:
    """At a place in the text; of a whole word, or of some bytes, or an insertion."""
    at = int(place * len(data))
    words = list(re.finditer(rb"\w+", data[at:])) if whole else []
    if words:
        return Replacement(at + words[0].start(), at + words[0].end(), new)
    return Replacement(at, min(at + max(length - 6, 0), len(data)), new)


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(EDITS, st.lists(st.sampled_from(("all", "default")), min_size=6, max_size=6))
def test_results_after_edits_are_those_of_a_fresh_look(
    edits: list[tuple[float, int, bytes, bool]], levels: list[str]
) -> None:
    engine = fresh_engine()
    file = parse(TEXT)
    found_in(engine, file, None)
    for (place, length, new, whole), level in zip(edits, levels, strict=False):
        file = file.edited([replacement_at(file.data, place, length, new, whole)])
        expected = found_in(fresh_engine(), parse(file.data), None, level)
        assert found_in(engine, file, None, level) == expected


def test_an_alarm_budget_looks_only_at_units_of_which_it_may_show_an_edit() -> None:
    every = fresh_engine().examine(parse(TEXT), None, hard=None, level="all")
    some = fresh_engine().examine(parse(TEXT), None, hard=None, level="default")
    kinds = {unit.qualname: unit.kind for unit in parse(TEXT).units}
    functions = [r for r in every if kinds[r.unit.qualname] in LEARNED_UNITS]
    assert len(functions) < len(every)
    assert [(r.unit.qualname, r.edits) for r in some] == [(r.unit.qualname, r.edits) for r in functions]


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(EDITS)
def test_so_are_they_in_a_project(edits: list[tuple[float, int, bytes, bool]]) -> None:
    other = FileSummary(
        {"value": 1, "valued": 2, "x": 1, "lines2": 1}, {}, {"Reader2": (("Base",), ("reads", "paths"))}
    )
    engine = fresh_engine()
    file = parse(TEXT)
    own = file.summary()
    facts = ProjectFacts.of([other, own])
    found_in(engine, file, facts)
    for place, length, new, whole in edits:
        file = file.edited([replacement_at(file.data, place, length, new, whole)])
        now = parse(file.data).summary()
        if now.functions == own.functions and now.classes == own.classes:
            facts = facts.with_names(own.names.keys() - now.names.keys(), now.names.keys() - own.names.keys())
        else:
            facts = ProjectFacts.of([other, now])
        own = now
        expected = found_in(fresh_engine(), parse(file.data), ProjectFacts.of([other, now]))
        assert found_in(engine, file, facts) == expected


def test_a_letter_leaves_most_units_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    engine = fresh_engine()
    file = parse(TEXT)
    found_in(engine, file, None)
    looked_at: list[str] = []

    def counting(statistics: FileStatistics, units: Sequence[Unit], *rest: Any) -> list[EncodedUnit]:
        looked_at.extend(unit.qualname for unit in units)
        return encode_units(statistics, units, *rest)

    monkeypatch.setattr(engine_module, "encode_units", counting)
    at = TEXT.index(b"result = start") + len(b"result = start")
    found_in(engine, file.edited([Replacement(at, at, b"q")]), None)
    assert "total" in looked_at
    assert "Base.close" not in looked_at
    assert "Reader.name" not in looked_at


@pytest.mark.parametrize("at_once", [1, 60, 150])
def test_a_long_file_is_scored_in_parts_as_it_is_at_once(
    at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = found_in(fresh_engine(), parse(TEXT), None)
    calls: list[int] = []

    def counting(statistics: FileStatistics, units: Sequence[Unit], *rest: Any) -> list[EncodedUnit]:
        calls.append(len(units))
        return encode_units(statistics, units, *rest)

    monkeypatch.setattr(engine_module, "encode_units", counting)
    monkeypatch.setattr(engine_module, "_TOKENS_AT_ONCE", at_once)
    assert found_in(fresh_engine(), parse(TEXT), None) == expected
    assert len([count for count in calls if count]) > 1


def test_a_file_is_told_from_its_copies() -> None:
    engine = fresh_engine()
    generator = Random(3)
    versions = [
        TEXT,
        TEXT.replace(b"value", b"item"),
        TEXT.replace(b"LIMIT", b"count"),
        TEXT[: len(TEXT) // 2],
    ]
    for _ in range(12):
        data = generator.choice(versions)
        assert found_in(engine, parse(data), None) == found_in(fresh_engine(), parse(data), None)


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(EDITS)
def test_a_function_after_an_edit_alone_is_found_as_in_the_whole_file(
    monkeypatch: pytest.MonkeyPatch, edits: list[tuple[float, int, bytes, bool]]
) -> None:
    monkeypatch.setattr(engine_module, "Scorer", _SilentScorer)
    engine = fresh_engine()
    file = parse(TEXT)
    engine.examine(file, None, hard=None, level="all")
    for place, length, new, whole in edits:
        replacement = replacement_at(file.data, place, length, new, whole)
        functions = [unit for unit in file.units if unit.kind in LEARNED_UNITS]
        unit = next((u for u in functions if u.start < replacement.start and replacement.end < u.end), None)
        after = file.edited([replacement])
        enclosed = after.enclosed_since(file)
        if unit is None or enclosed is None or enclosed.node != unit.node:
            continue
        if after.facts.functions != file.facts.functions or after.facts.classes != file.facts.classes:
            continue
        alone = engine.examine_edited(file, unit, [replacement], moved=0, hard=NoTerms(), level="all")
        assert alone is not None
        expected = fresh_engine().examine(parse(after.data), None, hard=None, level="all")
        same = [r for r in expected if r.unit.start == unit.start]
        assert [(r.unit.end, bool(r.edits)) for r in alone] == [(r.unit.end, bool(r.edits)) for r in same]
        for own, other in zip(alone, same, strict=True):
            # What the edit made of other functions' similar names may come or go.
            assert own.free_energy == pytest.approx(other.free_energy, abs=0.2)
            gaps = {edit.edit: edit.gap.total.soft for edit in other.edits}
            for edit in own.edits[:2]:
                assert gaps.get(edit.edit, edit.gap.total.soft) == pytest.approx(edit.gap.total.soft, abs=0.2)


class NoTerms:
    """Hard terms that never fire."""

    violations: Sequence[Violation] = ()

    def allows(self, replacements: tuple[Replacement, ...]) -> bool:
        return True
