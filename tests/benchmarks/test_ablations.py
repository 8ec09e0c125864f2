"""Ablations: what an arm takes away, that it trains, and the table of paired differences."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
import pytest
import torch
from benchmarks.ablations import __main__ as command
from benchmarks.ablations.arms import ARMS, EVERYTHING, Material, outcomes, taken_away, without_header
from tests.energy_models.tiny import TEXTS, batch_of, tokenizer, windows_of

from groundstate_energy.encoding import PieceTable
from groundstate_energy.training import losses
from groundstate_energy.training.network import Network
from groundstate_energy.training.trainer import TrainingConfig, save, start
from groundstate_grammars.python.lexical import ROLE_COUNT
from groundstate_grammars.python.parsed import parse


def tiny_batch() -> dict[str, np.ndarray]:
    windows = [window for text in TEXTS for window in windows_of(parse(text.encode()))]
    batch = batch_of(windows, PieceTable(tokenizer()))
    batch["back"] = np.full(len(batch["target"]), -1, np.int64)
    return batch


def test_without_its_header_a_window_has_padding_there_and_all_else_as_it_was() -> None:
    batch = tiny_batch()
    header = batch["roles"] >= ROLE_COUNT
    hidden = without_header(batch)
    assert header.any()
    assert not hidden["tokens"][header].any()
    assert (hidden["tokens"][~header] == batch["tokens"][~header]).all()


def test_what_an_arm_takes_away_is_back_afterwards() -> None:
    related, margin = Network.related, losses.MARGIN
    for arm in ARMS:
        with taken_away(arm):
            pass
    assert Network.related is related
    assert margin == losses.MARGIN


@pytest.mark.parametrize("arm", ARMS)
def test_every_arm_trains_and_is_judged_on_every_window(arm: str, tmp_path: Path) -> None:
    torch.set_num_threads(1)
    config = TrainingConfig(network="tiny", rate=1e-3, warmup=2)
    save(start(config, torch.device("cpu")), tmp_path / "checkpoint.pt")
    batch = tiny_batch()
    owners = ["owner+name"] * len(batch["target"])
    material = Material(
        tmp_path / "checkpoint.pt", config, [batch], [batch] * 40, {"fixes": ([batch], owners)}
    )
    found = outcomes(arm, material, 4, 0)
    assert len(found["fixes"]) == len(owners)


def entry(arm: str, seed: int, joint: str) -> str:
    kind = {"joint": joint, "repositories": [["one", 10], ["other", len(joint) - 10]]}
    return json.dumps({"arm": arm, "seed": seed, "steps": 4, "fixes": kind, "mutants": kind})


def test_the_table_compares_an_arm_with_everything_seed_by_seed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out.jsonl"
    out.write_text(
        "\n".join(
            (
                entry(EVERYTHING, 0, "1" * 20),
                entry(EVERYTHING, 1, "1" * 10 + "0" * 10),
                entry("relations", 0, "0" * 20),
                entry("pair margin", 7, "0" * 20),
            )
        ),
        "utf-8",
    )
    assert command._table(argparse.Namespace(out=out)) == 0
    rows = capsys.readouterr().out.splitlines()
    assert "| everything | 2 | 75.0 of 20 | 75.0 of 20 |" in rows
    assert "| relations | 1 | -100.0 (-100.0 to -100.0) | -100.0 (-100.0 to -100.0) |" in rows
    assert "| pair margin | 1 | not compared | not compared |" in rows
