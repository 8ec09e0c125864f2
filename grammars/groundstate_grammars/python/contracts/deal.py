"""deal: decorators for conditions, exceptions, side effects and examples, alone or in a ``chain``."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from groundstate_grammars.python import syntax as py
from groundstate_grammars.python.contracts.clauses import Clause, ClauseKind, Expression, Syntax, Unread
from groundstate_grammars.python.contracts.definitions import (
    ContractFile,
    Definition,
    arguments_of,
    string_value,
)
from groundstate_grammars.python.contracts.expressions import (
    RESULT,
    Condition,
    NotUnderstood,
    function_condition,
    rewritten,
)
from groundstate_grammars.tree import FlatTree

_NAMESPACE = "_"
_WITHOUT_CALL = ("deal.pure", "deal.safe")


def deal_clauses(file: ContractFile, function: Definition) -> Iterator[Clause | Unread]:
    """The clauses of ``function``'s decorators, in text order."""
    for node, origin in _decorators(file, function.decorators):
        try:
            yield from _READERS[origin](file, function, node) if origin in _READERS else ()
        except NotUnderstood as reason:
            yield _unread(file, node, str(reason))


def deal_invariants(file: ContractFile, defined: Definition) -> Iterator[Clause | Unread]:
    """The invariants of a class."""
    for node, origin in _decorators(file, defined.decorators):
        if origin != "deal.inv":
            continue
        try:
            condition, message = _condition(file, node)
            if len(condition.parameters) != 1:
                raise NotUnderstood("the condition of an invariant takes the object only")
        except NotUnderstood as reason:
            yield _unread(file, node, str(reason))
            continue
        yield Clause(
            ClauseKind.INVARIANT,
            Syntax.DEAL,
            condition.expression,
            condition.expression.start,
            condition.expression.end,
            arguments=((condition.parameters[0], "self"),),
            message=message,
        )


def _decorators(file: ContractFile, decorators: tuple[int, ...]) -> Iterator[tuple[int, str]]:
    """deal's decorators with their origins, those inside of ``chain`` too."""
    for node in decorators:
        origin = file.origins.of_call(node)
        if not origin and file.origins.of(node) in _WITHOUT_CALL:
            origin = file.origins.of(node)
        if origin == "deal.chain":
            arguments = arguments_of(file.flat, node)
            if arguments is not None:
                yield from _decorators(file, tuple(arguments[0]))
                continue
        if origin.startswith("deal."):
            yield node, origin


def _condition(file: ContractFile, node: int, at: int = 0) -> tuple[Condition, str]:
    """The validator of a decorator and its message: a text after ``or`` is what deal shows when the rest fails."""
    arguments = arguments_of(file.flat, node)
    if arguments is None:
        raise NotUnderstood("the decorator's arguments are starred")
    positional, named = arguments
    validator = positional[at] if len(positional) > at else named.get("validator", -1)
    if validator < 0:
        raise NotUnderstood("the decorator has no condition")
    condition = function_condition(file, validator)
    message = string_value(file.flat, named["message"]) or "" if "message" in named else ""
    body = condition.expression.node
    if body >= 0 and file.flat.kind[body] == py.BOOLEAN_OPERATOR:
        left, operator, right = file.flat.children(body)[:3]
        if file.flat.text(operator) == b"or" and file.flat.kind[right] in (py.STRING, py.CONCATENATED_STRING):
            text = file.flat.text(left).decode("utf-8", "replace")
            expression = Expression(text, file.flat.start[left], file.flat.end[left], left)
            return Condition(expression, condition.parameters), message or string_value(
                file.flat, right
            ) or ""
    return condition, message


def _bound(
    flat: FlatTree, function: Definition, condition: Condition, takes_result: bool
) -> tuple[Expression, tuple[tuple[str, str], ...], str]:
    """Expression, arguments and result of a validator that is called as the function is."""
    parameters = function.parameters
    if parameters is None or any(parameter.kind.value.startswith("any-") for parameter in parameters):
        raise NotUnderstood("the function's parameters have stars")
    names = condition.parameters
    if names == (_NAMESPACE,):
        return _without_namespace(flat, function, condition, takes_result)
    result = ""
    if takes_result:
        if "result" not in names:
            raise NotUnderstood("the condition does not take `result`")
        result = "result"
        names = tuple(name for name in names if name != "result")
    if len(names) != len(parameters):
        raise NotUnderstood("the condition does not take the parameters of the function")
    expected = tuple(parameter.name for parameter in parameters)
    if set(names) == set(expected):
        return condition.expression, tuple((name, name) for name in names), result
    if any(parameter.kind.value == "keyword-only" for parameter in parameters):
        raise NotUnderstood("the condition does not take the parameters of the function")
    return condition.expression, tuple(zip(names, expected, strict=True)), result


