"""Names that look like a given one: the candidates for a name that does not exist."""

from __future__ import annotations

from collections.abc import Iterable


def nearest_names(name: str, known: Iterable[str], most: int = 5) -> list[str]:
    """At most ``most`` of ``known`` within about a third of ``name``'s length in edits, nearest first, then by text."""
    return [other for _, other in _alike(name, known, 1 + len(name) // 4)[:most]]


def names_meant(name: str, own: Iterable[str], general: Iterable[str], most: int = 5) -> list[str]:
    """At most ``most`` names that ``name`` may stand for, nearest first: alike ones of ``own``, slips in ``general`` ones.

    ``own`` are names of the text, of which like ones are confused. ``general`` are those that every text has, and a short
    word resembles some of them by chance: only the nearest count, no farther than the nearest of ``own``, with one edit
    and one more for every 8 letters, and 3 letters or more of the longer name for each edit.
    """
    found = _alike(name, own, 1 + len(name) // 4)
    slips = [
        (distance, other)
        for distance, other in _alike(name, general, 1 + len(name) // 8)
        if 3 * distance <= max(len(name), len(other))
    ]
    least = min((distance for distance, _ in (*found[:1], *slips[:1])), default=0)
    merged = [(distance, 0, other) for distance, other in found]
    merged += [(distance, 1, other) for distance, other in slips if distance == least]
    return list(dict.fromkeys(other for _, _, other in sorted(merged)))[:most]


def _alike(name: str, known: Iterable[str], bound: int) -> list[tuple[int, str]]:
    """Those of ``known`` within ``bound`` edits of ``name``, each with its distance, nearest first.

    The distance is 0 where only upper and lower case differ. Never as many edits as the name has letters.
    """
    found: list[tuple[int, str]] = []
    folded = name.lower()
    for other in known:
        if other == name or abs(len(other) - len(name)) > bound:
            continue
        distance = 0 if other.lower() == folded else edit_distance(name, other, bound)
        if distance <= bound and distance < len(name):
            found.append((distance, other))
    found.sort()
    return found


def edit_distance(first: str, second: str, bound: int) -> int:
    """Insertions, deletions, substitutions and swaps of neighbours between two names; more than ``bound`` if more."""
    if len(set(first) ^ set(second)) > 2 * bound:
        return bound + 1
    before: list[int] = []
    row = list(range(len(second) + 1))
    for i, a in enumerate(first, 1):
        current = [i]
        for j, b in enumerate(second, 1):
            cost = min(row[j] + 1, current[j - 1] + 1, row[j - 1] + (a != b))
            if i > 1 and j > 1 and a == second[j - 2] and first[i - 2] == b:
                cost = min(cost, before[j - 2] + 1)
            current.append(cost)
        if min(current) > bound:
            return bound + 1
        before, row = row, current
    return row[-1]
