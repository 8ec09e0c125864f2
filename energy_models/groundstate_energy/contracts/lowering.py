"""Tree-sitter functions to the core, or ``Unmodelled`` with the construct and where it stands."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from groundstate_energy.contracts import core
from groundstate_energy.contracts.classes import Fields, fields_of
from groundstate_energy.contracts.core import Range, Type, Unmodelled
from groundstate_energy.contracts.module import Module
from groundstate_grammars.python import syntax as py
from groundstate_grammars.python.contracts import clauses as source
from groundstate_grammars.python.contracts.clauses import ClauseKind, FunctionContracts, Syntax
from groundstate_grammars.python.contracts.expressions import parsed_expression
from groundstate_grammars.python.scopes import BindingKind, Scope, ScopeKind
from groundstate_grammars.tree import FlatTree

_DEEPEST = 60
"""Levels of nesting that are lowered; what is deeper is unmodelled."""

BUILTINS = frozenset(
    [
        "abs",
        "all",
        "any",
        "bool",
        "chr",
        "dict",
        "divmod",
        "enumerate",
        "float",
        "int",
        "isinstance",
        "len",
        "list",
        "max",
        "min",
        "ord",
        "pow",
        "print",
        "range",
        "repr",
        "reversed",
        "round",
        "set",
        "sorted",
        "str",
        "sum",
        "tuple",
        "zip",
    ]
)
CONSUMERS = frozenset(["all", "any", "sum", "min", "max", "sorted", "list", "tuple", "set"])
METHODS = frozenset(
    [
        "append",
        "pop",
        "extend",
        "insert",
        "remove",
        "index",
        "count",
        "sort",
        "reverse",
        "copy",
        "clear",
        "get",
        "items",
        "keys",
        "values",
        "setdefault",
        "update",
        "add",
        "discard",
        "union",
        "intersection",
        "difference",
        "issubset",
        "issuperset",
        "isdisjoint",
        "startswith",
        "endswith",
        "find",
        "rfind",
        "lower",
        "upper",
        "strip",
        "lstrip",
        "rstrip",
        "split",
        "join",
        "replace",
        "isdigit",
        "isalpha",
        "isalnum",
        "isspace",
        "isupper",
        "islower",
        "isidentifier",
        "isdecimal",
        "isnumeric",
        "title",
        "capitalize",
        "swapcase",
        "partition",
        "rpartition",
        "removeprefix",
        "removesuffix",
        "splitlines",
        "bit_length",
        "is_integer",
        "casefold",
        "rindex",
    ]
)
_KEYS = frozenset(["abs", "len", "int", "str", "bool"])
_TYPES = frozenset(["int", "bool", "float", "str", "list", "tuple", "dict", "set"])
_BINARY = frozenset(["+", "-", "*", "/", "//", "%", "**", "&", "|", "^", "<<", ">>"])
_COMMENTS = frozenset((py.COMMENT, py.LINE_CONTINUATION, py.token(";")))
_COMPREHENSIONS = {
    py.LIST_COMPREHENSION: "list",
    py.SET_COMPREHENSION: "set",
    py.DICTIONARY_COMPREHENSION: "dict",
    py.GENERATOR_EXPRESSION: "generator",
}


def passed(name: str) -> str:
    """The variable that holds the argument ``name`` as it was passed."""
    return name + "@"


def field_name(attribute: str) -> str:
    """The variable that holds an attribute of the object whose method is lowered."""
    return f"self.{attribute}"


RESULT = "@result"
OLD = "@old."

_PLAIN_BINDINGS = frozenset(
    (
        BindingKind.PARAMETER,
        BindingKind.ASSIGNMENT,
        BindingKind.AUGMENTED,
        BindingKind.ANNOTATION,
        BindingKind.LOOP,
        BindingKind.WALRUS,
        BindingKind.MATCH,
    )
)


class Programs:
    """Lowers the functions of one module; each at most once."""

    def __init__(self, module: Module) -> None:
        self.module = module
        self._functions: dict[int, core.Function | Unmodelled] = {}
        self._under_way: set[int] = set()
        self.exceptions: dict[str, tuple[str, ...]] = {}
        self._classes: dict[int, Fields | Unmodelled] = {}
        self._methods: dict[str, core.Function] = {}

    def fields(self, definition: int) -> Fields:
        """What objects of the class at ``definition`` have; raises ``Unmodelled``."""
        found = self._classes.get(definition)
        if found is None:
            try:
                found = fields_of(self.module, definition)
            except Unmodelled as reason:
                found = reason
            self._classes[definition] = found
        if isinstance(found, Unmodelled):
            raise found
        return found

    def method(self, fields: Fields, name: str, at: Range) -> core.Function:
        """A method that may be called on an object by another of its methods; raises ``Unmodelled``.

        It changes no field, so that nothing has to be known of the object but its fields.
        """
        known = f"{fields.name}.{name}"
        if known not in self._methods:
            definition = fields.methods[name]
            if definition in self._under_way:
                raise Unmodelled("recursion of a method", at)
            try:
                lowered = self.function(definition)
            except Unmodelled as reason:
                raise Unmodelled(f"call of `{name}` ({reason.construct})", at) from reason
            if any(item.startswith(field_name("")) for item in core.assigned_in(lowered.body)):
                raise Unmodelled(f"call of `{name}`, which assigns fields", at)
            contracts = self.module.contracts.get(definition)
            if contracts is not None and any(
                clause.kind is ClauseKind.INVARIANT for clause in contracts.clauses
            ):
                raise Unmodelled(f"call of `{name}`, of a class with invariants", at)
            self._methods[known] = replace(lowered, name=known)
        return self._methods[known]

    def constructor(self, fields: Fields) -> core.Function:
        """The function whose variables ``self.name`` are the fields of a new object; raises ``Unmodelled``."""
        name = f"{fields.name}()"
        if fields.constructor >= 0:
            return replace(self.function(fields.constructor), name=name)
        parameters = tuple(core.Parameter(field, type_) for field, type_ in fields.types.items())
        body = tuple(core.Assign((core.Name(field_name(field)),), core.Name(field)) for field in fields.types)
        return core.Function(name, parameters, core.NONE, body)

    def function(self, definition: int) -> core.Function:
        """A function with its contract; raises ``Unmodelled``."""
        found = self._functions.get(definition)
        if found is None:
            self._under_way.add(definition)
            try:
                found = _Function(self, definition).lowered()
            except Unmodelled as reason:
                found = reason
            self._under_way.discard(definition)
            self._functions[definition] = found
        if isinstance(found, Unmodelled):
            raise found
        return found

    def program(self, definition: int) -> core.Program:
        """A function with all that it calls; raises ``Unmodelled``."""
        main = self.function(definition)
        if self.module.function(main.name) != definition:
            main = replace(main, name=f"{main.name}()")  # a call by this name is a call of another function
        return self.with_callees(main)

    def with_callees(self, main: core.Function) -> core.Program:
        """The same, of a function that was lowered already."""
        functions = {main.name: main}
        pending: list[core.Function] = [main]
        for owner in self._owners(main):
            made = self.constructor(owner)
            functions[made.name] = made
            pending.append(made)
        while pending:
            for node in core.walk(pending.pop()):
                if isinstance(node, core.Call) and node.function not in functions:
                    called = self._methods.get(node.function)
                    if called is None:
                        called = self.function(self.module.function(node.function))
                    functions[node.function] = called
                    pending.append(called)
        return core.Program(main.name, functions, dict(self.exceptions))

    def _owners(self, function: core.Function) -> list[Fields]:
        """The class of the object that a method speaks of."""
        if function.receiver is None:
            return []
        known = (item for item in self._classes.values() if isinstance(item, Fields))
        return [item for item in known if item.name == function.receiver.owner]

    def check_callee(self, name: str, at: Range) -> int:
        """The definition of a function that may be called by ``name``; raises ``Unmodelled``."""
        definition = self.module.function(name)
        if definition < 0:
            raise Unmodelled(f"call of `{name}`", at)
        if definition not in self._under_way:
            try:
                self.function(definition)
            except Unmodelled as reason:
                raise Unmodelled(f"call of `{name}` ({reason.construct})", at) from reason
        return definition

    def exception(self, name: str, at: Range) -> str:
        above = self.module.exception(name)
        if above is None:
            raise Unmodelled(f"exception class `{name}`", at)
        self.exceptions[name] = above
        return name


@dataclass(slots=True)
class _Owner:
    """The object of the method that is lowered: what it has, which of it was spoken of, and what is set by now.

    ``set_``: None where all is; in ``__init__`` the fields that were assigned so far.
    """

    fields: Fields
    used: dict[str, None]
    set_: set[str] | None


class _Expressions:
    """Lowers expressions of one tree.

    Args:
        names: what the names that are bound around the expression are called in the core.
        fixed: the range that stands for all of a detached expression.
    """

    def __init__(
        self, programs: Programs, flat: FlatTree, names: dict[str, str], fixed: Range | None = None
    ) -> None:
        self.programs = programs
        self.module = programs.module
        self.flat = flat
        self.names = names
        self.fixed = fixed
        self.old = ""
        self.opaque: dict[str, str] = {}
        self.depth = 0
        self.renamed = 0
        self.owner: _Owner | None = None
        self.receivers: set[str] = set()

    def text(self, node: int) -> str:
        return self.flat.text(node).decode("utf-8", "surrogateescape")

    def at(self, node: int) -> Range:
        offset = 1 if self.fixed else 0  # the parenthesis that parsed_expression adds
        return self.flat.start[node] - offset, self.flat.end[node] - offset

    def unmodelled(self, construct: str, node: int) -> Unmodelled:
        return Unmodelled(construct, self.fixed or self.at(node))

    def inside(self, node: int) -> list[int]:
        """Children without comments and punctuation."""
        flat = self.flat
        return [
            child
            for child in flat.children(node)
            if flat.kind[child] not in _COMMENTS
            and flat.text(child) not in (b",", b"(", b")", b"[", b"]", b"{", b"}", b":")
        ]

    def field(self, node: int, field: int) -> int:
        child = self.flat.child_by_field(node, field)
        if child < 0:
            raise self.unmodelled("syntax", node)
        return child

    def expression(self, node: int) -> core.Expression:
        self.depth += 1
        try:
            if self.depth > _DEEPEST:
                raise self.unmodelled("deep nesting", node)
            return self._expression(node)
        finally:
            self.depth -= 1

    def _expression(self, node: int) -> core.Expression:
        flat = self.flat
        kind = flat.kind[node]
        at = self.at(node)
        if kind == py.IDENTIFIER:
            return self.name(node)
        if kind in (py.INTEGER, py.FLOAT):
            try:
                value = ast.literal_eval(self.text(node))
            except (SyntaxError, ValueError) as error:
                raise self.unmodelled("number", node) from error
            if isinstance(value, int | float):
                return core.Const(value, at)
            raise self.unmodelled("complex number", node)
        if kind == py.TRUE:
            return core.Const(True, at)
        if kind == py.FALSE:
            return core.Const(False, at)
        if kind == py.NONE:
            return core.Const(None, at)
        if kind in (py.STRING, py.CONCATENATED_STRING):
            return self.string(node)
        if kind == py.PARENTHESIZED_EXPRESSION:
            inside = self.inside(node)
            if len(inside) != 1:
                raise self.unmodelled("syntax", node)
            return self.expression(inside[0])
        if kind == py.UNARY_OPERATOR:
            operator = self.text(self.field(node, py.FIELD_OPERATOR))
            return core.Unary(operator, self.expression(self.field(node, py.FIELD_ARGUMENT)), at)
        if kind == py.NOT_OPERATOR:
            return core.Unary("not", self.expression(self.field(node, py.FIELD_ARGUMENT)), at)
        if kind == py.BINARY_OPERATOR:
            operator = self.text(self.field(node, py.FIELD_OPERATOR))
            if operator not in _BINARY:
                raise self.unmodelled(f"operator `{operator}`", node)
            left = self.expression(self.field(node, py.FIELD_LEFT))
            return core.Binary(operator, left, self.expression(self.field(node, py.FIELD_RIGHT)), at)
        if kind == py.BOOLEAN_OPERATOR:
            operator = self.text(self.field(node, py.FIELD_OPERATOR))
            left = self.expression(self.field(node, py.FIELD_LEFT))
            right = self.expression(self.field(node, py.FIELD_RIGHT))
            first = left.operands if isinstance(left, core.Logical) and left.operator == operator else (left,)
            return core.Logical(operator, (*first, right), at)
        if kind == py.COMPARISON_OPERATOR:
            return self.comparison(node)
        if kind == py.CONDITIONAL_EXPRESSION:
            inside = [child for child in self.inside(node) if flat.text(child) not in (b"if", b"else")]
            if len(inside) != 3:
                raise self.unmodelled("syntax", node)
            then, condition, otherwise = map(self.expression, inside)
            return core.Conditional(condition, then, otherwise, at)
        if kind in (py.TUPLE, py.EXPRESSION_LIST, py.LIST, py.SET):
            items = tuple(self.expression(child) for child in self.inside(node))
            return core.Display({py.LIST: "list", py.SET: "set"}.get(kind, "tuple"), items, at)
        if kind == py.DICTIONARY:
            pairs = self.inside(node)
            if any(flat.kind[pair] != py.PAIR for pair in pairs):
                raise self.unmodelled("`**` in a dictionary", node)
            parts = [
                self.expression(self.field(pair, side))
                for pair in pairs
                for side in (py.FIELD_KEY, py.FIELD_VALUE)
            ]
            return core.Display("dict", tuple(parts), at)
        if kind == py.SUBSCRIPT:
            return self.subscript(node)
        if kind == py.CALL:
            return self.call(node)
        if kind in (py.LIST_COMPREHENSION, py.SET_COMPREHENSION, py.DICTIONARY_COMPREHENSION):
            return self.comprehension(node)
        if kind == py.NAMED_EXPRESSION:
            if self.fixed or self.depth_in_comprehension:
                raise self.unmodelled("assignment expression", node)
            name = self.names.get(self.text(self.field(node, py.FIELD_NAME)))
            if name is None:
                raise self.unmodelled("assignment expression", node)
            return core.Walrus(name, self.expression(self.field(node, py.FIELD_VALUE)), at)
        if kind == py.ATTRIBUTE:
            return self.attribute(node)
        if kind == py.LAMBDA:
            raise self.unmodelled("lambda", node)
        if kind == py.GENERATOR_EXPRESSION:
            raise self.unmodelled("generator as a value", node)
        if kind == py.AWAIT:
            raise self.unmodelled("await", node)
        if kind == py.YIELD:
            raise self.unmodelled("yield", node)
        raise self.unmodelled(f"`{self.text(node)[:40]}`", node)

    depth_in_comprehension = 0

    def name(self, node: int) -> core.Expression:
        name = self.text(node)
        if not name.isascii():
            raise self.unmodelled("name that is not ASCII", node)
        known = self.names.get(name)
        if known is not None:
            return core.Name(known, self.at(node))
        if name in self.opaque:
            raise self.unmodelled(self.opaque[name], node)
        value = self.module.constant(name)
        if value >= 0:
            constant = _constant(_Expressions(self.programs, self.module.flat, {}), value)
            if constant is not None:
                return core.Const(constant.value, self.at(node))
        raise self.unmodelled(f"name `{name}`", node)

    def attribute(self, node: int) -> core.Expression:
        flat = self.flat
        owner = self.field(node, py.FIELD_OBJECT)
        attribute = self.text(self.field(node, py.FIELD_ATTRIBUTE))
        if self.old and flat.kind[owner] == py.IDENTIFIER and self.text(owner) == self.old:
            return core.Name(f"{OLD}{attribute}", self.at(node))
        if self.owner is not None and self.is_receiver(owner):
            if self.owner.set_ is None and self.module.is_property(
                self.owner.fields.methods.get(attribute, -1)
            ):
                return self.own_call(attribute, node, [], [])
            if self.owner.set_ is not None and attribute not in self.owner.set_:
                raise self.unmodelled(f"attribute `{attribute}` before it is set", node)
            return self.own_field(attribute, node)
        if flat.kind[owner] == py.IDENTIFIER and self.text(owner) in self.opaque:
            raise self.unmodelled(self.opaque[self.text(owner)], owner)
        raise self.unmodelled(f"attribute `{attribute}`", node)

    def own_call(
        self, name: str, node: int, positional: list[int], keywords: list[tuple[str, int]]
    ) -> core.Expression:
        """A call of another method of the object."""
        assert self.owner is not None
        fields = self.owner.fields
        if name not in fields.methods or self.owner.set_ is not None:
            raise self.unmodelled(f"call of `{name}`", node)
        at = self.fixed or self.at(node)
        method = self.programs.method(fields, name, at)
        first = method.parameters[0].type if method.parameters else None
        own: list[core.Expression | None] = []
        if first is not None and first.name == "self":
            own.append(core.Const(None, at))
        given = self.bound(fields.methods[name], node, positional, keywords, len(own))
        for taken in method.receiver.fields if method.receiver is not None else ():
            own.append(self.own_field(taken.removeprefix(field_name("")), node))
        return core.Call(method.name, (*own, *given), at)

    def is_receiver(self, node: int) -> bool:
        """Whether an expression is the object of the method."""
        return (
            self.flat.kind[node] == py.IDENTIFIER
            and self.text(node) in self.receivers
            and self.text(node) not in self.names
        )

    def own_field(self, attribute: str, node: int) -> core.Name:
        """The variable of an attribute of the method's object."""
        assert self.owner is not None
        if attribute not in self.owner.fields.types:
            raise self.unmodelled(f"attribute `{attribute}`", node)
        self.owner.used[attribute] = None
        return core.Name(field_name(attribute), self.at(node))

    def string(self, node: int) -> core.Expression:
        flat = self.flat
        at = self.at(node)
        if flat.kind[node] == py.CONCATENATED_STRING:
            parts = [self.string(child) for child in self.inside(node)]
            if all(isinstance(part, core.Const) for part in parts):
                return core.Const(
                    "".join(str(part.value) for part in parts if isinstance(part, core.Const)), at
                )
            return core.Formatted(tuple(parts), at)
        children = flat.children(node)
        prefix = flat.text(children[0]).rstrip(b"'\"").lower()
        if b"b" in prefix:
            raise self.unmodelled("bytes", node)
        if b"f" not in prefix and b"t" not in prefix:
            try:
                value = ast.literal_eval(self.text(node))
            except (SyntaxError, ValueError) as error:
                raise self.unmodelled("string", node) from error
            if not isinstance(value, str):
                raise self.unmodelled("string", node)
            return core.Const(value, at)
        if prefix != b"f":
            raise self.unmodelled("string template", node)
        found: list[core.Expression] = []
        for child in children[1:-1]:
            if flat.kind[child] == py.STRING_CONTENT:
                text = self.text(child)
                if any(mark in text for mark in "\\{}"):
                    raise self.unmodelled("escape in an f-string", child)
                found.append(core.Const(text, self.at(child)))
                continue
            inside = self.inside(child)
            if flat.kind[child] != py.INTERPOLATION or len(inside) != 1 or b"=}" in flat.text(child):
                raise self.unmodelled("format specification", child)
            found.append(self.expression(inside[0]))
        return core.Formatted(tuple(found), at)

    def comparison(self, node: int) -> core.Expression:
        flat = self.flat
        operands: list[core.Expression] = []
        operators: list[str] = []
        for child in flat.children(node):
            if flat.kind[child] in _COMMENTS:
                continue
            if flat.field[child] == py.FIELD_OPERATORS:
                operators.append(" ".join(self.text(child).split()))
            else:
                operands.append(self.expression(child))
        known = ("<", "<=", ">", ">=", "==", "!=", "in", "not in", "is", "is not")
        if len(operands) != len(operators) + 1 or any(operator not in known for operator in operators):
            raise self.unmodelled("comparison", node)
        return core.Compare(operands[0], tuple(zip(operators, operands[1:], strict=True)), self.at(node))

    def subscript(self, node: int) -> core.Expression:
        flat = self.flat
        value = self.expression(self.field(node, py.FIELD_VALUE))
        indices = [child for child in flat.children(node) if flat.field[child] == py.FIELD_SUBSCRIPT]
        if len(indices) != 1 or flat.text(flat.children(node)[-2]) == b",":
            raise self.unmodelled("subscript by a tuple", node)
        index = indices[0]
        if flat.kind[index] != py.SLICE:
            return core.Subscript(value, self.expression(index), self.at(node))
        bounds: list[core.Expression | None] = [None, None, None]
        position = 0
        for child in flat.children(index):
            if flat.kind[child] in _COMMENTS:
                continue
            if flat.text(child) == b":":
                position += 1
            else:
                bounds[position] = self.expression(child)
        return core.Slice(value, bounds[0], bounds[1], bounds[2], self.at(node))

    def arguments(self, node: int) -> tuple[list[int], list[tuple[str, int]]]:
        """Positional and keyword arguments of a call, as nodes."""
        flat = self.flat
        listed = self.field(node, py.FIELD_ARGUMENTS)
        if flat.kind[listed] == py.GENERATOR_EXPRESSION:
            return [listed], []
        positional: list[int] = []
        keywords: list[tuple[str, int]] = []
        for child in self.inside(listed):
            kind = flat.kind[child]
            if kind in (py.LIST_SPLAT, py.DICTIONARY_SPLAT):
                raise self.unmodelled("argument with a star", child)
            if kind == py.KEYWORD_ARGUMENT:
                name = self.text(self.field(child, py.FIELD_NAME))
                keywords.append((name, self.field(child, py.FIELD_VALUE)))
            else:
                positional.append(child)
        return positional, keywords

    def call(self, node: int) -> core.Expression:
        flat = self.flat
        callee = self.field(node, py.FIELD_FUNCTION)
        positional, keywords = self.arguments(node)
        at = self.at(node)
        if flat.kind[callee] == py.ATTRIBUTE:
            name = self.text(self.field(callee, py.FIELD_ATTRIBUTE))
            owner = self.field(callee, py.FIELD_OBJECT)
            if self.owner is not None and self.is_receiver(owner):
                if not self.module.is_property(self.owner.fields.methods.get(name, -1)):
                    return self.own_call(name, node, positional, keywords)
            if flat.kind[owner] == py.IDENTIFIER and self.text(owner) not in self.names:
                if self.module.constant(self.text(owner)) < 0:
                    raise self.unmodelled(f"call of `{self.text(callee)}`", node)
            if name not in METHODS or keywords:
                raise self.unmodelled(f"call of method `{name}`", node)
            receiver = self.expression(owner)
            if (
                name == "join"
                and len(positional) == 1
                and flat.kind[positional[0]] == py.GENERATOR_EXPRESSION
            ):
                return core.Method(name, receiver, (self.comprehension(positional[0], "list"),), at)
            return core.Method(name, receiver, tuple(map(self.expression, positional)), at)
        if flat.kind[callee] != py.IDENTIFIER:
            raise self.unmodelled("call of an expression", node)
        name = self.text(callee)
        if name in self.names or name in self.opaque:
            raise self.unmodelled(f"call of `{name}`", node)
        if self.module.is_builtin(name):
            return self.builtin(node, name, positional, keywords)
        definition = self.programs.check_callee(name, self.fixed or at)
        return core.Call(name, self.bound(definition, node, positional, keywords), at)

    def builtin(
        self, node: int, name: str, positional: list[int], keywords: list[tuple[str, int]]
    ) -> core.Expression:
        flat = self.flat
        at = self.at(node)
        if name not in BUILTINS:
            raise self.unmodelled(f"call of `{name}`", node)
        if name == "isinstance":
            return self.isinstance(node, positional)
        allowed = {
            "sorted": ("reverse", "key"),
            "max": ("default", "key"),
            "min": ("default", "key"),
            "enumerate": ("start",),
            "sum": ("start",),
        }
        for keyword, _ in keywords:
            if keyword not in allowed.get(name, ()):
                raise self.unmodelled(f"`{keyword}=` of `{name}`", node)
        arguments: list[core.Expression] = []
        for argument in positional:
            if flat.kind[argument] == py.GENERATOR_EXPRESSION:
                if name not in CONSUMERS or argument != positional[0]:
                    raise self.unmodelled(f"generator given to `{name}`", node)
                arguments.append(self.comprehension(argument))
            else:
                arguments.append(self.expression(argument))
        if name == "pow" and len(arguments) != 2:
            raise self.unmodelled("pow with three arguments", node)
        named = tuple(
            (keyword, self.key(value) if keyword == "key" else self.expression(value))
            for keyword, value in keywords
        )
        return core.Builtin(name, tuple(arguments), named, at)

    def key(self, node: int) -> core.Expression:
        """A ``key=``: a lambda of one parameter, or a builtin function of one value."""
        flat = self.flat
        at = self.at(node)
        if flat.kind[node] == py.IDENTIFIER and self.text(node) in _KEYS:
            name = self.text(node)
            if name not in self.names and name not in self.opaque and self.module.is_builtin(name):
                value = core.Name(f"key#{flat.start[node]}", at)
                return core.Lambda(value, core.Builtin(name, (value,), (), at), at)
        if flat.kind[node] != py.LAMBDA:
            raise self.unmodelled("`key=` of this kind", node)
        parameters = flat.child_by_field(node, py.FIELD_PARAMETERS)
        taken = self.inside(parameters) if parameters >= 0 else []
        if len(taken) != 1 or flat.kind[taken[0]] != py.IDENTIFIER:
            raise self.unmodelled("lambda with such parameters", node)
        before = self.names
        self.names = dict(self.names)
        self._bind(taken[0])
        self.depth_in_comprehension += 1
        try:
            value = core.Name(self.names[self.text(taken[0])], self.at(taken[0]))
            return core.Lambda(value, self.expression(self.field(node, py.FIELD_BODY)), at)
        finally:
            self.names = before
            self.depth_in_comprehension -= 1

    def isinstance(self, node: int, positional: list[int]) -> core.Expression:
        flat = self.flat
        if len(positional) != 2:
            raise self.unmodelled("isinstance", node)
        listed = self.inside(positional[1]) if flat.kind[positional[1]] == py.TUPLE else [positional[1]]
        classes = tuple(self.text(child) for child in listed)
        for name in classes:
            if name not in _TYPES or name in self.names or not self.module.is_builtin(name):
                raise self.unmodelled(f"isinstance of `{name}`", node)
        return core.Builtin(
            "isinstance", (self.expression(positional[0]), core.Const(classes)), (), self.at(node)
        )

    def bound(
        self,
        definition: int,
        node: int,
        positional: list[int],
        keywords: list[tuple[str, int]],
        skipped: int = 0,
    ) -> tuple[core.Expression | None, ...]:
        """Arguments in the order of the callee's parameters; the first ``skipped`` of these are not the caller's."""
        parameters = parameters_of(self.programs, definition)[skipped:]
        by_place = [parameter for parameter in parameters if not parameter.keyword_only]
        if len(positional) > len(by_place):
            raise self.unmodelled("call with too many arguments", node)
        found: dict[str, core.Expression] = {}
        for parameter, argument in zip(by_place, positional, strict=False):
            found[parameter.name] = self.expression(argument)
        known = {parameter.name for parameter in parameters}
        for keyword, value in keywords:
            if keyword in found or keyword not in known:
                raise self.unmodelled("call with wrong arguments", node)
            found[keyword] = self.expression(value)
        order = [parameter.name for parameter in parameters]
        given = list(found)
        if given != [name for name in order if name in found]:
            raise self.unmodelled("keyword arguments out of order", node)
        for parameter in parameters:
            if parameter.name not in found and parameter.default is None:
                raise self.unmodelled("call with missing arguments", node)
        return tuple(found.get(parameter.name) for parameter in parameters)

    def comprehension(self, node: int, kind: str | None = None) -> core.Expression:
        flat = self.flat
        children = [child for child in flat.children(node) if flat.kind[child] not in _COMMENTS]
        before = self.names
        clauses: list[core.Clause] = []
        self.depth_in_comprehension += 1
        try:
            for child in children:
                if flat.kind[child] == py.FOR_IN_CLAUSE:
                    if flat.text(flat.children(child)[0]) == b"async":
                        raise self.unmodelled("async", node)
                    sources = [at for at in flat.children(child) if flat.field[at] == py.FIELD_RIGHT]
                    if len(sources) != 1:
                        raise self.unmodelled("syntax", child)
                    iterable = self.iterable(sources[0])
                    left = self.field(child, py.FIELD_LEFT)
                    self.names = dict(self.names)
                    self._bind(left)
                    clauses.append(core.Clause(self.target(left), iterable, ()))
                elif flat.kind[child] == py.IF_CLAUSE:
                    condition = self.expression(flat.children(child)[1])
                    last = clauses[-1]
                    clauses[-1] = core.Clause(last.target, last.iterable, (*last.conditions, condition))
            body = self.field(node, py.FIELD_BODY)
            if flat.kind[body] == py.PAIR:
                parts = [self.expression(self.field(body, side)) for side in (py.FIELD_KEY, py.FIELD_VALUE)]
                element: core.Expression = core.Display("tuple", tuple(parts), self.at(body))
            else:
                element = self.expression(body)
        finally:
            self.names = before
            self.depth_in_comprehension -= 1
        return core.Comprehension(
            kind or _COMPREHENSIONS[flat.kind[node]], element, tuple(clauses), self.at(node)
        )

    def _bind(self, node: int) -> None:
        """Give the names of a comprehension's target names of their own."""
        flat = self.flat
        for at in range(node, node + flat.size[node]):
            if flat.kind[at] == py.IDENTIFIER:
                self.renamed += 1
                self.names[self.text(at)] = f"{self.text(at)}#{flat.start[node]}.{self.renamed}"

    def iterable(self, node: int) -> core.Expression:
        """What a loop or comprehension goes through."""
        return self.expression(node)

    def target(self, node: int) -> core.Target:
        flat = self.flat
        kind = flat.kind[node]
        at = self.at(node)
        if kind == py.IDENTIFIER:
            found = self.name(node)
            if isinstance(found, core.Name):
                return found
        if kind in (py.PATTERN_LIST, py.TUPLE_PATTERN, py.LIST_PATTERN):
            return core.Pattern(tuple(self.target(child) for child in self.inside(node)), at)
        if kind == py.PARENTHESIZED_EXPRESSION and len(self.inside(node)) == 1:
            return self.target(self.inside(node)[0])
        if kind == py.ATTRIBUTE and self.owner is not None and not self.depth_in_comprehension:
            if self.is_receiver(self.field(node, py.FIELD_OBJECT)):
                if self.owner.fields.is_frozen:
                    raise self.unmodelled("assignment to a frozen dataclass", node)
                return self.own_field(self.text(self.field(node, py.FIELD_ATTRIBUTE)), node)
        if kind == py.SUBSCRIPT and not self.depth_in_comprehension:
            lowered = self.subscript(node)
            if isinstance(lowered, core.Subscript):
                return lowered
            raise self.unmodelled("assignment to a slice", node)
        raise self.unmodelled(f"assignment to `{self.text(node)[:40]}`", node)


