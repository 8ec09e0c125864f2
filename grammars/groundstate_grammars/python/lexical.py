"""The lexical tokens of a Python file with their roles: what the usage term counts and the network reads.

Comments are dropped, a string without interpolation is one token, statement boundaries and indentation are tokens of
zero width. The role of an identifier is what the grammar makes of it (read, bound, attribute, called, keyword, …).
"""

from __future__ import annotations

import enum
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from groundstate_grammars.lexicon import Lexicon
from groundstate_grammars.python import syntax as py
from groundstate_grammars.python.enclosed import Enclosed
from groundstate_grammars.python.scopes import Scopes
from groundstate_grammars.tree import ERROR_KIND, FlatTree


class Role(enum.IntEnum):
    """Roles of lexical tokens; the numbers are inputs of the network."""

    PAD = 0
    LAYOUT = 1
    KEYWORD = 2
    OPERATOR = 3
    READ = 4
    BOUND = 5
    ATTRIBUTE = 6
    METHOD = 7
    FUNCTION = 8
    KEYWORD_NAME = 9
    STRING = 10
    NUMBER = 11
    DEFINITION = 12
    ANNOTATION = 13
    ATTRIBUTE_BOUND = 14
    CONSTANT = 15
    IMPORTED = 16
    PUNCTUATION = 17


ROLE_COUNT = 18

STATEMENT = "<nl>"
INDENT = "<in>"
DEDENT = "<de>"
_LAYOUT = (STATEMENT, INDENT, DEDENT)
"""The texts that every lexicon of a file begins with."""

