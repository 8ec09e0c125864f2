"""Candidates for loop invariants and termination measures, in the core.

They come from the asserts at the head of a loop, the postconditions with what was gone through put for the whole, bounds of
counters, and the shapes that loops are written in. Runs of the function on sample arguments throw out at once what does not
hold; what remains is a guess until it is shown by induction.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator

from groundstate_energy.contracts import core, values
from groundstate_energy.contracts.core import Unmodelled
from groundstate_energy.contracts.interpreter import Compiled, Frame, Run
from groundstate_energy.contracts.lowering import RESULT
from groundstate_energy.contracts.values import Exhausted, NotModelled, Violated

_MOST_CANDIDATES = 600
_MOST_KEPT = 40
_SAMPLE_FUEL = 600


def counter(number: int) -> str:
    """The variable that counts the finished iterations of a loop."""
    return f"@k{number}"


def premise(number: int, name: str) -> str:
    """The variable that holds what ``name`` was when the loop was reached."""
    return f"@pre{number}.{name}"


class Loops:
    """The loops of a program, and what may be invariant in them.

    Args:
        samples: arguments of the main function on which candidates are tried.
    """

    def __init__(self, program: core.Program, samples: Iterable[tuple[object, ...]]) -> None:
        self.program = program
        self.samples = list(samples)
        self._candidates: dict[tuple[str, int], list[core.Expression]] = {}
        self._loops = {
            (name, node.number): node
            for name, function in program.functions.items()
            for node in core.walk(function.body)
            if isinstance(node, core.While | core.For)
        }

    def candidates(self, function: str, number: int) -> list[core.Expression]:
        """What may hold at each head of a loop, and did on the samples."""
        if not self._candidates:
            guessed = {
                key: _limited(Guesses(self.program.functions[key[0]], loop, self._within(key)).all())
                for key, loop in self._loops.items()
            }
            self._candidates = self._surviving(guessed)
        return self._candidates.get((function, number), [])

    def measures(self, function: str, number: int) -> list[core.Expression]:
        """What may become smaller with each iteration of a ``while`` loop."""
        loop = self._loops[(function, number)]
        return list(
            Guesses(self.program.functions[function], loop, self._within((function, number))).measures()
        )

    def _within(self, key: tuple[str, int]) -> list[core.While | core.For]:
        """The loops around a loop, the outermost first."""
        at = self._loops[key]
        return [
            loop
            for (name, number), loop in sorted(self._loops.items(), key=lambda item: item[0])
            if name == key[0] and number != key[1] and any(node is at for node in core.walk(loop.body))
        ]

    def _surviving(
        self, guessed: dict[tuple[str, int], list[core.Expression]]
    ) -> dict[tuple[str, int], list[core.Expression]]:
        alive = {key: dict(enumerate(candidates)) for key, candidates in guessed.items()}
        reached: dict[tuple[str, int], int] = dict.fromkeys(alive, 0)
        main = self.program.main

        def probe(name: str, number: int, frame: Frame, count: int, gone_through: object) -> None:
            key = (name, number)
            if key not in alive:
                return
            reached[key] += 1
            frame[compiled.slot(counter(number))] = count
            if count == 0:
                for variable in premises[number]:
                    frame[compiled.slot(premise(number, variable))] = values.copied(
                        frame[compiled.slot(variable)]
                    )
            fuel = compiled.fuel[0]
            for index in list(alive[key]):
                compiled.fuel[0] = _SAMPLE_FUEL
                try:
                    holds = runs[key][index](frame)
                except (Exhausted, NotModelled):
                    continue
                except Exception:
                    holds = False
                if not holds:
                    del alive[key][index]
            compiled.fuel[0] = fuel

        compiled = Compiled(self.program, probe=probe)
        premises: dict[int, list[str]] = {}
        runs: dict[tuple[str, int], dict[int, Run]] = {}
        for key in alive:
            if key[0] != main:
                continue
            prefix = premise(key[1], "")
            names = {name for item in guessed[key] for name in core.names_in(item) if name.startswith(prefix)}
            premises[key[1]] = sorted(name.removeprefix(prefix) for name in names)
            runs[key] = {index: compiled.expression(item) for index, item in alive[key].items()}
        for key in [key for key in alive if key[0] != main]:
            reached[key] = 1
        own = {key: value for key, value in alive.items() if key[0] == main}
        others = {key: value for key, value in alive.items() if key[0] != main}
        alive = own
        for arguments in self.samples:
            given = values.copied(arguments)
            assert isinstance(given, tuple)
            compiled.refuel(2_000)
            frame = compiled.frame(given)
            try:
                compiled.take_olds(frame)
                compiled.run(frame)
            except (Exhausted, NotModelled, Violated, Unmodelled, Exception):
                continue
        return {key: list(kept.values())[:_MOST_KEPT] for key, kept in {**own, **others}.items()}


def _limited(candidates: Iterator[core.Expression]) -> list[core.Expression]:
    found: dict[core.Expression, None] = {}
    for candidate in candidates:
        found[candidate] = None
        if len(found) >= _MOST_CANDIDATES:
            break
    return list(found)


def _int(value: int) -> core.Const:
    return core.Const(value)


def _compare(left: core.Expression, symbol: str, right: core.Expression) -> core.Expression:
    return core.Compare(left, ((symbol, right),))


def _length(value: core.Expression) -> core.Expression:
    return core.Builtin("len", (value,))


def _plus(left: core.Expression, right: core.Expression) -> core.Expression:
    if right == _int(0):
        return left
    if left == _int(0):
        return right
    return core.Binary("+", left, right)


def _minus(left: core.Expression, right: core.Expression) -> core.Expression:
    return left if right == _int(0) else core.Binary("-", left, right)


def _prefix(value: core.Expression, end: core.Expression) -> core.Expression:
    return core.Slice(value, None, end, None)


class Guesses:
    """Candidates for one loop, the likeliest first."""

    def __init__(
        self, function: core.Function, loop: core.While | core.For, around: list[core.While | core.For]
    ) -> None:
        self.function = function
        self.loop = loop
        self.around = around
        self.k = core.Name(counter(loop.number))
        self.assigned = core.assigned_in(loop.body)
        if isinstance(loop, core.While):
            self.assigned |= core.assigned_in(loop.condition)
        self.assigned = {name for name in self.assigned if "#" not in name}
        self.targets = core.target_names(loop.target) if isinstance(loop, core.For) else set()
        self.lists = [
            parameter.name
            for parameter in function.parameters
            if parameter.type is not None and parameter.type.name in ("list", "str", "tuple*")
        ]
        self.types = _local_types(function)
        self.next = self._next_targets()

    def all(self) -> Iterator[core.Expression]:
        yield from self.written()
        yield from self.from_postconditions()
        yield from self.exits()
        yield from self.built()
        yield from self.counters()
        yield from self.unchanged()
        yield from self.best_so_far()
        yield from self.pairs()

    # What the loop goes through

    def _next_targets(self) -> dict[str, core.Expression]:
        """The loop's variables as they will be in the next iteration, in terms of the counter."""
        if not isinstance(self.loop, core.For):
            return {}
        item = self._item(self.loop.iterable, self.k)
        return dict(_matched(self.loop.target, item)) if item is not None else {}

    def _item(self, iterable: core.Expression, at: core.Expression) -> core.Expression | None:
        if isinstance(iterable, core.Name):
            return core.Subscript(iterable, at) if iterable.name not in self.assigned else None
        if isinstance(iterable, core.Slice) and iterable.step is None and iterable.upper is None:
            lower = iterable.lower or _int(0)
            if self._is_fixed(iterable.value) and isinstance(lower, core.Const):
                return core.Subscript(iterable.value, _plus(at, lower))
        if isinstance(iterable, core.Builtin):
            arguments = iterable.arguments
            if iterable.name == "range" and 1 <= len(arguments) <= 3:
                start = arguments[0] if len(arguments) > 1 else _int(0)
                step = arguments[2] if len(arguments) == 3 else _int(1)
                if not self._is_fixed(start):
                    return None
                if step == _int(1):
                    return _plus(start, at)
                if isinstance(step, core.Unary | core.Const):
                    return _plus(start, core.Binary("*", step, at))
                return None
            if iterable.name == "enumerate" and len(arguments) == 1:
                inner = self._item(arguments[0], at)
                return core.Display("tuple", (at, inner)) if inner is not None else None
            if iterable.name == "zip":
                items = [self._item(argument, at) for argument in arguments]
                known = tuple(item for item in items if item is not None)
                return core.Display("tuple", known) if len(known) == len(items) else None
        return None

    def _is_fixed(self, expression: core.Expression) -> bool:
        return not core.names_in(expression) & (self.assigned | self.targets)

    def _gone_through(self) -> list[core.Name]:
        """The sequences that the loop goes through from their start, by name."""
        if not isinstance(self.loop, core.For):
            return []
        found: list[core.Name] = []
        stack: list[core.Expression] = [self.loop.iterable]
        while stack:
            at = stack.pop()
            if isinstance(at, core.Name) and at.name not in self.assigned:
                found.append(at)
            elif isinstance(at, core.Builtin) and at.name in ("enumerate", "zip"):
                stack.extend(at.arguments)
            elif (
                isinstance(at, core.Builtin)
                and at.name == "range"
                and len(at.arguments) == 1
                and isinstance(at.arguments[0], core.Builtin)
                and at.arguments[0].name == "len"
                and isinstance(at.arguments[0].arguments[0], core.Name)
            ):
                found.append(at.arguments[0].arguments[0])
        return found

    def _ints(self) -> list[str]:
        """The loop's int variables, as far as the text tells."""
        return sorted(name for name in self.assigned if self.types.get(name) == "int")

    # Where candidates come from

    def written(self) -> Iterator[core.Expression]:
        """Asserts at the head of the body, about the next iteration; and about it only if there is one."""
        going = self._going()
        for statement in self.loop.body:
            if not isinstance(statement, core.Assert):
                break
            for part in _conjuncts(statement.condition):
                condition = core.substituted(part, self.next)
                yield condition
                if going is not None:
                    yield core.Logical("or", (core.Unary("not", going), condition))
        if isinstance(self.loop, core.While):
            yield from self._relaxed(self.loop.condition)

    def _going(self) -> core.Expression | None:
        """Whether there is a next iteration."""
        if isinstance(self.loop, core.While):
            return self.loop.condition
        count = self._count(self.loop.iterable)
        return _compare(self.k, "<", count) if count is not None else None

    def _count(self, iterable: core.Expression) -> core.Expression | None:
        if isinstance(iterable, core.Name):
            return _length(iterable)
        if isinstance(iterable, core.Builtin):
            arguments = iterable.arguments
            if iterable.name == "range" and len(arguments) == 1:
                return arguments[0]
            if iterable.name == "range" and len(arguments) == 2:
                return _minus(arguments[1], arguments[0])
            if iterable.name == "enumerate":
                return self._count(arguments[0])
        return None

    def _relaxed(self, condition: core.Expression) -> Iterator[core.Expression]:
        """``a <= b`` for a loop that goes on while ``a < b``, ``a <= b + 1`` for one while ``a <= b``."""
        for part in _conjuncts(condition):
            if not isinstance(part, core.Compare) or len(part.rest) != 1:
                continue
            symbol, right = part.rest[0]
            left = part.first
            if symbol in ("<", "!="):
                yield _compare(left, "<=", right)
                yield _compare(left, "<=", _plus(right, _int(1)))
            if symbol in (">", "!="):
                yield _compare(left, ">=", right)
                yield _compare(left, ">=", _minus(right, _int(1)))
            if symbol == "<=":
                yield _compare(left, "<=", _plus(right, _int(1)))
                yield _compare(left, "<=", _plus(right, _int(2)))
            if symbol == ">=":
                yield _compare(left, ">=", _minus(right, _int(1)))
            yield _compare(left, ">=", _int(0))
            yield _compare(right, ">=", _int(0))

    def from_postconditions(self) -> Iterator[core.Expression]:
        """Postconditions about what would be returned now, of what was gone through so far."""
        results = [node.value for node in core.walk(self.function.body) if isinstance(node, core.Return)]
        claims: list[core.Expression] = []
        for condition in self.function.conditions:
            if condition.moment == "return" and condition.expression is not None:
                claims.extend(_conjuncts(condition.expression))
        for node in core.walk(self.function.body):
            if isinstance(node, core.Assert) and node.role in ("ensures", "assertion"):
                claims.extend(_conjuncts(node.condition))
        wholes = self._wholes()
        for claim in claims:
            versions = [claim]
            if RESULT in core.names_in(claim):
                versions = [core.substituted(claim, {RESULT: result}) for result in results]
            for version in versions:
                for whole in wholes:
                    yield core.substituted(version, whole)

    def _wholes(self) -> list[dict[str, core.Expression]]:
        """What may stand for the whole: the sequences up to where the loop is, the bound that it counts to."""
        found: list[dict[str, core.Expression]] = [{}]
        ends: list[core.Expression] = []
        if isinstance(self.loop, core.For):
            gone = self._gone_through()
            if gone:
                found.append(
                    {name: _prefix(core.Name(name), self.k) for item in gone for name in _both(item.name)}
                )
            start = self.next_index()
            if start is not None:
                ends = [start, _minus(start, _int(1))]
            ends.append(self.k)
            ends.append(_plus(self.k, _int(1)))
            for loop in self.around:
                ends.append(core.Name(counter(loop.number)))
        else:
            for name in self._ints():
                ends += [core.Name(name), _minus(core.Name(name), _int(1)), _plus(core.Name(name), _int(1))]
        ints = [
            parameter.name
            for parameter in self.function.parameters
            if parameter.type is not None
            and parameter.type.name == "int"
            and parameter.name not in self.assigned
        ]
        for end in ends[:8]:
            for name in self.lists:
                found.append({alias: _prefix(core.Name(alias), end) for alias in _both(name)})
            for name in ints:
                found.append(dict.fromkeys(_both(name), end))
            if len(self.lists) > 1:
                found.append(
                    {alias: _prefix(core.Name(alias), end) for name in self.lists for alias in _both(name)}
                )
        return found

    def next_index(self) -> core.Expression | None:
        """The next value of the loop's variable where it counts."""
        loop = self.loop
        if isinstance(loop, core.For) and isinstance(loop.target, core.Name):
            return self.next.get(loop.target.name)
        return None

    def exits(self) -> Iterator[core.Expression]:
        """No item before this one led to an early exit."""
        loop = self.loop
        if isinstance(loop, core.For):
            for condition in _early_exits(loop.body, self.assigned):
                yield from self._none_before(condition, self.k, self.next, _int(0))
            return
        for condition in [*_early_exits(loop.body, set()), *map(_negated, _conjuncts(loop.condition))]:
            for name in self._ints():
                if name in core.names_in(condition):
                    start = core.Name(premise(loop.number, name))
                    variable = core.Name("@j")
                    inside = core.substituted(condition, {name: variable})
                    if core.names_in(inside) & self.assigned:
                        continue
                    yield _all(core.Unary("not", inside), variable, start, core.Name(name))

    def _none_before(
        self,
        condition: core.Expression,
        end: core.Expression,
        item: dict[str, core.Expression],
        start: core.Expression,
    ) -> Iterator[core.Expression]:
        variable = core.Name("@j")
        place = {
            name: core.substituted(expression, {counter(self.loop.number): variable})
            for name, expression in item.items()
        }
        if core.names_in(condition) & (self.assigned | self.targets) <= set(place):
            yield _all(core.Unary("not", core.substituted(condition, place)), variable, start, end)

    def built(self) -> Iterator[core.Expression]:
        """Lists that grow: how long they are, and what their items are."""
        loop = self.loop
        for statement, conditions in _appends(loop.body):
            name, item = statement
            target = core.Name(name)
            before = core.Name(premise(loop.number, name))
            if not conditions:
                yield _compare(_length(target), "==", _plus(_length(before), self.k))
                yield _compare(_length(target), "==", self.k)
                variable = core.Name("@j")
                place = {
                    key: core.substituted(value, {counter(loop.number): variable})
                    for key, value in self.next.items()
                }
                made = core.substituted(item, place)
                if not core.names_in(made) & (self.assigned | self.targets):
                    same = _compare(core.Subscript(target, variable), "==", made)
                    yield _all(same, variable, _int(0), self.k)
                    yield _all(same, variable, _int(0), _length(target))
            else:
                yield _compare(_length(target), "<=", _plus(_length(before), self.k))
                yield _compare(_length(target), "<=", self.k)
                if isinstance(item, core.Name):
                    element = core.Name("@x")
                    for condition in conditions:
                        inside = core.substituted(condition, {item.name: element})
                        if not core.names_in(inside) & (self.assigned | self.targets):
                            yield _each(inside, element, target)
            element = core.Name("@x")
            for sequence in self._gone_through():
                yield _each(_compare(element, "in", _prefix(sequence, self.k)), element, target)
                yield _each(_compare(element, "in", sequence), element, target)

    def counters(self) -> Iterator[core.Expression]:
        """Bounds of int variables, and those that grow evenly."""
        loop = self.loop
        for name in self._ints():
            variable = core.Name(name)
            before = core.Name(premise(loop.number, name))
            step = _even_step(loop.body, name)
            if step is not None:
                grown = core.Binary("*", _int(step), self.k) if step != 1 else self.k
                yield _compare(variable, "==", _plus(before, grown))
            for bound in (0, 1, -1):
                yield _compare(variable, ">=", _int(bound))
            yield _compare(variable, ">=", before)
            yield _compare(variable, "<=", before)
            yield _compare(variable, "<=", _plus(before, self.k))
            yield _compare(variable, "<=", self.k)
            yield _compare(variable, "<", self.k)
            for held in self.lists:
                yield _compare(variable, "<=", _length(core.Name(held)))
                yield _compare(variable, "<", _length(core.Name(held)))

    def unchanged(self) -> Iterator[core.Expression]:
        """Lists that keep their length, or all but what was gone through."""
        loop = self.loop
        if not any(
            isinstance(node, core.Assign | core.Augment | core.Method) for node in core.walk(loop.body)
        ):
            return
        for name in self.lists:
            before = core.Name(premise(loop.number, name))
            yield _compare(_length(core.Name(name)), "==", _length(before))
            variable = core.Name("@j")
            same = _compare(core.Subscript(core.Name(name), variable), "==", core.Subscript(before, variable))
            yield _all(same, variable, self.k, _length(before))

    def best_so_far(self) -> Iterator[core.Expression]:
        """A variable that is compared with the items and takes their values."""
        gone = self._gone_through()
        element = core.Name("@x")
        for name in sorted(self.assigned):
            for sequence in gone:
                part = _prefix(sequence, self.k)
                for symbol in ("<=", ">="):
                    yield _each(_compare(element, symbol, core.Name(name)), element, part)
                yield _compare(core.Name(name), "in", part)
                yield _compare(core.Name(name), "in", sequence)
                yield _compare(core.Name(name), "==", core.Builtin("sum", (part,)))

    def pairs(self) -> Iterator[core.Expression]:
        """Order between int variables, parameters and constants."""
        ints = self._ints()
        others: list[core.Expression] = [
            core.Name(parameter.name)
            for parameter in self.function.parameters
            if parameter.type is not None and parameter.type.name == "int"
        ]
        others += [
            core.Name(name) for name, kind in sorted(self.types.items()) if kind == "int" and name not in ints
        ][:4]
        others += [_length(core.Name(name)) for name in self.lists]
        constants = {
            node.value
            for node in core.walk(self.function.body)
            if isinstance(node, core.Const) and type(node.value) is int and abs(node.value) > 1
        }
        others += [_int(value) for value in sorted(constants)[:4]]
        for name in ints:
            for other in [*map(core.Name, ints), *others]:
                if other != core.Name(name):
                    for symbol in ("<=", ">=", "<"):
                        yield _compare(core.Name(name), symbol, other)
        for first, second in itertools.combinations(map(core.Name, ints), 2):
            yield _compare(first, "==", second)
            yield _compare(first, "<=", _plus(second, _int(1)))
            yield _compare(second, "<=", _plus(first, _int(1)))

    def measures(self) -> Iterator[core.Expression]:
        """Differences that the loop's condition keeps positive, then variables that may count down or up."""
        assert isinstance(self.loop, core.While)
        for part in _conjuncts(self.loop.condition):
            if isinstance(part, core.Compare):
                left = part.first
                for symbol, right in part.rest:
                    if symbol in ("<", "<=", "!="):
                        yield core.Binary("-", right, left)
                    if symbol in (">", ">=", "!="):
                        yield core.Binary("-", left, right)
                    left = right
            elif isinstance(part, core.Name):
                yield part
                yield _length(part)
        ints = self._ints()
        for name in ints:
            yield core.Name(name)
        bounds: list[core.Expression] = [core.Name(name) for name in ints]
        bounds += [
            core.Name(parameter.name)
            for parameter in self.function.parameters
            if parameter.type is not None and parameter.type.name == "int"
        ]
        bounds += [_length(core.Name(name)) for name in self.lists]
        for name in ints:
            for bound in bounds:
                if bound != core.Name(name):
                    yield core.Binary("-", bound, core.Name(name))
        for one, other in itertools.combinations(ints, 2):
            yield core.Binary("+", core.Name(one), core.Name(other))


