"""Incremental parses without a log of edits: the difference between the parsed text and the newest is one replacement.

The versions in between were perhaps never parsed; replaying their edits would parse once for each.
"""

from __future__ import annotations

from groundstate_grammars.edits import Replacement


def difference(old: bytes, new: bytes) -> Replacement | None:
    """The smallest replacement that makes ``new`` of ``old``; None when they are equal. Linear time, no Python loop."""
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
