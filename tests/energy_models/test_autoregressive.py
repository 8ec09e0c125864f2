"""The autoregressive baseline: nothing ahead is seen, and energies of edits are differences of whole likelihoods."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest
import torch
from tests.energy_models import tiny

from groundstate_energy.encoding import PIECES, PieceTable
from groundstate_energy.training import autoregressive_energy
from groundstate_energy.training.autoregressive import (
    AutoregressiveNetwork,
    next_token_batch,
    next_token_loss,
)
from groundstate_energy.training.autoregressive_energy import EditedWindows, edited_windows, energy_gaps
from groundstate_energy.training.denoising import text_of
from groundstate_energy.training.network import NetworkConfig
from groundstate_grammars.python.parsed import parse
from groundstate_grammars.python.units import UnitKind

TABLE = PieceTable(tiny.tokenizer())
TEXTS = (
    *tiny.TEXTS,
    "def price(total, tax, rounded=True):\n    if rounded and total < -1:\n        return convert(total, tax)\n"
    "    return total - tax\n\n\ndef convert(total, tax):\n    return total + 2 * tax\n",
)


@pytest.fixture(autouse=True)
def one_thread() -> None:
    torch.set_num_threads(1)


def network() -> AutoregressiveNetwork:
    torch.manual_seed(1)
    made = AutoregressiveNetwork(NetworkConfig.from_name("tiny"))
    for parameter in made.parameters():
        torch.nn.init.normal_(parameter, std=0.2)
    return made.eval()


def read(windows: EditedWindows, tokens: np.ndarray, roles: np.ndarray) -> float:
    """−log p of a whole window, by one pass over it and with nothing remembered."""
    model = network()
    pieces = np.zeros((len(windows.texts) + 1, PIECES), np.int32)
    pieces[1:] = TABLE.rows(windows.texts)
    at = np.arange(max(windows.header, 1), len(tokens))
    batch = {
        "pieces": pieces,
        "tokens": tokens[None],
        "roles": roles[None].astype(np.int32),
        "at": (at - 1).astype(np.int32),
        "next_role": roles[at].astype(np.int32),
        "answer": tokens[at].astype(np.int64),
    }
    with torch.no_grad():
        role, text = next_token_loss(
            model, {name: torch.from_numpy(values) for name, values in batch.items()}
        )
    return float(role + text) * len(at)


def test_a_token_is_predicted_from_those_before_it() -> None:
    files = [parse(text.encode()) for text in TEXTS]
    texts = [
        text_of(file, unit, random.Random(0))
        for file in files
        for unit in file.units
        if unit.kind is UnitKind.FUNCTION
    ]
    batch = {name: torch.from_numpy(values) for name, values in next_token_batch(texts, TABLE).items()}
    model = network()
    with torch.no_grad():
        before = model.encode(model.embed(batch["pieces"]), batch["tokens"], batch["roles"])
        changed = {name: values.clone() for name, values in batch.items()}
        middle = batch["tokens"].shape[1] // 2
        changed["tokens"][:, middle:] = 1
        changed["roles"][:, middle:] = 2
        after = model.encode(model.embed(batch["pieces"]), changed["tokens"], changed["roles"])
    assert torch.allclose(before[:, :middle], after[:, :middle], atol=1e-5)
    assert not torch.allclose(before[:, middle:], after[:, middle:], atol=1e-5)


def test_every_token_of_a_unit_is_asked_for_and_none_of_its_header() -> None:
    file = parse(TEXTS[1].encode())
    texts = [text_of(file, unit, random.Random(0)) for unit in file.units if unit.kind is UnitKind.FUNCTION]
    batch = next_token_batch(texts, TABLE)
    assert len(batch["at"]) == sum(len(text.lex) - max(text.header, 1) for text in texts)
    assert (batch["tokens"].ravel()[batch["at"] + 1] == batch["answer"]).all()
    assert (batch["roles"].ravel()[batch["at"] + 1] == batch["next_role"]).all()


@pytest.mark.parametrize("text", [TEXTS[0], TEXTS[1], TEXTS[3]])
def test_an_energy_gap_is_the_difference_of_two_likelihoods(
    text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(autoregressive_energy, "BATCH_TOKENS", 1_200)
    file = parse(text.encode())
    for window in tiny.windows_of(file):
        unit = next(u for u in file.units if len(file.candidates.of(u)) > int(window.candidates.max()))
        candidates = file.candidates.of(unit)
        if unit.kind is not UnitKind.FUNCTION or len(candidates) != len(window.candidates):
            continue
        windows = edited_windows(file, candidates, window)
        assert sorted(edit.candidate for edit in windows.edits) == list(range(len(window.candidates)))
        gaps = energy_gaps(network(), windows, TABLE, len(window.candidates), horizon=len(window.tokens) + 4)
        written = read(windows, windows.tokens, windows.roles)
        for edit in windows.edits[:: max(len(windows.edits) // 6, 1)]:
            wanted = read(windows, edit.tokens, edit.roles) - written
            assert gaps[edit.candidate] == pytest.approx(wanted, abs=2e-3, rel=1e-4)


def test_edits_read_as_the_edited_file_does() -> None:
    """Tokens and roles of each edited window are those of the file with the edit made."""
    text = TEXTS[-1]
    file = parse(text.encode())
    unit = file.units[0]
    assert unit.kind is UnitKind.FUNCTION
    candidates = file.candidates.of(unit)
    (window,) = [w for w in tiny.windows_of(file) if len(w.candidates) == len(candidates)][:1]
    windows = edited_windows(file, candidates, window)
    for edit in windows.edits:
        edited = file.edited(candidates.edit(edit.candidate).replacements)
        same = next(u for u in edited.units if u.qualname == unit.qualname and u.kind is unit.kind)
        wanted = [edited.lexicon.texts[edited.tokens.lex[token]] for token in same.tokens]
        assert [windows.texts[row - 1] for row in edit.tokens[windows.header :]] == wanted


def test_training_resumes(tmp_path: Path) -> None:
    from tests.energy_models.test_training import FUNCTION

    from groundstate_energy.training.autoregressive import train_autoregressive
    from groundstate_energy.training.corpus import gather
    from groundstate_energy.training.pipeline import load_corpus
    from groundstate_energy.training.trainer import TrainingConfig

    root = tmp_path / "sources" / "owner+repository0"
    root.mkdir(parents=True)
    for number in range(6):
        (root / f"part{number}.py").write_text(FUNCTION.format(number=number), "utf-8")
    gather([root], tmp_path / "corpus", progress=lambda _: None)
    repositories = [
        r
        for group in load_corpus(tmp_path / "corpus", ("train", "calibration", "test")).values()
        for r in group
    ]
    config = TrainingConfig(network="tiny", minutes=0.06, tokens=512, workers=0, warmup=2)
    steps = []
    for segment in (0.02, 1.0):
        run = train_autoregressive(
            config,
            repositories,
            TABLE,
            tmp_path / "run",
            device=torch.device("cpu"),
            segment_minutes=segment,
            progress=lambda _: None,
        )
        steps.append(run.step)
    assert 0 < steps[0] < steps[1]
