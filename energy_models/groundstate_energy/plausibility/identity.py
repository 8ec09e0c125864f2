"""Edits that ask for equality of what is equal only to itself."""

from __future__ import annotations

from groundstate_energy.plausibility.classes import ancestry, class_named, class_of
from groundstate_energy.plausibility.conditions import DEFINED
from groundstate_energy.plausibility.edited_file import (
    EditedFile,
    assigned_value,
    bindings_of,
    last_name,
    operands,
)
from groundstate_grammars.index import Class, Function
from groundstate_grammars.python import syntax as py
from groundstate_grammars.python.definitions import read_parameters
from groundstate_grammars.tree import FlatTree

_ENUMERATIONS = frozenset(("Enum", "enum.Enum", "Flag", "enum.Flag"))
_SAME_FOR_IDENTITY = ((b"is", b"=="), (b"is not", b"!="))


def compares_the_same_by_identity(edit: EditedFile) -> bool:
    """Functions, classes, members of an enumeration and objects without ``__eq__`` are equal when they are the same."""
    if not any(edit.replaced(old, new) for old, new in _SAME_FOR_IDENTITY):
        return False
    flat = edit.before.flat
    comparison = edit.old_nodes[0]
    while comparison and flat.kind[comparison] != py.COMPARISON_OPERATOR:
        comparison = flat.parent[comparison]
    sides = operands(flat, comparison) if comparison else []
    if len(sides) != 2:
        return False
    if _is_in_equality(flat, comparison) and edit.replaced(b"is", b"=="):
        return True
    return any(_has_only_identity(edit, side) for side in sides)


def _is_in_equality(flat: FlatTree, comparison: int) -> bool:
    """Whether ``self`` and the other are compared in ``__eq__`` itself, which ``==`` would call again."""
    values = operands(flat, comparison)
    function = next(
        (node for node in flat.ancestors(comparison) if flat.kind[node] == py.FUNCTION_DEFINITION), -1
    )
    if function < 0 or flat.text(flat.child_by_field(function, py.FIELD_NAME)) not in (b"__eq__", b"__ne__"):
        return False
    names = [parameter.name.encode() for parameter in read_parameters(flat, function) or ()]
    return {flat.text(value) for value in values} == set(names)


def _has_only_identity(edit: EditedFile, side: int) -> bool:
    flat = edit.before.flat
    if flat.kind[side] == py.IDENTIFIER:
        at, group = bindings_of(edit.before, side)
        if at >= 0 and all(binding.kind in DEFINED for binding in group):
            return True
    if isinstance(edit.receivers.definition(side), Class | Function) or _is_sentinel(edit, side):
        return True
    if flat.kind[side] == py.ATTRIBUTE:
        around = class_named(edit.view, edit.receivers, side + 1)
        if around is not None and around.bases and {base.name for base in around.bases} <= _ENUMERATIONS:
            return last_name(flat, side).decode("utf-8", "replace") in around.members and not _has_equality(
                around
            )
    cls = class_of(edit.view, edit.receivers, side)
    classes = ancestry(edit.view, cls) if cls is not None else None
    if cls is None or classes is None:
        return False
    return not any(_has_equality(one) for one in classes) and not edit.view.is_subclassed(cls.name)


def _is_sentinel(edit: EditedFile, side: int) -> bool:
    """Whether a name of the module stands for the one ``object()`` that is assigned to it."""
    flat = edit.before.flat
    if flat.kind[side] != py.IDENTIFIER:
        return False
    at, group = bindings_of(edit.before, side)
    value = assigned_value(flat, group[0]) if at == 0 and len(group) == 1 else -1
    return value >= 0 and flat.text(value) == b"object()"


def _has_equality(cls: Class) -> bool:
    """Whether a class says itself what it is equal to, or a decorator or metaclass may."""
    return bool("__eq__" in cls.members or cls.decorators or cls.metaclass)
