"""Conditions on all or some ints of a range."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import z3

from groundstate_energy.contracts.symbolic.alternatives import Alternatives
from groundstate_energy.contracts.symbolic.state import Binder
from groundstate_energy.contracts.symbols import Term, is_number

_MOST_UNROLLED = 16


class Quantifiers(Alternatives):
    """Bound variables, and few of them written out."""

    @contextmanager
    def binding(self, low: Term, high: Term) -> Iterator[tuple[Term, Term]]:
        """A variable that goes from ``low`` up to ``high``, and that it does."""
        terms = self.terms
        at = terms.fresh_int("j")
        domain = z3.And(low <= at, at < high)
        self.binders.append(Binder(domain))
        self.bound.add(at.get_id())
        try:
            yield at, domain
        finally:
            self.binders.pop()
            self.bound.discard(at.get_id())

    def _few(self, low: Term, high: Term) -> range | None:
        low, high = z3.simplify(low), z3.simplify(high)
        if is_number(low) and is_number(high) and high.as_long() - low.as_long() <= _MOST_UNROLLED:
            return range(low.as_long(), high.as_long())
        return None

    def forall(self, low: Term, high: Term, body: Callable[[Term], Term]) -> Term:
        terms = self.terms
        few = self._few(low, high)
        if few is not None:
            return terms.both(*(body(terms.number(at)) for at in few))
        with self.binding(low, high) as (at, domain):
            inner = body(at)
            return terms.for_all(at, domain, inner)

    def exists(self, low: Term, high: Term, body: Callable[[Term], Term]) -> Term:
        terms = self.terms
        few = self._few(low, high)
        if few is not None:
            return terms.either(*(body(terms.number(at)) for at in few))
        with self.binding(low, high) as (at, domain):
            inner = body(at)
            return terms.there_is(at, domain, inner)
