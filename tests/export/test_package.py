"""Export: ONNX Runtime computes what torch computes, or nothing is written."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from tests.energy_models import tiny

from groundstate_energy.engine import Engine
from groundstate_energy.model_package import LEVELS, ModelPackage, RuleCalibration, load_model_package
from groundstate_energy.scorer import Scorer
from groundstate_energy.terms import Violation
from groundstate_export.onnx_graph import export_network
from groundstate_export.package import (
    PARITY,
    Graphs,
    ParityError,
    build_package,
    prove_parity,
    rank_agreement,
    write_calibration,
)
from groundstate_grammars.edits import Replacement
from groundstate_grammars.python.parsed import parse
from groundstate_grammars.rules import SOFT_RULES

# torch's own warnings about its older exporter, which is the one that keeps our axes free of each other.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


@pytest.fixture(scope="module")
def graphs(tmp_path_factory: pytest.TempPathFactory) -> Graphs:
    folder = tmp_path_factory.mktemp("graphs")
    paths = (folder / "reader.onnx", folder / "ranker.onnx")
    export_network(tiny.network(), tiny.batches()[0], *paths)
    return Graphs(*paths)


def test_onnx_runtime_computes_what_torch_computes_on_three_shapes(graphs: Graphs) -> None:
    assert prove_parity(tiny.network(), graphs, tiny.batches()) <= PARITY


def test_two_shapes_prove_nothing(graphs: Graphs) -> None:
    with pytest.raises(ParityError, match="three shapes"):
        prove_parity(tiny.network(), graphs, tiny.batches()[:2])


def test_another_network_is_no_parity(graphs: Graphs) -> None:
    with pytest.raises(ParityError, match="differs from torch"):
        prove_parity(tiny.network(seed=1), graphs, tiny.batches())


def test_graphs_agree_with_themselves(graphs: Graphs) -> None:
    agreement = rank_agreement(graphs, graphs, tiny.usage(), tiny.batches())
    assert agreement["top edit agrees"] == 1
    assert agreement["spearman"] == pytest.approx(1)
    assert agreement["largest difference"] == 0


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> ModelPackage:
    folder = tmp_path_factory.mktemp("package")
    run = tiny.write_run(folder / "run")
    said: list[str] = []
    build_package(
        run,
        "tiny",
        {"width": 3},
        tiny.batches(),
        folder / "model",
        name="tiny",
        card="A card.",
        progress=said.append,
    )
    assert any(line.startswith("parity: ") for line in said)
    loud = RuleCalibration(1.0, 0.0, dict.fromkeys(LEVELS, -1e9), 100, 100, 0.0)
    write_calibration(folder / "model", dict.fromkeys(SOFT_RULES, loud), {}, {})
    loaded = load_model_package(folder / "model")
    assert loaded is not None
    return loaded


def test_a_package_says_what_it_was_proved_to_be(package: ModelPackage) -> None:
    manifest = json.loads((package.folder / "manifest.json").read_text())
    assert manifest["parity"]["fp32"] <= PARITY
    int8 = manifest["parity"]["int8"]
    assert {"top edit agrees", "spearman", "largest difference", "joint, fp32", "joint, this"} <= set(int8)
    assert all(0 <= int8[f"{measure}, this"] <= 1 for measure in ("joint", "localisation", "repair"))
    assert (package.folder / "MODEL_CARD.md").read_text() == "A card."


def test_energies_do_not_depend_on_what_else_is_scored(package: ModelPackage) -> None:
    """Quantised activations are scaled by the batch; a unit has the same energies in any company."""
    scorer = Scorer(package, "cpu", 1)
    windows = [window for text in tiny.TEXTS for window in tiny.windows_of(parse(text.encode()))]
    for window, gaps in zip(windows, scorer.gaps(windows), strict=True):
        (alone,) = scorer.gaps([window])
        assert alone.tolist() == gaps.tolist()


def test_the_callers_floats_stay_ieee_doubles(package: ModelPackage) -> None:
    """Contracts are judged in the same process, denormals and all."""
    windows = tiny.windows_of(parse(tiny.TEXTS[1].encode()))
    Scorer(package, "cpu", 1).gaps(windows)
    smallest = sys.float_info.min
    assert smallest / 2 > 0
    assert (np.full(64, smallest) / 2 > 0).all()


def test_what_was_read_is_ranked_again_as_if_it_were_new(package: ModelPackage) -> None:
    """Where only counts changed, the first half of the network does not run again."""
    remembering = Scorer(package, "cpu", 1)
    windows = [window for text in tiny.TEXTS for window in tiny.windows_of(parse(text.encode()))]
    remembering.gaps(windows)
    changed = [replace(window, features=window.features + np.float32(0.3)) for window in windows]
    fresh = Scorer(package, "cpu", 1)
    for old, new in zip(remembering.gaps(changed), fresh.gaps(changed), strict=True):
        assert old.tolist() == new.tolist()


def test_an_engine_runs_the_package(package: ModelPackage) -> None:
    engine = Engine(package, device="cpu", threads=1)
    file = parse(tiny.TEXTS[1].encode())
    results = engine.examine(file, None, hard=None, level="all")
    assert [result.unit.qualname for result in results] == ["Box.__init__", "Box.size"]
    assert all(np.isfinite(result.free_energy) and result.free_energy >= 0 for result in results)
    assert engine.examine(file, None, hard=None, level="all") == results


class Terms:
    """Hard terms that say nothing of a file, and the same of every edit."""

    violations: Sequence[Violation] = ()

    def __init__(self, *, allowing: bool = True) -> None:
        self._allowing = allowing

    def allows(self, replacements: tuple[Replacement, ...]) -> bool:
        return self._allowing


def test_an_edit_that_adds_a_violation_is_not_a_result(package: ModelPackage) -> None:
    file = parse(tiny.TEXTS[1].encode())

    engine = Engine(package, device="cpu", threads=1)
    results = engine.examine(file, None, hard=Terms(allowing=False), level="all")
    assert results
    assert all(result.edits == () for result in results)


def test_an_unchanged_unit_moves_with_its_text(package: ModelPackage) -> None:
    """A result that is remembered is the result of the moved unit, not of where it was."""
    engine = Engine(package, device="cpu", threads=1)
    text = tiny.TEXTS[0].encode()
    (before,) = engine.examine(parse(text), None, hard=None, level="all")
    (after,) = engine.examine(parse(b"\n\n" + text), None, hard=None, level="all")
    assert before.edits
    assert after.edits == tuple(edit.moved(2) for edit in before.edits)


class _Enough(Exception):
    pass


def test_a_look_that_was_cut_off_goes_on_from_there(package: ModelPackage) -> None:
    """Every pass that was done is remembered: the next look needs only the others."""
    scorer = Scorer(package, "cpu", 1)
    found = [window for text in tiny.TEXTS for window in tiny.windows_of(parse(text.encode()))]
    windows = list({window.digest(): window for window in found}.values())
    left = [2]

    def stop_at_the_third() -> None:
        if not left[0]:
            raise _Enough
        left[0] -= 1

    with pytest.raises(_Enough):
        scorer.gaps(windows, stop_at_the_third)
    assert scorer.passes == 2
    done = [gaps.tolist() for gaps in scorer.gaps(windows)]
    assert scorer.passes == len(windows) > 2
    assert done == [gaps.tolist() for gaps in Scorer(package, "cpu", 1).gaps(windows)]


def test_an_engine_stops_when_it_is_told_to_and_says_what_it_spent(
    package: ModelPackage, caplog: pytest.LogCaptureFixture
) -> None:
    engine = Engine(package, threads=1)
    file = parse(tiny.TEXTS[1].encode())

    def stop() -> None:
        raise _Enough

    with pytest.raises(_Enough):
        engine.examine(file, None, hard=Terms(), level="all", proceed=stop)
    with caplog.at_level("INFO", "groundstate.energies"):
        engine.examine(file, None, hard=Terms(), level="all")
        engine.examine(file, None, hard=Terms(), level="all")
    first, second = (record.getMessage() for record in caplog.records)
    assert first.startswith("energies: 0 units known, ")
    assert " 0 passes of the network" in second


def test_all_networks_of_a_process_compute_without_denormals(package: ModelPackage) -> None:
    """ONNX Runtime turns denormals off on the thread of a process's first session, and never again."""
    code = (
        "import sys, numpy as np\n"
        "from pathlib import Path\n"
        "from groundstate_energy.model_package import load_model_package\n"
        "from groundstate_energy.scorer import Scorer\n"
        "package = load_model_package(Path(sys.argv[1]))\n"
        "tiny = np.full(8, np.finfo(np.float32).tiny, np.float32)\n"
        "for scorer in (Scorer(package, 'cpu', 1), Scorer(package, 'cpu', 1)):\n"
        "    print(bool((scorer._thread.submit(lambda: tiny / 2).result() == 0).all()))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(package.folder)], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["True", "True"]
