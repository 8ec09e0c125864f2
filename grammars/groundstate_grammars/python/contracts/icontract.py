"""icontract: ``require``, ``ensure``, ``snapshot`` and ``invariant`` decorators with lambdas."""

from __future__ import annotations

from collections.abc import Iterator

from groundstate_grammars.python import syntax as py
from groundstate_grammars.python.contracts.clauses import Clause, ClauseKind, Snapshot, Syntax, Unread
from groundstate_grammars.python.contracts.definitions import (
    ContractFile,
    Definition,
    arguments_of,
    string_value,
)
from groundstate_grammars.python.contracts.expressions import (
    Condition,
    NotUnderstood,
    function_condition,
    lambda_condition,
)
from groundstate_grammars.tree import FlatTree

_OLD = "OLD"
_RESULT = "result"


def icontract_clauses(file: ContractFile, function: Definition) -> Iterator[Clause | Unread]:
    """The clauses of ``function``'s decorators, in text order."""
    calls = _decorators(file, function)
    snapshots: list[Snapshot] = []
    for decorator, origin in calls:
        if origin == "icontract.snapshot":
            try:
                snapshots.append(_snapshot(file, function, decorator))
            except NotUnderstood as reason:
                yield _unread(file, decorator, str(reason))
    for decorator, origin in calls:
        if origin in ("icontract.require", "icontract.ensure"):
            try:
                clause = _clause(file, function, decorator, origin, tuple(snapshots))
            except NotUnderstood as reason:
                yield _unread(file, decorator, str(reason))
            else:
                if clause is not None:
                    yield clause


def icontract_invariants(file: ContractFile, defined: Definition) -> Iterator[Clause | Unread]:
    """The invariants of a class."""
    flat = file.flat
    for decorator, origin in _decorators(file, defined):
        if origin != "icontract.invariant":
            continue
        try:
            positional, named = _arguments(file, decorator)
            condition = _condition(file, positional, named)
            if condition.parameters not in (("self",), ()):
                raise NotUnderstood("the condition of an invariant takes `self` only")
        except NotUnderstood as reason:
            yield _unread(file, decorator, str(reason))
            continue
        yield Clause(
            ClauseKind.INVARIANT,
            Syntax.ICONTRACT,
            condition.expression,
            condition.expression.start,
            condition.expression.end,
            arguments=tuple((name, name) for name in condition.parameters),
            message=_description(flat, positional, named),
        )


def _decorators(file: ContractFile, defined: Definition) -> list[tuple[int, str]]:
    found = [(decorator, file.origins.of_call(decorator)) for decorator in defined.decorators]
    return [item for item in found if item[1].startswith("icontract.")]


def _arguments(file: ContractFile, decorator: int) -> tuple[list[int], dict[str, int]]:
    arguments = arguments_of(file.flat, decorator)
    if arguments is None:
        raise NotUnderstood("the decorator's arguments are starred")
    return arguments


def _condition(file: ContractFile, positional: list[int], named: dict[str, int]) -> Condition:
    node = positional[0] if positional else named.get("condition", -1)
    if node < 0:
        raise NotUnderstood("the decorator has no condition")
    return function_condition(file, node)


def _description(flat: FlatTree, positional: list[int], named: dict[str, int]) -> str:
    node = positional[1] if len(positional) > 1 else named.get("description", -1)
    return (string_value(flat, node) or "") if node >= 0 else ""


def _clause(
    file: ContractFile, function: Definition, decorator: int, origin: str, snapshots: tuple[Snapshot, ...]
) -> Clause | None:
    flat = file.flat
    positional, named = _arguments(file, decorator)
    if "enabled" in named and flat.kind[named["enabled"]] != py.TRUE:
        if flat.kind[named["enabled"]] == py.FALSE:
            return None
        raise NotUnderstood("whether the contract is enabled is decided when the program runs")
    condition = _condition(file, positional, named)
    is_ensure = origin == "icontract.ensure"
    result = _RESULT if is_ensure and _RESULT in condition.parameters else ""
    old = _OLD if is_ensure and _OLD in condition.parameters else ""
    taken = [name for name in condition.parameters if name not in (result, old)]
    unknown = [name for name in taken if name not in function.parameter_names]
    if unknown:
        raise NotUnderstood(f"the condition takes `{unknown[0]}`, which is no parameter of the function")
    return Clause(
        ClauseKind.ENSURES if is_ensure else ClauseKind.REQUIRES,
        Syntax.ICONTRACT,
        condition.expression,
        condition.expression.start,
        condition.expression.end,
        arguments=tuple((name, name) for name in taken),
        result=result,
        old=old,
        snapshots=snapshots if old else (),
        message=_description(flat, positional, named),
    )


def _snapshot(file: ContractFile, function: Definition, decorator: int) -> Snapshot:
    flat = file.flat
    positional, named = _arguments(file, decorator)
    capture = positional[0] if positional else named.get("capture", -1)
    if capture < 0:
        raise NotUnderstood("the snapshot captures nothing")
    condition = lambda_condition(flat, capture)
    name_node = positional[1] if len(positional) > 1 else named.get("name", -1)
    name = string_value(flat, name_node) if name_node >= 0 else None
    if name is None:
        if name_node >= 0 or len(condition.parameters) != 1:
            raise NotUnderstood("the snapshot has no name that the text gives")
        name = condition.parameters[0]
    if not set(condition.parameters) <= set(function.parameter_names):
        raise NotUnderstood("the snapshot takes what is no parameter of the function")
    return Snapshot(
        name, condition.expression, tuple((taken, taken) for taken in condition.parameters), False
    )


def _unread(file: ContractFile, node: int, reason: str) -> Unread:
    return Unread(Syntax.ICONTRACT, reason, file.flat.start[node], file.flat.end[node])
