"""Probes: what simpler explanations of a result would get right on the same cases, under the same search.

A probe that does as well as the network has found a shortcut, or the network has not learned more than it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from groundstate_energy.features import BASE_FEATURES
from groundstate_energy.ngrams import NEIGHBOURHOODS
from groundstate_energy.training.network import Network

Scores = NDArray[np.float32]
Probe = TypeVar("Probe", bound=Network)


class ContextFreeNetwork(Network):
    """The same weights with every token attending to itself alone. What it still gets right needs no context."""

    def attention_bias(self, tokens: Tensor) -> Tensor:
        """Very negative everywhere but on the diagonal, (1, 1, length, length)."""
        length = tokens.shape[1]
        return ((1 - torch.eye(length, device=tokens.device)) * -30_000.0)[None, None]


class ShuffledContextNetwork(Network):
    """The same weights with the tokens of each window in a random order. What it still gets right needs no order."""

    def encode(self, embedded: Tensor, tokens: Tensor, roles: Tensor) -> Tensor:
        """Contextual embeddings at the places the tokens stood in, (batch, length, width)."""
        generator = torch.Generator().manual_seed(tokens.shape[1])
        order = torch.randperm(tokens.shape[1], generator=generator).to(tokens.device)
        found = super().encode(embedded, tokens[:, order], roles[:, order])
        back = torch.empty_like(order)
        back[order] = torch.arange(len(order), device=order.device)
        return found[:, back]


def with_weights_of(network: Network, kind: type[Probe]) -> Probe:
    """A probe with a network's weights."""
    probe = kind(network.config)
    probe.load_state_dict(network.state_dict())
    probe.mixed = network.mixed
    return probe.eval()


def length_scores(batch: Mapping[str, NDArray[np.generic]]) -> Scores:
    """Sees only lengths: edits to texts of as many pieces as the one they replace score highest, ``(candidates,)``.

    Mutants that can be told by it have left a fingerprint.
    """
    pieces = (np.asarray(batch["pieces"]) != 0).sum(1)
    new = pieces[np.asarray(batch["candidate_text"])]
    old = pieces[np.asarray(batch["site_text"])[np.asarray(batch["candidate_site"])]]
    return -np.abs(new - old).astype(np.float32)


def ngram_scores(batch: Mapping[str, NDArray[np.generic]]) -> Scores:
    """Lexical surprise: how much more often the candidate than the text as written stands between the tokens around it,
    summed over the neighbourhoods of the corpus and of the file (logarithms of counts), ``(candidates,)``."""
    counts = np.asarray(batch["features"])[:, BASE_FEATURES:].astype(np.float32)
    return counts[:, : 2 * NEIGHBOURHOODS].sum(1) - counts[:, 2 * NEIGHBOURHOODS :].sum(1)


def random_scores(batch: Mapping[str, NDArray[np.generic]]) -> Scores:
    """A random site, and a random candidate of it, ``(candidates,)``."""
    rng = np.random.default_rng(len(np.asarray(batch["candidate_site"])))
    site = np.asarray(batch["candidate_site"])
    order = rng.random(int(site.max()) + 1)
    return (order[site] + 1e-3 * rng.random(len(site))).astype(np.float32)
