"""The contracts of a file, checked: what the faces call.

Each function is lowered, tried on small arguments, then proved, then, where there is no proof, tried on the arguments of
z3's models and on all arguments up to a size. Nothing of the file is imported or run.
"""

from __future__ import annotations

import atexit
import hashlib
import os
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields, replace

from groundstate_energy.contracts import core, values
from groundstate_energy.contracts.core import Range, Unmodelled
from groundstate_energy.contracts.examples import run_example
from groundstate_energy.contracts.interpreter import Compiled, Frame
from groundstate_energy.contracts.lowering import Programs, passed
from groundstate_energy.contracts.module import Module
from groundstate_energy.contracts.obligations import Proof
from groundstate_energy.contracts.prover import UNITS, Prover
from groundstate_energy.contracts.search import RUNS, Contract, Failure, Found, exhaust, search
from groundstate_energy.contracts.verdicts import (
    Claim,
    Counterexample,
    Evidence,
    FunctionVerdict,
    Refutation,
    conclude,
)
from groundstate_grammars.python import syntax as py
from groundstate_grammars.python.contracts.clauses import Clause, ClauseKind, FunctionContracts
from groundstate_grammars.python.contracts.reading import read_contracts
from groundstate_grammars.python.parsed import ParsedFile

VERSION = 1
"""Of the semantics: verdicts of another version are not reused."""

_FIRST_RUNS = 600
_FIRST_FUEL = 6_000
_BOX_RUNS = 1_500
_MOST_KEPT = 512
_ASSUMPTIONS = frozenset((ClauseKind.REQUIRES, ClauseKind.DOMAIN))


@dataclass(frozen=True, slots=True)
class Budget:
    """How much one function may cost.

    Attributes:
        runs: of the interpreter.
        units: of z3; 0 tries no proof. Both give the same verdict on every machine.
        seconds: of the processor, after which z3 is given up whatever it has spent: for a solver that does not count.
    """

    runs: int = RUNS
    units: int = UNITS
    seconds: float = 6.0


class Checker:
    """Checks files with one prover, and keeps what it concluded of each function."""

    def __init__(self, prover: Prover | None = None) -> None:
        self.prover = prover if prover is not None else Prover()
        self._kept: OrderedDict[str, tuple[Evidence, tuple[Range, ...]]] = OrderedDict()
        self._lock = threading.Lock()

    def check_file(
        self,
        parsed: ParsedFile,
        *,
        budget: Budget | None = None,
        wanted: Callable[[FunctionContracts], bool] | None = None,
    ) -> list[FunctionVerdict]:
        """The verdicts of all functions of a file that have a contract, in text order.

        ``wanted``: which of them to check; the others count as not verified where they are relied on. A function with a
        syntax error in it has no verdict.
        """
        contracts = read_contracts(parsed.flat)
        if not contracts:
            return []
        module = Module(parsed, contracts)
        programs = Programs(module)
        errors = parsed.flat.errors
        evidence = []
        for contract in contracts:
            end = contract.node + parsed.flat.size[contract.node]
            if any(contract.node <= node < end for node in errors):
                continue
            if wanted is None or wanted(contract):
                evidence.append(self._evidence(module, programs, contract, budget or Budget()))
        return conclude(evidence)

    def _evidence(
        self, module: Module, programs: Programs, contract: FunctionContracts, budget: Budget
    ) -> Evidence:
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
        ranges = _ranges(program, contract)
        key = _key(program, contract, budget)
        with self._lock:
            kept = self._kept.get(key)
        now = Evidence(name, contract.qualname, contract.node, at, claims, unread, key=key)
        if kept is not None and len(kept[1]) == len(ranges):
            again = _placed(kept[0], dict(zip(kept[1], ranges, strict=True)), now)
            if again is not None:
                return again
        found = _Checked(self.prover, program, budget, module.flat.data).evidence(now)
        if found.proof is not None or not found.open_reason:
            with self._lock:
                self._kept[key] = (found, ranges)
                while len(self._kept) > _MOST_KEPT:
                    self._kept.popitem(last=False)
        return found


_shared: Checker | None = None
_shared_lock = threading.Lock()


def shared_checker() -> Checker:
    """The checker of this process; its prover ends with the process."""
    global _shared
    with _shared_lock:
        if _shared is None:
            _shared = Checker()
            atexit.register(_shared.prover.close)
        return _shared


def _leave_to_parent() -> None:
    """A forked process shares no prover with the one that it came from: they would read each other's answers."""
    global _shared, _shared_lock
    _shared = None
    _shared_lock = threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_leave_to_parent)


