"""Secluded changes: inside the body of one function, and of a kind that nothing else in the file can tell.

What hard terms and checks of plausibility say outside such a function holds after the change as it did before: they see
of another function what it binds outside of itself, the attributes that it stores, and a few words by which a text gives
away that it reaches into namespaces. All of that is compared here, and so is the shape of the rest of the tree. The error
is always on the side of a change that is not secluded.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from groundstate_grammars.python import syntax as py
from groundstate_grammars.python.contracts.reading import may_have_contracts
from groundstate_grammars.python.definitions import stored_attributes
from groundstate_grammars.python.enclosed import Enclosed
from groundstate_grammars.python.parsed import ParsedFile
from groundstate_grammars.tree import FlatTree

_TELLING = re.compile(
    rb"(?i:raises|version|abstract|protocol|abc)|ixin|NotImplemented|__|attr|vars|exec|locals|globals?\b|nonlocal"
    rb"|modules|builtins|convert|Function|eval|platform|os\.name|\bPY|\bpy[23_]|HAS_|HAVE_|_AVAILABLE"
    rb"|\b(?:class|def|import|type)\b"
)
"""Words by which the text of a function may concern what is outside of it; a statement that holds one is not secluded."""
_WORD = re.compile(rb"\w+")


@dataclass(frozen=True, slots=True)
class Secluded:
    """A secluded change.

    Attributes:
        words: those that only one of the changed statements has.
        may_promise: one of them may belong to a contract.
    """

    place: Enclosed
    words: frozenset[bytes]
    may_promise: bool


def secluded_change(before: ParsedFile, after: ParsedFile) -> Secluded | None:
    """How ``after`` differs from ``before`` where that is secluded; None where it is not, or the texts are equal."""
    place = after.enclosed_since(before)
    if place is None:
        return None
    old, new, node, change = before.flat, after.flat, place.node, place.change
    was = _statements(old, node, change.start, change.end)
    now = _statements(new, node, change.start, change.start + len(change.new))
    texts = [old.data[slice(*was)], new.data[slice(*now)]]
    if any(_TELLING.search(text) for text in texts):
        return None
    if _stores(old, node, *was) != _stores(new, node, *now) or _rebinds(before, after, node):
        return None
    words = frozenset(_WORD.findall(texts[0])) ^ frozenset(_WORD.findall(texts[1]))
    return Secluded(place, words, any(map(may_have_contracts, texts)))


def _statements(flat: FlatTree, function: int, start: int, end: int) -> tuple[int, int]:
    """The bytes of the innermost statements of the function that hold those from ``start`` to ``end`` or touch them."""
    block = flat.child_by_field(function, py.FIELD_BODY)
    while True:
        touched = [
            child for child in flat.children(block) if flat.start[child] <= end and flat.end[child] >= start
        ]
        found = (
            min([start, *(flat.start[child] for child in touched)]),
            max([end, *(flat.end[child] for child in touched)]),
        )
        if len(touched) != 1:
            return found
        (statement,) = touched
        inner = next(
            (
                node
                for node in range(statement, statement + flat.size[statement])
                if flat.kind[node] == py.BLOCK and flat.start[node] <= start and end <= flat.end[node]
            ),
            -1,
        )
        if inner < 0:
            return found
        block = inner


def _stores(flat: FlatTree, function: int, start: int, end: int) -> list[bytes]:
    """The attributes that are assigned between two bytes of a function, with what they are attributes of."""
    nodes = stored_attributes(flat, function, function + flat.size[function])
    return [flat.text(node) for node in nodes if start <= flat.start[node] < end]


def _rebinds(before: ParsedFile, after: ParsedFile, function: int) -> bool:
    """Whether the function binds a name more or less often on whose attributes it assigns: it may be another thing then."""
    counts = []
    for file in (before, after):
        flat = file.flat
        stop = function + flat.size[function]
        owners = {
            flat.text(node + 1).decode("utf-8", "replace") for node in stored_attributes(flat, function, stop)
        }
        scopes = file.scopes.scopes_in(function, stop) if owners else ()
        counts.append(Counter(name for at in scopes for name in owners for _ in at.bindings.get(name, ())))
    return counts[0] != counts[1]
