"""Training: time-boxed, seeded, resumable. The same loop trains the small network on a CPU and the full one on a GPU.

Two phases (RealiT, Richter and Wehrheim 2023: fixes after mutants beat fixes mixed in): mutants, then real fixes with
their fixed twins as clean examples, among mutants so that what was learned stays. The usage term is fitted by the same
losses; the network learns the residual of its (detached) scores. Checkpoints are chosen by task metric, never by energy.
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import DataLoader

from groundstate_energy.encoding import INPUTS
from groundstate_energy.training.batches import Batch, Corpus, MutantBatches
from groundstate_energy.training.losses import Labels, energy_loss
from groundstate_energy.training.metrics import Metrics, effective_rank_ratio
from groundstate_energy.training.network import Network, NetworkConfig, UsageTerm

SAVE_SECONDS = 180
"""A checkpoint is written this often."""


@dataclass(frozen=True, slots=True)
class TrainingConfig:
    """One training run.

    ``minutes``: length of the whole run; ``fixes_from``: share of it after which real fixes join. ``tokens``: padded
    tokens of a batch. ``replay``: how many batches are kept to be seen again while workers make new ones, and
    ``replay_share`` the share of steps that take one of them.
    """

    network: str = "small"
    minutes: float = 60.0
    tokens: int = 16_384
    workers: int = 1
    rate: float = 1e-3
    warmup: int = 300
    weight_decay: float = 0.05
    fixes_from: float = 0.82
    fix_share: float = 0.25
    mutants: int = 2
    averaging: float = 0.999
    replay: int = 0
    replay_share: float = 0.5
    seed: int = 0


@dataclass(slots=True)
class Run:
    """Everything that a segment hands to the next."""

    network: Network
    average: Network
    usage: UsageTerm
    optimiser: torch.optim.Optimizer
    step: int
    elapsed: float
    windows: int
    tokens: int


def start(config: TrainingConfig, device: torch.device) -> Run:
    """A fresh run."""
    torch.manual_seed(config.seed)
    shape = NetworkConfig.from_name(config.network)
    network = Network(shape).to(device)
    average = Network(shape).to(device)
    average.load_state_dict(network.state_dict())
    network.mixed = average.mixed = True
    usage = UsageTerm().to(device)
    decayed = [p for p in network.parameters() if p.ndim > 1]
    plain = [p for p in network.parameters() if p.ndim <= 1]
    optimiser = torch.optim.AdamW(
        [
            {"params": decayed, "weight_decay": config.weight_decay, "scale": 1.0},
            {"params": plain, "weight_decay": 0.0, "scale": 1.0},
            {"params": list(usage.parameters()), "weight_decay": 0.0, "scale": 10.0},
        ],
        lr=config.rate,
        betas=(0.9, 0.98),
    )
    return Run(network, average, usage, optimiser, 0, 0.0, 0, 0)


def save(run: Run, path: Path) -> None:
    """Write a checkpoint; a partly written one never replaces a whole one."""
    part = path.with_suffix(".part")
    torch.save(
        {
            "network": run.network.state_dict(),
            "average": run.average.state_dict(),
            "usage": run.usage.state_dict(),
            "optimiser": run.optimiser.state_dict(),
            "step": run.step,
            "elapsed": run.elapsed,
            "windows": run.windows,
            "tokens": run.tokens,
        },
        part,
    )
    part.replace(path)


def restore(run: Run, path: Path, device: torch.device) -> None:
    state = torch.load(path, map_location=device, weights_only=True)
    run.network.load_state_dict(state["network"])
    run.average.load_state_dict(state["average"])
    run.usage.load_state_dict(state["usage"])
    run.optimiser.load_state_dict(state["optimiser"])
    run.step, run.elapsed = state["step"], state["elapsed"]
    run.windows, run.tokens = state["windows"], state["tokens"]


def scores_of(network: Network, usage: UsageTerm, batch: dict[str, Tensor]) -> tuple[Tensor, Tensor]:
    """Scores of the usage term and of the learned term, each ``(candidates,)``, float32."""
    rule = batch["site_rule"][batch["candidate_site"]]
    counted = usage(batch["features"].float(), rule)
    learned = network(*(batch[name] for name in INPUTS))
    return counted.float(), learned.float()


def train(
    config: TrainingConfig,
    corpus: Corpus,
    fixes: Sequence[Batch],
    validation: Sequence[Batch],
    folder: Path,
    *,
    device: torch.device,
    segment_minutes: float,
    progress: Callable[[str], None] = print,
) -> Run:
    """Train for one segment, resuming from ``folder/checkpoint.pt`` where there is one.

    ``fixes``: batches of real fixes and their twins; ``validation``: batches of unseen repositories. Writes
    ``checkpoint.pt``, ``log.jsonl`` and, when the validation metric is the best so far, ``best.pt``.
    """
    folder.mkdir(parents=True, exist_ok=True)
    run = start(config, device)
    checkpoint = folder / "checkpoint.pt"
    if checkpoint.exists():
        restore(run, checkpoint, device)
        progress(f"resumed at step {run.step}, {run.elapsed / 60:.1f} minutes")
    dataset = MutantBatches(
        corpus, tokens=config.tokens, mutants=config.mutants, seed=config.seed + run.step + 1
    )
    loader = DataLoader(
        dataset,
        batch_size=None,
        num_workers=config.workers,
        prefetch_factor=6 if config.workers else None,
        pin_memory=device.type == "cuda",
    )
    rng = np.random.default_rng(config.seed + run.step)
    began = time.monotonic()
    before = run.elapsed
    stream: Iterator[dict[str, Tensor]] = iter(loader)
    kept: list[dict[str, Tensor]] = []
    total = config.minutes * 60
    shown = saved = time.monotonic()
    sums: dict[str, float] = {}
    count = 0
    run.network.train()
    log = (folder / "log.jsonl").open("a", encoding="utf-8")
    while True:
        run.elapsed = before + time.monotonic() - began
        share = run.elapsed / total
        if share >= 1 or run.elapsed - before >= segment_minutes * 60:
            break
        fix = bool(fixes) and share >= config.fixes_from and rng.random() < config.fix_share
        if fix:
            raw = fixes[int(rng.integers(len(fixes)))]
            batch = to_device(
                {name: torch.from_numpy(np.asarray(values)) for name, values in raw.items()}, device
            )
        elif kept and rng.random() < config.replay_share:
            batch = kept[int(rng.integers(len(kept)))]
        else:
            batch = to_device(next(stream), device)
            if config.replay:
                if len(kept) < config.replay:
                    kept.append(batch)
                else:
                    kept[int(rng.integers(config.replay))] = batch
        losses = step(run, config, batch, share)
        for name, value in losses.items():
            sums[name] = sums.get(name, 0.0) + value
        count += 1
        if time.monotonic() - shown > 20:
            seconds = time.monotonic() - shown
            record = {name: round(value / count, 4) for name, value in sums.items()}
            line = {"step": run.step, "minutes": round(run.elapsed / 60, 2), "windows": run.windows, **record}
            line["steps_per_second"] = round(count / seconds, 2)
            log.write(json.dumps(line) + "\n")
            log.flush()
            progress(json.dumps(line))
            shown, sums, count = time.monotonic(), {}, 0
        if time.monotonic() - saved > SAVE_SECONDS:
            save(run, checkpoint)
            saved = time.monotonic()
    metrics, monitors = evaluate(run.average, run.usage, validation, device)
    summary = {
        "step": run.step,
        "minutes": round(run.elapsed / 60, 2),
        "validation": metrics.summary(),
        **monitors,
    }
    log.write(json.dumps(summary) + "\n")
    log.close()
    progress(json.dumps(summary))
    save(run, checkpoint)
    best = folder / "best.json"
    quality = metrics.summary().get("joint", 0.0) - metrics.summary().get("false_alarms", 1.0)
    if not best.exists() or quality >= json.loads(best.read_text("utf-8"))["quality"]:
        weights: dict[str, Any] = {"average": run.average.state_dict(), "usage": run.usage.state_dict()}
        torch.save(weights, folder / "best.pt")
        best.write_text(json.dumps({"quality": quality, "config": asdict(config), **summary}), "utf-8")
    return run


def to_device(batch: dict[str, Tensor], device: torch.device) -> dict[str, Tensor]:
    moved = {name: values.to(device, non_blocking=True) for name, values in batch.items()}
    moved["features"] = moved["features"].float()
    return moved


def step(run: Run, config: TrainingConfig, batch: dict[str, Tensor], share: float) -> dict[str, float]:
    """One optimiser step; learning rate by warm-up and a cosine over the run's time."""
    rate = (
        config.rate
        * min(1.0, (run.step + 1) / config.warmup)
        * (0.03 + 0.97 * 0.5 * (1 + math.cos(math.pi * share)))
    )
    for group in run.optimiser.param_groups:
        group["lr"] = rate * group["scale"]
    labels = Labels(
        batch["candidate_window"].long(),
        batch["candidate_site"].long(),
        batch["target"],
        batch["ranking_only"],
    )
    counted, learned = scores_of(run.network, run.usage, batch)
    terms = energy_loss(counted.detach() + learned, labels)
    alone = energy_loss(counted, labels)
    loss = terms["contrast"] + 0.5 * terms["repair"] + 0.5 * terms["focal"]
    loss = loss + alone["contrast"] + 0.5 * alone["repair"]
    run.optimiser.zero_grad(set_to_none=True)
    loss.backward()
    norm = torch.nn.utils.clip_grad_norm_(run.network.parameters(), 1.0)
    run.optimiser.step()
    run.step += 1
    run.windows += batch["tokens"].shape[0]
    run.tokens += batch["tokens"].numel()
    decay = min(config.averaging, run.step / (run.step + 10))
    with torch.no_grad():
        torch._foreach_lerp_(list(run.average.parameters()), list(run.network.parameters()), 1 - decay)
    if run.step % 10:
        return {}
    return {
        "contrast": 10 * terms["contrast"].item(),
        "repair": 10 * terms["repair"].item(),
        "focal": 10 * terms["focal"].item(),
        "usage_contrast": 10 * alone["contrast"].item(),
        "gradient": 10 * float(norm),
    }


@torch.no_grad()
def evaluate(
    network: Network,
    usage: UsageTerm,
    batches: Sequence[Batch],
    device: torch.device,
    *,
    learned: bool = True,
) -> tuple[Metrics, dict[str, float]]:
    """Metrics of the sum of both terms (of the usage term alone without ``learned``), and the collapse monitor."""
    network.eval()
    metrics = Metrics()
    vectors: list[np.ndarray] = []
    for raw in batches:
        batch = to_device(
            {name: torch.from_numpy(np.asarray(values)) for name, values in raw.items()}, device
        )
        counted, residual = scores_of(network, usage, batch)
        if len(vectors) < 8:
            present = (batch["pieces"] != 0).float()
            embedded = network.pieces(batch["pieces"]).sum(1) / present.sum(1, keepdim=True).clamp(min=1)
            context = network.encode(embedded, batch["tokens"], batch["roles"])
            vectors.append(context[batch["tokens"] > 0].float().cpu().numpy()[:512])
        scores = counted + residual if learned else counted
        metrics.add(scores.cpu().numpy(), raw)
    network.train()
    return metrics, {
        "effective_rank_ratio": effective_rank_ratio(np.concatenate(vectors)) if vectors else 0.0
    }
