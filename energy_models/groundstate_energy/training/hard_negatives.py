"""Hard examples: of several windows drawn, those that the averaged network finds worst are learned from.

A forward pass costs a third of a training step, so drawing n times as many windows as are kept costs 1 + n/3 steps. Most
mutants are found easily after a while; what is left over teaches more. The very worst are left out: a mutant that nothing
can tell from the original (``!=`` for ``<`` on a size) looks hard for ever.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from groundstate_energy.training.batches import Batch
from groundstate_energy.training.losses import segment_logsumexp

EQUIVALENT = 1 / 16
"""Share of the drawn windows that is taken for equivalent mutants: the worst ones, which are not kept."""

Score = Callable[[Batch], Tensor]
"""Scores of a batch's candidates, ``(candidates,)``."""


def window_losses(scores: Tensor, batch: Batch) -> NDArray[np.float32]:
    """InfoNCE of each window with the text as written at score 0, nats, ``(windows,)``."""
    target = torch.from_numpy(np.asarray(batch["target"], np.int64))
    window = torch.from_numpy(np.asarray(batch["candidate_window"], np.int64))
    free = segment_logsumexp(scores, window, len(target), include_zero=True)
    true = torch.where(target >= 0, scores[target.clamp(min=0)], torch.zeros_like(free))
    found: NDArray[np.float32] = (free - true).numpy()
    return found


def hardest(drawn: Iterator[Batch], score: Score, draws: int) -> Iterator[Batch]:
    """Batches of the hardest 1 in ``draws`` windows of ``drawn``, windows of like length together."""
    waiting: dict[int, list[tuple[Batch, NDArray[np.float32]]]] = {}
    for batch in drawn:
        length = batch["tokens"].shape[1]
        group = waiting.setdefault(length, [])
        group.append((batch, window_losses(score(batch), batch)))
        if len(group) == draws:
            del waiting[length]
            losses = np.concatenate([own for _, own in group])
            order = losses.argsort(kind="stable")[::-1]
            skipped = int(EQUIVALENT * len(order))
            kept = np.zeros(len(order), np.bool_)
            kept[order[skipped : skipped + -(-len(order) // draws)]] = True
            parts, start = [], 0
            for own, values in group:
                chosen = np.flatnonzero(kept[start : start + len(values)])
                start += len(values)
                if len(chosen):
                    parts.append(part_of(own, chosen))
            yield joined(parts)


def part_of(batch: Batch, windows: NDArray[np.intp]) -> Batch:
    """The batch of some windows of a batch, given in increasing order; a twin must not come without its buggy window."""
    length = batch["tokens"].shape[1]
    number = np.full(len(batch["target"]), -1, np.int64)
    number[windows] = np.arange(len(windows))
    shift = (number - np.arange(len(number))) * length
    candidates = np.flatnonzero(number[batch["candidate_window"]] >= 0)
    sites, site = np.unique(np.asarray(batch["candidate_site"])[candidates], return_inverse=True)
    of_site = np.asarray(batch["candidate_window"])[candidates][np.unique(site, return_index=True)[1]]
    of_candidate = np.asarray(batch["candidate_window"])[candidates]
    at = np.asarray(batch["candidate_at"], np.int64)[candidates]
    place = np.full(len(batch["candidate_window"]) + 1, -1, np.int64)
    place[candidates] = np.arange(len(candidates))
    texts = [
        np.asarray(batch["tokens"])[windows],
        np.asarray(batch["site_text"])[sites],
        np.asarray(batch["candidate_text"])[candidates],
    ]
    used = np.unique(np.concatenate([[0], *(part.ravel() for part in texts)]))
    row = np.zeros(len(batch["pieces"]), np.int32)
    row[used] = np.arange(len(used))
    tokens, site_text, candidate_text = (row[part] for part in texts)
    return {
        "pieces": np.asarray(batch["pieces"])[used],
        "tokens": tokens,
        "roles": np.asarray(batch["roles"])[windows],
        "site_at": (np.asarray(batch["site_at"])[sites] + shift[of_site]).astype(np.int32),
        "site_other": (np.asarray(batch["site_other"])[sites] + shift[of_site]).astype(np.int32),
        "site_text": site_text,
        "site_rule": np.asarray(batch["site_rule"])[sites],
        "candidate_site": site.astype(np.int32),
        "candidate_text": candidate_text,
        "candidate_at": np.where(at >= 0, at + shift[of_candidate], -1).astype(np.int32),
        "features": np.asarray(batch["features"])[candidates],
        "candidate_window": number[of_candidate].astype(np.int32),
        "target": place[np.asarray(batch["target"], np.int64)[windows]],
        "back": place[np.asarray(batch["back"], np.int64)[windows]],
        "ranking_only": np.asarray(batch["ranking_only"])[windows],
        "rule": np.asarray(batch["rule"])[windows],
    }


def joined(parts: Sequence[Batch]) -> Batch:
    """One batch of the windows of several of the same length, in order."""
    length = parts[0]["tokens"].shape[1]
    windows = np.cumsum([0, *(len(part["target"]) for part in parts)])
    sites = np.cumsum([0, *(len(part["site_at"]) for part in parts)])
    candidates = np.cumsum([0, *(len(part["candidate_site"]) for part in parts)])
    texts = np.cumsum([0, *(len(part["pieces"]) - 1 for part in parts)])

    def moved(name: str, by: NDArray[np.int64], nothing: int | None = None) -> NDArray[np.generic]:
        values = [np.asarray(part[name]) for part in parts]
        shifted = [
            own + step if nothing is None else np.where(own == nothing, nothing, own + step)
            for own, step in zip(values, by.tolist(), strict=False)
        ]
        return np.concatenate(shifted).astype(values[0].dtype)

    def same(name: str) -> NDArray[np.generic]:
        return np.concatenate([np.asarray(part[name]) for part in parts])

    return {
        "pieces": np.concatenate([parts[0]["pieces"][:1], *(part["pieces"][1:] for part in parts)]),
        "tokens": moved("tokens", texts, 0),
        "roles": same("roles"),
        "site_at": moved("site_at", windows * length),
        "site_other": moved("site_other", windows * length),
        "site_text": moved("site_text", texts, 0),
        "site_rule": same("site_rule"),
        "candidate_site": moved("candidate_site", sites),
        "candidate_text": moved("candidate_text", texts, 0),
        "candidate_at": moved("candidate_at", windows * length, -1),
        "features": same("features"),
        "candidate_window": moved("candidate_window", windows),
        "target": moved("target", candidates, -1),
        "back": moved("back", candidates, -1),
        "ranking_only": same("ranking_only"),
        "rule": same("rule"),
    }