def _both(name: str) -> tuple[str, str]:
    """A parameter's variable, and what was passed for it."""
    plain = name.removesuffix("@")
    return plain, plain + "@"


def _all(
    condition: core.Expression, variable: core.Name, start: core.Expression, end: core.Expression
) -> core.Expression:
    clause = core.Clause(variable, core.Builtin("range", (start, end)), ())
    return core.Builtin("all", (core.Comprehension("generator", condition, (clause,)),))


def _each(condition: core.Expression, variable: core.Name, sequence: core.Expression) -> core.Expression:
    clause = core.Clause(variable, sequence, ())
    return core.Builtin("all", (core.Comprehension("generator", condition, (clause,)),))


def _conjuncts(expression: core.Expression) -> list[core.Expression]:
    if isinstance(expression, core.Logical) and expression.operator == "and":
        return [part for operand in expression.operands for part in _conjuncts(operand)]
    return [expression]


def _negated(expression: core.Expression) -> core.Expression:
    return core.Unary("not", expression)


def _matched(target: core.Target, item: core.Expression) -> Iterator[tuple[str, core.Expression]]:
    if isinstance(target, core.Name):
        yield target.name, item
    elif isinstance(target, core.Pattern):
        if isinstance(item, core.Display) and len(item.items) == len(target.targets):
            for inner, part in zip(target.targets, item.items, strict=True):
                yield from _matched(inner, part)
        else:
            for place, inner in enumerate(target.targets):
                yield from _matched(inner, core.Subscript(item, _int(place)))


