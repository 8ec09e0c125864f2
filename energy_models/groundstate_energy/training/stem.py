"""The cascade's stem: the first layers of a trained network with a small head that bounds how far a window is from an alarm.

A window is worth the rest of the network at an alarm budget when one of its edits would pass the budget's threshold. The
head learns that from what the whole network says of the same window (a distillation: no label of a bug is used), with the
network frozen. The bound from which a window is looked at whole is chosen for each budget on calibration repositories: the
highest that loses no more than ``MOST_LOST`` of the recall there; what it loses on other repositories is measured.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor, nn

from groundstate_energy.encoding import INPUTS
from groundstate_energy.model_package import LEVELS, RuleCalibration
from groundstate_energy.training.batches import Batch
from groundstate_energy.training.network import Network, UsageTerm, rows
from groundstate_grammars.python.lexical import ROLE_COUNT
from groundstate_grammars.rules import SOFT_RULES

DEPTH = 1
"""Layers of the encoder that the stem has."""
INNER = 128
MOST_LOST = 0.005
"""Share of the cases that a bound may lose on calibration repositories, of fixes and of mutants each; half of what may be
lost elsewhere."""
_FLOOR = -12.0


class Stem(nn.Module):
    """Bounds of windows: for each alarm budget a logit that an edit passes it, ``(batch, budgets)``.

    Each token of the unit says for itself how suspicious it is; a window is as suspicious as the log of the sum, which is
    the form of the free energy. Tokens of the header are read and say nothing.
    """

    def __init__(self, network: Network, depth: int = DEPTH) -> None:
        super().__init__()
        width = network.config.width
        self.network = network
        self.depth = depth
        self.norm = nn.LayerNorm(width)
        self.inner = nn.Linear(width, INNER)
        self.outer = nn.Linear(INNER, len(LEVELS))
        nn.init.constant_(self.outer.bias, -8.0)

    def head_parameters(self) -> list[nn.Parameter]:
        """What is trained."""
        return [*self.norm.parameters(), *self.inner.parameters(), *self.outer.parameters()]

    def of_tokens(self, x: Tensor) -> Tensor:
        """How suspicious each token is, (..., budgets), from the encoder's state (..., width)."""
        inner: Tensor = self.inner(self.norm(x))
        return self.outer(F.relu(inner).square())

    def encode(self, pieces: Tensor, tokens: Tensor, roles: Tensor) -> Tensor:
        """The encoder's state after ``depth`` layers, (batch, length, width)."""
        network = self.network
        x = rows(network.embed(pieces), tokens.flatten()).view(*tokens.shape, -1) + network.roles(roles)
        bias, related = network.attention_bias(tokens), network.related(tokens)
        length = tokens.shape[1]
        for layer in list(network.layers)[: self.depth]:
            x = layer(x, related, bias, network.cos[:length], network.sin[:length])
        return x

    def forward(self, pieces: Tensor, tokens: Tensor, roles: Tensor) -> Tensor:
        own = (tokens > 0) & (roles < ROLE_COUNT)
        said = self.of_tokens(self.encode(pieces, tokens, roles))
        return torch.logsumexp(said + (~own).float()[..., None] * -1e4, 1)


@dataclass(slots=True)
class Windows:
    """Windows with what the whole network says of them.

    ``states``: of the stem's encoder, unit tokens only, ``(tokens, width)`` in half precision. ``counts``: tokens of each
    window. ``margins``: by how many nats its best edit passes each budget's threshold, ``(windows, budgets)``. ``found``:
    the same of the right repair where it is the best edit, else very low. ``bug``: whether there is one.
    """

    states: Tensor
    counts: NDArray[np.int64]
    margins: NDArray[np.float64]
    found: NDArray[np.float64]
    bug: NDArray[np.bool_]

    @classmethod
    def joined(cls, parts: Sequence[Windows]) -> Windows:
        return cls(
            torch.cat([part.states for part in parts]),
            np.concatenate([part.counts for part in parts]),
            np.concatenate([part.margins for part in parts]),
            np.concatenate([part.found for part in parts]),
            np.concatenate([part.bug for part in parts]),
        )


def thresholds_of(calibration: Mapping[str, RuleCalibration]) -> NDArray[np.float64]:
    """Log-odds from which an edit passes, ``(rules, budgets)``; infinite where a rule is silent."""
    silent = dict.fromkeys(LEVELS, float("inf"))
    return np.array(
        [
            [(calibration[rule].thresholds if rule in calibration else silent)[level] for level in LEVELS]
            for rule in SOFT_RULES
        ]
    )


@torch.no_grad()
def examined(
    stem: Stem, usage: UsageTerm, thresholds: NDArray[np.float64], batches: Iterable[Batch]
) -> Windows:
    """What the whole network says of the windows of ``batches``; those that train the ranking alone are left out."""
    network, parts = stem.network, []
    for batch in batches:
        inputs = {name: torch.from_numpy(np.asarray(batch[name])) for name in INPUTS}
        inputs["features"] = inputs["features"].float()
        rule = inputs["site_rule"][inputs["candidate_site"].long()]
        learned = network(*(inputs[name] for name in INPUTS))
        scores = (learned + usage(inputs["features"], rule)).double().numpy()
        own = (inputs["tokens"] > 0) & (inputs["roles"] < ROLE_COUNT)
        states = stem.encode(inputs["pieces"], inputs["tokens"], inputs["roles"])
        margins, found = _margins(scores, thresholds[rule.numpy()], batch)
        target = np.asarray(batch["target"], np.int64)
        kept = ~np.asarray(batch["ranking_only"], np.bool_)
        parts.append(
            Windows(
                states[own & torch.from_numpy(kept)[:, None]].half(),
                own.sum(1).numpy()[kept],
                margins[kept],
                found[kept],
                (target >= 0)[kept],
            )
        )
    return Windows.joined(parts)


