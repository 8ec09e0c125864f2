"""Training end to end on a corpus of a few functions: segments, resumption, the report of the last one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch

from groundstate_energy.training.batches import split_of
from groundstate_energy.training.corpus import gather
from groundstate_energy.training.corpus_table import in_table
from groundstate_energy.training.pipeline import run_training
from groundstate_energy.training.trainer import TrainingConfig

FUNCTION = '''
class Store{number}:
    def __init__(self, limit, items):
        self.limit = limit
        self.items = items

    def find_{number}(self, key, default):
        """Look a key up."""
        for item in self.items:
            if item.key == key and len(self.items) < self.limit + {number}:
                return item.value
        return default


def merge_{number}(left, right, start={number}):
    result = dict(left)
    for name, value in right.items():
        if name not in result or start > {number}:
            result[name] = value - start
    return result
'''


def _name(wanted: str) -> str:
    """A repository name that falls into a split; ``train`` means the part that mutants are made of."""
    for number in range(10_000):
        name = f"owner+repository{number}"
        if split_of(name) == wanted and (wanted != "train" or not in_table(name)):
            return name
    raise AssertionError("no such name")


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    roots = []
    for number, split in enumerate(("train", "calibration", "test")):
        root = tmp_path / "sources" / _name(split)
        root.mkdir(parents=True)
        for file in range(6):
            text = "".join(FUNCTION.format(number=100 * number + 10 * file + i) for i in range(3))
            (root / f"part{file}.py").write_text(text, "utf-8")
        roots.append(root)
    gather(roots, tmp_path / "corpus", progress=lambda _: None)
    return tmp_path / "corpus"


def test_segments_resume_and_the_last_one_reports(corpus: Path, tmp_path: Path) -> None:
    torch.set_num_threads(1)
    out = tmp_path / "run"
    config = TrainingConfig(network="tiny", minutes=0.1, tokens=512, workers=0, warmup=2, mutants_from=0.4)

    def segment(minutes: float) -> None:
        run_training(
            corpus,
            out,
            config,
            device=torch.device("cpu"),
            segment_minutes=minutes,
            progress=lambda _: None,
        )

    segment(0.03)
    first = torch.load(out / "checkpoint.pt", weights_only=True)
    assert first["phase"] == "denoising"
    assert not (out / "report.json").exists()
    segment(1.0)
    second = torch.load(out / "checkpoint.pt", weights_only=True)
    assert second["phase"] == "edits"
    assert second["step"] > first["step"]
    report = json.loads((out / "report.json").read_text("utf-8"))
    table = report["mutants of test repositories"]
    probes = (
        "usage term alone",
        "no context",
        "shuffled context",
        "length only",
        "n-grams only",
        "random site",
    )
    for key in ("all", *probes):
        assert 0 <= table[key]["joint"] <= table[key]["localisation"] <= 1
    assert report["step"] == second["step"]
