"""Search for counterexamples: arguments from small to large, run in the interpreter; what is found is what was seen."""

from __future__ import annotations

import contextlib
import itertools
import random
from collections.abc import Iterator
from dataclasses import dataclass, field

from groundstate_energy.contracts import core, values
from groundstate_energy.contracts.budget import RUNS
from groundstate_energy.contracts.core import Range, Type, Unmodelled
from groundstate_energy.contracts.interpreter import Compiled, Outcome, Trace
from groundstate_energy.contracts.objects import Objects
from groundstate_energy.contracts.values import Exhausted, NotModelled, Violated

FUEL_OF_A_RUN = 1_000
FUEL = 40_000
"""Of all runs together."""

_MUTATORS = frozenset(
    [
        "__delitem__",
        "append",
        "pop",
        "extend",
        "insert",
        "remove",
        "sort",
        "reverse",
        "clear",
        "setdefault",
        "update",
        "add",
        "discard",
    ]
)

_LONGEST_TRIED = 120
"""Of the ints in a program, those up to this are tried as lengths of lists."""

Arguments = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Failure:
    """What went wrong for some arguments.

    ``clause``: its index, or -1 when it is an exception that nothing allows. ``exception``: the class that came instead of
    a truth value or of a return, or empty. ``where``: byte range of what raised it, where known.
    """

    clause: int
    exception: str = ""
    where: Range | None = None


@dataclass(slots=True)
class Found:
    """What a search saw.

    ``returned``: runs inside the contract that returned. ``complete``: how many sizes of arguments were tried in full.
    """

    arguments: Arguments | None = None
    failure: Failure | None = None
    runs: int = 0
    inside: int = 0
    returned: int = 0
    given_up: int = 0
    bound: int = 0
    samples: list[Arguments] = field(default_factory=list)


class Contract:
    """A function with its contract, ready to be tried on arguments."""

    def __init__(self, program: core.Program) -> None:
        self.program = program
        self.function = program.function
        self.compiled = Compiled(program)
        self.mutates = mutates(program)
        conditions = self.function.conditions
        self.entry = [item.index for item in conditions if item.moment == "entry" and item.expression]
        self.returns = [item.index for item in conditions if item.moment == "return" and item.expression]
        self.raises = [item for item in conditions if item.moment == "exceptions"]
        self.open_raises = [item for item in self.raises if item.expression is None]
        self.last: Outcome | None = None

    def try_on(self, arguments: Arguments, fuel: int = FUEL_OF_A_RUN) -> Failure | bool | None:
        """A failure; None when the run returned as the contract says; False when it says nothing about it.

        Raises ``Exhausted``, ``NotModelled``, ``Unmodelled``: nothing follows from such a run. ``arguments`` are changed
        as the function changes them.
        """
        return self._try(self.compiled, arguments, fuel)

    def _try(self, compiled: Compiled, arguments: Arguments, fuel: int) -> Failure | bool | None:
        compiled.refuel(fuel)
        frame = compiled.frame(arguments)
        try:
            for index in self.entry:
                if not compiled.holds(index, frame):
                    return False
            compiled.take_olds(frame)
            self.last = outcome = compiled.run(frame)
        except Violated:
            return False
        except Exception as error:
            if isinstance(error, Unmodelled):
                raise
            if isinstance(error, RecursionError | MemoryError):
                raise Exhausted from error
            return False
        if outcome.exception:
            return self._failure_of_exception(compiled, outcome, frame)
        for index in self.returns:
            try:
                if not compiled.holds(index, frame):
                    return Failure(index)
            except Exception as error:
                if isinstance(error, RecursionError | MemoryError | Unmodelled):
                    raise Exhausted from error
                return Failure(index, values.exception_name(error))
        return None

    def _failure_of_exception(
        self, compiled: Compiled, outcome: Outcome, frame: list[object]
    ) -> Failure | bool:
        name = outcome.exception
        if name == "AssertionError" and not outcome.raised:
            return Failure(outcome.clause, name, outcome.where)
        classes = (name, *compiled.above(name))
        listed = [item for item in self.raises if any(kind in classes for kind in item.exceptions)]
        for item in listed:
            if item.expression is None:
                continue
            try:
                if not compiled.holds(item.index, frame):
                    return Failure(item.index, name, outcome.where)
            except Exception as error:
                raise NotModelled from error
        if any(item.expression is None for item in listed):
            return False
        if self.open_raises:
            return Failure(self.open_raises[0].index, name, outcome.where)
        if outcome.raised or listed:
            return False
        return Failure(-1, name, outcome.where)

    def replay(
        self, arguments: Arguments
    ) -> tuple[Failure | bool | None, Outcome | None, Compiled, list[object], Trace]:
        """The run again, with its path; the frame is as the run left it."""
        trace = Trace()
        compiled = Compiled(self.program, trace=trace)
        self.last = None
        given = values.copied(arguments)
        assert isinstance(given, tuple)
        result = self._try(compiled, given, FUEL_OF_A_RUN)
        frame = compiled.frame(given)
        if self.last is not None:
            frame[compiled.result] = self.last.value
        return result, self.last, compiled, frame, trace


