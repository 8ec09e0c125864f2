"""Some steps of training on two shards, by as many processes as torchrun started: what each step's losses were.

``python some_steps.py CORPUS OUT``; the first process writes ``OUT/steps.json`` and the checkpoint, each what it drew from.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import torch

from groundstate_energy.features import NameStatistics
from groundstate_energy.ngrams import CorpusTable
from groundstate_energy.training import batches, denoising
from groundstate_energy.training.batches import Batch, Corpus, load_statistics
from groundstate_energy.training.distributed import Processes
from groundstate_energy.training.mutants import Example, Mutator
from groundstate_energy.training.pipeline import batches_of, load_corpus
from groundstate_energy.training.steps import Objective
from groundstate_energy.training.trainer import TrainingConfig, advance, feeds_of, save, start
from groundstate_energy.training.vocabulary import train_tokenizer

STEPS = 24
CONFIG = TrainingConfig(
    network="tiny", tokens=512, workers=0, warmup=4, mutants_from=0.3, fixes_from=0.6, replay=3, shards=2, rate=1e-3
)  # fmt: skip


def fixes_of(corpus: Corpus) -> list[Batch]:
    """Mutants with their clean windows as if they were fixes with their twins."""
    statistics = NameStatistics(corpus.names, corpus.table)
    mutator = Mutator(corpus.forms, statistics, 5)
    pairs = []
    for repository in corpus.repositories:
        for file in repository.files:
            source = batches.read(repository.project, file, statistics)
            mutants = [m for m in mutator.mutants([source], 8) if not m.ranking_only]
            for mutant in mutants:
                clean = mutator.clean(source, 0)
                assert clean is not None
                twin = Example(clean.window, -1, clean.rule, False, len(pairs) % len(clean.window.candidates))
                pairs.append((mutant, twin))
    return batches_of(pairs, corpus.tokenizer, CONFIG.tokens)


def main(folder: Path, out: Path) -> None:
    torch.set_num_threads(1)
    processes = Processes.of_environment()
    device = processes.device()
    names, forms = load_statistics(folder)
    repositories = load_corpus(folder, ("train",))["train"]
    tokenizer = train_tokenizer(dict.fromkeys(forms, 5), 400)
    corpus = Corpus(repositories, repositories, names, forms, tokenizer, CorpusTable.empty())
    drawn: list[tuple[int, str]] = []
    take = batches.shared

    def noted(places: list[Any], number: int, streams: int) -> list[Any]:
        mine = take(places, number, streams)
        drawn.extend((number, place[1].text.decode()) for place in mine)
        return mine

    batches.shared = denoising.shared = noted
    run = start(CONFIG, device)
    run.network.mixed = run.average.mixed = False
    feeds = feeds_of(run, CONFIG, corpus, fixes_of(corpus), device, processes)
    objective = processes.together(Objective(run.network, run.usage))
    run.network.train()
    steps = []
    for number in range(STEPS):
        added = advance(run, CONFIG, objective, feeds, number / STEPS, processes)
        values = processes.summed(torch.stack(list(added.values()))).tolist()
        steps.append(dict(zip(added, values, strict=True)))
    out.mkdir(parents=True, exist_ok=True)
    (out / f"drawn{processes.rank}.json").write_text(json.dumps(drawn), "utf-8")
    if processes.first:
        (out / "steps.json").write_text(json.dumps(steps), "utf-8")
        save(run, out / "checkpoint.pt")
    weights = np.concatenate([p.detach().numpy().ravel() for p in run.network.parameters()])
    np.save(out / f"weights{processes.rank}.npy", weights)
    processes.leave()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
