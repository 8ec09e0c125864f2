"""A network of random weights and all that belongs to it, small enough to make in a test."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer

from groundstate_energy.encoding import PieceTable, Window, collate, encode
from groundstate_energy.features import FileStatistics, NameStatistics
from groundstate_energy.ngrams import CorpusTable
from groundstate_energy.training.network import Network, NetworkConfig, UsageTerm
from groundstate_energy.training.vocabulary import train_tokenizer
from groundstate_grammars.python.parsed import ParsedFile, parse

TEXTS = (
    "def area(width, height):\n    return width * width\n",
    "class Box:\n    def __init__(self, low, high):\n        self.low, self.high = low, high\n\n"
    "    def size(self):\n        if self.low < self.high and not self.low:\n            return self.high - self.low\n"
    "        return max(self.low, self.high)[-1]\n",
    "def total(items, start=0):\n    result = start\n    for item in items:\n        result += item\n"
    "    return result\n" * 9,
)


def tokenizer() -> Tokenizer:
    """A vocabulary of the texts above."""
    words: dict[str, int] = {}
    for text in TEXTS:
        for word in text.split():
            words[word] = words.get(word, 0) + 3
    return train_tokenizer(words, 400)


def network(seed: int = 0) -> Network:
    """The tiny preset with random weights everywhere, so that no part of it is silent."""
    torch.manual_seed(seed)
    made = Network(NetworkConfig.from_name("tiny"))
    for parameter in made.parameters():
        torch.nn.init.normal_(parameter, std=0.2)
    return made.eval()


def usage(seed: int = 0) -> UsageTerm:
    """A usage term with random weights."""
    torch.manual_seed(seed)
    made = UsageTerm()
    torch.nn.init.normal_(made.weight, std=0.3)
    return made


def windows_of(file: ParsedFile) -> list[Window]:
    """All windows of all units of a file."""
    statistics = FileStatistics(file, NameStatistics({}))
    found: list[Window] = []
    for unit in file.units:
        candidates = file.candidates.of(unit)
        if len(candidates):
            found += encode(statistics, unit, candidates)
    return found


def batch_of(windows: Sequence[Window], table: PieceTable) -> dict[str, NDArray[np.generic]]:
    """The network's inputs, the window of each candidate, and labels: every other window has a bug, its first candidate."""
    owner = np.concatenate(
        [np.full(len(window.candidates), number, np.int32) for number, window in enumerate(windows)]
    )
    numbers = np.arange(len(windows))
    first = np.searchsorted(owner, numbers)
    return {
        **collate(windows, table),
        "candidate_window": owner,
        "target": np.where(numbers % 2 == 0, first, -1).astype(np.int64),
        "ranking_only": np.zeros(len(windows), np.bool_),
        "rule": np.zeros(len(windows), np.int32),
    }


def batches() -> list[dict[str, NDArray[np.generic]]]:
    """Batches of three shapes, the first with more than one window."""
    table = PieceTable(tokenizer())
    box, area, total = (windows_of(parse(TEXTS[number].encode())) for number in (1, 0, 2))
    return [batch_of(box + area, table), batch_of(area, table), batch_of(total + area + box, table)]


def write_run(folder: Path) -> Path:
    """A run as training leaves it."""
    folder.mkdir(parents=True)
    state = {"average": network().state_dict(), "usage": usage().state_dict()}
    torch.save(state, folder / "checkpoint.pt")
    tokenizer().save(str(folder / "tokenizer.json"))
    np.savez_compressed(folder / "ngrams.npz", values=CorpusTable.empty().values)
    return folder
