"""Places in a text: byte ranges, those that share a byte being one place."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable


def overlap(start: int, end: int, other_start: int, other_end: int) -> bool:
    """Whether two ranges share a byte, or one is empty and lies in or at the other."""
    if start == end or other_start == other_end:
        return start <= other_end and other_start <= end
    return start < other_end and other_start < end


def by_place(ranges: Iterable[tuple[int, int]]) -> list[list[int]]:
    """Indices of ``ranges`` by place: each joins an earlier one that it overlaps, or is the first of a place."""
    groups: list[list[int]] = []
    # Start and end of a group's first range, and the group; sorted, disjoint.
    places: list[tuple[int, int, int]] = []
    for number, (start, end) in enumerate(ranges):
        at = bisect_left(places, (start, end, 0))
        for first_start, first_end, group in places[max(0, at - 2) : at + 2]:
            if overlap(start, end, first_start, first_end):
                groups[group].append(number)
                break
        else:
            places.insert(at, (start, end, len(groups)))
            groups.append([number])
    return groups
