"""Training: time-boxed, seeded, resumable. The same loop trains the small network on a CPU and the full one on a GPU.

Three phases: denoising, in which the encoder learns what a token's surroundings say of it; mutants; then real fixes with
their fixed twins as clean examples (RealiT, Richter and Wehrheim 2023: fixes after mutants beat fixes mixed in), among
mutants so that what was learned stays. The usage term is fitted by the same losses; the network learns the residual of
its (detached) scores. Matrices of the layers are trained by Muon (Jordan et al. 2024), which reached the loss of AdamW
here in about half the steps, everything else by AdamW. Checkpoints are chosen by task metric, never by energy.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, IterableDataset

from groundstate_energy.encoding import PieceTable
from groundstate_energy.training.batches import Batch, Corpus, MutantBatches
from groundstate_energy.training.denoising import DenoisingBatches
from groundstate_energy.training.distributed import ALONE, Processes
from groundstate_energy.training.hard_negatives import Score, hardest
from groundstate_energy.training.metrics import Metrics, effective_rank_ratio
from groundstate_energy.training.network import RELATIONS, Network, NetworkConfig, UsageTerm
from groundstate_energy.training.steps import Objective, learn, rate_of_edits, scores_of

SAVE_SECONDS = 180
"""A checkpoint is written this often."""


@dataclass(frozen=True, slots=True)
class TrainingConfig:
    """One training run.

    ``minutes``: length of the whole run; ``mutants_from`` and ``fixes_from``: shares of it after which mutants take the
    place of denoising and real fixes join. ``tokens``: padded tokens of a batch. ``rate``: the peak.
    ``replay``: how many batches of mutants are kept to be seen again while workers make new ones, and ``replay_share``
    the share of steps that take one of them. ``draws``: how many mutants are drawn for each that is learned from, the one
    that the averaged network finds worst; 1 takes them as they come. ``shards``: parts of a batch, each of ``tokens`` and
    drawn from files of its own, which the processes of a run share evenly; 0 is one for each process.
    """

    network: str = "small"
    minutes: float = 60.0
    tokens: int = 16_384
    workers: int = 1
    rate: float = 5e-3
    warmup: int = 60
    weight_decay: float = 0.05
    mutants_from: float = 0.5
    fixes_from: float = 0.73
    fix_share: float = 0.45
    mutants: int = 2
    averaging: float = 0.998
    replay: int = 0
    replay_share: float = 0.5
    draws: int = 1
    shards: int = 0
    seed: int = 0


@dataclass(slots=True)
class Run:
    """Everything that a segment hands to the next."""

    network: Network
    average: Network
    usage: UsageTerm
    optimisers: list[torch.optim.Optimizer]
    step: int
    elapsed: float
    windows: int
    tokens: int
    phase: str
    """``denoising`` or ``edits``."""
    phase_step: int
    """Steps since the phase began: each phase warms up."""

    def enter(self, phase: str) -> None:
        """Begin a phase, or go on with it."""
        if phase != self.phase:
            self.phase, self.phase_step = phase, 0


def start(config: TrainingConfig, device: torch.device, kind: type[Network] = Network) -> Run:
    """A fresh run of a network of one ``kind``."""
    torch.manual_seed(config.seed)
    shape = NetworkConfig.from_name(config.network)
    network = kind(shape).to(device)
    average = kind(shape).to(device)
    average.load_state_dict(network.state_dict())
    network.mixed = average.mixed = True
    usage = UsageTerm().to(device)
    matrices = [p for layer in network.layers for p in layer.parameters() if is_matrix(p)]
    taken = {id(p) for p in matrices}
    rest = [p for p in network.parameters() if id(p) not in taken]
    optimisers: list[torch.optim.Optimizer] = [
        torch.optim.Muon(
            [{"params": matrices, "scale": 1.0}],
            lr=config.rate,
            weight_decay=config.weight_decay,
            adjust_lr_fn="match_rms_adamw",
        ),
        torch.optim.AdamW(
            [
                {
                    "params": [p for p in rest if p.ndim > 1],
                    "weight_decay": config.weight_decay,
                    "scale": 1.0,
                },
                {"params": [p for p in rest if p.ndim <= 1], "weight_decay": 0.0, "scale": 1.0},
                {"params": list(usage.parameters()), "weight_decay": 0.0, "scale": 2.0},
            ],
            lr=config.rate,
            betas=(0.9, 0.98),
            fused=True,
        ),
    ]
    return Run(network, average, usage, optimisers, 0, 0.0, 0, 0, "", 0)


def is_matrix(parameter: torch.nn.Parameter) -> bool:
    """Whether Muon trains it: a matrix of a layer, the few numbers of its relations left out."""
    return parameter.ndim == 2 and parameter.shape[1] > RELATIONS


def save(run: Run, path: Path) -> None:
    """Write a checkpoint; a partly written one never replaces a whole one."""
    part = path.with_suffix(".part")
    torch.save(
        {
            "network": run.network.state_dict(),
            "average": run.average.state_dict(),
            "usage": run.usage.state_dict(),
            "optimisers": [optimiser.state_dict() for optimiser in run.optimisers],
            "step": run.step,
            "elapsed": run.elapsed,
            "windows": run.windows,
            "tokens": run.tokens,
            "phase": run.phase,
            "phase_step": run.phase_step,
        },
        part,
    )
    part.replace(path)


def restore(run: Run, path: Path, device: torch.device) -> None:
    state = torch.load(path, map_location=device, weights_only=True)
    run.network.load_state_dict(state["network"])
    run.average.load_state_dict(state["average"])
    run.usage.load_state_dict(state["usage"])
    for optimiser, kept in zip(run.optimisers, state["optimisers"], strict=True):
        optimiser.load_state_dict(kept)
    run.step, run.elapsed = state["step"], state["elapsed"]
    run.windows, run.tokens = state["windows"], state["tokens"]
    run.phase, run.phase_step = state["phase"], state["phase_step"]


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
    processes: Processes = ALONE,
) -> Run:
    """Train for one segment, resuming from ``folder/checkpoint.pt`` where there is one.

    ``fixes``: batches of real fixes and their twins; ``validation``: batches of unseen repositories, of the first process
    only. That one writes ``checkpoint.pt``, ``log.jsonl`` and, when the validation metric is the best so far, ``best.pt``.

    Raises:
        ValueError: ``config.shards`` cannot be shared by the processes evenly.
    """
    folder.mkdir(parents=True, exist_ok=True)
    run = start(config, device)
    checkpoint = folder / "checkpoint.pt"
    if checkpoint.exists():
        restore(run, checkpoint, device)
        progress(f"resumed at step {run.step}, {run.elapsed / 60:.1f} minutes")
    feeds = feeds_of(run, config, corpus, fixes, device, processes)
    objective = processes.together(Objective(run.network, run.usage))
    began = time.monotonic()
    before = run.elapsed
    total = config.minutes * 60
    shown = saved = time.monotonic()
    sums: dict[str, float] = {}
    count = 0
    run.network.train()
    log = (folder / "log.jsonl").open("a", encoding="utf-8") if processes.first else None
    while True:
        run.elapsed = processes.agreed(before + time.monotonic() - began, device)
        share = run.elapsed / total
        if share >= 1 or run.elapsed - before >= segment_minutes * 60:
            break
        added = advance(run, config, objective, feeds, share, processes)
        if run.step % 10 == 0:
            values = processes.summed(torch.stack(list(added.values()))).tolist()
            for name, value in zip(added, values, strict=True):
                sums[name] = sums.get(name, 0.0) + 10 * value
        count += 1
        if log is None:
            continue
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
    if log is None:
        return run
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


def advance(
    run: Run,
    config: TrainingConfig,
    objective: nn.Module,
    feeds: Sequence[Feed],
    share: float,
    processes: Processes = ALONE,
) -> dict[str, Tensor]:
    """One step, when ``share`` of the run is over, on what each of this process's feeds has next; as ``learn`` returns."""
    if share < config.mutants_from:
        run.enter("denoising")
        return learn(run, config, objective, [feed.denoising() for feed in feeds], config.rate, processes)
    run.enter("edits")
    parts = [feed.edits(share) for feed in feeds]
    return learn(run, config, objective, parts, rate_of_edits(config, share), processes)


