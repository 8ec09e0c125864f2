"""A file whose contracts are checked: what is known of each of its functions, remembered or found out."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator

from groundstate_energy.contracts.budget import Budget
from groundstate_energy.contracts.core import Range, Unmodelled
from groundstate_energy.contracts.examples import run_example
from groundstate_energy.contracts.keys import key_of, placed, ranges_of
from groundstate_energy.contracts.lowering import Programs
from groundstate_energy.contracts.module import Module
from groundstate_energy.contracts.prover import Prover
from groundstate_energy.contracts.trial import Trial
from groundstate_energy.contracts.verdicts import Claim, Evidence
from groundstate_grammars.python import syntax as py
from groundstate_grammars.python.contracts.clauses import Clause, ClauseKind, FunctionContracts
from groundstate_grammars.python.parsed import ParsedFile

_MOST_KEPT = 512
_ASSUMPTIONS = frozenset((ClauseKind.REQUIRES, ClauseKind.DOMAIN))


class Kept:
    """What was found of the last functions, by key, with the ranges that it speaks of. Thread-safe."""

    def __init__(self) -> None:
        self._found: OrderedDict[str, tuple[Evidence, tuple[Range, ...]]] = OrderedDict()
        self._lock = threading.Lock()

    def __getitem__(self, key: str) -> tuple[Evidence, tuple[Range, ...]] | None:
        with self._lock:
            return self._found.get(key)

    def __setitem__(self, key: str, found: tuple[Evidence, tuple[Range, ...]]) -> None:
        with self._lock:
            self._found[key] = found
            while len(self._found) > _MOST_KEPT:
                self._found.popitem(last=False)


class CheckedFile:
    """The functions of one file that have ``contracts``."""

    def __init__(
        self, parsed: ParsedFile, contracts: list[FunctionContracts], prover: Prover, kept: Kept
    ) -> None:
        self._prover = prover
        self._kept = kept
        self._flat = parsed.flat
        self._contracts = contracts
        self._module = Module(parsed, contracts)
        self._programs = Programs(self._module)

    def evidence(
        self, budget: Budget, wanted: Callable[[FunctionContracts], bool] | None
    ) -> Iterator[Evidence]:
        """What is known of each ``wanted`` function, in text order; one with a syntax error in it is left out."""
        for contract in self._contracts:
            end = contract.node + self._flat.size[contract.node]
            if any(contract.node <= node < end for node in self._flat.errors):
                continue
            if wanted is None or wanted(contract):
                yield self._of(contract, budget)

    def _of(self, contract: FunctionContracts, budget: Budget) -> Evidence:
        module, programs = self._module, self._programs
        at = _name_range(module, contract)
        claims = tuple(_claims(programs, contract))
        name = contract.qualname.rpartition(".")[2]
        unread = (
            (contract.unread[0].reason, (contract.unread[0].start, contract.unread[0].end))
            if contract.unread
            else None
        )
        if claims and all(claim.kind == "example" for claim in claims) and not _has_assumptions(contract):
            return Evidence(name, contract.qualname, contract.node, at, claims, unread)
        try:
            program = programs.program(contract.node)
        except Unmodelled as reason:
            unmodelled = (reason.construct, reason.at)
            return Evidence(name, contract.qualname, contract.node, at, claims, unread, unmodelled)
        ranges = ranges_of(program, contract)
        key = key_of(program, contract, budget)
        kept = self._kept[key]
        now = Evidence(name, contract.qualname, contract.node, at, claims, unread, key=key)
        if kept is not None and len(kept[1]) == len(ranges):
            again = placed(kept[0], dict(zip(kept[1], ranges, strict=True)), now)
            if again is not None:
                return again
        found = Trial(self._prover, program, budget, module.flat.data).evidence(now)
        if found.proof is not None or not found.open_reason:
            self._kept[key] = (found, ranges)
        return found


def _has_assumptions(contract: FunctionContracts) -> bool:
    return any(clause.kind in _ASSUMPTIONS for clause in contract.clauses)


def _claims(programs: Programs, contract: FunctionContracts) -> Iterable[Claim]:
    for index, clause in enumerate(contract.clauses):
        if clause.kind in _ASSUMPTIONS:
            continue
        text = clause.expression.text if clause.expression is not None else _words(clause)
        claim = Claim(index, clause.kind.value, text, (clause.start, clause.end))
        if clause.kind is ClauseKind.EXAMPLE:
            holds, reason, found = run_example(programs, clause)
            claim = Claim(index, clause.kind.value, text, (clause.start, clause.end), holds, reason, found)
        yield claim


def _words(clause: Clause) -> str:
    if clause.kind is ClauseKind.RAISES:
        return f"raises only {', '.join(clause.exceptions)}" if clause.exceptions else "raises nothing"
    return str(clause.kind.value)


def _name_range(module: Module, contract: FunctionContracts) -> Range:
    flat = module.flat
    name = flat.child_by_field(contract.node, py.FIELD_NAME)
    return (
        (flat.start[name], flat.end[name])
        if name >= 0
        else (flat.start[contract.node], flat.end[contract.node])
    )
