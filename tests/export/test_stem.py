"""The stem: its graph says what torch says, the scorer asks what was measured, and a bound keeps its word."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from tests.energy_models import tiny

from groundstate_energy.encoding import PieceTable
from groundstate_energy.engine import Engine
from groundstate_energy.model_package import (
    LEVELS,
    STEM,
    ModelPackage,
    ModelPackageError,
    RuleCalibration,
    load_model_package,
)
from groundstate_energy.scorer import Scorer
from groundstate_energy.training.stem import (
    Stem,
    Windows,
    bounds_of,
    chosen_bounds,
    examined,
    fit,
    losses,
    thresholds_of,
)
from groundstate_export.package import build_package, write_calibration
from groundstate_export.stem import Sample, add_stem, bounds_in
from groundstate_grammars.python.parsed import parse
from groundstate_grammars.rules import SOFT_RULES

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")
CALIBRATION = dict.fromkeys(
    SOFT_RULES, RuleCalibration(1.0, 0.0, {"strict": 1.0, "default": 0.0, "explore": -3.0}, 9, 9, 0.0)
)


def trained() -> tuple[Stem, Sample]:
    torch.manual_seed(0)
    stem = Stem(tiny.network())
    stem.network.requires_grad_(False)
    windows = examined(stem, tiny.usage(), thresholds_of(CALIBRATION), tiny.batches())
    fit(stem, windows, epochs=3, size=2, progress=lambda line: None)
    return stem, Sample("mutants", tiny.batches(), windows)


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> ModelPackage:
    folder = tmp_path_factory.mktemp("package")
    run = tiny.write_run(folder / "run")
    build_package(
        run, "tiny", {}, tiny.batches(), folder / "model", name="tiny", card="", progress=lambda line: None
    )
    write_calibration(folder / "model", CALIBRATION, {})
    loaded = load_model_package(folder / "model")
    assert loaded is not None
    assert loaded.stem is None
    stem, sample = trained()
    said: list[str] = []
    add_stem(stem, loaded, [sample], [sample], progress=said.append)
    assert [line.split(":")[0] for line in said] == ["stem, calibration", "stem, test"]
    loaded = load_model_package(folder / "model")
    assert loaded is not None
    return loaded


def test_only_the_head_is_trained() -> None:
    stem, _ = trained()
    assert all(
        torch.equal(after, before)
        for after, before in zip(
            stem.network.state_dict().values(), tiny.network().state_dict().values(), strict=True
        )
    )


def test_the_forward_pass_is_the_head_over_the_states_it_was_trained_on() -> None:
    stem, sample = trained()
    whole = torch.cat(
        [
            stem(*(torch.from_numpy(np.asarray(batch[name])) for name in ("pieces", "tokens", "roles")))
            for batch in sample.batches
        ]
    )
    assert np.abs(whole.detach().numpy() - bounds_of(stem, sample.windows)).max() < 0.05  # states are halves


def test_the_manifest_says_what_the_stem_loses(package: ModelPackage) -> None:
    about = json.loads((package.folder / "manifest.json").read_text())["stem"]
    assert about["suspicious"].keys() == set(LEVELS)
    for level in LEVELS:
        measured = about["test"]["mutants"][level]
        assert measured["recall with the cascade"] <= measured["recall"]


def test_the_scorer_asks_what_was_measured(package: ModelPackage) -> None:
    assert package.stem is not None
    table = PieceTable(tiny.tokenizer())
    scorer = Scorer(package, "cpu", 1)
    for text in tiny.TEXTS:
        for window in tiny.windows_of(parse(text.encode())):
            (bounds,) = bounds_in(package.stem, [tiny.batch_of([window], table)])
            for number, level in enumerate(LEVELS):
                asked = scorer.suspicious([window.reading(), window.reading()], level)
                assert asked == [bool(bounds[number] >= package.suspicious[level])] * 2


def test_a_budget_shows_no_unit_that_looking_at_all_would_not(package: ModelPackage) -> None:
    for text in tiny.TEXTS:
        every = Engine(package, threads=1).examine(parse(text.encode()), None, hard=None, level="all")
        some = Engine(package, threads=1).examine(parse(text.encode()), None, hard=None, level="default")
        assert [result for result in every if result in some] == list(some)


def test_a_damaged_stem_is_refused(package: ModelPackage, tmp_path: Path) -> None:
    for file in package.folder.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    (tmp_path / STEM).write_bytes(b"not a graph")
    with pytest.raises(ModelPackageError, match=r"stem\.onnx"):
        load_model_package(tmp_path)


def test_a_bound_loses_no_more_than_it_may() -> None:
    rng = np.random.default_rng(0)
    found = np.where(rng.random((400, 3)) < 0.5, 1.0, -1.0)
    windows = Windows(torch.zeros(0), np.ones(400, np.int64), found, found, np.arange(400) % 2 == 0)
    bounds = rng.normal(size=(400, 3)).astype(np.float32)
    chosen = chosen_bounds([(windows, bounds)], 0.021)
    for measured in losses(windows, bounds, chosen).values():
        lost = measured["recall"] - measured["recall with the cascade"]
        assert 0.01 < lost <= 0.021
        assert measured["unchanged windows looked at"] < 1
