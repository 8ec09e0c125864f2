"""Assignments to names, patterns and items."""

from __future__ import annotations

from dataclasses import replace

import z3

from groundstate_energy.contracts import core
from groundstate_energy.contracts.execution.typed_values import TypedValues
from groundstate_energy.contracts.symbols import Reference, Sequence, Sym, Value, is_number


class Assignments(TypedValues):
    """What assignments change."""

    def assign(self, target: core.Target, value: Sym) -> None:
        if isinstance(target, core.Subscript):
            self.store(target, value)
        elif isinstance(target, core.Name):
            self.state.names[target.name] = value
        else:
            for inner, part in zip(target.targets, self.unpacked(value, len(target.targets)), strict=True):
                self.assign(inner, part)

    def store(self, target: core.Subscript, value: Sym) -> None:
        container, index = self.evaluate(target.value), self.evaluate(target.index)
        self.put(container, index, value)

    def put(self, container: Sym, index: Sym, value: Sym) -> None:
        terms = self.terms
        self.no_dictionary(*(held for _, held in container.cases))
        for guard, held in container.cases:
            with self.under(guard):
                if not isinstance(held, Reference):
                    if isinstance(held, Sequence) and held.kind == "list":
                        raise self.stop("change of a list that is inside another container")
                    self.raises("TypeError")
                    continue
                sequence = self.state.heap[held.number].sequence()
                for other, at in index.cases:
                    with self.under(other):
                        number = self.number(at)
                        if number is None:
                            self.raises("TypeError")
                            continue
                        number = z3.simplify(number) if is_number(z3.simplify(number)) else number
                        place = self.place(number, sequence.length)
                        if sequence.element is None:
                            continue
                        term = terms.encode(self.frozen(value), sequence.element)
                        if term is None:
                            raise self.stop("list of several types")
                        array = z3.Store(sequence.array, terms.add(sequence.offset, place), term)
                        self.change(held, replace(sequence, array=array))

    def augment(self, statement: core.Augment) -> None:
        symbol = statement.operator
        if isinstance(statement.target, core.Subscript):
            container = self.evaluate(statement.target.value)
            index = self.evaluate(statement.target.index)
            before = self.subscript(container, index)
            value = self.evaluate(statement.value)
            if any(isinstance(held, Reference | Sequence) for _, held in before.cases):
                raise self.stop("augmented assignment to a list inside a list")
            self.put(container, index, self.arithmetic(symbol, before, value))
            return
        before = self.read(statement.target.name)
        value = self.evaluate(statement.value)
        if any(isinstance(held, Reference) or _is_frozen_list(held) for _, held in before.cases):
            only = before.only
            if symbol != "+" or not isinstance(only, Reference):
                raise self.stop("augmented assignment to a list")
            self.extend(only, value)
            return
        self.state.names[statement.target.name] = self.arithmetic(symbol, before, value)


def _is_frozen_list(value: Value) -> bool:
    """A list inside another container, which an operation in place would change."""
    return isinstance(value, Sequence) and value.kind == "list"