def mutates(program: core.Program) -> bool:
    """Whether a function or what it calls may change a container."""
    return any(_changes(function.body) for function in program.functions.values())


def changes(program: core.Program, statements: tuple[core.Statement, ...]) -> bool:
    """Whether statements, or anything that they call, may change a container."""
    if _changes(statements):
        return True
    return mutates(program) and any(isinstance(node, core.Call) for node in core.walk(statements))


def _changes(root: tuple[core.Statement, ...]) -> bool:
    for node in core.walk(root):
        if isinstance(node, core.Augment) or (isinstance(node, core.Method) and node.name in _MUTATORS):
            return True
        targets = (
            node.targets
            if isinstance(node, core.Assign)
            else (node.target,)
            if isinstance(node, core.For)
            else ()
        )
        if any(isinstance(inner, core.Subscript) for target in targets for inner in _targets(target)):
            return True
    return False


def _targets(target: core.Target) -> Iterator[core.Target]:
    if isinstance(target, core.Pattern):
        for inner in target.targets:
            yield from _targets(inner)
    else:
        yield target


def search(contract: Contract, first: list[Arguments], runs: int = RUNS, fuel: int = FUEL) -> Found:
    """Try ``first``, then arguments by size, then longer ones drawn with a fixed seed; stop at the first failure."""
    found = Found()
    function = contract.function
    pools = Pools(contract.program)
    copies = contract.mutates
    if function.receiver is not None:
        receiver = function.receiver
        first = [made for arguments in first for made in _with_made_object(pools, receiver, arguments)]
    for arguments in itertools.chain(first, pools.arguments(function, runs)):
        if found.runs >= runs or fuel <= 0:
            break
        found.runs += 1
        given = values.copied(arguments) if copies else arguments
        assert isinstance(given, tuple)
        try:
            result = contract.try_on(given)
        except (Exhausted, NotModelled):
            found.given_up += 1
            fuel -= FUEL_OF_A_RUN
            continue
        fuel -= FUEL_OF_A_RUN - contract.compiled.fuel[0]
        if result is False:
            continue
        if isinstance(result, Failure):
            found.arguments, found.failure = arguments, result
            return found
        found.inside += 1
        found.returned += result is None
        if len(found.samples) < 40:
            found.samples.append(arguments)
    return found


def _with_made_object(pools: Pools, receiver: core.Receiver, arguments: Arguments) -> Iterator[Arguments]:
    """The same arguments with an object that the constructor makes, where it makes one with these fields.

    What a constructor makes shares no list with the other arguments, and its fields share what they share.
    """
    first = 1 + len(receiver.fields)
    objects = pools.objects(receiver)
    if objects.made_by(arguments[1:first]) is not None:
        others = values.copied(arguments[first:])
        assert isinstance(others, tuple)
        yield (None, *objects.state_like(arguments[1:first]), *others)


def exhaust(contract: Contract, runs: int) -> tuple[int, Found]:
    """Try all arguments up to a size: ints in -k..k, lists and tuples of up to k of them, both truth values, None.

    Returns the largest k for which all were tried in ``runs`` runs and none failed, and what was seen; 0 when a parameter
    is of another type or a run was given up.
    """
    complete = 0
    found = Found()
    if contract.function.receiver is not None:
        return complete, found  # its objects are those that a constructor makes, not all of a size
    copies = contract.mutates
    for k in range(1, 9):
        pools = [_box(parameter.type, k) for parameter in contract.function.parameters]
        count = 1
        for pool in pools:
            count = count * len(pool) if pool is not None else runs + 1
            if count > runs:
                return complete, found
        for arguments in itertools.product(*(pool or [] for pool in pools)):
            found.runs += 1
            given = values.copied(arguments) if copies else arguments
            assert isinstance(given, tuple)
            try:
                result = contract.try_on(given)
            except (Exhausted, NotModelled):
                return complete, found
            if isinstance(result, Failure):
                found.arguments, found.failure = arguments, result
                return complete, found
        complete = k
    return complete, found


_MOST_OF_A_BOX = 20_000


