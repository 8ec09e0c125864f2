"""Hard examples: a part of a batch scores as it did in the whole, and what is kept is what is hard, the hardest aside."""

from __future__ import annotations

import numpy as np
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.energy_models.tiny import TEXTS, network, tokenizer, usage, windows_of
from torch import Tensor

from groundstate_energy.encoding import PieceTable
from groundstate_energy.training.batches import Batch, batch_of
from groundstate_energy.training.hard_negatives import EQUIVALENT, hardest, joined, part_of, window_losses
from groundstate_energy.training.mutants import Example
from groundstate_energy.training.steps import scores_of
from groundstate_energy.training.trainer import as_tensors
from groundstate_grammars.python.parsed import parse


def _batch() -> Batch:
    """A clean window and one with a bug for each unit."""
    windows = windows_of(parse("\n".join(TEXTS).encode()))
    examples = []
    for number, window in enumerate(windows):
        rule = int(window.site_rule[window.candidate_site[0]])
        examples.append(Example(window, -1, -1, False))
        examples.append(Example(window, number % len(window.candidates), rule, False))
    return batch_of(examples, PieceTable(tokenizer()), np.random.default_rng(0))


BATCH, NETWORK, USAGE = _batch(), network(), usage()
WINDOWS = len(BATCH["target"])


@torch.no_grad()
def _scores(batch: Batch) -> Tensor:
    counted, learned = scores_of(NETWORK, USAGE, as_tensors(batch))
    return counted + learned


subsets = st.sets(st.integers(0, WINDOWS - 1), min_size=1).map(sorted)


@settings(max_examples=20, deadline=None)
@given(st.lists(subsets, min_size=1, max_size=3))
def test_parts_of_batches_put_together_score_as_before(chosen: list[list[int]]) -> None:
    whole = _scores(BATCH)
    together = joined([part_of(BATCH, np.array(windows, np.intp)) for windows in chosen])
    expected = torch.cat([whole[torch.from_numpy(np.isin(BATCH["candidate_window"], w))] for w in chosen])
    torch.testing.assert_close(_scores(together), expected, rtol=1e-4, atol=1e-4)
    losses = window_losses(whole, BATCH)
    np.testing.assert_allclose(
        window_losses(_scores(together), together),
        np.concatenate([losses[windows] for windows in chosen]),
        rtol=1e-4,
        atol=1e-4,
    )


def test_the_hardest_are_kept_but_for_those_that_look_equivalent() -> None:
    kept = next(hardest(iter([BATCH] * 4), _scores, 4))
    drawn = np.sort(np.tile(window_losses(_scores(BATCH), BATCH), 4))[::-1]
    skipped = int(EQUIVALENT * len(drawn))
    found = np.sort(window_losses(_scores(kept), kept))[::-1]
    np.testing.assert_allclose(found, drawn[skipped : skipped + WINDOWS], rtol=1e-4, atol=1e-4)
