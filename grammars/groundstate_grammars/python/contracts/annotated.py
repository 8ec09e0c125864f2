"""``Annotated`` with the classes of annotated-types: preconditions of parameters, postconditions of what is returned."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from groundstate_grammars.python import syntax as py
from groundstate_grammars.python.contracts.clauses import Clause, ClauseKind, Expression, Syntax, Unread
from groundstate_grammars.python.contracts.definitions import ContractFile, Definition, arguments_of
from groundstate_grammars.python.contracts.expressions import (
    RESULT,
    NotUnderstood,
    lambda_condition,
    parsed_expression,
    rewritten,
)
from groundstate_grammars.tree import FlatTree

_ANNOTATED = ("typing.Annotated", "typing_extensions.Annotated")
_OPTIONAL = ("typing.Optional", "typing_extensions.Optional")
_CONTAINERS = (
    "list",
    "set",
    "frozenset",
    "typing.List",
    "typing.Set",
    "typing.Sequence",
    "collections.abc.Sequence",
)
_COMPARISONS = {"Gt": ">", "Ge": ">=", "Lt": "<", "Le": "<="}
_MOST_ALIASES = 8
_LOOSE = frozenset(
    (py.COMPARISON_OPERATOR, py.BOOLEAN_OPERATOR, py.NOT_OPERATOR, py.CONDITIONAL_EXPRESSION, py.LAMBDA)
)
"""Kinds that need parentheses beside a comparison."""


def annotated_clauses(file: ContractFile, function: Definition) -> Iterator[Clause | Unread]:
    """The clauses of ``function``'s annotations, in text order."""
    if not (file.origins.imports("annotated_types") and function.parameters is not None):
        return
    flat = file.flat
    listed = flat.child_by_field(function.node, py.FIELD_PARAMETERS)
    aliases = _aliases(file)
    places: list[tuple[str, int]] = []
    for child in flat.children(listed):
        if flat.kind[child] == py.TYPED_DEFAULT_PARAMETER or (
            flat.kind[child] == py.TYPED_PARAMETER and flat.kind[child + 1] == py.IDENTIFIER
        ):
            name = flat.text(child + 1).decode("utf-8", "replace")
            places.append((name, flat.child_by_field(child, py.FIELD_TYPE)))
    returned = flat.child_by_field(function.node, py.FIELD_RETURN_TYPE)
    if returned >= 0:
        places.append((RESULT, returned))
    for name, node in places:
        start, end = flat.start[node], flat.end[node]
        try:
            conditions = _conditions(file, flat.text(node).decode("utf-8", "replace"), name, aliases, 0)
        except NotUnderstood as reason:
            yield Unread(Syntax.ANNOTATED, str(reason), start, end)
            continue
        is_result = name == RESULT
        for condition in conditions:
            yield Clause(
                ClauseKind.ENSURES if is_result else ClauseKind.REQUIRES,
                Syntax.ANNOTATED,
                Expression(condition, start, end),
                start,
                end,
                arguments=() if is_result else ((name, name),),
                result=RESULT if is_result else "",
            )


def _aliases(file: ContractFile) -> dict[str, str]:
    """Annotations that the module gives a name, once: ``Positive = Annotated[int, Gt(0)]``."""
    flat = file.flat
    found: dict[str, str] = {}
    twice: set[str] = set()
    for statement in flat.children(0):
        if flat.kind[statement] != py.EXPRESSION_STATEMENT or flat.kind[statement + 1] != py.ASSIGNMENT:
            continue
        left = statement + 2
        right = flat.child_by_field(statement + 1, py.FIELD_RIGHT)
        if flat.kind[left] == py.IDENTIFIER and right >= 0:
            name = flat.text(left).decode("utf-8", "replace")
            if name in found:
                twice.add(name)
            found[name] = flat.text(right).decode("utf-8", "replace")
    return {name: text for name, text in found.items() if name not in twice and "[" in text}


def _conditions(
    file: ContractFile, annotation: str, value: str, aliases: dict[str, str], depth: int
) -> list[str]:
    """What an annotation says about ``value``. Raises ``NotUnderstood`` where it says more than is read."""
    parsed = parsed_expression(annotation)
    if parsed is None or depth > _MOST_ALIASES:
        return []
    flat, node = parsed
    if flat.kind[node] == py.IDENTIFIER and annotation in aliases:
        return _conditions(file, aliases[annotation], value, aliases, depth + 1)
    if flat.kind[node] == py.BINARY_OPERATOR:
        left, operator, right = flat.children(node)
        if flat.text(operator) == b"|" and flat.text(right) == b"None":
            return _unless_none(_conditions(file, _text(flat, left), value, aliases, depth + 1), value)
        if flat.text(operator) == b"|" and flat.text(left) == b"None":
            return _unless_none(_conditions(file, _text(flat, right), value, aliases, depth + 1), value)
    if flat.kind[node] != py.SUBSCRIPT:
        return _none_inside(file, flat, node, aliases, depth)
    head = node + 1
    origin = file.origins.of(head, flat) or _text(flat, head)
    inner = [child for child in flat.children(node) if flat.field[child] == py.FIELD_SUBSCRIPT]
    if origin in _ANNOTATED and inner:
        found = _conditions(file, _text(flat, inner[0]), value, aliases, depth + 1)
        for metadata in inner[1:]:
            found.extend(_metadata(file, flat, metadata, value))
        return found
    if origin in _OPTIONAL and len(inner) == 1:
        return _unless_none(_conditions(file, _text(flat, inner[0]), value, aliases, depth + 1), value)
    if origin in _CONTAINERS and len(inner) == 1:
        element = f"element{depth}"
        return [
            f"all({condition} for {element} in {value})"
            for condition in _conditions(file, _text(flat, inner[0]), element, aliases, depth + 1)
        ]
    return _none_inside(file, flat, node, aliases, depth)


