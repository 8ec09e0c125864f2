"""Concrete syntax: a tree-sitter tree kept with its bytes, and the same tree as preorder arrays.

Node objects of py-tree-sitter cost about a microsecond each and vanish with their tree; every analysis of ours is a
linear pass over nodes, so the tree is copied once into parallel lists (``FlatTree``) and the rest is list indexing.
Nothing here recurses: 5,000 levels of nesting are ordinary input.
"""

from __future__ import annotations

import functools
import re
import weakref
from array import array
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from dataclasses import field as attribute
from itertools import chain, pairwise, takewhile
from typing import TYPE_CHECKING

from tree_sitter import Language, Node, Parser, Point, Tree

from groundstate_grammars.edits import Replacement, apply_replacements, in_text_order

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Numbers = NDArray[np.int64]

ERROR_KIND = 65535
"""Kind id of ERROR nodes in every language."""

_LONE_RETURN = re.compile(rb"\r(?!\n)")


@dataclass(frozen=True, slots=True)
class Splice:
    """How the arrays of a tree were made from those of ``old``, which lives as long as somebody else needs it.

    The nodes from ``first`` up to ``stop`` of the old tree became others; those after them stand ``moved`` nodes and
    ``shift`` bytes later. All else is as it was, but for the size and the place of the nodes ``around`` the changed ones,
    each of which is in the one before it.
    """

    old: weakref.ref[FlatTree]
    first: int
    stop: int
    moved: int
    shift: int
    around: tuple[int, ...]


@dataclass(frozen=True, slots=True, weakref_slot=True, eq=False)
class FlatTree:
    """A syntax tree in preorder. Node ``i`` has the children ``i + 1, i + 1 + size[i + 1], …`` below ``i + size[i]``.

    ``kind``: kind ids of the language. ``start``, ``end``: byte offsets. ``parent``: preorder index, -1 for the root.
    ``size``: nodes in the subtree, itself included. ``field``: field id inside the parent, 0 without one.
    ``errors``: nodes that are ERROR or MISSING. ``missing``: those of them that are MISSING (empty).
    ``since``: what it was made from, where that was the tree of an earlier text.
    """

    data: bytes
    kind: list[int]
    start: Sequence[int]
    end: Sequence[int]
    parent: Sequence[int]
    size: list[int]
    field: list[int]
    errors: list[int]
    missing: list[int]
    since: Splice | None = attribute(default=None, repr=False)
    _numbers: list[tuple[Numbers, Numbers, Numbers]] = attribute(default_factory=list, repr=False)

    def __len__(self) -> int:
        return len(self.kind)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, FlatTree):
            return NotImplemented
        return self.data == other.data and all(
            list(own) == list(its)
            for own, its in (
                (self.kind, other.kind),
                (self.start, other.start),
                (self.end, other.end),
                (self.parent, other.parent),
                (self.size, other.size),
                (self.field, other.field),
                (self.errors, other.errors),
                (self.missing, other.missing),
            )
        )

    def numbers(self) -> tuple[Numbers, Numbers, Numbers]:
        """``start``, ``end`` and ``parent`` as arrays of NumPy, made once: many edits of one text are tried."""
        if not self._numbers:
            # A run that only reads outlines of files needs no numpy.
            import numpy as np

            start, end, parent = (np.asarray(item, np.int64) for item in (self.start, self.end, self.parent))
            self._numbers.append((start, end, parent))
        return self._numbers[0]

    def children(self, node: int) -> list[int]:
        """Preorder indices of the children of ``node``, in text order."""
        size = self.size
        found = []
        child = node + 1
        stop = node + size[node]
        while child < stop:
            found.append(child)
            child += size[child]
        return found

    def of_kind(self, kind: int, first: int = 0, stop: int | None = None) -> list[int]:
        """The nodes of a kind from ``first`` up to ``stop``, all without it, in text order."""
        found: list[int] = []
        node = first - 1
        stop = len(self.kind) if stop is None else stop
        index = self.kind.index
        try:
            while True:
                node = index(kind, node + 1, stop)
                found.append(node)
        except ValueError:
            return found

    def ancestors(self, node: int) -> Iterator[int]:
        """Parent, grandparent, … up to the root."""
        node = self.parent[node]
        while node >= 0:
            yield node
            node = self.parent[node]

    def text(self, node: int) -> bytes:
        return self.data[self.start[node] : self.end[node]]

    def child_by_field(self, node: int, field: int) -> int:
        """The first child of ``node`` in ``field``, or -1."""
        child = node + 1
        stop = node + self.size[node]
        while child < stop:
            if self.field[child] == field:
                return child
            child += self.size[child]
        return -1


