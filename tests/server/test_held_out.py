"""What is counted in unchanged code is what the analysis shows of it."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from groundstate.analysis import Workspace, analyse
from groundstate.documents import Document
from groundstate.settings import Settings
from groundstate_energy import engine as engine_module
from groundstate_energy.calibration import LOWEST
from groundstate_energy.encoding import Window
from groundstate_energy.engine import Engine
from groundstate_energy.features import FEATURE_COUNT
from groundstate_energy.minimiser import TYPICAL, ScoredUnit
from groundstate_energy.model_package import LEVELS, ModelPackage, RuleCalibration
from groundstate_energy.ngrams import CorpusTable
from groundstate_energy.training.batches import split_of
from groundstate_energy.training.corpus import CorpusFile, Repository
from groundstate_energy.training.held_out import (
    Case,
    HeldOut,
    clean_files,
    examine_clean,
    indices_of,
    scored_fixes,
)
from groundstate_grammars.project import ProjectFacts
from groundstate_grammars.python.parsed import ParsedFile, parse
from groundstate_grammars.python.units import Unit
from groundstate_grammars.rules import RULES, SOFT_RULES

TEXT = b"""import os


class Reader:
    def __init__(self, name, size):
        self.name, self.size = name, size

    def read(self, stop):
        if self.size < 0:
            return self.name
        for at in range(self.size, stop):
            if at != stop and at < self.size + 1:
                return self.name[at]
        return os.path.join(self.name, self.name)


def pick(items, first, last):
    def inner(low, high):
        return items[low:high] if low < high else items[high:low]

    chosen = inner(first, last)
    if chosen is not None and not first:
        chosen += items
    return len(chosen) - 1


def test_pick():
    assert pick([1, 2, 3], 0, 2) == 2
"""
PATHS = ("package/module.py", "tests/test_module.py")


class _SomeEdits:
    """A few edits of each window are about as good as the text as written, drawn by the number of its edits."""

    device = "cpu"

    def __init__(self, package: ModelPackage, device: str, threads: int, *, remembers: bool) -> None:
        self.passes = 0

    def gaps(
        self, windows: Sequence[Window], proceed: Callable[[], None] = lambda: None
    ) -> list[NDArray[np.float32]]:
        found = []
        for window in windows:
            generator = np.random.default_rng(len(window.candidates))
            gaps = np.full(len(window.candidates), 9, np.float32)
            gaps[generator.integers(len(gaps), size=5)] = generator.uniform(-3, 0, 5)
            found.append(gaps)
        return found


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine_module, "Scorer", _SomeEdits)


@pytest.fixture
def package() -> ModelPackage:
    """Thresholds that let several edits of a function pass; one rule is silent."""
    rules = len(SOFT_RULES)
    some = RuleCalibration(1.0, 0.0, {"strict": -0.8, "default": -1.4, "explore": LOWEST}, 100, 100, 0.0)
    silent = replace(some, thresholds=dict.fromkeys(LEVELS, math.inf))
    return ModelPackage(
        folder=Path(),
        hash="",
        name="",
        usage_weight=np.zeros((rules, FEATURE_COUNT), np.float32),
        usage_bias=np.zeros(rules, np.float32),
        calibration=dict.fromkeys(SOFT_RULES, some) | {"GS306": silent},
        reach={},
        names={},
        table=CorpusTable.empty(),
    )


def counted(engine: Engine, path: str) -> HeldOut:
    found = HeldOut()
    repository = Repository("owner+name", ProjectFacts(), [CorpusFile(path, TEXT, ())])
    with indices_of([repository]) as indices:
        examine_clean(engine, clean_files([repository], 1_000, 1, indices), found)
    return found


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("path", PATHS)
def test_alarms_are_the_findings_of_the_analysis(
    package: ModelPackage, path: str, level: str, tmp_path: Path
) -> None:
    engine = Engine(package, device="cpu", threads=1, remembers=False)
    document = tmp_path / path
    document.parent.mkdir(parents=True)
    document.write_bytes(TEXT)
    workspace = Workspace(tmp_path, ProjectFacts())
    findings = analyse(Document(document, TEXT), workspace, engine, Settings(sensitivity=level)).findings
    shown = [finding for finding in findings if not RULES[finding.rule].hard]
    found = counted(engine, path)
    (of_file,) = found.clean
    assert found.alarms(package.calibration, level) == of_file.times * len(shown)
    assert bool(shown) == ((path, level) != (PATHS[1], "strict"))


def test_something_is_vetoed_here(package: ModelPackage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise the test above compares less than it says."""
    engine = Engine(package, device="cpu", threads=1, remembers=False)
    before = counted(engine, PATHS[0]).alarms(package.calibration, "explore")
    monkeypatch.setattr("groundstate_energy.vetoes.Vetoes.shows", lambda *_: True)
    assert before < counted(engine, PATHS[0]).alarms(package.calibration, "explore")


