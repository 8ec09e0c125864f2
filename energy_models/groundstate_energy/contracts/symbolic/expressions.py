"""Expressions of the core as z3 terms, with the condition of every exception that they may raise.

What cannot be said exactly is either weakened, so that what is proved holds all the more (a result of which only some facts
are known), or ``Unmodelled``. Nothing is ever assumed that need not hold.
"""

from __future__ import annotations

import z3

from groundstate_energy.contracts import core
from groundstate_energy.contracts.symbolic.builtin_calls import Builtins
from groundstate_energy.contracts.symbols import (
    BoolValue,
    IntValue,
    NoneValue,
    StrValue,
    Sym,
    Term,
    Unset,
    is_false,
    is_number,
    is_true,
)


class Expressions(Builtins):
    """Evaluates expressions in ``state``; what may go wrong is left in ``events``, in order."""

    def _evaluate(self, expression: core.Expression) -> Sym:
        terms = self.terms
        match expression:
            case core.Const(value):
                return self.constant(value)
            case core.Name(name):
                return self.read(name)
            case core.Unary():
                return self.unary(expression)
            case core.Binary(symbol, left, right):
                one = self.evaluate(left)
                return self.arithmetic(symbol, one, self.evaluate(right))
            case core.Compare():
                return self.compare(expression)
            case core.Logical():
                return self.logical(expression)
            case core.Conditional():
                condition = self.condition(expression.condition)
                with self.under(condition):
                    then = self.evaluate(expression.then) if not is_false(condition) else None
                with self.under(terms.no(condition)):
                    otherwise = self.evaluate(expression.otherwise) if not is_true(condition) else None
                if then is None or otherwise is None:
                    chosen = then or otherwise
                    assert chosen is not None
                    return chosen
                return terms.choose(condition, then, otherwise)
            case core.Display(kind, items):
                return self.display(kind, [self.evaluate(item) for item in items])
            case core.Subscript(container, index):
                held = self.evaluate(container)
                return self.subscript(held, self.evaluate(index))
            case core.Slice():
                return self.slice(expression)
            case core.Builtin():
                return self.builtin(expression)
            case core.Method():
                return self.method(expression)
            case core.Call():
                return self.call(expression)
            case core.Comprehension():
                return self.comprehension(expression)
            case core.Lambda():
                raise self.stop("lambda as a value")
            case core.Formatted(parts):
                written = [self.each(self.evaluate(part), self.written) for part in parts]
                result = terms.of(StrValue(self.text("")))
                for text in written:
                    result = self.arithmetic("+", result, text)
                return result
            case core.Walrus(name, value):
                result = self.evaluate(value)
                known = self.state.names.get(name, terms.of(Unset()))
                self.state.names[name] = terms.choose(self.guard, result, known)
                return result

    def unary(self, expression: core.Unary) -> Sym:
        operand = self.evaluate(expression.operand)
        if expression.operator == "not":
            return self.bool_of(self.terms.no(self.truth(operand)))
        return self.each(operand, lambda value: self._unary(expression.operator, value))

    def compare(self, expression: core.Compare) -> Sym:
        terms = self.terms
        left = self.evaluate(expression.first)
        held = terms.true
        for symbol, operand in expression.rest:
            with self.under(held):
                right = self.evaluate(operand)
                held = terms.both(held, self.comparison(symbol, left, right))
            left = right
        return self.bool_of(held)

    def logical(self, expression: core.Logical) -> Sym:
        terms = self.terms
        going = terms.true
        parts: list[tuple[Term, Sym]] = []
        last = len(expression.operands) - 1
        for place, operand in enumerate(expression.operands):
            with self.under(going):
                value = self.evaluate(operand)
                if place == last:
                    parts.append((going, value))
                    break
                true = self.truth(value)
                stops = terms.no(true) if expression.operator == "and" else true
                parts.append((terms.both(going, stops), value))
                going = terms.both(going, terms.no(stops))
                if is_false(going):
                    break
        if all(isinstance(sym.only, BoolValue) for _, sym in parts):
            bools = [self.truth(sym) for _, sym in parts]
            join = terms.both if expression.operator == "and" else terms.either
            return self.bool_of(join(*bools))
        return terms.collect(parts)

    def slice(self, expression: core.Slice) -> Sym:
        container = self.evaluate(expression.value)
        bounds = [
            self.evaluate(bound) if bound is not None else None
            for bound in (expression.lower, expression.upper, expression.step)
        ]
        step = 1
        if bounds[2] is not None and not isinstance(bounds[2].only, NoneValue):
            only = bounds[2].only
            if not isinstance(only, IntValue) or not is_number(z3.simplify(only.term)):
                raise self.stop("slice with such a step")
            step = z3.simplify(only.term).as_long()
        if step == -1 and bounds[0] is None and bounds[1] is None:
            return self.each(container, self._reversed)
        if step != 1:
            raise self.stop("slice with such a step")
        return self.each(container, lambda value: self._slice(value, bounds[0], bounds[1]))
