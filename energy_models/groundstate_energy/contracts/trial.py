"""One function, tried on small arguments, then proved, then, where there is no proof, tried on the arguments of z3's models
and on all arguments up to a size.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields, replace

from groundstate_energy.contracts import core, values
from groundstate_energy.contracts.budget import Budget
from groundstate_energy.contracts.core import Unmodelled
from groundstate_energy.contracts.interpreter import Compiled, Frame
from groundstate_energy.contracts.obligations import Proof
from groundstate_energy.contracts.prover import Prover
from groundstate_energy.contracts.search import Contract, Failure, Found, Pools, exhaust, search
from groundstate_energy.contracts.verdicts import Counterexample, Evidence, Refutation

_FIRST_RUNS = 600
_FIRST_FUEL = 6_000
_BOX_RUNS = 1_500


class Trial:
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
        function = self.program.function
        names = [parameter.name for parameter in function.parameters]
        arguments = [
            (name, values.shown(value))
            for name, value in zip(names, found.arguments, strict=True)
            if self._is_given(name)
        ]
        receiver: tuple[str, tuple[object, ...]] | None = None
        if function.receiver is not None:
            objects = Pools(self.program).objects(function.receiver)
            made = objects.made_by(found.arguments[1 : 1 + len(function.receiver.fields)])
            if made is None:
                return None
            receiver = function.receiver.owner, objects.positional(made)
            arguments.insert(0, (names[0], objects.written(made)))
        returned = ""
        exception = result.exception
        if outcome is not None and outcome.exception:
            exception = outcome.exception
        elif outcome is not None:
            returned = values.shown(outcome.value)
        return Refutation(
            result.clause,
            Counterexample(
                tuple(arguments),
                found.arguments,
                returned,
                exception,
                tuple(self._parts(result.clause, compiled, frame)),
                tuple(trace.path),
                result.where,
                receiver,
                len(function.receiver.fields) if function.receiver is not None else 0,
            ),
        )

    def _is_given(self, name: str) -> bool:
        receiver = self.program.function.receiver
        if receiver is not None and name in receiver.fields:
            return False
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
        if isinstance(node, core.Comprehension | core.Lambda):
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
