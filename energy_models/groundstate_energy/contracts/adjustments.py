"""The other direction: a contract changed to what the function does.

Never verified, and never the obvious thing to do: a contract says what is wanted, and only its author knows whether the
function or the contract is wrong. A few templates are tried, the weakest change first: a comparison that also allows
equality, a bound that is one off, in the clause that fails; then the same, the other way round, in a precondition.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from groundstate_energy.contracts.core import Unmodelled
from groundstate_energy.contracts.excerpts import excerpt
from groundstate_energy.contracts.pools import Pool, attempt, fill
from groundstate_energy.contracts.search import Failure, search
from groundstate_energy.contracts.verdicts import ClauseVerdict, FunctionVerdict
from groundstate_energy.contracts.versions import version_at
from groundstate_grammars.edits import Replacement
from groundstate_grammars.python import syntax as py
from groundstate_grammars.python.contracts.clauses import Clause, ClauseKind
from groundstate_grammars.python.contracts.expressions import parsed_expression
from groundstate_grammars.python.parsed import ParsedFile

_WEAKER: Mapping[str, tuple[str, ...]] = {"<": ("<=",), ">": (">=",)}
_WEAKER_OF_NUMBERS: Mapping[str, tuple[str, ...]] = {**_WEAKER, "==": ("<=", ">=")}
_STRONGER: Mapping[str, tuple[str, ...]] = {"<=": ("<",), ">=": (">",)}
_ASSUMED = frozenset((ClauseKind.REQUIRES, ClauseKind.DOMAIN))
_CHANGED = frozenset((ClauseKind.ENSURES, ClauseKind.ASSERTION, ClauseKind.LOOP_INVARIANT))
_MOST_TRIED = 24


def adjustments(
    parsed: ParsedFile,
    verdict: FunctionVerdict,
    refuted: ClauseVerdict,
    goes_on: Callable[[], bool] = lambda: True,
) -> list[Replacement]:
    """At most two changes of a contract that no call known or tried breaks: one of the clause, one of a precondition.

    ``goes_on``: asked before each; False ends the search.
    """
    start = parsed.flat.start[verdict.node]
    cut = excerpt(parsed, verdict.node)
    version = version_at(cut, start)
    found = refuted.counterexample
    if version is None or found is None or len(found.values) != len(version.contract.function.parameters):
        return []
    try:
        pool = fill(version.contract, [found.values])
    except Unmodelled:
        return []
    clauses = version.said.clauses
    own = (
        [clauses[refuted.clause]] if refuted.clause >= 0 and clauses[refuted.clause].kind in _CHANGED else []
    )
    assumed = [clause for clause in clauses if clause.kind in _ASSUMED]
    edits: list[Replacement] = []
    returns = version.contract.function.returns
    weaker = _WEAKER_OF_NUMBERS if returns is not None and returns.name in ("int", "float") else _WEAKER
    for group, operators in ((own, weaker), (assumed, _STRONGER)):
        tried = [item for clause in group for item in _changes(parsed.data, clause, operators)][:_MOST_TRIED]
        fitting = (item for item in tried if goes_on() and _fits(cut.edited([item]), start, pool))
        chosen = next(fitting, None)
        if chosen is not None:
            edits.append(chosen)
    return edits


def _changes(data: bytes, clause: Clause, operators: Mapping[str, tuple[str, ...]]) -> Iterator[Replacement]:
    """The changes of one clause: operators, then bounds; none where its text is not what stands in the file."""
    expression = clause.expression
    if expression is None or data[expression.start : expression.end] != expression.text.encode():
        return
    parsed = parsed_expression(expression.text)
    if parsed is None:
        return
    flat, _ = parsed
    shift = expression.start - 1  # the expression is parsed in parentheses
    numbers: list[Replacement] = []
    names: list[Replacement] = []
    for node, kind in enumerate(flat.kind):
        above = flat.parent[node]
        if above < 0 or flat.kind[above] != py.COMPARISON_OPERATOR:
            continue
        text = flat.text(node).decode("utf-8", "replace")
        at = (flat.start[node] + shift, flat.end[node] + shift)
        for other in operators.get(text, ()):
            yield Replacement(*at, other.encode())
        if kind == py.INTEGER and text.isdecimal():
            numbers += [Replacement(*at, str(int(text) + step).encode()) for step in (1, -1)]
        elif kind == py.IDENTIFIER:
            names += [Replacement(at[1], at[1], step) for step in (b" + 1", b" - 1")]
    yield from numbers
    yield from names


def _fits(after: ParsedFile, start: int, pool: Pool) -> bool:
    """Whether the changed contract is kept in all calls of the pool, those that kept it before included, and in others."""
    version = None if after.flat.errors else version_at(after, start)
    if version is None:
        return False
    contract = version.contract
    if any(isinstance(attempt(contract, arguments), Failure) for arguments in (*pool.broken, *pool.kept)):
        return False
    try:
        found = search(contract, [])
    except Unmodelled:
        return False
    return found.arguments is None and found.returned > 0
