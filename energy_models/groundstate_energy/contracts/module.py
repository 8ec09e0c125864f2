"""What functions may rely on: constants, functions, exception classes and builtins of their module that stay as they are."""

from __future__ import annotations

import builtins
from functools import cached_property

from groundstate_energy.contracts.core import ANY, BOOL, FLOAT, INT, NONE, STR, Type, Unmodelled, union
from groundstate_grammars.python import syntax as py
from groundstate_grammars.python.contracts.clauses import FunctionContracts
from groundstate_grammars.python.contracts.definitions import STAR_EXPORTS, Origins
from groundstate_grammars.python.contracts.expressions import parsed_expression
from groundstate_grammars.python.definitions import is_dynamic
from groundstate_grammars.python.parsed import ParsedFile
from groundstate_grammars.python.scopes import BindingKind, Scope, ScopeKind
from groundstate_grammars.tree import FlatTree

_SCALARS = {"int": INT, "bool": BOOL, "float": FLOAT, "str": STR}
_GENERIC = {
    "list": "list",
    "typing.List": "list",
    "tuple": "tuple",
    "typing.Tuple": "tuple",
    "dict": "dict",
    "typing.Dict": "dict",
    "set": "set",
    "typing.Set": "set",
    "typing.Sequence": "sequence",
    "collections.abc.Sequence": "sequence",
}
_NO_LITERAL = frozenset((py.IDENTIFIER, py.ASSIGNMENT, py.CALL, py.YIELD, py.AWAIT))
_AROUND_TARGETS = frozenset(
    (
        *(py.PATTERN_LIST, py.TUPLE_PATTERN, py.LIST_PATTERN, py.LIST_SPLAT_PATTERN),
        *(py.PARENTHESIZED_EXPRESSION, py.EXPRESSION_LIST, py.TUPLE, py.LIST),
    )
)
_ASSIGNING = frozenset((py.ASSIGNMENT, py.AUGMENTED_ASSIGNMENT, py.FOR_STATEMENT, py.FOR_IN_CLAUSE))
_CONTRACT_DECORATORS = ("icontract.", "deal.", "hypothesis.")

EXCEPTIONS: dict[str, tuple[str, ...]] = {
    name: tuple(base.__name__ for base in value.__mro__[1:-1])
    for name, value in vars(builtins).items()
    if isinstance(value, type) and issubclass(value, BaseException) and value.__name__ == name
}
"""Builtin exception classes, and the classes above each, nearest first."""


