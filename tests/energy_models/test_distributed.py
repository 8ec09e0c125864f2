"""Training by two processes (gloo, on the CPU): the losses of one process, step by step, on the same batches."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.energy_models.test_hard_negatives import BATCH, WINDOWS
from tests.energy_models.test_training import FUNCTION, _name
from tests.energy_models.tiny import network, usage

import groundstate.cli
from groundstate_energy.training.corpus import gather
from groundstate_energy.training.distributed import ALONE, Processes
from groundstate_energy.training.hard_negatives import part_of
from groundstate_energy.training.steps import Objective, totals_of
from groundstate_energy.training.trainer import as_tensors

STEPS = Path(__file__).with_name("some_steps.py")
TORCHRUN = ("-m", "torch.distributed.run", "--standalone", "--nproc-per-node=2")


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository of each split, the first of more files."""
    home = tmp_path_factory.mktemp("corpus")
    roots = []
    for number, (split, files) in enumerate((("train", 12), ("calibration", 2), ("test", 2))):
        root = home / "sources" / _name(split)
        root.mkdir(parents=True)
        for file in range(files):
            text = "".join(FUNCTION.format(number=100 * number + 10 * file + i) for i in range(3))
            (root / f"part{file}.py").write_text(text, "utf-8")
        roots.append(root)
    gather(roots, home / "corpus", progress=lambda _: None)
    return home / "corpus"


def _run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        [sys.executable, *map(str, arguments)], env=environment, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr
    return done


@pytest.fixture(scope="module")
def both(corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the same steps gave to one process and to two."""
    home = tmp_path_factory.mktemp("both")
    _run(STEPS, corpus, home / "one")
    _run(*TORCHRUN, STEPS, corpus, home / "two")
    return home


def test_two_processes_have_the_losses_of_one(both: Path) -> None:
    one, two = (json.loads((both / name / "steps.json").read_text("utf-8")) for name in ("one", "two"))
    assert len(one) == 24
    assert {"denoising", "contrast", "pair", "usage_contrast", "gradient"} < set().union(*one)
    assert any(step.get("pair", 0) > 0 for step in one), "no fix was among the batches"
    for expected, found in zip(one, two, strict=True):
        assert expected.keys() == found.keys()
        for name, value in expected.items():
            assert found[name] == pytest.approx(value, rel=1e-4, abs=1e-5), name


def test_two_processes_have_the_weights_of_one(both: Path) -> None:
    weights = [np.load(both / "two" / f"weights{rank}.npy") for rank in range(2)]
    np.testing.assert_array_equal(*weights)
    expected = np.load(both / "one" / "weights0.npy")
    # Muon makes its steps of bf16 products, in which a difference in the last bit of a gradient may grow.
    assert np.abs(weights[0] - expected).max() < 1e-4


def test_processes_have_no_file_in_common(both: Path) -> None:
    drawn = [json.loads((both / "two" / f"drawn{rank}.json").read_text("utf-8")) for rank in range(2)]
    files = [{text for _, text in own} for own in drawn]
    assert abs(len(files[0]) - len(files[1])) <= 1
    assert files[0].isdisjoint(files[1])
    assert [{number for number, _ in own} for own in drawn] == [{0}, {1}]
    alone = json.loads((both / "one" / "drawn0.json").read_text("utf-8"))
    assert files[0] | files[1] == {text for _, text in alone}


def test_segments_of_torchrun_resume_and_the_first_process_writes(corpus: Path, tmp_path: Path) -> None:
    out = tmp_path / "run"
    train = (
        "-m", "groundstate", "train", "run", corpus, "--out", out, "--network", "tiny", "--minutes", "0.08",
        "--tokens", "512", "--workers", "0",
    )  # fmt: skip
    said = _run(*TORCHRUN, *train, "--segment", "0.03").stderr
    assert said.count("2 processes, the first on cpu") == 1
    first = torch.load(out / "checkpoint.pt", weights_only=True)
    assert first["step"] > 0
    assert not (out / "report.json").exists()
    # The second segment has another number of processes, which the checkpoint does not know.
    said = _run(*train, "--shards", "2").stderr
    resumed = re.search(r"resumed at step (\d+)", said)
    assert resumed is not None
    assert int(resumed[1]) == first["step"]
    report = json.loads((out / "report.json").read_text("utf-8"))
    assert report["step"] > first["step"]
    assert report["config"]["shards"] == 2
    steps = [json.loads(line)["step"] for line in (out / "log.jsonl").read_text("utf-8").splitlines()]
    assert steps == sorted(set(steps))


@given(st.sets(st.integers(0, WINDOWS - 1), min_size=1, max_size=WINDOWS - 1))
@settings(max_examples=10)
def test_parts_of_a_batch_add_up_to_it(chosen: set[int]) -> None:
    objective = Objective(network(), usage())
    parts = [
        as_tensors(part_of(BATCH, np.array(sorted(windows), np.intp)))
        for windows in (chosen, set(range(WINDOWS)) - chosen)
    ]
    totals = torch.stack([totals_of(part) for part in parts]).sum(0)
    whole = as_tensors(BATCH)
    torch.testing.assert_close(totals[:4], totals_of(whole)[:4])
    expected = objective(whole, totals_of(whole))
    added = [objective(part, totals) for part in parts]
    for name, loss in expected.items():
        torch.testing.assert_close(added[0][name] + added[1][name], loss, rtol=1e-4, atol=1e-4)


def test_only_run_is_for_several_processes(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setenv("WORLD_SIZE", "2")
    code = groundstate.cli.run(["train", "mine", "--repos", str(tmp_path), "--out", str(tmp_path / "out")])
    assert code == 2
    assert "`train mine` is for one process: start it without torchrun" in capsys.readouterr().err


def test_shards_are_shared_evenly_or_not_at_all() -> None:
    assert list(ALONE.parts(3)) == [0, 1, 2]
    assert [list(Processes(rank, 2).parts(4)) for rank in range(2)] == [[0, 1], [2, 3]]
    with pytest.raises(ValueError, match="3 shards cannot be shared by 2 processes evenly"):
        Processes(0, 2).parts(3)
