"""The arms of the comparison, and the short training of one of them.

Every arm goes on from the averaged network of the same checkpoint, for as many steps, with the same seed; half of the
steps are real fixes. What an arm takes away is taken away from training and evaluation alike.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from unittest import mock

import numpy as np
import torch
from torch import Tensor

from groundstate_energy.training import losses
from groundstate_energy.training.batches import Batch
from groundstate_energy.training.hard_negatives import hardest
from groundstate_energy.training.metrics import Outcome
from groundstate_energy.training.network import RELATIONS, Network
from groundstate_energy.training.steps import Objective, learn, rate_of_edits
from groundstate_energy.training.trainer import (
    Run,
    TrainingConfig,
    as_tensors,
    average_scores,
    evaluate,
    restore,
    start,
    to_device,
)
from groundstate_grammars.python.lexical import ROLE_COUNT

EVERYTHING = "everything"
ARMS = (EVERYTHING, "context header", "relations", "real fixes", "pair margin", "hard negatives")
"""What an arm goes without; ``everything`` is what they are compared with. ``hard negatives`` are not part of the default,
so this arm is the only one that has more than the others: the hardest 1 in ``DRAWS`` of the mutants drawn."""
DRAWS = 4
DEVICE = torch.device("cpu")


@dataclass(frozen=True, slots=True)
class Material:
    """What all arms learn from and are judged by.

    ``drawn``: batches of mutants, enough for every arm. ``cases``: by kind, batches with the repository of each window.
    """

    checkpoint: Path
    config: TrainingConfig
    fixes: Sequence[Batch]
    drawn: Sequence[Batch]
    cases: Mapping[str, tuple[Sequence[Batch], Sequence[str]]]


def without_header(batch: Batch) -> Batch:
    """The same windows with nothing for the network to see in their headers: those tokens become padding."""
    hidden = np.where(np.asarray(batch["roles"], np.int32) >= ROLE_COUNT, 0, np.asarray(batch["tokens"]))
    return {**batch, "tokens": hidden}


def no_relations(tokens: Tensor) -> Tensor:
    """Relations of every pair of tokens, all 0."""
    return torch.zeros(RELATIONS, tokens.shape[0] * tokens.shape[1] ** 2)


@contextlib.contextmanager
def taken_away(arm: str) -> Iterator[None]:
    """The network and the losses as the arm has them."""
    with contextlib.ExitStack() as changes:
        if arm == "relations":
            changes.enter_context(mock.patch.object(Network, "related", staticmethod(no_relations)))
        if arm == "pair margin":
            changes.enter_context(mock.patch.object(losses, "MARGIN", -1e4))
        yield


def batches_for(arm: str, material: Material, run: Run, steps: int, seed: int) -> Iterator[Batch]:
    """What the arm learns from, step by step: a fix, a mutant, a fix and so on."""
    rng = np.random.default_rng(seed)
    fixes = [material.fixes[i] for i in rng.permutation(len(material.fixes)).tolist()]
    drawn = [material.drawn[i] for i in rng.permutation(len(material.drawn)).tolist()]
    mutants = iter(drawn)
    if arm == "hard negatives":
        mutants = hardest(mutants, partial(average_scores, run, DEVICE), DRAWS)
    for number in range(steps):
        fix = number % 2 == 0 and arm != "real fixes"
        yield fixes[number // 2 % len(fixes)] if fix else next(mutants)


def outcomes(arm: str, material: Material, steps: int, seed: int) -> dict[str, list[Outcome]]:
    """Train one arm and judge it: the outcome of every window by kind of cases, in their order."""
    torch.manual_seed(seed)
    run = start(material.config, DEVICE)
    restore(run, material.checkpoint, DEVICE)
    run.network.load_state_dict(run.average.state_dict())
    run.phase, run.phase_step = "edits", 0
    objective = Objective(run.network, run.usage)
    falls_from = material.config.mutants_from
    seen = without_header if arm == "context header" else dict
    with taken_away(arm):
        run.network.train()
        for number, batch in enumerate(islice(batches_for(arm, material, run, steps, seed), steps)):
            share = falls_from + (1 - falls_from) * number / steps
            part = to_device(as_tensors(seen(batch)), DEVICE)
            learn(run, material.config, objective, [part], rate_of_edits(material.config, share))
        return {
            kind: evaluate(run.average, run.usage, [seen(batch) for batch in batches], DEVICE)[0].outcomes
            for kind, (batches, _) in material.cases.items()
        }
