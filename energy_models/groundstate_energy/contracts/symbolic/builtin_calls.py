"""Calls of builtin functions."""

from __future__ import annotations

import z3

from groundstate_energy.contracts import core
from groundstate_energy.contracts.symbolic.methods import Methods
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
)


class Builtins(Methods):
    """What builtin functions give."""

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
            return self.each(arguments[0], self._len, dicts=True)
        if name == "abs" and len(arguments) == 1:
            return self.each(arguments[0], self._abs)
        if name == "bool" and len(arguments) <= 1:
            return self.bool_of(self.truth(arguments[0]) if arguments else terms.false)
        if name == "int" and len(arguments) == 1:
            return self.each(arguments[0], self._int)
        if name == "float" and len(arguments) == 1:
            return self.each(arguments[0], self._float)
        if name == "str" and len(arguments) == 1:
            return self.each(arguments[0], self.written)
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
            by = _key(keywords)
            return self.each(arguments[0], lambda value: self._sorted_copy(value, reverse, by))
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
        if isinstance(value, TupleValue | StrValue | Reference | Sequence | RangeValue | DictValue):
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

    def _extreme(self, name: str, arguments: list[Sym], keywords: dict[str, core.Expression]) -> Sym:
        terms = self.terms
        symbol = ">" if name == "max" else "<"
        by = _key(keywords)
        if by is not None:
            return self._extreme_by(symbol, arguments, by, keywords)
        if len(arguments) != 1:
            best = arguments[0]
            for item in arguments[1:]:
                better = self.comparison(symbol, item, best)
                best = terms.choose(better, item, best)
            return best
        default = self.evaluate(keywords["default"]) if "default" in keywords else None
        return self.each(arguments[0], lambda value: self._extreme_of(name, value, default))

    def _extreme_by(
        self, symbol: str, arguments: list[Sym], by: core.Lambda, keywords: dict[str, core.Expression]
    ) -> Sym:
        """The first item of which ``by`` gives the most, or the least."""
        terms = self.terms
        if len(arguments) != 1:
            best, key = arguments[0], self.key_of(by, arguments[0])
            for item in arguments[1:]:
                other = self.key_of(by, item)
                better = self.comparison(symbol, other, key)
                best, key = terms.choose(better, item, best), terms.choose(better, other, key)
            return best
        if "default" in keywords:
            raise self.stop("`default=` beside `key=`")
        iteration = self.iteration_of(arguments[0])
        if iteration.items is not None:
            if not iteration.items:
                self.raises("ValueError")
                return terms.of(NoneValue())
            if len(iteration.items) == 1:
                self.key_of(by, iteration.items[0])
                return iteration.items[0]
            return self._extreme_by(symbol, list(iteration.items), by, {})
        low, high = iteration.low, iteration.high
        empty = terms.at_most(high, low)
        if not self.known(terms.no(empty)):
            self.trap(empty, "ValueError")
        place = self.fresh_int("at")
        best = iteration.item(place)

        def compared(symbol: str, one: Sym, other: Sym) -> Term:
            return self.comparison(symbol, self.key_of(by, one), self.key_of(by, other))

        with self.binding(low, high) as (at, domain):
            item = iteration.item(at)
            beaten, events = self.collected(lambda: compared(symbol, item, best))
            behind, more = self.collected(lambda: compared(symbol, best, item))
        if events or more:
            raise self.stop("`key=` that may raise")
        self.fact(z3.Implies(low < high, z3.And(low <= place, place < high)))
        self.fact(z3.ForAll([at], z3.Implies(domain, z3.Not(beaten))))
        self.fact(z3.ForAll([at], z3.Implies(z3.And(domain, at < place), behind)))
        return best

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


def _key(keywords: dict[str, core.Expression]) -> core.Lambda | None:
    by = keywords.get("key")
    return by if isinstance(by, core.Lambda) else None
