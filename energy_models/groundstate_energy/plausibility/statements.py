"""Edits after which a statement does nothing: said twice, stored over, never read."""

from __future__ import annotations

from collections.abc import Iterator

from groundstate_energy.plausibility.edited_file import (
    EditedFile,
    bindings_of,
    neighbours,
    statement_of,
)
from groundstate_grammars.python import syntax as py
from groundstate_grammars.python.parsed import ParsedFile
from groundstate_grammars.python.scopes import BindingKind, ScopeKind
from groundstate_grammars.tree import FlatTree

_NAMES_BY_TEXT = (b"locals(", b"eval(", b"exec(", b"vars(")


def repeats_the_statement_beside(edit: EditedFile) -> bool:
    """The statement would be the same as the one before or after it, an assertion or an assignment said twice."""
    flat = edit.after.flat
    for place in edit.new_nodes:
        statement = statement_of(flat, place)
        if not _is_assertion_or_assignment(flat, statement):
            continue
        before, after = neighbours(flat, statement)
        if any(flat.text(node) == flat.text(statement) for node in before[:1] + after[:1]):
            return True
    return False


def _is_assertion_or_assignment(flat: FlatTree, statement: int) -> bool:
    if flat.kind[statement] == py.ASSERT_STATEMENT:
        return True
    if flat.kind[statement] != py.EXPRESSION_STATEMENT:
        return False
    inner = statement + 1
    return flat.kind[inner] == py.ASSIGNMENT or (
        flat.kind[inner] == py.CALL and b"assert" in flat.text(inner + 1)
    )


def stores_twice(edit: EditedFile) -> bool:
    """What one assignment stores, the assignments beside it would store over before anything reads it."""
    flat = edit.after.flat
    for place in edit.new_nodes:
        statement = statement_of(flat, place)
        target = _target(flat, statement)
        if target < 0 or not target <= place < target + flat.size[target]:
            continue
        before, after = neighbours(flat, statement)
        if _is_stored_over(flat, target, after):
            return True
        for back, sibling in enumerate(before):
            earlier = _target(flat, sibling)
            if earlier < 0:
                break
            if flat.text(earlier) == flat.text(target):
                return _is_stored_over(flat, earlier, [*before[:back][::-1], statement])
    return False


def _is_stored_over(flat: FlatTree, target: int, following: list[int]) -> bool:
    """Whether the plain assignments that follow store ``target`` again and none before reads it."""
    text = flat.text(target)
    for statement in following:
        other = _target(flat, statement)
        if other < 0:
            return False
        if text in flat.text(flat.child_by_field(statement + 1, py.FIELD_RIGHT)):
            return False
        if flat.text(other) == text:
            return True
        if text in flat.text(other):
            return False
    return False


def _target(flat: FlatTree, statement: int) -> int:
    """The one name, attribute or item that a statement assigns and nothing else, or -1."""
    if flat.kind[statement] != py.EXPRESSION_STATEMENT or flat.kind[statement + 1] != py.ASSIGNMENT:
        return -1
    left = flat.child_by_field(statement + 1, py.FIELD_LEFT)
    right = flat.child_by_field(statement + 1, py.FIELD_RIGHT)
    if right < 0 or flat.kind[right] == py.ASSIGNMENT:
        return -1
    return left if flat.kind[left] in (py.IDENTIFIER, py.ATTRIBUTE, py.SUBSCRIPT) else -1


def leaves_a_local_unread(edit: EditedFile) -> bool:
    """A local name that is assigned by ``=`` alone would lose the only place that reads it."""
    before, after = edit.before, edit.after
    if len(edit.replacements) != 1 or len(before.scopes.scopes) != len(after.scopes.scopes):
        return False
    flat = before.flat
    place = edit.old_nodes[0]
    if flat.kind[place] != py.IDENTIFIER or place in before.scopes.binding_nodes:
        return False
    name = flat.text(place).decode("utf-8", "replace")
    at, group = bindings_of(before, place)
    if at < 0 or name.startswith("_") or before.scopes.scopes[at].kind is not ScopeKind.FUNCTION:
        return False
    scope = before.scopes.scopes[at]
    if any(
        binding.kind is not BindingKind.ASSIGNMENT or flat.kind[flat.parent[binding.node]] != py.ASSIGNMENT
        for binding in group
    ):
        return False
    text = flat.text(scope.node)
    if any(word in text for word in _NAMES_BY_TEXT):
        return False
    return len(list(_reads(before, name, at))) == 1 and not any(_reads(after, name, at))


def _reads(file: ParsedFile, name: str, scope: int) -> Iterator[int]:
    """Where a name that the scope of a function binds is read."""
    function = file.scopes.scopes[scope].node
    for reference in file.scopes.references_in(function, function + file.flat.size[function]):
        if reference.name == name and file.scopes.resolve(name, reference.scope) == scope:
            yield reference.node
