"""The names term: names that no scope defines, and local names used before anything can bind them.

GS102 holds back where names may come that the text does not show: star imports, ``exec``, ``globals()``, a class body
whose metaclass may prepare a namespace, a use that expects ``NameError``. GS103 speaks only of a name read in the scope
that binds it, when every binding comes later on every path.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from functools import cache
from itertools import pairwise

from groundstate_energy.terms.guards import expects_failure
from groundstate_energy.terms.nearest import names_meant, nearest_names
from groundstate_energy.terms.view import FileView
from groundstate_energy.terms.violation import Reason, Violation
from groundstate_grammars.edits import Edit, Replacement
from groundstate_grammars.python import syntax as py
from groundstate_grammars.python.builtin_names import (
    BUILTINS,
    CLASS_NAMES,
    HOST_NAMES,
    MODULE_NAMES,
    PYTHON2_BUILTINS,
)
from groundstate_grammars.python.known_names import known_names
from groundstate_grammars.python.scopes import Binding, BindingKind, Reference, Scope, ScopeKind

_KNOWN = BUILTINS | MODULE_NAMES | HOST_NAMES
_CAUGHT = frozenset((b"NameError", b"UnboundLocalError"))
_CONDITIONS = frozenset(
    (py.IF_STATEMENT, py.CONDITIONAL_EXPRESSION, py.BOOLEAN_OPERATOR, py.TRY_STATEMENT, py.ELIF_CLAUSE)
)
_SCOPES_OF_STATEMENTS = (ScopeKind.MODULE, ScopeKind.CLASS, ScopeKind.FUNCTION)
_MOST_REPAIRS = 5


def name_violations(view: FileView, first: int = 0, stop: int | None = None) -> Iterator[Violation]:
    """GS102 and GS103 of the nodes from ``first`` up to ``stop``; without them, of the whole file."""
    scopes = view.scopes.scopes
    resolve = view.scopes.resolve
    resolved: dict[tuple[str, int], int] = {}
    earliest: dict[tuple[str, int], int] = {}
    for name, node, scope in view.scopes.reads_in(first, stop):
        key = (name, scope)
        target = resolved.get(key)
        if target is None:
            target = resolved[key] = resolve(name, scope)
            if target == scope and scopes[target].kind in _SCOPES_OF_STATEMENTS:
                earliest[key] = _surely_bound_from(view, scopes[target].bindings[name])
        if target < 0:
            if name not in _KNOWN and _is_undefined(view, reference := Reference(name, node, scope)):
                yield _undefined(view, reference)
        elif earliest.get(key, -1) > node:
            reference = Reference(name, node, scope)
            if _is_unbound(view, reference, scopes[target]):
                yield _unbound(view, reference, scopes[target])


def _is_undefined(view: FileView, reference: Reference) -> bool:
    name = reference.name
    scopes = view.scopes.scopes
    flat = view.flat
    if view.is_dynamic or not name or (name.startswith("__") and not name.endswith("__")):
        return False
    at = reference.scope
    first = True
    while at >= 0:
        scope = scopes[at]
        if scope.is_open or name in scope.globals:
            return False
        if scope.kind is ScopeKind.CLASS:
            if name == "__class__" or (first and name in CLASS_NAMES):
                return False
            if first and _may_prepare_names(view, scope):
                return False
        if scope.kind not in (ScopeKind.COMPREHENSION, ScopeKind.TYPE_PARAMETERS):
            first = False
        at = scope.parent
    if name in PYTHON2_BUILTINS and any(
        flat.kind[around] in _CONDITIONS for around in flat.ancestors(reference.node)
    ):
        return False
    if _is_template(view, reference.node):
        return False
    return not expects_failure(flat, reference.node, _CAUGHT)


def _may_prepare_names(view: FileView, scope: Scope) -> bool:
    """Whether the metaclass of a class may put names into its body: any class whose bases are not all known."""
    cls = view.module.class_at.get(scope.node)
    if cls is None or cls.metaclass:
        return True
    lineage = view.lineage(cls)
    return lineage is None or any(base.metaclass not in ("", "ABCMeta", "abc.ABCMeta") for base in lineage)


def _is_template(view: FileView, node: int) -> bool:
    """Whether the name stands in ``{{ … }}``: a set of sets cannot exist, a template's placeholder can."""
    flat = view.flat
    sets = [around for around in flat.ancestors(node) if flat.kind[around] in (py.SET, py.DICTIONARY)]
    return any(flat.parent[inner] == outer for inner, outer in pairwise(sets))


