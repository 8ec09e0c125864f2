"""Baselines that score every candidate edit of a unit: what each makes of a question, as energy gaps in nats."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import torch
from benchmarks.real_bugs.comparison import SHIPPED
from benchmarks.real_bugs.known_bugs import Question
from numpy.typing import NDArray
from tokenizers import Tokenizer

from groundstate_energy.encoding import INPUTS, PieceTable, Window, collate
from groundstate_energy.minimiser import DECIMALS
from groundstate_energy.model_package import ModelPackage
from groundstate_energy.scorer import Scorer
from groundstate_energy.training.autoregressive import AutoregressiveNetwork
from groundstate_energy.training.autoregressive_energy import edited_windows, energy_gaps
from groundstate_energy.training.network import Network, NetworkConfig
from groundstate_energy.training.probes import (
    ContextFreeNetwork,
    ShuffledContextNetwork,
    length_scores,
    ngram_scores,
    random_scores,
    with_weights_of,
)
from groundstate_energy.usage import UsageTerm

Gaps = NDArray[np.float64]
OfWindow = Callable[[Window], NDArray[np.float32]]
Score = Callable[[Question], Gaps]


def over_windows(of_window: OfWindow) -> Score:
    """A scorer of units out of one of windows; energy gaps are rounded as the product rounds them."""

    def score(question: Question) -> Gaps:
        gaps = np.full(len(question.candidates), np.inf)
        for window in question.windows:
            gaps[window.candidates] = of_window(window)
        return np.round(gaps, DECIMALS)

    return score


def scorers_of(package: ModelPackage, run: Path, network: str) -> dict[str, Score]:
    """The package and, on the same cases, what explains its results more simply.

    ``run``: the training run that the package was exported from; the probes need its weights in torch.
    """
    usage = UsageTerm(package.usage_weight, package.usage_bias)
    scorer = Scorer(package, "cpu", 1)
    table = PieceTable(Tokenizer.from_file(str(package.tokenizer)))
    config = NetworkConfig.from_name(network)
    weights = Network(config)
    weights.load_state_dict(
        torch.load(run / "checkpoint.pt", map_location="cpu", weights_only=True)["average"]
    )
    weights.eval()

    def counted(window: Window) -> NDArray[np.float32]:
        return usage.gaps(window.features, window.site_rule[window.candidate_site])

    def of_probe(kind: type[Network]) -> OfWindow:
        probe = with_weights_of(weights, kind)

        @torch.no_grad()
        def gaps(window: Window) -> NDArray[np.float32]:
            batch = collate([window], table)
            inputs = [torch.from_numpy(np.asarray(batch[name])) for name in INPUTS]
            return np.asarray(counted(window) - probe(*inputs).numpy(), np.float32)

        return gaps

    def of_batch(scores: Callable[[Mapping[str, NDArray[np.generic]]], NDArray[np.float32]]) -> OfWindow:
        return lambda window: -scores(collate([window], table))

    found: dict[str, OfWindow] = {
        SHIPPED: lambda window: counted(window) + scorer.gaps([window])[0],
        "usage term alone": counted,
        "no context": of_probe(ContextFreeNetwork),
        "shuffled context": of_probe(ShuffledContextNetwork),
        "n-grams": of_batch(ngram_scores),
        "length": of_batch(length_scores),
        "random site": of_batch(random_scores),
    }
    return {name: over_windows(of_window) for name, of_window in found.items()}


def autoregressive_scorer(run: Path, tokenizer: Path, network: str) -> Score:
    """The network of ``groundstate train autoregressive``, ``ΔE = −log p(edited) + log p(as written)``."""
    model = AutoregressiveNetwork(NetworkConfig.from_name(network))
    state = torch.load(run / "checkpoint.pt", map_location="cpu", weights_only=True)
    model.load_state_dict(state["average"])
    model.mixed = True
    model.eval()
    table = PieceTable(Tokenizer.from_file(str(tokenizer)))

    def score(question: Question) -> Gaps:
        def of_window(window: Window) -> NDArray[np.float32]:
            edits = edited_windows(question.file, question.candidates, window)
            return energy_gaps(model, edits, table, len(window.candidates))

        return over_windows(of_window)(question)

    return score
