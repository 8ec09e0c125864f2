"""Enclosed changes: all that is different between two trees is in the body of one function.

What else is derived from the tree need not be derived again: it has the same shape, and has at most moved.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass

from groundstate_grammars.edits import Replacement, difference
from groundstate_grammars.python import syntax as py
from groundstate_grammars.tree import FlatTree

_AT_ONCE = 4096
"""Nodes among which a function is looked for at once."""


@dataclass(frozen=True, slots=True)
class Enclosed:
    """A change inside a function that is in no other one.

    Attributes:
        node: the function, in both trees.
        before: nodes of it and all that is in it, as it was; after: as it is.
        change: the one replacement that makes the new text of the old.
    """

    node: int
    before: int
    after: int
    change: Replacement

    @property
    def shift(self) -> int:
        """Bytes that what comes after the change has moved."""
        return len(self.change.new) - (self.change.end - self.change.start)

    @property
    def moved(self) -> int:
        """Nodes that what comes after the function has moved."""
        return self.after - self.before


def enclosed_change(old: FlatTree, new: FlatTree) -> Enclosed | None:
    """How two trees without errors differ where that is inside one function; None where it is not, or the texts are equal.

    Where the second was made from the first it is known what differs. Other trees are compared node by node, in C.
    """
    change = difference(old.data, new.data)
    if change is None:
        return None
    node = _outermost_function(old, change.start)
    if node < 0 or node >= len(new) or new.kind[node] != py.FUNCTION_DEFINITION:
        return None
    body = old.child_by_field(node, py.FIELD_BODY)
    if body < 0 or old.start[body] > change.start or not _ends_alike(old, new, node, change):
        return None
    since = new.since
    known = since is not None and since.old() is old and node in since.around
    return (
        Enclosed(node, old.size[node], new.size[node], change)
        if known or _same_around(old, new, node)
        else None
    )


def _outermost_function(flat: FlatTree, offset: int) -> int:
    """The last function, in no other one, that starts before ``offset``; -1 for none."""
    stop = bisect_left(flat.start, offset)
    found: list[int] = []
    while stop > 0 and not found:
        first = max(0, stop - _AT_ONCE)
        found = flat.of_kind(py.FUNCTION_DEFINITION, first, stop)
        stop = first
    if not found:
        return -1
    functions = [node for node in flat.ancestors(found[-1]) if flat.kind[node] == py.FUNCTION_DEFINITION]
    return functions[-1] if functions else found[-1]


def _ends_alike(old: FlatTree, new: FlatTree, node: int, change: Replacement) -> bool:
    """Whether as many nodes stand after the function as did, the change above the line of the first of them."""
    tail, other = node + old.size[node], node + new.size[node]
    if len(old) - tail != len(new) - other:
        return False
    shift = len(change.new) - (change.end - change.start)
    return tail == len(old) or (
        old.data.find(b"\n", change.end, old.start[tail]) >= 0 and new.start[other] == old.start[tail] + shift
    )


def _same_around(old: FlatTree, new: FlatTree, node: int) -> bool:
    """Whether all but what is in the function has the same shape.

    That nodes after the function stand in the same ones around it is in the sizes of those: a line that is dedented before
    the next method ends the class, and is in no function.
    """
    tail, other = node + old.size[node], node + new.size[node]
    return (
        old.kind[: node + 1] == new.kind[: node + 1]
        and list(old.parent[: node + 1]) == list(new.parent[: node + 1])
        and old.field[: node + 1] == new.field[: node + 1]
        and old.kind[tail:] == new.kind[other:]
        and old.size[tail:] == new.size[other:]
        and old.field[tail:] == new.field[other:]
        and all(new.size[around] - old.size[around] == other - tail for around in old.ancestors(node))
    )
