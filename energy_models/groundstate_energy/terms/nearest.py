"""Names that look like a given one: the candidates for a name that does not exist."""

from __future__ import annotations

from collections.abc import Iterable


def nearest_names(name: str, known: Iterable[str], most: int = 5) -> list[str]:
    """At most ``most`` of ``known`` within about a third of ``name``'s length in edits, nearest first, then by text."""
    bound = 1 + len(name) // 4
    found: list[tuple[int, str]] = []
    folded = name.lower()
    for other in known:
        if other == name or abs(len(other) - len(name)) > bound:
            continue
        distance = 0 if other.lower() == folded else edit_distance(name, other, bound)
        if distance <= bound and distance < len(name):
            found.append((distance, other))
    found.sort()
    return [other for _, other in found[:most]]


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
