"""Ablations: train short arms from a checkpoint, judge them on calibration repositories, print paired differences.

    python -m benchmarks.ablations arms RUN CORPUS --fixes FIXES --out OUT.jsonl [--steps N] [--seeds N] [--arm ARM]
    python -m benchmarks.ablations table OUT.jsonl
    python -m benchmarks.ablations reach CORPUS --fixes FIXES [--model MODEL] [--lines N]

``arms`` can be ended and run again: arms and seeds that OUT has are not trained again. Only ``reach`` looks at test
repositories: what is kept or deleted is decided on those that calibrate.
"""

from __future__ import annotations

import argparse
import json
import pickle
import sys
import time
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
import torch
from benchmarks.ablations.arms import ARMS, DRAWS, EVERYTHING, Material, outcomes
from benchmarks.ablations.reach import Reach
from benchmarks.real_bugs.comparison import paired_difference

from groundstate_energy.engine import Engine
from groundstate_energy.features import NameStatistics
from groundstate_energy.model_package import ModelPackageError, load_model_package
from groundstate_energy.ngrams import CorpusTable
from groundstate_energy.training.batches import (
    LENGTHS,
    Batch,
    Corpus,
    MutantBatches,
    load_statistics,
)
from groundstate_energy.training.corpus_table import in_table
from groundstate_energy.training.held_out import clean_files, indices_of, scored_fixes
from groundstate_energy.training.mutants import Example
from groundstate_energy.training.network import NetworkConfig
from groundstate_energy.training.pipeline import (
    batches_of,
    fix_pairs,
    load_corpus,
    tokenizer_of,
    unseen_examples,
)
from groundstate_energy.training.trainer import TrainingConfig

FIXES, MUTANTS = "fixes", "mutants"
UNITS = 1_000
"""Units of calibration repositories that are given a mutant."""
SPLIT = "calibration"


def main() -> int:
    """Run one of the steps."""
    parser = argparse.ArgumentParser(prog="benchmarks.ablations", description=__doc__)
    steps = parser.add_subparsers(dest="step", required=True, metavar="STEP")
    arms = steps.add_parser("arms", help="train and judge the arms")
    arms.add_argument("run", type=Path, metavar="RUN", help="a finished run with its `fixes.pickle`")
    arms.add_argument("--out", type=Path, required=True)
    arms.add_argument("--network", default="small", help="preset of the run")
    arms.add_argument("--steps", type=int, default=200)
    arms.add_argument("--seeds", type=int, default=2)
    arms.add_argument("--tokens", type=int, default=4_096, help="padded tokens of a batch of mutants")
    arms.add_argument("--rate", type=float, default=1.5e-3)
    arms.add_argument("--arm", action="append", choices=ARMS, help="these arms only; repeatable")
    reach = steps.add_parser("reach", help="what is saved and lost where the network is not asked")
    reach.add_argument("--model", type=Path, help="model package; without it the shipped one")
    reach.add_argument("--lines", type=int, default=30_000, help="unchanged lines")
    for step in (arms, reach):
        step.add_argument("corpus", type=Path, metavar="CORPUS")
        step.add_argument("--fixes", type=Path, required=True, help="fixes with their texts")
    shown = steps.add_parser("table", help="print the table of what `arms` wrote")
    shown.add_argument("out", type=Path, metavar="OUT")
    options = parser.parse_args()
    torch.set_num_threads(1)
    try:
        return {"arms": _arms, "reach": _reach, "table": _table}[options.step](options)
    except (OSError, ValueError, KeyError, ModelPackageError) as error:
        print(f"ablations: {error}", file=sys.stderr)
        return 2


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _arms(options: argparse.Namespace) -> int:
    known = (
        [json.loads(line) for line in options.out.read_text("utf-8").splitlines()]
        if options.out.exists()
        else []
    )
    done = {(entry["arm"], entry["seed"]) for entry in known}
    wanted = [
        (arm, seed) for seed in range(options.seeds) for arm in options.arm or ARMS if (arm, seed) not in done
    ]
    if not wanted:
        return _table(options)
    material = _material(options)
    with options.out.open("a", encoding="utf-8") as stream:
        for arm, seed in wanted:
            began = time.monotonic()
            found = outcomes(arm, material, options.steps, seed)
            entry: dict[str, Any] = {"arm": arm, "seed": seed, "steps": options.steps}
            for kind, (_, owners) in material.cases.items():
                bugs = [
                    (one.joint, owner)
                    for one, owner in zip(found[kind], owners, strict=True)
                    if one.buggy and not one.ranking_only
                ]
                entry[kind] = {
                    "joint": "".join("01"[joint] for joint, _ in bugs),
                    "repositories": [
                        [name, len(list(own))] for name, own in groupby(owner for _, owner in bugs)
                    ],
                }
            entry["seconds"] = round(time.monotonic() - began, 1)
            stream.write(json.dumps(entry) + "\n")
            stream.flush()
            _say(f"{arm}, seed {seed}: {entry['seconds']} s")
    return _table(options)


