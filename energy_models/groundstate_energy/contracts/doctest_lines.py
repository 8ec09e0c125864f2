"""A counterexample as a doctest: the call, and what the contract wants of it.

Where an equation of the contract determines the returned value, the example shows that value. Where it does not, the example
asks a clause about the call, and wants ``True``. Where no clause can be asked from outside, it is the call alone.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

from groundstate_energy.contracts import core, values
from groundstate_energy.contracts.examples import value_of
from groundstate_energy.contracts.excerpts import excerpt
from groundstate_energy.contracts.lowering import Programs
from groundstate_energy.contracts.search import mutates
from groundstate_energy.contracts.verdicts import ClauseVerdict, FunctionVerdict
from groundstate_energy.contracts.versions import version_at
from groundstate_grammars.python import syntax as py
from groundstate_grammars.python.contracts.clauses import Clause, ClauseKind, FunctionContracts
from groundstate_grammars.python.contracts.expressions import RESULT, parsed_expression
from groundstate_grammars.python.parsed import ParsedFile
from groundstate_grammars.tree import FlatTree

_LONGEST = 400
_BINDERS = frozenset((py.FOR_IN_CLAUSE, py.LAMBDA, py.NAMED_EXPRESSION))


def doctest_lines(parsed: ParsedFile, verdict: FunctionVerdict, refuted: ClauseVerdict) -> tuple[str, ...]:
    """The lines of an example that fails as long as the counterexample of ``refuted`` stands; none where there is no such.

    Only functions of the module are called: what a method is called on is not known.
    """
    found = refuted.counterexample
    if (
        found is None
        or not found.values
        or "." in verdict.qualname
        or len(found.values) != len(found.arguments)
    ):
        return ()
    version = version_at(excerpt(parsed, verdict.node), parsed.flat.start[verdict.node])
    if version is None:
        return ()
    program = version.contract.program
    try:
        given = {
            name: _literal(value) for (name, _), value in zip(found.arguments, found.values, strict=True)
        }
    except values.NotModelled:
        return ()
    changes = mutates(program) and any(isinstance(value, list | dict | set | tuple) for value in found.values)
    lines = tuple(_lines(version.programs, program, version.said, given, refuted.clause, changes))
    return lines if sum(map(len, lines)) <= _LONGEST else ()


def _lines(
    programs: Programs,
    program: core.Program,
    contract: FunctionContracts,
    given: Mapping[str, str],
    broken: int,
    changes: bool,
) -> Iterator[str]:
    """``given``: the arguments as text. ``changes``: the call may change one, so what is asked later sees another."""
    function = program.function
    promised = [clause for clause in contract.clauses if clause.kind is ClauseKind.ENSURES and not clause.old]
    if broken >= 0 and contract.clauses[broken] in promised:
        promised.insert(0, contract.clauses[broken])
    assigned = core.assigned_in(function.body)
    call = _call(contract.qualname, function, given)
    for clause in () if changes else promised:
        wanted = _determined(programs, clause, given, assigned)
        if wanted is not None:
            yield f">>> {call}"
            if wanted != "None":
                yield wanted
            return
    for clause in promised:
        names = _names(clause, given, assigned)
        if names is None or clause.expression is None:
            continue
        text = clause.expression.text
        if not changes and _times(text, clause.result) == 1:
            asked = _substituted(text, {**names, clause.result: call})
            if asked is not None:
                yield f">>> {asked}"
                yield "True"
                return
        if _is_free(text, {*names, clause.result}):
            yield from (f">>> {name} = {value}" for name, value in names.items())
            variable = {passed: name for name, passed in clause.arguments} or {name: name for name in given}
            shown = {
                name: variable[name] if variable.get(name) in names else value
                for name, value in given.items()
            }
            result, asked = clause.result or "_", text
            if result == RESULT and "result" not in names:
                result, asked = "result", _substituted(text, {RESULT: "result"}) or text
            yield f">>> {result} = {_call(contract.qualname, function, shown)}"
            yield f">>> {asked}"
            yield "True"
            return
    yield f">>> _ = {call}"


def _call(name: str, function: core.Function, given: Mapping[str, str]) -> str:
    keyword_only = {item.name for item in function.parameters if item.keyword_only}
    shown = (f"{item}={text}" if item in keyword_only else text for item, text in given.items())
    return f"{name}({', '.join(shown)})"


def _times(text: str, name: str) -> int:
    """How often an expression reads a name."""
    parsed = parsed_expression(text)
    if parsed is None or not name:
        return 0
    return sum(parsed[0].text(node) == name.encode() for node in _identifiers(*parsed))


def _names(clause: Clause, given: Mapping[str, str], assigned: set[str]) -> dict[str, str] | None:
    """What the names of a clause stand for; None where it sees variables of the function that are no arguments."""
    if clause.expression is None:
        return None
    parsed = parsed_expression(clause.expression.text)
    if parsed is None:
        return None
    read = {parsed[0].text(node).decode("utf-8", "replace") for node in _identifiers(*parsed)}
    if clause.statement is None:
        bound = {name: given[parameter] for name, parameter in clause.arguments if parameter in given}
        return bound if len(bound) == len(clause.arguments) else None
    if (read & assigned) - {clause.result}:
        return None
    return {name: text for name, text in given.items() if name in read and name != clause.result}


def _determined(
    programs: Programs, clause: Clause, given: Mapping[str, str], assigned: set[str]
) -> str | None:
    """What the function must return by a clause ``result == expression``, as text; None where it says no such thing."""
    names = _names(clause, given, assigned)
    parsed = parsed_expression(clause.expression.text) if clause.expression is not None else None
    if names is None or parsed is None or not clause.result:
        return None
    flat, node = parsed
    parts = flat.children(node)
    if (
        flat.kind[node] != py.COMPARISON_OPERATOR
        or len(parts) != 3
        or flat.text(parts[1]) not in (b"==", b"is")
    ):
        return None
    result = clause.result.encode()
    for one, other in ((parts[0], parts[2]), (parts[2], parts[0])):
        said = {flat.text(item) for item in _identifiers(flat, other)}
        if flat.text(one) == result and result not in said:
            text = _substituted(flat.text(other).decode("utf-8", "replace"), names)
            return None if text is None else value_of(programs, text)
    return None


def _substituted(text: str, names: Mapping[str, str]) -> str | None:
    """``text`` with names replaced by what they stand for; None where it binds one of them itself."""
    parsed = parsed_expression(text)
    if parsed is None or not _is_free(text, set(names)):
        return None
    flat, _ = parsed
    data, parts, at = flat.data, [], 1  # the expression is parsed in parentheses
    for node in _identifiers(*parsed):
        new = names.get(flat.text(node).decode("utf-8", "replace"))
        if new is not None:
            parts += [data[at : flat.start[node]], (f"({new})" if new.startswith("-") else new).encode()]
            at = flat.end[node]
    return b"".join([*parts, data[at : 1 + len(text.encode())]]).decode("utf-8", "replace")


def _is_free(text: str, names: set[str]) -> bool:
    """Whether an expression binds none of ``names``, in a comprehension or otherwise, and stands on one line."""
    parsed = parsed_expression(text)
    if parsed is None or "\n" in text:
        return False
    flat, _ = parsed
    bound: set[str] = set()
    for node, kind in enumerate(flat.kind):
        if kind in _BINDERS:
            target = flat.child_by_field(node, py.FIELD_LEFT) if kind == py.FOR_IN_CLAUSE else node
            if target >= 0:
                bound |= {flat.text(item).decode("utf-8", "replace") for item in _identifiers(flat, target)}
    return not bound & names


def _identifiers(flat: FlatTree, node: int) -> list[int]:
    """Names below a node, attributes and keywords left out."""
    return [
        item
        for item in range(node, node + flat.size[node])
        if flat.kind[item] == py.IDENTIFIER
        and flat.field[item] != py.FIELD_ATTRIBUTE
        and not (flat.kind[flat.parent[item]] == py.KEYWORD_ARGUMENT and flat.field[item] == py.FIELD_NAME)
    ]


def _literal(value: object) -> str:
    """Text that gives the value again; raises ``NotModelled`` where there is none."""
    stack = [value]
    while stack:
        item = stack.pop()
        if isinstance(item, float) and not math.isfinite(item):
            raise values.NotModelled
        if isinstance(item, list | tuple | set):
            stack.extend(item)
        elif isinstance(item, dict):
            stack.extend((*item.keys(), *item.values()))
    return values.exact_text(value)
