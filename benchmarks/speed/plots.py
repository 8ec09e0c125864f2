"""The plots of one results file, as PNG."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
from benchmarks.speed.results import Line, Spread, growth
from benchmarks.speed.samples import Samples

TARGET_MS = 50


def draw(samples: Samples, tools: Sequence[Mapping[str, Any]], folder: Path) -> list[Path]:
    """Write the plots for which there are measurements; their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    found = [_tools(samples, tools, folder), _keystrokes(samples, folder), _growth(samples, folder)]
    return [path for path in found if path is not None]


def _tools(samples: Samples, tools: Sequence[Mapping[str, Any]], folder: Path) -> Path | None:
    names: list[str] = []
    spreads: list[Spread] = []
    for tool in tools:
        for what in ("cold", "warm", "statement twice", "function added", "file added"):
            values = samples.values.get(f"{tool['name']}: {what}")
            if values:
                names.append(f"{tool['name']}, {what}")
                spreads.append(Spread.of(values))
    if not names:
        return None
    figure, axes = plt.subplots(figsize=(8, 0.4 * len(names) + 1.2))
    errors = [
        [item.median - item.least for item in spreads],
        [item.greatest - item.median for item in spreads],
    ]
    colours = ["#3465a4" if name.startswith("groundstate") else "#9a9a9a" for name in names]
    axes.barh(names, [item.median for item in spreads], xerr=errors, color=colours)
    axes.set_xscale("log")
    axes.invert_yaxis()
    axes.set_xlabel("seconds, median with least and greatest")
    return _saved(figure, folder / "tools.png")


def _keystrokes(samples: Samples, folder: Path) -> Path | None:
    facts: dict[str, Any] = {key: value for key, value in samples.facts.items() if key.startswith("typing: ")}
    if not facts:
        return None
    figure, axes = plt.subplots(figsize=(8, 4.5))
    for fact in sorted(facts.values(), key=lambda fact: (fact["lines"], fact["mode"])):
        values = sorted(1000 * value for run in fact["runs"] for value in run)
        shares = [(number + 1) / len(values) for number in range(len(values))]
        axes.plot(values, shares, label=f"{fact['lines']:,} lines, {fact['mode']}")
    axes.axvline(TARGET_MS, color="black", linestyle=":", linewidth=1)
    axes.set_xscale("log")
    axes.set_xlabel("milliseconds from a keystroke to its findings")
    axes.set_ylabel("share of keystrokes")
    axes.legend()
    return _saved(figure, folder / "keystrokes.png")


def _growth(samples: Samples, folder: Path) -> Path | None:
    series = {what: growth(samples, what) for what in ("file", "repository")}
    series = {what: found for what, found in series.items() if len(found[0]) >= 3}
    if not series:
        return None
    figure, axes = plt.subplots(1, len(series), figsize=(4.5 * len(series), 4), squeeze=False)
    for place, (what, (x, y)) in zip(axes[0], series.items(), strict=True):
        line = Line.through(x, y)
        ends = [0.0, max(x)]
        place.plot(ends, [line.offset + line.slope * value for value in ends], color="#9a9a9a")
        place.plot(x, y, "o", color="#3465a4")
        place.set_title(f"one {what}: R² {line.r2:.4f}, exponent {line.exponent:.2f}")
        place.set_xlabel("lines")
        place.set_ylabel("seconds, cold")
    return _saved(figure, folder / "growth.png")


def _saved(figure: Any, path: Path) -> Path:
    figure.tight_layout()
    figure.savefig(path, dpi=120, metadata={"Software": None})
    plt.close(figure)
    return path
