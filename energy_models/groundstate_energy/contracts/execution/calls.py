"""Calls of functions of the module: by their contract where they have one, else inlined."""

from __future__ import annotations

from functools import partial

import z3

from groundstate_energy.contracts import core
from groundstate_energy.contracts.execution.assignments import Assignments
from groundstate_energy.contracts.execution.frames import Exit, Frame
from groundstate_energy.contracts.lowering import RESULT, passed
from groundstate_energy.contracts.search import mutates
from groundstate_energy.contracts.symbolic.state import Event, State
from groundstate_energy.contracts.symbols import (
    IntValue,
    ListObject,
    NoneValue,
    Reference,
    Sequence,
    StrValue,
    Sym,
)

_DEEPEST_INLINED = 4


class Calls(Assignments):
    """What calls give and may raise."""

    def call(self, expression: core.Call) -> Sym:
        function = self.program.functions[expression.function]
        arguments: list[Sym] = []
        for argument, parameter in zip(expression.arguments, function.parameters, strict=True):
            given = argument if argument is not None else parameter.default
            assert given is not None
            arguments.append(self.evaluate(given))
        is_recursive = function.name in self.inlined or function.name == self.program.main
        has_loop = any(isinstance(node, core.While | core.For) for node in core.walk(function.body))
        has_contract = any(condition.moment == "return" for condition in function.conditions)
        if is_recursive or len(self.inlined) >= _DEEPEST_INLINED or (has_loop and has_contract):
            if not has_contract:
                raise self.stop("recursion" if is_recursive else f"call of `{function.name}`, too deep")
            return self.by_contract(function, arguments, is_recursive)
        return self.inline(function, arguments)

    def inline(self, function: core.Function, arguments: list[Sym]) -> Sym:
        terms = self.terms
        if self.tries and mutates(self.program):
            raise self.stop("call inside try, in a program that changes lists")
        caller = self.state
        outer_events, self.events = self.events, []
        outer_frame, self.frame = self.frame, Frame()
        outer_guard = self.guard
        names = {
            parameter.name: value for parameter, value in zip(function.parameters, arguments, strict=True)
        }
        names |= {passed(name): value for name, value in names.items()}
        self.state = State(terms.both(caller.condition, self.guard), names, dict(caller.heap))
        self.guard = terms.true
        self.inlined.append(function.name)
        try:
            for condition in function.conditions:
                if condition.moment == "entry" and condition.expression is not None:
                    held = self.condition(condition.expression)
                    self.flush()
                    self.events.append(Event(terms.no(held), "AssertionError", self.where, kind="callee"))
                    self.flush()
            self.block(function.body)
            exits = self.frame.exits
            if self.is_alive:
                exits.append(Exit(self.state.copy(), terms.of(NoneValue()), "", function.at))
        finally:
            self.inlined.pop()
            self.frame, self.guard = outer_frame, outer_guard
            self.events = outer_events
            self.state = caller
        where = self.where
        for exit_ in exits:
            if exit_.exception:
                kind = exit_.kind if exit_.kind in ("trap", "callee") else "trap"
                self.events.append(
                    Event(exit_.state.condition, exit_.exception, where, exit_.exact, exit_.raised, kind)
                )
        returns = [exit_ for exit_ in exits if not exit_.exception]
        merged = self.merge_all([exit_.state for exit_ in returns])
        if merged is not None:
            returned = merged.condition
            for number, held in merged.heap.items():
                before = caller.heap.get(number)
                if before is None:
                    caller.heap[number] = held
                elif before is not held:
                    chosen = terms.choose(
                        terms.both(self.guard, returned),
                        terms.of(held.sequence()),
                        terms.of(before.sequence()),
                    ).only
                    if not isinstance(chosen, Sequence):
                        raise self.stop("list of several types")
                    caller.heap[number] = ListObject(
                        chosen.element,
                        chosen.array,
                        chosen.offset,
                        chosen.length,
                        held.shared or before.shared,
                    )
        else:
            returned = terms.false
        self.events.append(Event(terms.implies(self.guard, returned), "", where))
        values = [(exit_.state.condition, exit_.value) for exit_ in returns if exit_.value is not None]
        return terms.collect(values) if values else terms.of(NoneValue())

    def by_contract(self, function: core.Function, arguments: list[Sym], is_recursive: bool) -> Sym:
        """What a call gives is what the callee's contract says of it."""
        terms = self.terms
        if self.binders:
            raise self.stop(f"call of `{function.name}` inside a quantified condition")
        if mutates(core.Program(function.name, self.program.functions, {})):
            raise self.stop(f"call of `{function.name}`, which may change its arguments")
        if function.returns is None:
            raise self.stop(f"call of `{function.name}`, whose result has no annotation")
        if any(
            node
            for node in core.walk(function.body)
            if isinstance(node, core.Assert) and node.role == "requires"
        ):
            raise self.stop(f"call of `{function.name}`, whose preconditions are asserts")
        for parameter, value in zip(function.parameters, arguments, strict=True):
            if parameter.type is None or not self.conforms(value, parameter.type):
                raise self.stop(f"argument `{parameter.name}` of `{function.name}`, of another type")
        caller = self.state
        names = {
            passed(parameter.name): value
            for parameter, value in zip(function.parameters, arguments, strict=True)
        }
        self.relied_on[function.name] = None
        if is_recursive and not self._decreases(function, names):
            self.unfinished.append(self.where)
        self.state = State(caller.condition, names, caller.heap)
        try:
            for condition in function.conditions:
                if condition.moment == "entry" and condition.expression is not None:
                    held = self.condition(condition.expression)
                    self.events.append(
                        Event(
                            terms.both(self.guard, terms.no(held)),
                            "AssertionError",
                            self.where,
                            kind="callee",
                        )
                    )
            for name in sorted(self._raised_by(function, set())):
                may = terms.fresh_bool("raises")
                self.events.append(Event(terms.both(self.guard, may), name, self.where, raised=True))
            for old in function.olds:
                names[old.name] = self.snapshot(self.evaluate(old.expression))
            result = names[RESULT] = self.unknown(function.returns, "result")
            for condition in function.conditions:
                if condition.moment != "return" or condition.expression is None:
                    continue
                expression = condition.expression
                held, events = self.collected(partial(self.condition, expression))
                clear = [terms.no(event.condition) for event in events if event.exception and event.exact]
                self.events.append(Event(terms.implies(self.guard, terms.both(held, *clear)), "", self.where))
        finally:
            self.state = caller
        return result

    def _decreases(self, function: core.Function, names: dict[str, Sym]) -> bool:
        """Whether some int argument, or the length of some list, is smaller than at entry and was not negative."""
        for parameter in function.parameters:
            before = (
                self.entry_names.get(passed(parameter.name)) if function.name == self.program.main else None
            )
            after = names[passed(parameter.name)]
            if before is None:
                continue
            one, other = before.only, after.only
            if isinstance(one, IntValue) and isinstance(other, IntValue):
                low, high = one.term, other.term
            elif isinstance(one, Reference | Sequence | StrValue) and isinstance(
                other, Reference | Sequence | StrValue
            ):
                low, high = self.length(one), self.length(other)
            else:
                continue
            goal = z3.And(low >= 0, high < low)
            pending = [
                self.terms.no(event.condition) for event in self.events if event.exact and event.exception
            ]
            if self.solver.entails(
                self.terms.both(self.state.condition, self.guard, *pending), goal, 100_000
            ):
                return True
        return False

    def _raised_by(self, function: core.Function, seen: set[str]) -> set[str]:
        """Exceptions that ``raise`` statements of a function and of what it calls name."""
        seen.add(function.name)
        found: set[str] = set()
        for node in core.walk(function.body):
            if isinstance(node, core.Raise) and node.exception is not None:
                found.add(node.exception)
            elif isinstance(node, core.Call) and node.function not in seen:
                found |= self._raised_by(self.program.functions[node.function], seen)
        for condition in function.conditions:
            found.update(condition.exceptions)
        return found
