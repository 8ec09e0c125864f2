"""Hypothesis: ``@given`` as the domains of a test's parameters, ``assume`` as what else is taken for granted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from groundstate_grammars.python import syntax as py
from groundstate_grammars.python.contracts.clauses import Clause, ClauseKind, Expression, Syntax, Unread
from groundstate_grammars.python.contracts.definitions import (
    ContractFile,
    Definition,
    arguments_of,
    own_nodes,
)
from groundstate_grammars.python.contracts.expressions import (
    NotUnderstood,
    attached,
    lambda_condition,
    rewritten,
)
from groundstate_grammars.tree import FlatTree

_GIVEN = "hypothesis.given"
_ASSUME = "hypothesis.assume"
_STRATEGIES = "hypothesis.strategies."


@dataclass(frozen=True, slots=True)
class _Domain:
    """An annotation, and what holds of every value besides."""

    annotation: str
    conditions: tuple[str, ...] = ()


def hypothesis_clauses(file: ContractFile, function: Definition) -> Iterator[Clause | Unread]:
    """Domains and assumptions of a test, in text order."""
    given = [node for node in function.decorators if file.origins.of_call(node) == _GIVEN]
    flat = file.flat
    for decorator in given:
        for name, node in _strategies(file, function, decorator):
            start, end = flat.start[node], flat.end[node]
            try:
                domain = _domain(file, node, name, 0)
            except NotUnderstood as reason:
                yield Unread(Syntax.HYPOTHESIS, str(reason), start, end)
                continue
            condition = " and ".join(f"({text})" for text in domain.conditions)
            yield Clause(
                ClauseKind.DOMAIN,
                Syntax.HYPOTHESIS,
                Expression(condition, start, end) if condition else None,
                start,
                end,
                arguments=((name, name),),
                annotation=domain.annotation,
            )
    if not given:
        return
    for node in own_nodes(flat, function.node):
        if flat.kind[node] == py.EXPRESSION_STATEMENT and file.origins.of_call(node + 1) == _ASSUME:
            arguments = arguments_of(flat, node + 1)
            if arguments is not None and len(arguments[0]) == 1:
                condition_node = arguments[0][0]
                yield Clause(
                    ClauseKind.REQUIRES,
                    Syntax.HYPOTHESIS,
                    attached(flat, condition_node),
                    flat.start[condition_node],
                    flat.end[condition_node],
                    statement=(flat.start[node], flat.end[node]),
                )


def _strategies(file: ContractFile, function: Definition, decorator: int) -> list[tuple[str, int]]:
    """(parameter, strategy): positional strategies fill the last parameters."""
    arguments = arguments_of(file.flat, decorator)
    if arguments is None:
        return []
    positional, named = arguments
    names = function.positional_names[-len(positional) :] if positional else ()
    known = [(name, node) for name, node in named.items() if name in function.parameter_names]
    return [*zip(names, positional, strict=False), *known]


def _domain(file: ContractFile, node: int, value: str, depth: int) -> _Domain:
    """What a strategy makes, as exactly as it says. Raises ``NotUnderstood``."""
    flat = file.flat
    if flat.kind[node] == py.BINARY_OPERATOR and flat.text(flat.children(node)[1]) == b"|":
        left, _, right = flat.children(node)
        return _either(_domain(file, left, value, depth), _domain(file, right, value, depth), value)
    if flat.kind[node] != py.CALL:
        raise NotUnderstood("a strategy that is not a call")
    arguments = arguments_of(flat, node)
    if arguments is None:
        raise NotUnderstood("the strategy's arguments are starred")
    positional, named = arguments
    callee = node + 1
    origin = file.origins.of(callee)
    if not origin and flat.kind[callee] == py.ATTRIBUTE:
        return _filtered(file, callee, positional, value, depth)
    if not origin.startswith(_STRATEGIES):
        raise NotUnderstood("a strategy that is not one of Hypothesis")
    name = origin.removeprefix(_STRATEGIES)
    read = _STRATEGY_READERS.get(name)
    if read is None:
        raise NotUnderstood(f"the strategy `{name}` is not read")
    return read(file, positional, dict(named), value, depth)


def _filtered(file: ContractFile, callee: int, positional: list[int], value: str, depth: int) -> _Domain:
    flat = file.flat
    method = flat.text(flat.child_by_field(callee, py.FIELD_ATTRIBUTE))
    if method != b"filter" or len(positional) != 1:
        raise NotUnderstood(f"`.{method.decode('utf-8', 'replace')}` of a strategy is not read")
    base = _domain(file, flat.child_by_field(callee, py.FIELD_OBJECT), value, depth)
    condition = lambda_condition(flat, positional[0])
    if len(condition.parameters) != 1:
        raise NotUnderstood("the filter does not take one value")

    def replace(at: int, _text_of: Callable[[int], str]) -> str | None:
        if flat.kind[at] in (py.LAMBDA, py.FOR_IN_CLAUSE, py.NAMED_EXPRESSION):
            raise NotUnderstood("the filter binds names of its own")
        if flat.kind[at] != py.IDENTIFIER or flat.field[at] == py.FIELD_ATTRIBUTE:
            return None
        return value if _text(flat, at) == condition.parameters[0] else None

    text = rewritten(flat, condition.expression.node, replace) or condition.expression.text
    return _Domain(base.annotation, (*base.conditions, text))


def _either(left: _Domain, right: _Domain, value: str) -> _Domain:
    if right.annotation == "None" and left.annotation != "None":
        left, right = right, left
    conditions: tuple[str, ...] = ()
    if left.annotation == "None":
        conditions = tuple(f"{value} is None or ({condition})" for condition in right.conditions)
        left, right = right, left
    elif left.conditions or right.conditions:
        raise NotUnderstood("alternatives with bounds")
    return _Domain(f"{left.annotation} | {right.annotation}", conditions)


def _integers(
    file: ContractFile, positional: list[int], named: dict[str, int], value: str, depth: int
) -> _Domain:
    given = _by_name(positional, named, ("min_value", "max_value"))
    return _Domain("int", _between(file.flat, given, "min_value", "max_value", value))


def _floats(
    file: ContractFile, positional: list[int], named: dict[str, int], value: str, depth: int
) -> _Domain:
    flat = file.flat
    given = _by_name(positional, named, ("min_value", "max_value"), also=("allow_nan", "allow_infinity"))
    conditions = list(_between(flat, given, "min_value", "max_value", value))
    switches = {key: flat.text(given[key]) for key in ("allow_nan", "allow_infinity") if key in given}
    if any(text not in (b"True", b"False", b"None") for text in switches.values()):
        raise NotUnderstood("what the strategy allows is decided when the program runs")
    if switches.get("allow_nan") == b"False" and not conditions:
        conditions.append(f"{value} == {value}")
    if switches.get("allow_nan") == b"True" and conditions:
        raise NotUnderstood("bounds and NaN together")
    if switches.get("allow_infinity") == b"False":
        if not conditions:
            raise NotUnderstood("NaN without infinity")
        conditions.append(f"{value} - {value} == 0")
    return _Domain("float", tuple(conditions))


def _booleans(
    file: ContractFile, positional: list[int], named: dict[str, int], value: str, depth: int
) -> _Domain:
    _by_name(positional, named, ())
    return _Domain("bool")


def _none(
    file: ContractFile, positional: list[int], named: dict[str, int], value: str, depth: int
) -> _Domain:
    _by_name(positional, named, ())
    return _Domain("None")


def _text_strategy(
    file: ContractFile, positional: list[int], named: dict[str, int], value: str, depth: int
) -> _Domain:
    flat = file.flat
    given = _by_name(positional, named, ("alphabet",), also=("min_size", "max_size"))
    conditions = list(_between(flat, given, "min_size", "max_size", f"len({value})"))
    if "alphabet" in given:
        if flat.kind[given["alphabet"]] != py.STRING:
            raise NotUnderstood("an alphabet that is not a string")
        character = f"character{depth}"
        alphabet = _text(flat, given["alphabet"])
        conditions.append(f"all({character} in {alphabet} for {character} in {value})")
    return _Domain("str", tuple(conditions))


def _lists(
    file: ContractFile, positional: list[int], named: dict[str, int], value: str, depth: int
) -> _Domain:
    flat = file.flat
    given = _by_name(positional, named, ("elements",), also=("min_size", "max_size", "unique"))
    if "elements" not in given:
        raise NotUnderstood("a list without elements")
    element = f"element{depth}"
    inner = _domain(file, given["elements"], element, depth + 1)
    conditions = list(_between(flat, given, "min_size", "max_size", f"len({value})"))
    conditions.extend(f"all({condition} for {element} in {value})" for condition in inner.conditions)
    if "unique" in given and flat.text(given["unique"]) == b"True":
        conditions.append(f"len(set({value})) == len({value})")
    elif "unique" in given and flat.text(given["unique"]) != b"False":
        raise NotUnderstood("what the strategy allows is decided when the program runs")
    return _Domain(f"list[{inner.annotation}]", tuple(conditions))


def _tuples(
    file: ContractFile, positional: list[int], named: dict[str, int], value: str, depth: int
) -> _Domain:
    if named or not positional:
        raise NotUnderstood("a tuple without elements")
    inner = [_domain(file, node, f"{value}[{at}]", depth) for at, node in enumerate(positional)]
    conditions = tuple(condition for domain in inner for condition in domain.conditions)
    return _Domain(f"tuple[{', '.join(domain.annotation for domain in inner)}]", conditions)


def _one_of(
    file: ContractFile, positional: list[int], named: dict[str, int], value: str, depth: int
) -> _Domain:
    if named or not positional:
        raise NotUnderstood("no alternatives")
    found = _domain(file, positional[0], value, depth)
    for node in positional[1:]:
        found = _either(found, _domain(file, node, value, depth), value)
    return found


def _sampled(
    file: ContractFile, positional: list[int], named: dict[str, int], value: str, depth: int
) -> _Domain:
    flat = file.flat
    if len(positional) != 1 or named or flat.kind[positional[0]] not in (py.LIST, py.TUPLE):
        raise NotUnderstood("values that the text does not list")
    items = [child for child in flat.children(positional[0])[1:-1] if flat.text(child) != b","]
    types = {_LITERAL_TYPES.get(flat.kind[item], "") for item in items}
    if len(types) != 1 or "" in types:
        raise NotUnderstood("values that are not literals of one type")
    return _Domain(types.pop(), (f"{value} in {_text(flat, positional[0])}",))


_LITERAL_TYPES = {py.INTEGER: "int", py.STRING: "str", py.TRUE: "bool", py.FALSE: "bool"}

_STRATEGY_READERS: dict[str, Callable[[ContractFile, list[int], dict[str, int], str, int], _Domain]] = {
    "integers": _integers,
    "floats": _floats,
    "booleans": _booleans,
    "none": _none,
    "text": _text_strategy,
    "lists": _lists,
    "tuples": _tuples,
    "one_of": _one_of,
    "sampled_from": _sampled,
}


def _by_name(
    positional: list[int], named: dict[str, int], names: tuple[str, ...], also: tuple[str, ...] = ()
) -> dict[str, int]:
    """Arguments by name. Raises ``NotUnderstood`` for one that is not among them."""
    if len(positional) > len(names) or not set(named) <= {*names, *also}:
        raise NotUnderstood("an argument of the strategy that is not read")
    return {**dict(zip(names, positional, strict=False)), **named}


def _between(flat: FlatTree, given: dict[str, int], low: str, high: str, value: str) -> tuple[str, ...]:
    conditions = []
    if low in given and flat.kind[given[low]] != py.NONE:
        conditions.append(f"{value} >= {_text(flat, given[low])}")
    if high in given and flat.kind[given[high]] != py.NONE:
        conditions.append(f"{value} <= {_text(flat, given[high])}")
    return tuple(conditions)


def _text(flat: FlatTree, node: int) -> str:
    return flat.text(node).decode("utf-8", "replace")
