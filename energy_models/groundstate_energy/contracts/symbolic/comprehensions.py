"""Comprehensions as lists and as quantified conditions."""

from __future__ import annotations

from dataclasses import replace

import z3

from groundstate_energy.contracts import core
from groundstate_energy.contracts.core import Type
from groundstate_energy.contracts.symbolic.aggregates import Aggregates
from groundstate_energy.contracts.symbolic.state import Iteration
from groundstate_energy.contracts.symbols import IntValue, Sequence, Sym, Term, is_false


class Comprehensions(Aggregates):
    """What comprehensions build."""

    def quantified(self, is_all: bool, comprehension: core.Comprehension, level: int = 0) -> Term:
        """``all(…)`` or ``any(…)`` of a comprehension."""
        terms = self.terms
        clause = comprehension.clauses[level]
        iteration = self.iteration(clause.iterable)

        def inside(item: Sym) -> Term:
            self.bind(clause.target, item)
            chosen = terms.true
            for condition in clause.conditions:
                with self.under(chosen):
                    chosen = terms.both(chosen, self.condition(condition))
            with self.under(chosen):
                if level + 1 < len(comprehension.clauses):
                    inner = self.quantified(is_all, comprehension, level + 1)
                else:
                    inner = self.condition(comprehension.element)
            return terms.implies(chosen, inner) if is_all else terms.both(chosen, inner)

        items = self.known_items(iteration)
        if items is not None:
            result = terms.boolean(is_all)
            for item in items:
                going = result if is_all else terms.no(result)
                with self.under(going):
                    inner = inside(item)
                result = terms.both(result, inner) if is_all else terms.either(result, inner)
            return result
        with self.binding(iteration.low, iteration.high) as (at, domain):
            inner, events = self.collected(lambda: inside(iteration.item(at)))
            trapped = terms.either(*(event.condition for event in events if event.exception))
            clear = terms.no(trapped)
            inner = terms.both(clear, inner)
            if is_all:
                result = terms.for_all(at, domain, inner)
            else:
                result = terms.there_is(at, domain, inner)
            anywhere = terms.there_is(at, domain, trapped)
        if not is_false(anywhere):
            exception = next(event.exception for event in events if event.exception)
            self.trap(anywhere, exception, exact=False)
        return result

    def iteration(self, expression: core.Expression) -> Iteration:
        """What a loop or comprehension goes through."""
        terms = self.terms
        if isinstance(expression, core.Builtin) and not expression.keywords:
            name, arguments = expression.name, expression.arguments
            if name == "enumerate" and len(arguments) in (1, 2):
                inner = self.iteration(arguments[0])
                start = terms.zero
                if len(arguments) == 2:
                    given = self.evaluate(arguments[1]).only
                    if not isinstance(given, IntValue):
                        raise self.stop("enumerate")
                    start = given.term
                return self._enumerated(inner, start)
            if name == "zip" and arguments:
                return self._zipped([self.iteration(argument) for argument in arguments])
            if name == "reversed" and len(arguments) == 1:
                inner = self.iteration(arguments[0])
                if inner.items is not None:
                    return replace(inner, items=inner.items[::-1])
                last = terms.subtract(terms.add(inner.low, inner.high), terms.one)
                return replace(inner, item=lambda at: inner.item(terms.subtract(last, at)))
        return self.iteration_of(self.evaluate(expression))

    def comprehension(self, expression: core.Comprehension) -> Sym:
        if expression.kind not in ("list", "generator"):
            raise self.stop(f"{expression.kind} comprehension")
        return self.new_list(self.built(expression))

    def built(self, expression: core.Comprehension) -> Sequence:
        """The list that a comprehension makes."""
        terms = self.terms
        if len(expression.clauses) != 1:
            raise self.stop("comprehension with several loops")
        clause = expression.clauses[0]
        iteration = self.iteration(clause.iterable)
        items = self.known_items(iteration)
        if items is not None and not clause.conditions:
            made: list[Sym] = []
            for item in items:
                self.bind(clause.target, item)
                made.append(self.evaluate(expression.element))
            return self.sequence_of(made, "list")
        iteration = self._opened(iteration)
        low, high = iteration.low, iteration.high
        with self.binding(low, high) as (at, domain):

            def inside() -> Term:
                self.bind(clause.target, iteration.item(at))
                chosen = terms.true
                for condition in clause.conditions:
                    with self.under(chosen):
                        chosen = terms.both(chosen, self.condition(condition))
                with self.under(chosen):
                    self._element = self.frozen(self.evaluate(expression.element))
                return chosen

            chosen, events = self.collected(inside)
            value = self._element
            trapped = terms.either(*(event.condition for event in events if event.exception))
            anywhere = terms.there_is(at, domain, trapped)
            element = terms.type_of(value)
            if element is None:
                raise self.stop("list of such values")
            term = terms.encode(value, element)
            if term is None:
                raise self.stop("list of such values")
            made_array = terms.array_of(at, term)
            counted = terms.array_of(at, z3.If(chosen, terms.one, terms.zero))
        if not is_false(anywhere):
            exception = next(event.exception for event in events if event.exception)
            self.trap(anywhere, exception, exact=False)
        count = terms.subtract(high, low)
        if not clause.conditions:
            return Sequence("list", element, made_array, low, self.simpler(count >= 0, count, terms.zero))
        return self._filtered(made_array, counted, element, low, high)

    def _filtered(self, items: Term, counted: Term, element: Type, low: Term, high: Term) -> Sequence:
        """Those ``items`` for which ``counted`` is 1, in order: ``source`` says where each comes from."""
        terms = self.terms
        key = self._key("filtered", items, counted, low, high)
        length = self.total(counted, low, high, of_conditions=True)
        ints = z3.IntSort(terms.ctx)
        if key in self._cache:
            found = self._cache[key].only
            assert isinstance(found, Sequence)
            return found
        array = self.fresh(z3.ArraySort(ints, terms.sort(element)), "a")
        source = self.fresh(z3.ArraySort(ints, ints), "s")
        target = self.fresh(z3.ArraySort(ints, ints), "s")
        j, i = terms.fresh_int("j"), terms.fresh_int("j")
        inside = z3.And(j >= 0, j < length)
        from_source = z3.And(
            source[j] >= low, source[j] < high, counted[source[j]] == 1, array[j] == items[source[j]]
        )
        self.fact(z3.ForAll([j], z3.Implies(inside, from_source)))
        chosen = z3.And(i >= low, i < high, counted[i] == 1)
        into = z3.And(target[i] >= 0, target[i] < length, source[target[i]] == i)
        self.fact(z3.ForAll([i], z3.Implies(chosen, into)))
        k = terms.fresh_int("j")
        ordered = z3.Implies(z3.And(j >= 0, j < k, k < length), source[j] < source[k])
        self.fact(z3.ForAll([j, k], ordered))
        result = Sequence("list", element, array, terms.zero, length)
        self._cache[key] = terms.of(result)
        return result