def test_a_test_file_stands_for_those_that_the_corpus_does_not_have(package: ModelPackage) -> None:
    engine = Engine(package, device="cpu", threads=1, remembers=False)
    outside, inside = (counted(engine, path) for path in PATHS)
    assert inside.lines == 3 * outside.lines
    of_tests, of_others = inside.part(), outside.part()
    assert sum(map(len, of_tests.tests.values())) == 3 * sum(map(len, of_others.clean.values())) > 0
    assert not any(map(len, (*of_tests.clean.values(), *of_others.tests.values())))


def test_log_odds_know_the_length_of_the_unit(package: ModelPackage) -> None:
    engine = Engine(package, device="cpu", threads=1, remembers=False)
    file = parse(TEXT)
    for scored in engine.score(file, file.units):
        candidate = scored.best(1)[0]
        share = math.exp(-float(scored.gaps[candidate]) - scored.free_energy)
        without = math.log(share / (1 - share))
        assert scored.log_odds(candidate) == pytest.approx(
            without + math.log(len(scored.unit.tokens) / TYPICAL)
        )


class _Favours:
    """Finds that the text as written is best but for some edits, by what they write."""

    def __init__(self, gaps: dict[bytes, float]) -> None:
        self._gaps = gaps

    def score(self, file: ParsedFile, units: Sequence[Unit]) -> list[ScoredUnit]:
        found = []
        for unit in units:
            candidates = file.candidates.of(unit)
            written = [candidates.edit(c).replacements[0].new for c in range(len(candidates))]
            gaps = np.array([self._gaps.get(new, 9.0) for new in written])
            nothing = np.zeros(len(gaps), np.float32)
            found.append(ScoredUnit(unit, candidates, nothing, gaps.astype(np.float32), gaps, []))
        return found


def case_of(before: str, after: str, kind: str, gaps: dict[bytes, float], folder: Path) -> Case:
    """What is said of one fix."""
    site = next(at for at, (old, new) in enumerate(zip(before, after, strict=False)) if old != new)
    record = {"repository": "a/calibration", "kind": kind, "before": before, "start": 0}
    record |= {"end": len(before), "after": after, "site": site}
    (folder / "fixes.jsonl").write_text(json.dumps(record) + "\n", "utf-8")
    split = split_of("a+calibration")
    ((case, _),) = scored_fixes(_Favours(gaps), [], split, folder / "fixes.jsonl", {})  # type: ignore[arg-type]  # its `score` is all that is asked
    return case


COMPARED = "def clip(low, high):\n    if low < high:\n        return 0\n    return 1\n"


def test_what_an_exact_rule_says_is_no_case_for_a_threshold(tmp_path: Path) -> None:
    before = "def mean(values):\n    total = sum(values)\n    return totl / len(values)\n"
    case = case_of(before, before.replace("totl", "total"), "name", {b"total": -3.0}, tmp_path)
    assert (case.exact, case.joint) == (True, True)
    found = HeldOut(cases=[case, replace(case, exact=False)])
    assert len(found.samples()["GS301"].bugs) == 1
    compared = case_of(COMPARED, COMPARED.replace("<", "<="), "comparison", {b"<=": -3.0}, tmp_path)
    assert (compared.exact, compared.joint) == (False, True)


def test_what_nobody_would_be_shown_is_passed_over(tmp_path: Path) -> None:
    """`low < low` is implausible, so the right edit behind it is the unit's best."""
    gaps = {b"low": -3.0, b"<=": -2.5}
    case = case_of(COMPARED, COMPARED.replace("<", "<="), "comparison", gaps, tmp_path)
    assert case.joint
    file = parse(COMPARED.encode())
    (unit,) = (unit for unit in file.units if unit.qualname == "clip")
    (scored,) = _Favours(gaps).score(file, [unit])
    assert scored.candidates.edit(scored.best(1)[0]).replacements[0].new == b"low"
