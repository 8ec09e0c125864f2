"""Expressions of the core as z3 terms, with the condition of every exception that they may raise.

What cannot be said exactly is either weakened, so that what is proved holds all the more (a result of which only some facts
are known), or ``Unmodelled``. Nothing is ever assumed that need not hold.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from collections.abc import Sequence as Sequence_
from contextlib import contextmanager
from dataclasses import dataclass, replace

import z3

from groundstate_energy.contracts import core
from groundstate_energy.contracts.core import Range, Type, Unmodelled
from groundstate_energy.contracts.solving import Solver
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
    Terms,
    TupleValue,
    Unset,
    Value,
    is_number,
)

_EXACT_INT = 2**53
_MOST_UNROLLED = 16


@dataclass(slots=True)
class State:
    """Where an execution is: under which condition, with which values and lists."""

    condition: Term
    names: dict[str, Sym]
    heap: dict[int, ListObject]

    def copy(self) -> State:
        return State(self.condition, dict(self.names), dict(self.heap))


@dataclass(frozen=True, slots=True)
class Event:
    """An exception that an expression may raise, or (``exception`` empty) what holds once it is evaluated.

    ``exact``: the exception is raised exactly under the condition, not only at most. ``raised``: by a ``raise`` statement.
    ``kind``: trap, callee (a precondition of what is called) or assume.
    """

    condition: Term
    exception: str
    at: Range
    exact: bool = True
    raised: bool = False
    kind: str = "trap"
    clause: int = -1


@dataclass(frozen=True, slots=True)
class Iteration:
    """What is gone through: known ``items``, or ``item(j)`` for ``low <= j < high``."""

    items: tuple[Sym, ...] | None
    low: Term
    high: Term
    item: Callable[[Term], Sym]


@dataclass(slots=True)
class _Binder:
    domain: Term


class Expressions:
    """Evaluates expressions in ``state``; what may go wrong is left in ``events``, in order."""

    def __init__(self, program: core.Program, solver: Solver) -> None:
        self.program = program
        self.terms: Terms = solver.terms
        self.solver = solver
        self.state = State(self.terms.true, {}, {})
        self.guard: Term = self.terms.true
        self.events: list[Event] = []
        self.binders: list[_Binder] = []
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

    # Bookkeeping

    def stop(self, construct: str) -> Unmodelled:
        return Unmodelled(construct, self.where)

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
        if not z3.is_false(condition):
            self.events.append(Event(condition, exception, self.where, exact))

    def fact(self, term: Term) -> None:
        """Something that holds of the symbols in it, whatever the path."""
        if z3.is_true(term):
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
        if z3.is_true(term):
            return True
        if z3.is_false(term):
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

    # Alternatives

    def each(self, sym: Sym, compute: Callable[[Value], Sym | None]) -> Sym:
        """``compute`` for each alternative, under its guard; it gives None where it has raised."""
        return self._gather([(guard, value) for guard, value in sym.cases], lambda value: compute(value))

    def pairs(self, left: Sym, right: Sym, compute: Callable[[Value, Value], Sym | None]) -> Sym:
        cases = [(self.terms.both(one, other), (a, b)) for one, a in left.cases for other, b in right.cases]
        return self._gather(cases, lambda both: compute(both[0], both[1]))

    def _gather(self, cases: Sequence_[tuple[Term, object]], compute: Callable[..., Sym | None]) -> Sym:
        parts: list[tuple[Term, Sym]] = []
        for guard, value in cases:
            if z3.is_false(guard):
                continue
            with self.under(guard):
                result = compute(value)
            if result is not None:
                parts.append((guard, result))
        return self.terms.collect(parts) if parts else self.terms.of(NoneValue())

    def truth_of(self, sym: Sym, test: Callable[[Value], Term | None]) -> Term:
        """A condition on each alternative, joined; None counts as raised."""
        terms = self.terms
        parts: list[Term] = []
        for guard, value in sym.cases:
            with self.under(guard):
                result = test(value)
            if result is not None:
                parts.append(terms.both(guard, result))
        return terms.either(*parts)

    def truth(self, sym: Sym) -> Term:
        """Python's truth value."""
        return self.truth_of(sym, self._truth)

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
            case Reference() | Sequence() | RangeValue():
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

    # Expressions

    def evaluate(self, expression: core.Expression) -> Sym:
        before = self.where
        self.where = expression.at if expression.at != (0, 0) else before
        try:
            return self._evaluate(expression)
        finally:
            self.where = before

    def condition(self, expression: core.Expression) -> Term:
        return self.truth(self.evaluate(expression))

    def _evaluate(self, expression: core.Expression) -> Sym:
        terms = self.terms
        match expression:
            case core.Const(value):
                return self.constant(value)
            case core.Name(name):
                return self.read(name)
            case core.Unary():
                return self.unary(expression)
            case core.Binary(symbol, left, right):
                one = self.evaluate(left)
                return self.arithmetic(symbol, one, self.evaluate(right))
            case core.Compare():
                return self.compare(expression)
            case core.Logical():
                return self.logical(expression)
            case core.Conditional():
                condition = self.condition(expression.condition)
                with self.under(condition):
                    then = self.evaluate(expression.then) if not z3.is_false(condition) else None
                with self.under(terms.no(condition)):
                    otherwise = self.evaluate(expression.otherwise) if not z3.is_true(condition) else None
                if then is None or otherwise is None:
                    chosen = then or otherwise
                    assert chosen is not None
                    return chosen
                return terms.choose(condition, then, otherwise)
            case core.Display(kind, items):
                return self.display(kind, [self.evaluate(item) for item in items])
            case core.Subscript(container, index):
                held = self.evaluate(container)
                return self.subscript(held, self.evaluate(index))
            case core.Slice():
                return self.slice(expression)
            case core.Builtin():
                return self.builtin(expression)
            case core.Method():
                return self.method(expression)
            case core.Call():
                return self.call(expression)
            case core.Comprehension():
                return self.comprehension(expression)
            case core.Formatted(parts):
                for part in parts:
                    for _, value in self.evaluate(part).cases:
                        if not isinstance(value, StrValue | NoneValue | BoolValue):
                            raise self.stop("f-string")
                return terms.of(StrValue(self.fresh(z3.StringSort(terms.ctx), "text")))
            case core.Walrus(name, value):
                result = self.evaluate(value)
                known = self.state.names.get(name, terms.of(Unset()))
                self.state.names[name] = terms.choose(self.guard, result, known)
                return result

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
            return self.each(found, self._set)
        return found

    def _set(self, value: Value) -> Sym | None:
        if isinstance(value, Unset):
            self.trap(self.terms.true, "UnboundLocalError")
            return None
        return self.terms.of(value)

    def raises(self, exception: str) -> None:
        self.trap(self.terms.true, exception)

    def unary(self, expression: core.Unary) -> Sym:
        operand = self.evaluate(expression.operand)
        if expression.operator == "not":
            return self.bool_of(self.terms.no(self.truth(operand)))
        return self.each(operand, lambda value: self._unary(expression.operator, value))

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

    # Comparison

    def compare(self, expression: core.Compare) -> Sym:
        terms = self.terms
        left = self.evaluate(expression.first)
        held = terms.true
        for symbol, operand in expression.rest:
            with self.under(held):
                right = self.evaluate(operand)
                held = terms.both(held, self.comparison(symbol, left, right))
            left = right
        return self.bool_of(held)

    def comparison(self, symbol: str, left: Sym, right: Sym) -> Term:
        terms = self.terms
        if symbol == "==":
            return self.equal(left, right)
        if symbol == "!=":
            return terms.no(self.equal(left, right))
        if symbol == "in":
            return self.contains(right, left)
        if symbol == "not in":
            return terms.no(self.contains(right, left))
        test = self._is if symbol in ("is", "is not") else self._less
        parts: list[Term] = []
        for one, a in left.cases:
            for other, b in right.cases:
                guard = terms.both(one, other)
                if z3.is_false(guard):
                    continue
                with self.under(guard):
                    result = test(symbol, a, b)
                if result is not None:
                    parts.append(terms.both(guard, result))
        return terms.either(*parts)

    def _is(self, symbol: str, left: Value, right: Value) -> Term:
        terms = self.terms
        if isinstance(left, NoneValue) or isinstance(right, NoneValue):
            same = terms.boolean(isinstance(left, NoneValue) and isinstance(right, NoneValue))
        elif isinstance(left, BoolValue) and isinstance(right, BoolValue):
            same = left.term == right.term
        elif isinstance(left, Reference) and isinstance(right, Reference):
            same = terms.boolean(left == right)
        elif _family(left) != _family(right):
            same = terms.false
        else:
            raise self.stop("`is`")
        return same if symbol == "is" else terms.no(same)

    def _less(self, symbol: str, left: Value, right: Value) -> Term | None:
        terms = self.terms
        if symbol in (">", ">="):
            left, right = right, left
            symbol = {">": "<", ">=": "<="}[symbol]
        if isinstance(left, FloatValue) or isinstance(right, FloatValue):
            one, other = self.floating(left), self.floating(right)
            if one is not None and other is not None:
                return z3.fpLT(one, other, terms.ctx) if symbol == "<" else z3.fpLEQ(one, other, terms.ctx)
        else:
            one, other = self.number(left), self.number(right)
            if one is not None and other is not None:
                return terms.less(one, other) if symbol == "<" else terms.at_most(one, other)
        if isinstance(left, StrValue) and isinstance(right, StrValue):
            return left.term < right.term if symbol == "<" else left.term <= right.term
        for kinds in (TupleValue | Sequence, Reference | Sequence):
            if isinstance(left, kinds) and isinstance(right, kinds):
                raise self.stop("order of sequences")
        self.raises("TypeError")
        return None

    def equal(self, left: Sym, right: Sym, inside: bool = False) -> Term:
        """``left == right``. ``inside``: as items of containers, which Python takes for equal when they are identical."""
        terms = self.terms
        parts: list[Term] = []
        for one, a in left.cases:
            for other, b in right.cases:
                guard = terms.both(one, other)
                if not z3.is_false(guard):
                    parts.append(terms.both(guard, self._equal(a, b, inside)))
        return terms.either(*parts)

    def _equal(self, left: Value, right: Value, inside: bool) -> Term:
        terms = self.terms
        one, other = self.number(left), self.number(right)
        if one is not None and other is not None:
            return terms.equal(one, other)
        if isinstance(left, FloatValue) or isinstance(right, FloatValue):
            first, second = self.floating(left), self.floating(right)
            if first is None or second is None:
                return terms.false
            if inside:
                raise self.stop("equality of floats in containers")
            return z3.fpEQ(first, second, terms.ctx)
        match left, right:
            case StrValue(a), StrValue(b):
                return terms.true if a.eq(b) else a == b
            case NoneValue(), NoneValue():
                return terms.true
            case TupleValue(a), TupleValue(b):
                if len(a) != len(b):
                    return terms.false
                return terms.both(*(self.equal(x, y, True) for x, y in zip(a, b, strict=True)))
            case RangeValue(), RangeValue():
                raise self.stop("equality of ranges")
        first_seq, second_seq = self._as_sequence(left), self._as_sequence(right)
        if first_seq is None or second_seq is None:
            return terms.false
        if isinstance(left, TupleValue) or isinstance(right, TupleValue):
            fixed, open_ = (left, second_seq) if isinstance(left, TupleValue) else (right, first_seq)
            if not isinstance(fixed, TupleValue) or not isinstance(open_, Sequence) or open_.kind != "tuple":
                return terms.false
            same = [
                self.equal(item, self.item(open_, terms.number(place)), True)
                for place, item in enumerate(fixed.items)
            ]
            return terms.both(terms.equal(open_.length, terms.number(len(fixed.items))), *same)
        if first_seq.kind != second_seq.kind:
            return terms.false
        return self._equal_sequences(first_seq, second_seq)

    def _as_sequence(self, value: Value) -> Sequence | None:
        if isinstance(value, Reference):
            return self.state.heap[value.number].sequence()
        if isinstance(value, TupleValue):
            return Sequence("tuple", None, None, self.terms.zero, self.terms.number(len(value.items)))
        return value if isinstance(value, Sequence) else None

    def _equal_sequences(self, one: Sequence, other: Sequence) -> Term:
        terms = self.terms
        same_length = terms.equal(one.length, other.length)
        if one.element is None or other.element is None:
            return (
                same_length
                if one.element is other.element
                else terms.both(terms.equal(one.length, terms.zero), terms.equal(other.length, terms.zero))
            )
        if _holds_floats(one.element) or _holds_floats(other.element):
            raise self.stop("equality of floats in containers")
        if one.array.eq(other.array) and one.offset.eq(other.offset):
            return same_length
        shift = terms.subtract(other.offset, one.offset)
        high = terms.add(one.offset, one.length)

        def items(at: Term) -> Term:
            left = terms.decode(one.array[at], one.element or core.INT)
            right = terms.decode(other.array[terms.add(at, shift)], other.element or core.INT)
            return self.equal(left, right, True)

        return terms.both(same_length, self.forall(one.offset, high, items))

    def contains(self, container: Sym, item: Sym) -> Term:
        return self.truth_of(container, lambda value: self._contains(value, item))

    def _contains(self, container: Value, item: Sym) -> Term | None:
        terms = self.terms
        match container:
            case StrValue(text):
                return self.truth_of(item, lambda value: self._part_of(text, value))
            case TupleValue(items):
                return terms.either(*(self.equal(item, held, True) for held in items))
            case RangeValue(start, stop, step):
                if step != 1:
                    raise self.stop("`in` a range with a step")
                return self.truth_of(item, lambda value: self._in_range(start, stop, value))
            case Reference() | Sequence():
                sequence = self._as_sequence(container)
                assert sequence is not None
                if sequence.element is None:
                    return terms.false
                element = sequence.element
                high = terms.add(sequence.offset, sequence.length)
                return self.exists(
                    sequence.offset,
                    high,
                    lambda at: self.equal(terms.decode(sequence.array[at], element), item, True),
                )
        self.raises("TypeError")
        return None

    def _part_of(self, text: Term, value: Value) -> Term | None:
        if isinstance(value, StrValue):
            return z3.Contains(text, value.term)
        self.raises("TypeError")
        return None

    def _in_range(self, start: Term, stop: Term, value: Value) -> Term:
        number = self.number(value)
        if number is None:
            if isinstance(value, FloatValue):
                raise self.stop("a float in a range")
            return self.terms.false
        return self.terms.both(self.terms.at_most(start, number), self.terms.less(number, stop))

    def logical(self, expression: core.Logical) -> Sym:
        terms = self.terms
        going = terms.true
        parts: list[tuple[Term, Sym]] = []
        last = len(expression.operands) - 1
        for place, operand in enumerate(expression.operands):
            with self.under(going):
                value = self.evaluate(operand)
                if place == last:
                    parts.append((going, value))
                    break
                true = self.truth(value)
                stops = terms.no(true) if expression.operator == "and" else true
                parts.append((terms.both(going, stops), value))
                going = terms.both(going, terms.no(stops))
                if z3.is_false(going):
                    break
        if all(isinstance(sym.only, BoolValue) for _, sym in parts):
            bools = [self.truth(sym) for _, sym in parts]
            join = terms.both if expression.operator == "and" else terms.either
            return self.bool_of(join(*bools))
        return terms.collect(parts)

    # Containers

    def new_list(self, sequence: Sequence) -> Sym:
        self.lists += 1
        self.state.heap[self.lists] = ListObject(
            sequence.element, sequence.array, sequence.offset, sequence.length
        )
        return self.terms.of(Reference(self.lists))

    def display(self, kind: str, items: list[Sym]) -> Sym:
        if kind == "tuple":
            return self.terms.of(TupleValue(tuple(items)))
        if kind != "list":
            raise self.stop(kind)
        return self.new_list(self.sequence_of(items, "list"))

    def sequence_of(self, items: list[Sym], kind: str, element: Type | None = None) -> Sequence:
        """A sequence of known items."""
        terms = self.terms
        frozen = [self.frozen(item) for item in items]
        if not frozen:
            return Sequence(kind, None, None, terms.zero, terms.zero)
        types = [terms.type_of(item) for item in frozen]
        known = [type_ for type_ in types if type_ is not None]
        if len(known) != len(types):
            raise self.stop("list of such values")
        element = core.union(*known)
        array = self.empty_array(element)
        for place, item in enumerate(frozen):
            term = terms.encode(item, element)
            if term is None:
                raise self.stop("list of such values")
            array = z3.Store(array, terms.number(place), term)
        return Sequence(kind, element, array, terms.zero, terms.number(len(items)))

    def empty_array(self, element: Type) -> Term:
        terms = self.terms
        sort = z3.ArraySort(z3.IntSort(terms.ctx), terms.sort(element))
        return terms.fresh(sort, "a")

    def frozen(self, sym: Sym) -> Sym:
        """The value as an item of another container; a list in it must not change from now on."""
        if not any(isinstance(value, Reference | TupleValue) for _, value in sym.cases):
            return sym
        return Sym(tuple((guard, self._frozen(value)) for guard, value in sym.cases))

    def _frozen(self, value: Value) -> Value:
        if isinstance(value, Reference):
            held = self.state.heap[value.number]
            self.state.heap[value.number] = replace(held, shared=True)
            return held.sequence()
        if isinstance(value, TupleValue):
            return TupleValue(tuple(self.frozen(item) for item in value.items))
        return value

    def snapshot(self, sym: Sym) -> Sym:
        """The value as it is now, unshared with what happens later."""
        return Sym(tuple((guard, self._snapshot(value)) for guard, value in sym.cases))

    def _snapshot(self, value: Value) -> Value:
        if isinstance(value, Reference):
            return self.state.heap[value.number].sequence()
        if isinstance(value, TupleValue):
            return TupleValue(tuple(self.snapshot(item) for item in value.items))
        return value

    def length(self, value: Value) -> Term:
        terms = self.terms
        match value:
            case TupleValue(items):
                return terms.number(len(items))
            case StrValue(term):
                return z3.Length(term)
            case Reference(number):
                return self.state.heap[number].length
            case Sequence():
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

    def item(self, sequence: Sequence, index: Term) -> Sym:
        """Item at an index that lies inside."""
        terms = self.terms
        if sequence.element is None:
            return terms.of(NoneValue())
        return terms.decode(sequence.array[terms.add(sequence.offset, index)], sequence.element)

    def place(self, index: Term, length: Term) -> Term:
        """An index counted from the start; raises ``IndexError`` where it lies outside."""
        terms = self.terms
        if is_number(index):
            value = index.as_long()
            at = index if value >= 0 else terms.add(length, index)
            outside = terms.at_most(length, at) if value >= 0 else terms.less(at, terms.zero)
        elif self.known(index >= 0):
            at = index
            outside = terms.at_most(length, at)
        else:
            at = terms.ite(index < 0, index + length, index)
            outside = terms.either(terms.less(at, terms.zero), terms.at_most(length, at))
        if not self.binders or not self.known(terms.no(outside)):
            self.trap(outside, "IndexError")
        return at

    def subscript(self, container: Sym, index: Sym) -> Sym:
        return self.pairs(container, index, self._subscript)

    def _subscript(self, container: Value, index: Value) -> Sym | None:
        terms = self.terms
        if not isinstance(container, TupleValue | Reference | Sequence | StrValue | RangeValue):
            self.raises("TypeError")
            return None
        number = self.number(index)
        if number is None:
            self.raises("TypeError")
            return None
        number = z3.simplify(number) if is_number(z3.simplify(number)) else number
        if isinstance(container, TupleValue):
            return self._item_of_tuple(container, number)
        if isinstance(container, StrValue):
            at = self.place(number, z3.Length(container.term))
            return terms.of(StrValue(z3.SubString(container.term, at, 1)))
        if isinstance(container, RangeValue):
            at = self.place(number, self.length(container))
            return self.int_of(terms.add(container.start, at * terms.number(container.step)))
        sequence = self._as_sequence(container)
        assert sequence is not None
        at = self.place(number, sequence.length)
        return self.item(sequence, at)

    def _item_of_tuple(self, container: TupleValue, number: Term) -> Sym | None:
        terms = self.terms
        size = len(container.items)
        if is_number(number):
            value = int(number.as_long())
            if not -size <= value < size:
                self.raises("IndexError")
                return None
            return container.items[value]
        at = self.place(number, terms.number(size))
        if not container.items:
            return None
        return terms.collect([(at == place, item) for place, item in enumerate(container.items)])

    def slice(self, expression: core.Slice) -> Sym:
        container = self.evaluate(expression.value)
        bounds = [
            self.evaluate(bound) if bound is not None else None
            for bound in (expression.lower, expression.upper, expression.step)
        ]
        step = 1
        if bounds[2] is not None and not isinstance(bounds[2].only, NoneValue):
            only = bounds[2].only
            if not isinstance(only, IntValue) or not is_number(z3.simplify(only.term)):
                raise self.stop("slice with such a step")
            step = z3.simplify(only.term).as_long()
        if step == -1 and bounds[0] is None and bounds[1] is None:
            return self.each(container, self._reversed)
        if step != 1:
            raise self.stop("slice with such a step")
        return self.each(container, lambda value: self._slice(value, bounds[0], bounds[1]))

    def _slice(self, value: Value, lower: Sym | None, upper: Sym | None) -> Sym | None:
        terms = self.terms
        if not isinstance(value, TupleValue | Reference | Sequence | StrValue):
            if isinstance(value, RangeValue):
                raise self.stop("slice of a range")
            self.raises("TypeError")
            return None
        length = self.length(value)
        low = self._bound(lower, length, terms.zero)
        high = self._bound(upper, length, length)
        if isinstance(value, TupleValue):
            low, high = z3.simplify(low), z3.simplify(high)
            if not is_number(low) or not is_number(high):
                raise self.stop("slice of a tuple")
            return terms.of(TupleValue(value.items[low.as_long() : high.as_long()]))
        span = terms.subtract(high, low)
        if is_number(span):
            span = terms.number(max(0, span.as_long()))
        else:
            span = self.simpler(span >= 0, span, terms.zero)
        if isinstance(value, StrValue):
            return terms.of(StrValue(z3.SubString(value.term, low, span)))
        sequence = self._as_sequence(value)
        assert sequence is not None
        part = replace(sequence, offset=terms.add(sequence.offset, low), length=span)
        return self.new_list(part) if sequence.kind == "list" else terms.of(part)

    def _bound(self, bound: Sym | None, length: Term, default: Term) -> Term:
        """A bound of a slice, moved inside."""
        terms = self.terms
        if bound is None or isinstance(bound.only, NoneValue):
            return default
        found: list[tuple[Term, Term]] = []
        for guard, value in bound.cases:
            if isinstance(value, NoneValue):
                found.append((guard, default))
                continue
            number = self.number(value)
            if number is None:
                with self.under(guard):
                    self.raises("TypeError")
                continue
            if is_number(number) and number.as_long() >= 0:
                at = number
            elif is_number(number):
                at = self.simpler(length >= -number, length + number, terms.zero)
                found.append((guard, at))
                continue
            elif self.known(number >= 0):
                at = number
            else:
                at = terms.ite(
                    number < 0, terms.ite(length + number < 0, terms.zero, length + number), number
                )
            if not (is_number(at) and at.as_long() == 0):
                at = at if at.eq(length) else self.simpler(at <= length, at, length)
            found.append((guard, at))
        result = default
        for guard, at in found:
            result = terms.ite(guard, at, result)
        return result

    def _reversed(self, value: Value) -> Sym | None:
        terms = self.terms
        if isinstance(value, TupleValue):
            return terms.of(TupleValue(value.items[::-1]))
        if isinstance(value, StrValue):
            raise self.stop("reversed text")
        sequence = self._as_sequence(value)
        if sequence is None:
            self.raises("TypeError")
            return None
        turned = self.reversed_sequence(sequence)
        return self.new_list(turned) if turned.kind == "list" else terms.of(turned)

    def reversed_sequence(self, sequence: Sequence) -> Sequence:
        if sequence.element is None:
            return sequence
        last = self.terms.subtract(self.terms.add(sequence.offset, sequence.length), self.terms.one)
        return self.mapped(sequence, lambda at: sequence.array[last - at])

    def mapped(self, sequence: Sequence, item: Callable[[Term], Term]) -> Sequence:
        """A sequence as long as ``sequence`` whose item ``j`` is ``item(j)``."""
        at = self.terms.fresh_int("j")
        return replace(sequence, array=self.terms.array_of(at, item(at)), offset=self.terms.zero)

    def _joined_sequences(self, left: Value, right: Value) -> Sym | None:
        terms = self.terms
        one, other = self._as_sequence(left), self._as_sequence(right)
        if one is None or other is None or one.kind != other.kind:
            return None
        if isinstance(left, TupleValue) or isinstance(right, TupleValue):
            raise self.stop("`+` of tuples")
        joined = self.joined(one, other)
        return self.new_list(joined) if joined.kind == "list" else terms.of(joined)

    def joined(self, one: Sequence, other: Sequence) -> Sequence:
        terms = self.terms
        if one.element is None:
            return other
        if other.element is None:
            return one
        if one.element != other.element:
            raise self.stop("list of several types")
        length = terms.add(one.length, other.length)
        if is_number(other.length) and other.length.as_long() <= 4:
            array = one.array
            for place in range(other.length.as_long()):
                at = terms.add(terms.add(one.offset, one.length), terms.number(place))
                array = z3.Store(array, at, other.array[terms.add(other.offset, terms.number(place))])
            return replace(one, array=array, length=length)
        at = terms.fresh_int("j")
        end = terms.add(one.offset, one.length)
        second = terms.add(terms.subtract(at, end), other.offset)
        return replace(
            one, array=terms.array_of(at, z3.If(at < end, one.array[at], other.array[second])), length=length
        )

    def _repeated(self, held: Value, count: Term) -> Sym:
        terms = self.terms
        sequence = self._as_sequence(held)
        if sequence is None or isinstance(held, TupleValue):
            if isinstance(held, TupleValue) and is_number(count):
                if len(held.items) * count.as_long() <= 64:
                    return terms.of(TupleValue(held.items * count.as_long()))
            raise self.stop("repetition")
        if not (is_number(sequence.length) and sequence.length.as_long() == 1):
            raise self.stop("repetition")
        only = sequence.array[sequence.offset]
        length = (
            self.simpler(count >= 0, count, terms.zero)
            if not is_number(count)
            else terms.number(max(0, count.as_long()))
        )
        repeated = replace(
            sequence, array=z3.K(z3.IntSort(terms.ctx), only), offset=terms.zero, length=length
        )
        return self.new_list(repeated) if sequence.kind == "list" else terms.of(repeated)

    # Quantifiers

    @contextmanager
    def binding(self, low: Term, high: Term) -> Iterator[tuple[Term, Term]]:
        """A variable that goes from ``low`` up to ``high``, and that it does."""
        terms = self.terms
        at = terms.fresh_int("j")
        domain = z3.And(low <= at, at < high)
        self.binders.append(_Binder(domain))
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

    def quantified(self, is_all: bool, comprehension: core.Comprehension, level: int = 0) -> Term:
        """``all(…)`` or ``any(…)`` of a comprehension."""
        terms = self.terms
        clause = comprehension.clauses[level]
        iteration = self.iteration(clause.iterable)

        def inside(item: Sym) -> Term:
            self.bind(clause.target, item)
            chosen = terms.true
            for condition in clause.conditions:
                with self.under(chosen):
                    chosen = terms.both(chosen, self.condition(condition))
            with self.under(chosen):
                if level + 1 < len(comprehension.clauses):
                    inner = self.quantified(is_all, comprehension, level + 1)
                else:
                    inner = self.condition(comprehension.element)
            return terms.implies(chosen, inner) if is_all else terms.both(chosen, inner)

        items = self.known_items(iteration)
        if items is not None:
            result = terms.boolean(is_all)
            for item in items:
                going = result if is_all else terms.no(result)
                with self.under(going):
                    inner = inside(item)
                result = terms.both(result, inner) if is_all else terms.either(result, inner)
            return result
        with self.binding(iteration.low, iteration.high) as (at, domain):
            inner, events = self.collected(lambda: inside(iteration.item(at)))
            trapped = terms.either(*(event.condition for event in events if event.exception))
            clear = terms.no(trapped)
            inner = terms.both(clear, inner)
            if is_all:
                result = terms.for_all(at, domain, inner)
            else:
                result = terms.there_is(at, domain, inner)
            anywhere = terms.there_is(at, domain, trapped)
        if not z3.is_false(anywhere):
            exception = next(event.exception for event in events if event.exception)
            self.trap(anywhere, exception, exact=False)
        return result

    # Going through

    def known_items(self, iteration: Iteration) -> tuple[Sym, ...] | None:
        """The items, when they are few and known."""
        if iteration.items is not None:
            return iteration.items
        few = self._few(iteration.low, iteration.high)
        if few is None:
            return None
        return tuple(iteration.item(self.terms.number(at)) for at in few)

    def iteration(self, expression: core.Expression) -> Iteration:
        """What a loop or comprehension goes through."""
        terms = self.terms
        if isinstance(expression, core.Builtin) and not expression.keywords:
            name, arguments = expression.name, expression.arguments
            if name == "enumerate" and len(arguments) in (1, 2):
                inner = self.iteration(arguments[0])
                start = terms.zero
                if len(arguments) == 2:
                    given = self.evaluate(arguments[1]).only
                    if not isinstance(given, IntValue):
                        raise self.stop("enumerate")
                    start = given.term
                return self._enumerated(inner, start)
            if name == "zip" and arguments:
                return self._zipped([self.iteration(argument) for argument in arguments])
            if name == "reversed" and len(arguments) == 1:
                inner = self.iteration(arguments[0])
                if inner.items is not None:
                    return replace(inner, items=inner.items[::-1])
                last = terms.subtract(terms.add(inner.low, inner.high), terms.one)
                return replace(inner, item=lambda at: inner.item(terms.subtract(last, at)))
        return self.iteration_of(self.evaluate(expression))

    def _enumerated(self, inner: Iteration, start: Term) -> Iteration:
        terms = self.terms
        items = None
        if inner.items is not None:
            items = tuple(
                terms.of(TupleValue((self.int_of(terms.add(start, terms.number(place))), item)))
                for place, item in enumerate(inner.items)
            )

        def item(at: Term) -> Sym:
            index = terms.add(terms.subtract(at, inner.low), start)
            return terms.of(TupleValue((self.int_of(index), inner.item(at))))

        return replace(inner, items=items, item=item)

    def _zipped(self, parts: list[Iteration]) -> Iteration:
        terms = self.terms
        if all(part.items is not None for part in parts):
            rows = zip(*(part.items or () for part in parts), strict=False)
            return replace(parts[0], items=tuple(terms.of(TupleValue(tuple(row))) for row in rows))
        opened = [self._opened(part) for part in parts]
        high = terms.subtract(opened[0].high, opened[0].low)
        for part in opened[1:]:
            count = terms.subtract(part.high, part.low)
            high = high if high.eq(count) else self.simpler(high <= count, high, count)

        def item(at: Term) -> Sym:
            return terms.of(TupleValue(tuple(part.item(terms.add(part.low, at)) for part in opened)))

        return Iteration(None, terms.zero, high, item)

    def _opened(self, part: Iteration) -> Iteration:
        """Known items as a function of the index."""
        if part.items is None:
            return part
        items = part.items
        terms = self.terms

        def item(at: Term) -> Sym:
            return terms.collect([(at == place, held) for place, held in enumerate(items)])

        return Iteration(None, terms.zero, terms.number(len(items)), item)

    def iteration_of(self, sym: Sym) -> Iteration:
        terms = self.terms
        usable: list[tuple[Term, Value]] = []
        for guard, value in sym.cases:
            if isinstance(value, TupleValue | Reference | Sequence | StrValue | RangeValue):
                usable.append((guard, value))
            else:
                with self.under(guard):
                    self.raises("TypeError")
        nothing = Iteration((), terms.zero, terms.zero, lambda at: terms.of(NoneValue()))
        if not usable:
            return nothing
        if len(usable) > 1:
            sequences = [(guard, self._as_sequence(value)) for guard, value in usable]
            if any(isinstance(value, TupleValue) for _, value in usable):
                raise self.stop("going through one of several things")
            merged = terms.collect(
                [(guard, terms.of(found)) for guard, found in sequences if found is not None]
            )
            if len(merged.cases) != 1 or any(found is None for _, found in sequences):
                raise self.stop("going through one of several things")
            value = merged.cases[0][1]
        else:
            value = usable[0][1]
        match value:
            case TupleValue(items):
                return Iteration(items, terms.zero, terms.number(len(items)), lambda at: items[at.as_long()])
            case StrValue(text):
                return Iteration(
                    None,
                    terms.zero,
                    z3.Length(text),
                    lambda at: terms.of(StrValue(z3.SubString(text, at, 1))),
                )
            case RangeValue(start, stop, step):
                if step == 1:
                    return Iteration(None, start, stop, lambda at: self.int_of(at))
                count = self.length(value)
                return Iteration(
                    None, terms.zero, count, lambda at: self.int_of(terms.add(start, at * terms.number(step)))
                )
        sequence = self._as_sequence(value)
        assert sequence is not None
        if sequence.element is None:
            return nothing
        element = sequence.element
        high = terms.add(sequence.offset, sequence.length)
        return Iteration(None, sequence.offset, high, lambda at: terms.decode(sequence.array[at], element))

    def bind(self, target: core.Target, value: Sym) -> None:
        """Assign to names; subscripts are the statements' business."""
        if isinstance(target, core.Name):
            self.state.names[target.name] = value
            return
        if isinstance(target, core.Subscript):
            raise self.stop("assignment to an item")
        parts = self.unpacked(value, len(target.targets))
        for inner, part in zip(target.targets, parts, strict=True):
            self.bind(inner, part)

    def unpacked(self, value: Sym, count: int) -> list[Sym]:
        terms = self.terms
        columns: list[list[tuple[Term, Sym]]] = [[] for _ in range(count)]
        for guard, held in value.cases:
            with self.under(guard):
                items = self._unpacked(held, count)
            for place, item in enumerate(items or ()):
                columns[place].append((guard, item))
        return [terms.collect(column) if column else terms.of(NoneValue()) for column in columns]

    def _unpacked(self, value: Value, count: int) -> list[Sym] | None:
        terms = self.terms
        if isinstance(value, TupleValue):
            if len(value.items) != count:
                self.raises("ValueError")
                return None
            return list(value.items)
        if isinstance(value, StrValue | RangeValue):
            raise self.stop("unpacking")
        sequence = self._as_sequence(value)
        if sequence is None:
            self.raises("TypeError")
            return None
        self.trap(terms.no(terms.equal(sequence.length, terms.number(count))), "ValueError")
        return [self.item(sequence, terms.number(place)) for place in range(count)]

    def comprehension(self, expression: core.Comprehension) -> Sym:
        if expression.kind not in ("list", "generator"):
            raise self.stop(f"{expression.kind} comprehension")
        return self.new_list(self.built(expression))

    def built(self, expression: core.Comprehension) -> Sequence:
        """The list that a comprehension makes."""
        terms = self.terms
        if len(expression.clauses) != 1:
            raise self.stop("comprehension with several loops")
        clause = expression.clauses[0]
        iteration = self.iteration(clause.iterable)
        items = self.known_items(iteration)
        if items is not None and not clause.conditions:
            made: list[Sym] = []
            for item in items:
                self.bind(clause.target, item)
                made.append(self.evaluate(expression.element))
            return self.sequence_of(made, "list")
        iteration = self._opened(iteration)
        low, high = iteration.low, iteration.high
        with self.binding(low, high) as (at, domain):

            def inside() -> Term:
                self.bind(clause.target, iteration.item(at))
                chosen = terms.true
                for condition in clause.conditions:
                    with self.under(chosen):
                        chosen = terms.both(chosen, self.condition(condition))
                with self.under(chosen):
                    self._element = self.frozen(self.evaluate(expression.element))
                return chosen

            chosen, events = self.collected(inside)
            value = self._element
            trapped = terms.either(*(event.condition for event in events if event.exception))
            anywhere = terms.there_is(at, domain, trapped)
            element = terms.type_of(value)
            if element is None:
                raise self.stop("list of such values")
            term = terms.encode(value, element)
            if term is None:
                raise self.stop("list of such values")
            made_array = terms.array_of(at, term)
            counted = terms.array_of(at, z3.If(chosen, terms.one, terms.zero))
        if not z3.is_false(anywhere):
            exception = next(event.exception for event in events if event.exception)
            self.trap(anywhere, exception, exact=False)
        count = terms.subtract(high, low)
        if not clause.conditions:
            return Sequence("list", element, made_array, low, self.simpler(count >= 0, count, terms.zero))
        return self._filtered(made_array, counted, element, low, high)

    _element: Sym

    def _filtered(self, items: Term, counted: Term, element: Type, low: Term, high: Term) -> Sequence:
        """Those ``items`` for which ``counted`` is 1, in order: ``source`` says where each comes from."""
        terms = self.terms
        key = self._key("filtered", items, counted, low, high)
        length = self.total(counted, low, high, of_conditions=True)
        ints = z3.IntSort(terms.ctx)
        if key in self._cache:
            found = self._cache[key].only
            assert isinstance(found, Sequence)
            return found
        array = self.fresh(z3.ArraySort(ints, terms.sort(element)), "a")
        source = self.fresh(z3.ArraySort(ints, ints), "s")
        target = self.fresh(z3.ArraySort(ints, ints), "s")
        j, i = terms.fresh_int("j"), terms.fresh_int("j")
        inside = z3.And(j >= 0, j < length)
        from_source = z3.And(
            source[j] >= low, source[j] < high, counted[source[j]] == 1, array[j] == items[source[j]]
        )
        self.fact(z3.ForAll([j], z3.Implies(inside, from_source)))
        chosen = z3.And(i >= low, i < high, counted[i] == 1)
        into = z3.And(target[i] >= 0, target[i] < length, source[target[i]] == i)
        self.fact(z3.ForAll([i], z3.Implies(chosen, into)))
        k = terms.fresh_int("j")
        ordered = z3.Implies(z3.And(j >= 0, j < k, k < length), source[j] < source[k])
        self.fact(z3.ForAll([j, k], ordered))
        result = Sequence("list", element, array, terms.zero, length)
        self._cache[key] = terms.of(result)
        return result

    # Builtins

    def builtin(self, expression: core.Builtin) -> Sym:
        terms = self.terms
        name, arguments = expression.name, expression.arguments
        keywords = dict(expression.keywords)
        first = arguments[0] if arguments else None
        if name in ("all", "any") and len(arguments) == 1 and first is not None:
            return self.bool_of(self._all_or_any(name == "all", first))
        if name == "isinstance":
            return self._isinstance(expression)
        if name in ("sum", "max", "min", "sorted", "list", "tuple") and isinstance(first, core.Comprehension):
            rest = [self.evaluate(argument) for argument in arguments[1:]]
            if first.kind != "generator":
                return self._builtin(name, [self.evaluate(first), *rest], keywords)
            return self._builtin(name, [terms.of(self.built(first)), *rest], keywords)
        if (
            name in ("list", "tuple")
            and isinstance(first, core.Builtin)
            and first.name in ("reversed", "enumerate", "zip")
        ):
            raise self.stop(f"{name} of {first.name}")
        if name in ("enumerate", "zip", "reversed"):
            raise self.stop(f"{name} as a value")
        return self._builtin(name, [self.evaluate(argument) for argument in arguments], keywords)

    def _builtin(self, name: str, arguments: list[Sym], keywords: dict[str, core.Expression]) -> Sym:
        terms = self.terms
        if name == "len" and len(arguments) == 1:
            return self.each(arguments[0], self._len)
        if name == "abs" and len(arguments) == 1:
            return self.each(arguments[0], self._abs)
        if name == "bool" and len(arguments) <= 1:
            return self.bool_of(self.truth(arguments[0]) if arguments else terms.false)
        if name == "int" and len(arguments) == 1:
            return self.each(arguments[0], self._int)
        if name == "float" and len(arguments) == 1:
            return self.each(arguments[0], self._float)
        if name == "str" and len(arguments) == 1:
            return self.each(arguments[0], self._str)
        if name == "range" and 1 <= len(arguments) <= 3:
            return self._range(arguments)
        if name == "divmod" and len(arguments) == 2:
            quotient = self.arithmetic("//", *arguments)
            return terms.of(TupleValue((quotient, self.arithmetic("%", *arguments))))
        if name == "pow" and len(arguments) == 2:
            return self.arithmetic("**", *arguments)
        if name in ("min", "max"):
            return self._extreme(name, arguments, keywords)
        if name == "sum" and 1 <= len(arguments) <= 2:
            start = arguments[1] if len(arguments) == 2 else None
            if "start" in keywords:
                start = self.evaluate(keywords["start"])
            total = self.each(arguments[0], self._total)
            return total if start is None else self.arithmetic("+", start, total)
        if name == "sorted" and len(arguments) == 1:
            reverse = False
            if "reverse" in keywords:
                given = keywords["reverse"]
                if not isinstance(given, core.Const):
                    raise self.stop("sorted")
                reverse = bool(given.value)
            return self.each(arguments[0], lambda value: self._sorted_copy(value, reverse))
        if name == "list" and len(arguments) <= 1:
            if not arguments:
                return self.display("list", [])
            return self.each(arguments[0], lambda value: self._converted(value, "list"))
        if name == "tuple" and len(arguments) == 1:
            return self.each(arguments[0], lambda value: self._converted(value, "tuple"))
        if name == "print":
            return terms.of(NoneValue())
        raise self.stop(f"`{name}`")

    def _all_or_any(self, is_all: bool, argument: core.Expression) -> Term:
        terms = self.terms
        if isinstance(argument, core.Comprehension) and argument.kind == "generator":
            return self.quantified(is_all, argument)
        iteration = self.iteration(argument)
        items = self.known_items(iteration)
        if items is not None:
            truths = [self.truth(item) for item in items]
            return terms.both(*truths) if is_all else terms.either(*truths)
        quantify = self.forall if is_all else self.exists
        return quantify(iteration.low, iteration.high, lambda at: self.truth(iteration.item(at)))

    def _isinstance(self, expression: core.Builtin) -> Sym:
        classes = expression.arguments[1]
        assert isinstance(classes, core.Const)
        assert isinstance(classes.value, tuple)
        names = set(classes.value)
        return self.bool_of(
            self.truth_of(
                self.evaluate(expression.arguments[0]), lambda value: self._is_instance(value, names)
            )
        )

    def _is_instance(self, value: Value, names: set[object]) -> Term:
        kinds: dict[type, set[object]] = {
            IntValue: {"int"},
            BoolValue: {"int", "bool"},
            FloatValue: {"float"},
            StrValue: {"str"},
            NoneValue: set(),
            TupleValue: {"tuple"},
            Reference: {"list"},
        }
        if isinstance(value, Sequence):
            return self.terms.boolean(value.kind in names)
        if type(value) not in kinds:
            raise self.stop("isinstance")
        if isinstance(value, IntValue) and "bool" in names and "int" not in names:
            raise self.stop("isinstance of bool, for an int")
        if isinstance(value, FloatValue) and ("int" in names) != ("float" in names):
            raise self.stop("isinstance of float, for which Python also takes an int")
        return self.terms.boolean(bool(kinds[type(value)] & names))

    def _len(self, value: Value) -> Sym | None:
        if isinstance(value, TupleValue | StrValue | Reference | Sequence | RangeValue):
            return self.int_of(self.length(value))
        self.raises("TypeError")
        return None

    def _abs(self, value: Value) -> Sym | None:
        if isinstance(value, FloatValue):
            return self.terms.of(FloatValue(z3.fpAbs(value.term, self.terms.ctx)))
        number = self.number(value)
        if number is None:
            self.raises("TypeError")
            return None
        return self.int_of(self.terms.ite(number >= 0, number, -number))

    def _int(self, value: Value) -> Sym | None:
        number = self.number(value)
        if number is not None:
            return self.int_of(number)
        if isinstance(value, FloatValue):
            self.trap(z3.fpIsNaN(value.term, self.terms.ctx), "ValueError")
            self.trap(z3.fpIsInf(value.term, self.terms.ctx), "OverflowError")
            real = z3.fpToReal(value.term, self.terms.ctx)
            return self.int_of(z3.If(real >= 0, z3.ToInt(real), -z3.ToInt(-real)))
        if isinstance(value, StrValue):
            raise self.stop("int of a text")
        self.raises("TypeError")
        return None

    def _float(self, value: Value) -> Sym | None:
        if isinstance(value, StrValue):
            raise self.stop("float of a text")
        found = self.floating(value)
        if found is None:
            self.raises("TypeError")
            return None
        return self.terms.of(FloatValue(found))

    def _str(self, value: Value) -> Sym:
        if isinstance(value, StrValue):
            return self.terms.of(value)
        raise self.stop("str of a value")

    def _range(self, arguments: list[Sym]) -> Sym:
        terms = self.terms
        step = 1
        if len(arguments) == 3:
            given = arguments[2].only
            if not isinstance(given, IntValue) or not is_number(z3.simplify(given.term)):
                raise self.stop("range with such a step")
            step = z3.simplify(given.term).as_long()
            if step == 0:
                self.raises("ValueError")
                return terms.of(NoneValue())
        zero = self.int_of(terms.zero)
        start, stop = (zero, arguments[0]) if len(arguments) == 1 else (arguments[0], arguments[1])

        def made(one: Value, other: Value) -> Sym | None:
            low, high = self.number(one), self.number(other)
            if low is None or high is None:
                self.raises("TypeError")
                return None
            return terms.of(RangeValue(low, high, step))

        return self.pairs(start, stop, made)

    def _extreme(self, name: str, arguments: list[Sym], keywords: dict[str, core.Expression]) -> Sym:
        terms = self.terms
        symbol = ">" if name == "max" else "<"
        if len(arguments) != 1:
            best = arguments[0]
            for item in arguments[1:]:
                better = self.comparison(symbol, item, best)
                best = terms.choose(better, item, best)
            return best
        default = self.evaluate(keywords["default"]) if "default" in keywords else None
        return self.each(arguments[0], lambda value: self._extreme_of(name, value, default))

    def _extreme_of(self, name: str, value: Value, default: Sym | None) -> Sym | None:
        terms = self.terms
        iteration = self.iteration_of(terms.of(value))
        if iteration.items is not None:
            if not iteration.items:
                if default is None:
                    self.raises("ValueError")
                return default
            if len(iteration.items) == 1:
                return iteration.items[0]
            return self._extreme(name, list(iteration.items), {})
        empty = terms.at_most(iteration.high, iteration.low)
        if default is None and not self.known(terms.no(empty)):
            self.trap(empty, "ValueError")
        sequence = self._as_sequence(value)
        if sequence is None or sequence.element not in (core.INT, core.STR):
            raise self.stop(f"`{name}` of such values")
        key = self._key(name, sequence.array, sequence.offset, sequence.length)
        found = self._cache.get(key)
        if found is None:
            low, high = iteration.low, iteration.high
            sort = terms.sort(sequence.element)
            best, place = self.fresh(sort, name), self.fresh_int("at")
            at = terms.fresh_int("j")
            item = sequence.array[at]
            bound = item <= best if name == "max" else best <= item
            attained = z3.And(low <= place, place < high, best == sequence.array[place])
            self.fact(z3.Implies(low < high, attained))
            self.fact(z3.ForAll([at], z3.Implies(z3.And(low <= at, at < high), bound)))
            found = self._cache[key] = terms.decode(best, sequence.element)
        return found if default is None else terms.choose(empty, default, found)

    def _total(self, value: Value) -> Sym | None:
        terms = self.terms
        iteration = self.iteration_of(terms.of(value))
        if isinstance(value, StrValue):
            raise self.stop("sum of a text")
        items = self.known_items(iteration)
        if items is not None:
            result = self.int_of(terms.zero)
            for item in items:
                if any(isinstance(held, FloatValue) for _, held in item.cases):
                    raise self.stop("sum of floats")
                result = self.arithmetic("+", result, item)
            return result
        sequence = self._as_sequence(value)
        if isinstance(value, RangeValue):
            at = terms.fresh_int("j")
            term = value.start + at * value.step
            return self.int_of(self.total(terms.array_of(at, term), terms.zero, self.length(value)))
        if sequence is None or sequence.element not in (core.INT, core.BOOL):
            raise self.stop("sum of such values")
        array = sequence.array
        if sequence.element == core.BOOL:
            at = terms.fresh_int("j")
            array = terms.array_of(at, z3.If(sequence.array[at], terms.one, terms.zero))
        high = terms.add(sequence.offset, sequence.length)
        return self.int_of(
            self.total(array, sequence.offset, high, of_conditions=sequence.element == core.BOOL)
        )

    def total(self, array: Term, low: Term, high: Term, of_conditions: bool = False) -> Term:
        """The sum of ``array[low..high)``, unrolled once at its end; ``of_conditions``: the items are 0 and 1."""
        if self.binders and any(self._mentions_bound(term) for term in (array, low, high)):
            raise self.stop("sum inside a quantified condition")
        low, high = z3.simplify(low), z3.simplify(high)
        found = self._sum(array, low, high)
        key = self._key("sum", found)
        if key in self._done:
            return found
        self._done.add(key)
        terms = self.terms
        before = z3.simplify(high - 1)
        shorter = self._sum(array, low, before)
        self.fact(found == z3.If(high <= low, terms.zero, shorter + array[before]))
        at = terms.fresh_int("j")
        inside = z3.And(low <= at, at < high)
        if of_conditions or _is_indicator(array):
            self.fact(z3.And(found >= 0, z3.Implies(low <= high, found <= high - low)))
            none = z3.ForAll([at], z3.Implies(inside, array[at] == 0))
            self.fact(z3.Implies(none, found == 0))
        else:
            self.fact(z3.Implies(z3.ForAll([at], z3.Implies(inside, array[at] >= 0)), found >= 0))
        if z3.is_store(array):
            rest, place, value = array.children()
            kept = self.total(rest, low, high, of_conditions)
            inner = z3.And(low <= place, place < high)
            self.fact(found == z3.If(inner, kept - rest[place] + value, kept))
        return found

    def _sorted_copy(self, value: Value, reverse: bool) -> Sym | None:
        sequence = self._as_sequence(value) if not isinstance(value, TupleValue) else None
        if isinstance(value, TupleValue):
            sequence = self.sequence_of(list(value.items), "list")
        if isinstance(value, RangeValue | StrValue):
            raise self.stop("sorted of such a value")
        if sequence is None:
            self.raises("TypeError")
            return None
        return self.new_list(self.sorted_sequence(replace(sequence, kind="list"), reverse))

    def sorted_sequence(self, sequence: Sequence, reverse: bool) -> Sequence:
        """A permutation in order: item ``j`` comes from ``origin[j]``, and ``origin`` has an inverse."""
        terms = self.terms
        if sequence.element is None:
            return sequence
        if sequence.element not in (core.INT, core.STR):
            raise self.stop("sorted of such values")
        key = self._key(f"sorted {reverse}", sequence.array, sequence.offset, sequence.length)
        found = self._cache.get(key)
        if found is not None:
            held = found.only
            assert isinstance(held, Sequence)
            return held
        ints = z3.IntSort(terms.ctx)
        array = self.fresh(z3.ArraySort(ints, terms.sort(sequence.element)), "sorted")
        origin, inverse = (self.fresh(z3.ArraySort(ints, ints), "origin") for _ in range(2))
        low, length = sequence.offset, sequence.length
        j, k = terms.fresh_int("j"), terms.fresh_int("j")
        inside = z3.And(j >= 0, j < length)
        there = z3.And(
            origin[j] >= 0,
            origin[j] < length,
            array[j] == sequence.array[low + origin[j]],
            inverse[origin[j]] == j,
        )
        back = z3.And(inverse[j] >= 0, inverse[j] < length, origin[inverse[j]] == j)
        self.fact(z3.ForAll([j], z3.Implies(inside, there), patterns=[array[j], origin[j]]))
        self.fact(
            z3.ForAll(
                [j],
                z3.Implies(inside, z3.And(back, sequence.array[low + j] == array[inverse[j]])),
                patterns=[inverse[j]],
            )
        )
        if (
            z3.is_const(low)
            and is_number(low)
            and low.as_long() == 0
            and not z3.is_quantifier(sequence.array)
        ):
            self.fact(
                z3.ForAll(
                    [j],
                    z3.Implies(inside, z3.And(back, sequence.array[j] == array[inverse[j]])),
                    patterns=[sequence.array[j]],
                )
            )
        order = array[k] <= array[j] if reverse else array[j] <= array[k]
        self.fact(z3.ForAll([j, k], z3.Implies(z3.And(j >= 0, j < k, k < length), order)))
        if sequence.element == core.INT:
            whole = self.total(array, terms.zero, length)
            self.fact(whole == self.total(sequence.array, low, terms.add(low, length)))
        result = Sequence("list", sequence.element, array, terms.zero, length)
        self._cache[key] = terms.of(result)
        return result

    def _converted(self, value: Value, kind: str) -> Sym | None:
        terms = self.terms
        if isinstance(value, TupleValue):
            if kind == "tuple":
                return terms.of(value)
            return self.new_list(self.sequence_of(list(value.items), "list"))
        if isinstance(value, RangeValue):
            at = terms.fresh_int("j")
            array = terms.array_of(at, value.start + at * value.step)
            sequence = Sequence(kind, core.INT, array, terms.zero, self.length(value))
        elif isinstance(value, StrValue):
            raise self.stop(f"{kind} of a text")
        else:
            found = self._as_sequence(value)
            if found is None:
                self.raises("TypeError")
                return None
            sequence = replace(found, kind=kind)
        return self.new_list(sequence) if kind == "list" else terms.of(sequence)

    # Methods

    def method(self, expression: core.Method) -> Sym:
        receiver = self.evaluate(expression.receiver)
        arguments = [self.evaluate(argument) for argument in expression.arguments]
        return self.each(receiver, lambda value: self._method(expression.name, value, arguments))

    def _method(self, name: str, value: Value, arguments: list[Sym]) -> Sym | None:
        if isinstance(value, StrValue):
            return self._text_method(name, value.term, arguments)
        if isinstance(value, Reference):
            return self.list_method(name, value, arguments)
        if isinstance(value, Sequence | TupleValue):
            if name == "copy" and isinstance(value, Sequence) and value.kind == "list":
                return self.new_list(value)
            if name in ("count", "index") and len(arguments) == 1 and isinstance(value, Sequence):
                return (
                    self._count(value, arguments[0]) if name == "count" else self._index(value, arguments[0])
                )
            raise self.stop(f"method `{name}` of this value")
        if isinstance(value, NoneValue):
            self.raises("AttributeError")
            return None
        raise self.stop(f"method `{name}`")

    def _text_method(self, name: str, text: Term, arguments: list[Sym]) -> Sym | None:
        terms = self.terms
        only = [argument.only for argument in arguments]
        texts = [value.term for value in only if isinstance(value, StrValue)]
        if len(texts) == len(arguments):
            if name == "startswith" and len(texts) == 1:
                return self.bool_of(z3.PrefixOf(texts[0], text))
            if name == "endswith" and len(texts) == 1:
                return self.bool_of(z3.SuffixOf(texts[0], text))
            if name == "find" and len(texts) == 1:
                return self.int_of(z3.IndexOf(text, texts[0], terms.zero))
            if name == "index" and len(texts) == 1:
                self.trap(z3.Not(z3.Contains(text, texts[0])), "ValueError")
                return self.int_of(z3.IndexOf(text, texts[0], terms.zero))
            if name == "removeprefix" and len(texts) == 1:
                rest = z3.SubString(text, z3.Length(texts[0]), z3.Length(text) - z3.Length(texts[0]))
                return terms.of(StrValue(z3.If(z3.PrefixOf(texts[0], text), rest, text)))
            if name == "removesuffix" and len(texts) == 1:
                rest = z3.SubString(text, terms.zero, z3.Length(text) - z3.Length(texts[0]))
                return terms.of(StrValue(z3.If(z3.SuffixOf(texts[0], text), rest, text)))
        raise self.stop(f"method `{name}` of a text")

    def list_method(self, name: str, value: Reference, arguments: list[Sym]) -> Sym | None:
        terms = self.terms
        held = self.state.heap[value.number]
        sequence = held.sequence()
        if name == "copy" and not arguments:
            return self.new_list(sequence)
        if name == "count" and len(arguments) == 1:
            return self._count(sequence, arguments[0])
        if name == "index" and len(arguments) == 1:
            return self._index(sequence, arguments[0])
        nothing = terms.of(NoneValue())
        if name == "append" and len(arguments) == 1:
            added = self.sequence_of([arguments[0]], "list")
            self.change(value, self._extended(sequence, added))
            return nothing
        if name == "extend" and len(arguments) == 1:
            self.extend(value, arguments[0])
            return nothing
        if name == "clear" and not arguments:
            self.change(value, replace(sequence, length=terms.zero))
            return nothing
        if name == "reverse" and not arguments:
            self.change(value, self.reversed_sequence(sequence))
            return nothing
        if name == "sort" and not arguments:
            self.change(value, self.sorted_sequence(sequence, False))
            return nothing
        if name == "pop" and len(arguments) <= 1:
            return self._pop(value, sequence, arguments)
        if name == "__delitem__":
            self._pop(value, sequence, arguments)
            return nothing
        if name == "insert" and len(arguments) == 2:
            return self._insert(value, sequence, arguments)
        if name == "remove" and len(arguments) == 1:
            return self._remove(value, sequence, arguments[0])
        raise self.stop(f"method `{name}` of a list")

    def change(self, value: Reference, sequence: Sequence) -> None:
        """The list becomes ``sequence``, where the guard holds."""
        terms = self.terms
        if self.binders:
            raise self.stop("change of a list inside a quantified condition")
        held = self.state.heap[value.number]
        if held.shared:
            raise self.stop("change of a list that is inside another container")
        chosen = terms.choose(self.guard, terms.of(sequence), terms.of(held.sequence())).only
        if not isinstance(chosen, Sequence):
            raise self.stop("list of several types")
        self.state.heap[value.number] = ListObject(chosen.element, chosen.array, chosen.offset, chosen.length)

    def _extended(self, sequence: Sequence, added: Sequence) -> Sequence:
        if sequence.element is not None and added.element is not None and sequence.element != added.element:
            term = self.terms.encode(self.item(added, self.terms.zero), sequence.element)
            if term is None or not (is_number(added.length) and added.length.as_long() == 1):
                raise self.stop("list of several types")
            added = replace(
                added,
                element=sequence.element,
                array=z3.K(z3.IntSort(self.terms.ctx), term),
                offset=self.terms.zero,
            )
        if sequence.element is None and added.element is not None:
            # The items of an empty list are those that were added.
            return replace(added, kind=sequence.kind)
        return self.joined(sequence, added)

    def extend(self, value: Reference, items: Sym) -> None:
        iteration = self.iteration_of(items)
        sequence = self.state.heap[value.number].sequence()
        if iteration.items is not None:
            added = self.sequence_of(list(iteration.items), "list")
        else:
            only = items.only
            found = self._as_sequence(only) if only is not None else None
            if found is None:
                raise self.stop("extension by such a value")
            added = replace(found, kind="list")
        if sequence.element is None and added.element is None:
            return
        self.change(value, self._extended(sequence, added))

    def _pop(self, value: Reference, sequence: Sequence, arguments: list[Sym]) -> Sym | None:
        terms = self.terms
        at = terms.number(-1)
        if arguments:
            only = arguments[0].only
            given = self.number(only) if only is not None else None
            if given is None:
                raise self.stop("pop")
            at = z3.simplify(given) if is_number(z3.simplify(given)) else given
        place = self.place(at, sequence.length)
        if sequence.element is None:
            return None
        result = self.item(sequence, place)
        shorter = terms.subtract(sequence.length, terms.one)
        if is_number(at) and at.as_long() == -1:
            self.change(value, replace(sequence, length=shorter))
        elif is_number(at) and at.as_long() == 0:
            self.change(
                value, replace(sequence, offset=terms.add(sequence.offset, terms.one), length=shorter)
            )
        else:
            self.change(value, self._without(sequence, place))
        return result

    def _without(self, sequence: Sequence, place: Term) -> Sequence:
        terms = self.terms
        gone = terms.add(sequence.offset, place)
        at = terms.fresh_int("j")
        array = terms.array_of(at, z3.If(at < gone, sequence.array[at], sequence.array[at + 1]))
        return replace(sequence, array=array, length=terms.subtract(sequence.length, terms.one))

    def _insert(self, value: Reference, sequence: Sequence, arguments: list[Sym]) -> Sym | None:
        terms = self.terms
        only = arguments[0].only
        given = self.number(only) if only is not None else None
        if given is None:
            raise self.stop("insert")
        added = self.sequence_of([arguments[1]], "list")
        nothing = terms.of(NoneValue())
        if sequence.element is None:
            self.change(value, self._extended(sequence, added))
            return nothing
        if sequence.element != added.element:
            raise self.stop("list of several types")
        place = self._bound(self.int_of(given), sequence.length, sequence.length)
        new = terms.add(sequence.offset, place)
        at = terms.fresh_int("j")
        item = added.array[added.offset]
        array = terms.array_of(
            at, z3.If(at < new, sequence.array[at], z3.If(at == new, item, sequence.array[at - 1]))
        )
        self.change(value, replace(sequence, array=array, length=terms.add(sequence.length, terms.one)))
        return nothing

    def _remove(self, value: Reference, sequence: Sequence, item: Sym) -> Sym | None:
        place = self._first(sequence, item)
        if place is None:
            return None
        self.change(value, self._without(sequence, place))
        return self.terms.of(NoneValue())

    def _first(self, sequence: Sequence, item: Sym) -> Term | None:
        """The index of the first item that equals ``item``; raises ``ValueError`` where there is none."""
        terms = self.terms
        if sequence.element is None:
            self.raises("ValueError")
            return None
        element = sequence.element

        def same(at: Term) -> Term:
            return self.equal(terms.decode(sequence.array[at], element), item, True)

        high = terms.add(sequence.offset, sequence.length)
        there = self.exists(sequence.offset, high, same)
        self.trap(terms.no(there), "ValueError")
        place = self.fresh_int("at")
        found = terms.add(sequence.offset, place)
        before = self.forall(sequence.offset, found, lambda at: terms.no(same(at)))
        self.fact(z3.Implies(there, z3.And(place >= 0, place < sequence.length, same(found), before)))
        return place

    def _index(self, sequence: Sequence, item: Sym) -> Sym | None:
        place = self._first(sequence, item)
        return self.int_of(place) if place is not None else None

    def _count(self, sequence: Sequence, item: Sym) -> Sym:
        terms = self.terms
        if sequence.element is None:
            return self.int_of(terms.zero)
        at = terms.fresh_int("j")
        same = self.equal(terms.decode(sequence.array[at], sequence.element), item, True)
        high = terms.add(sequence.offset, sequence.length)
        counted = terms.array_of(at, z3.If(same, terms.one, terms.zero))
        return self.int_of(self.total(counted, sequence.offset, high, of_conditions=True))

    def call(self, expression: core.Call) -> Sym:
        raise self.stop(f"call of `{expression.function}`")


def _family(value: Value) -> str:
    """Values of different families are different objects."""
    match value:
        case IntValue() | BoolValue():
            return "int"
        case Reference():
            return "list"
        case Sequence(kind, _):
            return kind
        case TupleValue():
            return "tuple"
    return type(value).__name__


def _holds_floats(type_: Type) -> bool:
    return type_.name == "float" or any(map(_holds_floats, type_.arguments))


def _is_indicator(array: Term) -> bool:
    """Whether an array is written as 0 and 1 by a condition."""
    if not z3.is_quantifier(array):
        return False
    body = array.body()
    return bool(
        z3.is_app_of(body, z3.Z3_OP_ITE)
        and all(is_number(part) and part.as_long() in (0, 1) for part in body.children()[1:])
    )