def _without_namespace(
    flat: FlatTree, function: Definition, condition: Condition, takes_result: bool
) -> tuple[Expression, tuple[tuple[str, str], ...], str]:
    """``_.x`` is the argument ``x``, and ``_.result`` what the function returned."""
    expression = condition.expression
    if expression.node < 0:
        raise NotUnderstood("a named condition takes the arguments as one object")
    used: set[str] = set()

    def replace(node: int, _text: Callable[[int], str]) -> str | None:
        if flat.kind[node] != py.ATTRIBUTE:
            return None
        if flat.text(flat.child_by_field(node, py.FIELD_OBJECT)) != _NAMESPACE.encode():
            return None
        name = flat.text(flat.child_by_field(node, py.FIELD_ATTRIBUTE)).decode("utf-8", "replace")
        if takes_result and name == "result":
            used.add(RESULT)
            return RESULT
        if name not in function.parameter_names:
            raise NotUnderstood(f"`_.{name}` is no parameter of the function")
        used.add(name)
        return name

    text = rewritten(flat, expression.node, replace)
    if text is None:
        return expression, (), ""
    arguments = tuple((name, name) for name in function.parameter_names if name in used)
    return Expression(text, expression.start, expression.end), arguments, RESULT if RESULT in used else ""


def _pre(file: ContractFile, function: Definition, node: int) -> Iterator[Clause]:
    condition, message = _condition(file, node)
    expression, arguments, _ = _bound(file.flat, function, condition, False)
    yield Clause(
        ClauseKind.REQUIRES,
        Syntax.DEAL,
        expression,
        expression.start,
        expression.end,
        arguments=arguments,
        message=message,
    )


def _post(file: ContractFile, function: Definition, node: int) -> Iterator[Clause]:
    condition, message = _condition(file, node)
    if len(condition.parameters) != 1:
        raise NotUnderstood("the condition of `post` takes the result only")
    expression = condition.expression
    yield Clause(
        ClauseKind.ENSURES,
        Syntax.DEAL,
        expression,
        expression.start,
        expression.end,
        result=condition.parameters[0],
        message=message,
    )


def _ensure(file: ContractFile, function: Definition, node: int) -> Iterator[Clause]:
    condition, message = _condition(file, node)
    expression, arguments, result = _bound(file.flat, function, condition, True)
    yield Clause(
        ClauseKind.ENSURES,
        Syntax.DEAL,
        expression,
        expression.start,
        expression.end,
        arguments=arguments,
        result=result,
        message=message,
    )


def _raises(file: ContractFile, function: Definition, node: int) -> Iterator[Clause]:
    flat = file.flat
    arguments = arguments_of(flat, node)
    if arguments is None:
        raise NotUnderstood("the decorator's arguments are starred")
    exceptions = tuple(flat.text(argument).decode("utf-8", "replace") for argument in arguments[0])
    yield Clause(
        ClauseKind.RAISES, Syntax.DEAL, None, flat.start[node], flat.end[node], exceptions=exceptions
    )


def _reason(file: ContractFile, function: Definition, node: int) -> Iterator[Clause]:
    flat = file.flat
    arguments = arguments_of(flat, node)
    if arguments is None or not arguments[0]:
        raise NotUnderstood("the decorator names no exception")
    condition, message = _condition(file, node, 1)
    expression, bound, _ = _bound(flat, function, condition, False)
    yield Clause(
        ClauseKind.RAISES,
        Syntax.DEAL,
        expression,
        expression.start,
        expression.end,
        arguments=bound,
        exceptions=(flat.text(arguments[0][0]).decode("utf-8", "replace"),),
        message=message,
    )


def _safe(file: ContractFile, function: Definition, node: int) -> Iterator[Clause]:
    yield Clause(ClauseKind.RAISES, Syntax.DEAL, None, file.flat.start[node], file.flat.end[node])


def _pure(file: ContractFile, function: Definition, node: int) -> Iterator[Clause]:
    yield Clause(ClauseKind.PURE, Syntax.DEAL, None, file.flat.start[node], file.flat.end[node])
    yield from _safe(file, function, node)


def _has(file: ContractFile, function: Definition, node: int) -> Iterator[Clause]:
    if arguments_of(file.flat, node) == ([], {}):
        yield Clause(ClauseKind.PURE, Syntax.DEAL, None, file.flat.start[node], file.flat.end[node])


def _example(file: ContractFile, function: Definition, node: int) -> Iterator[Clause]:
    condition, message = _condition(file, node)
    expression = condition.expression
    if condition.parameters:
        raise NotUnderstood("an example takes no arguments")
    yield Clause(
        ClauseKind.EXAMPLE,
        Syntax.DEAL,
        Expression(f"bool({expression.text})", expression.start, expression.end),
        expression.start,
        expression.end,
        expected="True",
        message=message,
    )


_READERS: dict[str, Callable[[ContractFile, Definition, int], Iterator[Clause]]] = {
    "deal.pre": _pre,
    "deal.post": _post,
    "deal.ensure": _ensure,
    "deal.raises": _raises,
    "deal.reason": _reason,
    "deal.safe": _safe,
    "deal.pure": _pure,
    "deal.has": _has,
    "deal.example": _example,
}


def _unread(file: ContractFile, node: int, reason: str) -> Unread:
    return Unread(Syntax.DEAL, reason, file.flat.start[node], file.flat.end[node])
