"""Scopes and bindings of a Python file: one linear pass over its flat tree.

Every node gets the scope in which its names are evaluated. Bindings and references are collected per scope;
``Scopes.resolve`` follows Python's rules (class scopes are invisible from nested functions, comprehensions have a
scope of their own whose first iterable is evaluated outside, ``global`` and ``nonlocal`` redirect, a walrus in a
comprehension binds outside it). A scope into which names may come that the text does not show is ``open``.
"""

from __future__ import annotations

import enum
import unicodedata
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import starmap
from typing import NamedTuple, TypeVar

from groundstate_grammars.python import syntax as py
from groundstate_grammars.tree import FlatTree

_Item = TypeVar("_Item")


class ScopeKind(enum.Enum):
    MODULE = "module"
    CLASS = "class"
    FUNCTION = "function"
    LAMBDA = "lambda"
    COMPREHENSION = "comprehension"
    TYPE_PARAMETERS = "type-parameters"


class BindingKind(enum.Enum):
    PARAMETER = "parameter"
    ASSIGNMENT = "assignment"
    AUGMENTED = "augmented"
    ANNOTATION = "annotation"
    """A bare ``x: int``: declares the name local without binding it."""
    FUNCTION = "function"
    CLASS = "class"
    IMPORT = "import"
    LOOP = "loop"
    WITH = "with"
    EXCEPT = "except"
    WALRUS = "walrus"
    MATCH = "match"
    TYPE_PARAMETER = "type-parameter"
    TYPE_ALIAS = "type-alias"
    DELETE = "delete"
    """``del x``: makes the name local, and unbinds it."""


class Binding(NamedTuple):
    """``node``: preorder index of the identifier that binds."""

    name: str
    kind: BindingKind
    node: int


@dataclass(slots=True)
class Scope:
    """``node``: the definition, lambda, comprehension or module. ``parent``: the scope around, -1 for the module."""

    index: int
    kind: ScopeKind
    node: int
    parent: int
    bindings: dict[str, list[Binding]] = field(default_factory=dict)
    globals: set[str] = field(default_factory=set)
    nonlocals: set[str] = field(default_factory=set)
    is_open: bool = False
    _from: tuple[Scope, int] | None = field(default=None, repr=False, compare=False)
    """The scope of another tree of which this one is a copy so many nodes later, until it is asked for its bindings."""

    @classmethod
    def copied(cls, scope: Scope, by: int) -> Scope:
        """A scope all of whose nodes stand ``by`` nodes later than those of ``scope``."""
        copy = cls.__new__(cls)
        copy.index, copy.kind, copy.node, copy.parent = scope.index, scope.kind, scope.node + by, scope.parent
        copy.globals, copy.nonlocals, copy.is_open = scope.globals, scope.nonlocals, scope.is_open
        source = scope._from
        copy._from = (scope, by) if source is None else (source[0], source[1] + by)
        return copy

    def __getattr__(self, name: str) -> dict[str, list[Binding]]:
        """The bindings of a copy, made when first asked for; by several threads, perhaps."""
        source = self._from if name == "bindings" else None
        if source is not None:
            scope, by = source
            self.bindings = {
                name: [Binding(name, kind, node + by) for name, kind, node in group]
                for name, group in scope.bindings.items()
            }
            self._from = None
        found: dict[str, list[Binding]] = object.__getattribute__(self, name)
        return found


class Reference(NamedTuple):
    """A name that is read; ``node`` is the identifier, ``scope`` the index of the scope it is evaluated in."""

    name: str
    node: int
    scope: int


# Python 3.11 takes nine times as long to find a member of an enumeration as a name of the module.
_CLASS, _TYPE_PARAMETERS = ScopeKind.CLASS, ScopeKind.TYPE_PARAMETERS
_PARAMETER, _ASSIGNMENT, _WALRUS = BindingKind.PARAMETER, BindingKind.ASSIGNMENT, BindingKind.WALRUS

