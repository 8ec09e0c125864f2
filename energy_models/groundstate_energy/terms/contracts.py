"""Contracts as a hard term: an edit must not refute a clause that held.

Whether one does is seen in the interpreter, on calls for which the function as written keeps its contract: nothing is
proved here. Exact: what is refuted was run. Silent where a function is not modelled, and where no call is known.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from groundstate_energy.contracts.core import Unmodelled
from groundstate_energy.contracts.excerpts import excerpt, needed
from groundstate_energy.contracts.pools import Pool, attempt, fill
from groundstate_energy.contracts.promises import promises_something
from groundstate_energy.contracts.search import Failure
from groundstate_energy.contracts.versions import has_bare_parameter, version_at
from groundstate_energy.terms.violation import Violation
from groundstate_grammars.python.contracts.clauses import FunctionContracts
from groundstate_grammars.python.contracts.definitions import definitions
from groundstate_grammars.python.contracts.reading import read_contracts
from groundstate_grammars.python.parsed import ParsedFile


@dataclass(frozen=True, slots=True)
class _Promise:
    """A function with a contract.

    ``place``: of the statement around it among those of the module. ``needs``: places of what it may depend on.
    """

    contract: FunctionContracts
    place: int
    needs: frozenset[int]


class ContractTerm:
    """The contracts of a file as written, and what other versions of it would refute of them."""

    def __init__(self, file: ParsedFile) -> None:
        self._file = file
        self._pools: dict[int, Pool | None] = {}

    def violations(self, after: ParsedFile) -> list[Violation]:
        """A violation for each clause that held in all calls known of its function, and fails in one of them ``after``."""
        if after.tree is self._file.tree or after.flat.errors or not self._promises:
            return []
        changed = self._changed(after)
        return [
            found
            for number, promise in enumerate(self._promises)
            if not changed.isdisjoint(promise.needs)
            for found in self._refuted(number, promise, after)
        ]

    def concerned(self, start: int) -> frozenset[int]:
        """Places among the module's statements of all that contracts need which an edit at byte ``start`` may concern;
        empty where it concerns none."""
        flat = self._file.flat
        statement = next(
            (at for at, item in enumerate(self._statements) if flat.start[item] <= start <= flat.end[item]),
            -1,
        )
        needs = [promise.needs for promise in self._promises if statement in promise.needs]
        return frozenset[int]().union(*needs)

    @cached_property
    def places(self) -> frozenset[int]:
        """Places among the module's statements of all that contracts need."""
        return frozenset[int]().union(*(promise.needs for promise in self._promises))

    @cached_property
    def _statements(self) -> list[int]:
        return self._file.flat.children(0)

    @cached_property
    def _promises(self) -> list[_Promise]:
        places = {item: at for at, item in enumerate(self._statements)}
        return [
            _Promise(
                contract,
                bisect_right(self._statements, contract.node) - 1,
                frozenset(places[item] for item in needed(self._file, contract.node)),
            )
            for contract in read_contracts(self._file.flat)
            if promises_something(contract) and not has_bare_parameter(self._file.flat, contract)
        ]

    def _changed(self, after: ParsedFile) -> set[int]:
        """Places of the statements whose text is another; all where there are more or fewer."""
        old, new = self._statements, after.flat.children(0)
        if len(old) != len(new):
            return set(range(len(old)))
        pairs = enumerate(zip(old, new, strict=True))
        return {at for at, (was, is_) in pairs if self._file.flat.text(was) != after.flat.text(is_)}

    def _refuted(self, number: int, promise: _Promise, after: ParsedFile) -> Iterator[Violation]:
        pool = self._pool(number, promise)
        if pool is None or not pool.kept:
            return
        said = promise.contract
        around = after.flat.children(0)
        if len(around) != len(self._statements):
            return
        cut = excerpt(after, around[promise.place])
        twins = [item for item in definitions(cut.flat)[0] if item.qualname == said.qualname]
        version = version_at(cut, cut.flat.start[twins[0].node]) if len(twins) == 1 else None
        if version is None or len(version.said.clauses) != len(said.clauses):
            return
        refuted: set[int] = set()
        for arguments in pool.kept:
            result = attempt(version.contract, arguments)
            if isinstance(result, Failure) and result.clause not in pool.clauses | refuted:
                refuted.add(result.clause)
                clause = version.said.clauses[result.clause] if result.clause >= 0 else None
                what = clause.expression.text if clause is not None and clause.expression else "its contract"
                start, end = cut.flat.start[twins[0].node], cut.flat.end[twins[0].node]
                yield Violation("GS201", start, end, f"`{what}` held in `{said.qualname}`")

    def _pool(self, number: int, promise: _Promise) -> Pool | None:
        if number not in self._pools:
            node = promise.contract.node
            version = version_at(excerpt(self._file, node), self._file.flat.start[node])
            try:
                self._pools[number] = None if version is None else fill(version.contract, [])
            except Unmodelled:
                self._pools[number] = None
        return self._pools[number]
