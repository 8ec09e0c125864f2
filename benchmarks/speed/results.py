"""Results: medians with their spread, as a Markdown table and as JSON."""

from __future__ import annotations

import importlib.metadata
import math
import os
import platform
import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path


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
class ToolResult:
    """``cold``, ``warm``: lines a second with an empty and a filled cache. ``peak``: MB of the cold run.

    ``problem`` says why a tool was not measured; then the rest is None.
    """

    tool: str
    version: str | None
    cold: Spread | None = None
    warm: Spread | None = None
    peak: float | None = None
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class KeystrokeResult:
    """Milliseconds from a keystroke to its findings, of all repeats together; ``opened``: to the first findings."""

    mode: str
    p50: Spread
    p95: Spread
    keystrokes: int
    opened: Spread
    peak: float


@dataclass(frozen=True, slots=True)
class Results:
    """One run of the benchmark."""

    machine: dict[str, str | int | None]
    tree: str
    files: int
    lines: int
    start: Spread
    tools: tuple[ToolResult, ...]
    typed_file: str
    typed_lines: int
    typing: tuple[KeystrokeResult, ...]

    def as_json(self) -> dict[str, object]:
        return asdict(self)

    def as_markdown(self) -> str:
        """The tables, with what they were measured on."""
        machine = self.machine
        parts = [
            f"`{self.tree}`: {self.lines:,} lines in {self.files:,} files. {machine['processor']}, "
            f"{machine['cores']} cores, Python {machine['python']}. Median (least-greatest) of repeated runs.",
            "",
            "| tool | cold, lines/s | warm, lines/s | peak memory, MB |",
            "| --- | --- | --- | --- |",
        ]
        parts += [_tool_row(result) for result in self.tools]
        parts += [
            "",
            f"Typing into `{self.typed_file}` ({self.typed_lines:,} lines), keystroke to findings:",
            "",
            "| findings are | p50, ms | p95, ms | keystrokes | first findings, ms | peak memory, MB |",
            "| --- | --- | --- | --- | --- | --- |",
        ]
        parts += [
            f"| {row.mode} | {row.p50.shown(1)} | {row.p95.shown(1)} | {row.keystrokes} | {row.opened.shown()} "
            f"| {row.peak:,.0f} |"
            for row in self.typing
        ]
        parts += ["", f"`groundstate --version`: {self.start.shown()} ms."]
        return "\n".join(parts)


def _tool_row(result: ToolResult) -> str:
    name = f"{result.tool} {result.version}" if result.version else result.tool
    if result.cold is None:
        return f"| {name} | not run: {result.problem} | | |"
    warm = result.warm.shown() if result.warm else "no cache"
    return f"| {name} | {result.cold.shown()} | {warm} | {result.peak:,.0f} |"


def percentile(values: Sequence[float], share: float) -> float:
    """The least value that at least ``share`` of ``values`` do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(len(ordered) * share) - 1)]


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
