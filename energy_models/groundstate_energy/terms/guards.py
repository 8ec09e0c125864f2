"""Code that expects to fail, or that Python does not run as written: there a hard term says nothing."""

from __future__ import annotations

import re

from groundstate_grammars.python import syntax as py
from groundstate_grammars.tree import FlatTree

_WORD = re.compile(rb"\w+")
_EXPECTS = re.compile(rb"raises|suppress|catch|expect|fails|warns|error", re.IGNORECASE)
_RAISES = re.compile(rb"raises|suppress|catch|fails", re.IGNORECASE)
_COMPILED = re.compile(rb"jit\b|\boverload\w*|\bcuda\b|\bvectorize\b|\bguvectorize\b|\blower_\w+|\bkernel\b")
"""Decorators after which another compiler than Python's gives the text its meaning."""
_CATCHES_ALL = frozenset((b"Exception", b"BaseException", b"StandardError"))
_SMALL_BODY = 3
"""A ``try`` body of at most so many statements is taken to be about what its ``except Exception`` catches."""


def expects_failure(flat: FlatTree, node: int, exceptions: frozenset[bytes]) -> bool:
    """Whether ``node`` lies where one of ``exceptions`` is caught or asserted, or another compiler rules."""
    child = node
    for around in flat.ancestors(node):
        kind = flat.kind[around]
        if kind == py.TRY_STATEMENT and flat.field[child] == py.FIELD_BODY:
            small = len(flat.children(child)) <= _SMALL_BODY
            if any(
                flat.kind[clause] == py.EXCEPT_CLAUSE and _catches(flat, clause, exceptions, small)
                for clause in flat.children(around)
            ):
                return True
        elif kind == py.WITH_STATEMENT and flat.field[child] == py.FIELD_BODY:
            head = flat.data[flat.start[around] : flat.start[child]]
            if _EXPECTS.search(head):
                return True
        elif kind == py.CALL and flat.field[child] == py.FIELD_ARGUMENTS:
            if _RAISES.search(flat.text(around + 1)):
                return True
        elif kind in (py.FUNCTION_DEFINITION, py.CLASS_DEFINITION):
            if _is_passed_to_expectation(flat, around):
                return True
        elif kind == py.DECORATED_DEFINITION and _COMPILED.search(
            flat.data, flat.start[around], flat.start[child]
        ):
            return True
        child = around
    return False


def _catches(flat: FlatTree, clause: int, exceptions: frozenset[bytes], small: bool) -> bool:
    value = flat.child_by_field(clause, py.FIELD_VALUE)
    if value < 0:
        return small
    words = set(_WORD.findall(flat.text(value)))
    return not words.isdisjoint(exceptions) or (small and not words.isdisjoint(_CATCHES_ALL))


def _is_passed_to_expectation(flat: FlatTree, definition: int) -> bool:
    """``assertRaises(TypeError, f)`` anywhere in the file, for the definition of ``f``."""
    name = flat.child_by_field(definition, py.FIELD_NAME)
    if name < 0:
        return False
    text = re.escape(flat.text(name))
    expects = re.compile(rb"(?i:raises)\w*\([^()\n]*,\s*" + text + rb"\b")
    # Looking for the word first is five times as fast as a search without regard to case.
    folded = flat.data.lower()
    at = folded.find(b"raises")
    while at >= 0:
        if expects.match(flat.data, at) is not None:
            return True
        at = folded.find(b"raises", at + 1)
    return False
