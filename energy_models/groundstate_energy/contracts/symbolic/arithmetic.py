"""Operators on numbers, and on sequences where they have the same sign."""

from __future__ import annotations

import z3

from groundstate_energy.contracts.symbolic.sequences import Sequences
from groundstate_energy.contracts.symbols import (
    BoolValue,
    FloatValue,
    Reference,
    Sequence,
    StrValue,
    Sym,
    Term,
    TupleValue,
    Value,
    is_number,
)


class Arithmetic(Sequences):
    """What operators compute."""

    def _unary(self, symbol: str, value: Value) -> Sym | None:
        terms = self.terms
        if isinstance(value, FloatValue) and symbol in "-+":
            return terms.of(FloatValue(z3.fpNeg(value.term, self.terms.ctx) if symbol == "-" else value.term))
        number = self.number(value)
        if number is None:
            self.raises("TypeError")
            return None
        if symbol == "-":
            return self.int_of(terms.subtract(terms.zero, number) if is_number(number) else -number)
        if symbol == "+":
            return self.int_of(number)
        return self.int_of(terms.subtract(terms.number(-1), number))

    def arithmetic(self, symbol: str, left: Sym, right: Sym) -> Sym:
        return self.pairs(left, right, lambda one, other: self._arithmetic(symbol, one, other))

    def _arithmetic(self, symbol: str, left: Value, right: Value) -> Sym | None:
        terms = self.terms
        if isinstance(left, FloatValue) or isinstance(right, FloatValue):
            return self._float_arithmetic(symbol, left, right)
        one, other = self.number(left), self.number(right)
        if one is not None and other is not None:
            if symbol in "&|^" and isinstance(left, BoolValue) and isinstance(right, BoolValue):
                if symbol == "^":
                    return self.bool_of(z3.Xor(left.term, right.term))
                return self.bool_of((terms.both if symbol == "&" else terms.either)(left.term, right.term))
            return self.int_arithmetic(symbol, one, other)
        if symbol == "+":
            if isinstance(left, StrValue) and isinstance(right, StrValue):
                return terms.of(StrValue(z3.Concat(left.term, right.term)))
            if isinstance(left, TupleValue) and isinstance(right, TupleValue):
                return terms.of(TupleValue(left.items + right.items))
            joined = self._joined_sequences(left, right)
            if joined is not None:
                return joined
        if symbol == "*":
            for held, count in ((left, other), (right, one)):
                if count is not None and isinstance(held, Reference | Sequence | TupleValue | StrValue):
                    return self._repeated(held, count)
        if symbol == "%" and isinstance(left, StrValue):
            raise self.stop("formatting with %")
        self.raises("TypeError")
        return None

    def _float_arithmetic(self, symbol: str, left: Value, right: Value) -> Sym | None:
        terms = self.terms
        one, other = self.floating(left), self.floating(right)
        if one is None or other is None:
            self.raises("TypeError")
            return None
        rounding = terms.rounding
        if symbol == "+":
            return terms.of(FloatValue(z3.fpAdd(rounding, one, other, terms.ctx)))
        if symbol == "-":
            return terms.of(FloatValue(z3.fpSub(rounding, one, other, terms.ctx)))
        if symbol == "*":
            return terms.of(FloatValue(z3.fpMul(rounding, one, other, terms.ctx)))
        if symbol == "/":
            self.trap(z3.fpIsZero(other, self.terms.ctx), "ZeroDivisionError")
            return terms.of(FloatValue(z3.fpDiv(rounding, one, other, terms.ctx)))
        if symbol in ("//", "%", "**"):
            raise self.stop(f"`{symbol}` of floats")
        self.raises("TypeError")
        return None

    def int_arithmetic(self, symbol: str, one: Term, other: Term) -> Sym | None:
        terms = self.terms
        if symbol == "+":
            return self.int_of(terms.add(one, other))
        if symbol == "-":
            return self.int_of(terms.subtract(one, other))
        if symbol == "*":
            if is_number(one) and is_number(other):
                return self.int_of(terms.number(one.as_long() * other.as_long()))
            return self.int_of(one * other)
        if symbol in ("//", "%"):
            quotient, remainder = self.division(one, other)
            return self.int_of(quotient if symbol == "//" else remainder)
        constant = other.as_long() if is_number(other) else None
        if symbol == "**":
            return self._power(one, constant)
        if symbol in ("<<", ">>"):
            if constant is None or constant > 256:
                raise self.stop("shift by a variable")
            if constant < 0:
                self.raises("ValueError")
                return None
            scale = terms.number(2**constant)
            return self.int_of(one * scale if symbol == "<<" else one / scale)
        if symbol == "/":
            raise self.stop("true division of ints")
        if symbol == "&":
            for value, mask in ((one, other), (other, one)):
                if is_number(mask) and mask.as_long() >= 0 and (mask.as_long() & (mask.as_long() + 1)) == 0:
                    return self.int_of(value % terms.number(mask.as_long() + 1))
        raise self.stop(f"`{symbol}` of ints")

    def _power(self, base: Term, exponent: int | None) -> Sym:
        terms = self.terms
        if exponent is None or not 0 <= exponent <= 8:
            raise self.stop("power with such an exponent")
        if is_number(base):
            return self.int_of(terms.number(base.as_long() ** exponent))
        result = terms.one
        for _ in range(exponent):
            result = base if result is terms.one else result * base
        return self.int_of(result)

    def division(self, one: Term, other: Term) -> tuple[Term, Term]:
        """Floor quotient and the remainder that has the divisor's sign: ``one == other * quotient + remainder``."""
        terms = self.terms
        other = z3.simplify(other)
        if is_number(other):
            divisor = other.as_long()
            if divisor == 0:
                self.raises("ZeroDivisionError")
                return terms.zero, terms.zero
            if is_number(z3.simplify(one)):
                value = z3.simplify(one).as_long()
                return terms.number(value // divisor), terms.number(value % divisor)
            # z3 rounds so that the remainder is not negative: for a positive divisor that is the floor.
            if divisor > 0:
                return one / other, one % other
            return (-one) / terms.number(-divisor), -((-one) % terms.number(-divisor))
        self.trap(terms.equal(other, terms.zero), "ZeroDivisionError")
        quotient = self._quotient(one, other)
        if self.binders and (self._mentions_bound(one) or self._mentions_bound(other)):
            if not self._quotient_axiom:
                self._quotient_axiom = True
                a, b = terms.fresh_int("a"), terms.fresh_int("b")
                body = self._floor(a, b, self._quotient(a, b))
                self.solver.add_fact(z3.ForAll([a, b], body, patterns=[self._quotient(a, b)]))
        else:
            self.solver.add_fact(self._floor(one, other, quotient))
        return quotient, one - other * quotient

    def _floor(self, one: Term, other: Term, quotient: Term) -> Term:
        product = other * quotient
        return z3.And(
            z3.Implies(other > 0, z3.And(product <= one, one < product + other)),
            z3.Implies(other < 0, z3.And(product >= one, one > product + other)),
            z3.Implies(z3.And(one >= 0, other > 0), z3.And(quotient >= 0, quotient <= one)),
            z3.Implies(z3.And(one > 0, other > 1), quotient < one),
        )