def check_file(parsed: ParsedFile, *, budget: Budget | None = None) -> list[FunctionVerdict]:
    """The verdicts of all functions of a file that have a contract, in text order."""
    return shared_checker().check_file(parsed, budget=budget)


class _Checked:
    """One function: search, proof, search again."""

    def __init__(self, prover: Prover, program: core.Program, budget: Budget, data: bytes) -> None:
        self.prover = prover
        self.program = program
        self.budget = budget
        self.data = data
        self.contract = Contract(program)

    def evidence(self, now: Evidence) -> Evidence:
        """``now`` with what search and proof give."""
        function = self.program.function
        untyped = next((item for item in function.parameters if item.type is None), None)
        if untyped is not None:
            return replace(now, unmodelled=(f"parameter `{untyped.name}` without an annotation", function.at))
        proof: Proof | None = None
        bound = 0
        open_reason = ""
        try:
            found = search(self.contract, [], min(_FIRST_RUNS, self.budget.runs), _FIRST_FUEL)
            refutation = self._replayed(found)
            if refutation is None:
                if self.budget.units > 0 and now.unread is None:
                    proof = self.prover.prove(
                        self.program, found.samples, self.budget.units, self.budget.seconds
                    )
                    if proof is None:
                        is_there = self.prover.is_installed
                        open_reason = (
                            "the proof did not come to an end" if is_there else "z3-solver is not installed"
                        )
                if proof is None or not _is_complete(proof) or not found.returned:
                    models = [item.arguments for item in proof.obligations if item.arguments] if proof else []
                    found = search(self.contract, models, self.budget.runs)
                    refutation = self._replayed(found)
                    if refutation is None and (proof is None or proof.is_possible):
                        bound, boxed = exhaust(self.contract, min(_BOX_RUNS, self.budget.runs))
                        refutation = self._replayed(boxed)
        except Unmodelled as reason:
            return replace(now, unmodelled=(reason.construct, reason.at if reason.at != (0, 0) else now.at))
        return replace(
            now,
            refutation=refutation,
            has_witness=found.returned > 0,
            proof=proof,
            bound=bound if refutation is None else 0,
            open_reason=open_reason,
        )

    def _replayed(self, found: Found) -> Refutation | None:
        """A failure that the search saw, seen again from the start with its path; None when it is not the same."""
        if found.failure is None or found.arguments is None:
            return None
        try:
            result, outcome, compiled, frame, trace = self.contract.replay(found.arguments)
        except (values.Exhausted, values.NotModelled, Unmodelled):
            return None
        if not isinstance(result, Failure) or (result.clause, result.exception) != (
            found.failure.clause,
            found.failure.exception,
        ):
            return None
        names = [parameter.name for parameter in self.program.function.parameters]
        returned = ""
        exception = result.exception
        if outcome is not None and outcome.exception:
            exception = outcome.exception
        elif outcome is not None:
            returned = values.shown(outcome.value)
        return Refutation(
            result.clause,
            Counterexample(
                tuple(
                    (name, values.shown(value))
                    for name, value in zip(names, found.arguments, strict=True)
                    if self._is_given(name)
                ),
                found.arguments,
                returned,
                exception,
                tuple(self._parts(result.clause, compiled, frame)),
                tuple(trace.path),
                result.where,
            ),
        )

    def _is_given(self, name: str) -> bool:
        return any(
            item.name == name and item.type is not None and item.type.name != "self"
            for item in self.program.function.parameters
        )

    def _parts(self, clause: int, compiled: Compiled, frame: Frame) -> Iterable[tuple[str, str]]:
        """The parts of a clause with their values at the end of the run."""
        condition = next((item for item in self.program.function.conditions if item.index == clause), None)
        if condition is None or condition.expression is None:
            return
        seen: set[str] = set()
        compiled.refuel()
        try:
            compiled.take_olds(frame)
        except Exception:
            return
        for node in _shown_parts(condition.expression):
            start, end = node.at
            whole = condition.text.encode("utf-8", "replace") if condition.detached else self.data
            text = whole[start:end].decode("utf-8", "replace")
            if not text or text in seen:
                continue
            seen.add(text)
            run = compiled.expression(node)
            frame.extend([None] * (len(compiled.slots) - len(frame)))
            try:
                yield text, values.shown(run(frame))
            except Exception as error:
                yield text, f"raises {values.exception_name(error)}"
            except (values.Exhausted, values.NotModelled):
                continue


