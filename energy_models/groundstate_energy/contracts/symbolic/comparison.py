"""Comparisons: identity, order, equality, containment."""

from __future__ import annotations

import z3

from groundstate_energy.contracts import core
from groundstate_energy.contracts.core import Type
from groundstate_energy.contracts.symbolic.arithmetic import Arithmetic
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
    Value,
    is_false,
    is_number,
)


class Comparison(Arithmetic):
    """What comparisons give."""

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
                if is_false(guard):
                    continue
                with self.under(guard):
                    result = test(symbol, a, b)
                if result is not None:
                    parts.append(terms.both(guard, result))
        return terms.either(*parts)

    def _is(self, symbol: str, left: Value, right: Value) -> Term:
        terms = self.terms
        if isinstance(left, DictValue) and isinstance(right, DictValue):
            raise self.stop("`is` of dictionaries")
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
        self.no_dictionary(left, right)
        if symbol in (">", ">="):
            left, right = right, left
            symbol = {">": "<", ">=": "<="}[symbol]
        if isinstance(left, FloatValue) or isinstance(right, FloatValue):
            mixed = self._mixed(symbol, left, right)
            if mixed is not None:
                return mixed
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

    def _mixed(self, symbol: str, left: Value, right: Value) -> Term | None:
        """An int that is no constant compared with a float: Python compares their exact values. None for other operands."""
        terms = self.terms
        if isinstance(left, IntValue) and isinstance(right, FloatValue):
            number, double, is_below = left.term, right.term, False
        elif isinstance(left, FloatValue) and isinstance(right, IntValue):
            number, double, is_below = right.term, left.term, True
        else:
            return None
        if is_number(z3.simplify(number)):
            return None
        whole, real = z3.ToReal(number), z3.fpToReal(double, terms.ctx)
        finite = z3.Not(z3.Or(z3.fpIsNaN(double, terms.ctx), z3.fpIsInf(double, terms.ctx)))
        if symbol == "==":
            return z3.And(finite, real == whole)
        one, other = (real, whole) if is_below else (whole, real)
        sign = z3.fpIsNegative(double, terms.ctx) if is_below else z3.fpIsPositive(double, terms.ctx)
        beyond = z3.And(z3.fpIsInf(double, terms.ctx), sign)
        return z3.Or(beyond, z3.And(finite, one < other if symbol == "<" else one <= other))

    def equal(self, left: Sym, right: Sym, inside: bool = False) -> Term:
        """``left == right``. ``inside``: as items of containers, which Python takes for equal when they are identical."""
        terms = self.terms
        parts: list[Term] = []
        for one, a in left.cases:
            for other, b in right.cases:
                guard = terms.both(one, other)
                if not is_false(guard):
                    parts.append(terms.both(guard, self._equal(a, b, inside)))
        return terms.either(*parts)

    def _equal(self, left: Value, right: Value, inside: bool) -> Term:
        terms = self.terms
        self.no_dictionary(left, right)
        one, other = self.number(left), self.number(right)
        if one is not None and other is not None:
            return terms.equal(one, other)
        if isinstance(left, FloatValue) or isinstance(right, FloatValue):
            mixed = self._mixed("==", left, right)
            if mixed is not None and not inside:
                return mixed
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
        return self.truth_of(container, lambda value: self._contains(value, item), dicts=True)

    def _contains(self, container: Value, item: Sym) -> Term | None:
        terms = self.terms
        match container:
            case StrValue(text):
                return self.truth_of(item, lambda value: self._part_of(text, value))
            case TupleValue(items):
                return terms.either(*(self.equal(item, held, True) for held in items))
            case DictValue():
                return self.truth_of(item, lambda value: self.has_key(container, value))
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
