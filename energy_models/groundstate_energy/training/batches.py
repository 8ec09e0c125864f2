"""Batches of examples, made by worker processes while the network trains."""

from __future__ import annotations

import json
import random
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer
from torch.utils.data import IterableDataset, get_worker_info

from groundstate_energy.encoding import MAX_LENGTH, PieceTable, collate
from groundstate_energy.features import NameStatistics
from groundstate_energy.ngrams import CorpusTable
from groundstate_energy.training.corpus import CorpusFile, Repository
from groundstate_energy.training.mutants import Example, Mutator, Source, read_source
from groundstate_grammars.project import ProjectFacts
from groundstate_grammars.python.parsed import parse

Batch = dict[str, NDArray[np.generic]]

LENGTHS = (64, 96, 128, 176, 240, 336, MAX_LENGTH)
"""Padded lengths of batches."""
MAX_CANDIDATES = 1_024
"""Candidates of one training window; the rest is dropped at random, the true site's never."""


@dataclass(frozen=True, slots=True)
class Corpus:
    """A loaded corpus with its statistics.

    ``repositories``: those that mutants are made of; ``all_repositories``: those whose texts may be read, which takes in
    the ones that the n-gram table was counted in.
    """

    repositories: list[Repository]
    all_repositories: list[Repository]
    names: dict[str, int]
    forms: dict[str, int]
    tokenizer: Tokenizer
    table: CorpusTable


def split_of(repository: str) -> str:
    """``train``, ``calibration`` or ``test``: by a hash of the repository's name, so that splits never move."""
    bucket = zlib.crc32(repository.casefold().encode()) % 100
    return "test" if bucket < 6 else "calibration" if bucket < 12 else "train"


def load_statistics(folder: Path) -> tuple[dict[str, int], dict[str, int]]:
    """Library name counts and text counts of a corpus folder."""
    raw = json.loads((folder / "statistics.json").read_text("utf-8"))
    return raw["repositories"], raw["texts"]


def batch_of(examples: Sequence[Example], table: PieceTable, rng: np.random.Generator) -> Batch:
    """A batch with its labels: ``candidate_window``, ``target``, ``ranking_only``, ``rule``, and ``back``, which of a twin
    is the candidate that undoes the fix (the window before it is the buggy one) and -1 of every other window."""
    thinned = [_thin(example, rng) for example in examples]
    batch = collate([example.window for example in thinned], table)
    window = np.concatenate(
        [np.full(len(example.window.candidates), i, np.int32) for i, example in enumerate(thinned)]
    )
    offsets = np.concatenate([[0], np.cumsum([len(example.window.candidates) for example in thinned])])
    batch["candidate_window"] = window
    batch["target"] = np.array(
        [offsets[i] + example.target if example.target >= 0 else -1 for i, example in enumerate(thinned)],
        np.int64,
    )
    batch["back"] = np.array(
        [offsets[i] + example.back if example.back >= 0 else -1 for i, example in enumerate(thinned)],
        np.int64,
    )
    batch["ranking_only"] = np.array([example.ranking_only for example in thinned])
    batch["rule"] = np.array([example.rule for example in thinned], np.int32)
    return batch


def _thin(example: Example, rng: np.random.Generator) -> Example:
    window = example.window
    count = len(window.candidates)
    if count <= MAX_CANDIDATES:
        return example
    keep = np.zeros(count, np.bool_)
    keep[rng.choice(count, MAX_CANDIDATES, replace=False)] = True
    for wanted in (example.target, example.back):
        if wanted >= 0:
            keep |= window.candidate_site == window.candidate_site[wanted]
    chosen = np.flatnonzero(keep)
    target, back = (
        int(np.searchsorted(chosen, wanted)) if wanted >= 0 else -1
        for wanted in (example.target, example.back)
    )
    thinned = replace(
        window,
        candidate_site=window.candidate_site[chosen],
        candidate_text=window.candidate_text[chosen],
        candidate_at=window.candidate_at[chosen],
        features=window.features[chosen],
        candidates=window.candidates[chosen],
    )
    return Example(thinned, target, example.rule, example.ranking_only, back)