def _leaves(statements: tuple[core.Statement, ...]) -> bool:
    return bool(statements) and isinstance(statements[-1], core.Return | core.Break | core.Raise)


def _early_exits(statements: tuple[core.Statement, ...], assigned: set[str]) -> Iterator[core.Expression]:
    """Conditions under which the body leaves the loop."""
    for statement in statements:
        if isinstance(statement, core.If):
            if _leaves(statement.then) and not core.names_in(statement.condition) & assigned:
                yield statement.condition
            elif statement.otherwise and _leaves(statement.otherwise):
                yield core.Unary("not", statement.condition)
            for inner in _early_exits(statement.then, assigned):
                yield core.Logical("and", (statement.condition, inner))
            for inner in _early_exits(statement.otherwise, assigned):
                yield core.Logical("and", (core.Unary("not", statement.condition), inner))


def _appends(
    statements: tuple[core.Statement, ...], conditions: tuple[core.Expression, ...] = ()
) -> Iterator[tuple[tuple[str, core.Expression], tuple[core.Expression, ...]]]:
    """(list, item) of each ``append``, and the conditions around it."""
    for statement in statements:
        if isinstance(statement, core.If):
            yield from _appends(statement.then, (*conditions, statement.condition))
            yield from _appends(statement.otherwise, (*conditions, core.Unary("not", statement.condition)))
        elif isinstance(statement, core.Evaluate) and isinstance(statement.expression, core.Method):
            method = statement.expression
            if (
                method.name == "append"
                and isinstance(method.receiver, core.Name)
                and len(method.arguments) == 1
            ):
                yield (method.receiver.name, method.arguments[0]), conditions


