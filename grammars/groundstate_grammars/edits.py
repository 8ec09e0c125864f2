"""Edits: replacements of byte ranges, applied and reverted exactly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Replacement:
    """Replace ``data[start:end]`` by ``new``; ``start == end`` inserts. Offsets are bytes."""

    start: int
    end: int
    new: bytes


@dataclass(frozen=True, slots=True)
class Edit:
    """One candidate edit: replacements in text order that do not overlap, and the rule it belongs to."""

    rule: str
    replacements: tuple[Replacement, ...]

    @property
    def start(self) -> int:
        return self.replacements[0].start

    @property
    def end(self) -> int:
        return self.replacements[-1].end

    def moved(self, by: int) -> Edit:
        """The same edit in a text where it stands ``by`` bytes later."""
        return Edit(self.rule, tuple(Replacement(r.start + by, r.end + by, r.new) for r in self.replacements))


def in_text_order(replacements: Sequence[Replacement]) -> list[Replacement]:
    """``replacements`` by place; those at the same place, such as two insertions, keep their order."""
    return sorted(replacements, key=lambda replacement: (replacement.start, replacement.end))


def apply_replacements(data: bytes, replacements: Sequence[Replacement]) -> bytes:
    """``data`` with every replacement made.

    Raises ``ValueError`` when replacements overlap or lie outside ``data``.
    """
    parts: list[bytes] = []
    position = 0
    for replacement in in_text_order(replacements):
        if replacement.start < position or not replacement.start <= replacement.end <= len(data):
            raise ValueError(f"replacement {replacement} overlaps another or lies outside {len(data)} bytes")
        parts.append(data[position : replacement.start])
        parts.append(replacement.new)
        position = replacement.end
    parts.append(data[position:])
    return b"".join(parts)


def inverse_replacements(data: bytes, replacements: Sequence[Replacement]) -> tuple[Replacement, ...]:
    """The replacements that turn ``apply_replacements(data, replacements)`` back into ``data``."""
    inverse: list[Replacement] = []
    shift = 0
    for replacement in in_text_order(replacements):
        start = replacement.start + shift
        old = data[replacement.start : replacement.end]
        inverse.append(Replacement(start, start + len(replacement.new), old))
        shift += len(replacement.new) - len(old)
    return tuple(inverse)


def difference(old: bytes, new: bytes) -> Replacement | None:
    """The smallest replacement that makes ``new`` of ``old``; None when they are equal. Linear time, no Python loop.

    Versions of a text need no log of edits: those between the last parsed one and the newest were perhaps never parsed, and
    replaying their edits would parse once for each.
    """
    if old == new:
        return None
    shorter = min(len(old), len(new))
    prefix, most = 0, shorter
    while prefix < most:
        middle = (prefix + most + 1) // 2
        if old[prefix:middle] == new[prefix:middle]:
            prefix = middle
        else:
            most = middle - 1
    suffix, most = 0, shorter - prefix
    while suffix < most:
        middle = (suffix + most + 1) // 2
        if old[len(old) - middle : len(old) - suffix] == new[len(new) - middle : len(new) - suffix]:
            suffix = middle
        else:
            most = middle - 1
    return Replacement(prefix, len(old) - suffix, new[prefix : len(new) - suffix])