@torch.no_grad()
def average_scores(run: Run, device: torch.device, batch: Batch) -> Tensor:
    """Scores of a batch's candidates by both terms, of the averaged network, on the CPU."""
    counted, learned = scores_of(run.average, run.usage, to_device(as_tensors(batch), device))
    return (counted + learned).cpu()


def as_tensors(batch: Batch) -> dict[str, Tensor]:
    """A batch of arrays as tensors that share their memory."""
    return {name: torch.from_numpy(np.asarray(values)) for name, values in batch.items()}


def to_device(batch: dict[str, Tensor], device: torch.device) -> dict[str, Tensor]:
    """A batch on ``device``, its features in fp32."""
    moved = {name: values.to(device, non_blocking=True) for name, values in batch.items()}
    if "features" in moved:
        moved["features"] = moved["features"].float()
    return moved


def feeds_of(
    run: Run,
    config: TrainingConfig,
    corpus: Corpus,
    fixes: Sequence[Batch],
    device: torch.device,
    processes: Processes = ALONE,
) -> list[Feed]:
    """The feeds of a segment, one for each of this process's shards; raises ``ValueError`` as ``Processes.parts``."""
    shards = config.shards or processes.count
    score = partial(average_scores, run, device)
    return [
        Feed(config, corpus, fixes, device, config.seed + run.step, score, (shard, shards))
        for shard in processes.parts(shards)
    ]


