"""Paths through a function: left by exits, merged where they join."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from groundstate_energy.contracts import core
from groundstate_energy.contracts.core import Range, Unmodelled
from groundstate_energy.contracts.execution.frames import Exit, Frame
from groundstate_energy.contracts.invariants import Loops
from groundstate_energy.contracts.module import EXCEPTIONS
from groundstate_energy.contracts.solving import Solver
from groundstate_energy.contracts.symbolic.expressions import Expressions
from groundstate_energy.contracts.symbolic.state import State
from groundstate_energy.contracts.symbols import ListObject, Sequence, Sym, Term, Unset, is_false


class Paths(Expressions):
    """What is known on the path that is executed, and the ways out: ``frame.exits``."""

    def __init__(self, program: core.Program, solver: Solver, loops: Loops) -> None:
        super().__init__(program, solver)
        self.loops = loops
        self.frame = Frame()
        self.inlined: list[str] = []
        self.relied_on: dict[str, None] = {}
        self.tries = 0
        self.survivors: dict[tuple[object, ...], list[core.Expression]] = {}
        self.unfinished: list[Range] = []
        self.entry_names: dict[str, Sym] = {}
        self.is_dry = False
        self.is_shaping = False

    @property
    def is_alive(self) -> bool:
        return not is_false(self.state.condition)

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
            if is_false(state.condition):
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
        if then is None or is_false(then.condition):
            return otherwise
        if otherwise is None or is_false(otherwise.condition):
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

    def above(self, name: str) -> tuple[str, ...]:
        return self.program.exceptions.get(name) or EXCEPTIONS.get(name, ("Exception", "BaseException"))

    @contextmanager
    def in_loop(self) -> Iterator[Frame]:
        outer = self.frame
        self.frame = Frame(exits=outer.exits)
        try:
            yield self.frame
        finally:
            self.frame = outer

    @contextmanager
    def dry(self) -> Iterator[None]:
        """Exits and what is left to be shown are forgotten afterwards."""
        frame, state, unfinished, was = self.frame, self.state, self.unfinished, self.is_dry
        relied, events = dict(self.relied_on), self.events
        self.frame, self.unfinished, self.events = Frame(), [], []
        self.is_dry = True
        try:
            yield
        finally:
            self.frame, self.state, self.unfinished, self.is_dry = frame, state, unfinished, was
            self.relied_on, self.events = relied, events

    def block(self, statements: tuple[core.Statement, ...]) -> None:
        """Execute statements one after the other; ``Execution`` has all kinds of them."""
        raise NotImplementedError
