"""Values under guards: what is computed of each, and what they are as truth values, numbers and lengths."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Sequence as Sequence_

import z3

from groundstate_energy.contracts import core
from groundstate_energy.contracts.symbolic.context import Context
from groundstate_energy.contracts.symbols import (
    BoolValue,
    DictValue,
    FloatValue,
    IntValue,
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
    is_false,
    is_number,
)

_EXACT_INT = 2**53


class Alternatives(Context):
    """Goes through what a value may be."""

    def each(self, sym: Sym, compute: Callable[[Value], Sym | None], *, dicts: bool = False) -> Sym:
        """``compute`` for each alternative, under its guard; it gives None where it has raised.

        ``dicts``: dictionaries are told from what they are not; else none may be among the alternatives.
        """
        if not dicts:
            self.no_dictionary(*(value for _, value in sym.cases))
        return self._gather([(guard, value) for guard, value in sym.cases], lambda value: compute(value))

    def pairs(
        self, left: Sym, right: Sym, compute: Callable[[Value, Value], Sym | None], *, dicts: bool = False
    ) -> Sym:
        """The same for each pair of alternatives; ``dicts``: on the left."""
        self.no_dictionary(*(value for _, value in right.cases))
        if not dicts:
            self.no_dictionary(*(value for _, value in left.cases))
        cases = [(self.terms.both(one, other), (a, b)) for one, a in left.cases for other, b in right.cases]
        return self._gather(cases, lambda both: compute(both[0], both[1]))

    def _gather(self, cases: Sequence_[tuple[Term, object]], compute: Callable[..., Sym | None]) -> Sym:
        parts: list[tuple[Term, Sym]] = []
        for guard, value in cases:
            if is_false(guard):
                continue
            with self.under(guard):
                result = compute(value)
            if result is not None:
                parts.append((guard, result))
        return self.terms.collect(parts) if parts else self.terms.of(NoneValue())

    def truth_of(self, sym: Sym, test: Callable[[Value], Term | None], *, dicts: bool = False) -> Term:
        """A condition on each alternative, joined; None counts as raised. ``dicts``: as in ``each``."""
        terms = self.terms
        if not dicts:
            self.no_dictionary(*(value for _, value in sym.cases))
        parts: list[Term] = []
        for guard, value in sym.cases:
            with self.under(guard):
                result = test(value)
            if result is not None:
                parts.append(terms.both(guard, result))
        return terms.either(*parts)

    def truth(self, sym: Sym) -> Term:
        """Python's truth value."""
        return self.truth_of(sym, self._truth, dicts=True)

    def _truth(self, value: Value) -> Term:
        terms = self.terms
        match value:
            case IntValue(term):
                return terms.no(terms.equal(term, terms.zero))
            case BoolValue(term):
                return term
            case FloatValue(term):
                return z3.Not(z3.fpIsZero(term, self.terms.ctx))
            case StrValue(term):
                return terms.no(term == z3.StringVal("", terms.ctx))
            case NoneValue():
                return terms.false
            case TupleValue(items):
                return terms.boolean(bool(items))
            case Reference() | Sequence() | RangeValue() | DictValue():
                return terms.less(terms.zero, self.length(value))
        raise self.stop("truth value")

    def bool_of(self, term: Term) -> Sym:
        return self.terms.of(BoolValue(term))

    def int_of(self, term: Term) -> Sym:
        return self.terms.of(IntValue(term))

    def number(self, value: Value) -> Term | None:
        """The int that a value computes as; None for others."""
        if isinstance(value, IntValue):
            return value.term
        if isinstance(value, BoolValue):
            terms = self.terms
            return terms.ite(value.term, terms.one, terms.zero)
        return None

    def floating(self, value: Value) -> Term | None:
        """The double that a value computes as beside a double; raises where the conversion is not exact for sure."""
        if isinstance(value, FloatValue):
            return value.term
        number = self.number(value)
        if number is None:
            return None
        terms = self.terms
        if isinstance(value, BoolValue):
            return z3.If(
                value.term,
                z3.FPVal(1.0, terms.float_sort, ctx=terms.ctx),
                z3.FPVal(0.0, terms.float_sort, ctx=terms.ctx),
            )
        number = z3.simplify(number)
        if is_number(number) and abs(number.as_long()) <= _EXACT_INT:
            return z3.FPVal(float(number.as_long()), terms.float_sort, ctx=terms.ctx)
        raise self.stop("an int and a float together")

    def condition(self, expression: core.Expression) -> Term:
        return self.truth(self.evaluate(expression))

    def constant(self, value: object) -> Sym:
        terms = self.terms
        if value is None:
            return terms.of(NoneValue())
        if isinstance(value, bool):
            return self.bool_of(terms.boolean(value))
        if isinstance(value, int):
            return self.int_of(terms.number(value))
        if isinstance(value, float):
            return terms.of(FloatValue(z3.FPVal(value, terms.float_sort, ctx=terms.ctx)))
        if isinstance(value, str):
            return terms.of(StrValue(self.text(value)))
        if isinstance(value, tuple):
            return terms.of(TupleValue(tuple(map(self.constant, value))))
        raise self.stop("constant")

    def text(self, value: str) -> Term:
        if any(ord(character) > 0x2FFFF for character in value):
            raise self.stop("character outside the first planes")
        escaped = "".join(
            character if 32 <= ord(character) < 127 and character != "\\" else f"\\u{{{ord(character):x}}}"
            for character in value
        )
        return z3.StringVal(escaped, self.terms.ctx)

    def read(self, name: str) -> Sym:
        found = self.state.names.get(name)
        if found is None:
            self.trap(self.terms.true, "UnboundLocalError")
            return self.terms.of(NoneValue())
        if any(isinstance(value, Unset) for _, value in found.cases):
            return self.each(found, self._set, dicts=True)
        return found

    def _set(self, value: Value) -> Sym | None:
        if isinstance(value, Unset):
            self.trap(self.terms.true, "UnboundLocalError")
            return None
        return self.terms.of(value)

    def length(self, value: Value) -> Term:
        terms = self.terms
        match value:
            case TupleValue(items):
                return terms.number(len(items))
            case StrValue(term):
                return z3.Length(term)
            case Reference(number):
                return self.state.heap[number].length
            case Sequence() | DictValue():
                return value.length
            case RangeValue(start, stop, step):
                if step == 1:
                    span = terms.subtract(stop, start)
                elif step > 0:
                    span = (terms.subtract(stop, start) + terms.number(step - 1)) / terms.number(step)
                else:
                    span = (terms.subtract(start, stop) + terms.number(-step - 1)) / terms.number(-step)
                span = z3.simplify(span) if is_number(z3.simplify(span)) else span
                if is_number(span):
                    return terms.number(max(0, span.as_long()))
                return self.simpler(span >= 0, span, terms.zero)
        raise self.stop("length")
