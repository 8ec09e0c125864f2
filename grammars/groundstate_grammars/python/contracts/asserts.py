"""``assert`` statements, by where they stand.

Before any other statement of a function with parameters: preconditions. At the head of a loop's body: loop invariants.
Just before a ``return``, about what it returns, or at the end of a function that returns nothing, about a parameter:
postconditions. Everywhere else, and after the head of a test: assertions.
"""

from __future__ import annotations

from collections.abc import Iterator

from groundstate_grammars.python import syntax as py
from groundstate_grammars.python.contracts.clauses import Clause, ClauseKind, Syntax
from groundstate_grammars.python.contracts.definitions import (
    ContractFile,
    Definition,
    identifiers,
    own_nodes,
    statements_of,
    string_value,
)
from groundstate_grammars.python.contracts.expressions import attached
from groundstate_grammars.python.contracts.nagini import is_contract_call
from groundstate_grammars.tree import FlatTree

_LOOPS = frozenset((py.FOR_STATEMENT, py.WHILE_STATEMENT))


def assert_clauses(file: ContractFile, function: Definition) -> Iterator[Clause]:
    """The clauses of every ``assert`` of ``function``, in text order."""
    flat = file.flat
    if not flat.of_kind(py.ASSERT_STATEMENT, function.node, function.node + flat.size[function.node]):
        return
    nodes = list(own_nodes(flat, function.node))
    asserts = [node for node in nodes if flat.kind[node] == py.ASSERT_STATEMENT]
    if not asserts:
        return
    leading = set(_leading(file, function)) if function.parameter_names else set()
    heads = {
        node
        for loop in nodes
        if flat.kind[loop] in _LOOPS and flat.child_by_field(loop, py.FIELD_BODY) >= 0
        for node in _run_of_asserts(flat, statements_of(flat, flat.child_by_field(loop, py.FIELD_BODY)))
    }
    returned = set()
    if not function.name.startswith("test"):
        returned = _before_returns(flat, nodes) | _at_the_end(flat, function, nodes)
    for node in asserts:
        children = [child for child in flat.children(node) if flat.kind[child] != py.COMMENT]
        if len(children) < 2:
            continue
        condition = children[1]
        message = string_value(flat, children[3]) if len(children) > 3 else ""
        about = returned & {(node, name) for name in identifiers(flat, condition)}
        result = ""
        if node in leading:
            kind = ClauseKind.REQUIRES
        elif node in heads:
            kind = ClauseKind.LOOP_INVARIANT
        elif about:
            kind = ClauseKind.ENSURES
            result = _returned_name(flat, node)
        else:
            kind = ClauseKind.ASSERTION
        yield Clause(
            kind,
            Syntax.ASSERT,
            attached(flat, condition),
            flat.start[condition],
            flat.end[condition],
            result=result,
            statement=(flat.start[node], flat.end[node]),
            message=message or "",
        )


def _run_of_asserts(flat: FlatTree, statements: tuple[int, ...]) -> list[int]:
    run = []
    for statement in statements:
        if flat.kind[statement] != py.ASSERT_STATEMENT:
            break
        run.append(statement)
    return run


def _leading(file: ContractFile, function: Definition) -> Iterator[int]:
    for statement in function.statements:
        if file.flat.kind[statement] == py.ASSERT_STATEMENT:
            yield statement
        elif not is_contract_call(file, statement):
            return


def _before_returns(flat: FlatTree, nodes: list[int]) -> set[tuple[int, str]]:
    """(assert, name): the assert stands just before a return whose value is made of the name."""
    found: set[tuple[int, str]] = set()
    for node in nodes:
        if flat.kind[node] != py.RETURN_STATEMENT:
            continue
        names = identifiers(flat, node)
        siblings = statements_of(flat, flat.parent[node])
        at = siblings.index(node) - 1
        while at >= 0 and flat.kind[siblings[at]] == py.ASSERT_STATEMENT:
            found.update((siblings[at], name) for name in names)
            at -= 1
    return found


def _at_the_end(flat: FlatTree, function: Definition, nodes: list[int]) -> set[tuple[int, str]]:
    """(assert, parameter) for the asserts that end a function without a return value."""
    if any(flat.kind[node] == py.RETURN_STATEMENT and flat.size[node] > 2 for node in nodes):
        return set()
    run = _run_of_asserts(flat, function.statements[::-1])
    return {(node, name) for node in run for name in function.parameter_names}


def _returned_name(flat: FlatTree, node: int) -> str:
    """The name that the return after an assert returns, where it is a name."""
    siblings = statements_of(flat, flat.parent[node])
    after = next((at for at in siblings[siblings.index(node) :] if flat.kind[at] != py.ASSERT_STATEMENT), -1)
    if after < 0 or flat.kind[after] != py.RETURN_STATEMENT or flat.size[after] != 3:
        return ""
    return flat.text(after + 2).decode("utf-8", "replace") if flat.kind[after + 2] == py.IDENTIFIER else ""
