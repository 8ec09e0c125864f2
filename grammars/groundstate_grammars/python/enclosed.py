"""Enclosed changes: all that is different between two trees is in the body of one function.

What else is derived from the tree need not be derived again: it has the same shape, and has at most moved.
"""

from __future__ import annotations

from dataclasses import dataclass

from groundstate_grammars.edits import Replacement, difference
from groundstate_grammars.python import syntax as py
from groundstate_grammars.tree import FlatTree


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

    The trees are compared node by node, in C.
    """
    change = difference(old.data, new.data)
    if change is None:
        return None
    node = _outermost_function(old, change.start)
    if node < 0 or node >= len(new) or new.kind[node] != py.FUNCTION_DEFINITION:
        return None
    body = old.child_by_field(node, py.FIELD_BODY)
    if body < 0 or old.start[body] > change.start or not _same_around(old, new, node, change):
        return None
    return Enclosed(node, old.size[node], new.size[node], change)


def _outermost_function(flat: FlatTree, offset: int) -> int:
    """The last function, in no other one, that starts before ``offset``; -1 for none."""
    found, stop = -1, 0
    for node in flat.of_kind(py.FUNCTION_DEFINITION):
        if flat.start[node] >= offset:
            break
        if node >= stop:
            found, stop = node, node + flat.size[node]
    return found


def _same_around(old: FlatTree, new: FlatTree, node: int, change: Replacement) -> bool:
    """Whether all but what is in the function has the same shape, the change above the line of the next node after it.

    That nodes after the function stand in the same ones around it is in the sizes of those: a line that is dedented before
    the next method ends the class, and is in no function.
    """
    tail, other = node + old.size[node], node + new.size[node]
    if len(old) - tail != len(new) - other:
        return False
    shift = len(change.new) - (change.end - change.start)
    if tail < len(old) and (
        b"\n" not in old.data[change.end : old.start[tail]] or new.start[other] != old.start[tail] + shift
    ):
        return False
    return (
        old.kind[: node + 1] == new.kind[: node + 1]
        and old.parent[: node + 1] == new.parent[: node + 1]
        and old.field[: node + 1] == new.field[: node + 1]
        and old.kind[tail:] == new.kind[other:]
        and old.size[tail:] == new.size[other:]
        and old.field[tail:] == new.field[other:]
        and all(new.size[around] - old.size[around] == other - tail for around in old.ancestors(node))
    )
