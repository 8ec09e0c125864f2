"""The whole recall / false-alarm curve of a package on test repositories: bugs found against lines per false alarm.

    python -m benchmarks.real_bugs.curve --corpus CORPUS --fixes FIXES [--model MODEL] [--json OUT]

One threshold on the posterior log-odds is moved over everything that the package says of unchanged code and of units with
a bug. Every finding in unchanged code counts as a false alarm. A bug counts as found where its right repair is the unit's
best edit and passes; bugs whose repair is not offered are never found. The alarm budgets, whose thresholds differ from rule
to rule, are points of their own. Hard terms and System 2 are left out, as in calibration.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from groundstate_energy.engine import Engine
from groundstate_energy.model_package import LEVELS, RuleCalibration, load_model_package
from groundstate_energy.training.batches import load_statistics
from groundstate_energy.training.held_out import (
    Case,
    HeldOut,
    clean_files,
    examine_clean,
    examine_fixes,
    examine_mutants,
)
from groundstate_energy.training.pipeline import load_corpus

WIDTH, HEIGHT = 72, 16
"""Columns and rows of the plot."""
_STEPS_PER_DOUBLING = 4


@dataclass(frozen=True, slots=True)
class Point:
    """``lines``: unchanged lines per false alarm, all of them where there is none. ``recall``: of mutants, of fixes."""

    threshold: float
    alarms: int
    lines: float
    mutants: float
    fixes: float


def curve(found: HeldOut) -> list[Point]:
    """Points from no alarm to all, about four for each doubling of the alarms; ``threshold``: log-odds to pass."""
    clean = np.sort(
        np.concatenate([np.array(own, np.float64) for own in found.clean.values()] or [np.zeros(0)])
    )[::-1]
    counts = {0, len(clean)}
    counts |= {round(2 ** (step / _STEPS_PER_DOUBLING)) for step in range(4 * 40)}
    points = []
    for count in sorted(count for count in counts if count <= len(clean)):
        # A bug passes that lies above the first finding which does not.
        threshold = float(clean[count]) if count < len(clean) else float("-inf")
        alarms = int((clean > threshold).sum())
        points.append(_point(found, threshold, alarms, lambda case, z=threshold: case.log_odds > z))
    return list({point.alarms: point for point in points}.values())


def budgets(found: HeldOut, calibrations: Mapping[str, RuleCalibration]) -> dict[str, Point]:
    """What the thresholds of each alarm budget give."""
    points = {}
    for level in LEVELS:
        limits = {rule: own.thresholds[level] for rule, own in calibrations.items()}
        alarms = sum(z >= limits[rule] for rule, values in found.clean.items() for z in values)
        points[level] = _point(
            found,
            float("nan"),
            alarms,
            lambda case, limits=limits: case.log_odds >= limits.get(case.rule, float("inf")),
        )
    return points


def _point(found: HeldOut, threshold: float, alarms: int, passes: Any) -> Point:
    def recall(real: bool) -> float:
        cases: Sequence[Case] = [case for case in found.cases if case.real == real]
        return sum(case.joint and bool(passes(case)) for case in cases) / max(len(cases), 1)

    return Point(threshold, alarms, found.lines / max(alarms, 1), recall(False), recall(True))


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
    parser.add_argument("--corpus", type=Path, required=True, help="corpus folder; its test split is scored")
    parser.add_argument("--fixes", type=Path, required=True, help="real fixes with their texts")
    parser.add_argument("--model", type=Path, help="model package; without it the shipped one")
    parser.add_argument("--lines", type=int, default=150_000, help="about so many unchanged lines")
    parser.add_argument("--mutants", type=int, default=3_000, help="at most so many mutants")
    parser.add_argument("--json", type=Path, help="write the points to this file")
    options = parser.parse_args()
    package = load_model_package(options.model)
    if package is None:
        print("curve: this installation has no model package; name one by --model", file=sys.stderr)
        return 2
    _, forms = load_statistics(options.corpus)
    repositories = load_corpus(options.corpus, ("test",))["test"]
    engine = Engine(package, device="cpu")
    found = HeldOut()
    for repository in repositories:
        examine_clean(engine, clean_files([repository], options.lines // len(repositories), 6), found)
        print(f"\r{found.lines} unchanged lines", end="", file=sys.stderr, flush=True)
    examine_mutants(engine, repositories, options.mutants, forms, 8, found)
    examine_fixes(engine, repositories, "test", options.fixes, found)
    points, marked = curve(found), budgets(found, package.calibration)
    real = sum(case.real for case in found.cases)
    about = {
        "package": package.hash,
        "repositories": len(repositories),
        "lines": found.lines,
        "mutants": len(found.cases) - real,
        "fixes": real,
    }
    print(f"\n{json.dumps(about)}", file=sys.stderr)
    print(table(points, marked), plot(points, marked), sep="\n\n")
    if options.json is not None:
        data = {
            **about,
            "curve": [_plain(point) for point in points],
            "budgets": {level: _plain(point) for level, point in marked.items()},
        }
        options.json.parent.mkdir(parents=True, exist_ok=True)
        options.json.write_text(json.dumps(data, indent=1) + "\n", "utf-8")
    return 0


def _plain(point: Point) -> dict[str, float | int | None]:
    """A point for JSON, which has no infinities."""
    return {name: value if np.isfinite(value) else None for name, value in asdict(point).items()}


if __name__ == "__main__":
    sys.exit(main())
