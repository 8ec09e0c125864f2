"""What the readings say: how many of the findings are bugs, by rule and by probability, with exact intervals."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from benchmarks.blind_reading.drawing import Answer, Item

from groundstate_grammars.python.test_code import is_test

READINGS = ("bug", "smell", "false alarm")
BANDS = (0.5, 0.2, 0.1, 0.05, 0.0)
"""Lower ends of the bands of probability."""
RANKS = (10, 25, 50, 100)
CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True)
class Reading:
    """What the reader concluded of an item, one of ``READINGS``, and why in one line.

    ``kind``: which sort of false alarm or smell, to count what is to be mended first.
    """

    item: int
    reading: str
    kind: str
    reason: str


@dataclass(frozen=True, slots=True)
class Read:
    """An item with its reading and what the model thought of it."""

    item: Item
    reading: Reading
    answer: Answer


class Unread(Exception):
    """Items without a reading, or with one that is none of ``READINGS``; the message names them."""


def joined(items: Sequence[Item], readings: Sequence[Reading], answers: Sequence[Answer]) -> list[Read]:
    """Items with their readings.

    Raises:
        Unread: some have none.
    """
    by_item = {reading.item: reading for reading in readings if reading.reading in READINGS}
    known = {answer.item: answer for answer in answers}
    missing = [str(item.item) for item in items if item.item not in by_item or item.item not in known]
    if missing:
        raise Unread(f"not read: {', '.join(missing)}")
    return [Read(item, by_item[item.item], known[item.item]) for item in items]


def interval(hits: int, count: int, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """Exact binomial interval of a share (Clopper and Pearson 1934), by bisection."""
    tail = (1 - confidence) / 2
    low = 0.0 if hits == 0 else _solve(lambda p: _at_most(hits - 1, count, p) - (1 - tail))
    high = 1.0 if hits == count else _solve(lambda p: _at_most(hits, count, p) - tail)
    return low, high


def summarise(read: Sequence[Read]) -> str:
    """The tables, as Markdown."""
    findings = sorted(
        (item for item in read if not item.answer.control),
        key=lambda item: (-item.answer.probability, item.item.repository, item.item.path, item.item.line),
    )
    controls = [item for item in read if item.answer.control]
    lines = _table("", {"findings": findings, "controls": controls})
    lines += ["", *_ranks(findings)]
    lines += ["", *_table("rule", _grouped(findings, lambda item: item.item.rule))]
    bands = {
        f"{low:g} to {min(high, 1):g}": [item for item in findings if low <= item.answer.probability < high]
        for low, high in zip(BANDS, (1.01, *BANDS), strict=False)
    }
    lines += ["", *_table("probability", bands)]
    lines += ["", *_table("budget", _grouped(findings, lambda item: item.answer.budget))]
    lines += ["", *_table("file", _grouped(findings, _sort_of_file))]
    lines += ["", *_table("repository", _grouped(findings, lambda item: item.item.repository))]
    kinds = Counter(
        (item.reading.reading, item.reading.kind) for item in findings if item.reading.reading != "bug"
    )
    lines += ["", "| kind | reading | findings |", "| --- | --- | ---: |"]
    lines += [
        f"| {kind} | {reading} | {count} |"
        for (reading, kind), count in sorted(kinds.items(), key=lambda entry: (-entry[1], entry[0]))
    ]
    return "\n".join(lines) + "\n"


def _sort_of_file(read: Read) -> str:
    return "test" if is_test(read.item.path) else "other"


def _grouped(read: Iterable[Read], by: Callable[[Read], str]) -> dict[str, list[Read]]:
    groups: dict[str, list[Read]] = {}
    for item in read:
        groups.setdefault(by(item), []).append(item)
    return dict(sorted(groups.items()))


def _table(title: str, groups: Mapping[str, Sequence[Read]]) -> list[str]:
    lines = [f"| {title} | {' | '.join(READINGS)} | all | bugs (95 %) | mean probability |"]
    lines.append("| --- |" + " ---: |" * (len(READINGS) + 3))
    for name, group in groups.items():
        if not group:
            continue
        counts = Counter(item.reading.reading for item in group)
        mean = sum(item.answer.probability for item in group) / len(group)
        cells = [str(counts[reading]) for reading in READINGS]
        lines.append(
            f"| {name} | {' | '.join(cells)} | {len(group)} | {_share(counts['bug'], len(group))} | {100 * mean:.1f} % |"
        )
    return lines


def _ranks(findings: Sequence[Read]) -> list[str]:
    """Precision among the most probable findings: bugs alone, and bugs with smells."""
    lines = ["| most probable | bugs (95 %) | bugs and smells (95 %) |", "| ---: | ---: | ---: |"]
    for rank in RANKS:
        first = [item.reading.reading for item in findings[:rank]]
        if len(first) == rank:
            bugs, alarms = first.count("bug"), first.count("false alarm")
            lines.append(f"| {rank} | {_share(bugs, rank)} | {_share(rank - alarms, rank)} |")
    return lines


def _share(hits: int, count: int) -> str:
    low, high = interval(hits, count)
    return f"{100 * hits / count:.1f} % ({100 * low:.1f} to {100 * high:.1f})"


def _at_most(hits: int, count: int, p: float) -> float:
    return sum(math.comb(count, k) * p**k * (1 - p) ** (count - k) for k in range(hits + 1))


def _solve(decreasing: Callable[[float], float]) -> float:
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        if decreasing(middle) > 0:
            low = middle
        else:
            high = middle
    return (low + high) / 2