class Feed:
    """What one shard of each step of a segment learns from. Workers of a phase start when its first batch is asked for.

    Args:
        part: the number of the shard, and how many there are. Shards have no file and no fix in common.
    """

    def __init__(
        self,
        config: TrainingConfig,
        corpus: Corpus,
        fixes: Sequence[Batch],
        device: torch.device,
        seed: int,
        score: Score,
        part: tuple[int, int] = (0, 1),
    ) -> None:
        self._config = config
        self._part = part
        self._score = score
        self._corpus = corpus
        self._fixes = fixes[part[0] :: part[1]]
        self._device = device
        self._seed = seed
        self._rng = np.random.default_rng((seed, part[0]))
        self._kept: list[dict[str, Tensor]] = []
        self._corrupted: Iterator[dict[str, Tensor]] | None = None
        self._mutants: Iterator[dict[str, Tensor]] | None = None

    def denoising(self) -> dict[str, Tensor]:
        """A batch of ``denoising.corrupted_batch``."""
        if self._corrupted is None:
            self._corrupted = self._stream(
                DenoisingBatches(
                    self._corpus.all_repositories,
                    PieceTable(self._corpus.tokenizer),
                    tokens=self._config.tokens,
                    seed=self._seed + 1,
                    part=self._part,
                )
            )
        return self._moved(next(self._corrupted))

    def edits(self, share: float) -> dict[str, Tensor]:
        """A batch of mutants, new or seen before, or in the last phase perhaps of fixes."""
        config, rng = self._config, self._rng
        self._corrupted = None
        if self._fixes and share >= config.fixes_from and rng.random() < config.fix_share:
            return self._moved(as_tensors(self._fixes[int(rng.integers(len(self._fixes)))]))
        if self._mutants is None:
            drawn = self._stream(
                MutantBatches(
                    self._corpus,
                    tokens=config.tokens,
                    mutants=config.mutants,
                    seed=self._seed + 1,
                    part=self._part,
                )
            )
            self._mutants = drawn
            if config.draws > 1:
                arrays = ({name: values.numpy() for name, values in batch.items()} for batch in drawn)
                self._mutants = map(as_tensors, hardest(arrays, self._score, config.draws))
        if self._kept and rng.random() < config.replay_share:
            return self._kept[int(rng.integers(len(self._kept)))]
        batch = self._moved(next(self._mutants))
        if len(self._kept) < config.replay:
            self._kept.append(batch)
        elif config.replay:
            self._kept[int(rng.integers(config.replay))] = batch
        return batch

    def _stream(self, dataset: IterableDataset[dict[str, Tensor]]) -> Iterator[dict[str, Tensor]]:
        workers = self._config.workers
        return iter(
            DataLoader(
                dataset,
                batch_size=None,
                num_workers=workers,
                prefetch_factor=6 if workers else None,
                pin_memory=self._device.type == "cuda",
            )
        )

    def _moved(self, batch: dict[str, Tensor]) -> dict[str, Tensor]:
        return to_device(batch, self._device)


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
        batch = to_device(as_tensors(raw), device)
        counted, residual = scores_of(network, usage, batch)
        if len(vectors) < 8:
            context = network.encode(network.embed(batch["pieces"]), batch["tokens"], batch["roles"])
            vectors.append(context[batch["tokens"] > 0].float().cpu().numpy()[:512])
        scores = counted + residual if learned else counted
        metrics.add(scores.cpu().numpy(), raw)
    network.train()
    return metrics, {
        "effective_rank_ratio": effective_rank_ratio(np.concatenate(vectors)) if vectors else 0.0
    }
