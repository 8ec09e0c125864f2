"""Any value of a type, and whether a value is of one."""

from __future__ import annotations

from dataclasses import replace

import z3

from groundstate_energy.contracts.core import INT, STR, Type
from groundstate_energy.contracts.execution.paths import Paths
from groundstate_energy.contracts.symbolic.state import State
from groundstate_energy.contracts.symbols import (
    BoolValue,
    DictValue,
    FloatValue,
    IntValue,
    NoneValue,
    Reference,
    Sequence,
    StrValue,
    Sym,
    TupleValue,
    Value,
)


class TypedValues(Paths):
    """Values of types."""

    def _note_element(self, value: Sym, annotation: Type) -> None:
        """An annotation says what an empty list will hold."""
        only = value.only
        if annotation.name == "list" and isinstance(only, Reference):
            held = self.state.heap[only.number]
            if held.element is None:
                array = self.empty_array(annotation.arguments[0])
                self.state.heap[only.number] = replace(held, element=annotation.arguments[0], array=array)

    def _snapshot_of(self, state: State, sym: Sym) -> Sym:
        before, self.state = self.state, state
        try:
            return self.snapshot(sym)
        finally:
            self.state = before

    def unknown(self, type_: Type, hint: str) -> Sym:
        """Any value of a type; raises ``Unmodelled`` for types that are not modelled."""
        terms = self.terms
        ctx = terms.ctx
        name = type_.name
        if name == "int":
            return self.int_of(self.fresh_int(hint))
        if name == "bool":
            return self.bool_of(self.fresh(z3.BoolSort(ctx), hint))
        if name == "float":
            return terms.of(FloatValue(self.fresh(terms.float_sort, hint)))
        if name == "str":
            return terms.of(StrValue(self.fresh(z3.StringSort(ctx), hint)))
        if name == "none":
            return terms.of(NoneValue())
        if name == "tuple":
            return terms.of(TupleValue(tuple(self.unknown(part, hint) for part in type_.arguments)))
        if name in ("list", "tuple*"):
            sequence = self.unknown_sequence(type_.arguments[0], "list" if name == "list" else "tuple", hint)
            return self.new_list(sequence) if name == "list" else terms.of(sequence)
        if name == "dict" and type_.arguments[0] in (INT, STR):
            return terms.of(self.unknown_dictionary(type_.arguments[0], type_.arguments[1], hint))
        if name == "union":
            tag = self.fresh_int("tag")
            parts = []
            last = len(type_.arguments) - 1
            for place, member in enumerate(type_.arguments):
                guard = tag == place if place < last else z3.And(*(tag != before for before in range(last)))
                parts.append((guard, self.unknown(member, hint)))
            return terms.collect(parts)
        raise self.stop(f"value of type {type_}")

    def unknown_dictionary(self, key: Type, held: Type, hint: str) -> DictValue:
        terms = self.terms
        keys = terms.sort(key)
        has = self.fresh(z3.ArraySort(keys, z3.BoolSort(terms.ctx)), hint)
        array = self.fresh(z3.ArraySort(keys, terms.sort(held)), hint)
        length = self.fresh_int("length")
        self.fact(length >= 0)
        return DictValue(key, held, has, array, length)

    def unknown_sequence(self, element: Type, kind: str, hint: str) -> Sequence:
        terms = self.terms
        array = self.fresh(z3.ArraySort(z3.IntSort(terms.ctx), terms.sort(element)), hint)
        length = self.fresh_int("length")
        self.fact(length >= 0)
        return Sequence(kind, element, array, terms.zero, length)

    def conforms(self, sym: Sym, type_: Type) -> bool:
        """Whether a value is of a type whatever the path."""
        return all(self._conforms(value, type_) for _, value in sym.cases)

    def _conforms(self, value: Value, type_: Type) -> bool:
        name = type_.name
        if name == "union":
            return any(self._conforms(value, member) for member in type_.arguments)
        match value:
            case IntValue():
                return name == "int"
            case BoolValue():
                return name in ("int", "bool")
            case FloatValue():
                return name == "float"
            case StrValue():
                return name == "str"
            case NoneValue():
                return name == "none"
            case TupleValue(items):
                if name == "tuple*":
                    return all(self.conforms(item, type_.arguments[0]) for item in items)
                return (
                    name == "tuple"
                    and len(items) == len(type_.arguments)
                    and all(
                        self.conforms(item, part) for item, part in zip(items, type_.arguments, strict=True)
                    )
                )
            case Reference(number):
                element = self.state.heap[number].element
                return name == "list" and element in (None, type_.arguments[0])
            case Sequence(kind, element):
                wanted = "list" if kind == "list" else "tuple*"
                return name == wanted and element in (None, type_.arguments[0])
        return False