def _undefined(view: FileView, reference: Reference) -> Violation:
    flat = view.flat
    start, end = flat.start[reference.node], flat.end[reference.node]
    names: dict[str, None] = {}
    for scope in view.scopes.visible_scopes(reference.scope):
        names.update(dict.fromkeys(view.scopes.scopes[scope].bindings))
    edits: list[Edit] = []
    member = _as_member(view, reference)
    if member:
        edits.append(_replace(start, end, member))
    if reference.name in sys.stdlib_module_names and flat.kind[flat.parent[reference.node]] == py.ATTRIBUTE:
        place = _import_place(view)
        edits.append(Edit("GS102", (Replacement(place, place, f"import {reference.name}\n".encode()),)))
    builtins = () if reference.name in _to_import() else BUILTINS
    near = names_meant(reference.name, names, builtins, _MOST_REPAIRS)
    edits.extend(_replace(start, end, name) for name in near)
    message = f"no scope defines `{reference.name}`"
    return Violation("GS102", start, end, message, tuple(edits[:_MOST_REPAIRS]))


@cache
def _to_import() -> frozenset[str]:
    """Modules of the standard library and what they export: such a name was not imported rather than misspelt."""
    modules = sys.stdlib_module_names
    members = known_names().members
    return modules.union(*(members[module].names for module in modules & members.keys()))


def _replace(start: int, end: int, name: str, rule: str = "GS102") -> Edit:
    return Edit(rule, (Replacement(start, end, name.encode("utf-8", "surrogateescape")),))


def _as_member(view: FileView, reference: Reference) -> str:
    """``self.name`` where the class around defines ``name``, or an empty text."""
    scopes = view.scopes.scopes
    at = reference.scope
    while at >= 0:
        scope = scopes[at]
        group = next(iter(scope.bindings.values()), [])
        if scope.kind is ScopeKind.FUNCTION and group and group[0].kind is BindingKind.PARAMETER:
            owner = view.class_scope_of_self(at, group[0].name)
            cls = view.module.class_at.get(scopes[owner].node) if owner >= 0 else None
            if cls is not None and reference.name in cls.members | cls.attributes:
                return f"{group[0].name}.{reference.name}"
        at = scope.parent
    return ""


def _import_place(view: FileView) -> int:
    """Where a new import goes: before the first plain import of the module, else before its first statement."""
    flat = view.flat
    children = [child for child in flat.children(0) if flat.kind[child] != py.COMMENT]
    for child in children:
        if flat.kind[child] in (py.IMPORT_STATEMENT, py.IMPORT_FROM_STATEMENT):
            return flat.start[child]
    for child in children:
        is_docstring = flat.kind[child] == py.EXPRESSION_STATEMENT and flat.kind[child + 1] == py.STRING
        if not is_docstring and flat.kind[child] != py.FUTURE_IMPORT_STATEMENT:
            return flat.start[child]
    return 0


def _surely_bound_from(view: FileView, group: list[Binding]) -> int:
    """A preorder index from which on the first binding has been passed in the text; -1 for a parameter."""
    for binding in group:
        if binding.kind is BindingKind.PARAMETER:
            return -1
        if binding.kind not in _NOT_LASTING:
            return _bound_from(view, binding)
    return len(view.flat)


_NOT_LASTING = (BindingKind.DELETE, BindingKind.ANNOTATION, BindingKind.EXCEPT)


def _bound_from(view: FileView, binding: Binding) -> int:
    """The preorder index from which on ``binding`` has happened: after an assignment's value, after a definition."""
    flat = view.flat
    kinds, parents = flat.kind, flat.parent
    at = binding.node
    if binding.kind in (BindingKind.FUNCTION, BindingKind.CLASS):
        at = parents[at]
        return at + flat.size[at]
    if binding.kind in (BindingKind.ASSIGNMENT, BindingKind.AUGMENTED):
        while kinds[at] not in (py.ASSIGNMENT, py.AUGMENTED_ASSIGNMENT):
            at = parents[at]
        return at + flat.size[at]
    if binding.kind is BindingKind.LOOP:
        while kinds[at] not in (py.FOR_STATEMENT, py.FOR_IN_CLAUSE):
            at = parents[at]
        right = flat.child_by_field(at, py.FIELD_RIGHT)
        return right + flat.size[right]
    if binding.kind is BindingKind.WALRUS:
        while kinds[parents[at]] not in (py.BLOCK, py.MODULE):
            at = parents[at]
        return at
    return at