class _Unchanged:
    """Top-level nodes of a text, before an edit that breaks it, that are as they were, with all below them.

    A statement at the top level is parsed from one state of the parser, and what ends it is at most the next one: so a
    node that has the place and kind it had is the same inside when a whole sibling stands between it and the edit. After
    an error the parser's state is not known, so nothing there is taken.
    """

    def __init__(self, flat: FlatTree, first: int) -> None:
        self.flat = flat
        start, end = flat.start, flat.end
        self.before = {start[a]: a for a, b in pairwise(flat.children(0)) if end[b] < first}

    def node(self, kind: int, start: int, end: int) -> int:
        """The node of the old tree that is the same as one at a place in the new text, or -1."""
        flat = self.flat
        node = self.before.get(start, -1)
        return node if node >= 0 and flat.kind[node] == kind and flat.end[node] == end else -1


@functools.cache
def kind_ids(language: Language) -> tuple[int, ...]:
    """Canonical kind ids: a grammar may give one visible kind several ids; the lowest stands for all."""
    first: dict[tuple[str | None, bool], int] = {}
    return tuple(
        first.setdefault((language.node_kind_for_id(i), language.node_kind_is_named(i)), i)
        for i in range(language.node_kind_count)
    )


def flatten(
    tree: Tree, data: bytes, leave_closed: Callable[[int, int, int, int], bool] | None = None
) -> FlatTree:
    """Copy ``tree`` into preorder arrays; linear in the number of nodes.

    ``leave_closed``, asked with the kind of the node around, the node's kind, its start and its end, says which nodes
    are copied without what is below them.
    """
    return _flattened(tree.root_node, kind_ids(tree.language), data, leave_closed)


def _flattened(
    root: Node,
    canonical: Sequence[int],
    data: bytes,
    leave_closed: Callable[[int, int, int, int], bool] | None = None,
    unchanged: _Unchanged | None = None,
) -> FlatTree:
    """Copy ``root`` and what is below it. ``unchanged``: what need not be walked again."""
    kind: list[int] = []
    start: list[int] = []
    end: list[int] = []
    parent: list[int] = []
    size: list[int] = []
    field: list[int] = []
    errors: list[int] = []
    missing: list[int] = []
    cursor = root.walk()
    down = cursor.goto_first_child
    across = cursor.goto_next_sibling
    up = cursor.goto_parent
    above: list[int] = []
    current = -1
    index = 0
    broken = root.has_error
    while True:
        node = cursor.node
        assert node is not None
        if unchanged is not None and current == 0 and not (node.is_error or node.has_error):
            old = unchanged.flat
            same = unchanged.node(canonical[node.kind_id], node.start_byte, node.end_byte)
            if same >= 0:
                stop = same + old.size[same]
                kind += old.kind[same:stop]
                size += old.size[same:stop]
                field += old.field[same:stop]
                start += old.start[same:stop]
                end += old.end[same:stop]
                parent.append(0)
                parent += old.parent[same + 1 : stop]
                index += stop - same
                if across():
                    continue
                up()
                size[0] = index
                return FlatTree(data, kind, start, end, parent, size, field, errors, missing)
        kind.append(canonical[node.kind_id] if node.kind_id < 65535 else ERROR_KIND)
        start.append(node.start_byte)
        end.append(node.end_byte)
        parent.append(current)
        size.append(1)
        field.append(cursor.field_id or 0)
        if broken:
            if node.is_missing:
                missing.append(index)
                errors.append(index)
            elif node.is_error:
                errors.append(index)
        closed = leave_closed is not None and leave_closed(
            kind[current], kind[index], start[index], end[index]
        )
        if not closed and down():
            above.append(index)
            current = index
            index += 1
            continue
        index += 1
        while not across():
            if not above:
                return FlatTree(data, kind, start, end, parent, size, field, errors, missing)
            up()
            finished = above.pop()
            size[finished] = index - finished
            current = above[-1] if above else -1


def _flattened_from(flat: FlatTree, first: int, data: bytes, after: Tree) -> FlatTree:
    """The arrays of ``after``, a text with errors that is another from the byte ``first`` on than that of ``flat``."""
    return _flattened(after.root_node, kind_ids(after.language), data, unchanged=_Unchanged(flat, first))


