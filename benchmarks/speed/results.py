"""Results: medians with their spread, straight lines through measurements, and the Markdown tables of one results file."""

from __future__ import annotations

import importlib.metadata
import math
import os
import platform
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.speed.samples import Samples

MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True)
class Spread:
    """Median, least and greatest of repeated measurements."""

    median: float
    least: float
    greatest: float
    count: int

    @classmethod
    def of(cls, values: Sequence[float]) -> Spread:
        return cls(statistics.median(values), min(values), max(values), len(values))

    def shown(self, digits: int = 0) -> str:
        """As in ``5,210 (5,100-5,300)``."""
        return (
            f"{self.median:,.{digits}f} ({self.least:,.{digits}f}-{self.greatest:,.{digits}f})"
            if self.count > 1
            else f"{self.median:,.{digits}f}"
        )


@dataclass(frozen=True, slots=True)
class Line:
    """y = ``offset`` + ``slope`` · x by least squares of relative errors, with R² and the exponent of the power law
    y - offset ~ x^exponent between the smallest and the greatest x: 1 when cost is linear."""

    offset: float
    slope: float
    r2: float
    exponent: float

    @classmethod
    def through(cls, x: Sequence[float], y: Sequence[float]) -> Line:
        """Raises ``ValueError`` for fewer than three points."""
        if len(x) < 3:
            raise ValueError("a line through fewer than three points shows nothing")
        weights = [1 / value**2 for value in y]
        total = sum(weights)
        mx = sum(w * a for w, a in zip(weights, x, strict=True)) / total
        my = sum(w * b for w, b in zip(weights, y, strict=True)) / total
        covariance = sum(w * (a - mx) * (b - my) for w, a, b in zip(weights, x, y, strict=True))
        slope = covariance / sum(w * (a - mx) ** 2 for w, a in zip(weights, x, strict=True))
        offset = my - slope * mx
        mean = statistics.fmean(y)
        errors = sum((b - offset - slope * a) ** 2 for a, b in zip(x, y, strict=True))
        spread = sum((b - mean) ** 2 for b in y)
        ends = sorted(zip(x, y, strict=True))
        (first_x, first_y), (last_x, last_y) = ends[0], ends[-1]
        low, high = first_y - max(offset, 0.0), last_y - max(offset, 0.0)
        exponent = math.log(high / low) / math.log(last_x / first_x) if low > 0 and high > 0 else math.nan
        return cls(offset, slope, 1 - errors / spread if spread else 1.0, exponent)


