"""The head of a loop: what may be any value there, and one iteration from it."""

from __future__ import annotations

from dataclasses import replace

import z3

from groundstate_energy.contracts import core
from groundstate_energy.contracts.core import Type
from groundstate_energy.contracts.execution.calls import Calls
from groundstate_energy.contracts.execution.frames import Frame
from groundstate_energy.contracts.symbolic.state import Iteration, State
from groundstate_energy.contracts.symbols import (
    DictValue,
    IntValue,
    ListObject,
    RangeValue,
    Reference,
    Sequence,
    Sym,
    Term,
    TupleValue,
    Unset,
    Value,
)

Shape = tuple[object, ...]
"""What may change of a value: its kind, its element type, which list it is."""


class Head:
    """The head of a loop: what may be any value there, and one iteration from it."""

    def __init__(
        self,
        execution: Calls,
        statement: core.While | core.For,
        entry: State,
        k: str,
        assigned: set[str],
        iteration: Iteration | None,
        live: set[str] | None,
        fixed_target: bool,
    ) -> None:
        self.execution = execution
        self.statement = statement
        self.entry = entry
        self.k = k
        self.assigned = assigned
        self.iteration = iteration
        self.live = live
        self.fixed_target = fixed_target
        self.shapes: dict[str, frozenset[Shape]] = {}
        self.heap: dict[int, Type | None] = {}
        self.shared: set[int] = set()

    # What an iteration may change

    def find_shape(self) -> None:
        """Types and objects of what the body changes: what they are at entry and after any number of iterations."""
        entry = self.entry
        unset = self.execution.terms.of(Unset())
        for name in self.assigned:
            self.shapes[name] = self._shape(entry.names.get(name, unset), entry)
        for _ in range(6):
            with self.execution.dry():
                outer, self.execution.is_shaping = self.execution.is_shaping, True
                self.execution.state = self.havocked()
                before = self.execution.state.copy()
                ends = self.iterate()
                self.execution.is_shaping = outer
            if not self._widen(before, ends):
                return
        raise self.execution.stop("loop whose variables have no settled types")

    def _widen(self, before: State, ends: list[State]) -> bool:
        """Take in what one iteration leaves; whether that was new."""
        changed = False
        unset = self.execution.terms.of(Unset())
        for end in ends:
            seen: dict[int, int] = {}
            for name in self.assigned:
                value = end.names.get(name, unset)
                for number in _references(value):
                    if number not in self.entry.heap:
                        seen[number] = seen.get(number, 0) + 1
            if any(count > 1 for count in seen.values()):
                raise self.execution.stop("two names of a list that a loop makes")
            for name in self.assigned:
                widened = self._joined(self.shapes[name], self._shape(end.names.get(name, unset), end))
                if widened != self.shapes[name]:
                    self.shapes[name] = widened
                    changed = True
            for number, held in end.heap.items():
                if number not in self.entry.heap:
                    continue
                known = before.heap[number]
                same = (
                    held.array.eq(known.array)
                    if held.array is not None and known.array is not None
                    else held.array is known.array
                )
                if (
                    same
                    and held.length.eq(known.length)
                    and held.offset.eq(known.offset)
                    and held.element == known.element
                ):
                    if held.shared and number not in self.shared:
                        self.shared.add(number)
                        changed = True
                    continue
                if held.shared and number not in self.shared:
                    self.shared.add(number)
                    changed = True
                element = self.heap.get(number, self.entry.heap[number].element)
                joined = held.element if element is None else element
                if held.element not in (None, joined):
                    raise self.execution.stop("list of several types")
                if number not in self.heap or self.heap[number] != joined:
                    self.heap[number] = joined
                    changed = True
                self._check_live(number, held, known)
        return changed

    def _check_live(self, number: int, held: ListObject, known: ListObject) -> None:
        if self.iteration is None:
            return
        entry = self.entry
        names = self.live if self.live is not None else set(entry.names)
        for name in names:
            value = entry.names.get(name)
            if value is not None and number in _references(value):
                if self.live is None or not held.length.eq(known.length):
                    raise self.execution.stop("list that changes while a loop goes through it")

    def _shape(self, sym: Sym, state: State) -> frozenset[Shape]:
        return frozenset(self._shape_of(value, state) for _, value in sym.cases)

    def _shape_of(self, value: Value, state: State) -> Shape:
        match value:
            case TupleValue(items):
                return ("tuple", tuple(self._shape(item, state) for item in items))
            case Reference(number):
                if number in self.entry.heap:
                    return ("reference", number)
                held = state.heap[number]
                if held.shared:
                    raise self.execution.stop("list inside another container, kept through a loop")
                return ("list", held.element)
            case Sequence(kind, element):
                return ("sequence", kind, element)
            case RangeValue(_, _, step):
                return ("range", step)
            case DictValue():
                raise self.execution.stop("dictionary that a loop assigns")
        return (type(value).__name__,)

    def _joined(self, one: frozenset[Shape], other: frozenset[Shape]) -> frozenset[Shape]:
        both = one | other
        for kind in ("list", "sequence"):
            found = [shape for shape in both if shape[0] == kind]
            known = {shape[-1] for shape in found if shape[-1] is not None}
            if len(known) > 1:
                raise self.execution.stop("list of several types")
            if known:
                both -= {shape for shape in found if shape[-1] is None}
        tuples = [shape for shape in both if shape[0] == "tuple"]
        if len(tuples) > 1:
            sizes = {len(shape[1]) for shape in tuples}  # type: ignore[arg-type]  # a tuple of shapes
            if len(sizes) == 1:
                merged = tuples[0]
                for shape in tuples[1:]:
                    parts = zip(merged[1], shape[1], strict=True)  # type: ignore[call-overload]  # the same
                    merged = ("tuple", tuple(self._joined(a, b) for a, b in parts))
                both = (both - set(tuples)) | {merged}
        return both

    def _any(self, shape: frozenset[Shape], hint: str, state: State) -> Sym:
        execution = self.execution
        terms = execution.terms
        parts: list[tuple[Term, Sym]] = []
        members = sorted(shape, key=repr)
        tag = terms.fresh_int("tag") if len(members) > 1 else None
        for place, member in enumerate(members):
            guard = terms.true if tag is None else tag == place
            if tag is not None and place == len(members) - 1:
                guard = z3.And(*(tag != before for before in range(place)))
            parts.append((guard, self._any_of(member, hint, state)))
        return terms.collect(parts)

    def _any_of(self, shape: Shape, hint: str, state: State) -> Sym:
        execution = self.execution
        terms = execution.terms
        kind = shape[0]
        simple = {
            "IntValue": core.INT,
            "BoolValue": core.BOOL,
            "FloatValue": core.FLOAT,
            "StrValue": core.STR,
            "NoneValue": core.NONE,
        }
        if kind in simple:
            return execution.unknown(simple[str(kind)], hint)
        if kind == "Unset":
            return terms.of(Unset())
        if kind == "reference":
            return terms.of(Reference(shape[1]))  # type: ignore[arg-type]  # a number
        if kind == "tuple":
            return terms.of(TupleValue(tuple(self._any(part, hint, state) for part in shape[1])))  # type: ignore[attr-defined]  # shapes
        if kind == "range":
            low, high = execution.fresh_int(hint), execution.fresh_int(hint)
            return terms.of(RangeValue(low, high, shape[1]))  # type: ignore[arg-type]  # a step
        element = shape[-1]
        if element is None:
            sequence = Sequence(
                "list" if kind == "list" else str(shape[1]), None, None, terms.zero, terms.zero
            )
        else:
            assert isinstance(element, Type)
            sequence = execution.unknown_sequence(element, "list" if kind == "list" else str(shape[1]), hint)
        if kind == "sequence":
            return terms.of(sequence)
        execution.lists += 1
        state.heap[execution.lists] = ListObject(
            sequence.element, sequence.array, sequence.offset, sequence.length
        )
        return terms.of(Reference(execution.lists))

    # States at the head

    def at_entry(self) -> State:
        state = self.entry.copy()
        state.names[self.k] = self.execution.int_of(self.execution.terms.zero)
        return state

    def havocked(self) -> State:
        """Any state at the head: after any number of iterations, as far as only types are known."""
        execution = self.execution
        terms = execution.terms
        state = self.entry.copy()
        for number, element in sorted(self.heap.items()):
            held = self.entry.heap[number]
            shared = held.shared or number in self.shared
            if element is None:
                state.heap[number] = replace(held, shared=shared)
                continue
            sequence = execution.unknown_sequence(element, "list", "list")
            state.heap[number] = ListObject(element, sequence.array, sequence.offset, sequence.length, shared)
        for number in self.shared:
            state.heap[number] = replace(state.heap[number], shared=True)
        for name in sorted(self.assigned):
            state.names[name] = self._any(self.shapes[name], name, state)
        k = execution.fresh_int("k")
        state.names[self.k] = execution.int_of(k)
        condition = k >= 0
        if self.iteration is not None:
            before, execution.state = execution.state, state
            iteration = self.current(state)
            count = terms.subtract(iteration.high, iteration.low)
            condition = z3.And(condition, z3.Or(k <= count, k == 0))
            if self.fixed_target and isinstance(self.statement, core.For):
                last = iteration.item(terms.add(iteration.low, terms.subtract(k, terms.one)))
                self._set_target(self.statement.target, last, k > 0, state)
            execution.state = before
        state.condition = terms.both(state.condition, condition)
        return state

    def _set_target(self, target: core.Target, value: Sym, condition: Term, state: State) -> None:
        execution = self.execution
        terms = execution.terms
        before = {name: self.entry.names.get(name, terms.of(Unset())) for name in core.target_names(target)}
        outer_events, execution.events = execution.events, []
        execution.bind(target, value)
        execution.events = outer_events
        for name, known in before.items():
            state.names[name] = terms.choose(condition, state.names[name], known)

    def current(self, state: State) -> Iteration:
        """What the loop goes through, as it is in ``state``."""
        assert self.iteration is not None
        assert isinstance(self.statement, core.For)
        touched = {
            number
            for name in self.live or ()
            for number in _references(self.entry.names.get(name, Sym(())))
            if number in self.heap
        }
        if not touched:
            return self.iteration
        execution = self.execution
        outer_events, execution.events = execution.events, []
        try:
            return execution.iteration(self.statement.iterable)
        finally:
            execution.events = outer_events

    def ending(self) -> State | None:
        """The state in which the loop ends without a break; the current state becomes that in which it goes on."""
        execution = self.execution
        terms = execution.terms
        statement = self.statement
        if isinstance(statement, core.While):
            going = execution.condition(statement.condition)
            execution.flush()
        else:
            iteration = self.current(execution.state)
            k = execution.state.names[self.k].only
            assert isinstance(k, IntValue)
            going = terms.less(terms.add(iteration.low, k.term), iteration.high)
        ended = execution.state.copy()
        ended.condition = terms.both(ended.condition, terms.no(going))
        execution.state.condition = terms.both(execution.state.condition, going)
        return ended

    def iterate(self) -> list[State]:
        """One iteration from the current state; the states from which the next would start."""
        self.ending()
        return self.iterate_from(self.execution.state.copy())

    def iterate_from(self, started: State) -> list[State]:
        execution = self.execution
        statement = self.statement
        execution.state = started.copy()
        outer = execution.frame
        execution.frame = Frame(exits=outer.exits, breaks=outer.breaks)
        try:
            if execution.is_alive:
                if isinstance(statement, core.For):
                    iteration = self.current(execution.state)
                    k = execution.state.names[self.k].only
                    assert isinstance(k, IntValue)
                    item = iteration.item(execution.terms.add(iteration.low, k.term))
                    execution.assign(statement.target, item)
                    execution.flush()
                execution.block(statement.body)
            ends = list(execution.frame.continues)
            if execution.is_alive:
                ends.append(execution.state.copy())
        finally:
            execution.frame = outer
        merged = execution.merge_all(ends)
        if merged is None:
            return []
        k = merged.names[self.k].only
        assert isinstance(k, IntValue)
        merged.names[self.k] = execution.int_of(execution.terms.add(k.term, execution.terms.one))
        return [merged]


def _references(sym: Sym) -> set[int]:
    found: set[int] = set()
    for _, value in sym.cases:
        if isinstance(value, Reference):
            found.add(value.number)
        elif isinstance(value, TupleValue):
            for item in value.items:
                found |= _references(item)
    return found
