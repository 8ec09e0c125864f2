"""Edits after which a condition is always true."""

from __future__ import annotations

from groundstate_energy.plausibility.edited_file import EditedFile, bindings_of, in_statement
from groundstate_grammars.python import syntax as py
from groundstate_grammars.python.parsed import ParsedFile
from groundstate_grammars.python.scopes import BindingKind
from groundstate_grammars.tree import FlatTree

DEFINED = frozenset((BindingKind.FUNCTION, BindingKind.CLASS))


def makes_a_condition_of_a_function(edit: EditedFile) -> bool:
    """A function, class or module, which is always true, would be asked whether it is true."""
    file = edit.after
    return any(
        file.flat.kind[node] == py.IDENTIFIER
        and is_condition(file.flat, node)
        and _is_always_true(file, node)
        for place in edit.new_nodes
        for node in in_statement(file.flat, place)
    )


def is_condition(flat: FlatTree, node: int) -> bool:
    """Whether only the truth of the value at ``node`` is asked for; what an ``or`` hands on is not."""
    around = flat.parent[node]
    while flat.kind[around] in (py.PARENTHESIZED_EXPRESSION, py.BOOLEAN_OPERATOR):
        node, around = around, flat.parent[around]
    kind = flat.kind[around]
    if kind in (py.IF_STATEMENT, py.ELIF_CLAUSE, py.WHILE_STATEMENT):
        return flat.field[node] == py.FIELD_CONDITION
    if kind == py.ASSERT_STATEMENT:
        return flat.children(around)[1] == node
    if kind == py.CONDITIONAL_EXPRESSION:
        return flat.kind[node - 1] == py.token("if")
    return kind in (py.NOT_OPERATOR, py.IF_CLAUSE)


def needs_a_value(flat: FlatTree, node: int) -> bool:
    """Whether what is at ``node`` is subscripted, iterated, calculated with or asked whether it is true."""
    around = flat.parent[node]
    kind, field = flat.kind[around], flat.field[node]
    if kind == py.SUBSCRIPT:
        return field == py.FIELD_VALUE
    if kind in (py.FOR_STATEMENT, py.FOR_IN_CLAUSE):
        return field == py.FIELD_RIGHT
    return kind == py.BINARY_OPERATOR or is_condition(flat, node)


def _is_always_true(file: ParsedFile, identifier: int) -> bool:
    """Whether a name is of a definition, or of something imported that the file calls."""
    flat = file.flat
    kinds = {binding.kind for binding in bindings_of(file, identifier)[1]}
    if not kinds or not kinds <= DEFINED | {BindingKind.IMPORT}:
        return False
    if kinds <= DEFINED:
        return True
    text = flat.text(identifier)
    return any(flat.text(call + 1) == text for call in flat.of_kind(py.CALL))
