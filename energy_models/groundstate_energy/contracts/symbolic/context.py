"""Where expressions are evaluated: the state, the condition under which this runs, and what may go wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import z3

from groundstate_energy.contracts import core
from groundstate_energy.contracts.core import Range, Unmodelled
from groundstate_energy.contracts.solving import Solver
from groundstate_energy.contracts.symbolic.state import Binder, Event, State
from groundstate_energy.contracts.symbols import DictValue, Sym, Term, Terms, Value, is_false, is_true


class Context:
    """What expressions are evaluated in; what may go wrong is left in ``events``, in order."""

    def __init__(self, program: core.Program, solver: Solver) -> None:
        self.program = program
        self.terms: Terms = solver.terms
        self.solver = solver
        self.state = State(self.terms.true, {}, {})
        self.guard: Term = self.terms.true
        self.events: list[Event] = []
        self.binders: list[Binder] = []
        self.bound: set[int] = set()
        self.where: Range = (0, 0)
        self.lists = 0
        self._cache: dict[tuple[object, ...], Sym] = {}
        self._held: list[Term] = []
        ints = z3.IntSort(self.terms.ctx)
        self._quotient = z3.Function("floordiv", ints, ints, ints)
        self._sum = z3.Function("sum", z3.ArraySort(ints, ints), ints, ints, ints)
        self._quotient_axiom = False
        self._done: set[tuple[object, ...]] = set()

    def stop(self, construct: str) -> Unmodelled:
        return Unmodelled(construct, self.where)

    def no_dictionary(self, *values: Value) -> None:
        """Raise ``Unmodelled`` for a dictionary: of these only what is read by key or counted is modelled."""
        if any(isinstance(value, DictValue) for value in values):
            raise self.stop("this of a dictionary")

    @contextmanager
    def under(self, condition: Term) -> Iterator[None]:
        before = self.guard
        self.guard = self.terms.both(before, condition)
        try:
            yield
        finally:
            self.guard = before

    def trap(self, condition: Term, exception: str, exact: bool = True) -> None:
        condition = self.terms.both(self.guard, condition)
        if not is_false(condition):
            self.events.append(Event(condition, exception, self.where, exact))

    def fact(self, term: Term) -> None:
        """Something that holds of the symbols in it, whatever the path."""
        if is_true(term):
            return
        if self.binders and self._mentions_bound(term):
            raise self.stop("this inside a quantified condition")
        self.solver.add_fact(term)

    def fresh(self, sort: Term, hint: str) -> Term:
        if self.binders:
            raise self.stop("this inside a quantified condition")
        return self.terms.fresh(sort, hint)

    def fresh_int(self, hint: str) -> Term:
        return self.fresh(z3.IntSort(self.terms.ctx), hint)

    def _key(self, name: str, *terms: Term) -> tuple[object, ...]:
        """Names what is made of terms, which are kept so that no other term gets their numbers."""
        self._held.extend(terms)
        return (name, *(term.get_id() for term in terms))

    def _mentions_bound(self, term: Term) -> bool:
        if not self.bound:
            return False
        seen: set[int] = set()
        stack = [term]
        while stack:
            at = stack.pop()
            number = at.get_id()
            if number in seen:
                continue
            seen.add(number)
            if number in self.bound:
                return True
            if z3.is_quantifier(at):
                stack.append(at.body())
            else:
                stack.extend(at.children())
        return False

    def known(self, term: Term) -> bool:
        """Whether a condition certainly holds here; a cheap question."""
        if is_true(term):
            return True
        if is_false(term):
            return False
        around = [self.state.condition, self.guard, *(binder.domain for binder in self.binders)]
        return self.solver.surely(around, term)

    def simpler(self, condition: Term, then: Term, otherwise: Term) -> Term:
        """``If(condition, then, otherwise)`` without the test where the context decides it."""
        if self.known(self.terms.no(condition)):
            return otherwise
        if self.known(condition):
            return then
        return self.terms.ite(condition, then, otherwise)

    def evaluate(self, expression: core.Expression) -> Sym:
        before = self.where
        self.where = expression.at if expression.at != (0, 0) else before
        try:
            return self._evaluate(expression)
        finally:
            self.where = before

    def raises(self, exception: str) -> None:
        self.trap(self.terms.true, exception)

    def collected(self, compute: Callable[[], Term]) -> tuple[Term, list[Event]]:
        """A term, and the events of computing it on their own."""
        outer, self.events = self.events, []
        guard, self.guard = self.guard, self.terms.true
        try:
            result = compute()
            return result, self.events
        finally:
            self.events = outer
            self.guard = guard

    def _evaluate(self, expression: core.Expression) -> Sym:
        """The value of an expression; ``Expressions`` has all kinds of them."""
        raise NotImplementedError
