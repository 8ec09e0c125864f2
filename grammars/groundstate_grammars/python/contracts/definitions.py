"""Functions and classes of a file as the adapters see them, and the origins of the names that a file imports."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import chain

from groundstate_grammars.python import syntax as py
from groundstate_grammars.python.definitions import Parameter, ParameterKind, read_parameters
from groundstate_grammars.tree import FlatTree

_FUNCTIONS_AND_CLASSES = frozenset((py.FUNCTION_DEFINITION, py.CLASS_DEFINITION, py.LAMBDA))
_NO_STATEMENT = frozenset((py.COMMENT, py.LINE_CONTINUATION))

_NAGINI = (
    *("Acc", "Assert", "Assume", "Decreases", "Ensures", "Exists", "Exsures", "Fold", "Forall", "Implies"),
    *("Invariant", "MayInvoke", "MustTerminate", "Old", "Predicate", "Pure", "Rd", "Requires", "Result"),
    *("Unfold", "dict_pred", "list_pred", "set_pred"),
)
_ANNOTATED_TYPES = ("Ge", "Gt", "Interval", "Le", "Len", "Lt", "MaxLen", "MinLen", "MultipleOf", "Predicate")
STAR_EXPORTS = {
    "nagini_contracts.contracts": frozenset(_NAGINI),
    "icontract": frozenset(("require", "ensure", "snapshot", "invariant")),
    "annotated_types": frozenset(_ANNOTATED_TYPES),
    "hypothesis": frozenset(("given", "assume")),
    "typing": frozenset(("Annotated", "Optional")),
}
"""What ``import *`` brings of the modules that contracts come from."""


_DEFINITIONS = (py.FUNCTION_DEFINITION, py.CLASS_DEFINITION)
_BINDING = (py.IMPORT_STATEMENT, py.IMPORT_FROM_STATEMENT, *_DEFINITIONS, py.ASSIGNMENT)


class Origins:
    """Where the names of a file come from: ``from icontract import require as r`` makes ``r`` ``icontract.require``.

    A name that the file also binds in another way, or imports from two places, has no origin.
    """

    def __init__(self, flat: FlatTree) -> None:
        self.flat = flat
        found: dict[str, str] = {}
        self._stars: list[str] = []
        clash: set[str] = set()
        for node in sorted(chain.from_iterable(map(flat.of_kind, _BINDING))):
            kind = flat.kind[node]
            if kind == py.IMPORT_STATEMENT:
                bound = self._plain(node)
            elif kind == py.IMPORT_FROM_STATEMENT:
                bound = self._from(node)
            elif kind in _DEFINITIONS and _at_top(flat, node):
                bound = [(flat.text(flat.child_by_field(node, py.FIELD_NAME)).decode("utf-8", "replace"), "")]
            elif kind == py.ASSIGNMENT and flat.kind[node + 1] == py.IDENTIFIER and _at_top(flat, node):
                bound = [(flat.text(node + 1).decode("utf-8", "replace"), "")]
            else:
                continue
            for name, origin in bound:
                if found.setdefault(name, origin) != origin:
                    clash.add(name)
        self._found = {name: origin for name, origin in found.items() if name not in clash and origin}
        self._bound = frozenset(found)

    def _plain(self, node: int) -> list[tuple[str, str]]:
        flat = self.flat
        bound = []
        for child in flat.children(node):
            if flat.kind[child] == py.DOTTED_NAME:
                head = _text(flat, child).partition(".")[0]
                bound.append((head, head))
            elif flat.kind[child] == py.ALIASED_IMPORT:
                module = _text(flat, flat.child_by_field(child, py.FIELD_NAME))
                bound.append((_text(flat, flat.child_by_field(child, py.FIELD_ALIAS)), module))
        return bound

    def _from(self, node: int) -> list[tuple[str, str]]:
        flat = self.flat
        module_node = flat.child_by_field(node, py.FIELD_MODULE_NAME)
        module = _text(flat, module_node)
        bound = []
        for child in flat.children(node):
            if child == module_node:
                continue
            kind = flat.kind[child]
            if kind == py.DOTTED_NAME:
                bound.append((_text(flat, child), f"{module}.{_text(flat, child)}"))
            elif kind == py.ALIASED_IMPORT:
                name = _text(flat, flat.child_by_field(child, py.FIELD_NAME))
                bound.append((_text(flat, flat.child_by_field(child, py.FIELD_ALIAS)), f"{module}.{name}"))
            elif kind == py.WILDCARD_IMPORT:
                self._stars.append(module)
        return bound

    def of(self, node: int, other: FlatTree | None = None) -> str:
        """The dotted origin of an identifier or attribute, or an empty text: ``ic.require`` is ``icontract.require``.

        ``other``: the tree that ``node`` is of, where it is a text of the file that was parsed on its own.
        """
        flat = self.flat if other is None else other
        parts: list[str] = []
        while flat.kind[node] == py.ATTRIBUTE:
            attribute = flat.child_by_field(node, py.FIELD_ATTRIBUTE)
            parts.append(_text(flat, attribute))
            node = flat.child_by_field(node, py.FIELD_OBJECT)
        if flat.kind[node] != py.IDENTIFIER:
            return ""
        head = _text(flat, node)
        origin = self._found.get(head, "")
        if not origin:
            if head in self._bound:
                return ""
            origin = next(
                (f"{star}.{head}" for star in self._stars if head in STAR_EXPORTS.get(star, ())), ""
            )
            if not origin:
                return ""
        return ".".join((origin, *reversed(parts)))

    def of_call(self, node: int, other: FlatTree | None = None) -> str:
        """The origin of what a call calls; empty for what is no call."""
        flat = self.flat if other is None else other
        return self.of(node + 1, other) if flat.kind[node] == py.CALL else ""

    def imports(self, module: str) -> bool:
        """Whether the file imports anything of ``module``."""
        return module in self._stars or any(
            origin == module or origin.startswith(module + ".") for origin in self._found.values()
        )


@dataclass(frozen=True)
class Definition:
    """A function or class definition. ``node`` is its definition, below its decorators."""

    flat: FlatTree
    node: int
    qualname: str
    class_node: int

    @property
    def name(self) -> str:
        return self.qualname.rpartition(".")[2]

    @cached_property
    def decorators(self) -> tuple[int, ...]:
        """The expressions after the ``@``, in text order."""
        flat = self.flat
        above = flat.parent[self.node]
        if above < 0 or flat.kind[above] != py.DECORATED_DEFINITION:
            return ()
        return tuple(
            expression
            for child in flat.children(above)
            if flat.kind[child] == py.DECORATOR
            for expression in flat.children(child)[1:2]
        )

    @cached_property
    def parameters(self) -> tuple[Parameter, ...] | None:
        return read_parameters(self.flat, self.node)

    @cached_property
    def parameter_names(self) -> tuple[str, ...]:
        """All names that the parameters bind, those of ``*args`` and ``**kwargs`` too."""
        return tuple(parameter.name for parameter in self.parameters or ())

    @cached_property
    def positional_names(self) -> tuple[str, ...]:
        kinds = (ParameterKind.POSITIONAL, ParameterKind.POSITIONAL_ONLY)
        return tuple(parameter.name for parameter in self.parameters or () if parameter.kind in kinds)

    @cached_property
    def statements(self) -> tuple[int, ...]:
        """The statements of its body, the docstring left out."""
        body = self.flat.child_by_field(self.node, py.FIELD_BODY)
        if body < 0:
            return ()
        statements = statements_of(self.flat, body)
        return statements[1:] if self.docstring >= 0 else statements

    @cached_property
    def docstring(self) -> int:
        """The node of the docstring, or -1; joined and formatted strings are none."""
        flat = self.flat
        body = flat.child_by_field(self.node, py.FIELD_BODY)
        if body < 0:
            return -1
        first = next(iter(statements_of(flat, body)), -1)
        if first < 0 or flat.kind[first] != py.EXPRESSION_STATEMENT:
            return -1
        string = first + 1
        if flat.kind[string] != py.STRING or flat.size[first] != flat.size[string] + 1:
            return -1
        prefix = flat.text(string + 1).rstrip(b"'\"").lower()
        return string if prefix in (b"", b"r", b"u") else -1


class ContractFile:
    """What every adapter reads: the tree, where names come from, and the functions and classes, in text order."""

    def __init__(self, flat: FlatTree) -> None:
        self.flat = flat
        self.origins = Origins(flat)
        self.functions, self.classes = definitions(flat)

    def module_function(self, name: str) -> Definition | None:
        """The one function of the module with this name."""
        known = [function for function in self.functions if function.qualname == name]
        return known[0] if len(known) == 1 else None


def definitions(flat: FlatTree) -> tuple[list[Definition], list[Definition]]:
    """All functions and all classes of a file, each in text order."""
    functions: list[Definition] = []
    classes: list[Definition] = []
    around: list[tuple[int, str, bool, int]] = []  # end, name with dots, is a class, node
    for node in sorted(chain.from_iterable(map(flat.of_kind, _DEFINITIONS))):
        kind = flat.kind[node]
        while around and node >= around[-1][0]:
            around.pop()
        name_node = flat.child_by_field(node, py.FIELD_NAME)
        name = _text(flat, name_node) if name_node >= 0 else "<error>"
        qualname = f"{around[-1][1]}.{name}" if around else name
        class_node = around[-1][3] if around and around[-1][2] else -1
        is_class = kind == py.CLASS_DEFINITION
        (classes if is_class else functions).append(Definition(flat, node, qualname, class_node))
        around.append((node + flat.size[node], qualname, is_class, node))
    return functions, classes


def statements_of(flat: FlatTree, block: int) -> tuple[int, ...]:
    return tuple(child for child in flat.children(block) if flat.kind[child] not in _NO_STATEMENT)


def own_nodes(flat: FlatTree, function: int) -> Iterator[int]:
    """The nodes of a function's body in preorder, those of functions, classes and lambdas inside left out."""
    body = flat.child_by_field(function, py.FIELD_BODY)
    if body < 0:
        return
    node, stop = body, body + flat.size[body]
    while node < stop:
        if flat.kind[node] in _FUNCTIONS_AND_CLASSES:
            node += flat.size[node]
            continue
        yield node
        node += 1