def _spliced(
    before: Tree, flat: FlatTree, edit: tuple[int, int], lists: Container[int], data: bytes, after: Tree
) -> FlatTree:
    """The arrays of ``after`` made from those of ``before``; neither has errors, and one was parsed with the other.

    Only what differs is walked, in the innermost node that holds all of it.

    Args:
        flat: the arrays of ``before``. edit: the first and the last byte in its text beside or between which it was changed.
        lists: kinds of nodes that are lists of statements; the root is one. data: the text of ``after``.
    """
    shift = len(data) - len(flat.data)
    canonical = kind_ids(after.language)
    old, new, at = before.root_node, after.root_node, 0
    around: list[tuple[int, Node]] = []
    while True:
        around.append((at, new))
        level = _Level(flat, at, old, new)
        fewest = min(len(level.olds), len(level.news))
        known = level.before_and_after(*edit) if not at or flat.kind[at] in lists else (0, 0)
        head = level.alike(range(fewest), known[0], 0)
        tail = level.alike(range(-1, head - fewest - 1, -1), known[1], shift)
        if not (head + tail + 1 == len(level.olds) == len(level.news) and level.is_one(head)):
            break
        old, new, at = level.olds[head], level.news[head], level.places[head]
    places = [*level.places, at + flat.size[at]]
    first, stop = places[head], places[len(places) - 1 - tail]
    inner = [_flattened(node, canonical, data) for node in level.news[head : len(level.news) - tail]]
    moved = sum(map(len, inner)) - (stop - first)
    splice = Splice(weakref.ref(flat), first, stop, moved, shift, tuple(node for node, _ in around))
    kind, size, field = flat.kind.copy(), flat.size.copy(), flat.field.copy()
    kind[first:stop] = chain.from_iterable(item.kind for item in inner)
    size[first:stop] = chain.from_iterable(item.size for item in inner)
    parents: list[int] = []
    fields: list[int] = []
    for item, given in zip(inner, level.fields[head:], strict=False):
        here = first + len(parents)
        parents += [at, *(node + here for node in item.parent[1:])]
        fields += [given, *item.field[1:]]
    field[first:stop] = fields
    starts, ends, above = flat.numbers()
    start = _with(starts, first, stop, chain.from_iterable(item.start for item in inner), shift)
    end = _with(ends, first, stop, chain.from_iterable(item.end for item in inner), shift)
    parent = _with(above, first, stop, parents, moved, stop)
    for node, now in around:
        start[node], end[node] = now.start_byte, now.end_byte
        size[node] += moved
    return FlatTree(data, kind, start, end, parent, size, field, [], [], splice)


def _with(items: Numbers, first: int, stop: int, new: Iterable[int], by: int, least: int = 0) -> array[int]:
    """``items`` with ``new`` ones instead of those from ``first`` up to ``stop``; those after them that are not below
    ``least`` are ``by`` more."""
    import numpy as np

    after = items[stop:]
    after = after + by * (after >= least) if least else after + by
    made = np.concatenate([items[:first], np.fromiter(new, np.int64), after])
    return array("q", made.tobytes())


class _Level:
    """The children of a node of an old tree, at ``at`` of its arrays, and of the one that it became.

    What the parser took over it took by reference. The id of a node is its place among the children of the one around it,
    or of an invisible one between them: where both trees have the same id they share the node, all through, and while both
    live no other has it. What is not shared is compared child by child.

    A statement needs less. It is parsed from one state of the parser, and what ends it is at most the next one: so one
    that has the place and the kind that it had is the same inside when a whole sibling stands between it and the edit.
    """

    def __init__(self, flat: FlatTree, at: int, old: Node, new: Node) -> None:
        self.flat = flat
        self.places = flat.children(at)
        self.olds = old.children
        self.news: list[Node] = []
        self.fields: list[int] = []
        cursor = new.walk()
        more = cursor.goto_first_child()
        while more:
            assert cursor.node is not None
            self.news.append(cursor.node)
            self.fields.append(cursor.field_id or 0)
            more = cursor.goto_next_sibling()

    def before_and_after(self, first: int, last: int) -> tuple[int, int]:
        """How many children of the old node a whole sibling parts from the bytes ``first`` and ``last``: at its start those
        before the first, at its end those after the last."""
        ends = (self.flat.end[place] < first for place in self.places[1:])
        starts = (self.flat.start[place] > last for place in reversed(self.places[:-1]))
        return sum(takewhile(bool, ends)), sum(takewhile(bool, starts))

    def alike(self, order: range, known: int, shift: int) -> int:
        """How many children, in an order, are the same with all that is below them, but ``shift`` bytes later.

        ``known``: how many are the same inside where they are of the same kind and at the same place.
        """
        for count, nth in enumerate(order):
            if not self._is_alike(nth, shift, count < known):
                return count
        return len(order)

    def is_one(self, nth: int) -> bool:
        """Whether a child is of the kind and in the field that it was, and had and has something below it."""
        return (
            self.olds[nth].kind_id == self.news[nth].kind_id
            and self.fields[nth] == self.flat.field[self.places[nth]]
            and self.flat.size[self.places[nth]] > 1
            and self.news[nth].child_count > 0
        )

    def _is_alike(self, nth: int, shift: int, is_known: bool) -> bool:
        flat = self.flat
        pending = [(self, nth)]
        while pending:
            level, nth = pending.pop()
            old, new, place = level.olds[nth], level.news[nth], level.places[nth]
            if (
                old.kind_id != new.kind_id
                or level.fields[nth] != flat.field[place]
                or new.start_byte != flat.start[place] + shift
                or new.end_byte != flat.end[place] + shift
            ):
                return False
            if old.id != new.id and not is_known and (flat.size[place] > 1 or new.child_count):
                below = _Level(flat, place, old, new)
                if len(below.olds) != len(below.news):
                    return False
                pending += [(below, at) for at in range(len(below.olds))]
        return True


