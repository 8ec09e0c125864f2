"""The lexical tokens of a Python file with their roles: what the usage term counts and the network reads.

Comments are dropped, a string without interpolation is one token, statement boundaries and indentation are tokens of
zero width. The role of an identifier is what the grammar makes of it (read, bound, attribute, called, keyword, …).
"""

from __future__ import annotations

import enum
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from groundstate_grammars.lexicon import Lexicon
from groundstate_grammars.python import syntax as py
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

_CONSTANTS = frozenset((py.TRUE, py.FALSE, py.NONE, py.ELLIPSIS))
_PUNCTUATION = frozenset(map(py.token, ("(", ")", "[", "]", "{", "}", ",", ":", ".", ";", "->", "@")))
_TARGETS = frozenset((py.PATTERN_LIST, py.TUPLE_PATTERN, py.LIST_PATTERN, py.LIST_SPLAT_PATTERN))
_WHOLE = frozenset((py.STRING_CONTENT, py.FORMAT_SPECIFIER))
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
    kinds, parents, fields, sizes = flat.kind, flat.parent, flat.field, flat.size
    starts, ends, data = flat.start, flat.end, flat.data
    bound = scopes.binding_nodes
    nodes: list[int] = []
    token_start: list[int] = []
    token_end: list[int] = []
    roles: list[int] = []
    lex: list[int] = []
    of_node: dict[int, int] = {}
    decoded: dict[bytes, int] = {}
    statement, indent, dedent = lexicon.id(STATEMENT), lexicon.id(INDENT), lexicon.id(DEDENT)
    blocks: list[int] = []
    type_end = 0
    after_layout = True
    node = 0
    count = len(flat)
    while node < count:
        while blocks and node >= blocks[-1]:
            blocks.pop()
            nodes.append(-1)
            token_start.append(starts[node])
            token_end.append(starts[node])
            roles.append(1)
            lex.append(dedent)
            after_layout = True
        kind = kinds[node]
        parent = parents[node]
        if kind == py.COMMENT or kind == py.LINE_CONTINUATION:
            node += sizes[node]
            continue
        if parent >= 0 and (kinds[parent] == py.BLOCK or kinds[parent] == py.MODULE) and not after_layout:
            nodes.append(-1)
            token_start.append(starts[node])
            token_end.append(starts[node])
            roles.append(1)
            lex.append(statement)
            after_layout = True
        if kind == py.BLOCK:
            if sizes[node] > 1:
                blocks.append(node + sizes[node])
                nodes.append(-1)
                token_start.append(starts[node])
                token_end.append(starts[node])
                roles.append(1)
                lex.append(indent)
                after_layout = True
            node += 1
            continue
        if kind == py.TYPE:
            type_end = max(type_end, node + sizes[node])
        whole = sizes[node] == 1 or kind in _WHOLE
        if kind == py.STRING:
            child = node + 1
            whole = True
            while child < node + sizes[node]:
                if kinds[child] == py.INTERPOLATION:
                    whole = False
                    break
                child += sizes[child]
        if not whole:
            node += 1
            continue
        start, end = starts[node], ends[node]
        if start == end:
            node += sizes[node]
            continue
        if kind == py.IDENTIFIER:
            role = _identifier_role(node, parent, kinds, parents, fields, bound, node < type_end)
        elif kind == py.STRING or kind in _WHOLE:
            role = 10
        elif kind == py.INTEGER or kind == py.FLOAT:
            role = 11
        elif kind in _CONSTANTS:
            role = 15
        elif kind in _PUNCTUATION or kind == ERROR_KIND:
            role = 17
        elif data[start : start + 1].isalpha():
            role = 2
        else:
            role = 3
        text = data[start : min(end, start + MAX_TEXT)]
        known = decoded.get(text)
        if known is None:
            known = decoded[text] = lexicon.id(text.decode("utf-8", "replace"))
        of_node[node] = len(nodes)
        nodes.append(node)
        token_start.append(start)
        token_end.append(end)
        roles.append(role)
        lex.append(known)
        after_layout = False
        node += sizes[node]
    return Tokens(nodes, token_start, token_end, roles, np.array(lex, np.int32), of_node)


def _identifier_role(
    node: int,
    parent: int,
    kinds: list[int],
    parents: list[int],
    fields: list[int],
    bound: set[int],
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
