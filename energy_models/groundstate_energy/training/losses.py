"""Losses on energies: InfoNCE over {as written} ∪ edits, repair at the true site, focal bug / no bug on the free energy,
and a margin between a fix and what would undo it."""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

MARGIN = 2.0
"""Nats that a fix should fit better in the buggy window than the way back does in the fixed one."""


@dataclass(frozen=True, slots=True)
class Labels:
    """What is true of a batch of windows.

    ``window``: window of each candidate, (candidates,). ``site``: site of each candidate, (candidates,).
    ``target``: index of the true repair, (windows,), -1 where the window is clean.
    ``ranking_only``: (windows,) True where a hard term finds the bug: such windows train the ranking of repairs only.
    ``back``: of a fixed window that follows its buggy one, the candidate that undoes the fix, else -1, (windows,).
    """

    window: Tensor
    site: Tensor
    target: Tensor
    ranking_only: Tensor
    back: Tensor


@dataclass(frozen=True, slots=True)
class Totals:
    """What the losses are means over, each a scalar: windows that train detection, that have a bug, and that are twins."""

    detect: Tensor
    buggy: Tensor
    twins: Tensor

    @classmethod
    def of(cls, labels: Labels) -> Totals:
        """Those of one batch."""
        return cls((~labels.ranking_only).sum(), (labels.target >= 0).sum(), (labels.back >= 0).sum())


def segment_logsumexp(values: Tensor, segment: Tensor, count: int, include_zero: bool) -> Tensor:
    """log Σ exp over the values of each segment, and over an extra 0 when ``include_zero``; shape ``(count,)``."""
    low = torch.zeros(count, dtype=values.dtype, device=values.device)
    if not include_zero:
        low = low - 1e4
    top = low.scatter_reduce(0, segment, values.detach(), "amax", include_self=True)
    total = torch.zeros_like(top).index_add(0, segment, torch.exp(values - top[segment]))
    if include_zero:
        total = total + torch.exp(-top)
    return top + torch.log(total.clamp(min=1e-30))


def energy_loss(
    scores: Tensor, labels: Labels, *, totals: Totals | None = None, focal_gamma: float = 2.0
) -> dict[str, Tensor]:
    """The terms of the loss, each a mean over the windows it speaks of. ``scores`` are minus energy gaps.

    ``totals``: of the batch that these windows are a part of, so that the parts add up to it; without, they are all.

    ``contrast``: InfoNCE (van den Oord et al. 2018) with the text as written at score 0. ``repair``: softmax over the
    candidates of the true site. ``focal``: Lin et al. 2017 on p(bug) = 1 − exp(−F). ``pair``: softplus of ``MARGIN`` less
    what a fix has over its way back.
    """
    scores = scores.float()
    totals = totals or Totals.of(labels)
    windows = labels.target.shape[0]
    buggy = labels.target >= 0
    target = labels.target.clamp(min=0)
    free = segment_logsumexp(scores, labels.window, windows, include_zero=True)
    true_score = torch.where(buggy, scores[target], torch.zeros_like(free))
    detect = (~labels.ranking_only).float()
    contrast = ((free - true_score) * detect).sum() / totals.detect.clamp(min=1)
    true_site = torch.where(buggy, labels.site[target], torch.full_like(target, -1))
    at_site = labels.site == true_site[labels.window]
    masked = torch.where(at_site, scores, torch.full_like(scores, -1e4))
    site_total = segment_logsumexp(masked, labels.window, windows, include_zero=False)
    repair = torch.where(buggy, site_total - true_score, torch.zeros_like(free)).sum()
    repair = repair / totals.buggy.clamp(min=1)
    log_clean = -free
    log_bug = torch.log(-torch.expm1(-free.clamp(min=1e-4)))
    log_right = torch.where(buggy, log_bug, log_clean)
    focal = (-((1 - log_right.exp()) ** focal_gamma) * log_right * detect).sum() / totals.detect.clamp(min=1)
    twin = torch.nonzero(labels.back >= 0).squeeze(1)
    ahead = scores[labels.target[twin - 1]] - scores[labels.back[twin]]
    pair = F.softplus(MARGIN - ahead).sum() / totals.twins.clamp(min=1)
    return {"contrast": contrast, "repair": repair, "focal": focal, "pair": pair}
