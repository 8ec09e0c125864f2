"""Sums, counts, sorted copies and conversions of whole sequences."""

from __future__ import annotations

from dataclasses import replace

import z3

from groundstate_energy.contracts import core
from groundstate_energy.contracts.symbolic.iterations import Iterations
from groundstate_energy.contracts.symbols import (
    BoolValue,
    FloatValue,
    IntValue,
    NoneValue,
    RangeValue,
    Sequence,
    StrValue,
    Sym,
    Term,
    TupleValue,
    Value,
    is_number,
)


class Aggregates(Iterations):
    """What is computed of all items at once."""

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

    def _sorted_copy(self, value: Value, reverse: bool, by: core.Lambda | None) -> Sym | None:
        sequence = self._as_sequence(value) if not isinstance(value, TupleValue) else None
        if isinstance(value, TupleValue):
            sequence = self.sequence_of(list(value.items), "list")
        if isinstance(value, RangeValue | StrValue):
            raise self.stop("sorted of such a value")
        if sequence is None:
            self.raises("TypeError")
            return None
        sequence = replace(sequence, kind="list")
        if by is not None:
            return self.new_list(self._sorted_by(sequence, reverse, by))
        return self.new_list(self.sorted_sequence(sequence, reverse))

    def sorted_sequence(self, sequence: Sequence, reverse: bool) -> Sequence:
        """The items of a sequence in order."""
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
        result = self._permuted(sequence)
        array, length = result.array, result.length
        j, k = terms.fresh_int("j"), terms.fresh_int("j")
        order = array[k] <= array[j] if reverse else array[j] <= array[k]
        self.fact(z3.ForAll([j, k], z3.Implies(z3.And(j >= 0, j < k, k < length), order)))
        self._cache[key] = terms.of(result)
        return result

    def _sorted_by(self, sequence: Sequence, reverse: bool, by: core.Lambda) -> Sequence:
        """The items of a sequence in the order of what ``by`` gives of each."""
        terms = self.terms
        if sequence.element is None:
            return sequence
        result = self._permuted(sequence)

        def order(one: Term, other: Term) -> Term:
            keys = (self.key_of(by, self.item(result, one)), self.key_of(by, self.item(result, other)))
            return self.comparison(">=" if reverse else "<=", *keys)

        zero, length = terms.zero, result.length
        with self.binding(zero, length) as (j, first), self.binding(zero, length) as (k, second):
            ordered, events = self.collected(lambda: order(j, k))
        if events:
            raise self.stop("`key=` that may raise")
        self.fact(z3.ForAll([j, k], z3.Implies(z3.And(first, second, j < k), ordered)))
        return result

    def key_of(self, by: core.Lambda, item: Sym) -> Sym:
        """What a ``key=`` gives of an item; of these only ints and texts are surely in one order."""
        self.state.names[by.parameter.name] = item
        found = self.evaluate(by.body)
        if not all(isinstance(value, IntValue | BoolValue | StrValue) for _, value in found.cases):
            raise self.stop("`key=` that gives such values")
        return found

    def _permuted(self, sequence: Sequence) -> Sequence:
        """The items in any order: item ``j`` comes from ``origin[j]``, and ``origin`` has an inverse."""
        terms = self.terms
        assert sequence.element is not None
        ints = z3.IntSort(terms.ctx)
        array = self.fresh(z3.ArraySort(ints, terms.sort(sequence.element)), "sorted")
        origin, inverse = (self.fresh(z3.ArraySort(ints, ints), "origin") for _ in range(2))
        low, length = sequence.offset, sequence.length
        j = terms.fresh_int("j")
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
        if sequence.element == core.INT:
            whole = self.total(array, terms.zero, length)
            self.fact(whole == self.total(sequence.array, low, terms.add(low, length)))
        return Sequence("list", sequence.element, array, terms.zero, length)

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


def _is_indicator(array: Term) -> bool:
    """Whether an array is written as 0 and 1 by a condition."""
    if not z3.is_quantifier(array):
        return False
    body = array.body()
    return bool(
        z3.is_app_of(body, z3.Z3_OP_ITE)
        and all(is_number(part) and part.as_long() in (0, 1) for part in body.children()[1:])
    )