def _is_unbound(view: FileView, reference: Reference, scope: Scope) -> bool:
    """Whether no binding of the name in ``scope`` can come before the reference on any path."""
    if view.is_stub or (view.is_dynamic and scope.index == 0) or scope.is_open:
        return False
    flat = view.flat
    kinds, parents, sizes = flat.kind, flat.parent, flat.size
    node = reference.node
    name = reference.name
    if scope.kind is ScopeKind.MODULE and name in _KNOWN:
        return False
    if scope.kind is ScopeKind.CLASS and (
        name in _KNOWN or name in CLASS_NAMES or view.scopes.resolve(name, scope.parent) >= 0
    ):
        return False
    if scope.kind is ScopeKind.CLASS and (_may_prepare_names(view, scope) or view.scopes.scopes[0].is_open):
        return False
    lasting: list[int] = []
    for binding in scope.bindings[name]:
        if binding.kind in (BindingKind.DELETE, BindingKind.ANNOTATION):
            continue
        if not _is_bound_by(view, binding, scope):
            return False
        if binding.kind is BindingKind.EXCEPT:
            clause = next(
                around for around in flat.ancestors(binding.node) if kinds[around] == py.EXCEPT_CLAUSE
            )
            if clause < node < clause + sizes[clause]:
                return False
            continue
        if binding.node < node and not _is_in_value(view, binding, node):
            return False
        if _bound_from(view, binding) <= node:
            return False
        lasting.append(binding.node)
    child = node
    for around in flat.ancestors(node):
        if around == scope.node:
            break
        kind = kinds[around]
        if kind == py.TYPE:
            return False
        loops = kind == py.WHILE_STATEMENT or (
            kind == py.FOR_STATEMENT and flat.field[child] != py.FIELD_RIGHT
        )
        if loops and any(around < bound < around + sizes[around] for bound in lasting):
            return False
        child = around
    return parents[node] >= 0 and not expects_failure(flat, node, _CAUGHT)


def _is_bound_by(view: FileView, binding: Binding, scope: Scope) -> bool:
    """Whether the binding runs with its scope's own statements, not in a function that may run at any time."""
    scopes = view.scopes
    at = scopes.scopes[scopes.scope_of[binding.node]]
    while at.kind is ScopeKind.COMPREHENSION:
        at = scopes.scopes[at.parent]
    return at.index == scope.index


def _is_in_value(view: FileView, binding: Binding, node: int) -> bool:
    """Whether ``node`` is evaluated before the target ``binding`` of the statement that holds both is bound."""
    flat = view.flat
    at = binding.node
    if binding.kind in (BindingKind.FUNCTION, BindingKind.CLASS):
        at = flat.parent[at]
        return node < at + flat.size[at]
    if binding.kind in (BindingKind.ASSIGNMENT, BindingKind.AUGMENTED, BindingKind.LOOP):
        while flat.kind[at] not in (
            py.ASSIGNMENT,
            py.AUGMENTED_ASSIGNMENT,
            py.FOR_STATEMENT,
            py.FOR_IN_CLAUSE,
        ):
            at = flat.parent[at]
        if binding.kind is BindingKind.AUGMENTED and node == binding.node:
            return True
        value = flat.child_by_field(at, py.FIELD_RIGHT)
        while value >= 0 and flat.kind[value] == py.ASSIGNMENT:
            value = flat.child_by_field(value, py.FIELD_RIGHT)
        return 0 <= value <= node < value + flat.size[value]
    return False


def _unbound(view: FileView, reference: Reference, scope: Scope) -> Violation:
    flat = view.flat
    start, end = flat.start[reference.node], flat.end[reference.node]
    evidence = tuple(
        Reason(flat.start[binding.node], flat.end[binding.node], f"`{reference.name}` is bound here")
        for binding in scope.bindings[reference.name][:3]
        if binding.node != reference.node
    )
    names = [
        name
        for name, group in scope.bindings.items()
        if group[0].node < reference.node
        and group[0].kind not in (BindingKind.DELETE, BindingKind.ANNOTATION)
    ]
    near = nearest_names(reference.name, names, _MOST_REPAIRS)
    repairs = tuple(_replace(start, end, name, "GS103") for name in near)
    where = {ScopeKind.MODULE: "the module", ScopeKind.CLASS: "the class body"}.get(
        scope.kind, "the function"
    )
    message = f"`{reference.name}` is local to {where} and nothing binds it before this use"
    return Violation("GS103", start, end, message, repairs, evidence)