def _even_step(statements: tuple[core.Statement, ...], name: str) -> int | None:
    """How much a variable grows in every iteration, when that is one constant."""
    found: int | None = None
    for node in core.walk(statements):
        if isinstance(node, core.Assign) and any(
            name in core.target_names(target) for target in node.targets
        ):
            return None
        if isinstance(node, core.Augment) and node.target == core.Name(name):
            value = node.value.value if isinstance(node.value, core.Const) else None
            if found is not None or type(value) is not int or node.operator not in "+-":
                return None
            found = value if node.operator == "+" else -value
    return found


def _local_types(function: core.Function) -> dict[str, str]:
    """Types of local variables that the text shows: those of parameters and of what is assigned."""
    known = {
        parameter.name: parameter.type.name for parameter in function.parameters if parameter.type is not None
    }
    for _ in range(3):
        for node in core.walk(function.body):
            if isinstance(node, core.Assign):
                for target in node.targets:
                    if isinstance(target, core.Name):
                        kind = _type_of(node.value, known)
                        if kind:
                            known.setdefault(target.name, kind)
                    elif isinstance(target, core.Pattern) and isinstance(node.value, core.Display):
                        for inner, value in zip(target.targets, node.value.items, strict=False):
                            kind = _type_of(value, known)
                            if isinstance(inner, core.Name) and kind:
                                known.setdefault(inner.name, kind)
            elif isinstance(node, core.For):
                iterable = node.iterable
                if (
                    isinstance(iterable, core.Builtin)
                    and iterable.name == "range"
                    and isinstance(node.target, core.Name)
                ):
                    known.setdefault(node.target.name, "int")
                elif isinstance(iterable, core.Name) and isinstance(node.target, core.Name):
                    for parameter in function.parameters:
                        if (
                            parameter.name == iterable.name
                            and parameter.type is not None
                            and parameter.type.arguments
                        ):
                            known.setdefault(node.target.name, parameter.type.arguments[0].name)
    return known


def _type_of(expression: core.Expression, known: dict[str, str]) -> str:
    match expression:
        case core.Const(value):
            return type(value).__name__
        case core.Name(name):
            return known.get(name, "")
        case core.Binary(_, left, right):
            kinds = {_type_of(left, known), _type_of(right, known)}
            return (
                "int"
                if "int" in kinds and kinds <= {"int", "bool", ""}
                else kinds.pop()
                if len(kinds) == 1
                else ""
            )
        case core.Unary(symbol, operand):
            return "bool" if symbol == "not" else _type_of(operand, known)
        case core.Builtin(name):
            return (
                "int"
                if name in ("len", "abs", "int", "ord")
                else "list"
                if name in ("list", "sorted")
                else ""
            )
        case core.Display(kind):
            return kind
        case core.Conditional():
            return _type_of(expression.then, known) or _type_of(expression.otherwise, known)
        case core.Subscript(core.Name(name)):
            return "int" if known.get(name) == "list" else ""
        case core.Compare():
            return "bool"
    return ""
