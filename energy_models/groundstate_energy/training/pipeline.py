"""The whole of training, from a corpus folder to a checkpoint: what ``groundstate train`` runs."""

from __future__ import annotations

import json
import multiprocessing
import pickle
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from tokenizers import Tokenizer

from groundstate_energy.encoding import PieceTable
from groundstate_energy.features import NameStatistics
from groundstate_energy.ngrams import CorpusTable
from groundstate_energy.training.batches import (
    Batch,
    Buckets,
    Corpus,
    examples_of,
    load_statistics,
    read,
    split_of,
)
from groundstate_energy.training.corpus import Repository, load_repository
from groundstate_energy.training.corpus_table import build_table, in_table
from groundstate_energy.training.distributed import ALONE, Processes
from groundstate_energy.training.fixes import FixRecord, fix_examples, load_fixes
from groundstate_energy.training.metrics import Metrics
from groundstate_energy.training.mutants import Example, Mutator
from groundstate_energy.training.network import Network, NetworkConfig, UsageTerm
from groundstate_energy.training.probes import (
    ContextFreeNetwork,
    ShuffledContextNetwork,
    length_scores,
    ngram_scores,
    random_scores,
    with_weights_of,
)
from groundstate_energy.training.trainer import Run, TrainingConfig, evaluate, train
from groundstate_energy.training.vocabulary import train_tokenizer
from groundstate_grammars.project import ProjectFacts

VALIDATION_UNITS = 1_800
"""Units of unseen repositories in the validation set; each gives one clean window and one mutant."""


def load_corpus(folder: Path, splits: Sequence[str]) -> dict[str, list[Repository]]:
    """Repositories by split."""
    found: dict[str, list[Repository]] = {split: [] for split in splits}
    for path in sorted(folder.glob("*.jsonl")):
        split = split_of(path.stem)
        if split in found:
            found[split].append(load_repository(path))
    return found


def tokenizer_of(folder: Path, out: Path, size: int) -> Tokenizer:
    """The run's tokenizer, trained on the corpus' texts when the run has none yet."""
    path = out / "tokenizer.json"
    if not path.exists():
        _, texts = load_statistics(folder)
        train_tokenizer(texts, size).save(str(path))
    return Tokenizer.from_file(str(path))


