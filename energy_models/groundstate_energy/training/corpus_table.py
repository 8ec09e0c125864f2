"""The n-gram table of a corpus: made from half of the training repositories, so that the other half can be trained on."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from groundstate_energy.ngrams import SLOTS, CorpusTable, slots_of, text_hashes
from groundstate_energy.training.corpus import Repository
from groundstate_grammars.python.parsed import parse


def in_table(repository: str) -> bool:
    """Whether a training repository is counted in the table; the others are trained on."""
    return zlib.crc32(repository.casefold().encode() + b" table") % 2 == 0


def build_table(
    repositories: Sequence[Repository], path: Path, *, progress: Callable[[str], None] = print
) -> CorpusTable:
    """Count in how many files each n-gram occurs, and write the table to ``path`` (npz)."""
    counts = np.zeros(SLOTS, np.int32)
    files = 0
    for number, repository in enumerate(repositories):
        for source in repository.files:
            file = parse(source.text)
            lex = file.tokens.lex
            hashes = text_hashes(file.lexicon.texts)[lex]
            if len(hashes) > 3:
                counts[slots_of(hashes)] += 1
            files += 1
        if number % 10 == 0:
            progress(f"n-grams: {number + 1} of {len(repositories)} repositories, {files} files")
    table = CorpusTable.from_counts(counts)
    # A slot that one or two files filled is mostly noise, and zeros compress.
    table.values[counts < 3] = 0
    np.savez_compressed(path, values=table.values)
    return table
