"""Edits in places that run elsewhere or run to fail: questions about the interpreter, expected errors."""

from __future__ import annotations

import re

from groundstate_energy.plausibility.edited_file import EditedFile, arguments, last_name, operands
from groundstate_grammars.python import syntax as py
from groundstate_grammars.tree import FlatTree

_VERSION = re.compile(rb"\b(?:version_info|hexversion|PY[23]|PYTHON_VERSION)\b")
_ASSERTS_ERROR = re.compile(rb"\b(?:raises|assertRaises(?:Regexp?)?|assert_raises(?:_regexp?)?)\s*\(")
_VALUES = frozenset(
    (
        py.INTEGER,
        py.FLOAT,
        py.STRING,
        py.STRING_CONTENT,
        py.TRUE,
        py.FALSE,
        py.NONE,
        py.UNARY_OPERATOR,
        py.token("-"),
    )
)
_FROM = frozenset((b">", b">="))
_UNTIL = frozenset((b"<", b"<="))


def turns_a_question_about_the_interpreter(edit: EditedFile) -> bool:
    """A comparison of the interpreter's version would be turned around, not moved by one version."""
    flat = edit.before.flat
    first = edit.replacements[0]
    old, new = edit.before.data[first.start : first.end].strip(), first.new.strip()
    if not any(old in signs and new not in signs for signs in (_FROM, _UNTIL)):
        return False
    place = edit.old_nodes[0]
    node = flat.parent[place]
    if flat.kind[node] != py.COMPARISON_OPERATOR or flat.field[place] != py.FIELD_OPERATORS:
        return False
    return any(_VERSION.search(flat.text(value)) for value in operands(flat, node))


def is_a_value_in_an_expected_error(edit: EditedFile) -> bool:
    """A literal where an error is asserted is wrong on purpose."""
    flat = edit.before.flat
    return all(flat.kind[place] in _VALUES and _expects_error(flat, place) for place in edit.old_nodes)


def _expects_error(flat: FlatTree, place: int) -> bool:
    child = place
    for node in flat.ancestors(place):
        kind = flat.kind[node]
        if kind == py.WITH_STATEMENT and flat.field[child] == py.FIELD_BODY:
            if _ASSERTS_ERROR.search(flat.data, flat.start[node], flat.start[child]):
                return True
        elif kind == py.CALL and flat.field[child] == py.FIELD_ARGUMENTS:
            if _ASSERTS_ERROR.fullmatch(last_name(flat, node + 1) + b"(") and len(arguments(flat, node)) > 1:
                return True
        elif kind in (py.FUNCTION_DEFINITION, py.CLASS_DEFINITION):
            return False
        child = node
    return False