_COMPREHENSIONS = frozenset(
    (py.LIST_COMPREHENSION, py.DICTIONARY_COMPREHENSION, py.SET_COMPREHENSION, py.GENERATOR_EXPRESSION)
)
_PARAMETERS_WITH_MORE = frozenset((py.DEFAULT_PARAMETER, py.TYPED_PARAMETER, py.TYPED_DEFAULT_PARAMETER))
_CHANGES = (
    _COMPREHENSIONS
    | _PARAMETERS_WITH_MORE
    | {
        py.FUNCTION_DEFINITION,
        py.CLASS_DEFINITION,
        py.LAMBDA,
        py.TYPE_ALIAS_STATEMENT,
        py.WILDCARD_IMPORT,
        py.EXEC_STATEMENT,
    }
)
"""Nodes that open a scope, change the scope of what is below them, or make their scope open."""
_READ_IN = frozenset(
    (
        py.ATTRIBUTE,
        py.CALL,
        py.ARGUMENT_LIST,
        py.BINARY_OPERATOR,
        py.SUBSCRIPT,
        py.COMPARISON_OPERATOR,
        py.RETURN_STATEMENT,
        py.IF_STATEMENT,
        py.NOT_OPERATOR,
        py.BOOLEAN_OPERATOR,
        py.INTERPOLATION,
        py.PAIR,
        py.CONDITIONAL_EXPRESSION,
        py.EXPRESSION_STATEMENT,
        py.SLICE,
    )
)
"""An identifier right below one of these is read, unless it is the attribute itself."""
_PATTERNS = frozenset(
    (
        py.PATTERN_LIST,
        py.TUPLE_PATTERN,
        py.LIST_PATTERN,
        py.LIST_SPLAT_PATTERN,
        py.PARENTHESIZED_EXPRESSION,
        py.TUPLE,
        py.LIST,
        py.EXPRESSION_LIST,
        py.LIST_SPLAT,
    )
)
_PARAMETER_LISTS = frozenset((py.PARAMETERS, py.LAMBDA_PARAMETERS))
_IN_PARAMETERS = frozenset(
    (
        py.PARAMETERS,
        py.LAMBDA_PARAMETERS,
        py.DEFAULT_PARAMETER,
        py.TYPED_PARAMETER,
        py.TYPED_DEFAULT_PARAMETER,
        py.LIST_SPLAT_PATTERN,
        py.DICTIONARY_SPLAT_PATTERN,
        py.TUPLE_PATTERN,
    )
)


def _identifier_name(text: bytes) -> str:
    """The name that Python sees: NFKC, so that ``ﬁ`` and ``fi`` are one name."""
    if text.isascii():
        return text.decode("ascii")
    return unicodedata.normalize("NFKC", text.decode("utf-8", "surrogateescape"))


def _node_of(binding: Binding) -> int:
    return binding.node


def _node_of_scope(scope: Scope) -> int:
    return scope.node


def _with(items: list[_Item], first: int, stop: int, new: list[_Item]) -> list[_Item]:
    """A list with ``new`` instead of its items from ``first`` up to ``stop``."""
    items = items.copy()
    items[first:stop] = new
    return items


def _around(scope: Scope, tail: int, by: int) -> Scope:
    """A scope in a tree in which the node ``tail`` in it and all after it stand ``by`` nodes later."""
    bindings = {
        name: group
        if group[-1].node < tail
        else [Binding(name, kind, at + by if at >= tail else at) for name, kind, at in group]
        for name, group in scope.bindings.items()
    }
    return Scope(
        scope.index,
        scope.kind,
        scope.node,
        scope.parent,
        bindings,
        scope.globals,
        scope.nonlocals,
        scope.is_open,
    )


