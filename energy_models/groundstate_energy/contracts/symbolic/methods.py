"""Methods of lists, tuples and dictionaries; those that change a list change it on the heap."""

from __future__ import annotations

from dataclasses import replace

import z3

from groundstate_energy.contracts import core
from groundstate_energy.contracts.symbolic.text_methods import TextMethods
from groundstate_energy.contracts.symbols import (
    DictValue,
    ListObject,
    NoneValue,
    Reference,
    Sequence,
    StrValue,
    Sym,
    Term,
    TupleValue,
    Value,
    is_number,
)


class Methods(TextMethods):
    """What methods of builtin types do."""

    def method(self, expression: core.Method) -> Sym:
        receiver = self.evaluate(expression.receiver)
        arguments = [self.evaluate(argument) for argument in expression.arguments]
        return self.each(receiver, lambda value: self._method(expression.name, value, arguments), dicts=True)

    def _method(self, name: str, value: Value, arguments: list[Sym]) -> Sym | None:
        if isinstance(value, StrValue):
            return self._text_method(name, value.term, arguments)
        if isinstance(value, Reference):
            return self.list_method(name, value, arguments)
        if isinstance(value, DictValue):
            return self._dict_method(name, value, arguments)
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

    def _dict_method(self, name: str, value: DictValue, arguments: list[Sym]) -> Sym | None:
        if name != "get" or not 1 <= len(arguments) <= 2:
            raise self.stop(f"method `{name}` of a dictionary")
        default = arguments[1] if len(arguments) == 2 else self.terms.of(NoneValue())

        def got(key: Value) -> Sym:
            held = self.value_at(value, key)
            return self.terms.choose(self.has_key(value, key), held, default) if held is not None else default

        return self.each(arguments[0], got)

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
