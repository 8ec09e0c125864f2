"""What is counted in unchanged code is what the analysis shows of it."""

from __future__ import annotations

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
from groundstate_energy.minimiser import TYPICAL
from groundstate_energy.model_package import LEVELS, ModelPackage, RuleCalibration
from groundstate_energy.ngrams import CorpusTable
from groundstate_energy.training.corpus import CorpusFile, Repository
from groundstate_energy.training.held_out import HeldOut, clean_files, examine_clean, indices_of
from groundstate_grammars.project import ProjectFacts
from groundstate_grammars.python.parsed import parse
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
