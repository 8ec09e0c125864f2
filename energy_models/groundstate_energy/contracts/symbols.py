"""Symbolic values: z3 terms under guards.

A value whose type depends on the path is a ``Sym``: alternatives of one type each, whose guards exclude each other and of
which one holds on every path that reaches it. Ints are unbounded, floats are IEEE doubles, a bool stays a bool until it is
computed with, a list is an object on a heap, so that two names of one list see each other's changes.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import z3

from groundstate_energy.contracts import core
from groundstate_energy.contracts.core import Type, Unmodelled

Term = Any
"""A z3 expression; z3 ships no types."""


@dataclass(frozen=True, slots=True)
class IntValue:
    term: Term


@dataclass(frozen=True, slots=True)
class BoolValue:
    term: Term


@dataclass(frozen=True, slots=True)
class FloatValue:
    term: Term


@dataclass(frozen=True, slots=True)
class StrValue:
    term: Term


@dataclass(frozen=True, slots=True)
class NoneValue:
    pass


@dataclass(frozen=True, slots=True)
class Unset:
    """A variable that was not assigned yet."""


@dataclass(frozen=True, slots=True)
class TupleValue:
    items: tuple[Sym, ...]


@dataclass(frozen=True, slots=True)
class Reference:
    """A list on the heap."""

    number: int


@dataclass(frozen=True, slots=True)
class Sequence:
    """A list that nothing changes any more, or a tuple of any length (``kind``: list or tuple).

    Item ``i`` is ``array[offset + i]`` for ``0 <= i < length``. ``element`` None: empty, its type not known yet.
    """

    kind: str
    element: Type | None
    array: Term
    offset: Term
    length: Term


@dataclass(frozen=True, slots=True)
class DictValue:
    """A dictionary that nothing changes: its keys are those that ``has``, each with its value in ``array``."""

    key: Type
    held: Type
    has: Term
    array: Term
    length: Term


@dataclass(frozen=True, slots=True)
class RangeValue:
    start: Term
    stop: Term
    step: int


Value = (
    IntValue
    | BoolValue
    | FloatValue
    | StrValue
    | NoneValue
    | Unset
    | TupleValue
    | Reference
    | Sequence
    | DictValue
    | RangeValue
)


@dataclass(frozen=True, slots=True)
class Sym:
    """Alternatives (guard, value)."""

    cases: tuple[tuple[Term, Value], ...]

    @property
    def only(self) -> Value | None:
        """The value, when there is one alternative."""
        return self.cases[0][1] if len(self.cases) == 1 else None


@dataclass(frozen=True, slots=True)
class ListObject:
    """What a reference points to. ``shared``: it is also inside another container, which would not see changes."""

    element: Type | None
    array: Term
    offset: Term
    length: Term
    shared: bool = False

    def sequence(self) -> Sequence:
        return Sequence("list", self.element, self.array, self.offset, self.length)


class Terms:
    """Builds z3 terms in a context of its own, folding what is constant."""

    def __init__(self, ctx: z3.Context | None = None) -> None:
        self.ctx = ctx = ctx if ctx is not None else z3.Context()
        self.true, self.false = z3.BoolVal(True, ctx), z3.BoolVal(False, ctx)
        ctx.true_at, ctx.false_at = self.true.ast.value, self.false.ast.value  # for is_true and is_false
        self.float_sort = z3.FPSort(11, 53, ctx)
        self.rounding = z3.RNE(ctx)
        self.counter = 0
        self.zero, self.one = self.number(0), self.number(1)
        self._sorts: dict[Type, Term] = {}
        self._union_members: dict[Type, tuple[Type, ...]] = {}

    # Constants and fresh symbols

    def number(self, value: int) -> Term:
        return z3.IntVal(value, self.ctx)

    def boolean(self, value: bool) -> Term:
        return self.true if value else self.false

    def fresh(self, sort: Term, hint: str = "v") -> Term:
        self.counter += 1
        return z3.Const(f"{hint}!{self.counter}", sort)

    def fresh_int(self, hint: str = "i") -> Term:
        return self.fresh(z3.IntSort(self.ctx), hint)

    def fresh_bool(self, hint: str = "b") -> Term:
        return self.fresh(z3.BoolSort(self.ctx), hint)

    # Binders: one name for all bound variables, so that equal bodies are equal terms

    def _closed(self, at: Term, body: Term) -> tuple[Term, Term]:
        bound = z3.Int("bound", self.ctx)
        return bound, z3.substitute(body, (at, bound))

    def array_of(self, at: Term, body: Term) -> Term:
        """The array whose item ``at`` is ``body``."""
        bound, body = self._closed(at, body)
        return z3.Lambda([bound], body)

    def for_all(self, at: Term, domain: Term, body: Term) -> Term:
        if is_true(body):
            return self.true
        bound, body = self._closed(at, z3.Implies(domain, body))
        return z3.ForAll([bound], body)

    def there_is(self, at: Term, domain: Term, body: Term) -> Term:
        if is_false(body):
            return self.false
        bound, body = self._closed(at, z3.And(domain, body))
        return z3.Exists([bound], body)

    # Boolean terms

    def both(self, *terms: Term) -> Term:
        kept: list[Term] = []
        for term in terms:
            if is_false(term):
                return self.false
            if not is_true(term) and not any(term.eq(other) for other in kept[-3:]):
                kept.append(term)
        if not kept:
            return self.true
        return kept[0] if len(kept) == 1 else z3.And(*kept)

    def either(self, *terms: Term) -> Term:
        kept: list[Term] = []
        for term in terms:
            if is_true(term):
                return self.true
            if not is_false(term) and not any(term.eq(other) for other in kept[-3:]):
                kept.append(term)
        if not kept:
            return self.false
        return kept[0] if len(kept) == 1 else z3.Or(*kept)

    def no(self, term: Term) -> Term:
        if is_true(term):
            return self.false
        if is_false(term):
            return self.true
        return term.arg(0) if z3.is_not(term) else z3.Not(term)

    def implies(self, condition: Term, term: Term) -> Term:
        return self.either(self.no(condition), term)

    def ite(self, condition: Term, then: Term, otherwise: Term) -> Term:
        if is_true(condition) or then.eq(otherwise):
            return then
        if is_false(condition):
            return otherwise
        if z3.is_bool(then):
            if is_true(then):
                return self.either(condition, otherwise)
            if is_false(then):
                return self.both(self.no(condition), otherwise)
            if is_true(otherwise):
                return self.either(self.no(condition), then)
            if is_false(otherwise):
                return self.both(condition, then)
        return z3.If(condition, then, otherwise)

    def equal(self, left: Term, right: Term) -> Term:
        if left.eq(right):
            return self.true
        if is_number(left) and is_number(right):
            return self.boolean(left.as_long() == right.as_long())
        return left == right

    # Arithmetic with folding

    def add(self, left: Term, right: Term) -> Term:
        if is_number(right):
            if right.as_long() == 0:
                return left
            if is_number(left):
                return self.number(left.as_long() + right.as_long())
        elif is_number(left) and left.as_long() == 0:
            return right
        return left + right

    def subtract(self, left: Term, right: Term) -> Term:
        if is_number(right):
            if right.as_long() == 0:
                return left
            if is_number(left):
                return self.number(left.as_long() - right.as_long())
            return left + self.number(-right.as_long())
        if left.eq(right):
            return self.zero
        return left - right

    def less(self, left: Term, right: Term) -> Term:
        if is_number(left) and is_number(right):
            return self.boolean(left.as_long() < right.as_long())
        return self.false if left.eq(right) else left < right

    def at_most(self, left: Term, right: Term) -> Term:
        if is_number(left) and is_number(right):
            return self.boolean(left.as_long() <= right.as_long())
        return self.true if left.eq(right) else left <= right

    # Sorts of list items

    def sort(self, type_: Type) -> Term:
        """The sort in which items of a type are kept; raises ``Unmodelled``."""
        found = self._sorts.get(type_)
        if found is not None:
            return found
        ctx = self.ctx
        if type_.name == "int":
            found = z3.IntSort(ctx)
        elif type_.name == "bool":
            found = z3.BoolSort(ctx)
        elif type_.name == "float":
            found = self.float_sort
        elif type_.name == "str":
            found = z3.StringSort(ctx)
        elif type_.name in ("tuple", "union", "none"):
            self.counter += 1
            tag = self.counter
            made = z3.Datatype(f"T{tag}", ctx)
            members = type_.arguments if type_.name == "union" else (type_,)
            for number, member in enumerate(members):
                parts = (
                    member.arguments if member.name == "tuple" else () if member.name == "none" else (member,)
                )
                fields = [(f"f{tag}_{number}_{place}", self.sort(part)) for place, part in enumerate(parts)]
                made.declare(f"c{tag}_{number}", *fields)
            found = made.create()
        elif type_.name in ("list", "tuple*"):
            self.counter += 1
            tag = self.counter
            made = z3.Datatype(f"T{tag}", ctx)
            array = z3.ArraySort(z3.IntSort(ctx), self.sort(type_.arguments[0]))
            made.declare(f"c{tag}", (f"a{tag}", array), (f"n{tag}", z3.IntSort(ctx)))
            found = made.create()
        else:
            raise Unmodelled(f"items of type {type_}", (0, 0))
        self._sorts[type_] = found
        return found

    def decode(self, term: Term, type_: Type) -> Sym:
        """An item of a list as a value."""
        name = type_.name
        if name == "int":
            return self.of(IntValue(term))
        if name == "bool":
            return self.of(BoolValue(term))
        if name == "float":
            return self.of(FloatValue(term))
        if name == "str":
            return self.of(StrValue(term))
        if name == "none":
            return self.of(NoneValue())
        sort = self.sort(type_)
        if name == "tuple":
            return self.of(self._decode_tuple(term, sort, 0, type_))
        if name in ("list", "tuple*"):
            length = sort.accessor(0, 1)(term)
            return self.of(
                Sequence(
                    "list" if name == "list" else "tuple",
                    type_.arguments[0],
                    sort.accessor(0, 0)(term),
                    self.zero,
                    z3.If(length < 0, self.zero, length),
                )
            )
        cases: list[tuple[Term, Value]] = []
        last = len(type_.arguments) - 1
        for number, member in enumerate(type_.arguments):
            guard = sort.recognizer(number)(term)
            if number == last and last > 0:
                guard = self.no(self.either(*(case[0] for case in cases)))
            if member.name == "tuple":
                cases.append((guard, self._decode_tuple(term, sort, number, member)))
            elif member.name == "none":
                cases.append((guard, NoneValue()))
            else:
                cases.extend(
                    (self.both(guard, inner), value)
                    for inner, value in self.decode(sort.accessor(number, 0)(term), member).cases
                )
        return Sym(tuple(cases))

    def _decode_tuple(self, term: Term, sort: Term, constructor: int, type_: Type) -> TupleValue:
        return TupleValue(
            tuple(
                self.decode(sort.accessor(constructor, place)(term), part)
                for place, part in enumerate(type_.arguments)
            )
        )

    def encode(self, sym: Sym, type_: Type) -> Term | None:
        """A value as an item of a list of ``type_``; None when it is of another type. References are not encoded."""
        found: Term | None = None
        for guard, value in reversed(sym.cases):
            term = self._encode(value, type_)
            if term is None:
                return None
            found = term if found is None else self.ite(guard, term, found)
        return found

    def _encode(self, value: Value, type_: Type) -> Term | None:
        name = type_.name
        if name == "union":
            sort = self.sort(type_)
            exact = [place for place, member in enumerate(type_.arguments) if self.is_exactly(value, member)]
            for number in exact or range(len(type_.arguments)):
                member = type_.arguments[number]
                if member.name == "tuple" and isinstance(value, TupleValue):
                    parts = self._encode_items(value, member)
                    if parts is not None:
                        return sort.constructor(number)(*parts)
                elif member.name == "none" and isinstance(value, NoneValue):
                    return sort.constructor(number)()
                elif member.name not in ("tuple", "none"):
                    term = self._encode(value, member)
                    if term is not None:
                        return sort.constructor(number)(term)
            return None
        if name == "int":
            if isinstance(value, IntValue):
                return value.term
            return z3.If(value.term, self.one, self.zero) if isinstance(value, BoolValue) else None
        if name == "bool":
            return value.term if isinstance(value, BoolValue) else None
        if name == "float":
            return value.term if isinstance(value, FloatValue) else None
        if name == "str":
            return value.term if isinstance(value, StrValue) else None
        if name == "none":
            return self.sort(type_).constructor(0)() if isinstance(value, NoneValue) else None
        if name == "tuple" and isinstance(value, TupleValue):
            items = self._encode_items(value, type_)
            return self.sort(type_).constructor(0)(*items) if items is not None else None
        if name in ("list", "tuple*") and isinstance(value, Sequence):
            kind = "list" if name == "list" else "tuple"
            if value.kind != kind or value.element not in (type_.arguments[0], None):
                return None
            sort = self.sort(type_)
            array = value.array
            if value.element is None:
                array = self.fresh(z3.ArraySort(z3.IntSort(self.ctx), self.sort(type_.arguments[0])), "a")
            elif not (is_number(value.offset) and value.offset.as_long() == 0):
                at = self.fresh_int("j")
                array = self.array_of(at, value.array[at + value.offset])
            return sort.constructor(0)(array, value.length)
        return None

    def is_exactly(self, value: Value, type_: Type) -> bool:
        kinds: dict[str, type] = {"int": IntValue, "bool": BoolValue, "float": FloatValue, "str": StrValue}
        return type_.name in kinds and isinstance(value, kinds[type_.name])

    def _encode_items(self, value: TupleValue, type_: Type) -> list[Term] | None:
        if len(value.items) != len(type_.arguments):
            return None
        terms = [self.encode(item, part) for item, part in zip(value.items, type_.arguments, strict=True)]
        return None if any(term is None for term in terms) else terms

    def type_of(self, sym: Sym) -> Type | None:
        """The type that holds all alternatives; None where there is none."""
        found: list[Type] = []
        for _, value in sym.cases:
            type_ = self._type_of(value)
            if type_ is None:
                return None
            found.append(type_)
        return core.union(*found)

    def _type_of(self, value: Value) -> Type | None:
        match value:
            case IntValue():
                return core.INT
            case BoolValue():
                return core.BOOL
            case FloatValue():
                return core.FLOAT
            case StrValue():
                return core.STR
            case NoneValue():
                return core.NONE
            case TupleValue(items):
                parts = [self.type_of(item) for item in items]
                return (
                    None
                    if None in parts
                    else Type("tuple", tuple(part for part in parts if part is not None))
                )
            case Sequence(kind, element):
                if element is None:
                    return None
                return Type("list" if kind == "list" else "tuple*", (element,))
        return None

    # Alternatives

    def of(self, value: Value) -> Sym:
        return Sym(((self.true, value),))

    def choose(self, condition: Term, then: Sym, otherwise: Sym) -> Sym:
        """``then`` where ``condition`` holds, else ``otherwise``; alternatives of one type become one."""
        if then is otherwise or is_true(condition):
            return then
        if is_false(condition):
            return otherwise
        return self.collect([(condition, then), (self.no(condition), otherwise)])

    def collect(self, parts: Iterable[tuple[Term, Sym]]) -> Sym:
        """The value under whichever of the conditions holds; at most one does."""
        flat = [
            (self.both(condition, guard), value)
            for condition, sym in parts
            for guard, value in sym.cases
            if not is_false(condition)
        ]
        merged: list[tuple[Term, Value]] = []
        for guard, value in flat:
            for place, (known, other) in enumerate(merged):
                joined = self._joined(known, other, value)
                if joined is not None:
                    merged[place] = (self.either(known, guard), joined)
                    break
            else:
                merged.append((guard, value))
        if len(merged) == 1:
            return Sym(((self.true, merged[0][1]),))
        return Sym(tuple(merged))

    def _joined(self, condition: Term, then: Value, otherwise: Value) -> Value | None:
        """One value that is ``then`` under ``condition``; None where their types differ."""
        if type(then) is not type(otherwise):
            return None
        if isinstance(then, NoneValue | Unset | Reference):
            return then if then == otherwise else None
        match then, otherwise:
            case IntValue(one), IntValue(other):
                return IntValue(self.ite(condition, one, other))
            case BoolValue(one), BoolValue(other):
                return BoolValue(self.ite(condition, one, other))
            case FloatValue(one), FloatValue(other):
                return FloatValue(self.ite(condition, one, other))
            case StrValue(one), StrValue(other):
                return StrValue(self.ite(condition, one, other))
            case TupleValue(one), TupleValue(other):
                if len(one) != len(other):
                    return None
                return TupleValue(
                    tuple(self.choose(condition, a, b) for a, b in zip(one, other, strict=True))
                )
            case Sequence(), Sequence():
                if then.kind != otherwise.kind:
                    return None
                if then.element is None or otherwise.element is None:
                    known = otherwise if then.element is None else then
                    return replace(
                        known,
                        length=self.ite(condition, then.length, otherwise.length),
                    )
                if then.element != otherwise.element:
                    return None
                return replace(
                    then,
                    array=self.ite(condition, then.array, otherwise.array),
                    offset=self.ite(condition, then.offset, otherwise.offset),
                    length=self.ite(condition, then.length, otherwise.length),
                )
            case RangeValue(), RangeValue():
                if then.step != otherwise.step:
                    return None
                return RangeValue(
                    self.ite(condition, then.start, otherwise.start),
                    self.ite(condition, then.stop, otherwise.stop),
                    then.step,
                )
        return None


def is_true(term: Term) -> bool:
    """Whether a term is the constant: z3 shares equal terms, so that comparing addresses says it without asking z3."""
    return bool(term.ast.value == term.ctx.true_at)


def is_false(term: Term) -> bool:
    return bool(term.ast.value == term.ctx.false_at)


def is_number(term: Term) -> bool:
    return bool(z3.is_int_value(term))
