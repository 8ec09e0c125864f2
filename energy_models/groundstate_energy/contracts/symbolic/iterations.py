"""What is gone through by a loop or a comprehension, and what its targets are bound to."""

from __future__ import annotations

from dataclasses import replace

import z3

from groundstate_energy.contracts import core
from groundstate_energy.contracts.symbolic.comparison import Comparison
from groundstate_energy.contracts.symbolic.state import Iteration
from groundstate_energy.contracts.symbols import (
    NoneValue,
    RangeValue,
    Reference,
    Sequence,
    StrValue,
    Sym,
    Term,
    TupleValue,
    Value,
)


class Iterations(Comparison):
    """Iterables as items by number."""

    def known_items(self, iteration: Iteration) -> tuple[Sym, ...] | None:
        """The items, when they are few and known."""
        if iteration.items is not None:
            return iteration.items
        few = self._few(iteration.low, iteration.high)
        if few is None:
            return None
        return tuple(iteration.item(self.terms.number(at)) for at in few)

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
        self.no_dictionary(*(value for _, value in sym.cases))
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
        self.no_dictionary(value)
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
