"""Nagini's calls: ``Requires``, ``Ensures``, ``Exsures``, ``Invariant``, ``Assert`` and ``Assume`` inside a function's body.

Permissions (``Acc``, ``list_pred``) say who may write, not what holds: they are read as true.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from groundstate_grammars.python import syntax as py
from groundstate_grammars.python.contracts.clauses import (
    Clause,
    ClauseKind,
    Expression,
    Snapshot,
    Syntax,
    Unread,
)
from groundstate_grammars.python.contracts.definitions import (
    ContractFile,
    Definition,
    arguments_of,
    identifiers,
    own_nodes,
)
from groundstate_grammars.python.contracts.expressions import (
    OLD,
    RESULT,
    NotUnderstood,
    attached,
    lambda_condition,
    rewritten,
)
from groundstate_grammars.tree import FlatTree

_MODULE = "nagini_contracts.contracts."
_KINDS = {
    "Requires": ClauseKind.REQUIRES,
    "Ensures": ClauseKind.ENSURES,
    "Exsures": ClauseKind.RAISES,
    "Invariant": ClauseKind.LOOP_INVARIANT,
    "Assert": ClauseKind.ASSERTION,
}
_PERMISSIONS = frozenset(("Acc", "Rd", "list_pred", "dict_pred", "set_pred", "MustTerminate", "MayInvoke"))


def is_contract_call(file: ContractFile, statement: int) -> bool:
    """Whether a statement is a call of Nagini's, which does nothing when the program runs."""
    flat = file.flat
    return flat.kind[statement] == py.EXPRESSION_STATEMENT and file.origins.of_call(statement + 1).startswith(
        _MODULE
    )


def nagini_clauses(file: ContractFile, function: Definition) -> Iterator[Clause | Unread]:
    """The clauses of the calls in ``function``'s body, in text order."""
    flat = file.flat
    for decorator in function.decorators:
        if file.origins.of(decorator) == _MODULE + "Pure":
            yield Clause(ClauseKind.PURE, Syntax.NAGINI, None, flat.start[decorator], flat.end[decorator])
    for node in own_nodes(flat, function.node):
        if flat.kind[node] != py.EXPRESSION_STATEMENT or not is_contract_call(file, node):
            continue
        name = file.origins.of_call(node + 1).removeprefix(_MODULE)
        try:
            if name in _KINDS:
                yield _clause(file, function, node, _KINDS[name])
            elif name == "Assume":
                raise NotUnderstood("an assumption is taken on trust")
        except NotUnderstood as reason:
            yield Unread(Syntax.NAGINI, str(reason), flat.start[node], flat.end[node])


def _clause(file: ContractFile, function: Definition, statement: int, kind: ClauseKind) -> Clause:
    flat = file.flat
    arguments = arguments_of(flat, statement + 1)
    needed = 2 if kind is ClauseKind.RAISES else 1
    if arguments is None or len(arguments[0]) != needed:
        raise NotUnderstood("the call has other arguments than its condition")
    exceptions: tuple[str, ...] = ()
    if kind is ClauseKind.RAISES:
        exceptions = (flat.text(arguments[0][0]).decode("utf-8", "replace"),)
    node = arguments[0][-1]
    expression, snapshots, has_result = _plain(file, function, node)
    stands = kind in (ClauseKind.LOOP_INVARIANT, ClauseKind.ASSERTION)
    names = identifiers(flat, node)
    return Clause(
        kind,
        Syntax.NAGINI,
        expression,
        expression.start,
        expression.end,
        arguments=() if stands else tuple((name, name) for name in function.parameter_names if name in names),
        result=RESULT if has_result else "",
        old=OLD if snapshots else "",
        snapshots=snapshots,
        statement=(flat.start[statement], flat.end[statement]) if stands else None,
        exceptions=exceptions,
    )