def _shown_parts(root: core.Expression) -> Iterable[core.Expression]:
    """The parts worth showing: not inside comprehensions, whose variables have no one value; no constants."""
    stack: list[core.Expression] = [root]
    while stack:
        node = stack.pop(0)
        if isinstance(node, core.Const):
            continue
        if node is not root and not (isinstance(node, core.Name) and "#" in node.name):
            yield node
        if isinstance(node, core.Comprehension):
            continue
        for item in fields(node):
            value = getattr(node, item.name)
            if item.name == "rest":
                value = tuple(operand for _, operand in value)
            for inner in value if isinstance(value, tuple) else (value,):
                if isinstance(inner, core.Expression) and not (
                    isinstance(inner, core.Comprehension) and inner.kind == "generator"
                ):
                    stack.append(inner)


def _is_complete(proof: Proof) -> bool:
    return (
        proof.unmodelled is None
        and not proof.exhausted
        and proof.is_possible
        and all(item.discharged for item in proof.obligations)
    )


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


# The key of a function, and the ranges that its verdict may speak of


def _key(program: core.Program, contract: FunctionContracts, budget: Budget) -> str:
    """A name for what a verdict depends on: comments, white space and names of locals are not in it."""
    digest = hashlib.sha256(f"{VERSION} {budget} {program.main}".encode())
    for name in sorted(program.functions):
        _digest(program.functions[name], digest.update)
    digest.update(repr(sorted(program.exceptions.items())).encode())
    digest.update(repr([(clause.kind.value, clause.exceptions) for clause in contract.clauses]).encode())
    digest.update(repr([item.reason for item in contract.unread]).encode())
    return str(digest.hexdigest())


def _digest(function: core.Function, update: Callable[[bytes], None]) -> None:
    renamed: dict[str, str] = {}
    for parameter in function.parameters:
        renamed[parameter.name] = parameter.name
        renamed[passed(parameter.name)] = passed(parameter.name)

    def visit(node: object) -> None:
        if isinstance(node, core.Const):
            update(repr(node).encode() + b";")
        elif isinstance(node, core.Type):
            update(f"{node};".encode())
        elif isinstance(node, tuple):
            update(b"(")
            for item in node:
                visit(item)
            update(b")")
        elif hasattr(node, "__dataclass_fields__"):
            update(type(node).__name__.encode() + b"(")
            for item in fields(node):  # type: ignore[arg-type]  # a dataclass, by the test above
                value = getattr(node, item.name)
                if item.name in ("at", "text", "detached"):
                    continue
                if (
                    item.name == "name"
                    and isinstance(node, core.Name | core.Walrus)
                    and not value.startswith("@")
                ):
                    value = renamed.setdefault(value, f"local {len(renamed)}")
                visit(value)
            update(b")")
        else:
            update(f"{node!r};".encode())

    visit(function)


def _ranges(program: core.Program, contract: FunctionContracts) -> tuple[Range, ...]:
    """All byte ranges of a function, what it calls and its clauses, in an order that only its structure decides."""
    found: list[Range] = []
    for name in sorted(program.functions):
        function = program.functions[name]
        found.append(function.at)
        for node in core.walk((function.body, function.olds, function.conditions)):
            at = getattr(node, "at", None)
            if at is not None:
                found.append(at)
    for clause in contract.clauses:
        found.append((clause.start, clause.end))
    found.extend((item.start, item.end) for item in contract.unread)
    return tuple(found)


def _placed(kept: Evidence, places: dict[Range, Range], now: Evidence) -> Evidence | None:
    """What was found of an equal function, with the ranges that it has now; None where one has no counterpart."""
    try:
        unmodelled = kept.unmodelled
        if unmodelled is not None:
            unmodelled = (unmodelled[0], places[unmodelled[1]])
        refutation = kept.refutation
        if refutation is not None:
            found = refutation.counterexample
            where = places[found.where] if found.where is not None else None
            path = tuple(places[at] for at in found.path)
            refutation = replace(refutation, counterexample=replace(found, path=path, where=where))
        proof = kept.proof
        if proof is not None:
            obligations = [replace(item, at=places[item.at]) for item in proof.obligations]
            told = proof.unmodelled
            if told is not None:
                told = (told[0], places[told[1]])
            proof = replace(proof, obligations=obligations, unmodelled=told)
    except KeyError:
        return None
    return replace(
        kept,
        node=now.node,
        at=now.at,
        qualname=now.qualname,
        claims=now.claims,
        unread=now.unread,
        unmodelled=unmodelled,
        refutation=refutation,
        proof=proof,
    )
