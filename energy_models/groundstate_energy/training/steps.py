"""One step of training: the losses of a batch, their gradient, and what the optimisers make of it.

A batch has one or more parts (shards), each padded and collated by itself. A loss is a mean over the whole batch, so the
same batch gives the same gradient whether one process takes its parts one after the other or several take some each.
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from typing import TYPE_CHECKING

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from groundstate_energy.encoding import INPUTS
from groundstate_energy.training.distributed import ALONE, Processes, unsynchronised
from groundstate_energy.training.losses import Labels, Totals, energy_loss
from groundstate_energy.training.network import Network, UsageTerm

if TYPE_CHECKING:
    from groundstate_energy.training.trainer import Run, TrainingConfig

WEIGHTS = {
    "denoising": 1.0,
    "contrast": 1.0,
    "repair": 0.5,
    "focal": 0.5,
    "pair": 0.5,
    "usage_contrast": 1.0,
    "usage_repair": 0.5,
}
"""What each loss counts. The usage term is fitted by its own; the network learns the residual of its (detached) scores."""

Part = dict[str, Tensor]
"""A part of a batch, on the device."""


def scores_of(network: Network, usage: UsageTerm, batch: Part) -> tuple[Tensor, Tensor]:
    """Scores of the usage term and of the learned term, each ``(candidates,)``, float32."""
    rule = batch["site_rule"][batch["candidate_site"]]
    counted = usage(batch["features"].float(), rule)
    learned = network(*(batch[name] for name in INPUTS))
    return counted.float(), learned.float()


class Objective(nn.Module):
    """All that a step trains, as one module: DistributedDataParallel looks at passes through one."""

    def __init__(self, network: Network, usage: UsageTerm) -> None:
        super().__init__()
        self.network = network
        self.usage = usage

    def forward(self, part: Part, totals: Tensor) -> dict[str, Tensor]:
        """What a part adds to each loss of its batch. ``totals``: of the batch, as ``totals_of`` gives them of a part."""
        return self._denoising(part, totals) if "answer" in part else self._edits(part, totals)

    def _denoising(self, part: Part, totals: Tensor) -> dict[str, Tensor]:
        """Cross-entropy over the texts of the part."""
        logits = self.network.denoise(part["pieces"], part["tokens"], part["roles"], part["at"])
        answers = totals[0].float()
        loss = F.cross_entropy(logits, part["answer"], reduction="sum") / answers
        with torch.no_grad():
            right = (logits.detach().argmax(1) == part["answer"]).float().sum() / answers
        return {"denoising": loss, "denoised": right}

    def _edits(self, part: Part, totals: Tensor) -> dict[str, Tensor]:
        labels = labels_of(part)
        counted, learned = scores_of(self.network, self.usage, part)
        over = Totals(*totals[:3].float())
        terms = energy_loss(counted.detach() + learned, labels, totals=over)
        alone = energy_loss(counted, labels, totals=over)
        return {**terms, "usage_contrast": alone["contrast"], "usage_repair": alone["repair"]}


def labels_of(part: Part) -> Labels:
    return Labels(
        part["candidate_window"].long(),
        part["candidate_site"].long(),
        part["target"],
        part["ranking_only"],
        part["back"],
    )


def totals_of(part: Part) -> Tensor:
    """What the losses of a part are means over, then its windows and its padded tokens: ``(5,)``, float64."""
    if "answer" in part:
        found = [torch.tensor(len(part["answer"])), torch.tensor(0), torch.tensor(0)]
    else:
        totals = Totals.of(labels_of(part))
        found = [totals.detect, totals.buggy, totals.twins]
    device = part["tokens"].device
    sizes = torch.tensor(
        [part["tokens"].shape[0], part["tokens"].numel()], dtype=torch.float64, device=device
    )
    return torch.cat([torch.stack([count.to(device, torch.float64) for count in found]), sizes])


def learn(
    run: Run,
    config: TrainingConfig,
    objective: nn.Module,
    parts: Sequence[Part],
    rate: float,
    processes: Processes = ALONE,
) -> dict[str, Tensor]:
    """One step on a batch of which ``parts`` are this process's; what they add to each loss, and the gradient's norm.

    ``objective``: an ``Objective`` of the run, as ``processes.together`` returned it.
    """
    totals = processes.summed(torch.stack([totals_of(part) for part in parts]).sum(0))
    for optimiser in run.optimisers:
        optimiser.zero_grad(set_to_none=True)
    added: dict[str, Tensor] = {}
    for number, part in enumerate(parts):
        last = number == len(parts) - 1
        with contextlib.nullcontext() if last else unsynchronised(objective):
            losses: dict[str, Tensor] = objective(part, totals)
            loss = torch.stack(
                [WEIGHTS[name] * value for name, value in losses.items() if name in WEIGHTS]
            ).sum()
            # Gradients are averaged over the processes, and the loss of the batch is the sum of what they add.
            (loss * processes.count).backward()
        for name, value in losses.items():
            added[name] = added.get(name, 0) + value.detach()
    windows, tokens = totals[-2:].tolist()
    norm = descend(run, config, rate, int(windows), int(tokens))
    return {**added, "gradient": norm / processes.count}


def update(run: Run, config: TrainingConfig, loss: Tensor, part: Part, rate: float) -> Tensor:
    """One step on a loss that one process has all of; the gradient's norm."""
    for optimiser in run.optimisers:
        optimiser.zero_grad(set_to_none=True)
    loss.backward()
    return descend(run, config, rate, part["tokens"].shape[0], part["tokens"].numel())


def rate_of_edits(config: TrainingConfig, share: float) -> float:
    """The learning rate after the first phase: it falls in a line from 0.6 of its peak to nearly nothing."""
    left = (1 - share) / (1 - config.mutants_from)
    return config.rate * (0.02 + 0.58 * left)


def descend(run: Run, config: TrainingConfig, rate: float, windows: int, tokens: int) -> Tensor:
    """Let the optimisers go down the gradient at ``rate`` (after a warm-up in each phase), and the average follow; the
    gradient's norm. ``windows``, ``tokens``: of the batch."""
    rate *= min(1.0, (run.phase_step + 1) / config.warmup)
    for optimiser in run.optimisers:
        for group in optimiser.param_groups:
            group["lr"] = rate * group["scale"]
    norm = torch.nn.utils.clip_grad_norm_(run.network.parameters(), 1.0)
    for optimiser in run.optimisers:
        optimiser.step()
    run.step += 1
    run.phase_step += 1
    run.windows += windows
    run.tokens += tokens
    decay = min(config.averaging, run.step / (run.step + 10))
    with torch.no_grad():
        torch._foreach_lerp_(list(run.average.parameters()), list(run.network.parameters()), 1 - decay)
    return norm
