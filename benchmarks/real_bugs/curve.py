"""The whole recall / false-alarm curve of a package on test repositories: bugs found against lines per false alarm.

    python -m benchmarks.real_bugs.curve --held-out RUN/held_out.json [--json OUT]
    python -m benchmarks.real_bugs.curve --corpus CORPUS --fixes FIXES [--model MODEL] [--json OUT]

The first form draws what ``groundstate export`` measured, the second measures a package again, on as many lines and
mutants by default. What counts as found is said in ``groundstate_energy.training.recall_curve``. Hard terms
are left out, as in calibration.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from groundstate_energy.engine import Engine
from groundstate_energy.model_package import ModelPackageError, load_model_package
from groundstate_energy.training.batches import load_statistics
from groundstate_energy.training.held_out import (
    HeldOut,
    clean_files,
    examine_clean,
    examine_fixes,
    examine_mutants,
    indices_of,
)
from groundstate_energy.training.pipeline import load_corpus
from groundstate_energy.training.recall_curve import Point, curve_table

WIDTH, HEIGHT = 72, 16
"""Columns and rows of the plot."""


def plot(points: Sequence[Point], marked: Mapping[str, Point]) -> str:
    """The curve as text: ``m`` mutants, ``f`` fixes, ``*`` both; lines per false alarm grow to the left, by factors."""
    logs = [np.log10(point.lines) for point in points]
    left, right = max(logs), min(logs)
    top = max(0.1, np.ceil(10 * max(max(point.mutants, point.fixes) for point in points)) / 10)
    cells = [[" "] * WIDTH for _ in range(HEIGHT + 1)]

    def column(lines: float) -> int:
        share = (left - np.log10(lines)) / max(left - right, 1e-9)
        return int(np.clip(round(share * (WIDTH - 1)), 0, WIDTH - 1))

    for name in ("mutants", "fixes"):
        shares = [getattr(point, name) for point in points]
        for at in range(WIDTH):
            here = left - (left - right) * at / (WIDTH - 1)
            share = float(np.interp(-here, [-log for log in logs], shares))
            row = HEIGHT - round(share / top * HEIGHT)
            cells[row][at] = (
                "*" if cells[row][at] not in (" ", name[0]) or cells[row][at] == "m" != name[0] else name[0]
            )
    lines = []
    for row, own in enumerate(cells):
        label = f"{100 * top * (HEIGHT - row) / HEIGHT:5.1f} %" if row % 4 == 0 else " " * 7
        lines.append(f"{label} |{''.join(own)}".rstrip())
    axis = ["-"] * WIDTH
    names = [" "] * (WIDTH + 12)
    for level, point in marked.items():
        axis[column(point.lines)] = "^"
        for offset, letter in enumerate(level):
            names[column(point.lines) + offset] = letter
    lines.append(" " * 8 + "+" + "".join(axis))
    lines.append(" " * 9 + "".join(names).rstrip())
    lines.append(
        f"{' ' * 9}{10**left:,.0f} lines per false alarm … {10**right:,.0f}; m mutants, f fixes, * both"
    )
    return "\n".join(lines)


def table(points: Sequence[Point], marked: Mapping[str, Point]) -> str:
    """Recall at round numbers of lines per false alarm, and at the alarm budgets."""
    rows = [
        "| lines per false alarm | alarms | mutants found | fixes found |",
        "| ---: | ---: | ---: | ---: |",
    ]
    for wanted in (20_000, 10_000, 5_000, 2_000, 1_000, 500, 200, 100, 50):
        known = [point for point in points if point.lines >= wanted]
        if known:
            rows.append(_row(f"≥ {wanted:,}", known[-1]))
    rows += [_row(f"{point.lines:,.0f} (`{level}`)", point) for level, point in marked.items()]
    return "\n".join(rows)


def _row(label: str, point: Point) -> str:
    return f"| {label} | {point.alarms} | {100 * point.mutants:.1f} % | {100 * point.fixes:.1f} % |"


def main() -> int:
    """Score test repositories, print table and plot, write the JSON; 2 when there is no package."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.real_bugs.curve", description=__doc__.splitlines()[0]
    )
    parser.add_argument("--held-out", type=Path, metavar="FILE", help="held_out.json of an export")
    parser.add_argument("--corpus", type=Path, help="corpus folder; its test split is scored")
    parser.add_argument("--fixes", type=Path, help="real fixes with their texts")
    parser.add_argument("--model", type=Path, help="model package; without it the shipped one")
    parser.add_argument("--lines", type=int, default=150_000, help="about so many unchanged lines")
    parser.add_argument("--mutants", type=int, default=3_000, help="at most so many mutants")
    parser.add_argument("--json", type=Path, help="write the points to this file")
    options = parser.parse_args()
    try:
        data = _measured(options) if options.held_out is None else _exported(options.held_out)
    except (OSError, ValueError, KeyError, ModelPackageError) as error:
        print(f"curve: {error}", file=sys.stderr)
        return 2
    points = [Point(**point) for point in data["points"]]
    marked = {level: Point(**point) for level, point in data["budgets"].items()}
    print(table(points, marked), plot(points, marked), sep="\n\n")
    if options.json is not None:
        options.json.parent.mkdir(parents=True, exist_ok=True)
        options.json.write_text(json.dumps(data, indent=1) + "\n", "utf-8")
    return 0


def _exported(path: Path) -> dict[str, Any]:
    raw = json.loads(path.read_text("utf-8"))
    if "curve" not in raw:
        raise ValueError(f"{path} has no curve: it is from an older export; measure the package instead")
    return {**{name: raw[name] for name in ("repositories", "lines", "units")}, **raw["curve"]}


def _measured(options: argparse.Namespace) -> dict[str, Any]:
    if options.corpus is None or options.fixes is None:
        raise ValueError("--held-out, or both --corpus and --fixes")
    package = load_model_package(options.model)
    if package is None:
        raise ModelPackageError("this installation has no model package; name one by --model")
    _, forms = load_statistics(options.corpus)
    repositories = load_corpus(options.corpus, ("test",))["test"]
    engine = Engine(package, device="cpu")
    found = HeldOut()
    with indices_of(repositories) as indices:
        for repository in repositories:
            share = options.lines // len(repositories)
            examine_clean(engine, clean_files([repository], share, 6, indices), found)
            print(f"\r{found.lines} unchanged lines", end="", file=sys.stderr, flush=True)
        print(file=sys.stderr)
        examine_mutants(engine, repositories, options.mutants, forms, 8, found, indices)
        examine_fixes(engine, repositories, "test", options.fixes, found, indices)
    real = sum(case.real for case in found.cases)
    return {
        "package": package.hash,
        "repositories": sorted(repository.name for repository in repositories),
        "lines": found.lines,
        "units": found.units,
        "mutants": len(found.cases) - real,
        "fixes": real,
        **curve_table(found, package.calibration),
    }


if __name__ == "__main__":
    sys.exit(main())
