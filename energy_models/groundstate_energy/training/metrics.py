"""What a network gets right, per rule, and whether it has collapsed or found a shortcut."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from groundstate_grammars.rules import RULES, SOFT_RULES


@dataclass(slots=True)
class Outcome:
    """One scored window. ``best``: index of the candidate of least energy; ``free``: free energy F at τ = 1, in nats."""

    rule: int
    ranking_only: bool
    buggy: bool
    localised: bool
    repaired_at_site: bool
    joint: bool
    top: float
    true: float
    free: float


@dataclass(slots=True)
class Metrics:
    """Outcomes, summed up."""

    outcomes: list[Outcome] = field(default_factory=list)

    def add(self, scores: NDArray[np.float32], batch: Mapping[str, NDArray[np.generic]]) -> None:
        """Score a batch with its labels; ``scores`` are minus energy gaps, ``(candidates,)``."""
        window = np.asarray(batch["candidate_window"], np.int64)
        site = np.asarray(batch["candidate_site"], np.int64)
        target = np.asarray(batch["target"], np.int64)
        ranking = np.asarray(batch["ranking_only"], np.bool_)
        rule = np.asarray(batch["rule"], np.int64)
        bounds = np.searchsorted(window, np.arange(len(target) + 1))
        for number in range(len(target)):
            low, high = int(bounds[number]), int(bounds[number + 1])
            own = scores[low:high].astype(np.float64)
            goal = int(target[number])
            best = int(own.argmax()) + low
            top = float(own.max())
            free = float(np.logaddexp(0, np.logaddexp.reduce(own)))
            if goal < 0:
                self.outcomes.append(Outcome(-1, False, False, False, False, False, top, 0.0, free))
                continue
            at_site = np.flatnonzero(site[low:high] == site[goal]) + low
            self.outcomes.append(
                Outcome(
                    int(rule[number]),
                    bool(ranking[number]),
                    True,
                    bool(site[best] == site[goal]),
                    int(at_site[scores[at_site].argmax()]) == goal,
                    best == goal,
                    top,
                    float(scores[goal]),
                    free,
                )
            )

    def summary(self) -> dict[str, float]:
        """Joint, localisation and repair accuracy where the unit is known to be buggy, detection figures and monitors.

        ``false_alarms``: share of clean windows where some edit beats the code as written. ``recall``: share of bugs
        that are found and repaired there. ``auc``: of the free energy, buggy against clean. ``beyond_margin``: share of
        bugs whose repair is more than 5 nats below the code as written.
        """
        bugs = [o for o in self.outcomes if o.buggy and not o.ranking_only]
        clean = [o for o in self.outcomes if not o.buggy]
        ranked = [o for o in self.outcomes if o.buggy]
        if not bugs or not clean:
            return {"windows": float(len(self.outcomes))}
        free = np.array([o.free for o in bugs] + [o.free for o in clean])
        order = free.argsort().argsort()
        positives = order[: len(bugs)].astype(np.float64).sum() - len(bugs) * (len(bugs) - 1) / 2
        return {
            "windows": float(len(self.outcomes)),
            "joint": _mean(o.joint for o in bugs),
            "localisation": _mean(o.localised for o in bugs),
            "repair": _mean(o.repaired_at_site for o in ranked),
            "recall": _mean(o.joint and o.top > 0 for o in bugs),
            "false_alarms": _mean(o.top > 0 for o in clean),
            "auc": float(positives / (len(bugs) * len(clean))),
            "energy_of_repairs": -_mean(o.true for o in bugs),
            "energy_of_best_edits_of_clean": -_mean(o.top for o in clean),
            "beyond_margin": _mean(o.true > 5 for o in bugs),
        }

    def by_rule(self) -> dict[str, dict[str, float]]:
        """Joint, localisation and repair accuracy for each rule."""
        groups: dict[int, list[Outcome]] = defaultdict(list)
        for outcome in self.outcomes:
            if outcome.buggy:
                groups[outcome.rule].append(outcome)
        table = {}
        for rule, group in sorted(groups.items()):
            detect = [o for o in group if not o.ranking_only] or group
            table[f"{SOFT_RULES[rule]} {RULES[SOFT_RULES[rule]].name}"] = {
                "bugs": float(len(group)),
                "joint": _mean(o.joint for o in detect),
                "localisation": _mean(o.localised for o in detect),
                "repair": _mean(o.repaired_at_site for o in group),
            }
        return table


def _mean(values: Iterable[float]) -> float:
    collected = [float(value) for value in values]
    return sum(collected) / len(collected) if collected else float("nan")


def effective_rank_ratio(vectors: NDArray[np.float32]) -> float:
    """exp(entropy of the normalised singular values) over the width: near 0 when embeddings have collapsed."""
    singular = np.linalg.svd(vectors - vectors.mean(0), compute_uv=False)
    share = singular / singular.sum()
    entropy = -(share * np.log(share + 1e-12)).sum()
    return float(np.exp(entropy) / vectors.shape[1])
