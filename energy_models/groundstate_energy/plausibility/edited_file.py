"""A file before and after one edit: what the checks of plausibility look at."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from groundstate_energy.terms.receivers import Receivers
from groundstate_energy.terms.view import FileView
from groundstate_grammars.edits import Replacement
from groundstate_grammars.python import syntax as py
from groundstate_grammars.python.parsed import ParsedFile
from groundstate_grammars.python.scopes import Binding
from groundstate_grammars.tree import FlatTree

_PUNCTUATION = frozenset(
    (*map(py.token, ("(", ")", "[", "]", "{", "}", ",", ":", "=")), py.COMMENT, py.LINE_CONTINUATION)
)


@dataclass
class EditedFile:
    """One edit of a file.

    Args:
        view: the file as written, and the project around it.
        after: the same file with ``replacements`` made; without syntax errors.
        replacements: in text order, offsets into the file as written.
    """

    view: FileView
    after: ParsedFile
    replacements: tuple[Replacement, ...]

    @property
    def before(self) -> ParsedFile:
        return self.view.file

    @cached_property
    def old_nodes(self) -> list[int]:
        """For each replacement the innermost node as written that it lies in; for an insertion, what follows it."""
        flat = self.before.flat
        return [node_at(flat, item.start, max(item.end, item.start + 1)) for item in self.replacements]

    @cached_property
    def new_nodes(self) -> list[int]:
        """For each replacement the innermost node that holds what it writes; for a deletion, what followed it."""
        found = []
        moved = 0
        for item in self.replacements:
            start = item.start + moved
            found.append(node_at(self.after.flat, start, start + max(len(item.new.rstrip()), 1)))
            moved += len(item.new) - (item.end - item.start)
        return found

    @cached_property
    def view_after(self) -> FileView:
        return FileView(self.after, self.view.index, self.view.path)

    @cached_property
    def receivers(self) -> Receivers:
        return Receivers(self.view)

    def replaced(self, old: bytes, new: bytes) -> bool:
        """Whether the edit is the one replacement of ``old`` by ``new``, blanks aside."""
        if len(self.replacements) != 1:
            return False
        (item,) = self.replacements
        return (
            self.before.data[item.start : item.end].split() == old.split() and item.new.split() == new.split()
        )


def node_at(flat: FlatTree, start: int, end: int) -> int:
    """The innermost node that holds the bytes from ``start`` to ``end``."""
    node = max(bisect_right(flat.start, start) - 1, 0)
    while flat.end[node] < end and node:
        node = flat.parent[node]
    return node


def in_statement(flat: FlatTree, node: int) -> Iterator[int]:
    """``node`` and what is around it, up to its statement in a block or the module, the innermost first."""
    while node > 0:
        yield node
        parent = flat.parent[node]
        if flat.kind[parent] in (py.BLOCK, py.MODULE):
            return
        node = parent


def statement_of(flat: FlatTree, node: int) -> int:
    """The statement of a block or the module that ``node`` lies in; 0 for none."""
    return max(in_statement(flat, node), key=lambda around: flat.size[around], default=0)


def neighbours(flat: FlatTree, statement: int) -> tuple[list[int], list[int]]:
    """The statements of the same block before ``statement``, the nearest first, and those after it; no comments."""
    siblings = [node for node in flat.children(flat.parent[statement]) if flat.kind[node] != py.COMMENT]
    at = siblings.index(statement)
    return siblings[:at][::-1], siblings[at + 1 :]


def bindings_of(file: ParsedFile, identifier: int) -> tuple[int, list[Binding]]:
    """The index of the scope that binds the name at ``identifier``, and how it does; -1 and nothing where none does."""
    name = file.flat.text(identifier).decode("utf-8", "replace")
    at = file.scopes.resolve(name, file.scopes.scope_of[identifier])
    return at, file.scopes.scopes[at].bindings.get(name, []) if at >= 0 else []


def assigned_value(flat: FlatTree, binding: Binding) -> int:
    """The node of the value that a plain assignment gives the one name it binds; -1 for any other binding."""
    statement = flat.parent[binding.node]
    if flat.kind[statement] != py.ASSIGNMENT:
        return -1
    return flat.child_by_field(statement, py.FIELD_RIGHT)


def parts(flat: FlatTree, node: int) -> list[int]:
    """The children of ``node`` without punctuation and comments."""
    return [child for child in flat.children(node) if flat.kind[child] not in _PUNCTUATION]


def operands(flat: FlatTree, comparison: int) -> list[int]:
    """The operands of a comparison, from left to right."""
    return [node for node in parts(flat, comparison) if flat.field[node] != py.FIELD_OPERATORS]


def operators(flat: FlatTree, comparison: int) -> list[bytes]:
    """The operators of a comparison, from left to right, with one blank inside those of two words."""
    return [
        b" ".join(flat.text(node).split())
        for node in flat.children(comparison)
        if flat.field[node] == py.FIELD_OPERATORS
    ]


def arguments(flat: FlatTree, call: int) -> list[int]:
    """The positional arguments of a call; none where one is starred or it takes a generator."""
    node = flat.child_by_field(call, py.FIELD_ARGUMENTS)
    if node < 0 or flat.kind[node] != py.ARGUMENT_LIST:
        return []
    found = [child for child in parts(flat, node) if flat.kind[child] != py.KEYWORD_ARGUMENT]
    return [] if any(flat.kind[child] == py.LIST_SPLAT for child in found) else found


def without_parentheses(flat: FlatTree, node: int) -> int:
    """What stands in the parentheses around an expression."""
    while flat.kind[node] == py.PARENTHESIZED_EXPRESSION:
        inner = parts(flat, node)
        if len(inner) != 1:
            break
        node = inner[0]
    return node


def last_name(flat: FlatTree, node: int) -> bytes:
    """The name, or the last part of the dotted name, at ``node``; empty for anything else."""
    if flat.kind[node] == py.IDENTIFIER:
        return flat.text(node)
    if flat.kind[node] == py.ATTRIBUTE:
        name = flat.child_by_field(node, py.FIELD_ATTRIBUTE)
        return flat.text(name) if name >= 0 else b""
    return b""
