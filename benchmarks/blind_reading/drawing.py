"""Drawing what is read: the most probable findings, and controls that look the same."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from benchmarks.blind_reading.scanning import Place

from groundstate_grammars.python.test_code import is_test

FINDINGS = 100
MOST_OF_ONE = 15
"""Findings drawn from one repository."""
CONTROLS = 25


@dataclass(frozen=True, slots=True)
class Item:
    """What the reader sees. Nothing here says how probable the model finds it, or whether it is a control."""

    item: int
    repository: str
    commit: str
    path: str
    line: int
    rule: str
    edit: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """What the reader does not see."""

    item: int
    control: bool
    probability: float
    budget: str


def most_probable(
    found: Iterable[Place], count: int = FINDINGS, most_of_one: int = MOST_OF_ONE
) -> list[Place]:
    """The places of highest probability, at most ``most_of_one`` of a repository; ties go to text order."""
    taken: Counter[str] = Counter()
    chosen: list[Place] = []
    for place in sorted(found, key=lambda item: (-item.probability, *_order(item))):
        if len(chosen) < count and taken[place.repository] < most_of_one:
            taken[place.repository] += 1
            chosen.append(place)
    return chosen


def like(chosen: Sequence[Place], below: Iterable[Place], count: int, chance: random.Random) -> list[Place]:
    """Of ``below``, one place for each of ``count`` of ``chosen``, drawn at random from those most like it.

    Alike: of the same rule, in the same repository, both in a test file or neither; where there is none, of the same rule
    and both in a test file or neither, then of the same rule, then any. So neither rules nor places tell the two apart.
    """
    left = sorted(below, key=_order)
    found: list[Place] = []
    for model in chance.sample(chosen, min(count, len(chosen))):
        kinds: tuple[Callable[[Place], object], ...] = (
            lambda item: (item.rule, is_test(item.path), item.repository),
            lambda item: (item.rule, is_test(item.path)),
            lambda item: item.rule,
            lambda item: None,
        )
        for kind in kinds:
            alike = [place for place in left if kind(place) == kind(model)]
            if alike:
                found.append(chance.choice(alike))
                left.remove(found[-1])
                break
    return found


def draw(
    found: Sequence[Place], below: Sequence[Place], commits: dict[str, str], seed: int
) -> tuple[list[Item], list[Answer]]:
    """Findings and controls in an order that tells nothing, and which is which.

    Args:
        commits: by repository, in lower case.
    """
    chance = random.Random(seed)
    findings = most_probable(found)
    controls = like(findings, below, CONTROLS, chance)
    drawn = [(place, False) for place in findings] + [(place, True) for place in controls]
    chance.shuffle(drawn)
    items = [
        Item(
            number,
            place.repository,
            commits[place.repository.casefold()],
            place.path,
            place.line,
            place.rule,
            place.edit,
        )
        for number, (place, _) in enumerate(drawn, 1)
    ]
    answers = [
        Answer(number, control, round(place.probability, 6), place.budget)
        for number, (place, control) in enumerate(drawn, 1)
    ]
    return items, answers


def _order(place: Place) -> tuple[str, str, int, str]:
    return place.repository, place.path, place.start, place.rule