class Module:
    """A parsed module with its contracts.

    A name means what its one binding says only if nothing else may bind it: it is bound once, without condition, no
    function declares it global, and the module neither imports with a star nor reaches into namespaces.
    """

    def __init__(self, parsed: ParsedFile, contracts: list[FunctionContracts]) -> None:
        self.flat = parsed.flat
        self.scopes = parsed.scopes
        self.contracts = {item.node: item for item in contracts}
        self.origins = Origins(self.flat)

    @cached_property
    def is_open(self) -> bool:
        """Whether names may come that the text does not show."""
        flat = self.flat
        for node, kind in enumerate(flat.kind):
            if kind == py.WILDCARD_IMPORT:
                source = flat.child_by_field(flat.parent[node], py.FIELD_MODULE_NAME)
                if flat.text(source).decode("utf-8", "replace") not in STAR_EXPORTS:
                    return True
        return is_dynamic(flat)

    @cached_property
    def _redirected(self) -> set[str]:
        """Names that some function declares global."""
        return set().union(*(scope.globals for scope in self.scopes.scopes))

    def is_builtin(self, name: str) -> bool:
        """Whether ``name``, not bound in a function, is Python's own."""
        if self.is_open or not hasattr(builtins, name) or name in self._redirected:
            return False
        if any(name in STAR_EXPORTS.get(star, ()) for star in self.star_imports):
            return False
        return name not in self.scopes.scopes[0].bindings

    @cached_property
    def star_imports(self) -> tuple[str, ...]:
        flat = self.flat
        return tuple(
            flat.text(flat.child_by_field(flat.parent[node], py.FIELD_MODULE_NAME)).decode("utf-8", "replace")
            for node, kind in enumerate(flat.kind)
            if kind == py.WILDCARD_IMPORT
        )

    def _only_binding(self, name: str, kind: BindingKind) -> int:
        """The identifier that alone binds ``name`` at the top level of the module, or -1."""
        group = self.scopes.scopes[0].bindings.get(name, [])
        if len(group) != 1 or group[0].kind is not kind or self.is_open or name in self._redirected:
            return -1
        return group[0].node

    def constant(self, name: str) -> int:
        """The node of the literal that ``name`` is assigned once and for all, or -1."""
        flat = self.flat
        node = self._only_binding(name, BindingKind.ASSIGNMENT)
        if node < 0:
            return -1
        assignment = flat.parent[node]
        if flat.kind[assignment] != py.ASSIGNMENT or flat.field[node] != py.FIELD_LEFT:
            return -1
        statement = flat.parent[assignment]
        if flat.kind[statement] != py.EXPRESSION_STATEMENT or flat.parent[statement] != 0:
            return -1
        value = flat.child_by_field(assignment, py.FIELD_RIGHT)
        if value < 0 or any(kind in _NO_LITERAL for kind in flat.kind[value : value + flat.size[value]]):
            return -1
        return value

    def function(self, name: str) -> int:
        """The definition that ``name`` certainly is, or -1."""
        flat = self.flat
        node = self._only_binding(name, BindingKind.FUNCTION)
        if node < 0:
            return -1
        definition = flat.parent[node]
        around = flat.parent[definition]
        if flat.kind[around] == py.DECORATED_DEFINITION:
            around = flat.parent[around]
        return definition if around == 0 else -1

    @cached_property
    def attribute_stores(self) -> dict[str, list[int]]:
        """The nodes at which an attribute is assigned or deleted, by its name."""
        flat = self.flat
        found: dict[str, list[int]] = {}
        for node in [node for node, kind in enumerate(flat.kind) if kind == py.ATTRIBUTE]:
            inner, above = node, flat.parent[node]
            while flat.kind[above] in _AROUND_TARGETS:
                inner, above = above, flat.parent[above]
            kind = flat.kind[above]
            if kind in (py.AS_PATTERN_TARGET, py.DELETE_STATEMENT) or (
                kind in _ASSIGNING and flat.field[inner] == py.FIELD_LEFT
            ):
                name = flat.text(flat.child_by_field(node, py.FIELD_ATTRIBUTE)).decode("utf-8", "replace")
                found.setdefault(name, []).append(node)
        return found

    @cached_property
    def function_scopes(self) -> dict[int, Scope]:
        """The scope of each function, by its definition."""
        return {scope.node: scope for scope in self.scopes.scopes if scope.kind is ScopeKind.FUNCTION}

    def is_property(self, definition: int) -> bool:
        """Whether a method is read as an attribute; -1 is none."""
        flat = self.flat
        if definition < 0:
            return False
        above = flat.parent[definition]
        return flat.kind[above] == py.DECORATED_DEFINITION and any(
            flat.kind[child] == py.DECORATOR and flat.text(flat.children(child)[1]) == b"property"
            for child in flat.children(above)
        )

    def is_only_class(self, definition: int) -> bool:
        """Whether the class at ``definition`` is certainly what its name means in the module."""
        flat = self.flat
        name = flat.text(flat.child_by_field(definition, py.FIELD_NAME)).decode("utf-8", "replace")
        node = self._only_binding(name, BindingKind.CLASS)
        return node >= 0 and flat.parent[node] == definition

    def has_invariants(self, definition: int) -> bool:
        """Whether a class may have invariants: then its private methods are not told what objects there are."""
        flat = self.flat
        above = flat.parent[definition]
        whole = above if flat.kind[above] == py.DECORATED_DEFINITION else definition
        text = flat.text(whole)
        return b"inv" in text

    def foreign_decorator(self, definition: int) -> int:
        """The first decorator of a function that may change what it does, or -1."""
        flat = self.flat
        around = flat.parent[definition]
        if flat.kind[around] != py.DECORATED_DEFINITION:
            return -1
        for child in flat.children(around):
            if flat.kind[child] != py.DECORATOR:
                continue
            expression = flat.children(child)[1]
            origin = self.origins.of_call(expression) or self.origins.of(expression)
            if origin.startswith(_CONTRACT_DECORATORS):
                continue
            plain = flat.text(expression).decode("utf-8", "replace")
            if plain in ("staticmethod", "property") and self.is_builtin(plain):
                continue
            return child
        return -1

    def exception(self, name: str, deepest: int = 16) -> tuple[str, ...] | None:
        """The classes above an exception class, nearest first; None where ``name`` is not certainly one."""
        if name in EXCEPTIONS and self.is_builtin(name):
            return EXCEPTIONS[name]
        flat = self.flat
        node = self._only_binding(name, BindingKind.CLASS)
        if node < 0 or name in EXCEPTIONS or deepest == 0:
            return None
        definition = flat.parent[node]
        if flat.parent[definition] != 0:
            return None
        listed = flat.child_by_field(definition, py.FIELD_SUPERCLASSES)
        bases = (
            [child for child in flat.children(listed)[1:-1] if flat.kind[child] != py.COMMENT]
            if listed >= 0
            else []
        )
        if len(bases) != 1 or flat.kind[bases[0]] != py.IDENTIFIER:
            return None
        base = flat.text(bases[0]).decode("utf-8", "replace")
        above = self.exception(base, deepest - 1)
        body = flat.child_by_field(definition, py.FIELD_BODY)
        plain = all(
            flat.kind[child] in (py.PASS_STATEMENT, py.COMMENT)
            or (
                flat.kind[child] == py.EXPRESSION_STATEMENT
                and flat.kind[child + 1] in (py.STRING, py.ELLIPSIS)
            )
            for child in flat.children(body)
        )
        return (base, *above) if above is not None and plain else None

    def annotation(self, text: str, at: tuple[int, int]) -> Type:
        """The type that an annotation names; raises ``Unmodelled``."""
        parsed = parsed_expression(text)
        if parsed is None:
            raise Unmodelled(f"annotation `{text}`", at)
        found = self._type(*parsed, depth=0)
        if found is None:
            raise Unmodelled(f"annotation `{text}`", at)
        return found

    def _type(self, flat: FlatTree, node: int, depth: int) -> Type | None:
        kind = flat.kind[node]
        text = flat.text(node).decode("utf-8", "replace")
        if depth > 8:
            return None
        if kind == py.NONE:
            return NONE
        if kind == py.PARENTHESIZED_EXPRESSION:
            return self._type(flat, node + 2, depth + 1)
        if kind == py.STRING:
            inside = parsed_expression(text.strip("'\"")) if text[:1] in "'\"" else None
            return self._type(*inside, depth + 1) if inside else None
        if kind == py.IDENTIFIER or kind == py.ATTRIBUTE:
            origin = self._origin(flat, node)
            if origin in _SCALARS:
                return _SCALARS[origin]
            if origin in ("object", "typing.Any"):
                return ANY
            name = _GENERIC.get(origin)
            if name in ("list", "set", "sequence"):
                return Type(name, (ANY,))
            if name == "dict":
                return Type("dict", (ANY, ANY))
            return Type("tuple*", (ANY,)) if name == "tuple" else None
        if kind == py.BINARY_OPERATOR and flat.text(flat.child_by_field(node, py.FIELD_OPERATOR)) == b"|":
            sides = [
                self._type(flat, flat.child_by_field(node, side), depth + 1)
                for side in (py.FIELD_LEFT, py.FIELD_RIGHT)
            ]
            return union(*(side for side in sides if side is not None)) if None not in sides else None
        if kind != py.SUBSCRIPT:
            return None
        value = flat.child_by_field(node, py.FIELD_VALUE)
        origin = self._origin(flat, value)
        items = [child for child in flat.children(node) if flat.field[child] == py.FIELD_SUBSCRIPT]
        if len(items) == 1 and flat.kind[items[0]] == py.TUPLE:
            items = [child for child in flat.children(items[0])[1:-1] if flat.text(child) != b","]
        if origin == "typing.Annotated" or origin == "typing_extensions.Annotated":
            return self._type(flat, items[0], depth + 1)
        name = _GENERIC.get(origin, origin)
        if name == "tuple" and len(items) == 2 and flat.kind[items[1]] == py.ELLIPSIS:
            element = self._type(flat, items[0], depth + 1)
            return Type("tuple*", (element,)) if element else None
        inner = [self._type(flat, item, depth + 1) for item in items]
        if not inner or None in inner:
            return None
        arguments = tuple(item for item in inner if item is not None)
        if name == "typing.Optional" and len(arguments) == 1:
            return union(arguments[0], NONE)
        if name == "typing.Union":
            return union(*arguments)
        if name in ("list", "set", "sequence") and len(arguments) == 1:
            return Type(name, arguments)
        if name == "tuple" or (name == "dict" and len(arguments) == 2):
            return Type(name, arguments)
        return None

    def _origin(self, flat: FlatTree, node: int) -> str:
        """Where a dotted name comes from; a builtin is its own origin."""
        text = flat.text(node).decode("utf-8", "replace")
        if self.is_builtin(text):
            return text
        head = text.partition(".")[0]
        group = self.scopes.scopes[0].bindings.get(head, [])
        if any(binding.kind is not BindingKind.IMPORT for binding in group) or head in self._redirected:
            return ""
        return self.origins.of(node, flat)