_CONSTANTS = frozenset((py.TRUE, py.FALSE, py.NONE, py.ELLIPSIS))
_PUNCTUATION = frozenset(map(py.token, ("(", ")", "[", "]", "{", "}", ",", ":", ".", ";", "->", "@")))
_TARGETS = frozenset((py.PATTERN_LIST, py.TUPLE_PATTERN, py.LIST_PATTERN, py.LIST_SPLAT_PATTERN))
_DROPPED = frozenset((py.COMMENT, py.LINE_CONTINUATION))
_WHOLE = frozenset((py.STRING_CONTENT, py.FORMAT_SPECIFIER))
"""Nodes that are one token with all below them; so is a string without interpolation."""
_ROLE_OF = {
    **dict.fromkeys((py.STRING, *_WHOLE), 10),
    **dict.fromkeys((py.INTEGER, py.FLOAT), 11),
    **dict.fromkeys(_CONSTANTS, 15),
    **dict.fromkeys((*_PUNCTUATION, ERROR_KIND), 17),
}
"""Roles of tokens by kind; other words are keywords (2) and the rest operators (3)."""
_NAMED_BY_PLACE = frozenset(
    (
        py.ATTRIBUTE,
        py.CALL,
        py.KEYWORD_ARGUMENT,
        py.FUNCTION_DEFINITION,
        py.CLASS_DEFINITION,
        py.DOTTED_NAME,
        py.ALIASED_IMPORT,
    )
)
"""What an identifier right below one of these is may depend on its place there."""
MAX_TEXT = 64
"""Longer texts (strings, mostly) are cut for the lexicon; edits always use the file's own bytes."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """Lexical tokens of a file in text order, as parallel lists. ``node`` is -1 for layout tokens."""

    node: list[int]
    start: list[int]
    end: list[int]
    role: list[int]
    lex: NDArray[np.int32]
    """Id of each token's text in the file's lexicon, shape ``(tokens,)``."""
    of_node: dict[int, int]
    """Token index of each node that is a token."""

    def __len__(self) -> int:
        return len(self.node)


def lexical_tokens(flat: FlatTree, scopes: Scopes, lexicon: Lexicon) -> Tokens:
    """Tokens of the whole file; texts are added to ``lexicon``."""
    nodes, start, end, role, lex = _lexed(flat, scopes.binding_nodes, lexicon, 0, len(flat))
    return _tokens(nodes, start, end, role, np.array(lex, np.int32))


def tokens_after(
    before: Tokens, lexicon: Lexicon, old: FlatTree, place: Enclosed, scopes: Scopes
) -> tuple[Tokens, Lexicon] | None:
    """Tokens of a version of a file, of which only those in the function that changed are made anew, and their lexicon; None
    where layout depends on what stands around the function.

    Args:
        before: tokens of the version before, its ``lexicon`` and its tree ``old``. place: how the version differs.
        scopes: of the version.
    """
    flat, function = scopes.flat, place.node
    tail, stop = function + place.before, function + place.after
    blocks = _blocks_at_end(old, function, tail)
    if not blocks or not _blocks_at_end(flat, function, stop):
        return None
    first = bisect_left(before.start, old.start[function])
    while before.node[first] < 0:
        first += 1
    last = len(before) if tail == len(old) else bisect_left(before.start, old.start[tail]) + blocks
    moved, shift, texts = place.moved, place.shift, lexicon.copy()
    nodes, start, end, role, lex = _lexed(
        flat, scopes.binding_nodes_in(function, stop), texts, function, stop
    )
    nodes += (
        [node + moved if node >= 0 else node for node in before.node[last:]] if moved else before.node[last:]
    )
    start += [offset + shift for offset in before.start[last:]] if shift else before.start[last:]
    end += [offset + shift for offset in before.end[last:]] if shift else before.end[last:]
    texts, used = texts.renumbered(
        np.concatenate([before.lex[:first], np.array(lex, np.int32), before.lex[last:]]), len(_LAYOUT)
    )
    tokens = _tokens(
        before.node[:first] + nodes,
        before.start[:first] + start,
        before.end[:first] + end,
        before.role[:first] + role + before.role[last:],
        used,
    )
    return tokens, texts


def _blocks_at_end(flat: FlatTree, first: int, stop: int) -> int:
    """How many blocks with something in them, below the node ``first``, end where the node ``stop`` begins."""
    return sum(node + flat.size[node] == stop for node in flat.of_kind(py.BLOCK, first, stop - 1))


def _tokens(
    nodes: list[int], start: list[int], end: list[int], role: list[int], lex: NDArray[np.int32]
) -> Tokens:
    of_node = dict(zip(nodes, range(len(nodes)), strict=True))
    of_node.pop(-1, None)
    return Tokens(nodes, start, end, role, lex, of_node)


def _lexed(
    flat: FlatTree, bound: frozenset[int], lexicon: Lexicon, first: int, stop: int
) -> tuple[list[int], list[int], list[int], list[int], list[int]]:
    """Node, start, end, role and text of each token from the node ``first`` up to ``stop``, a statement or all, with the
    ends of its blocks where something follows."""
    kinds, parents, fields, sizes = flat.kind, flat.parent, flat.field, flat.size
    starts, ends, data = flat.start, flat.end, flat.data
    block, string, identifier, statement_lists = py.BLOCK, py.STRING, py.IDENTIFIER, py.STATEMENT_LISTS
    nodes: list[int] = []
    token_start: list[int] = []
    token_end: list[int] = []
    roles: list[int] = []
    lex: list[int] = []
    decoded: dict[bytes, int] = {}
    words: set[int] = set()
    statement, indent, dedent = map(lexicon.id, _LAYOUT)
    blocks: list[int] = []
    count = block_end = stop
    type_end = 0
    after_layout = True
    node = first

    def layout(text: int, at: int) -> None:
        nodes.append(-1)
        token_start.append(at)
        token_end.append(at)
        roles.append(1)
        lex.append(text)

    while node < count:
        if node >= block_end:
            while blocks and node >= blocks[-1]:
                blocks.pop()
                layout(dedent, starts[node])
            block_end = blocks[-1] if blocks else count
            after_layout = True
        kind, size, parent = kinds[node], sizes[node], parents[node]
        if kind in _DROPPED:
            node += size
            continue
        above = kinds[parent]
        if not after_layout and above in statement_lists:
            layout(statement, starts[node])
            after_layout = True
        if kind == block:
            if size > 1:
                block_end = node + size
                blocks.append(block_end)
                layout(indent, starts[node])
                after_layout = True
            node += 1
            continue
        if size > 1 and kind not in _WHOLE and (kind != string or _is_interpolated(node, kinds, sizes)):
            if kind == py.TYPE:
                type_end = max(type_end, node + size)
            node += 1
            continue
        start, end = starts[node], ends[node]
        if start == end:
            node += size
            continue
        text = data[start:end] if end - start <= MAX_TEXT else data[start : start + MAX_TEXT]
        known = decoded.get(text)
        if known is None:
            known = decoded[text] = lexicon.id(text.decode("utf-8", "replace"))
            if text[:1].isalpha():
                words.add(known)
        if kind != identifier:
            role = _ROLE_OF.get(kind, 0) or (2 if known in words else 3)
        elif above in _NAMED_BY_PLACE:
            role = _identifier_role(node, parent, kinds, parents, fields, bound, node < type_end)
        else:
            role = 5 if node in bound else 13 if node < type_end else 4
        nodes.append(node)
        token_start.append(start)
        token_end.append(end)
        roles.append(role)
        lex.append(known)
        after_layout = False
        node += size
    if stop < len(flat):
        for _ in blocks:
            layout(dedent, starts[stop])
    return nodes, token_start, token_end, roles, lex


def _is_interpolated(string: int, kinds: list[int], sizes: list[int]) -> bool:
    """Whether an expression stands in a string."""
    child = string + 1
    while child < string + sizes[string]:
        if kinds[child] == py.INTERPOLATION:
            return True
        child += sizes[child]
    return False


def _identifier_role(
    node: int,
    parent: int,
    kinds: list[int],
    parents: Sequence[int],
    fields: list[int],
    bound: frozenset[int],
    in_type: bool,
) -> int:
    above = kinds[parent]
    field = fields[node]
    if above == py.ATTRIBUTE and field == py.FIELD_ATTRIBUTE:
        outer = parents[parent]
        around = kinds[outer]
        position = fields[parent]
        if around == py.CALL:
            return 7 if position == py.FIELD_FUNCTION else 6
        at = parent
        while around in _TARGETS:
            at = outer
            outer = parents[outer]
            around = kinds[outer]
            position = fields[at]
        if (
            around in (py.ASSIGNMENT, py.AUGMENTED_ASSIGNMENT, py.FOR_STATEMENT) and position == py.FIELD_LEFT
        ) or around == py.DELETE_STATEMENT:
            return 14
        return 6
    if above == py.CALL and field == py.FIELD_FUNCTION:
        return 8
    if above == py.KEYWORD_ARGUMENT and field == py.FIELD_NAME:
        return 9
    if (above == py.FUNCTION_DEFINITION or above == py.CLASS_DEFINITION) and field == py.FIELD_NAME:
        return 12
    if above == py.DOTTED_NAME or above == py.ALIASED_IMPORT:
        return 16
    if node in bound:
        return 5
    if in_type:
        return 13
    return 4