def _box(type_: Type | None, k: int) -> list[object] | None:
    if type_ is None:
        return None
    if type_.name == "int":
        return list(range(-k, k + 1))
    if type_.name == "bool":
        return [False, True]
    if type_.name == "none":
        return [None]
    if type_.name == "union":
        members = [_box(member, k) for member in type_.arguments]
        return None if None in members else [item for member in members for item in member or ()]
    if type_.name in ("list", "tuple*"):
        element = _box(type_.arguments[0], k)
        if element is None or sum(len(element) ** length for length in range(k + 1)) > _MOST_OF_A_BOX:
            return None
        make = list if type_.name == "list" else tuple
        return [make(items) for length in range(k + 1) for items in itertools.product(element, repeat=length)]
    if type_.name == "tuple":
        parts = [_box(part, k) for part in type_.arguments]
        if None in parts:
            return None
        return list(itertools.product(*(part or () for part in parts)))
    return None


class Pools:
    """Values of each type, the simple ones first; the constants of the program are among them."""

    def __init__(self, program: core.Program) -> None:
        self._program = program
        self._objects: Objects | None = None
        ints: dict[int, None] = {}
        texts: dict[str, None] = {}
        floats: dict[float, None] = {}
        for function in program.functions.values():
            for root in (function.body, *(item.expression for item in function.conditions)):
                for node in core.walk(root) if root is not None else ():
                    if not isinstance(node, core.Const):
                        continue
                    for value in node.value if isinstance(node.value, tuple) else (node.value,):
                        if isinstance(value, int) and not isinstance(value, bool):
                            ints.update(dict.fromkeys((value, value - 1, value + 1, -value)))
                        elif isinstance(value, str):
                            texts[value] = None
                        elif isinstance(value, float):
                            floats[value] = None
        small = [0, 1, -1, 2, -2, 3]
        self.ints = [*small, *(i for i in ints if i not in small)]
        known = set(self.ints)
        more = [-3, 4, 5, -5, 6, 7, 8, 9, 10, -10, 12, 13, 16, 17, 25, 50, 99, 100, 101, 255, 256, -100, 1000]
        large = [2**31, -(2**31), 2**53 + 1, 2**63, -(2**63), 10**20]
        self.ints += [i for i in (*more, *large) if i not in known]
        plain = [
            "",
            "a",
            "b",
            "ab",
            "aa",
            "ba",
            "A",
            " ",
            "abc",
            "aab",
            "0",
            "aba",
            "1",
            "a b",
            "12",
            "abba",
            "-1",
        ]
        odd = ["aB", " a ", "é", "ß", "\n", "a,b", "aaaa", "Ab cd", "x=1", "²", "abcabc", "\U00030000"]
        consts = [text for text in texts if len(text) <= 40]
        mixed = [
            f"{left}{right}"
            for text in consts[:6]
            for left, right in ((text, "a"), ("a", text), (text, text))
        ]
        self.texts = list(dict.fromkeys((*plain[:6], *consts, *mixed, *plain[6:], *odd)))
        self.floats = [
            *list(
                dict.fromkeys(
                    (0.0, 1.0, -1.0, 0.5, 2.0, -0.5, *floats, 0.1, 0.2, 0.3, 3.0, 10.0, 1e16, 1e308, -1e308)
                )
            ),
            -0.0,
            float("inf"),
            float("-inf"),
            float("nan"),
            5e-324,
            1e-09,
            123.456,
        ]
        self._cache: dict[Type, list[object]] = {}
        self.lengths = sorted(
            {9, *(i + more for i in ints if 3 <= i <= _LONGEST_TRIED for more in (0, 1, 2))}
        )

    def of(self, type_: Type) -> list[object]:
        """Values of a type. Raises ``Unmodelled`` for types without values of ours."""
        found = self._cache.get(type_)
        if found is None:
            found = self._cache[type_] = self._make(type_)
        return found

    def _make(self, type_: Type) -> list[object]:
        name = type_.name
        if name == "int":
            return list(self.ints)
        if name == "bool":
            return [False, True]
        if name == "none":
            return [None]
        if name == "float":
            return list(self.floats)
        if name == "str":
            return list(self.texts)
        if name == "self":
            return [None]
        if name == "union":
            pools = [self.of(member) for member in type_.arguments]
            return [
                item
                for row in itertools.zip_longest(*pools, fillvalue=_NOTHING)
                for item in row
                if item is not _NOTHING
            ]
        if name in ("list", "tuple*", "sequence"):
            lists = self._sequences(self.of(type_.arguments[0]))
            if name == "tuple*":
                return [tuple(items) for items in lists]
            return [list(items) for items in lists]
        if name == "tuple":
            return [
                tuple(items) for items in _diagonal([self.of(part)[:12] for part in type_.arguments], 300)
            ]
        if name == "set":
            made: list[object] = []
            for items in self._sequences(self.of(type_.arguments[0]))[:60]:
                value = set(items)
                if value not in made:
                    made.append(value)
            return made
        if name == "dict":
            keys, held = self.of(type_.arguments[0]), self.of(type_.arguments[1])
            dicts: list[object] = [{}]
            for length in (1, 2, 3):
                for chosen in itertools.combinations(keys[:4], length):
                    dicts.extend(
                        dict(zip(chosen, items, strict=True)) for items in _diagonal([held[:4]] * length, 8)
                    )
            return dicts
        raise Unmodelled(f"values of type {type_}", (0, 0))

    def _sequences(self, element: list[object]) -> list[tuple[object, ...]]:
        found: list[tuple[object, ...]] = [()]
        found += [(item,) for item in element[:8]]
        for length, distinct in ((2, 5), (3, 4), (4, 3)):
            found += itertools.product(element[:distinct], repeat=length)
        seen = {repr(item) for item in found}
        draw = random.Random(0)
        wide = element[:14]
        for _ in range(60):
            items = [draw.choice(wide) for _ in range(draw.choice((2, 3, 5, 6, 8)))]
            variants = [items]
            with contextlib.suppress(TypeError):  # what has no order is left out
                variants.append(sorted(items))  # type: ignore[type-var]  # that TypeError
            for variant in variants:
                if repr(tuple(variant)) not in seen:
                    seen.add(repr(tuple(variant)))
                    found.append(tuple(variant))
        for length in self.lengths[:12]:
            found += [(item,) * length for item in element[:3]]
            found.append(tuple(itertools.islice(itertools.cycle(element[:5]), length)))
        return found

    def arguments(self, function: core.Function, most: int) -> Iterator[Arguments]:
        """Argument tuples: by growing sum of the places in the pools, then drawn from all of them.

        Of a method that speaks of its object: objects that the constructor makes.
        """
        if function.receiver is not None:
            yield from self._with_objects(function, function.receiver, most)
            return
        pools = [self.of(parameter.type) for parameter in function.parameters if parameter.type is not None]
        if not pools:
            yield ()
            return
        if len(pools) == 1:
            for value in pools[0]:
                yield (value,)
        alike = [
            (one, other)
            for one, other in itertools.combinations(range(len(pools)), 2)
            if (kind := function.parameters[one].type) == function.parameters[other].type
            and kind is not None
            and kind.name in ("list", "dict", "set")
        ]
        for produced, arguments in enumerate(_diagonal(pools, most // 2)):
            yield arguments
            if produced % 4 == 0:
                for one, other in alike:
                    shared = list(arguments)
                    shared[other] = shared[one]
                    yield tuple(shared)
        draw = random.Random(1)
        for _ in range(most):
            yield tuple(draw.choice(pool) for pool in pools)

    def objects(self, receiver: core.Receiver) -> Objects:
        """What the constructor makes of small arguments."""
        made = self._objects
        if made is None:
            constructor = self._program.functions[receiver.constructor]
            made = self._objects = Objects(self._program, receiver, self.arguments(constructor, 400))
        return made

    def _with_objects(
        self, function: core.Function, receiver: core.Receiver, most: int
    ) -> Iterator[Arguments]:
        states = self.objects(receiver).states
        others = function.parameters[1 + len(receiver.fields) :]
        if not states or any(parameter.type is None for parameter in others):
            return
        pools: list[list[object]] = [
            list(states),
            *(self.of(parameter.type) for parameter in others if parameter.type is not None),
        ]

        def flat(chosen: Arguments) -> Arguments:
            state = chosen[0]
            assert isinstance(state, tuple)
            return (None, *state, *chosen[1:])

        for chosen in _diagonal(pools, most // 2):
            yield flat(chosen)
        draw = random.Random(1)
        for _ in range(most):
            yield flat(tuple(draw.choice(pool) for pool in pools))


_NOTHING = object()


def _diagonal(pools: list[list[object]], most: int) -> Iterator[Arguments]:
    """The product of ``pools`` by growing sum of indices, at most ``most`` of them."""
    made = 0
    sizes = [len(pool) for pool in pools]
    for total in range(sum(sizes) - len(sizes) + 1):
        for indices in _with_sum(sizes, total):
            yield tuple(pool[index] for pool, index in zip(pools, indices, strict=True))
            made += 1
            if made >= most:
                return


def _with_sum(sizes: list[int], total: int) -> Iterator[tuple[int, ...]]:
    if len(sizes) == 1:
        if total < sizes[0]:
            yield (total,)
        return
    for index in range(min(total, sizes[0] - 1) + 1):
        for rest in _with_sum(sizes[1:], total - index):
            yield (index, *rest)