def identifiers(flat: FlatTree, node: int) -> set[str]:
    """Names read in an expression; attributes' and keywords' names are left out."""
    found = set()
    for at in range(node, node + flat.size[node]):
        if flat.kind[at] != py.IDENTIFIER or flat.field[at] == py.FIELD_ATTRIBUTE:
            continue
        if flat.kind[flat.parent[at]] == py.KEYWORD_ARGUMENT and flat.field[at] == py.FIELD_NAME:
            continue
        found.add(_text(flat, at))
    return found


def arguments_of(flat: FlatTree, call: int) -> tuple[list[int], dict[str, int]] | None:
    """Positional and keyword arguments of a call; None where a star leaves them open."""
    node = flat.child_by_field(call, py.FIELD_ARGUMENTS)
    if node < 0:
        return None
    if flat.kind[node] == py.GENERATOR_EXPRESSION:
        return [node], {}
    positional: list[int] = []
    named: dict[str, int] = {}
    for child in flat.children(node)[1:-1]:
        kind = flat.kind[child]
        if kind in (py.LIST_SPLAT, py.DICTIONARY_SPLAT):
            return None
        if kind == py.KEYWORD_ARGUMENT:
            name = flat.child_by_field(child, py.FIELD_NAME)
            named[_text(flat, name)] = flat.child_by_field(child, py.FIELD_VALUE)
        elif kind not in _NO_STATEMENT and flat.data[flat.start[child] : flat.end[child]] != b",":
            positional.append(child)
    return positional, named


def string_value(flat: FlatTree, node: int) -> str | None:
    """The value of a string without escapes or interpolation; of others None."""
    if flat.kind[node] != py.STRING:
        return None
    children = flat.children(node)
    inner = children[1:-1]
    if len(inner) > 1 or flat.text(children[0]).rstrip(b"'\"").lower() not in (b"", b"u"):
        return None
    if not inner:
        return ""
    if flat.kind[inner[0]] != py.STRING_CONTENT or b"\\" in flat.text(inner[0]):
        return None
    return _text(flat, inner[0])


def _text(flat: FlatTree, node: int) -> str:
    return flat.text(node).decode("utf-8", "replace")


def _at_top(flat: FlatTree, node: int) -> bool:
    return not any(flat.kind[above] in _FUNCTIONS_AND_CLASSES for above in flat.ancestors(node))