class SyntaxTree:
    """A parsed text. Immutable: ``edited`` returns the tree of the changed text, parsed incrementally.

    Args:
        language: the tree-sitter language.
        data: the text, at most 4 GiB; any bytes are accepted, a parse never fails.
    """

    __slots__ = ("_broken", "_flatten", "_tree", "data", "language")

    def __init__(
        self,
        language: Language,
        data: bytes,
        tree: Tree | None = None,
        flatten: Callable[[Tree], FlatTree] | None = None,
    ) -> None:
        self.language = language
        self.data = data
        self._flatten = flatten
        self._tree = tree
        self._broken = False

    @property
    def tree(self) -> Tree:
        """The tree of tree-sitter, parsed when it is first asked for."""
        if self._tree is None:
            self._tree = Parser(self.language).parse(_line_feeds(self.data))
        return self._tree

    def edited(
        self,
        replacements: Sequence[Replacement],
        flat: FlatTree | None = None,
        lists: Container[int] = frozenset(),
    ) -> SyntaxTree:
        """The tree after ``replacements`` (offsets into the current text); equal to a full parse.

        ``flat``: the arrays of this tree where they are known; then those of the other are quicker to make. ``lists``:
        kinds of nodes that are lists of statements.

        tree-sitter's error recovery depends on what it could reuse, so a text with errors is parsed from the start; and
        so is one with carriage returns that stand alone, which an edit beside them can make or end.
        """
        data = self.data
        if self.has_errors or _has_lone_return(data):
            return SyntaxTree(self.language, apply_replacements(data, replacements))
        old = self.tree.copy()
        for replacement in reversed(in_text_order(replacements)):
            after = data[: replacement.start] + replacement.new + data[replacement.end :]
            new_end = replacement.start + len(replacement.new)
            old.edit(
                replacement.start,
                replacement.end,
                new_end,
                _point(data, replacement.start),
                _point(data, replacement.end),
                _point(after, new_end),
            )
            data = after
        if _has_lone_return(data):
            return SyntaxTree(self.language, data)
        tree = Parser(self.language).parse(data, old)
        broken = tree.root_node.has_error
        flatten = None
        if flat is not None and replacements:
            first, last = min(item.start for item in replacements), max(item.end for item in replacements)
            if broken:
                flatten = functools.partial(_flattened_from, flat, first, data)
            else:
                flatten = functools.partial(_spliced, self.tree, flat, (first, last), lists, data)
        made = SyntaxTree(self.language, data, None if broken else tree, flatten)
        made._broken = broken
        return made

    @property
    def has_errors(self) -> bool:
        """Whether the text does not parse; a line end that is missing is an error of none of the visible nodes."""
        return (self._broken and self._tree is None) or self.tree.root_node.has_error

    def error_count(self) -> int:
        """ERROR and MISSING nodes, as many as ``FlatTree.errors`` has; only what holds one is walked."""
        count = 0
        pending = [self.tree.root_node]
        while pending:
            node = pending.pop()
            if node.has_error or node.is_missing:
                count += node.is_error or node.is_missing
                pending += node.children
        return count

    def flat(self) -> FlatTree:
        """The tree as arrays; what is remembered of the text before is let go."""
        made, self._flatten = self._flatten, None
        return flatten(self.tree, self.data) if made is None else made(self.tree)


def _has_lone_return(data: bytes) -> bool:
    return b"\r" in data and _LONE_RETURN.search(data) is not None


def _line_feeds(data: bytes) -> bytes:
    """``data`` for tree-sitter, to which a carriage return that stands alone is no end of a line, as it is to Python."""
    return _LONE_RETURN.sub(b"\n", data) if b"\r" in data else data


def _point(data: bytes, offset: int) -> Point:
    row = data.count(b"\n", 0, offset)
    return Point(row, offset - (data.rfind(b"\n", 0, offset) + 1))