def _plain(
    file: ContractFile, function: Definition, node: int
) -> tuple[Expression, tuple[Snapshot, ...], bool]:
    """A condition with Nagini's own calls replaced by what they mean in Python."""
    flat = file.flat
    snapshots: list[Snapshot] = []
    used: set[str] = set()

    def replace(at: int, text_of: Callable[[int], str]) -> str | None:
        name = file.origins.of_call(at).removeprefix(_MODULE) if flat.kind[at] == py.CALL else ""
        if not name or not file.origins.of_call(at).startswith(_MODULE):
            return None
        arguments = arguments_of(flat, at)
        positional = arguments[0] if arguments is not None else []
        if name == "Result" and not positional:
            used.add(RESULT)
            return RESULT
        if name in _PERMISSIONS:
            return "True"
        if name == "Old" and len(positional) == 1:
            inside = positional[0]
            names = tuple((taken, taken) for taken in function.parameter_names)
            snapshot = Snapshot(f"value{len(snapshots)}", attached(flat, inside), names, False)
            snapshots.append(snapshot)
            return f"{OLD}.{snapshot.name}"
        if name == "Implies" and len(positional) == 2:
            return f"(not ({text_of(positional[0])}) or bool({text_of(positional[1])}))"
        if name in ("Forall", "Exists") and len(positional) == 2:
            return _quantified(file, name, positional, text_of)
        raise NotUnderstood(f"`{name}` is not read")

    text = rewritten(flat, node, replace)
    if text is None:
        return attached(flat, node), (), False
    return Expression(text, flat.start[node], flat.end[node]), tuple(snapshots), RESULT in used


def _quantified(file: ContractFile, name: str, positional: list[int], text_of: Callable[[int], str]) -> str:
    """``Forall(xs, lambda x: p)``, and ``Forall(int, lambda i: Implies(a <= i and i < b, p))`` with its bounds."""
    flat = file.flat
    condition = lambda_condition(flat, positional[1])
    if len(condition.parameters) != 1:
        raise NotUnderstood("a quantifier over more than one name")
    variable = condition.parameters[0]
    body = condition.expression.node
    if flat.kind[body] == py.TUPLE:  # (condition, triggers)
        body = body + 2
    function = "all" if name == "Forall" else "any"
    if flat.text(positional[0]) != b"int":
        return f"{function}({text_of(body)} for {variable} in {text_of(positional[0])})"
    if name == "Exists" or file.origins.of_call(body) != _MODULE + "Implies":
        raise NotUnderstood("a quantifier over all integers without bounds")
    arguments = arguments_of(flat, body)
    assert arguments is not None
    guard, claim = arguments[0]
    low = high = ""
    rest: list[str] = []
    for conjunct in _conjuncts(flat, guard):
        bounds = _bounds(flat, conjunct, variable, text_of)
        if bounds is None or (bounds[0] and low) or (bounds[1] and high):
            rest.append(text_of(conjunct))
        else:
            low, high = low or bounds[0], high or bounds[1]
    if not low or not high:
        raise NotUnderstood("a quantifier over all integers without bounds")
    condition_text = f" if {' and '.join(f'({text})' for text in rest)}" if rest else ""
    return f"all({text_of(claim)} for {variable} in range({low}, {high}){condition_text})"


def _conjuncts(flat: FlatTree, node: int) -> list[int]:
    found: list[int] = []
    pending = [node]
    while pending:
        at = pending.pop()
        if flat.kind[at] == py.PARENTHESIZED_EXPRESSION:
            pending.append(at + 2)
        elif flat.kind[at] == py.BOOLEAN_OPERATOR and b"and" in (
            flat.text(child) for child in flat.children(at)
        ):
            left, _, right = flat.children(at)
            pending.extend((right, left))
        else:
            found.append(at)
    return found


def _bounds(
    flat: FlatTree, node: int, variable: str, text_of: Callable[[int], str]
) -> tuple[str, str] | None:
    """(first, after the last) that a comparison sets for ``variable``; empty where it sets none."""
    if flat.kind[node] != py.COMPARISON_OPERATOR:
        return None
    parts = flat.children(node)
    low = high = ""
    for left, operator, right in zip(parts[::2], parts[1::2], parts[2::2], strict=False):
        sign = flat.text(operator)
        names = flat.text(left).decode("utf-8", "replace"), flat.text(right).decode("utf-8", "replace")
        if sign in (b">", b">="):
            left, right, names = right, left, names[::-1]
            sign = b"<" if sign == b">" else b"<="
        if sign not in (b"<", b"<=") or (names[0] == variable) == (names[1] == variable):
            return None
        if names[1] == variable:
            if low:
                return None
            low = text_of(left) if sign == b"<=" else f"({text_of(left)}) + 1"
        else:
            if high:
                return None
            high = text_of(right) if sign == b"<" else f"({text_of(right)}) + 1"
    return low, high