def _material(options: argparse.Namespace) -> Material:
    config = TrainingConfig(
        network=options.network, tokens=options.tokens, rate=options.rate, averaging=0.98, warmup=15
    )
    tokenizer = tokenizer_of(options.corpus, options.run, NetworkConfig.from_name(options.network).pieces - 1)
    names, forms = load_statistics(options.corpus)
    loaded = load_corpus(options.corpus, ("train", SPLIT))
    table = CorpusTable.load(options.run / "ngrams.npz")
    makers = [repository for repository in loaded["train"] if not in_table(repository.name)]
    corpus = Corpus(makers, loaded["train"], names, forms, tokenizer, table)
    stream = iter(MutantBatches(corpus, tokens=config.tokens, mutants=config.mutants, seed=1))
    drawn: list[Batch] = []
    # Half of the steps take mutants, DRAWS of them the arm that keeps the hardest; some wait for others of their length.
    for _ in range(DRAWS * (options.steps // 2 + len(LENGTHS))):
        drawn.append({name: values.numpy() for name, values in next(stream).items()})
    _say(f"{len(drawn)} batches of mutants")
    fixes, _ = pickle.loads((options.run / "fixes.pickle").read_bytes())
    projects = {repository.name: repository.project for group in loaded.values() for repository in group}
    examples: dict[str, list[tuple[str, Example]]] = {FIXES: [], MUTANTS: []}
    for record, pair in fix_pairs(options.fixes, projects, (SPLIT,), NameStatistics(names, table), 1):
        if pair is not None:
            examples[FIXES] += [(record.repository, example) for example in pair]
    for repository in loaded[SPLIT]:
        made = unseen_examples([repository], names, forms, table, UNITS // len(loaded[SPLIT]), 1)
        examples[MUTANTS] += [(repository.name, example) for example in made]
    cases = {}
    for kind, own in examples.items():
        # One batch for each repository and length keeps the order known.
        batches, owners = [], []
        for repository_name in dict.fromkeys(name for name, _ in own):
            group = batches_of([(e,) for name, e in own if name == repository_name], tokenizer, 16_384)
            batches += group
            owners += [repository_name] * sum(len(batch["target"]) for batch in group)
        cases[kind] = (batches, owners)
        _say(f"{kind}: {len(owners)} windows")
    return Material(options.run / "checkpoint.pt", config, fixes, drawn, cases)


def _table(options: argparse.Namespace) -> int:
    entries = [json.loads(line) for line in options.out.read_text("utf-8").splitlines()]
    print("| without | seeds | fixes | mutants |\n| --- | --- | --- | --- |")
    for arm in ARMS:
        seeds = sorted({entry["seed"] for entry in entries if entry["arm"] == arm})
        cells = [f"{_cell(entries, arm, seeds, kind)}" for kind in (FIXES, MUTANTS)]
        if seeds:
            print(
                f"| {'with ' if arm == 'hard negatives' else ''}{arm} | {len(seeds)} | {' | '.join(cells)} |"
            )
    return 0


def _cell(entries: Sequence[dict[str, Any]], arm: str, seeds: Sequence[int], kind: str) -> str:
    """Joint of ``everything`` in per cent; of an arm the difference in points with its 95 % interval."""

    def of(name: str, seed: int) -> dict[str, Any] | None:
        return next((e[kind] for e in entries if e["arm"] == name and e["seed"] == seed), None)

    pairs = [(own, base) for seed in seeds if (own := of(arm, seed)) and (base := of(EVERYTHING, seed))]
    if not pairs:
        return "not compared"
    own, base = (np.mean([[int(c) for c in pair[i]["joint"]] for pair in pairs], 0) for i in (0, 1))
    if arm == EVERYTHING:
        return f"{100 * own.mean():.1f} of {len(own)}"
    owners = [name for name, count in pairs[0][0]["repositories"] for _ in range(count)]
    found = paired_difference(base.tolist(), own.tolist(), owners, 0)
    return f"{100 * found.difference:+.1f} ({100 * found.low:.1f} to {100 * found.high:.1f})"


def _reach(options: argparse.Namespace) -> int:
    package = load_model_package(options.model)
    if package is None:
        raise ModelPackageError("this installation has no model package; name one by --model")
    loaded = load_corpus(options.corpus, ("test",))["test"]
    reach = Reach(Engine(package, device="cpu", remembers=False))
    with indices_of(loaded) as indices:
        reach.fixes(scored_fixes(reach.engine, loaded, "test", options.fixes, indices))
        reach.unchanged(clean_files(loaded, options.lines, 6, indices))
    print(reach.table())
    return 0


if __name__ == "__main__":
    sys.exit(main())
