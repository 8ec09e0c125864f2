"""Tokens a second of the network: the encoder alone by the size of its batches, and end to end."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import cycle
from typing import Any

from tokenizers import Tokenizer

from groundstate_energy.devices import FEWEST_TOKENS
from groundstate_energy.encoding import PieceTable, Window
from groundstate_energy.gpu_network import GpuNetwork, batches
from groundstate_energy.model_package import ModelPackage
from groundstate_energy.scorer import HalfNetwork, gpu_network

MOST_BATCHES = 64
"""Different batches of one size."""


@dataclass(frozen=True, slots=True)
class Sizes:
    """Of the network."""

    width: int
    layers: int
    heads: int
    inner: int

    @classmethod
    def of(cls, manifest: Mapping[str, Any]) -> Sizes:
        return cls(*(int(manifest[name]) for name in ("width", "layers", "heads", "inner")))

    def flops_per_token(self, length: int) -> int:
        """Of the encoder's matrix products, 2 for each multiply-add, for one padded token of a window of ``length``."""
        dense = 4 * self.width**2 + 2 * self.width * self.inner
        attention = 2 * length * self.width
        return 2 * self.layers * (dense + attention)


@dataclass(frozen=True, slots=True)
class Row:
    """A size of batches. ``rows`` x ``length``: of the batch that most were shaped like. Rates are tokens a second;
    ``graphs`` of ``runs`` batches were replayed as a graph."""

    batch: int
    rows: int
    length: int
    lexical: float
    padded: float
    graphs: int
    runs: int


def network_of(
    package: ModelPackage, half: HalfNetwork, windows: Sequence[Window], tokens: int
) -> GpuNetwork:
    """The network on its device, which has looked up the pieces of all texts, as it has after some files."""
    table = PieceTable(Tokenizer.from_file(str(package.tokenizer)))
    for texts in {id(window.texts): window.texts for window in windows}.values():
        table.rows(texts)
    return gpu_network(half, table, tokens)


def rates(
    package: ModelPackage, half: HalfNetwork, windows: Sequence[Window], most: int, seconds: float
) -> list[Row]:
    """The encoder alone, for batches of 4,096 tokens and each doubling up to ``most``; the last one that memory allows."""
    found = []
    tokens = min(FEWEST_TOKENS, most)
    while tokens <= most:
        network = network_of(package, half, windows, tokens)
        chosen = batches([len(window.tokens) for window in windows], tokens)
        # Evenly over all lengths, so that the mix of shapes is the tree's.
        chosen = chosen[:: -(-len(chosen) // MOST_BATCHES)]
        inputs = [network.collated([windows[i] for i in batch]) for batch in chosen]
        real = [sum(len(windows[i].tokens) for i in batch) for batch in chosen]
        try:
            for item in inputs:
                network.read(item)
            network.captured = 0
            runs = lexical = padded = 0
            began = time.perf_counter()
            for item, own in cycle(zip(inputs, real, strict=True)):
                network.read(item)
                runs += 1
                lexical += own
                padded += item["tokens"].size
                took = time.perf_counter() - began
                if took > seconds and runs % len(inputs) == 0:
                    break
        except Exception as error:
            if not found:
                raise
            print(f"batches of {tokens:,} tokens: {' '.join(str(error).split())[:120]}")
            break
        shape = max((item["tokens"].shape for item in inputs), key=lambda s: s[0] * s[1])
        found.append(Row(tokens, *shape, lexical / took, padded / took, network.captured, runs))
        tokens *= 2
    return found


def best_of(rows: Sequence[Row]) -> Row:
    """The row with the most lexical tokens a second."""
    return max(rows, key=lambda row: row.lexical)


def end_to_end(
    package: ModelPackage, half: HalfNetwork, windows: Sequence[Window], tokens: int
) -> dict[str, float]:
    """Both halves from windows to energies, batches made meanwhile, once over all windows after a warm-up."""
    network = network_of(package, half, windows, tokens)
    network.gaps(windows[: max(len(windows) // 8, 1)])
    began = time.perf_counter()
    gaps = network.gaps(windows)
    seconds = time.perf_counter() - began
    return {
        "seconds": seconds,
        "lexical tokens a second": sum(len(window.tokens) for window in windows) / seconds,
        "candidates a second": sum(map(len, gaps)) / seconds,
    }
