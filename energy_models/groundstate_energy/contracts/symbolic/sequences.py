"""Lists, tuples and texts: made, read, sliced and joined."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import z3

from groundstate_energy.contracts import core
from groundstate_energy.contracts.core import Type
from groundstate_energy.contracts.symbolic.quantifiers import Quantifiers
from groundstate_energy.contracts.symbols import (
    DictValue,
    FloatValue,
    ListObject,
    NoneValue,
    RangeValue,
    Reference,
    Sequence,
    StrValue,
    Sym,
    Term,
    TupleValue,
    Value,
    is_number,
)


class Sequences(Quantifiers):
    """What sequences give."""

    def _as_sequence(self, value: Value) -> Sequence | None:
        if isinstance(value, Reference):
            return self.state.heap[value.number].sequence()
        if isinstance(value, TupleValue):
            return Sequence("tuple", None, None, self.terms.zero, self.terms.number(len(value.items)))
        return value if isinstance(value, Sequence) else None

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
        return self.pairs(container, index, self._subscript, dicts=True)

    def _subscript(self, container: Value, index: Value) -> Sym | None:
        terms = self.terms
        if isinstance(container, DictValue):
            there = self.has_key(container, index)
            self.trap(terms.no(there), "KeyError")
            return self.value_at(container, index)
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

    def has_key(self, dictionary: DictValue, key: Value) -> Term:
        """Whether a key is there; a dictionary that has one is not empty."""
        term = self._key_term(dictionary, key)
        if term is None:
            return self.terms.false
        there = dictionary.has[term]
        if not self.binders:
            self.fact(z3.Implies(there, dictionary.length > 0))
        return there

    def value_at(self, dictionary: DictValue, key: Value) -> Sym | None:
        """The value of a key that is there."""
        term = self._key_term(dictionary, key)
        return self.terms.decode(dictionary.array[term], dictionary.held) if term is not None else None

    def _key_term(self, dictionary: DictValue, key: Value) -> Term | None:
        """A key as the dictionary keeps it; None for what equals none of its keys."""
        if isinstance(key, FloatValue | TupleValue | Reference | Sequence | RangeValue | DictValue):
            raise self.stop("key of another type")
        return self.terms.encode(self.terms.of(key), dictionary.key)

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