def percentile(values: Sequence[float], share: float) -> float:
    """The least value that at least ``share`` of ``values`` do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(len(ordered) * share) - 1)]


def as_markdown(subject: Mapping[str, Any], samples: Samples, tools: Sequence[Mapping[str, Any]]) -> str:
    """The tables, with what they were measured on. ``tools``: name and version of each, ours first."""
    machine = subject["machine"]
    parts = [
        f"`{subject['tree']}`: {subject['lines']:,} lines in {subject['files']:,} files. {machine['processor']}, "
        f"{machine['cores']} cores, Python {machine['python']}, ONNX Runtime {machine['onnxruntime']}. "
        "Median (least-greatest) of runs that take turns.",
        "",
        *_tool_rows(subject["lines"], samples, tools),
        "",
        *_ratios(samples, tools),
        "",
        *_typing_rows(samples),
        "",
        *_growth_rows(samples),
        "",
        *_inside_rows(samples),
        "",
    ]
    return "\n".join(parts)


def _tool_rows(lines: int, samples: Samples, tools: Sequence[Mapping[str, Any]]) -> list[str]:
    rows = [
        "| tool | cold, s | cold, lines/s | nothing changed, s | one file: a statement twice, s | a function added, s "
        "| a file added, s | peak memory, MB |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for tool in tools:
        name = tool["name"]
        shown = f"{name} {tool['version']}" if tool["version"] else name
        if f"{name}: cold" in samples.problems:
            rows.append(f"| {shown} | not run: {samples.problems[f'{name}: cold']} | | | | | | |")
            continue
        cold = samples.values.get(f"{name}: cold", [])
        if not cold:
            rows.append(f"| {shown} | not yet run | | | | | | |")
            continue
        cells = [Spread.of(cold).shown(1), Spread.of([lines / seconds for seconds in cold]).shown()]
        for what in ("warm", "statement twice", "function added", "file added"):
            values = samples.values.get(f"{name}: {what}", [])
            cells.append(Spread.of(values).shown(2) if values else "no cache")
        peak = max(samples.values.get(f"{name}: peak", [0.0])) / MEGABYTE
        rows.append(f"| {shown} | {' | '.join(cells)} | {f'{peak:,.0f}' if peak else 'over too soon'} |")
    return rows


def _ratios(samples: Samples, tools: Sequence[Mapping[str, Any]]) -> list[str]:
    """Ours beside each tool, round by round, and our own runs beside one another."""
    ours = samples.values.get(f"{tools[0]['name']}: cold", [])
    rows = []
    for tool in tools[1:]:
        pairs = list(zip(samples.values.get(f"{tool['name']}: cold", []), ours, strict=False))
        if pairs:
            ratio = Spread.of([theirs / own for theirs, own in pairs])
            rows.append(f"- cold, {tool['name']} over groundstate: {ratio.shown(2)}")
    warm = samples.values.get(f"{tools[0]['name']}: warm", [])
    if warm:
        ratio = Spread.of([cold / again for cold, again in zip(ours, warm, strict=False)])
        rows.append(f"- groundstate, cold over nothing changed: {ratio.shown(1)}")
    return rows


def _typing_rows(samples: Samples) -> list[str]:
    rows = [
        "| typing into | findings are | p50, ms | p95, ms | p99, ms | keystrokes "
        "| whole analysis after a pause, ms, p50 / p95 | opened, ms | peak memory, MB |",
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for key in sorted(samples.facts):
        if not key.startswith("typing: "):
            continue
        fact: Any = samples.facts[key]
        runs = [[1000 * value for value in run] for run in fact["runs"]]
        cells = [Spread.of([percentile(run, share) for run in runs]).shown(1) for share in (0.5, 0.95, 0.99)]
        wholes = [[1000 * value for value in run] for run in fact["wholes"]]
        after = " / ".join(
            Spread.of([percentile(run, share) for run in wholes]).shown() for share in (0.5, 0.95)
        )
        opened = Spread.of([1000 * value for value in fact["opened"]]).shown()
        rows.append(
            f"| {fact['lines']:,} lines, {fact['what']} | {fact['mode']} | {' | '.join(cells)} | "
            f"{sum(map(len, runs))} | {after} | {opened} | {fact['peak'] / MEGABYTE:,.0f} |"
        )
    return rows


def growth(samples: Samples, what: str) -> tuple[list[float], list[float]]:
    """Lines and seconds of the growth with ``file`` or ``repository`` size."""
    prefix = f"growth of a {what}: "
    found = sorted(
        (float(key.removeprefix(prefix)), statistics.median(values))
        for key, values in samples.values.items()
        if key.startswith(prefix)
    )
    return [x for x, _ in found], [y for _, y in found]


def _growth_rows(samples: Samples) -> list[str]:
    rows = [
        "| cold check grows with | lines | seconds | fit | R² | exponent without the start |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for what in ("file", "repository"):
        x, y = growth(samples, what)
        if len(x) < 3:
            continue
        line = Line.through(x, y)
        rows.append(
            f"| {what} | {', '.join(f'{value:,.0f}' for value in x)} | {', '.join(f'{value:.2f}' for value in y)} "
            f"| {line.offset:.2f} s + {1_000_000 * line.slope:.0f} ms per 1,000 lines | {line.r2:.4f} "
            f"| {line.exponent:.2f} |"
        )
    return rows


def _inside_rows(samples: Samples) -> list[str]:
    rows = []
    for key, title in (
        ("start: --version", "`groundstate --version`"),
        ("start: check", "check of one small file"),
    ):
        if key in samples.values:
            rows.append(f"- {title}: {Spread.of([1000 * v for v in samples.values[key]]).shown()} ms")
    encoder: Any = samples.facts.get("encoder")
    if encoder is not None:
        rows += [
            f"- encoder, share of the rate of its matrix products alone, {encoder['threads']} threads: "
            f"{encoder['share, int8']:.0%} int8, {encoder['share, fp32']:.0%} fp32",
            f"- encoder, fp32 over int8: {encoder['fp32 over int8']:.2f}",
        ]
    stages: Any = samples.facts.get("stages")
    if stages is not None:
        outside = sum(value for name, value in stages.items() if name != "network")
        rows.append(
            f"- a cold check in one process, processor time for 1,000 lines: network {stages['network']:.0f} ms, "
            f"all else {outside:.0f} ms"
        )
    rows += [
        f"- not measured: {key}: {why}"
        for key, why in sorted(samples.problems.items())
        if ": cold" not in key
    ]
    return rows


def machine() -> dict[str, str | int | None]:
    """What the numbers depend on besides the code."""
    processor = platform.processor() or platform.machine()
    information = Path("/proc/cpuinfo")
    if information.exists():
        models = [line for line in information.read_text().splitlines() if line.startswith("model name")]
        processor = models[0].split(":", 1)[1].strip() if models else processor
    return {
        "processor": processor,
        "cores": os.cpu_count(),
        "system": platform.platform(),
        "python": platform.python_version(),
        **{name: _version(name) for name in ("groundstate", "onnxruntime", "tree-sitter")},
    }


def _version(distribution: str) -> str | None:
    try:
        return importlib.metadata.version(distribution)
    except importlib.metadata.PackageNotFoundError:
        return None
