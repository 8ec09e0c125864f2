"""``python -m groundstate_energy.training``: one training segment over a corpus folder; run it again to go on."""

from __future__ import annotations

import argparse
from pathlib import Path

import torch

from groundstate_energy.training.pipeline import run_training
from groundstate_energy.training.trainer import TrainingConfig


def main() -> None:
    parser = argparse.ArgumentParser(prog="groundstate_energy.training", description=__doc__)
    parser.add_argument("corpus", type=Path, help="folder made by `groundstate train gather`")
    parser.add_argument("out", type=Path, help="folder of the run: tokenizer, checkpoint, log, report")
    parser.add_argument("--network", default="small", help="tiny, small or full")
    parser.add_argument("--minutes", type=float, default=60.0, help="length of the whole run")
    parser.add_argument("--segment", type=float, default=1e9, help="stop after so many minutes; run again to go on")
    parser.add_argument("--fixes", type=Path, help="real fixes (JSON lines of `groundstate train mine`)")
    parser.add_argument("--tokens", type=int, default=16_384, help="padded tokens of a batch")
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--threads", type=int, default=1, help="threads of the network on a CPU")
    parser.add_argument("--rate", type=float, default=1e-3)
    parser.add_argument("--replay", type=int, default=0)
    parser.add_argument("--replay-share", type=float, default=0.5)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    config = TrainingConfig(
        network=options.network,
        minutes=options.minutes,
        tokens=options.tokens,
        workers=options.workers,
        rate=options.rate,
        replay=options.replay,
        replay_share=options.replay_share,
        seed=options.seed,
    )
    torch.set_num_threads(options.threads)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    run_training(
        options.corpus,
        options.out,
        config,
        fixes=options.fixes,
        device=device,
        segment_minutes=options.segment,
        progress=lambda line: print(line, flush=True),
    )


if __name__ == "__main__":
    main()
