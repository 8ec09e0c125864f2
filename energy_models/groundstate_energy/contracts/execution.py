"""Statements of the core on symbolic states: paths are merged where they join, loops are cut by invariants.

Every exit of a function is kept with the condition under which it is taken. A loop is left either unrolled, when what it
goes through is known, or through a state of which only the invariants are known; these are shown by induction as they are
chosen (``Houdini``: of all candidates the largest set that is inductive).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

import z3

from groundstate_energy.contracts import core
from groundstate_energy.contracts.core import Range, Type, Unmodelled
from groundstate_energy.contracts.invariants import Loops, counter, premise
from groundstate_energy.contracts.lowering import RESULT, passed
from groundstate_energy.contracts.module import EXCEPTIONS
from groundstate_energy.contracts.search import changes, mutates
from groundstate_energy.contracts.solving import Solver
from groundstate_energy.contracts.symbolic import Event, Expressions, Iteration, State
from groundstate_energy.contracts.symbols import (
    BoolValue,
    FloatValue,
    IntValue,
    ListObject,
    NoneValue,
    RangeValue,
    Reference,
    Sequence,
    StrValue,
    Sym,
    Term,
    TupleValue,
    Unset,
    Value,
    is_number,
)

_DEEPEST_INLINED = 4
_MOST_ROUNDS = 12


@dataclass(slots=True)
class Exit:
    """How a path left. ``exception`` empty: it returned ``value``. The rest is as in ``Event``."""

    state: State
    value: Sym | None
    exception: str
    at: Range
    exact: bool = True
    raised: bool = False
    kind: str = "trap"
    clause: int = -1


@dataclass(slots=True)
class _Frame:
    """Exits of the function, loop or try that is executed."""

    exits: list[Exit] = field(default_factory=list)
    breaks: list[State] = field(default_factory=list)
    continues: list[State] = field(default_factory=list)


_Shape = tuple[object, ...]


class Execution(Expressions):
    """Executes statements; ``frame.exits`` are the ways out."""

    def __init__(self, program: core.Program, solver: Solver, loops: Loops) -> None:
        super().__init__(program, solver)
        self.loops = loops
        self.frame = _Frame()
        self.inlined: list[str] = []
        self.relied_on: dict[str, None] = {}
        self.tries = 0
        self.survivors: dict[tuple[object, ...], list[core.Expression]] = {}
        self.unfinished: list[Range] = []
        self.entry_names: dict[str, Sym] = {}
        self.is_dry = False
        self.is_shaping = False

    # States

    @property
    def is_alive(self) -> bool:
        return not z3.is_false(self.state.condition)

    def flush(self) -> None:
        """Take what expressions may raise out of the path."""
        events, self.events = self.events, []
        terms = self.terms
        for event in events:
            if not event.exception:
                self.state.condition = terms.both(self.state.condition, event.condition)
                continue
            state = self.state.copy()
            state.condition = terms.both(state.condition, event.condition)
            if z3.is_false(state.condition):
                continue
            if self.tries and not event.exact:
                raise Unmodelled("quantified condition that may raise, inside try", event.at)
            self.frame.exits.append(
                Exit(
                    state,
                    None,
                    event.exception,
                    event.at,
                    event.exact,
                    event.raised,
                    event.kind,
                    event.clause,
                )
            )
            if event.exact:
                self.state.condition = terms.both(self.state.condition, terms.no(event.condition))

    def merge(self, condition: Term, then: State | None, otherwise: State | None) -> State | None:
        """One state that is ``then`` where ``condition`` holds."""
        terms = self.terms
        if then is None or z3.is_false(then.condition):
            return otherwise
        if otherwise is None or z3.is_false(otherwise.condition):
            return then
        unset = terms.of(Unset())
        names: dict[str, Sym] = {}
        for name in {**then.names, **otherwise.names}:
            one, other = then.names.get(name, unset), otherwise.names.get(name, unset)
            names[name] = terms.choose(condition, one, other)
        heap: dict[int, ListObject] = {}
        for number in {**then.heap, **otherwise.heap}:
            first, second = then.heap.get(number), otherwise.heap.get(number)
            if first is None or second is None or first is second:
                held = first or second
                assert held is not None
                heap[number] = held
                continue
            chosen = terms.choose(condition, terms.of(first.sequence()), terms.of(second.sequence())).only
            if not isinstance(chosen, Sequence):
                raise self.stop("list of several types")
            heap[number] = ListObject(
                chosen.element, chosen.array, chosen.offset, chosen.length, first.shared or second.shared
            )
        return State(terms.either(then.condition, otherwise.condition), names, heap)

    def merge_all(self, states: list[State]) -> State | None:
        merged: State | None = None
        for state in states:
            merged = self.merge(state.condition, state, merged)
        return merged

    def leave(self) -> None:
        """What follows is not reached."""
        self.state = self.state.copy()
        self.state.condition = self.terms.false

    def resume(self, state: State | None) -> None:
        if state is None:
            self.leave()
        else:
            self.state = state.copy()

    # Statements

    def block(self, statements: tuple[core.Statement, ...]) -> None:
        for statement in statements:
            if not self.is_alive:
                return
            before = self.where
            self.where = statement.at
            self.statement(statement)
            self.where = before

    def statement(self, statement: core.Statement) -> None:
        terms = self.terms
        match statement:
            case core.Assign(targets, value, annotation):
                result = self.evaluate(value)
                if annotation is not None:
                    self._note_element(result, annotation)
                for target in targets:
                    self.assign(target, result)
                self.flush()
            case core.Augment():
                self.augment(statement)
                self.flush()
            case core.Evaluate(expression):
                self.evaluate(expression)
                self.flush()
            case core.Return(value):
                result = self.evaluate(value)
                self.flush()
                self.frame.exits.append(Exit(self.state.copy(), result, "", statement.at))
                self.leave()
            case core.If():
                condition = self.condition(statement.condition)
                self.flush()
                before = self.state
                self.state = before.copy()
                self.state.condition = terms.both(before.condition, condition)
                self.block(statement.then)
                then = self.state
                self.state = before.copy()
                self.state.condition = terms.both(before.condition, terms.no(condition))
                self.block(statement.otherwise)
                self.resume(self.merge(condition, then, self.state))
            case core.Raise(exception, arguments):
                for argument in arguments:
                    if not isinstance(argument, core.Formatted):
                        self.evaluate(argument)
                        continue
                    for part in argument.parts:
                        self.evaluate(part)
                self.flush()
                if exception is None:
                    raise self.stop("raise of what is being handled")
                self.frame.exits.append(Exit(self.state.copy(), None, exception, statement.at, raised=True))
                self.leave()
            case core.Assert():
                self.check(statement)
            case core.While() | core.For():
                self.loop(statement)
            case core.Break():
                self.frame.breaks.append(self.state.copy())
                self.leave()
            case core.Continue():
                self.frame.continues.append(self.state.copy())
                self.leave()
            case core.Try():
                self.attempt(statement)

    def _note_element(self, value: Sym, annotation: Type) -> None:
        """An annotation says what an empty list will hold."""
        only = value.only
        if annotation.name == "list" and isinstance(only, Reference):
            held = self.state.heap[only.number]
            if held.element is None:
                array = self.empty_array(annotation.arguments[0])
                self.state.heap[only.number] = replace(held, element=annotation.arguments[0], array=array)

    def check(self, statement: core.Assert) -> None:
        terms = self.terms
        if statement.role == "requires" and not self.inlined:
            held, events = self.collected(lambda: self.condition(statement.condition))
            for event in events:
                if event.exact:
                    term = terms.no(event.condition) if event.exception else event.condition
                    self.state.condition = terms.both(self.state.condition, term)
            self.state.condition = terms.both(self.state.condition, held)
            return
        held = self.condition(statement.condition)
        self.flush()
        kind = "callee" if statement.role == "requires" else "assert"
        clause = -1 if self.inlined else statement.clause
        self.events.append(Event(terms.no(held), "AssertionError", statement.at, kind=kind, clause=clause))
        self.flush()

    def assign(self, target: core.Target, value: Sym) -> None:
        if isinstance(target, core.Subscript):
            self.store(target, value)
        elif isinstance(target, core.Name):
            self.state.names[target.name] = value
        else:
            for inner, part in zip(target.targets, self.unpacked(value, len(target.targets)), strict=True):
                self.assign(inner, part)

    def store(self, target: core.Subscript, value: Sym) -> None:
        container, index = self.evaluate(target.value), self.evaluate(target.index)
        self.put(container, index, value)

    def put(self, container: Sym, index: Sym, value: Sym) -> None:
        terms = self.terms
        for guard, held in container.cases:
            with self.under(guard):
                if not isinstance(held, Reference):
                    if isinstance(held, Sequence) and held.kind == "list":
                        raise self.stop("change of a list that is inside another container")
                    self.raises("TypeError")
                    continue
                sequence = self.state.heap[held.number].sequence()
                for other, at in index.cases:
                    with self.under(other):
                        number = self.number(at)
                        if number is None:
                            self.raises("TypeError")
                            continue
                        number = z3.simplify(number) if is_number(z3.simplify(number)) else number
                        place = self.place(number, sequence.length)
                        if sequence.element is None:
                            continue
                        term = terms.encode(self.frozen(value), sequence.element)
                        if term is None:
                            raise self.stop("list of several types")
                        array = z3.Store(sequence.array, terms.add(sequence.offset, place), term)
                        self.change(held, replace(sequence, array=array))

    def augment(self, statement: core.Augment) -> None:
        symbol = statement.operator
        if isinstance(statement.target, core.Subscript):
            container = self.evaluate(statement.target.value)
            index = self.evaluate(statement.target.index)
            before = self.subscript(container, index)
            value = self.evaluate(statement.value)
            if any(isinstance(held, Reference | Sequence) for _, held in before.cases):
                raise self.stop("augmented assignment to a list inside a list")
            self.put(container, index, self.arithmetic(symbol, before, value))
            return
        before = self.read(statement.target.name)
        value = self.evaluate(statement.value)
        if any(isinstance(held, Reference) or _is_frozen_list(held) for _, held in before.cases):
            only = before.only
            if symbol != "+" or not isinstance(only, Reference):
                raise self.stop("augmented assignment to a list")
            self.extend(only, value)
            return
        self.state.names[statement.target.name] = self.arithmetic(symbol, before, value)

    def attempt(self, statement: core.Try) -> None:
        if statement.final:
            raise self.stop("finally")
        outer = self.frame
        self.frame = _Frame(breaks=outer.breaks, continues=outer.continues)
        self.tries += 1
        try:
            self.block(statement.body)
        finally:
            self.tries -= 1
            inner, self.frame = self.frame, outer
        after = self.state
        caught: list[list[Exit]] = [[] for _ in statement.handlers]
        for exit_ in inner.exits:
            if not exit_.exception:
                outer.exits.append(exit_)
                continue
            classes = (exit_.exception, *self.above(exit_.exception))
            for place, handler in enumerate(statement.handlers):
                if not handler.exceptions or any(name in classes for name in handler.exceptions):
                    caught[place].append(exit_)
                    break
            else:
                outer.exits.append(exit_)
        self.state = after
        if self.is_alive:
            self.block(statement.otherwise)
        ends = [self.state.copy()] if self.is_alive else []
        for handler, exits in zip(statement.handlers, caught, strict=True):
            started = self.merge_all([exit_.state for exit_ in exits])
            if started is None:
                continue
            self.state = started
            self.block(handler.body)
            if self.is_alive:
                ends.append(self.state.copy())
        self.resume(self.merge_all(ends))

    def above(self, name: str) -> tuple[str, ...]:
        return self.program.exceptions.get(name) or EXCEPTIONS.get(name, ("Exception", "BaseException"))

    # Loops

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

    @contextmanager
    def in_loop(self) -> Iterator[_Frame]:
        outer = self.frame
        self.frame = _Frame(exits=outer.exits)
        try:
            yield self.frame
        finally:
            self.frame = outer

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

    @contextmanager
    def dry(self) -> Iterator[None]:
        """Exits and what is left to be shown are forgotten afterwards."""
        frame, state, unfinished, was = self.frame, self.state, self.unfinished, self.is_dry
        relied, events = dict(self.relied_on), self.events
        self.frame, self.unfinished, self.events = _Frame(), [], []
        self.is_dry = True
        try:
            yield
        finally:
            self.frame, self.state, self.unfinished, self.is_dry = frame, state, unfinished, was
            self.relied_on, self.events = relied, events

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
            if isinstance(node, core.Comprehension)
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
        head = _Head(self, statement, entry, k, assigned, iteration, live, fixed_target)
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

    def _snapshot_of(self, state: State, sym: Sym) -> Sym:
        before, self.state = self.state, state
        try:
            return self.snapshot(sym)
        finally:
            self.state = before

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

    def houdini(self, head: _Head, candidates: list[core.Expression]) -> list[core.Expression]:
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
                (candidate, term) for candidate, term in formulas if term is not None and not z3.is_true(term)
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
                if z3.is_false(model.eval(term, model_completion=True))
            }
            if not wrong:
                break
            failing |= wrong
            pending = [item for item in pending if id(item[0]) not in wrong]
        for candidate, term in pending:
            if not self.solver.entails(condition, term, 100_000):
                failing.add(id(candidate))
        return failing

    def conclude(self, head: _Head, invariants: list[core.Expression]) -> None:
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

    # Calls

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
        outer_frame, self.frame = self.frame, _Frame()
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
                held, events = self.collected(lambda expression=expression: self.condition(expression))  # type: ignore[misc]
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

    # Values of a type

    def unknown(self, type_: Type, hint: str) -> Sym:
        """Any value of a type; raises ``Unmodelled`` for types that are not modelled."""
        terms = self.terms
        ctx = terms.ctx
        name = type_.name
        if name == "int":
            return self.int_of(self.fresh_int(hint))
        if name == "bool":
            return self.bool_of(self.fresh(z3.BoolSort(ctx), hint))
        if name == "float":
            return terms.of(FloatValue(self.fresh(terms.float_sort, hint)))
        if name == "str":
            return terms.of(StrValue(self.fresh(z3.StringSort(ctx), hint)))
        if name == "none":
            return terms.of(NoneValue())
        if name == "tuple":
            return terms.of(TupleValue(tuple(self.unknown(part, hint) for part in type_.arguments)))
        if name in ("list", "tuple*"):
            sequence = self.unknown_sequence(type_.arguments[0], "list" if name == "list" else "tuple", hint)
            return self.new_list(sequence) if name == "list" else terms.of(sequence)
        if name == "union":
            tag = self.fresh_int("tag")
            parts = []
            last = len(type_.arguments) - 1
            for place, member in enumerate(type_.arguments):
                guard = tag == place if place < last else z3.And(*(tag != before for before in range(last)))
                parts.append((guard, self.unknown(member, hint)))
            return terms.collect(parts)
        raise self.stop(f"value of type {type_}")

    def unknown_sequence(self, element: Type, kind: str, hint: str) -> Sequence:
        terms = self.terms
        array = self.fresh(z3.ArraySort(z3.IntSort(terms.ctx), terms.sort(element)), hint)
        length = self.fresh_int("length")
        self.fact(length >= 0)
        return Sequence(kind, element, array, terms.zero, length)

    def conforms(self, sym: Sym, type_: Type) -> bool:
        """Whether a value is of a type whatever the path."""
        return all(self._conforms(value, type_) for _, value in sym.cases)

    def _conforms(self, value: Value, type_: Type) -> bool:
        name = type_.name
        if name == "union":
            return any(self._conforms(value, member) for member in type_.arguments)
        match value:
            case IntValue():
                return name == "int"
            case BoolValue():
                return name in ("int", "bool")
            case FloatValue():
                return name == "float"
            case StrValue():
                return name == "str"
            case NoneValue():
                return name == "none"
            case TupleValue(items):
                if name == "tuple*":
                    return all(self.conforms(item, type_.arguments[0]) for item in items)
                return (
                    name == "tuple"
                    and len(items) == len(type_.arguments)
                    and all(
                        self.conforms(item, part) for item, part in zip(items, type_.arguments, strict=True)
                    )
                )
            case Reference(number):
                element = self.state.heap[number].element
                return name == "list" and element in (None, type_.arguments[0])
            case Sequence(kind, element):
                wanted = "list" if kind == "list" else "tuple*"
                return name == wanted and element in (None, type_.arguments[0])
        return False


class _Head:
    """The head of a loop: what may be any value there, and one iteration from it."""

    def __init__(
        self,
        execution: Execution,
        statement: core.While | core.For,
        entry: State,
        k: str,
        assigned: set[str],
        iteration: Iteration | None,
        live: set[str] | None,
        fixed_target: bool,
    ) -> None:
        self.execution = execution
        self.statement = statement
        self.entry = entry
        self.k = k
        self.assigned = assigned
        self.iteration = iteration
        self.live = live
        self.fixed_target = fixed_target
        self.shapes: dict[str, frozenset[_Shape]] = {}
        self.heap: dict[int, Type | None] = {}
        self.shared: set[int] = set()

    # What an iteration may change

    def find_shape(self) -> None:
        """Types and objects of what the body changes: what they are at entry and after any number of iterations."""
        entry = self.entry
        unset = self.execution.terms.of(Unset())
        for name in self.assigned:
            self.shapes[name] = self._shape(entry.names.get(name, unset), entry)
        for _ in range(6):
            with self.execution.dry():
                outer, self.execution.is_shaping = self.execution.is_shaping, True
                self.execution.state = self.havocked()
                before = self.execution.state.copy()
                ends = self.iterate()
                self.execution.is_shaping = outer
            if not self._widen(before, ends):
                return
        raise self.execution.stop("loop whose variables have no settled types")

    def _widen(self, before: State, ends: list[State]) -> bool:
        """Take in what one iteration leaves; whether that was new."""
        changed = False
        unset = self.execution.terms.of(Unset())
        for end in ends:
            seen: dict[int, int] = {}
            for name in self.assigned:
                value = end.names.get(name, unset)
                for number in _references(value):
                    if number not in self.entry.heap:
                        seen[number] = seen.get(number, 0) + 1
            if any(count > 1 for count in seen.values()):
                raise self.execution.stop("two names of a list that a loop makes")
            for name in self.assigned:
                widened = self._joined(self.shapes[name], self._shape(end.names.get(name, unset), end))
                if widened != self.shapes[name]:
                    self.shapes[name] = widened
                    changed = True
            for number, held in end.heap.items():
                if number not in self.entry.heap:
                    continue
                known = before.heap[number]
                same = (
                    held.array.eq(known.array)
                    if held.array is not None and known.array is not None
                    else held.array is known.array
                )
                if (
                    same
                    and held.length.eq(known.length)
                    and held.offset.eq(known.offset)
                    and held.element == known.element
                ):
                    if held.shared and number not in self.shared:
                        self.shared.add(number)
                        changed = True
                    continue
                if held.shared and number not in self.shared:
                    self.shared.add(number)
                    changed = True
                element = self.heap.get(number, self.entry.heap[number].element)
                joined = held.element if element is None else element
                if held.element not in (None, joined):
                    raise self.execution.stop("list of several types")
                if number not in self.heap or self.heap[number] != joined:
                    self.heap[number] = joined
                    changed = True
                self._check_live(number, held, known)
        return changed

    def _check_live(self, number: int, held: ListObject, known: ListObject) -> None:
        if self.iteration is None:
            return
        entry = self.entry
        names = self.live if self.live is not None else set(entry.names)
        for name in names:
            value = entry.names.get(name)
            if value is not None and number in _references(value):
                if self.live is None or not held.length.eq(known.length):
                    raise self.execution.stop("list that changes while a loop goes through it")

    def _shape(self, sym: Sym, state: State) -> frozenset[_Shape]:
        return frozenset(self._shape_of(value, state) for _, value in sym.cases)

    def _shape_of(self, value: Value, state: State) -> _Shape:
        match value:
            case TupleValue(items):
                return ("tuple", tuple(self._shape(item, state) for item in items))
            case Reference(number):
                if number in self.entry.heap:
                    return ("reference", number)
                held = state.heap[number]
                if held.shared:
                    raise self.execution.stop("list inside another container, kept through a loop")
                return ("list", held.element)
            case Sequence(kind, element):
                return ("sequence", kind, element)
            case RangeValue(_, _, step):
                return ("range", step)
        return (type(value).__name__,)

    def _joined(self, one: frozenset[_Shape], other: frozenset[_Shape]) -> frozenset[_Shape]:
        both = one | other
        for kind in ("list", "sequence"):
            found = [shape for shape in both if shape[0] == kind]
            known = {shape[-1] for shape in found if shape[-1] is not None}
            if len(known) > 1:
                raise self.execution.stop("list of several types")
            if known:
                both -= {shape for shape in found if shape[-1] is None}
        tuples = [shape for shape in both if shape[0] == "tuple"]
        if len(tuples) > 1:
            sizes = {len(shape[1]) for shape in tuples}  # type: ignore[arg-type]  # a tuple of shapes
            if len(sizes) == 1:
                merged = tuples[0]
                for shape in tuples[1:]:
                    parts = zip(merged[1], shape[1], strict=True)  # type: ignore[call-overload]  # the same
                    merged = ("tuple", tuple(self._joined(a, b) for a, b in parts))
                both = (both - set(tuples)) | {merged}
        return both

    def _any(self, shape: frozenset[_Shape], hint: str, state: State) -> Sym:
        execution = self.execution
        terms = execution.terms
        parts: list[tuple[Term, Sym]] = []
        members = sorted(shape, key=repr)
        tag = terms.fresh_int("tag") if len(members) > 1 else None
        for place, member in enumerate(members):
            guard = terms.true if tag is None else tag == place
            if tag is not None and place == len(members) - 1:
                guard = z3.And(*(tag != before for before in range(place)))
            parts.append((guard, self._any_of(member, hint, state)))
        return terms.collect(parts)

    def _any_of(self, shape: _Shape, hint: str, state: State) -> Sym:
        execution = self.execution
        terms = execution.terms
        kind = shape[0]
        simple = {
            "IntValue": core.INT,
            "BoolValue": core.BOOL,
            "FloatValue": core.FLOAT,
            "StrValue": core.STR,
            "NoneValue": core.NONE,
        }
        if kind in simple:
            return execution.unknown(simple[str(kind)], hint)
        if kind == "Unset":
            return terms.of(Unset())
        if kind == "reference":
            return terms.of(Reference(shape[1]))  # type: ignore[arg-type]  # a number
        if kind == "tuple":
            return terms.of(TupleValue(tuple(self._any(part, hint, state) for part in shape[1])))  # type: ignore[attr-defined]
        if kind == "range":
            low, high = execution.fresh_int(hint), execution.fresh_int(hint)
            return terms.of(RangeValue(low, high, shape[1]))  # type: ignore[arg-type]  # a step
        element = shape[-1]
        if element is None:
            sequence = Sequence(
                "list" if kind == "list" else str(shape[1]), None, None, terms.zero, terms.zero
            )
        else:
            assert isinstance(element, Type)
            sequence = execution.unknown_sequence(element, "list" if kind == "list" else str(shape[1]), hint)
        if kind == "sequence":
            return terms.of(sequence)
        execution.lists += 1
        state.heap[execution.lists] = ListObject(
            sequence.element, sequence.array, sequence.offset, sequence.length
        )
        return terms.of(Reference(execution.lists))

    # States at the head

    def at_entry(self) -> State:
        state = self.entry.copy()
        state.names[self.k] = self.execution.int_of(self.execution.terms.zero)
        return state

    def havocked(self) -> State:
        """Any state at the head: after any number of iterations, as far as only types are known."""
        execution = self.execution
        terms = execution.terms
        state = self.entry.copy()
        for number, element in sorted(self.heap.items()):
            held = self.entry.heap[number]
            shared = held.shared or number in self.shared
            if element is None:
                state.heap[number] = replace(held, shared=shared)
                continue
            sequence = execution.unknown_sequence(element, "list", "list")
            state.heap[number] = ListObject(element, sequence.array, sequence.offset, sequence.length, shared)
        for number in self.shared:
            state.heap[number] = replace(state.heap[number], shared=True)
        for name in sorted(self.assigned):
            state.names[name] = self._any(self.shapes[name], name, state)
        k = execution.fresh_int("k")
        state.names[self.k] = execution.int_of(k)
        condition = k >= 0
        if self.iteration is not None:
            before, execution.state = execution.state, state
            iteration = self.current(state)
            count = terms.subtract(iteration.high, iteration.low)
            condition = z3.And(condition, z3.Or(k <= count, k == 0))
            if self.fixed_target and isinstance(self.statement, core.For):
                last = iteration.item(terms.add(iteration.low, terms.subtract(k, terms.one)))
                self._set_target(self.statement.target, last, k > 0, state)
            execution.state = before
        state.condition = terms.both(state.condition, condition)
        return state

    def _set_target(self, target: core.Target, value: Sym, condition: Term, state: State) -> None:
        execution = self.execution
        terms = execution.terms
        before = {name: self.entry.names.get(name, terms.of(Unset())) for name in core.target_names(target)}
        outer_events, execution.events = execution.events, []
        execution.bind(target, value)
        execution.events = outer_events
        for name, known in before.items():
            state.names[name] = terms.choose(condition, state.names[name], known)

    def current(self, state: State) -> Iteration:
        """What the loop goes through, as it is in ``state``."""
        assert self.iteration is not None
        assert isinstance(self.statement, core.For)
        touched = {
            number
            for name in self.live or ()
            for number in _references(self.entry.names.get(name, Sym(())))
            if number in self.heap
        }
        if not touched:
            return self.iteration
        execution = self.execution
        outer_events, execution.events = execution.events, []
        try:
            return execution.iteration(self.statement.iterable)
        finally:
            execution.events = outer_events

    def ending(self) -> State | None:
        """The state in which the loop ends without a break; the current state becomes that in which it goes on."""
        execution = self.execution
        terms = execution.terms
        statement = self.statement
        if isinstance(statement, core.While):
            going = execution.condition(statement.condition)
            execution.flush()
        else:
            iteration = self.current(execution.state)
            k = execution.state.names[self.k].only
            assert isinstance(k, IntValue)
            going = terms.less(terms.add(iteration.low, k.term), iteration.high)
        ended = execution.state.copy()
        ended.condition = terms.both(ended.condition, terms.no(going))
        execution.state.condition = terms.both(execution.state.condition, going)
        return ended

    def iterate(self) -> list[State]:
        """One iteration from the current state; the states from which the next would start."""
        self.ending()
        return self.iterate_from(self.execution.state.copy())

    def iterate_from(self, started: State) -> list[State]:
        execution = self.execution
        statement = self.statement
        execution.state = started.copy()
        outer = execution.frame
        execution.frame = _Frame(exits=outer.exits, breaks=outer.breaks)
        try:
            if execution.is_alive:
                if isinstance(statement, core.For):
                    iteration = self.current(execution.state)
                    k = execution.state.names[self.k].only
                    assert isinstance(k, IntValue)
                    item = iteration.item(execution.terms.add(iteration.low, k.term))
                    execution.assign(statement.target, item)
                    execution.flush()
                execution.block(statement.body)
            ends = list(execution.frame.continues)
            if execution.is_alive:
                ends.append(execution.state.copy())
        finally:
            execution.frame = outer
        merged = execution.merge_all(ends)
        if merged is None:
            return []
        k = merged.names[self.k].only
        assert isinstance(k, IntValue)
        merged.names[self.k] = execution.int_of(execution.terms.add(k.term, execution.terms.one))
        return [merged]


def _references(sym: Sym) -> set[int]:
    found: set[int] = set()
    for _, value in sym.cases:
        if isinstance(value, Reference):
            found.add(value.number)
        elif isinstance(value, TupleValue):
            for item in value.items:
                found |= _references(item)
    return found


def _is_frozen_list(value: Value) -> bool:
    """A list inside another container, which an operation in place would change."""
    return isinstance(value, Sequence) and value.kind == "list"


def _stores(target: core.Target) -> bool:
    if isinstance(target, core.Subscript):
        return True
    return isinstance(target, core.Pattern) and any(map(_stores, target.targets))


def _bound(comprehension: core.Comprehension) -> set[str]:
    return set().union(*(core.target_names(clause.target) for clause in comprehension.clauses))
