"""Units of which counting says that no edit can be shown are not read by the network, where nobody needs their energies."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from groundstate_energy import engine as engine_module
from groundstate_energy.encoding import Window
from groundstate_energy.engine import LEARNED_UNITS, Engine
from groundstate_energy.features import FEATURE_COUNT
from groundstate_energy.minimiser import prior
from groundstate_energy.model_package import LEVELS, ModelPackage, RuleCalibration
from groundstate_energy.ngrams import CorpusTable
from groundstate_energy.terms import Violation
from groundstate_grammars.edits import Replacement
from groundstate_grammars.python.parsed import ParsedFile, parse
from groundstate_grammars.rules import SOFT_RULES

TEXT = b"""def first(values, limit):
    return [value for value in values if value < limit]


def second(text, other):
    return text.strip() + other.strip() + text.strip()
"""


class _CountingScorer:
    """Every edit lowers the energy by a little; counts the windows that it is asked about."""

    device = "cpu"

    def __init__(self, package: ModelPackage, device: str, threads: int, *, remembers: bool) -> None:
        self.passes = 0

    def gaps(
        self, windows: Sequence[Window], proceed: Callable[[], None] = lambda: None
    ) -> list[NDArray[np.float32]]:
        self.passes += len(windows)
        return [np.full(len(window.candidates), -1, np.float32) for window in windows]


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine_module, "Scorer", _CountingScorer)


def package(reach: dict[str, float]) -> ModelPackage:
    """The usage term gives every edit a gap of 2, and an edit is shown from log-odds of 0."""
    rules = len(SOFT_RULES)
    calibration = RuleCalibration(1.0, 0.0, dict.fromkeys(LEVELS, 0.0), 100, 100, 0.0)
    return ModelPackage(
        Path(),
        "",
        "",
        np.zeros((rules, FEATURE_COUNT), np.float32),
        np.full(rules, -2.0, np.float32),
        dict.fromkeys(SOFT_RULES, calibration),
        reach,
        {},
        CorpusTable.empty(),
    )


@dataclass(frozen=True)
class Terms:
    """Hard terms that allow every edit."""

    violations: Sequence[Violation]

    def allows(self, replacements: tuple[Replacement, ...]) -> bool:
        return True


def looked_at(engine: Engine, file: ParsedFile, level: str, violated: str = "") -> tuple[list[str], int]:
    """Names of the units with results, and how many windows the network read."""
    inside = [
        Violation("GS102", unit.start + 1, unit.start + 2, "", ())
        for unit in file.units
        if unit.qualname == violated
    ]
    before = engine._scorer.passes
    results = engine.examine(file, None, hard=Terms(inside), level=level)
    return [result.unit.qualname for result in results], engine._scorer.passes - before


@pytest.mark.parametrize("remembers", [False, True])
def test_a_unit_that_needs_more_than_the_reach_is_not_read(remembers: bool) -> None:
    file = parse(TEXT)
    # Bugs are as frequent in a token of each, so an edit of the shorter one needs more.
    needed = {unit.qualname: 2 - prior(unit) for unit in file.units if unit.kind in LEARNED_UNITS}
    assert needed["second"] < needed["first"]
    middle = sum(needed.values()) / 2
    for reach, read in ((max(needed.values()) + 0.1, ["first", "second"]), (middle, ["second"]), (1.5, [])):
        engine = Engine(package({"default": reach}), remembers=remembers)
        assert looked_at(engine, file, "default") == (read, len(read))


@pytest.mark.parametrize("remembers", [False, True])
def test_a_unit_in_which_an_exact_rule_fires_is_read_for_its_repairs(remembers: bool) -> None:
    engine, file = Engine(package({"default": 1.5}), remembers=remembers), parse(TEXT)
    for again in (False, True):
        passes = 0 if again and remembers else 1
        assert looked_at(engine, file, "default", violated="second") == (["second"], passes)
        assert looked_at(engine, file, "default") == ([], 0)


def test_what_an_exact_rule_still_says_costs_nothing_more_with_every_letter() -> None:
    engine, file = Engine(package({"default": 1.5})), parse(TEXT)
    assert looked_at(engine, file, "default") == ([], 0)
    assert looked_at(engine, file, "default", violated="second") == (["second"], 1)
    later = parse(TEXT.replace(b"def second", b"\ndef second"))
    assert looked_at(engine, later, "default", violated="second") == (["second"], 0)


def test_a_package_without_a_reach_and_whoever_wants_all_energies_have_every_unit_read() -> None:
    file = parse(TEXT)
    assert looked_at(Engine(package({})), file, "default")[0] == ["first", "second"]
    engine = Engine(package({"default": 1.5}))
    assert looked_at(engine, file, "default")[0] == []
    names, passes = looked_at(engine, file, "all")
    assert {"first", "second"} <= set(names)
    assert passes >= 2
    assert looked_at(engine, file, "explore")[0] == ["first", "second"]


def test_without_hard_terms_nothing_is_read_beyond_the_reach() -> None:
    engine = Engine(package({"strict": 1.0}))
    assert not engine.examine(parse(TEXT), None, hard=None, level="strict")
