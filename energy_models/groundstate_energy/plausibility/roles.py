"""Edits that put a thing where only another sort of thing can be: no class for a class, a module for a value."""

from __future__ import annotations

import re

from groundstate_energy.plausibility.conditions import needs_a_value
from groundstate_energy.plausibility.edited_file import EditedFile, arguments, bindings_of, in_statement
from groundstate_grammars.python import syntax as py
from groundstate_grammars.python.parsed import ParsedFile
from groundstate_grammars.python.scopes import BindingKind, ScopeKind
from groundstate_grammars.tree import FlatTree

_ASKS_FOR_CLASSES = frozenset((b"isinstance", b"issubclass"))
_CALLED_A_CLASS = re.compile(rb"cls|class|klass|type|kind|err|exc|^[A-Z]")
_DEFINED_OR_IMPORTED = frozenset((BindingKind.CLASS, BindingKind.IMPORT))


def asks_for_a_class_that_is_none(edit: EditedFile) -> bool:
    """``isinstance`` or ``except`` would be given a local name, not named as a class is, for a class or import."""
    if len(edit.replacements) != 1 or not _wants_a_class(edit.before.flat, edit.old_nodes[0]):
        return False
    if _CALLED_A_CLASS.search(edit.replacements[0].new):
        return False
    was, becomes = _binding(edit.before, edit.old_nodes[0]), _binding(edit.after, edit.new_nodes[0])
    if was is None or becomes is None or not was[1] <= _DEFINED_OR_IMPORTED:
        return False
    return (
        becomes[0] in (ScopeKind.FUNCTION, ScopeKind.COMPREHENSION) and not becomes[1] & _DEFINED_OR_IMPORTED
    )


def _wants_a_class(flat: FlatTree, place: int) -> bool:
    if flat.kind[place] != py.IDENTIFIER:
        return False
    around = flat.parent[place]
    if flat.kind[around] == py.TUPLE:
        place, around = around, flat.parent[around]
    if flat.kind[around] == py.EXCEPT_CLAUSE:
        return flat.field[place] == py.FIELD_VALUE
    if flat.kind[around] == py.ARGUMENT_LIST:
        call = flat.parent[around]
        return flat.text(call + 1) in _ASKS_FOR_CLASSES and arguments(flat, call)[1:] == [place]
    return False


def _binding(file: ParsedFile, node: int) -> tuple[ScopeKind, set[BindingKind]] | None:
    """The sort of scope that binds the name at ``node``, and how; None for any other node and for builtin names."""
    if file.flat.kind[node] != py.IDENTIFIER:
        return None
    at, group = bindings_of(file, node)
    return None if at < 0 else (file.scopes.scopes[at].kind, {binding.kind for binding in group})


def uses_a_module_as_a_value(edit: EditedFile) -> bool:
    """A module would be called, subscripted, iterated, compared, calculated with or asked whether it is true."""
    file = edit.after
    return any(
        _is_module(file, node) and _is_used(file.flat, node)
        for place in edit.new_nodes
        for node in in_statement(file.flat, place)
    )


def _is_module(file: ParsedFile, node: int) -> bool:
    """Whether a name is only ever bound by ``import``, or is ``os.path``."""
    flat = file.flat
    if flat.kind[node] == py.ATTRIBUTE and flat.text(node) != b"os.path":
        return False
    head = node + 1 if flat.kind[node] == py.ATTRIBUTE else node
    if flat.kind[head] != py.IDENTIFIER:
        return False
    _, group = bindings_of(file, head)
    return bool(group) and all(
        binding.kind is BindingKind.IMPORT
        and py.IMPORT_STATEMENT in (flat.kind[around] for around in flat.ancestors(binding.node))
        for binding in group
    )


def _is_used(flat: FlatTree, node: int) -> bool:
    around = flat.parent[node]
    if flat.kind[around] == py.CALL:
        return flat.field[node] == py.FIELD_FUNCTION
    return flat.kind[around] == py.COMPARISON_OPERATOR or needs_a_value(flat, node)
