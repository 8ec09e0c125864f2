"""The options and steps of ``groundstate train``. Imports nothing heavy before a step runs."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Steps of training as subcommands: ``gather``, ``run``, ``autoregressive``, ``mine``."""
    steps = parser.add_subparsers(dest="step", metavar="STEP", required=True)
    gather = steps.add_parser("gather", help="deduplicated functions and project facts of repositories")
    gather.add_argument("sources", nargs="+", type=Path, help="folders, each one repository")
    gather.add_argument(
        "--out", type=Path, required=True, help="corpus folder; what is there already is kept"
    )
    gather.add_argument("--exclude", type=Path, help="file with owner/name lines that must not be trained on")
    gather.add_argument(
        "--corpus", type=Path, help="listing such as corpus.toml, for the files it leaves out"
    )
    gather.add_argument("--seed", type=int, default=0)

    run_step = steps.add_parser("run", help="train a network; run it again to go on where it stopped")
    run_step.add_argument("corpus", type=Path, help="corpus folder of `gather`")
    run_step.add_argument(
        "--out", type=Path, required=True, help="folder of the run: tokenizer, checkpoint, log, report"
    )
    run_step.add_argument("--network", default="small", help="tiny, small or full")
    run_step.add_argument("--minutes", type=float, default=60.0, help="length of the whole run")
    run_step.add_argument("--segment", type=float, default=float("inf"), help="stop after so many minutes")
    run_step.add_argument("--fixes", type=Path, help="real fixes with their texts, from `mine --facts`")
    run_step.add_argument("--tokens", type=int, default=4_096, help="padded tokens of a batch")
    run_step.add_argument("--workers", type=int, default=1, help="processes that make batches")
    run_step.add_argument("--threads", type=int, default=1, help="threads of the network on a CPU")
    run_step.add_argument("--rate", type=float, default=5e-3, help="peak learning rate")
    run_step.add_argument("--replay", type=int, default=300, help="batches kept to be seen again")
    run_step.add_argument(
        "--replay-share", type=float, default=0.35, help="share of steps that take a kept batch"
    )
    run_step.add_argument(
        "--shards",
        type=int,
        default=0,
        help="parts of a batch, each of --tokens, that the processes of torchrun share (default: one each)",
    )
    run_step.add_argument("--seed", type=int, default=0)

    baseline = steps.add_parser(
        "autoregressive", help="train the autoregressive baseline; run it again to go on where it stopped"
    )
    baseline.add_argument("corpus", type=Path, help="corpus folder of `gather`")
    baseline.add_argument("--tokenizer", type=Path, required=True, help="tokenizer.json of a run of `run`")
    baseline.add_argument("--out", type=Path, required=True, help="folder of the run: checkpoint, log")
    baseline.add_argument("--network", default="small", help="tiny, small or full")
    baseline.add_argument("--minutes", type=float, default=60.0, help="length of the whole run")
    baseline.add_argument("--segment", type=float, default=float("inf"), help="stop after so many minutes")
    baseline.add_argument("--tokens", type=int, default=4_096, help="padded tokens of a batch")
    baseline.add_argument("--workers", type=int, default=1, help="processes that make batches")
    baseline.add_argument("--threads", type=int, default=1, help="threads of the network on a CPU")
    baseline.add_argument("--rate", type=float, default=5e-3, help="peak learning rate")
    baseline.add_argument("--seed", type=int, default=0)

    mine = steps.add_parser("mine", help="one-site bug fixes out of git histories")
    mine.add_argument("--repos", type=Path, required=True, help="folder of clones, owner/name or owner+name")
    mine.add_argument("--facts", type=Path, help="rebuild the texts of these facts instead of mining")
    mine.add_argument("--out", type=Path, required=True)


def run(options: argparse.Namespace) -> int:
    """Run one step; 0 when it is done."""
    if options.step != "run" and int(os.environ.get("WORLD_SIZE", "1")) > 1:
        _say(f"groundstate: error: `train {options.step}` is for one process: start it without torchrun")
        return 2
    return {"gather": _gather, "run": _train, "autoregressive": _autoregressive, "mine": _mine}[options.step](
        options
    )


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _silent(line: str) -> None:
    """The first process of several speaks for all."""


def _gather(options: argparse.Namespace) -> int:
    from groundstate_energy.training.corpus import files_left_out, gather

    excluded: frozenset[str] = frozenset()
    if options.exclude is not None:
        lines = options.exclude.read_text("utf-8").splitlines()
        excluded = frozenset(
            line.strip().casefold() for line in lines if line.strip() and not line.startswith("#")
        )
    left_out = files_left_out(options.corpus) if options.corpus is not None else None
    gather(
        options.sources,
        options.out,
        seed=options.seed,
        evaluation=excluded,
        left_out=left_out,
        progress=_say,
    )
    return 0


def _train(options: argparse.Namespace) -> int:
    import torch

    from groundstate_energy.training.distributed import Processes
    from groundstate_energy.training.pipeline import run_training
    from groundstate_energy.training.trainer import TrainingConfig

    config = TrainingConfig(
        network=options.network,
        minutes=options.minutes,
        tokens=options.tokens,
        workers=options.workers,
        rate=options.rate,
        replay=options.replay,
        replay_share=options.replay_share,
        shards=options.shards,
        seed=options.seed,
    )
    torch.set_num_threads(options.threads)
    processes = Processes.of_environment()
    try:
        processes.parts(config.shards or processes.count)
    except ValueError as error:
        if processes.first:
            _say(f"groundstate: error: --shards: {error}")
        return 2
    if processes.count > 1 and processes.first:
        _say(f"{processes.count} processes, the first on {processes.device()}")
    run_training(
        options.corpus,
        options.out,
        config,
        fixes=options.fixes,
        device=processes.device(),
        segment_minutes=options.segment,
        progress=_say if processes.first else _silent,
        processes=processes,
    )
    processes.leave()
    return 0


def _autoregressive(options: argparse.Namespace) -> int:
    import torch
    from tokenizers import Tokenizer

    from groundstate_energy.encoding import PieceTable
    from groundstate_energy.training.autoregressive import train_autoregressive
    from groundstate_energy.training.pipeline import load_corpus
    from groundstate_energy.training.trainer import TrainingConfig

    config = TrainingConfig(
        network=options.network,
        minutes=options.minutes,
        tokens=options.tokens,
        workers=options.workers,
        rate=options.rate,
        seed=options.seed,
    )
    torch.set_num_threads(options.threads)
    train_autoregressive(
        config,
        load_corpus(options.corpus, ("train",))["train"],
        PieceTable(Tokenizer.from_file(str(options.tokenizer))),
        options.out,
        device=torch.device("cuda" if torch.cuda.is_available() else "cpu"),
        segment_minutes=options.segment,
        progress=_say,
    )
    return 0


def _mine(options: argparse.Namespace) -> int:
    from groundstate_energy.training import mining

    if options.facts is not None:
        written = mining.write_pairs(mining.read_facts(options.facts), options.repos, options.out)
        _say(f"{written} fixes written to {options.out}")
        return 0
    repositories = []
    for folder in sorted(options.repos.iterdir()):
        name = folder.name.replace("+", "/").replace("__", "/")
        gitdir = mining.git_directory(options.repos, name)
        if gitdir is not None:
            repositories.append((name, gitdir))
    counts = mining.mine(repositories, options.out)
    _say(f"{len(counts)} repositories mined into {options.out}")
    return 0
