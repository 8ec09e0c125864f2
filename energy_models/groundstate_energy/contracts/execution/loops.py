"""Loops: unrolled where what they go through is known, else cut by invariants.

Of all candidates the largest set is kept that holds at entry and is inductive (Houdini); after the loop only these are
known.
"""

from __future__ import annotations

import z3

from groundstate_energy.contracts import core
from groundstate_energy.contracts.core import Unmodelled
from groundstate_energy.contracts.execution.calls import Calls
from groundstate_energy.contracts.execution.loop_heads import Head
from groundstate_energy.contracts.invariants import counter, premise
from groundstate_energy.contracts.search import changes
from groundstate_energy.contracts.symbolic.state import Iteration, State
from groundstate_energy.contracts.symbols import IntValue, Reference, Sym, Term, is_false, is_true

_MOST_ROUNDS = 12


class Repetition(Calls):
    """Loops between two states."""

    def loop(self, statement: core.While | core.For) -> None:
        if isinstance(statement, core.For):
            iteration = self.iteration(statement.iterable)
            self.flush()
            items = self.known_items(iteration)
            if items is not None:
                self.unrolled(statement, items)
                return
            if not self.is_alive:
                return
            self.cut(statement, iteration)
        else:
            self.cut(statement, None)

    def unrolled(self, statement: core.For, items: tuple[Sym, ...]) -> None:
        with self.in_loop() as frame:
            for item in items:
                if not self.is_alive:
                    break
                self.assign(statement.target, item)
                self.flush()
                self.block(statement.body)
                ends = [*frame.continues, *([self.state] if self.is_alive else [])]
                frame.continues = []
                self.resume(self.merge_all(ends))
            breaks = frame.breaks
        self.block(statement.otherwise)
        self.resume(self.merge_all([*breaks, *([self.state] if self.is_alive else [])]))

    def cut(self, statement: core.While | core.For, iteration: Iteration | None) -> None:
        """A loop of unknown length."""
        number = statement.number
        key = (*self.inlined, number)
        entry = self.state.copy()
        k = counter(number)
        assigned = core.assigned_in(statement.body)
        fixed_target = False
        if isinstance(statement, core.For):
            targets = core.target_names(statement.target)
            fixed_target = (
                not (targets & assigned)
                and not _stores(statement.target)
                and not changes(self.program, statement.body)
            )
            if not fixed_target:
                assigned = assigned | targets
        else:
            assigned = assigned | core.assigned_in(statement.condition)
        inside = {
            name
            for node in core.walk(statement.body)
            if isinstance(node, core.Comprehension | core.Lambda)
            for name in _bound(node)
        }
        assigned = assigned - inside
        for name in sorted(assigned):
            held = entry.names.get(name)
            if held is not None:
                entry.names[premise(number, name)] = self._snapshot_of(entry, held)
        for name, held in list(entry.names.items()):
            if isinstance(held.only, Reference) and not name.startswith("@"):
                entry.names.setdefault(premise(number, name), self._snapshot_of(entry, held))
        live = self._live_names(statement)
        if live is not None and live & assigned:
            live = None
        head = Head(self, statement, entry, k, assigned, iteration, live, fixed_target)
        head.find_shape()
        candidates: list[core.Expression] = []
        if not self.is_shaping:
            known = self.survivors.get(key)
            chosen = known if known is not None else self.loops.candidates(self._function_name(), number)
            candidates = self.houdini(head, chosen)
            self.survivors[key] = candidates
        self.conclude(head, candidates)

    def _function_name(self) -> str:
        return self.inlined[-1] if self.inlined else self.program.main

    def _live_names(self, statement: core.While | core.For) -> set[str] | None:
        """The lists that a loop goes through as they change; None when it cannot be told."""
        if isinstance(statement, core.While):
            return set()
        found: set[str] = set()
        stack = [statement.iterable]
        while stack:
            expression = stack.pop()
            if isinstance(expression, core.Name):
                found.add(expression.name)
            elif isinstance(expression, core.Builtin) and expression.name in ("enumerate", "zip", "reversed"):
                stack.extend(expression.arguments)
            elif isinstance(expression, core.Conditional | core.Logical | core.Walrus | core.Call):
                return None
        return found

    def houdini(self, head: Head, candidates: list[core.Expression]) -> list[core.Expression]:
        """The candidates that hold at entry and that each iteration keeps."""
        start = head.at_entry()
        kept = self._surviving(candidates, [start])
        for _ in range(_MOST_ROUNDS):
            with self.dry():
                state = head.havocked()
                self._assume_all(state, kept)
                self.state = state
                ends = head.iterate()
                remaining = self._surviving(kept, ends)
            if len(remaining) == len(kept):
                return kept
            kept = remaining
        return []

    def _assume_all(self, state: State, candidates: list[core.Expression]) -> None:
        for candidate in candidates:
            term = self.formula(candidate, state)
            if term is not None:
                state.condition = self.terms.both(state.condition, term)

    def formula(self, candidate: core.Expression, state: State) -> Term | None:
        """What a candidate says of a state: it is true and raises nothing. None where it is not modelled."""
        before, where, guard, binders = self.state, self.where, self.guard, self.binders
        self.state, self.guard = state.copy(), self.terms.true
        try:
            held, events = self.collected(lambda: self.condition(candidate))
        except Unmodelled:
            return None
        finally:
            self.state, self.where, self.guard, self.binders = before, where, guard, binders
        traps = [self.terms.no(event.condition) for event in events if event.exception]
        return self.terms.both(held, *traps)

    def _surviving(self, candidates: list[core.Expression], states: list[State]) -> list[core.Expression]:
        """Those candidates that certainly hold in all of the states."""
        kept = list(candidates)
        for state in states:
            formulas = [(candidate, self.formula(candidate, state)) for candidate in kept]
            open_ = [
                (candidate, term) for candidate, term in formulas if term is not None and not is_true(term)
            ]
            false = {id(candidate) for candidate, term in formulas if term is None}
            false |= self._failing(open_, state.condition)
            kept = [candidate for candidate in kept if id(candidate) not in false]
        return kept

    def _failing(self, candidates: list[tuple[core.Expression, Term]], condition: Term) -> set[int]:
        failing: set[int] = set()
        pending = candidates
        for _ in range(8):
            if not pending:
                return failing
            answer = self.solver.check([condition, z3.Not(z3.And(*(term for _, term in pending)))], 150_000)
            if answer == "unsat":
                return failing
            model = self.solver.model
            if model is None:
                break
            wrong = {
                id(candidate)
                for candidate, term in pending
                if is_false(model.eval(term, model_completion=True))
            }
            if not wrong:
                break
            failing |= wrong
            pending = [item for item in pending if id(item[0]) not in wrong]
        for candidate, term in pending:
            if not self.solver.entails(condition, term, 100_000):
                failing.add(id(candidate))
        return failing

    def conclude(self, head: Head, invariants: list[core.Expression]) -> None:
        """Once through the body for its exits, then on from where the loop ends."""
        statement = head.statement
        with self.in_loop() as frame:
            state = head.havocked()
            self._assume_all(state, invariants)
            self.state = state.copy()
            ended = head.ending()
            started = self.state
            ends = head.iterate_from(started)
            breaks = frame.breaks
        if isinstance(statement, core.While) and not self.is_dry:
            if not self.terminates(statement, state, started, ends):
                self.unfinished.append(statement.at)
        self.resume(ended)
        if self.is_alive:
            self.block(statement.otherwise)
        self.resume(self.merge_all([*breaks, *([self.state] if self.is_alive else [])]))
        for name in [
            name
            for name in self.state.names
            if name == head.k or name.startswith(premise(statement.number, ""))
        ]:
            del self.state.names[name]

    def terminates(self, statement: core.While, state: State, started: State, ends: list[State]) -> bool:
        """Whether some measure is not negative where an iteration starts, and smaller where it ends."""
        if not ends:
            return True
        for measure in self.loops.measures(self._function_name(), statement.number):
            try:
                before = self._measured(measure, started)
                after = [self._measured(measure, end) for end in ends]
            except Unmodelled:
                continue
            if before is None or any(term is None for term in after):
                continue
            if not self.solver.entails(started.condition, before >= 0, 100_000):
                continue
            if all(
                self.solver.entails(end.condition, term < before, 100_000)
                for end, term in zip(ends, after, strict=True)
            ):
                return True
        return False

    def _measured(self, measure: core.Expression, state: State) -> Term | None:
        before, self.state = self.state, state.copy()
        try:
            value, events = self.collected(lambda: self.evaluate(measure))
        finally:
            self.state = before
        if events or not isinstance(value, Sym):
            return None
        only = value.only
        return only.term if isinstance(only, IntValue) else None


def _stores(target: core.Target) -> bool:
    if isinstance(target, core.Subscript):
        return True
    return isinstance(target, core.Pattern) and any(map(_stores, target.targets))


def _bound(comprehension: core.Comprehension | core.Lambda) -> set[str]:
    """The variables of its own."""
    if isinstance(comprehension, core.Lambda):
        return {comprehension.parameter.name}
    return set().union(*(core.target_names(clause.target) for clause in comprehension.clauses))