def unseen_examples(
    repositories: Sequence[Repository],
    names: Mapping[str, int],
    forms: Mapping[str, int],
    table: CorpusTable,
    units: int,
    seed: int,
) -> list[Example]:
    """One clean window and one mutant for about ``units`` units, spread evenly over repositories."""
    statistics = NameStatistics(names, table)
    mutator = Mutator(forms, statistics, seed)
    share = max(units // max(len(repositories), 1), 1)
    examples: list[Example] = []
    rng = np.random.default_rng(seed)
    for repository in repositories:
        taken = 0
        for index in rng.permutation(len(repository.files)).tolist():
            if taken >= share:
                break
            source = read(repository.project, repository.files[index], statistics)
            taken += len(source.units)
            examples += examples_of([source], mutator, 1)
    return examples


def batches_of(groups: Iterable[tuple[Example, ...]], tokenizer: Tokenizer, tokens: int) -> list[Batch]:
    """Examples as length-bucketed batches; those of a group stay together."""
    buckets = Buckets(tokens, PieceTable(tokenizer), 0)
    found = []
    for group in groups:
        batch = buckets.add(*group)
        if batch is not None:
            found.append(batch)
    found += buckets.rest()
    return found


def _pair(
    record: FixRecord, projects: Mapping[str, ProjectFacts], names: NameStatistics
) -> tuple[Example, Example] | None:
    return fix_examples(record, projects, names)


def fix_pairs(
    path: Path,
    projects: Mapping[str, ProjectFacts],
    splits: Sequence[str],
    names: NameStatistics,
    workers: int,
) -> Iterator[tuple[FixRecord, tuple[Example, Example] | None]]:
    """Every record of ``path`` in ``splits``, with its examples where the repair is offered.

    Repositories outside the corpus have no project facts; their fixes are read from the file alone.
    """
    records = [record for record in load_fixes(path) if split_of(record.repository) in splits]
    make = partial(_pair, projects=projects, names=names)
    if workers <= 1:
        yield from ((record, make(record)) for record in records)
        return
    with multiprocessing.get_context("fork").Pool(workers) as pool:
        yield from zip(records, pool.imap(make, records, chunksize=32), strict=True)


def table_of(
    corpus_folder: Path, repositories: Sequence[Repository], out: Path, progress: Callable[[str], None]
) -> CorpusTable:
    """The run's n-gram table, counted when the run has none yet."""
    path = out / "ngrams.npz"
    if path.exists():
        return CorpusTable.load(path)
    progress(f"counting n-grams of {corpus_folder}")
    return build_table([r for r in repositories if in_table(r.name)], path, progress=progress)


def report_on(
    network: Network, usage: UsageTerm, batches: Sequence[Batch], device: torch.device
) -> dict[str, Any]:
    """Accuracies on one set of cases: of the sum of both terms, and of every probe."""
    both, monitors = evaluate(network, usage, batches, device)
    alone, _ = evaluate(network, usage, batches, device, learned=False)
    report: dict[str, Any] = {
        "all": both.summary(),
        "rules": both.by_rule(),
        "usage term alone": alone.summary(),
        "usage term alone, rules": alone.by_rule(),
    }
    for name, kind in (("no context", ContextFreeNetwork), ("shuffled context", ShuffledContextNetwork)):
        probe = with_weights_of(network, kind).to(device)
        report[name] = evaluate(probe, usage, batches, device)[0].summary()
    for name, scores in (
        ("length only", length_scores),
        ("n-grams only", ngram_scores),
        ("random site", random_scores),
    ):
        metrics = Metrics()
        for batch in batches:
            metrics.add(scores(batch), batch)
        report[name] = metrics.summary()
    return {**report, **monitors}


def prepare_fixes(
    corpus_folder: Path,
    fixes: Path,
    out: Path,
    config: TrainingConfig,
    *,
    progress: Callable[[str], None] = print,
) -> None:
    """Write ``out/fixes.pickle``: batches of the fixes of training repositories, examples of the others."""
    tokenizer = tokenizer_of(corpus_folder, out, NetworkConfig.from_name(config.network).pieces - 1)
    names, _ = load_statistics(corpus_folder)
    loaded = load_corpus(corpus_folder, ("train", "calibration", "test"))
    pairs: list[tuple[Example, Example]] = []
    offered = total = 0
    table = table_of(corpus_folder, loaded["train"], out, progress)
    projects = {repository.name: repository.project for group in loaded.values() for repository in group}
    for _, pair in fix_pairs(fixes, projects, ("train",), NameStatistics(names, table, 1), config.workers):
        total += 1
        if pair is not None:
            offered += 1
            pairs.append(pair)
        if total % 500 == 0:
            progress(f"fixes: {offered} of {total} offered")
    order = np.random.default_rng(config.seed).permutation(len(pairs)).tolist()
    batches = batches_of([pairs[i] for i in order], tokenizer, config.tokens)
    for batch in batches:
        batch["features"] = batch["features"].astype(np.float16)
    held_out: list[tuple[Example, Example]] = []
    for _, pair in fix_pairs(
        fixes, projects, ("calibration", "test"), NameStatistics(names, table), config.workers
    ):
        if pair is not None:
            held_out.append(pair)
    progress(f"fixes: {offered} of {total} offered; {len(held_out)} held out")
    (out / "fixes.pickle").write_bytes(pickle.dumps((batches, held_out)))


def run_training(
    corpus_folder: Path,
    out: Path,
    config: TrainingConfig,
    *,
    fixes: Path | None = None,
    device: torch.device,
    segment_minutes: float,
    progress: Callable[[str], None] = print,
    processes: Processes = ALONE,
) -> Run:
    """Tokenizer, corpus, validation, fixes, training and, after the last segment, ``report.json``; all below ``out``.

    What the run needs and does not have yet is made by the first of ``processes``, which also evaluates and writes.

    Raises:
        ValueError: ``config.shards`` cannot be shared by the processes evenly.
    """
    processes.parts(config.shards or processes.count)
    out.mkdir(parents=True, exist_ok=True)
    began = time.monotonic()
    size = NetworkConfig.from_name(config.network).pieces - 1
    names, forms = load_statistics(corpus_folder)
    loaded = load_corpus(corpus_folder, ("train", "calibration", "test"))
    with processes.first_alone():
        tokenizer = tokenizer_of(corpus_folder, out, size)
        table = table_of(corpus_folder, loaded["train"], out, progress)
        cache = out / "fixes.pickle"
        if fixes is not None and not cache.exists():
            prepare_fixes(corpus_folder, fixes, out, config, progress=progress)
    train_on = [repository for repository in loaded["train"] if not in_table(repository.name)]
    corpus = Corpus(train_on, loaded["train"], names, forms, tokenizer, table)
    units = sum(len(file.units) for repository in corpus.repositories for file in repository.files)
    progress(
        f"{len(corpus.repositories)} repositories, {units} functions to train on; "
        f"{len(loaded['calibration'])} for calibration, {len(loaded['test'])} for tests "
        f"({time.monotonic() - began:.0f} s)"
    )
    validation: list[Batch] = []
    if processes.first:
        validation = batches_of(
            zip(unseen_examples(loaded["calibration"], names, forms, table, VALIDATION_UNITS, config.seed)),
            tokenizer,
            32_768,
        )
    windows = sum(len(batch["target"]) for batch in validation)
    progress(f"validation: {windows} windows ({time.monotonic() - began:.0f} s)")
    fix_batches: list[Batch] = []
    held_out: list[tuple[Example, Example]] = []
    if fixes is not None:
        fix_batches, held_out = pickle.loads(cache.read_bytes())
        progress(
            f"{len(fix_batches)} batches of fixes, {len(held_out)} fixes held out ({time.monotonic() - began:.0f} s)"
        )
    run = train(
        config,
        corpus,
        fix_batches,
        validation,
        out,
        device=device,
        segment_minutes=segment_minutes,
        progress=progress,
        processes=processes,
    )
    if run.elapsed < 60 * config.minutes or not processes.first:
        return run
    tests = batches_of(
        zip(unseen_examples(loaded["test"], names, forms, table, VALIDATION_UNITS, config.seed + 1)),
        tokenizer,
        32_768,
    )
    report: dict[str, Any] = {
        "config": asdict(config),
        "functions": units,
        "step": run.step,
        "windows": run.windows,
    }
    sets = {"mutants of test repositories": tests}
    if held_out:
        sets["real fixes of held-out repositories"] = batches_of(held_out, tokenizer, 32_768)
    for title, batches in sets.items():
        report[title] = report_on(run.average, run.usage, batches, device)
    (out / "report.json").write_text(json.dumps(report, indent=1), "utf-8")
    progress(json.dumps({title: report[title]["all"] for title in sets}))
    return run
