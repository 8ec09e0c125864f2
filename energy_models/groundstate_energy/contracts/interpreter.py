"""Runs the core: each node once becomes a closure, then an evaluation is a few calls of Python functions.

The values are Python's own (``values``), so that arithmetic, comparison and the exceptions they raise are CPython's. What
is interpreted is the core and nothing else: no text of the analysed program is compiled, imported or evaluated. Fuel
bounds every run, sizes are bounded, and what CPython leaves open (the order of a set, the identity of ints) ends the run
without a result.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from groundstate_energy.contracts import core, values
from groundstate_energy.contracts.core import Range, Unmodelled
from groundstate_energy.contracts.lowering import RESULT, passed
from groundstate_energy.contracts.module import EXCEPTIONS as _BUILTIN
from groundstate_energy.contracts.values import Exhausted, Failed, NotModelled, Raised, Violated

Frame = list[Any]
"""The values of a function's variables: anything that Python has; operations fail as Python's do."""
Run = Callable[[Frame], Any]

UNSET = object()
_BREAK = object()
_CONTINUE = object()
_RETURN = object()

FUEL = 20_000
"""Loop iterations, calls and comprehension items of one run."""
_DEEPEST_CALL = 40

_OPERATORS: dict[str, Callable[[Any, Any], object]] = {
    "+": values.add,
    "-": operator.sub,
    "*": values.multiply,
    "/": operator.truediv,
    "//": operator.floordiv,
    "%": values.modulo,
    "**": values.power,
    "&": operator.and_,
    "|": operator.or_,
    "^": operator.xor,
    "<<": values.shift_left,
    ">>": operator.rshift,
}
_IN_PLACE: dict[str, Callable[[Any, Any], object]] = {
    "|": operator.ior,
    "&": operator.iand,
    "-": operator.isub,
    "^": operator.ixor,
}
_UNARY: dict[str, Callable[[Any], object]] = {
    "-": operator.neg,
    "+": operator.pos,
    "~": operator.invert,
    "not": operator.not_,
}
_COMPARE: dict[str, Callable[[Any, Any], object]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
    "in": lambda left, right: left in right,
    "not in": lambda left, right: left not in right,
    "is": values.identical,
    "is not": lambda left, right: not values.identical(left, right),
}
_CLASSES = {
    "int": int,
    "bool": bool,
    "float": float,
    "str": str,
    "list": list,
    "tuple": tuple,
    "dict": dict,
    "set": set,
}


@dataclass(slots=True)
class Outcome:
    """How a run ended.

    ``exception``: the class of what left the function, or empty; ``raised``: by a ``raise`` statement; ``clause``: of the
    assert that failed, or -1; ``where``: what raised it, known when traced.
    """

    value: object = None
    exception: str = ""
    raised: bool = False
    clause: int = -1
    where: Range | None = None


@dataclass(slots=True)
class Trace:
    """The statements that a run passed, in order, and where its first uncaught exception began."""

    path: list[Range] = field(default_factory=list)
    raised_at: Range | None = None
    depth: int = 0


LoopProbe = Callable[[str, int, Frame, int, object], None]


class Compiled:
    """A function of a program as closures.

    Args:
        program: the function with what it calls.
        name: which of them.
        trace: keeps the path; slower.
        probe: called at each head of a loop of this function with (function, loop number, frame, iterations done, what is
            gone through).
    """

    def __init__(
        self,
        program: core.Program,
        name: str | None = None,
        trace: Trace | None = None,
        probe: LoopProbe | None = None,
        _shared: dict[str, Compiled] | None = None,
    ) -> None:
        self.program = program
        self.function = program.functions[name or program.main]
        self.trace = trace
        self.probe = probe
        self.slots: dict[str, int] = {}
        self.fuel: list[int] = [0]
        self.depth: list[int] = [0]
        self.compiled = _shared if _shared is not None else {}
        if self.compiled:
            first = next(iter(self.compiled.values()))
            self.fuel, self.depth = first.fuel, first.depth
        self.compiled[self.function.name] = self
        for parameter in self.function.parameters:
            self.slot(parameter.name)
        self.passed = [self.slot(passed(parameter.name)) for parameter in self.function.parameters]
        self.result = self.slot(RESULT)
        self.body = self.block(self.function.body)
        self.olds = [
            (self.slot(old.name), self.expression(old.expression), old.copied) for old in self.function.olds
        ]
        self.conditions = {
            condition.index: self.expression(condition.expression)
            for condition in self.function.conditions
            if condition.expression is not None
        }

    def slot(self, name: str) -> int:
        return self.slots.setdefault(name, len(self.slots))

    # Running

    def frame(self, arguments: tuple[object, ...]) -> Frame:
        """The variables at the call; raises ``NotModelled`` for arguments of another version of the function."""
        if len(arguments) != len(self.passed):
            raise NotModelled
        frame: Frame = [UNSET] * len(self.slots)
        frame[: len(arguments)] = arguments
        for place, value in zip(self.passed, arguments, strict=True):
            frame[place] = value
        return frame

    def refuel(self, fuel: int = FUEL) -> None:
        self.fuel[0] = fuel
        self.depth[0] = 0

    def run(self, frame: Frame) -> Outcome:
        """Run the body; raises ``Exhausted``, ``NotModelled``, ``Violated``, ``Unmodelled``."""
        try:
            signal = self.body(frame)
        except Exception as error:
            if isinstance(error, RecursionError | MemoryError):
                raise Exhausted from error
            if isinstance(error, Unmodelled):
                raise
            return Outcome(
                None,
                values.exception_name(error),
                isinstance(error, Raised),
                error.clause if isinstance(error, Failed) else -1,
                self.trace.raised_at if self.trace else None,
            )
        value = frame[self.result] if signal is _RETURN else None
        frame[self.result] = value
        return Outcome(value)

    def take_olds(self, frame: Frame) -> None:
        """Keep the values before the call; raises what their expressions raise."""
        for place, expression, is_copied in self.olds:
            value = expression(frame)
            frame[place] = values.copied(value) if is_copied else value

    def holds(self, index: int, frame: Frame) -> bool:
        """Whether a condition holds; raises what its expression raises."""
        return bool(self.conditions[index](frame))

    # Statements

    def block(self, statements: tuple[core.Statement, ...]) -> Run:
        runs = tuple(self.statement(statement) for statement in statements)
        if len(runs) == 1:
            return runs[0]

        def block(frame: Frame) -> object:
            for run in runs:
                signal = run(frame)
                if signal is not None:
                    return signal
            return None

        return block

    def statement(self, statement: core.Statement) -> Run:
        run = self._statement(statement)
        trace = self.trace
        if trace is None:
            return run
        at = statement.at

        def traced(frame: Frame) -> object:
            if trace.depth == 0 and len(trace.path) < 10_000:
                trace.path.append(at)
            try:
                return run(frame)
            except Exception:
                if trace.raised_at is None:
                    trace.raised_at = at
                raise

        return traced

    def _statement(self, statement: core.Statement) -> Run:
        match statement:
            case core.Assign():
                return self.assign(statement)
            case core.Augment():
                return self.augment(statement)
            case core.Evaluate(expression):
                evaluate = self.expression(expression)

                def run(frame: Frame) -> object:
                    evaluate(frame)
                    return None

                return run
            case core.Return(value):
                evaluate = self.expression(value)
                place = self.result

                def give(frame: Frame) -> object:
                    frame[place] = evaluate(frame)
                    return _RETURN

                return give
            case core.If():
                condition = self.expression(statement.condition)
                then, otherwise = self.block(statement.then), self.block(statement.otherwise)
                return lambda frame: then(frame) if condition(frame) else otherwise(frame)
            case core.While():
                return self.loop_while(statement)
            case core.For():
                return self.loop_for(statement)
            case core.Break():
                return lambda frame: _BREAK
            case core.Continue():
                return lambda frame: _CONTINUE
            case core.Raise():
                return self.raising(statement)
            case core.Assert():
                condition = self.expression(statement.condition)
                clause = statement.clause
                if statement.role == "requires":
                    return self.precondition(condition)

                def check(frame: Frame) -> object:
                    if not condition(frame):
                        raise Failed(clause)
                    return None

                return check
            case core.Try():
                return self.trying(statement)

    def precondition(self, condition: Run) -> Run:
        def check(frame: Frame) -> object:
            try:
                held = condition(frame)
            except Exception as error:
                if isinstance(error, RecursionError | MemoryError):
                    raise Exhausted from error
                raise Violated from error
            if not held:
                raise Violated
            return None

        return check

    def assign(self, statement: core.Assign) -> Run:
        value = self.expression(statement.value)
        if len(statement.targets) == 1 and isinstance(statement.targets[0], core.Name):
            place = self.slot(statement.targets[0].name)

            def simple(frame: Frame) -> object:
                frame[place] = value(frame)
                return None

            return simple
        stores = [self.store(target) for target in statement.targets]

        def assign(frame: Frame) -> object:
            result = value(frame)
            for store in stores:
                store(frame, result)
            return None

        return assign

    def store(self, target: core.Target) -> Callable[[Frame, object], None]:
        if isinstance(target, core.Name):
            place = self.slot(target.name)

            def name(frame: Frame, value: object) -> None:
                frame[place] = value

            return name
        if isinstance(target, core.Subscript):
            container, index = self.expression(target.value), self.expression(target.index)

            def item(frame: Frame, value: object) -> None:
                into = container(frame)
                into[index(frame)] = value

            return item
        stores = [self.store(inner) for inner in target.targets]
        count = len(stores)

        def unpack(frame: Frame, value: object) -> None:
            items = list(values.ordered(values.bounded(value)))
            if len(items) != count:
                raise ValueError("unpacking a different number of values")
            for store, inner in zip(stores, items, strict=True):
                store(frame, inner)

        return unpack

    def augment(self, statement: core.Augment) -> Run:
        value = self.expression(statement.value)
        symbol = statement.operator
        apply = _OPERATORS[symbol]
        in_place = _IN_PLACE.get(symbol)

        def combined(before: Any, other: Any) -> object:
            if isinstance(before, list):
                if symbol == "+":
                    values.call_method("extend", before, [other])
                    return before
                if symbol == "*":
                    values.multiply(before, other)
                    before *= other
                    return before
            if in_place is not None and isinstance(before, set | dict):
                return in_place(before, other)
            return apply(before, other)

        if isinstance(statement.target, core.Name):
            place = self.slot(statement.target.name)

            def name(frame: Frame) -> object:
                before = frame[place]
                if before is UNSET:
                    raise UnboundLocalError
                frame[place] = combined(before, value(frame))
                return None

            return name
        container, index = self.expression(statement.target.value), self.expression(statement.target.index)

        def item(frame: Frame) -> object:
            into = container(frame)
            at = index(frame)
            before = into[at]
            into[at] = combined(before, value(frame))
            return None

        return item

    def loop_while(self, statement: core.While) -> Run:
        condition = self.expression(statement.condition)
        body, otherwise = self.block(statement.body), self.block(statement.otherwise)
        fuel = self.fuel
        probe, number, name = self.probe, statement.number, self.function.name

        def loop(frame: Frame) -> object:
            count = 0
            while True:
                if probe is not None:
                    probe(name, number, frame, count, None)
                if not condition(frame):
                    return otherwise(frame)
                fuel[0] -= 1
                if fuel[0] < 0:
                    raise Exhausted
                signal = body(frame)
                count += 1
                if signal is not None:
                    if signal is _BREAK:
                        return None
                    if signal is _RETURN:
                        return signal

        return loop

    def loop_for(self, statement: core.For) -> Run:
        iterable = self.expression(statement.iterable)
        store = self.store(statement.target)
        body, otherwise = self.block(statement.body), self.block(statement.otherwise)
        fuel = self.fuel
        probe, number, name = self.probe, statement.number, self.function.name

        def loop(frame: Frame) -> object:
            gone_through = values.ordered(iterable(frame))
            count = 0
            iterator = iter(gone_through)
            while True:
                if probe is not None:
                    probe(name, number, frame, count, gone_through)
                try:
                    item = next(iterator)
                except StopIteration:
                    break
                fuel[0] -= 1
                if fuel[0] < 0:
                    raise Exhausted
                store(frame, item)
                signal = body(frame)
                count += 1
                if signal is not None:
                    if signal is _BREAK:
                        return None
                    if signal is _RETURN:
                        return signal
            return otherwise(frame)

        return loop

    def raising(self, statement: core.Raise) -> Run:
        name = statement.exception
        arguments = [self.expression(argument) for argument in statement.arguments]
        if name is None:

            def again(frame: Frame) -> object:
                raise NotModelled

            return again

        def run(frame: Frame) -> object:
            for argument in arguments:
                argument(frame)
            raise Raised(name)

        return run

    def trying(self, statement: core.Try) -> Run:
        body, otherwise = self.block(statement.body), self.block(statement.otherwise)
        handlers = [(handler.exceptions, self.block(handler.body)) for handler in statement.handlers]
        final = self.block(statement.final)
        trace = self.trace

        def attempt(frame: Frame) -> object:
            try:
                signal = body(frame)
            except Exception as error:
                if isinstance(error, RecursionError | MemoryError):
                    raise Exhausted from error
                if isinstance(error, Unmodelled):
                    raise
                name = values.exception_name(error)
                classes = (name, *self.above(name))
                for exceptions, handler in handlers:
                    if not exceptions or any(item in classes for item in exceptions):
                        if trace is not None:
                            trace.raised_at = None
                        return handler(frame)
                raise
            return otherwise(frame) if signal is None else signal

        if not statement.final:
            return attempt

        def run(frame: Frame) -> object:
            try:
                signal = attempt(frame)
            except Exception:
                late = final(frame)
                if late is None:
                    raise
                return late
            kept = frame[self.result]
            late = final(frame)
            if late is not None:
                return late
            if signal is _RETURN:
                frame[self.result] = kept
            return signal

        return run

    def above(self, name: str) -> tuple[str, ...]:
        return self.program.exceptions.get(name) or _BUILTIN.get(name, ("Exception", "BaseException"))

    # Expressions

    def expression(self, expression: core.Expression) -> Run:
        match expression:
            case core.Const(value):
                return lambda frame: value
            case core.Name(name):
                return self.read(name)
            case core.Unary(symbol, operand):
                inner = self.expression(operand)
                if symbol == "not":
                    return lambda frame: not inner(frame)
                apply = _UNARY[symbol]
                return lambda frame: apply(inner(frame))
            case core.Binary():
                return self.binary(expression)
            case core.Compare():
                return self.compare(expression)
            case core.Logical(symbol, operands):
                return self.logical(symbol, [self.expression(operand) for operand in operands])
            case core.Conditional():
                condition = self.expression(expression.condition)
                then, otherwise = self.expression(expression.then), self.expression(expression.otherwise)
                return lambda frame: then(frame) if condition(frame) else otherwise(frame)
            case core.Display(kind, items):
                return self.display(kind, [self.expression(item) for item in items])
            case core.Subscript(container, index):
                held, at = self.expression(container), self.expression(index)
                return lambda frame: held(frame)[at(frame)]
            case core.Slice():
                parts = [
                    self.expression(part) if part is not None else None
                    for part in expression_bounds(expression)
                ]
                sliced = self.expression(expression.value)

                def cut(frame: Frame) -> object:
                    container = sliced(frame)
                    bounds = [part(frame) if part is not None else None for part in parts]
                    return container[slice(*bounds)]

                return cut
            case core.Builtin():
                return self.builtin(expression)
            case core.Method(name, receiver, arguments):
                owner = self.expression(receiver)
                given = [self.expression(argument) for argument in arguments]
                call = values.call_method
                return lambda frame: call(name, owner(frame), [argument(frame) for argument in given])
            case core.Call():
                return self.call(expression)
            case core.Comprehension():
                return self.comprehension(expression)
            case core.Lambda():
                return self.function_of_one(expression)
            case core.Formatted(parts):
                pieces = [self.expression(part) for part in parts]
                return lambda frame: _format([piece(frame) for piece in pieces])
            case core.Walrus(name, assigned):
                place, inner = self.slot(name), self.expression(assigned)

                def keep(frame: Frame) -> object:
                    frame[place] = result = inner(frame)
                    return result

                return keep

    def read(self, name: str) -> Run:
        place = self.slot(name)

        def read(frame: Frame) -> object:
            value = frame[place]
            if value is UNSET:
                raise UnboundLocalError
            return value

        return read

    def binary(self, expression: core.Binary) -> Run:
        left, right = self.expression(expression.left), self.expression(expression.right)
        apply = _OPERATORS[expression.operator]
        if expression.operator == "+":
            largest = values.LARGEST

            def plus(frame: Frame) -> object:
                one, other = left(frame), right(frame)
                if type(one) is int and type(other) is int:
                    result = one + other
                    if -largest < result < largest:
                        return result
                    raise Exhausted
                return apply(one, other)

            return plus
        return lambda frame: apply(left(frame), right(frame))

    def compare(self, expression: core.Compare) -> Run:
        first = self.expression(expression.first)
        rest = [(_COMPARE[symbol], self.expression(operand)) for symbol, operand in expression.rest]
        if len(rest) == 1:
            apply, second = rest[0]
            return lambda frame: apply(first(frame), second(frame))

        def chain(frame: Frame) -> object:
            left = first(frame)
            result: object = True
            for apply, operand in rest:
                right = operand(frame)
                result = apply(left, right)
                if not result:
                    return result
                left = right
            return result

        return chain

    def logical(self, symbol: str, operands: list[Run]) -> Run:
        last = operands[-1]
        before = operands[:-1]
        if symbol == "and":

            def both(frame: Frame) -> object:
                for operand in before:
                    value = operand(frame)
                    if not value:
                        return value
                return last(frame)

            return both

        def either(frame: Frame) -> object:
            for operand in before:
                value = operand(frame)
                if value:
                    return value
            return last(frame)

        return either

    def display(self, kind: str, items: list[Run]) -> Run:
        if kind == "tuple":
            return lambda frame: tuple([item(frame) for item in items])
        if kind == "list":
            return lambda frame: [item(frame) for item in items]
        if kind == "set":
            return lambda frame: {item(frame) for item in items}
        pairs = list(zip(items[::2], items[1::2], strict=True))
        return lambda frame: {key(frame): value(frame) for key, value in pairs}

    def builtin(self, expression: core.Builtin) -> Run:
        name = expression.name
        arguments = [self.expression(argument) for argument in expression.arguments]
        keywords = [(key, self.expression(value)) for key, value in expression.keywords]
        if name == "isinstance":
            kinds = expression.arguments[1]
            assert isinstance(kinds, core.Const)
            assert isinstance(kinds.value, tuple)
            classes = tuple(_CLASSES[str(item)] for item in kinds.value)
            value = arguments[0]
            return lambda frame: isinstance(value(frame), classes)
        function = _FUNCTIONS[name]
        if not keywords and len(arguments) == 1:
            only = arguments[0]
            return lambda frame: function(only(frame))
        if not keywords:
            return lambda frame: function(*[argument(frame) for argument in arguments])
        return lambda frame: function(
            *[argument(frame) for argument in arguments], **{key: value(frame) for key, value in keywords}
        )

    def call(self, expression: core.Call) -> Run:
        if expression.function not in self.compiled:
            Compiled(self.program, expression.function, self.trace, None, self.compiled)
        callee = self.compiled[expression.function]
        arguments = [
            self.expression(argument) if argument is not None else _default(parameter)
            for argument, parameter in zip(expression.arguments, callee.function.parameters, strict=True)
        ]
        fuel, depth, trace = self.fuel, self.depth, self.trace
        preconditions = [
            condition.index for condition in callee.function.conditions if condition.moment == "entry"
        ]

        def call(frame: Frame) -> object:
            fuel[0] -= 1
            if fuel[0] < 0 or depth[0] > _DEEPEST_CALL:
                raise Exhausted
            inner = callee.frame(tuple([argument(frame) for argument in arguments]))
            depth[0] += 1
            if trace is not None:
                trace.depth += 1
            try:
                for index in preconditions:
                    if not callee.holds(index, inner):
                        raise Failed(-1)
                signal = callee.body(inner)
            except Violated as error:
                raise Failed(-1) from error
            except Failed as error:
                error.clause = -1
                raise
            finally:
                depth[0] -= 1
                if trace is not None:
                    trace.depth -= 1
            return inner[callee.result] if signal is _RETURN else None

        return call

    def function_of_one(self, expression: core.Lambda) -> Run:
        """A function that reads the variables around it when it is called."""
        place = self.slot(expression.parameter.name)
        body = self.expression(expression.body)
        fuel = self.fuel

        def make(frame: Frame) -> object:
            def call(value: object) -> object:
                fuel[0] -= 1
                if fuel[0] < 0:
                    raise Exhausted
                frame[place] = value
                return body(frame)

            return call

        return make

    def comprehension(self, expression: core.Comprehension) -> Run:
        steps = [
            (
                self.expression(clause.iterable),
                self.store(clause.target),
                [self.expression(condition) for condition in clause.conditions],
            )
            for clause in expression.clauses
        ]
        element = self.expression(expression.element)
        fuel = self.fuel

        def items(frame: Frame, level: int, source: object) -> Iterator[Any]:
            _, store, conditions = steps[level]
            for item in values.ordered(source):
                fuel[0] -= 1
                if fuel[0] < 0:
                    raise Exhausted
                store(frame, item)
                for condition in conditions:
                    if not condition(frame):
                        break
                else:
                    if level + 1 < len(steps):
                        yield from items(frame, level + 1, steps[level + 1][0](frame))
                    else:
                        yield element(frame)

        first = steps[0][0]
        kind = expression.kind
        if kind == "generator":
            return lambda frame: items(frame, 0, first(frame))
        if kind == "list":
            return lambda frame: list(items(frame, 0, first(frame)))
        if kind == "set":
            return lambda frame: set(items(frame, 0, first(frame)))
        return lambda frame: dict(items(frame, 0, first(frame)))


def expression_bounds(expression: core.Slice) -> tuple[core.Expression | None, ...]:
    return expression.lower, expression.upper, expression.step


def _default(parameter: core.Parameter) -> Run:
    assert isinstance(parameter.default, core.Const)
    value = parameter.default.value
    return lambda frame: value


def _format(parts: list[object]) -> str:
    text = "".join(str(values.bounded(part)) for part in parts)
    if len(text) > values.LONGEST:
        raise Exhausted
    return text


def _consuming(function: Callable[..., object], keeps_order: bool) -> Callable[..., object]:
    """A builtin that goes through its first argument. ``keeps_order``: its result tells the order."""

    def call(*arguments: object, **keywords: object) -> object:
        if len(arguments) >= 1:
            values.bounded(arguments[0])
            if keeps_order:
                values.ordered(arguments[0])
        return function(*arguments, **keywords)

    return call


def _scalar_text(function: Callable[..., object]) -> Callable[..., object]:
    def call(*arguments: object) -> object:
        for argument in arguments:
            values.bounded(argument)
            if isinstance(argument, set) and len(argument) > 1:
                raise NotModelled
        return function(*arguments)

    return call


def _sum(items: Iterable[Any], start: Any = 0) -> object:
    values.bounded(items)
    if isinstance(start, str):
        raise TypeError
    total = start
    floating = False
    for item in items:
        floating = floating or isinstance(item, float)
        total = values.add(total, item)
    if floating:
        raise NotModelled  # Python 3.12 adds floats with compensation, 3.11 does not
    return total


def _zip(*arguments: Iterable[object]) -> object:
    for argument in arguments:
        values.ordered(argument)
    return zip(*arguments, strict=False)


def _printed(*arguments: object) -> None:
    for argument in arguments:
        str(values.bounded(argument))


def _round(value: Any, digits: Any = None) -> object:
    if digits is not None and isinstance(digits, int) and abs(digits) > 400:
        raise Exhausted
    return round(value, digits) if digits is not None else round(value)


def _integer(*arguments: Any) -> object:
    if arguments and isinstance(arguments[0], str) and len(arguments[0]) > 4000:
        raise Exhausted
    return int(*arguments)


_FUNCTIONS: dict[str, Callable[..., object]] = {
    "abs": abs,
    "all": _consuming(all, False),
    "any": _consuming(any, False),
    "bool": bool,
    "chr": chr,
    "dict": _consuming(dict, True),
    "divmod": divmod,
    "enumerate": _consuming(enumerate, True),
    "float": float,
    "int": _integer,
    "len": len,
    "list": _consuming(list, True),
    "max": _consuming(max, False),
    "min": _consuming(min, False),
    "ord": ord,
    "pow": values.power,
    "print": _printed,
    "range": range,
    "repr": _scalar_text(repr),
    "reversed": _consuming(reversed, True),
    "round": _round,
    "set": _consuming(set, False),
    "sorted": _consuming(sorted, False),
    "str": _scalar_text(str),
    "sum": _sum,
    "tuple": _consuming(tuple, True),
    "zip": _zip,
}
