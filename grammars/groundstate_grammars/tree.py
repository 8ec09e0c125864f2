"""Concrete syntax: a tree-sitter tree kept with its bytes, and the same tree as preorder arrays.

Node objects of py-tree-sitter cost about a microsecond each and vanish with their tree; every analysis of ours is a
linear pass over nodes, so the tree is copied once into parallel lists (``FlatTree``) and the rest is list indexing.
Nothing here recurses: 5,000 levels of nesting are ordinary input.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from tree_sitter import Language, Parser, Point, Tree

from groundstate_grammars.edits import Replacement, apply_replacements, in_text_order

ERROR_KIND = 65535
"""Kind id of ERROR nodes in every language."""

_LONE_RETURN = re.compile(rb"\r(?!\n)")


@dataclass(frozen=True, slots=True)
class FlatTree:
    """A syntax tree in preorder. Node ``i`` has the children ``i + 1, i + 1 + size[i + 1], …`` below ``i + size[i]``.

    ``kind``: kind ids of the language. ``start``, ``end``: byte offsets. ``parent``: preorder index, -1 for the root.
    ``size``: nodes in the subtree, itself included. ``field``: field id inside the parent, 0 without one.
    ``errors``: nodes that are ERROR or MISSING. ``missing``: those of them that are MISSING (empty).
    """

    data: bytes
    kind: list[int]
    start: list[int]
    end: list[int]
    parent: list[int]
    size: list[int]
    field: list[int]
    errors: list[int]
    missing: list[int]

    def __len__(self) -> int:
        return len(self.kind)

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
    """Top-level nodes of a text that an edit elsewhere has left as they are, with all below them.

    The old text is the new one before ``first`` and, moved by ``shift``, after ``last`` (in the old text). A statement at
    the top level is parsed from one state of the parser, and what ends it is at most the next one: so a node that has the
    place and kind it had is the same inside when a whole sibling stands between it and the edit. After an error the parser's
    state is not known, so what follows the first error of either text is not taken.
    """

    def __init__(self, flat: FlatTree, first: int, last: int, shift: int) -> None:
        self.flat = flat
        self.shift = shift
        nodes = flat.children(0)
        start, end = flat.start, flat.end
        until = min([first, *(start[node] for node in flat.errors[:1])])
        self.before = {start[a]: a for a, b in pairwise(nodes) if end[b] < until}
        self.after = (
            {} if flat.errors else {start[b] + shift: b for a, b in pairwise(nodes) if start[a] > last}
        )

    def node(self, kind: int, start: int, end: int, *, after: bool) -> int:
        """The node of the old tree that is the same as one at a place in the new text, or -1."""
        flat = self.flat
        node, shift = self.before.get(start, -1), 0
        if node < 0 and after:
            node, shift = self.after.get(start, -1), self.shift
        same = node >= 0 and flat.kind[node] == kind and flat.end[node] + shift == end
        return node if same else -1


@functools.cache
def kind_ids(language: Language) -> tuple[int, ...]:
    """Canonical kind ids: a grammar may give one visible kind several ids; the lowest stands for all."""
    first: dict[tuple[str | None, bool], int] = {}
    return tuple(
        first.setdefault((language.node_kind_for_id(i), language.node_kind_is_named(i)), i)
        for i in range(language.node_kind_count)
    )


def flatten(
    tree: Tree,
    data: bytes,
    leave_closed: Callable[[int, int, int, int], bool] | None = None,
    unchanged: _Unchanged | None = None,
) -> FlatTree:
    """Copy ``tree`` into preorder arrays; linear in the number of nodes.

    ``unchanged``: what need not be walked again.

    ``leave_closed``, asked with the kind of the node around, the node's kind, its start and its end, says which nodes
    are copied without what is below them.
    """
    canonical = kind_ids(tree.language)
    kind: list[int] = []
    start: list[int] = []
    end: list[int] = []
    parent: list[int] = []
    size: list[int] = []
    field: list[int] = []
    errors: list[int] = []
    missing: list[int] = []
    cursor = tree.walk()
    down = cursor.goto_first_child
    across = cursor.goto_next_sibling
    up = cursor.goto_parent
    above: list[int] = []
    current = -1
    index = 0
    broken = tree.root_node.has_error
    while True:
        node = cursor.node
        assert node is not None
        if unchanged is not None and current == 0:
            same = unchanged.node(
                canonical[node.kind_id] if node.kind_id < 65535 else ERROR_KIND,
                node.start_byte,
                node.end_byte,
                after=not broken,
            )
            if same >= 0 and not (broken and node.has_error):
                old = unchanged.flat
                stop = same + old.size[same]
                by = node.start_byte - old.start[same]
                kind += old.kind[same:stop]
                size += old.size[same:stop]
                field += old.field[same:stop]
                start += [at + by for at in old.start[same:stop]] if by else old.start[same:stop]
                end += [at + by for at in old.end[same:stop]] if by else old.end[same:stop]
                parent.append(0)
                move = index - same
                parent += (
                    [at + move for at in old.parent[same + 1 : stop]] if move else old.parent[same + 1 : stop]
                )
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


class SyntaxTree:
    """A parsed text. Immutable: ``edited`` returns the tree of the changed text, parsed incrementally.

    Args:
        language: the tree-sitter language.
        data: the text, at most 4 GiB; any bytes are accepted, a parse never fails.
    """

    __slots__ = ("_broken", "_tree", "_unchanged", "data", "language")

    def __init__(
        self,
        language: Language,
        data: bytes,
        tree: Tree | None = None,
        unchanged: Callable[[], _Unchanged] | None = None,
    ) -> None:
        self.language = language
        self.data = data
        self._unchanged = unchanged
        self._tree = tree
        self._broken = False

    @property
    def tree(self) -> Tree:
        """The tree of tree-sitter, parsed when it is first asked for."""
        if self._tree is None:
            self._tree = Parser(self.language).parse(_line_feeds(self.data))
        return self._tree

    def edited(self, replacements: Sequence[Replacement], flat: FlatTree | None = None) -> SyntaxTree:
        """The tree after ``replacements`` (offsets into the current text); equal to a full parse.

        ``flat``: the arrays of this tree where they are known; then those of the other are quicker to make.

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
        unchanged = None
        if flat is not None and replacements:
            first, last = min(item.start for item in replacements), max(item.end for item in replacements)
            unchanged = functools.partial(_Unchanged, flat, first, last, len(data) - len(self.data))
        if tree.root_node.has_error:
            broken = SyntaxTree(self.language, data, unchanged=unchanged)
            broken._broken = True
            return broken
        return SyntaxTree(self.language, data, tree, unchanged)

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
        unchanged, self._unchanged = self._unchanged, None
        return flatten(self.tree, self.data, unchanged=None if unchanged is None else unchanged())


def _has_lone_return(data: bytes) -> bool:
    return b"\r" in data and _LONE_RETURN.search(data) is not None


def _line_feeds(data: bytes) -> bytes:
    """``data`` for tree-sitter, to which a carriage return that stands alone is no end of a line, as it is to Python."""
    return _LONE_RETURN.sub(b"\n", data) if b"\r" in data else data


def _point(data: bytes, offset: int) -> Point:
    row = data.count(b"\n", 0, offset)
    return Point(row, offset - (data.rfind(b"\n", 0, offset) + 1))
