"""Windows of real code, and what one core takes to prepare them."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

from groundstate.discovery import discover
from groundstate.documents import MOST_BYTES
from groundstate_energy.encoding import Window, encode
from groundstate_energy.features import FileStatistics, NameStatistics
from groundstate_energy.model_package import ModelPackage
from groundstate_grammars.python.parsed import parse


@dataclass(frozen=True, slots=True)
class Prepared:
    """``tokens``: lexical tokens of all windows. ``seconds``: that one core took from bytes to windows."""

    windows: list[Window]
    paths: list[Path]
    lines: int
    tokens: int
    seconds: float

    @property
    def files(self) -> int:
        return len(self.paths)


def read_windows(package: ModelPackage, tree: Path, most: int) -> Prepared:
    """At most so many windows of the files below ``tree``, file after file; each file by itself, without its project.

    Raises:
        SystemExit: there is no Python code.
    """
    names = NameStatistics(package.names, package.table)
    windows: list[Window] = []
    paths: list[Path] = []
    lines = 0
    seconds = 0.0
    for path in discover([tree], tree.resolve()).files:
        data = path.read_bytes()
        if b"\0" in data or len(data) > MOST_BYTES:
            continue
        began = time.perf_counter()
        file = parse(data)
        statistics = FileStatistics(file, names)
        for unit in file.units:
            candidates = file.candidates.of(unit)
            if len(candidates):
                windows += encode(statistics, unit, candidates)
        seconds += time.perf_counter() - began
        paths.append(path)
        lines += data.count(b"\n")
        if len(windows) >= most:
            break
    if not windows:
        raise SystemExit(f"benchmarks.gpu: {tree}: no Python code")
    return Prepared(windows, paths, lines, sum(len(window.tokens) for window in windows), seconds)