class Scopes:
    """Scopes, bindings and references of one file.

    ``scopes[0]`` is the module. ``scope_of[node]`` is the scope in which the names below ``node`` are evaluated.
    """

    __slots__ = (
        "_binding_nodes",
        "_bound",
        "_read_in",
        "_read_names",
        "_read_nodes",
        "flat",
        "scope_of",
        "scopes",
    )

    def __init__(self, flat: FlatTree) -> None:
        self._begin(flat, [Scope(0, ScopeKind.MODULE, 0, -1)], [-1] * len(flat))
        self.scope_of[0] = 0
        self._collect(0)
        self._settle_nonlocals(self.scopes)

    def _begin(self, flat: FlatTree, scopes: list[Scope], scope_of: list[int]) -> None:
        self.flat = flat
        self.scopes = scopes
        self.scope_of = scope_of
        # Of each reference its name, node and scope; the nodes that bind. Both in text order.
        self._read_names: list[str] = []
        self._read_nodes: list[int] = []
        self._read_in: list[int] = []
        self._bound: list[int] = []
        self._binding_nodes: frozenset[int] | None = None

    @property
    def references(self) -> list[Reference]:
        """All names that are read, in text order."""
        return list(self.references_in(0, None))

    @property
    def binding_nodes(self) -> frozenset[int]:
        """The identifiers that bind."""
        if self._binding_nodes is None:
            self._binding_nodes = frozenset(self._bound)
        return self._binding_nodes

    def binding_nodes_in(self, first: int, stop: int) -> frozenset[int]:
        """Those of them from the node ``first`` up to ``stop``."""
        bound = self._bound
        return frozenset(bound[bisect_left(bound, first) : bisect_left(bound, stop)])

    def after(self, flat: FlatTree, function: int, size: int) -> Scopes:
        """The scopes of a version ``flat`` of the file in which only the body of one function is another.

        Args:
            function: its node in both trees. size: its nodes in the tree of these scopes.
        """
        tail, moved = function + size, flat.size[function] - size
        first, last = (bisect_left(self.scopes, node, key=_node_of_scope) for node in (function, tail))
        if any(scope.globals for scope in self.scopes[first:last]):
            return Scopes(flat)
        new = Scopes.__new__(Scopes)
        new._begin(flat, self.scopes[:first], self.scope_of.copy())
        new.scope_of[function:tail] = [-1] * flat.size[function]
        new.scope_of[function] = self.scope_of[function]
        around = [self.scope_of[function]]
        while self.scopes[around[-1]].parent >= 0:
            around.append(self.scopes[around[-1]].parent)
        # What the function binds around itself is in its head, which is as it was: that goes where nobody looks.
        for index in around:
            at = self.scopes[index]
            new.scopes[index] = Scope(index, at.kind, at.node, at.parent)
        new._collect(function)
        inner = new.scopes[first:]
        new._settle_nonlocals(inner)
        if len(inner) != last - first or any(scope.globals for scope in inner):
            return Scopes(flat)
        new.scopes[last:] = (
            [Scope.copied(at, moved) for at in self.scopes[last:]] if moved else self.scopes[last:]
        )
        for index in around:
            at = self.scopes[index]
            new.scopes[index] = _around(at, tail, moved) if moved else at
        before, behind = (bisect_left(self._read_nodes, node) for node in (function, tail))
        new._read_names = _with(self._read_names, before, behind, new._read_names)
        new._read_in = _with(self._read_in, before, behind, new._read_in)
        new._read_nodes += [node + moved for node in self._read_nodes[behind:]]
        new._read_nodes = _with(self._read_nodes, before, len(self._read_nodes), new._read_nodes)
        before, behind = (bisect_left(self._bound, node) for node in (function, tail))
        new._bound += [node + moved for node in self._bound[behind:]]
        new._bound = _with(self._bound, before, len(self._bound), new._bound)
        return new

    def resolve(self, name: str, scope: int) -> int:
        """Index of the scope whose binding a reference to ``name`` in ``scope`` reads, or -1 when none has one."""
        at = self.scopes[scope]
        first = True
        while True:
            if name in at.globals:
                return 0 if name in self.scopes[0].bindings else -1
            visible = first or at.kind is not _CLASS
            if visible and name in at.bindings and name not in at.nonlocals:
                return at.index
            if at.parent < 0:
                return -1
            first = first and at.kind is _TYPE_PARAMETERS
            at = self.scopes[at.parent]

    def scopes_in(self, first: int, stop: int) -> list[Scope]:
        """The scopes of the nodes from ``first`` up to ``stop``, in text order."""
        start, end = (bisect_left(self.scopes, node, key=_node_of_scope) for node in (first, stop))
        return self.scopes[start:end]

    def references_in(self, first: int, stop: int | None) -> Iterator[Reference]:
        """The references among the nodes from ``first`` up to ``stop``, in text order; None: up to the last."""
        return starmap(Reference, self.reads_in(first, stop))

    def reads_in(self, first: int, stop: int | None) -> Iterator[tuple[str, int, int]]:
        """Name, node and scope of each of these references: to those who look at all of them."""
        nodes = self._read_nodes
        here = slice(bisect_left(nodes, first), None if stop is None else bisect_left(nodes, stop))
        return zip(self._read_names[here], nodes[here], self._read_in[here], strict=True)

    def visible_scopes(self, scope: int) -> list[int]:
        """Indices of the scopes whose names can be read in ``scope``, innermost first."""
        found = [scope]
        at = self.scopes[scope].parent
        while at >= 0:
            if self.scopes[at].kind is not _CLASS:
                found.append(at)
            at = self.scopes[at].parent
        return found

    def _new(self, kind: ScopeKind, node: int, parent: int) -> Scope:
        scope = Scope(len(self.scopes), kind, node, parent)
        self.scopes.append(scope)
        return scope

    def _bind(self, scope: int, name: str, kind: BindingKind, node: int) -> None:
        at = self.scopes[scope]
        if kind is _WALRUS:
            while at.kind is ScopeKind.COMPREHENSION:
                at = self.scopes[at.parent]
        if name in at.globals:
            at = self.scopes[0]
        at.bindings.setdefault(name, []).append(Binding(name, kind, node))
        self._bound.append(node)

    def _read(self, name: str, node: int, scope: int) -> None:
        self._read_names.append(name)
        self._read_nodes.append(node)
        self._read_in.append(scope)

    def _collect(self, first: int) -> None:
        """Collect what is at the node ``first`` and below it."""
        flat = self.flat
        kinds, parents, fields = flat.kind, flat.parent, flat.field
        starts, ends, data = flat.start, flat.end, flat.data
        scope_of = self.scope_of
        read_names, read_nodes, read_in = self._read_names, self._read_nodes, self._read_in
        identifier, attribute, member = py.IDENTIFIER, py.ATTRIBUTE, py.FIELD_ATTRIBUTE
        names: dict[bytes, str] = {}
        stop = first + flat.size[first]
        nodes = zip(kinds[first:stop], parents[first:stop], strict=True)
        for node, (kind, parent) in enumerate(nodes, first):
            scope = scope_of[node]
            if scope < 0:
                scope = scope_of[node] = scope_of[parent]
            if kind == identifier:
                above = kinds[parent]
                if above == attribute and fields[node] == member:
                    continue
                text = data[starts[node] : ends[node]]
                name = names.get(text)
                if name is None:
                    name = names[text] = _identifier_name(text)
                if above in _READ_IN:
                    read_names.append(name)
                    read_nodes.append(node)
                    read_in.append(scope)
                else:
                    self._identifier(node, name, scope)
            elif kind in _CHANGES:
                self._change(node, kind, scope)

    def _change(self, node: int, kind: int, scope: int) -> None:
        """Open the scopes that ``node`` opens, and say which nodes below it are in which."""
        flat, scope_of = self.flat, self.scope_of
        kinds, fields, sizes = flat.kind, flat.field, flat.size
        if kind == py.FUNCTION_DEFINITION:
            outer = scope
            if flat.child_by_field(node, py.FIELD_TYPE_PARAMETERS) >= 0:
                outer = self._new(ScopeKind.TYPE_PARAMETERS, node, scope).index
            inner = self._new(ScopeKind.FUNCTION, node, outer).index
            for child in flat.children(node):
                if fields[child] in (py.FIELD_PARAMETERS, py.FIELD_BODY):
                    scope_of[child] = inner
                elif fields[child] != py.FIELD_NAME:
                    scope_of[child] = outer
        elif kind == py.CLASS_DEFINITION:
            outer = scope
            if flat.child_by_field(node, py.FIELD_TYPE_PARAMETERS) >= 0:
                outer = self._new(ScopeKind.TYPE_PARAMETERS, node, scope).index
            inner = self._new(ScopeKind.CLASS, node, outer).index
            for child in flat.children(node):
                if fields[child] == py.FIELD_BODY:
                    scope_of[child] = inner
                elif fields[child] != py.FIELD_NAME:
                    scope_of[child] = outer
        elif kind == py.LAMBDA:
            if sizes[node] > 1:
                inner = self._new(ScopeKind.LAMBDA, node, scope).index
                for child in flat.children(node):
                    scope_of[child] = inner
        elif kind in _COMPREHENSIONS:
            inner = self._new(ScopeKind.COMPREHENSION, node, scope).index
            first = True
            for child in flat.children(node):
                scope_of[child] = inner
                if first and kinds[child] == py.FOR_IN_CLAUSE:
                    first = False
                    right = flat.child_by_field(child, py.FIELD_RIGHT)
                    while right >= 0 and right < child + sizes[child]:
                        scope_of[right] = scope
                        right += sizes[right]
        elif kind in _PARAMETERS_WITH_MORE:
            outer = self.scopes[scope].parent
            for child in flat.children(node):
                if fields[child] in (py.FIELD_VALUE, py.FIELD_TYPE) and outer >= 0:
                    scope_of[child] = outer
        elif kind == py.TYPE_ALIAS_STATEMENT:
            left = flat.child_by_field(node, py.FIELD_LEFT)
            if left >= 0 and any(kinds[at] == py.TYPE_PARAMETER for at in range(left, left + sizes[left])):
                inner = self._new(ScopeKind.TYPE_PARAMETERS, node, scope).index
                for child in flat.children(node):
                    scope_of[child] = inner
        else:
            self.scopes[scope].is_open = True

    def _settle_nonlocals(self, scopes: Iterable[Scope]) -> None:
        """Move what ``nonlocal`` names bind to the function that owns them, which may bind them later in the text."""
        for scope in scopes:
            for name in scope.nonlocals & scope.bindings.keys():
                target = self.resolve(name, scope.parent)
                if target > 0:
                    group = self.scopes[target].bindings[name]
                    group.extend(scope.bindings.pop(name))
                    group.sort(key=_node_of)

    def _identifier(self, node: int, name: str, scope: int) -> None:
        """Classify one identifier that is not known to be read as a binding, a reference, both or neither."""
        flat = self.flat
        kinds, parents, fields = flat.kind, flat.parent, flat.field
        parent = parents[node]
        above = kinds[parent]
        field = fields[node]
        if above == py.KEYWORD_ARGUMENT:
            if field != py.FIELD_NAME:
                self._read(name, node, scope)
            return
        if above == py.FUNCTION_DEFINITION and field == py.FIELD_NAME:
            self._bind(scope, name, BindingKind.FUNCTION, node)
            return
        if above == py.CLASS_DEFINITION and field == py.FIELD_NAME:
            self._bind(scope, name, BindingKind.CLASS, node)
            return
        if above == py.NAMED_EXPRESSION and field == py.FIELD_NAME:
            self._bind(scope, name, BindingKind.WALRUS, node)
            return
        if above == py.DOTTED_NAME:
            self._dotted(node, name, scope, parent)
            return
        if above == py.ALIASED_IMPORT:
            if field == py.FIELD_ALIAS:
                self._bind(scope, name, BindingKind.IMPORT, node)
            return
        if above == py.GLOBAL_STATEMENT:
            self.scopes[scope].globals.add(name)
            return
        if above == py.NONLOCAL_STATEMENT:
            self.scopes[scope].nonlocals.add(name)
            return
        if above in _IN_PARAMETERS and self._is_parameter(node):
            self._bind(scope, name, _PARAMETER, node)
            return
        if above == py.KEYWORD_PATTERN:
            return
        if above in (py.SPLAT_PATTERN, py.CASE_PATTERN):
            self._bind(scope, name, BindingKind.MATCH, node)
            return
        if above == py.AS_PATTERN and kinds[parents[parent]] == py.CASE_PATTERN:
            self._bind(scope, name, BindingKind.MATCH, node)
            return
        target = node
        outer = parent
        while kinds[outer] in _PATTERNS:
            target = outer
            outer = parents[outer]
        context = kinds[outer]
        field = fields[target]
        if context == py.ASSIGNMENT and field == py.FIELD_LEFT:
            bare = flat.child_by_field(outer, py.FIELD_RIGHT) < 0
            self._bind(scope, name, BindingKind.ANNOTATION if bare else _ASSIGNMENT, node)
        elif context == py.AUGMENTED_ASSIGNMENT and field == py.FIELD_LEFT:
            self._bind(scope, name, BindingKind.AUGMENTED, node)
            self._read(name, node, scope)
        elif context in (py.FOR_STATEMENT, py.FOR_IN_CLAUSE) and field == py.FIELD_LEFT:
            self._bind(scope, name, BindingKind.LOOP, node)
        elif context == py.AS_PATTERN_TARGET:
            item = parents[parents[outer]] if parents[outer] >= 0 else -1
            kind = BindingKind.EXCEPT if item >= 0 and kinds[item] == py.EXCEPT_CLAUSE else BindingKind.WITH
            self._bind(scope, name, kind, node)
        elif context == py.DELETE_STATEMENT:
            self._bind(scope, name, BindingKind.DELETE, node)
            self._read(name, node, scope)
        elif self._is_type_parameter(node):
            self._bind_type(node, name, scope)
        else:
            self._read(name, node, scope)

    def _dotted(self, node: int, name: str, scope: int, dotted: int) -> None:
        """A part of ``a.b.c``: in an import, a case pattern, or a decorator of old grammars."""
        flat = self.flat
        outer = flat.parent[dotted]
        context = flat.kind[outer]
        first = node == dotted + 1
        if context == py.IMPORT_STATEMENT:
            if first:
                self._bind(scope, name, BindingKind.IMPORT, node)
        elif context in (py.IMPORT_FROM_STATEMENT, py.FUTURE_IMPORT_STATEMENT):
            if flat.field[dotted] == py.FIELD_NAME:
                self._bind(scope, name, BindingKind.IMPORT, node)
        elif context in (py.ALIASED_IMPORT, py.RELATIVE_IMPORT):
            return
        elif context in (py.CASE_PATTERN, py.KEYWORD_PATTERN) and flat.size[dotted] == 2:
            if name != "_":
                self._bind(scope, name, BindingKind.MATCH, node)
        elif first:
            self._read(name, node, scope)

    def _is_parameter(self, node: int) -> bool:
        """Whether the identifier names a parameter (not a default value or an annotation)."""
        flat = self.flat
        at = node
        while True:
            parent = flat.parent[at]
            kind = flat.kind[parent]
            if kind in _PARAMETER_LISTS:
                return True
            if kind not in _IN_PARAMETERS or flat.field[at] in (py.FIELD_VALUE, py.FIELD_TYPE):
                return False
            at = parent

    def _bind_type(self, node: int, name: str, scope: int) -> None:
        """Bind a type parameter, or the name of a type alias: that belongs to the scope around its parameters."""
        flat = self.flat
        at = node
        while flat.parent[at] >= 0 and flat.kind[at] not in (py.TYPE_PARAMETER, py.TYPE_ALIAS_STATEMENT):
            at = flat.parent[at]
        if flat.kind[at] != py.TYPE_ALIAS_STATEMENT:
            self._bind(scope, name, BindingKind.TYPE_PARAMETER, node)
            return
        inner = self.scopes[scope]
        if inner.kind is ScopeKind.TYPE_PARAMETERS and inner.node == at:
            scope = inner.parent
        self._bind(scope, name, BindingKind.TYPE_ALIAS, node)

    def _is_type_parameter(self, node: int) -> bool:
        """Whether it is the ``T`` of ``def f[T]``, ``class C[T]`` or ``type A[T] = …``, or the ``A`` of the last."""
        flat = self.flat
        at = node
        while True:
            parent = flat.parent[at]
            kind = flat.kind[parent]
            if kind == py.TYPE_PARAMETER:
                outer = flat.parent[parent]
                if flat.kind[outer] in (py.FUNCTION_DEFINITION, py.CLASS_DEFINITION):
                    return True
                if flat.kind[outer] == py.GENERIC_TYPE:
                    statement = flat.parent[flat.parent[outer]]
                    return (
                        flat.kind[statement] == py.TYPE_ALIAS_STATEMENT
                        and flat.field[flat.parent[outer]] == py.FIELD_LEFT
                    )
                return False
            if kind in (py.CONSTRAINED_TYPE, py.SPLAT_TYPE):
                if at != parent + 1 and kind == py.CONSTRAINED_TYPE:
                    return False
            elif kind == py.TYPE_ALIAS_STATEMENT:
                return flat.field[at] == py.FIELD_LEFT
            elif kind == py.GENERIC_TYPE:
                if at != parent + 1:
                    return False
            elif kind != py.TYPE:
                return False
            at = parent