class Buckets:
    """Collects examples by length and lets go of full batches of about ``tokens`` padded tokens."""

    def __init__(self, tokens: int, table: PieceTable, seed: int) -> None:
        self._tokens = tokens
        self._table = table
        self._rng = np.random.default_rng(seed)
        self._waiting: dict[int, list[Example]] = {length: [] for length in LENGTHS}

    def add(self, *examples: Example) -> Batch | None:
        """Take examples that must stay together; the batch that they fill, if they do."""
        size = max(len(example.window.tokens) for example in examples)
        length = next(length for length in LENGTHS if size <= length)
        waiting = self._waiting[length]
        waiting += examples
        if len(waiting) * length < self._tokens:
            return None
        self._waiting[length] = []
        return batch_of(waiting, self._table, self._rng)

    def rest(self) -> Iterator[Batch]:
        for waiting in self._waiting.values():
            if waiting:
                yield batch_of(waiting, self._table, self._rng)


def share_of(part: tuple[int, int]) -> tuple[int, int]:
    """The number of the stream that is made here, and how many there are in all.

    ``part``: the number of the shard of a batch that the streams are for, and how many shards there are; each shard has as
    many streams as its loader has workers.
    """
    worker = get_worker_info()
    number, workers = (worker.id, worker.num_workers) if worker is not None else (0, 1)
    return part[0] * workers + number, part[1] * workers


Place = TypeVar("Place")


def shared(places: list[Place], number: int, streams: int) -> list[Place]:
    """What one of so many streams draws from; no two have a place in common.

    Raises:
        ValueError: there are fewer places than streams.
    """
    if len(places) < streams:
        raise ValueError(
            f"{len(places)} files cannot be shared by {streams} streams: use fewer shards or workers"
        )
    return places[number::streams]


class MutantBatches(IterableDataset[dict[str, torch.Tensor]]):
    """An endless stream of batches of mutants and clean windows.

    Args:
        corpus: what to draw from.
        tokens: padded tokens of a batch.
        mutants: mutants for each unit and visit of its file; one clean window comes with them.
        seed: together with the worker's number, decides the stream.
        part: as of ``share_of``.
    """

    def __init__(
        self,
        corpus: Corpus,
        *,
        tokens: int,
        mutants: int = 4,
        seed: int = 0,
        part: tuple[int, int] = (0, 1),
    ) -> None:
        super().__init__()
        self._corpus = corpus
        self._tokens = tokens
        self._mutants = mutants
        self._seed = seed
        self._part = part

    def __iter__(self) -> Iterator[dict[str, torch.Tensor]]:
        number, workers = share_of(self._part)
        torch.set_num_threads(1)
        seed = self._seed * 1_000 + number
        rng = random.Random(seed)
        names = NameStatistics(self._corpus.names, self._corpus.table, own=1)
        mutator = Mutator(self._corpus.forms, names, seed)
        buckets = Buckets(self._tokens, PieceTable(self._corpus.tokenizer), seed)
        places = [
            (repository.project, file)
            for repository in self._corpus.repositories
            for file in repository.files
        ]
        random.Random(self._seed).shuffle(places)
        places = shared(places, number, workers)
        while True:
            rng.shuffle(places)
            for start in range(0, len(places), 16):
                sources = [read(project, file, names) for project, file in places[start : start + 16]]
                examples = examples_of(sources, mutator, self._mutants)
                rng.shuffle(examples)
                for example in examples:
                    batch = buckets.add(example)
                    if batch is not None:
                        yield {name: torch.from_numpy(values) for name, values in batch.items()}


def read(project: ProjectFacts, file: CorpusFile, names: NameStatistics) -> Source:
    """A file of the corpus inside its project."""
    return read_source(parse(file.text, project), file.units, names)


def examples_of(sources: Sequence[Source], mutator: Mutator, mutants: int) -> list[Example]:
    """One clean window and about ``mutants`` mutants for each unit of ``sources``."""
    examples = []
    units = 0
    for source in sources:
        for index in range(len(source.units)):
            units += 1
            example = mutator.clean(source, index)
            if example is not None:
                examples.append(example)
    examples += mutator.mutants(sources, units * mutants)
    return examples