class _Function(_Expressions):
    """Lowers one function with its contract."""

    def __init__(self, programs: Programs, definition: int) -> None:
        super().__init__(programs, programs.module.flat, {})
        self.definition = definition
        self.loops = 0
        self.contracts: FunctionContracts | None = self.module.contracts.get(definition)
        self.places: dict[Range, int] = {}

    def lowered(self) -> core.Function:
        flat = self.flat
        node = self.definition
        scope = self._scope()
        name = self.text(self.field(node, py.FIELD_NAME))
        if flat.text(flat.children(node)[0]) == b"async":
            raise self.unmodelled("async function", node)
        foreign = self.module.foreign_decorator(node)
        if foreign >= 0:
            raise self.unmodelled("decorator", foreign)
        above = self.module.scopes.scopes[scope.parent].kind
        if above not in (ScopeKind.MODULE, ScopeKind.CLASS):
            raise self.unmodelled("function inside a function", self.field(node, py.FIELD_NAME))
        if scope.globals or scope.nonlocals:
            raise self.unmodelled("global or nonlocal name", self.field(node, py.FIELD_NAME))
        parameters = parameters_of(self.programs, node)
        self.names = {bound: bound for bound in scope.bindings}
        if above is ScopeKind.CLASS and parameters and not self._is_static():
            first = parameters[0].name
            self.names.pop(first)
            self.opaque[first] = f"`{first}`"
            parameters = (core.Parameter(first, Type("self")), *parameters[1:])
            self._read_owner(first, name, scope)
        self._exception_names(scope)
        clauses = self.contracts.clauses if self.contracts else ()
        for index, clause in enumerate(clauses):
            if clause.statement is not None:
                self.places[clause.statement] = index
        body = self.block(self.field(node, py.FIELD_BODY))
        is_new = self.owner is not None and self.owner.set_ is not None
        if self.owner is not None and is_new:
            self.owner.set_ = set(self.owner.fields.types)
        conditions: list[core.Condition] = []
        olds: list[core.Old] = []
        for index, clause in enumerate(clauses):
            if clause.kind is ClauseKind.EXAMPLE or clause.statement is not None:
                continue
            if clause.kind is ClauseKind.INVARIANT:
                conditions.extend(self._invariant(index, clause, is_new=is_new))
            else:
                conditions.append(self._condition(index, clause, olds))
        returns = flat.child_by_field(node, py.FIELD_RETURN_TYPE)
        try:
            result = self.module.annotation(self.text(returns), self.at(returns)) if returns >= 0 else None
        except Unmodelled:
            result = None
        at = self.at(self.field(node, py.FIELD_NAME))
        held, receiver = self._receiver()
        parameters = (*parameters[:1], *held, *parameters[1:]) if held else parameters
        return core.Function(name, parameters, result, body, tuple(conditions), tuple(olds), at, receiver)

    def _receiver(self) -> tuple[list[core.Parameter], core.Receiver | None]:
        """The fields that a method takes as parameters: those it speaks of, and the simple ones beside them."""
        owner = self.owner
        if owner is None or not owner.used or owner.set_ is not None:
            return [], None
        types = owner.fields.types
        taken = [name for name, type_ in types.items() if name in owner.used or _is_simple(type_)]
        held = [core.Parameter(field_name(name), types[name]) for name in taken]
        names = tuple(parameter.name for parameter in held)
        return held, core.Receiver(owner.fields.name, names, f"{owner.fields.name}()")

    def _read_owner(self, first: str, name: str, scope: Scope) -> None:
        """What ``self`` has, where the class says so and the name means nothing else in the method."""
        definition = next(
            at for at in self.flat.ancestors(self.definition) if self.flat.kind[at] == py.CLASS_DEFINITION
        )
        try:
            fields = self.programs.fields(definition)
        except Unmodelled as reason:
            self.opaque[first] = f"`{first}`: {reason.construct}"
            return
        is_private = name.startswith("_") and not name.endswith("__")
        if fields.constructor < 0 and is_private and self.module.has_invariants(definition):
            self.opaque[first] = f"`{first}`: private method of a dataclass with invariants"
            return
        if len(scope.bindings[first]) == 1:
            self.receivers = {first}
            self.owner = _Owner(fields, {}, set() if name == "__init__" else None)

    def _invariant(self, index: int, clause: source.Clause, *, is_new: bool) -> list[core.Condition]:
        """What a class promises of its objects: needed when a method is called, promised when it returns.

        icontract and PEP 316 check it at these two moments; deal at every assignment to a field.
        """
        at = (clause.start, clause.end)
        if clause.syntax is Syntax.DEAL or clause.expression is None:
            raise Unmodelled("class invariant", at)
        reader, node = self._reader(clause.expression, {})
        own = next(iter(self.receivers), "")
        self._let_speak_of_owner(reader, tuple((name, own) for name, _ in clause.arguments), is_after=True)
        lowered = reader.expression(node)
        text = clause.expression.text
        moments = ("return",) if is_new else ("entry", "return")
        detached = clause.expression.is_detached
        return [core.Condition(index, moment, lowered, text, at, (), detached) for moment in moments]

    def _let_speak_of_owner(
        self, reader: _Expressions, arguments: tuple[tuple[str, str], ...], *, is_after: bool
    ) -> None:
        """An expression of a clause may name the method's object as its arguments say; a new one only afterwards."""
        own = {name for name, parameter in arguments if parameter in self.receivers}
        for name in own:
            reader.names.pop(name, None)
            reader.opaque[name] = f"`{name}`"
        if self.owner is not None and (is_after or self.owner.set_ is None):
            reader.owner = self.owner
            reader.receivers = own

    def _scope(self) -> Scope:
        scope = self.module.function_scopes.get(self.definition)
        if scope is None:
            raise self.unmodelled("function", self.definition)
        return scope

    def _is_static(self) -> bool:
        flat = self.flat
        around = flat.parent[self.definition]
        return flat.kind[around] == py.DECORATED_DEFINITION and any(
            flat.kind[child] == py.DECORATOR and flat.text(flat.children(child)[1]) == b"staticmethod"
            for child in flat.children(around)
        )

    def _exception_names(self, scope: Scope) -> None:
        """Names of handled exceptions are no values of the core."""
        for name, group in scope.bindings.items():
            if any(binding.kind not in _PLAIN_BINDINGS for binding in group):
                self.names.pop(name, None)
                kind = next(binding.kind for binding in group if binding.kind not in _PLAIN_BINDINGS)
                self.opaque[name] = (
                    "handled exception as a value" if kind is BindingKind.EXCEPT else f"`{name}`"
                )

    def _condition(self, index: int, clause: source.Clause, olds: list[core.Old]) -> core.Condition:
        expression = clause.expression
        at = (clause.start, clause.end)
        moment = {
            ClauseKind.REQUIRES: "entry",
            ClauseKind.DOMAIN: "entry",
            ClauseKind.ENSURES: "return",
            ClauseKind.RAISES: "exceptions",
            ClauseKind.PURE: "pure",
        }.get(clause.kind)
        if moment is None:
            raise Unmodelled(f"clause of kind {clause.kind.value}", at)
        lowered = None
        if expression is not None:
            names = {name: passed(parameter) for name, parameter in clause.arguments}
            for _, parameter in clause.arguments:
                if parameter in self.opaque and parameter not in self.receivers:
                    raise Unmodelled(self.opaque[parameter], at)
            if clause.result:
                names[clause.result] = RESULT
            reader = self._reader(expression, names)
            prefix = f"{index}."
            if clause.old:
                reader[0].old = clause.old
            self._let_speak_of_owner(reader[0], clause.arguments, is_after=moment == "return")
            lowered = reader[0].expression(reader[1])
            renamed: dict[str, core.Expression] = {}
            for snapshot in clause.snapshots:
                before = {name: passed(parameter) for name, parameter in snapshot.arguments}
                inner, node = self._reader(snapshot.expression, before)
                self._let_speak_of_owner(inner, snapshot.arguments, is_after=False)
                variable = f"{OLD}{prefix}{snapshot.name}"
                olds.append(core.Old(variable, inner.expression(node), clause.syntax is not Syntax.ICONTRACT))
                renamed[f"{OLD}{snapshot.name}"] = core.Name(variable)
            missing = {name for name in core.names_in(lowered) if name.startswith(OLD)} - set(renamed)
            if missing:
                raise Unmodelled("old value without a snapshot", at)
            lowered = core.substituted(lowered, renamed)
        for name in clause.exceptions:
            self.programs.exception(name, at)
        text = expression.text if expression is not None else ""
        detached = expression is not None and expression.is_detached
        return core.Condition(index, moment, lowered, text, at, clause.exceptions, detached)

    def _reader(self, expression: source.Expression, names: dict[str, str]) -> tuple[_Expressions, int]:
        """What lowers an expression of a clause, and its node."""
        if not expression.is_detached:
            return _Expressions(self.programs, self.flat, names), expression.node
        at = (expression.start, expression.end)
        parsed = parsed_expression(expression.text)
        if parsed is None:
            raise Unmodelled("clause that is not an expression", at)
        return _Expressions(self.programs, parsed[0], names, at), parsed[1]

    # Statements

    def block(self, node: int) -> tuple[core.Statement, ...]:
        self.depth += 1
        if self.depth > _DEEPEST:
            raise self.unmodelled("deep nesting", node)
        found: list[core.Statement] = []
        for child in self.flat.children(node):
            if self.flat.kind[child] not in _COMMENTS:
                found.extend(self.statement(child))
                if self.depth == 1 and self.owner is not None and self.owner.set_ is not None and found:
                    self.owner.set_.update(_fields_set(found[-1]))
        self.depth -= 1
        return tuple(found)

    def statement(self, node: int) -> Sequence[core.Statement]:
        flat = self.flat
        kind = flat.kind[node]
        at = self.at(node)
        place = self.places.get(at)
        if place is not None and kind != py.ASSERT_STATEMENT:
            return self.placed(place, at)
        if kind == py.EXPRESSION_STATEMENT:
            return self.expression_statement(node)
        if kind == py.RETURN_STATEMENT:
            inside = self.inside(node)[1:]
            value = self.expression(inside[0]) if inside else core.Const(None, at)
            return [core.Return(value, at)]
        if kind == py.IF_STATEMENT:
            return [self.conditional(node)]
        if kind == py.WHILE_STATEMENT:
            condition = self.expression(self.field(node, py.FIELD_CONDITION))
            number = self._loop()
            body = self.block(self.field(node, py.FIELD_BODY))
            return [core.While(condition, body, self.otherwise(node), number, at)]
        if kind == py.FOR_STATEMENT:
            if flat.text(flat.children(node)[0]) == b"async":
                raise self.unmodelled("async", node)
            iterable = self.iterable(self.field(node, py.FIELD_RIGHT))
            target = self.target(self.field(node, py.FIELD_LEFT))
            number = self._loop()
            body = self.block(self.field(node, py.FIELD_BODY))
            return [core.For(target, iterable, body, self.otherwise(node), number, at)]
        if kind == py.PASS_STATEMENT:
            return []
        if kind == py.BREAK_STATEMENT:
            return [core.Break(at)]
        if kind == py.CONTINUE_STATEMENT:
            return [core.Continue(at)]
        if kind == py.RAISE_STATEMENT:
            return [self.raising(node)]
        if kind == py.ASSERT_STATEMENT:
            inside = self.inside(node)[1:]
            return [core.Assert(self.expression(inside[0]), *self.role(at), at)]
        if kind == py.TRY_STATEMENT:
            return [self.trying(node)]
        if kind == py.DELETE_STATEMENT:
            return [self.deletion(node)]
        if kind == py.MATCH_STATEMENT:
            return self.matching(node)
        first = flat.text(node).split(None, 1)[0].decode("utf-8", "replace")
        raise self.unmodelled(f"`{first}` statement", node)

    def placed(self, index: int, at: Range) -> Sequence[core.Statement]:
        """A clause that another syntax than assert puts between statements."""
        assert self.contracts is not None
        clause = self.contracts.clauses[index]
        if clause.expression is None or clause.kind is ClauseKind.EXAMPLE:
            return []
        if clause.old or clause.result or clause.kind is ClauseKind.REQUIRES:
            raise Unmodelled("clause in the middle of a body", at)
        reader, node = self._reader(clause.expression, dict(self.names))
        return [core.Assert(reader.expression(node), *self.role(at), at)]

    def role(self, at: Range) -> tuple[int, str]:
        """The clause that an assert is, and what it claims."""
        index = self.places.get(at, -1)
        if index < 0 or self.contracts is None:
            return -1, ""
        return index, self.contracts.clauses[index].kind.value

    def _loop(self) -> int:
        self.loops += 1
        return self.loops - 1

    def otherwise(self, node: int) -> tuple[core.Statement, ...]:
        """The statements of the ``else`` of a loop or try."""
        for child in self.flat.children(node):
            if self.flat.kind[child] == py.ELSE_CLAUSE:
                return self.block(self.field(child, py.FIELD_BODY))
        return ()

    def conditional(self, node: int) -> core.Statement:
        flat = self.flat
        parts: list[tuple[core.Expression, tuple[core.Statement, ...], Range]] = []
        otherwise: tuple[core.Statement, ...] = ()
        for at in [node, *(child for child in flat.children(node) if flat.kind[child] == py.ELIF_CLAUSE)]:
            condition = self.expression(self.field(at, py.FIELD_CONDITION))
            parts.append((condition, self.block(self.field(at, py.FIELD_CONSEQUENCE)), self.at(at)))
        otherwise = self.otherwise(node)
        for condition, then, where in reversed(parts):
            otherwise = (core.If(condition, then, otherwise, where),)
        return otherwise[0]

    def matching(self, node: int) -> Sequence[core.Statement]:
        """A ``match`` whose patterns are literals, names and ``_``: comparisons of its subject, one after the other."""
        flat = self.flat
        at = self.at(node)
        subjects = [child for child in flat.children(node) if flat.field[child] == py.FIELD_SUBJECT]
        if len(subjects) != 1 or flat.text(subjects[0] + flat.size[subjects[0]]) == b",":
            raise self.unmodelled("`match` of several values", node)
        subject = core.Name(f"match#{flat.start[node]}", self.at(subjects[0]))
        first = core.Assign((subject,), self.expression(subjects[0]), None, at)
        cases = [child for child in range(node, node + flat.size[node]) if flat.kind[child] == py.CASE_CLAUSE]
        cases = [case for case in cases if flat.parent[flat.parent[case]] == node]
        parts = [(case, *self._case(case, subject)) for case in cases]
        rest: tuple[core.Statement, ...] = ()
        for case, condition, bound, body in reversed(parts):
            chosen = body if condition is None else (core.If(condition, body, rest, self.at(case)),)
            rest = (*bound, *chosen)
        return [first, *rest]

    def _case(
        self, case: int, subject: core.Name
    ) -> tuple[core.Expression | None, tuple[core.Statement, ...], tuple[core.Statement, ...]]:
        """When a case is taken (None: always), what it binds before its guard is asked, and what it does."""
        flat = self.flat
        patterns = [child for child in flat.children(case) if flat.kind[child] == py.CASE_PATTERN]
        guards = [child for child in flat.children(case) if flat.kind[child] == py.IF_CLAUSE]
        if len(patterns) != 1 or any(flat.text(child) == b"," for child in flat.children(case)):
            raise self.unmodelled("sequence pattern", case)
        inside = [child for child in self.inside(patterns[0]) if flat.text(child) != b"-"]
        kind = flat.kind[inside[0]] if len(inside) == 1 else -1
        at = self.at(patterns[0])
        condition: core.Expression | None = None
        bound: tuple[core.Statement, ...] = ()
        if flat.text(patterns[0]) == b"_":
            pass
        elif kind == py.DOTTED_NAME and self.text(inside[0]).isidentifier():
            target = self.target(inside[0] + 1)
            bound = (core.Assign((target,), subject, None, at),)
        else:
            alternatives = tuple(self._alternatives(patterns[0], subject))
            condition = alternatives[0] if len(alternatives) == 1 else core.Logical("or", alternatives, at)
        if guards:
            guard = self.expression(flat.children(guards[0])[1])
            condition = guard if condition is None else core.Logical("and", (condition, guard), self.at(case))
        body = self.block(next(child for child in flat.children(case) if flat.kind[child] == py.BLOCK))
        return condition, bound, body

    def _alternatives(self, pattern: int, subject: core.Name) -> Iterator[core.Expression]:
        """The comparisons of a pattern of literals; the singletons are compared by identity."""
        flat = self.flat
        sign = 1
        for child in flat.children(pattern):
            kind = flat.kind[child]
            at = self.at(child)
            if flat.text(child) == b"|" or kind in _COMMENTS:
                continue
            if flat.text(child) == b"-":
                sign = -1
            elif kind == py.UNION_PATTERN:
                yield from self._alternatives(child, subject)
            elif kind in (py.NONE, py.TRUE, py.FALSE):
                yield core.Compare(subject, (("is", self.expression(child)),), at)
            elif kind in (py.INTEGER, py.FLOAT, py.STRING, py.CONCATENATED_STRING):
                value = self.expression(child)
                if not isinstance(value, core.Const):
                    raise self.unmodelled("pattern", child)
                if sign < 0 and isinstance(value.value, int | float):
                    value = core.Const(-value.value, at)
                sign = 1
                yield core.Compare(subject, (("==", value),), at)
            else:
                raise self.unmodelled(f"pattern `{self.text(child)[:40]}`", child)

    def expression_statement(self, node: int) -> Sequence[core.Statement]:
        flat = self.flat
        inside = self.inside(node)
        at = self.at(node)
        if len(inside) != 1:
            items = core.Display("tuple", tuple(map(self.expression, inside)), at)
            return [core.Evaluate(items, at)]
        child = inside[0]
        kind = flat.kind[child]
        if kind in (py.STRING, py.ELLIPSIS):
            return []
        if kind == py.ASSIGNMENT:
            return self.assignment(child)
        if kind == py.AUGMENTED_ASSIGNMENT:
            target = self.target(self.field(child, py.FIELD_LEFT))
            operator = self.text(self.field(child, py.FIELD_OPERATOR))[:-1]
            if isinstance(target, core.Pattern) or operator not in _BINARY:
                raise self.unmodelled("augmented assignment", child)
            return [core.Augment(target, operator, self.expression(self.field(child, py.FIELD_RIGHT)), at)]
        return [core.Evaluate(self.expression(child), at)]

    def assignment(self, node: int) -> Sequence[core.Statement]:
        flat = self.flat
        at = self.at(node)
        targets: list[core.Target] = []
        annotation: Type | None = None
        while True:
            left = self.field(node, py.FIELD_LEFT)
            written = flat.child_by_field(node, py.FIELD_TYPE)
            if written >= 0 and flat.kind[left] not in (py.IDENTIFIER, py.ATTRIBUTE):
                raise self.unmodelled("annotated assignment", node)
            if written >= 0:
                try:
                    annotation = self.module.annotation(self.text(written), at)
                except Unmodelled:
                    annotation = None
            value = flat.child_by_field(node, py.FIELD_RIGHT)
            if value < 0:
                return []
            targets.append(self.target(left))
            if flat.kind[value] != py.ASSIGNMENT:
                break
            node = value
        return [core.Assign(tuple(targets), self.expression(value), annotation, at)]

    def raising(self, node: int) -> core.Statement:
        flat = self.flat
        inside = [
            child
            for child in flat.children(node)[1:]
            if flat.kind[child] not in _COMMENTS and flat.field[child] == 0 and flat.text(child) != b"from"
        ]
        at = self.at(node)
        if not inside:
            return core.Raise(None, (), at)
        what = inside[0]
        arguments: tuple[core.Expression, ...] = ()
        if flat.kind[what] == py.CALL:
            positional, keywords = self.arguments(what)
            if keywords:
                raise self.unmodelled("keyword arguments of an exception", what)
            arguments = tuple(map(self.expression, positional))
            what = self.field(what, py.FIELD_FUNCTION)
        if flat.kind[what] != py.IDENTIFIER or self.text(what) in self.names:
            raise self.unmodelled("raise of an expression", node)
        name = self.programs.exception(self.text(what), self.at(what))
        above = self.programs.exceptions[name]
        if "Exception" not in (name, *above) or "StopIteration" in (name, *above):
            raise self.unmodelled(f"raise of `{name}`", node)
        return core.Raise(name, arguments, at)

    def trying(self, node: int) -> core.Statement:
        flat = self.flat
        handlers: list[core.Handler] = []
        final: tuple[core.Statement, ...] = ()
        for child in flat.children(node):
            kind = flat.kind[child]
            if kind == py.EXCEPT_CLAUSE:
                if flat.text(flat.children(child)[1]) == b"*":
                    raise self.unmodelled("except*", child)
                handlers.append(self.handler(child))
            elif kind == py.FINALLY_CLAUSE:
                final = self.block(next(at for at in flat.children(child) if flat.kind[at] == py.BLOCK))
        body = self.block(self.field(node, py.FIELD_BODY))
        return core.Try(body, tuple(handlers), self.otherwise(node), final, self.at(node))

    def deletion(self, node: int) -> core.Statement:
        """``del xs[i]``, of one item."""
        inside = self.inside(node)[1:]
        if len(inside) == 1 and self.flat.kind[inside[0]] == py.SUBSCRIPT:
            item = self.subscript(inside[0])
            if isinstance(item, core.Subscript):
                at = self.at(node)
                return core.Evaluate(core.Method("__delitem__", item.value, (item.index,), at), at)
        raise self.unmodelled("`del` of this", node)

    def handler(self, node: int) -> core.Handler:
        flat = self.flat
        inside = self.inside(node)[1:]
        body = self.block(next(child for child in inside if flat.kind[child] == py.BLOCK))
        value = next((child for child in inside if flat.kind[child] != py.BLOCK), -1)
        if value < 0:
            return core.Handler((), body)
        if flat.kind[value] == py.AS_PATTERN:
            value = self.inside(value)[0]
        listed = self.inside(value) if flat.kind[value] == py.TUPLE else [value]
        if not listed or any(
            flat.kind[item] != py.IDENTIFIER or self.text(item) in self.names for item in listed
        ):
            raise self.unmodelled("except of an expression", node)
        return core.Handler(
            tuple(self.programs.exception(self.text(item), self.at(item)) for item in listed), body
        )


