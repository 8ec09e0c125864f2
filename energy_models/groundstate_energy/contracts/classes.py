"""Classes whose objects are nothing but their fields, so that a method's ``self`` is a variable for each field.

A class is read so only if nothing else can have a say in what ``self.name`` means: it has no base class, no decorator but
``dataclass`` and those of contracts, no method that Python calls for attributes, and its body holds methods and annotated
names only. A field is what a dataclass declares, or what ``__init__`` assigns in a statement of its own; its type is
annotated, or that of a parameter or literal, and then every other assignment to an attribute of its name must be of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from groundstate_energy.contracts.core import BOOL, FLOAT, INT, STR, Range, Type, Unmodelled
from groundstate_energy.contracts.module import Module
from groundstate_grammars.python import syntax as py
from groundstate_grammars.python.scopes import Binding, BindingKind

_HOOKS = frozenset(
    (
        *("__getattr__", "__getattribute__", "__setattr__", "__delattr__", "__new__", "__init_subclass__"),
        *("__post_init__", "__set_name__"),
    )
)
_REACHING = (b"setattr", b"delattr", b"__dict__", b"vars(")
_PLAIN_OPTIONS = frozenset(("frozen", "order", "eq", "repr", "unsafe_hash", "slots"))
_DEFINITIONS = frozenset((py.FUNCTION_DEFINITION, py.CLASS_DEFINITION, py.LAMBDA))
_ARITHMETIC = frozenset(("+", "-", "*", "//", "%"))


@dataclass(frozen=True, slots=True)
class Fields:
    """What an object of a class has.

    Attributes:
        name: of the class. types: of each field, in the order in which they are set.
        constructor: node of ``__init__``, or -1: a dataclass, whose constructor takes the fields in order.
        methods: node of each method that nothing is put in the place of.
        is_frozen: fields are never assigned outside of the constructor.
    """

    name: str
    types: dict[str, Type]
    constructor: int
    methods: dict[str, int]
    is_frozen: bool = False


def fields_of(module: Module, node: int) -> Fields:
    """The fields of the class that is defined at ``node``; raises ``Unmodelled``, saying why it has other attributes."""
    return _Reader(module, node).fields()


class _Reader:
    def __init__(self, module: Module, node: int) -> None:
        self.module = module
        self.flat = module.flat
        self.node = node
        self.name = self.text(self.flat.child_by_field(node, py.FIELD_NAME))
        self.methods: dict[str, int] = {}
        self.declared: dict[str, int] = {}

    def text(self, node: int) -> str:
        return self.flat.text(node).decode("utf-8", "replace")

    def at(self, node: int) -> Range:
        return self.flat.start[node], self.flat.end[node]

    def stop(self, why: str, node: int | None = None) -> Unmodelled:
        return Unmodelled(f"object of `{self.name}` ({why})", self.at(self.node if node is None else node))

    def fields(self) -> Fields:
        flat = self.flat
        if not self.module.is_only_class(self.node):
            raise self.stop("bound more than once, or not at the top level")
        if any(
            flat.text(child) not in (b"(", b")", b",", b"object")
            for child in self._children(flat.child_by_field(self.node, py.FIELD_SUPERCLASSES))
        ):
            raise self.stop("it has a base class")
        if any(word in flat.data for word in _REACHING):
            raise self.stop("the module reaches into objects")
        if any(self._stores("__class__")):
            raise self.stop("the module changes classes of objects")
        self._read_body()
        for name in (*self.methods, *self.declared):
            if name in _HOOKS:
                raise self.stop(f"`{name}`")
        options = self._dataclass_options()
        if options is not None:
            if "__init__" in self.methods:
                raise self.stop("a dataclass with `__init__`")
            types = {name: self._annotation(node) for name, node in self.declared.items()}
            for name in types:
                self._check_stores(name)
            return Fields(self.name, types, -1, self._kept_methods(), "frozen" in options)
        constructor = self.methods.get("__init__", -1)
        if constructor < 0:
            raise self.stop("no `__init__`")
        return Fields(self.name, self._assigned(constructor), constructor, self._kept_methods())

    def _kept_methods(self) -> dict[str, int]:
        return {name: node for name, node in self.methods.items() if not any(self._stores(name))}

    def _children(self, node: int) -> list[int]:
        return self.flat.children(node) if node >= 0 else []

    def _read_body(self) -> None:
        """The methods and the annotated names of the body; anything else is not read."""
        flat = self.flat
        for child in self._children(flat.child_by_field(self.node, py.FIELD_BODY)):
            kind = flat.kind[child]
            if kind in (py.PASS_STATEMENT, py.COMMENT):
                continue
            inner = child + 1
            if kind == py.DECORATED_DEFINITION:
                child = flat.child_by_field(child, py.FIELD_DEFINITION)
                kind = flat.kind[child]
            if kind == py.FUNCTION_DEFINITION:
                name = self.text(flat.child_by_field(child, py.FIELD_NAME))
                if name in self.methods or name in self.declared:
                    raise self.stop(f"two of the name `{name}`", child)
                self.methods[name] = child
                continue
            if kind == py.EXPRESSION_STATEMENT and flat.kind[inner] in (py.STRING, py.ELLIPSIS):
                continue
            if kind == py.EXPRESSION_STATEMENT and flat.kind[inner] == py.ASSIGNMENT:
                left = flat.child_by_field(inner, py.FIELD_LEFT)
                if flat.child_by_field(inner, py.FIELD_TYPE) >= 0 and flat.kind[left] == py.IDENTIFIER:
                    if self.text(left) in self.declared or self.text(left) in self.methods:
                        raise self.stop(f"two of the name `{self.text(left)}`", child)
                    self.declared[self.text(left)] = inner
                    continue
            raise self.stop("a statement in its body", child)

    def _dataclass_options(self) -> frozenset[str] | None:
        """The options that a dataclass switches on; None where it is none."""
        flat = self.flat
        found: frozenset[str] | None = None
        above = flat.parent[self.node]
        for child in flat.children(above) if flat.kind[above] == py.DECORATED_DEFINITION else ():
            if flat.kind[child] != py.DECORATOR:
                continue
            expression = flat.children(child)[1]
            origin = self.module.origins.of_call(expression) or self.module.origins.of(expression)
            if origin.startswith("icontract."):
                continue
            if origin != "dataclasses.dataclass":
                raise self.stop("decorator", child)
            found = frozenset(self._options(expression))
        return found

    def _options(self, decorator: int) -> list[str]:
        flat = self.flat
        on: list[str] = []
        if flat.kind[decorator] != py.CALL:
            return on
        for child in flat.children(flat.child_by_field(decorator, py.FIELD_ARGUMENTS))[1:-1]:
            if flat.kind[child] in (py.COMMENT, py.token(",")):
                continue
            name = self.text(child + 1) if flat.kind[child] == py.KEYWORD_ARGUMENT else ""
            value = flat.kind[flat.child_by_field(child, py.FIELD_VALUE)] if name else -1
            if name not in _PLAIN_OPTIONS or value not in (py.TRUE, py.FALSE):
                raise self.stop("option of a dataclass", child)
            if value == py.TRUE:
                on.append(name)
        return on

    def _annotation(self, assignment: int) -> Type:
        """The type of an annotated field; of a dataclass, the value may only be a default."""
        flat = self.flat
        value = flat.child_by_field(assignment, py.FIELD_RIGHT)
        if value >= 0 and flat.kind[value] == py.CALL:
            arguments = flat.child_by_field(value, py.FIELD_ARGUMENTS)
            if self.module.origins.of_call(value) != "dataclasses.field" or any(
                flat.kind[child] == py.KEYWORD_ARGUMENT
                and flat.text(child + 1) not in (b"default", b"default_factory", b"repr", b"compare")
                for child in flat.children(arguments)
            ):
                raise self.stop("field with options", assignment)
        written = flat.child_by_field(assignment, py.FIELD_TYPE)
        return self.module.annotation(self.text(written), self.at(written))

    # Fields that ``__init__`` assigns

    def _assigned(self, constructor: int) -> dict[str, Type]:
        flat = self.flat
        inside = range(constructor, constructor + flat.size[constructor])
        if any(flat.kind[node] == py.RETURN_STATEMENT for node in inside):
            raise self.stop("`__init__` returns early", constructor)
        found: dict[str, Type] = {}
        inferred: dict[str, None] = {}
        for statement in flat.children(flat.child_by_field(constructor, py.FIELD_BODY)):
            assignment = statement + 1
            if flat.kind[statement] != py.EXPRESSION_STATEMENT or flat.kind[assignment] != py.ASSIGNMENT:
                continue
            left = flat.child_by_field(assignment, py.FIELD_LEFT)
            targets = self._items(left) if flat.kind[left] in (py.PATTERN_LIST, py.TUPLE_PATTERN) else [left]
            for target in targets:
                name = self._field(constructor, target)
                value = self._value(target)
                if name and name not in self.methods and name not in found and value >= 0:
                    inferred.update(self._add_field(constructor, name, value, found))
        while wrong := [name for name in inferred if not self._is_kept(name, found)]:
            for name in wrong:
                del found[name], inferred[name]
        return found

    def _add_field(self, constructor: int, name: str, value: int, found: dict[str, Type]) -> dict[str, None]:
        """What ``__init__`` assigns first to a field says its type, where it or the class does not declare one.

        Returns its name where its type was inferred.
        """
        flat = self.flat
        self._check_stores(name)
        written = flat.child_by_field(flat.parent[value], py.FIELD_TYPE)
        declared = self.declared.get(name, -1)
        if declared >= 0 and written < 0:
            written = flat.child_by_field(declared, py.FIELD_TYPE)
        if written >= 0:
            found[name] = self.module.annotation(self.text(written), self.at(written))
            return {}
        type_ = self._type(constructor, value, found)
        if type_ is None:
            return {}
        found[name] = type_
        return {name: None}

    def _check_stores(self, name: str) -> None:
        """Nothing deletes the field, and nothing is put in its way on the class."""
        flat = self.flat
        for node in self._stores(name):
            owner = flat.child_by_field(node, py.FIELD_OBJECT)
            deleted = any(flat.kind[above] == py.DELETE_STATEMENT for above in flat.ancestors(node))
            if deleted or self.text(owner) == self.name:
                raise self.stop(f"what happens to `{name}`", node)

    def _field(self, method: int, target: int) -> str:
        """The attribute of ``self`` that ``target`` is, or empty."""
        flat = self.flat
        if method < 0 or target < 0 or flat.kind[target] != py.ATTRIBUTE:
            return ""
        owner = flat.child_by_field(target, py.FIELD_OBJECT)
        if flat.kind[owner] != py.IDENTIFIER or self.text(owner) != self._first_parameter(method):
            return ""
        return self.text(flat.child_by_field(target, py.FIELD_ATTRIBUTE))

    def _first_parameter(self, method: int) -> str:
        flat = self.flat
        for child in flat.children(flat.child_by_field(method, py.FIELD_PARAMETERS)):
            if flat.kind[child] == py.IDENTIFIER:
                return self.text(child)
            if flat.kind[child] == py.TYPED_PARAMETER:
                return self.text(child + 1)
        return ""

    def _is_kept(self, name: str, known: dict[str, Type]) -> bool:
        """Whether every assignment to an attribute of this name, anywhere in the module, is of the field's type."""
        flat = self.flat
        for node in self._stores(name):
            above = flat.parent[node]
            method = next((m for m in self.methods.values() if m <= node < m + flat.size[m]), -1)
            value = self._value(node)
            if value < 0 or self._field(method, node) != name:
                return False
            type_ = self._type(method, value, known)
            if flat.kind[above] == py.AUGMENTED_ASSIGNMENT:
                operator = self.text(flat.child_by_field(above, py.FIELD_OPERATOR))[:-1]
                type_ = _combined(operator, known[name], type_)
            if type_ != known[name]:
                return False
        return True

    def _stores(self, name: str) -> Iterator[int]:
        """The nodes of the module at which an attribute of this name, of an object of ours, may be assigned or deleted."""
        for node in self.module.attribute_stores.get(name, ()):
            if not self._is_of_another_class(node):
                yield node

    def _is_of_another_class(self, node: int) -> bool:
        """Whether an attribute is one of ``self`` in a method of a class that is neither ours nor below it."""
        flat = self.flat
        around = [at for at in flat.ancestors(node) if flat.kind[at] in _DEFINITIONS]
        if len(around) < 2 or flat.kind[around[0]] != py.FUNCTION_DEFINITION or around[1] == self.node:
            return False
        if flat.kind[around[1]] != py.CLASS_DEFINITION or not self._field(around[0], node):
            return False
        bindings = self._bindings(around[0], self._first_parameter(around[0]))
        listed = flat.child_by_field(around[1], py.FIELD_SUPERCLASSES)
        return len(bindings) == 1 and (listed < 0 or flat.text(listed) in (b"()", b"(object)"))

    def _value(self, node: int) -> int:
        """What is assigned to the attribute at ``node``, where an assignment says it; else -1."""
        flat = self.flat
        above = flat.parent[node]
        if flat.kind[above] in (py.ASSIGNMENT, py.AUGMENTED_ASSIGNMENT):
            return flat.child_by_field(above, py.FIELD_RIGHT)
        if flat.kind[above] not in (py.PATTERN_LIST, py.TUPLE_PATTERN):
            return -1
        assignment = flat.parent[above]
        if flat.kind[assignment] != py.ASSIGNMENT:
            return -1
        right = flat.child_by_field(assignment, py.FIELD_RIGHT)
        if right < 0 or flat.kind[right] not in (py.EXPRESSION_LIST, py.TUPLE):
            return -1
        targets, given = self._items(above), self._items(right)
        if len(targets) != len(given) or any(flat.kind[item] == py.LIST_SPLAT for item in given):
            return -1
        return given[targets.index(node)]

    def _items(self, node: int) -> list[int]:
        flat = self.flat
        return [
            child
            for child in flat.children(node)
            if flat.kind[child] != py.COMMENT and flat.text(child) not in (b",", b"(", b")")
        ]

    def _type(self, method: int, node: int, known: dict[str, Type]) -> Type | None:
        """The type that an expression of a method certainly has; None where it is not told by its form."""
        flat = self.flat
        kind = flat.kind[node]
        literal = {py.INTEGER: INT, py.FLOAT: FLOAT, py.STRING: STR, py.TRUE: BOOL, py.FALSE: BOOL}.get(kind)
        if literal is not None:
            return literal if kind != py.STRING or flat.text(node)[:1] in (b"'", b'"') else None
        if kind == py.PARENTHESIZED_EXPRESSION:
            return self._type(method, node + 2, known)
        if kind == py.IDENTIFIER:
            return self._parameter(method, self.text(node))
        if kind == py.ATTRIBUTE:
            return known.get(self._field(method, node))
        if kind == py.CONDITIONAL_EXPRESSION:
            sides = [child for child in flat.children(node) if flat.text(child) not in (b"if", b"else")]
            then, otherwise = (self._type(method, sides[place], known) for place in (0, -1))
            return then if then == otherwise else None
        if kind == py.CALL and self.text(node + 1) in ("min", "max", "abs", "len"):
            name = self.text(node + 1)
            given = self._items(flat.child_by_field(node, py.FIELD_ARGUMENTS))
            types = {self._type(method, item, known) for item in given}
            if not self.module.is_builtin(name) or self._bindings(method, name):
                return None
            return INT if name == "len" or types == {INT} else None
        if kind == py.BINARY_OPERATOR:
            left = self._type(method, flat.child_by_field(node, py.FIELD_LEFT), known)
            right = self._type(method, flat.child_by_field(node, py.FIELD_RIGHT), known)
            operator = self.text(flat.child_by_field(node, py.FIELD_OPERATOR))
            return _combined(operator, left, right)
        return None

    def _parameter(self, method: int, name: str) -> Type | None:
        """The annotated type of a parameter that nothing else binds."""
        flat = self.flat
        group = self._bindings(method, name)
        if len(group) != 1 or group[0].kind is not BindingKind.PARAMETER:
            return None
        parameter = flat.parent[group[0].node]
        written = flat.child_by_field(parameter, py.FIELD_TYPE)
        if flat.kind[parameter] not in (py.TYPED_PARAMETER, py.TYPED_DEFAULT_PARAMETER) or written < 0:
            return None
        try:
            type_ = self.module.annotation(self.text(written), self.at(written))
        except Unmodelled:
            return None
        if flat.kind[parameter] == py.TYPED_DEFAULT_PARAMETER:
            default = self._type(method, flat.child_by_field(parameter, py.FIELD_VALUE), {})
            return type_ if default == type_ else None
        return type_

    def _bindings(self, method: int, name: str) -> list[Binding]:
        """What binds a name in a method."""
        scope = self.module.function_scopes.get(method)
        return scope.bindings.get(name, []) if scope is not None else []


def _combined(operator: str, left: Type | None, right: Type | None) -> Type | None:
    """The type of an operation on plain numbers or texts."""
    if left == INT and right == INT and operator in _ARITHMETIC:
        return INT
    if left == STR and right == STR and operator == "+":
        return STR
    if left == FLOAT and right in (FLOAT, INT) and operator in ("+", "-", "*"):
        return FLOAT
    return None