def _margins(
    scores: NDArray[np.float64], thresholds: NDArray[np.float64], batch: Batch
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """``margins`` and ``found`` of ``Windows``; ``thresholds``: of each candidate, ``(candidates, budgets)``."""
    window, target = np.asarray(batch["candidate_window"]), np.asarray(batch["target"], np.int64)
    bounds = np.searchsorted(window, np.arange(len(target) + 1))
    margins = np.full((len(target), len(LEVELS)), _FLOOR)
    found = margins.copy()
    for number, goal in enumerate(target.tolist()):
        low, high = int(bounds[number]), int(bounds[number + 1])
        if low == high:
            continue
        own = scores[low:high]
        share = np.minimum(own - np.logaddexp(0, np.logaddexp.reduce(own)), -1e-12)
        passed = (share - np.log(-np.expm1(share)))[:, None] - thresholds[low:high]
        margins[number] = np.maximum(passed.max(0), _FLOOR)
        if goal >= 0 and int(own.argmax()) == goal - low:
            found[number] = np.maximum(passed[goal - low], _FLOOR)
    return margins, found


def fit(
    stem: Stem,
    windows: Windows,
    *,
    epochs: int = 8,
    size: int = 64,
    rate: float = 2e-3,
    seed: int = 0,
    progress: Callable[[str], None] = print,
) -> None:
    """Train the head on the margins of ``windows``; its target is the probability that they are above 0, a bit soft."""
    wanted = torch.sigmoid(2 * torch.from_numpy(windows.margins).float())
    starts = np.concatenate([[0], np.cumsum(windows.counts)])
    order = np.random.default_rng(seed)
    optimiser = torch.optim.AdamW(stem.head_parameters(), lr=rate, weight_decay=1e-2)
    groups = -(-len(windows.counts) // size)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, rate, total_steps=epochs * groups)
    for epoch in range(epochs):
        total = 0.0
        for chosen in np.array_split(order.permutation(len(windows.counts)), groups):
            index = np.concatenate([np.arange(starts[i], starts[i + 1]) for i in chosen])
            place = torch.from_numpy(np.repeat(np.arange(len(chosen)), windows.counts[chosen]))
            said = stem.of_tokens(windows.states[torch.from_numpy(index)].float())
            logits = _logsumexp_by(said, place, len(chosen))
            loss = F.binary_cross_entropy_with_logits(logits, wanted[torch.from_numpy(chosen)])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
            total += float(loss.detach())
        progress(f"stem: epoch {epoch + 1} of {epochs}, loss {total / groups:.4f}")


def _logsumexp_by(values: Tensor, group: Tensor, groups: int) -> Tensor:
    """Log of the sum of exponentials of ``values`` (rows, n) within each group, (groups, n)."""
    index = group[:, None].expand_as(values)
    most = torch.full((groups, values.shape[1]), -1e4).scatter_reduce(
        0, index, values.detach(), "amax", include_self=True
    )
    total = torch.zeros(groups, values.shape[1]).index_add(0, group, (values - most[group]).exp())
    return total.clamp(min=1e-30).log() + most


@torch.no_grad()
def bounds_of(stem: Stem, windows: Windows) -> NDArray[np.float32]:
    """What the stem says of ``windows``, ``(windows, budgets)``."""
    place = torch.from_numpy(np.repeat(np.arange(len(windows.counts)), windows.counts))
    said = torch.cat([stem.of_tokens(part.float()) for part in windows.states.split(65_536)])
    return np.asarray(_logsumexp_by(said, place, len(windows.counts)).numpy())


def chosen_bounds(
    samples: Sequence[tuple[Windows, NDArray[np.float32]]], most_lost: float = MOST_LOST
) -> dict[str, float]:
    """For each budget the highest bound that loses no more than ``most_lost`` of the bugs of any sample."""
    chosen = {}
    for number, level in enumerate(LEVELS):
        highest = []
        for windows, bounds in samples:
            kept = np.sort(bounds[windows.bug & (windows.found[:, number] >= 0), number])
            may_go = int(most_lost * windows.bug.sum())
            highest.append(float(kept[may_go]) if len(kept) > may_go else float("inf"))
        chosen[level] = min(highest)
    return chosen


def losses(
    windows: Windows, bounds: NDArray[np.float32], suspicious: Mapping[str, float]
) -> dict[str, dict[str, float]]:
    """For each budget the recall without and with the cascade, and the share of windows without a bug that it looks at."""
    found = {}
    for number, level in enumerate(LEVELS):
        looked = bounds[:, number] >= suspicious[level]
        recalled = windows.found[windows.bug, number] >= 0
        found[level] = {
            "recall": float(recalled.mean()),
            "recall with the cascade": float((recalled & looked[windows.bug]).mean()),
            "bugs": float(windows.bug.sum()),
            "unchanged windows looked at": float(looked[~windows.bug].mean()),
        }
    return found