_SIMPLE = frozenset(("int", "bool", "float", "str", "none"))


def _is_simple(type_: Type) -> bool:
    return type_.name in _SIMPLE or (type_.name == "union" and all(map(_is_simple, type_.arguments)))


def _fields_set(statement: core.Statement) -> Iterator[str]:
    """The attributes of ``self`` that a statement assigns whole."""
    if isinstance(statement, core.Assign):
        for target in statement.targets:
            for name in core.target_names(target):
                if name.startswith(field_name("")):
                    yield name.removeprefix(field_name(""))


def lowered_expression(programs: Programs, flat: FlatTree, node: int, at: Range) -> core.Expression:
    """An expression of the module that is read from a text of its own, which stands for the range ``at``."""
    return _Expressions(programs, flat, {}, at).expression(node)


def parameters_of(programs: Programs, definition: int) -> tuple[core.Parameter, ...]:
    """The parameters of a function; raises ``Unmodelled`` where they are not plain ones."""
    module = programs.module
    reader = _Expressions(programs, module.flat, {})
    flat = module.flat
    found: list[core.Parameter] = []
    keyword_only = False
    contracts = module.contracts.get(definition)
    domains = {
        clause.arguments[0][1]: clause.annotation
        for clause in (contracts.clauses if contracts else ())
        if clause.kind is ClauseKind.DOMAIN and clause.annotation and clause.arguments
    }
    for child in reader.inside(reader.field(definition, py.FIELD_PARAMETERS)):
        kind = flat.kind[child]
        if kind == py.KEYWORD_SEPARATOR:
            keyword_only = True
            continue
        if kind == py.POSITIONAL_SEPARATOR:
            continue
        name_node = child
        if kind in (py.DEFAULT_PARAMETER, py.TYPED_DEFAULT_PARAMETER):
            name_node = reader.field(child, py.FIELD_NAME)
        elif kind == py.TYPED_PARAMETER:
            name_node = child + 1
        if flat.kind[name_node] != py.IDENTIFIER:
            raise reader.unmodelled("parameter with a star", child)
        name = reader.text(name_node)
        written = flat.child_by_field(child, py.FIELD_TYPE) if name_node != child else -1
        annotation = module.annotation(reader.text(written), reader.at(written)) if written >= 0 else None
        if annotation is None and name in domains:
            annotation = module.annotation(domains[name], reader.at(child))
        value = flat.child_by_field(child, py.FIELD_VALUE) if name_node != child else -1
        default: core.Expression | None = None
        if value >= 0:
            default = _constant(reader, value)
            if default is None:
                raise reader.unmodelled("default value that is no constant", value)
            if annotation is not None:
                annotation = core.union(annotation, type_of(default.value))
        found.append(core.Parameter(name, annotation, default, keyword_only))
    return tuple(found)


def type_of(value: object) -> Type:
    """The type of a constant."""
    if isinstance(value, tuple):
        return Type("tuple", tuple(map(type_of, value)))
    return core.NONE if value is None else Type(type(value).__name__)


def _constant(reader: _Expressions, node: int) -> core.Const | None:
    """The value of a literal: a number, with a sign or without, a string, True, False, None, or a tuple of these."""
    try:
        lowered = reader.expression(node)
    except Unmodelled:
        return None
    found = _value(lowered)
    return core.Const(found[0], reader.at(node)) if found else None


def _value(expression: core.Expression) -> tuple[object] | None:
    if isinstance(expression, core.Const):
        return (expression.value,)
    if (
        isinstance(expression, core.Unary)
        and expression.operator == "-"
        and isinstance(expression.operand, core.Const)
    ):
        value = expression.operand.value
        return (-value,) if isinstance(value, int | float) else None
    if isinstance(expression, core.Display) and expression.kind == "tuple":
        items = [_value(item) for item in expression.items]
        return (tuple(item[0] for item in items if item),) if None not in items else None
    return None
