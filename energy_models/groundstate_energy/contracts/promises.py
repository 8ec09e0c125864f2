"""Which contracts are promises."""

from __future__ import annotations

from groundstate_grammars.python.contracts.clauses import ClauseKind, FunctionContracts

_ASSUMED = frozenset((ClauseKind.REQUIRES, ClauseKind.DOMAIN))


def promises_something(contract: FunctionContracts) -> bool:
    """Whether a function says what it does, not only what it needs.

    Asserts in the middle count where something is said of the arguments: else every test would be a contract.
    """
    kinds = {clause.kind for clause in contract.clauses}
    return bool(kinds - _ASSUMED - {ClauseKind.ASSERTION}) or (
        ClauseKind.ASSERTION in kinds and not kinds.isdisjoint(_ASSUMED)
    )