def _none_inside(
    file: ContractFile, flat: FlatTree, node: int, aliases: dict[str, str], depth: int
) -> list[str]:
    """No condition, provided that the annotation has none inside that is not read."""
    for at in range(node + 1, node + flat.size[node]):
        if file.origins.of(at, flat) in _ANNOTATED:
            raise NotUnderstood("`Annotated` inside of another type")
        if flat.kind[at] == py.IDENTIFIER and _text(flat, at) in aliases:
            if _conditions(file, aliases[_text(flat, at)], "value", aliases, depth + 1):
                raise NotUnderstood("`Annotated` inside of another type")
    return []


def _unless_none(conditions: list[str], value: str) -> list[str]:
    return [f"{value} is None or ({condition})" for condition in conditions]


def _metadata(file: ContractFile, flat: FlatTree, node: int, value: str) -> Iterator[str]:
    """What one piece of metadata says; nothing for what is not of annotated-types."""
    origin = file.origins.of_call(node, flat)
    if not origin.startswith("annotated_types."):
        if file.origins.of(node, flat).startswith("annotated_types."):
            raise NotUnderstood(f"`{_text(flat, node)}` is not read")
        return
    name = origin.removeprefix("annotated_types.")
    arguments = arguments_of(flat, node)
    if arguments is None:
        raise NotUnderstood("the arguments are starred")
    positional, named = arguments
    given = {key: _operand(flat, at) for key, at in named.items()}
    first = _operand(flat, positional[0]) if positional else next(iter(given.values()), "")
    if not first:
        raise NotUnderstood(f"`{_text(flat, node)}` is not read")
    if name in _COMPARISONS:
        yield f"{value} {_COMPARISONS[name]} {first}"
    elif name == "Interval" and not positional:
        for key, bound in given.items():
            if bound != "None":
                yield f"{value} {_COMPARISONS[key.capitalize()]} {bound}"
    elif name == "MultipleOf":
        yield f"{value} % {first} == 0"
    elif name == "MinLen":
        yield f"len({value}) >= {first}"
    elif name == "MaxLen":
        yield f"len({value}) <= {first}"
    elif name == "Len":
        bounds = [_operand(flat, at) for at in positional]
        low = given.get("min_length", bounds[0] if bounds else "0")
        high = given.get("max_length", bounds[1] if len(bounds) > 1 else "None")
        yield f"len({value}) >= {low}"
        if high != "None":
            yield f"len({value}) <= {high}"
    elif name == "Predicate" and positional:
        yield _predicate(flat, positional[0], value)
    else:
        raise NotUnderstood(f"`{_text(flat, node)}` is not read")


def _predicate(flat: FlatTree, node: int, value: str) -> str:
    if flat.kind[node] == py.ATTRIBUTE and flat.text(flat.child_by_field(node, py.FIELD_OBJECT)) == b"str":
        return f"{value}.{_text(flat, flat.child_by_field(node, py.FIELD_ATTRIBUTE))}()"
    if flat.kind[node] in (py.IDENTIFIER, py.ATTRIBUTE):
        return f"{_text(flat, node)}({value})"
    condition = lambda_condition(flat, node)
    if len(condition.parameters) != 1:
        raise NotUnderstood("the predicate does not take one value")
    body = condition.expression.node

    def replace(at: int, _text_of: Callable[[int], str]) -> str | None:
        if flat.kind[at] in (py.LAMBDA, py.FOR_IN_CLAUSE, py.NAMED_EXPRESSION):
            raise NotUnderstood("the predicate binds names of its own")
        if flat.kind[at] != py.IDENTIFIER or flat.field[at] == py.FIELD_ATTRIBUTE:
            return None
        return value if _text(flat, at) == condition.parameters[0] else None

    return f"({rewritten(flat, body, replace) or condition.expression.text})"


def _operand(flat: FlatTree, node: int) -> str:
    text = _text(flat, node)
    return f"({text})" if flat.kind[node] in _LOOSE else text


def _text(flat: FlatTree, node: int) -> str:
    return flat.text(node).decode("utf-8", "replace")
