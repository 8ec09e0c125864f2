"""Baselines beside the shipped network on the same cases: shares, paired differences and their intervals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

import numpy as np
from benchmarks.real_bugs.known_bugs import Answer, KnownBug

SHIPPED = "shipped network"
MEASURES = ("joint", "localised", "repaired")
RESAMPLES = 2_000


@dataclass(frozen=True, slots=True)
class Difference:
    """A baseline's share on its cases, the shipped network's on the same, and their difference with its 95 % interval."""

    cases: int
    share: float
    shipped: float
    difference: float
    low: float
    high: float

    @property
    def certain(self) -> bool:
        """Whether the interval excludes 0."""
        return self.low > 0 or self.high < 0


@dataclass(frozen=True, slots=True)
class Row:
    """A baseline on one kind of cases; None where it does not answer the question."""

    baseline: str
    kind: str
    joint: Difference | None
    localised: Difference | None
    repaired: Difference | None


def paired_difference(
    ours: Sequence[float], theirs: Sequence[float], groups: Sequence[str], seed: int
) -> Difference:
    """``theirs − ours`` on the same cases, drawn anew in two steps: repositories (``groups``), then cases of each.

    Cases of one repository are alike: drawing cases alone would give intervals that are too narrow.
    """
    gap = np.asarray(theirs, np.float64) - np.asarray(ours, np.float64)
    names, owner = np.unique(np.asarray(groups), return_inverse=True)
    members = [np.flatnonzero(owner == number) for number in range(len(names))]
    chance = np.random.default_rng(seed)
    drawn = np.empty(RESAMPLES)
    for turn in range(RESAMPLES):
        chosen = [members[number] for number in chance.integers(len(members), size=len(members))]
        cases = np.concatenate([own[chance.integers(len(own), size=len(own))] for own in chosen])
        drawn[turn] = gap[cases].mean()
    low, high = np.quantile(drawn, (0.025, 0.975))
    return Difference(
        cases=len(gap),
        share=float(np.mean(theirs)),
        shipped=float(np.mean(ours)),
        difference=float(gap.mean()),
        low=float(low),
        high=float(high),
    )


def compare(
    bugs: Sequence[KnownBug], answers: Mapping[str, Mapping[str, Answer]], kinds: Sequence[str], seed: int
) -> list[Row]:
    """A row for each baseline and kind. ``answers``: by baseline, then by the name of the bug; ``SHIPPED`` has all.

    A baseline that answered only some of the cases is compared on those.
    """
    rows = []
    shipped = answers[SHIPPED]
    for kind in kinds:
        for baseline, own in answers.items():
            cases = [bug for bug in bugs if bug.kind == kind and bug.name in own and bug.name in shipped]
            found: dict[str, Difference | None] = dict.fromkeys(MEASURES)
            for measure in MEASURES:
                theirs = [getattr(own[bug.name], measure) for bug in cases]
                if cases and None not in theirs:
                    ours = [getattr(shipped[bug.name], measure) for bug in cases]
                    groups = [bug.repository for bug in cases]
                    found[measure] = paired_difference(ours, theirs, groups, seed)
            rows.append(Row(baseline, kind, found["joint"], found["localised"], found["repaired"]))
    return rows


def as_json(rows: Sequence[Row]) -> list[dict[str, object]]:
    """The rows, and for each difference whether its interval excludes 0."""
    found = []
    for row in rows:
        entry: dict[str, object] = {"baseline": row.baseline, "cases": row.kind}
        for measure in MEASURES:
            difference: Difference | None = getattr(row, measure)
            entry[measure] = difference and {**asdict(difference), "excludes 0": difference.certain}
        found.append(entry)
    return found


def as_markdown(rows: Sequence[Row]) -> str:
    """One table a kind: % of the cases, and in points the difference to the shipped network with its interval."""
    lines = []
    for kind in dict.fromkeys(row.kind for row in rows):
        lines += [
            f"{kind}: % of the cases; difference to the {SHIPPED} on the same cases in points, 95 % interval",
            "",
            "| baseline | cases | joint | difference | excludes 0 | localised | difference | excludes 0 "
            "| repaired at the site | difference | excludes 0 |",
            "| --- | ---: | ---: | ---: | --- | ---: | ---: | --- | ---: | ---: | --- |",
        ]
        for row in (row for row in rows if row.kind == kind):
            known = [found for found in (row.joint, row.localised, row.repaired) if found is not None]
            cells = [str(known[0].cases if known else 0)]
            for measure in MEASURES:
                cells += _cells(getattr(row, measure), row.baseline)
            lines.append(f"| {row.baseline} | {' | '.join(cells)} |")
        lines.append("")
    return "\n".join(lines)


def _cells(found: Difference | None, baseline: str) -> list[str]:
    if found is None:
        return ["–", "–", "–"]
    share = f"{100 * found.share:.1f}"
    if baseline == SHIPPED:
        return [share, "", ""]
    bounds = f"{100 * found.difference:+.1f} ({100 * found.low:+.1f} to {100 * found.high:+.1f})"
    return [share, bounds, "yes" if found.certain else "no"]
