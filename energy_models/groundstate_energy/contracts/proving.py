"""From a function to its obligations, each shown or not. Runs in the worker process: nothing else reaches z3."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from functools import partial

import z3

from groundstate_energy.contracts import core
from groundstate_energy.contracts.core import Range, Type, Unmodelled
from groundstate_energy.contracts.execution.frames import Exit
from groundstate_energy.contracts.execution.statements import Execution
from groundstate_energy.contracts.invariants import Loops
from groundstate_energy.contracts.lowering import RESULT, field_name, passed
from groundstate_energy.contracts.obligations import Obligation, Proof
from groundstate_energy.contracts.search import mutates
from groundstate_energy.contracts.solving import OutOfBudget, Solver
from groundstate_energy.contracts.symbolic.state import State
from groundstate_energy.contracts.symbols import (
    BoolValue,
    FloatValue,
    IntValue,
    NoneValue,
    Reference,
    Sequence,
    StrValue,
    Sym,
    Term,
    TupleValue,
    Value,
    is_false,
    is_true,
)

_LONGEST_LIST = 24
_MOST_LISTS = 3


def prove(program: core.Program, samples: list[tuple[object, ...]], units: int) -> Proof:
    """Emit the obligations of a function and discharge what can be; ``samples``: arguments inside its contract."""
    proof = Proof()
    loops = Loops(program, samples)
    try:
        for shared in partitions(program):
            attempt = _Attempt(program, loops, units, shared, proof)
            try:
                attempt.run()
            finally:
                proof.questions += attempt.solver.questions
            if not proof.is_possible:
                return proof
    except Unmodelled as reason:
        proof.unmodelled = (reason.construct, reason.at)
    except OutOfBudget:
        proof.exhausted = True
    except z3.Z3Exception as error:
        proof.unmodelled = (f"z3: {str(error)[:60]}", program.function.at)
    except RecursionError:
        proof.unmodelled = ("deep nesting", program.function.at)
    return proof


def partitions(program: core.Program) -> Iterator[dict[str, str]]:
    """Which list parameters may be one object: each way, as parameter to the first that it is the same as.

    One way is enough where no list changes and none is compared by identity.
    """
    parameters = [parameter for parameter in program.function.parameters if parameter.type is not None]
    plain = [item.name for item in parameters if item.type is not None and _is_list(item.type)]
    identity = any(
        isinstance(node, core.Compare) and any(symbol in ("is", "is not") for symbol, _ in node.rest)
        for function in program.functions.values()
        for root in (function.body, *(item.expression for item in function.conditions))
        if root is not None
        for node in core.walk(root)
    )
    if not mutates(program) and not (identity and len(plain) > 1):
        yield {}
        return
    for parameter in parameters:
        if parameter.type is not None and _is_nested(parameter.type):
            raise Unmodelled(
                f"list inside `{parameter.name}`, in a function that changes lists", program.function.at
            )
    if len({item.type for item in parameters if item.name in plain}) > 1:
        raise Unmodelled(
            "list parameters of several types, in a function that changes lists", program.function.at
        )
    if len(plain) > _MOST_LISTS:
        raise Unmodelled("many list parameters", program.function.at)
    yield from _ways(plain)


def _ways(names: list[str]) -> Iterator[dict[str, str]]:
    if not names:
        yield {}
        return
    for rest in _ways(names[:-1]):
        yield rest
        for other in names[:-1]:
            if other not in rest:
                yield {**rest, names[-1]: other}


def _is_list(type_: Type) -> bool:
    return type_.name == "list" or (type_.name == "union" and any(map(_is_list, type_.arguments)))


def _is_nested(type_: Type, inside: bool = False) -> bool:
    if type_.name == "list" and inside:
        return True
    below = inside or type_.name != "union"
    return any(_is_nested(argument, below) for argument in type_.arguments)


def _is_precondition(statement: core.Statement) -> bool:
    return isinstance(statement, core.Assert) and statement.role == "requires"


class _Attempt:
    """One way in which the parameters may share lists."""

    def __init__(
        self, program: core.Program, loops: Loops, units: int, shared: dict[str, str], proof: Proof
    ) -> None:
        self.program = program
        self.function = program.function
        self.solver = Solver(units)
        self.execution = Execution(program, self.solver, loops)
        self.shared = shared
        self.proof = proof
        self.entry: State | None = None

    def run(self) -> None:
        execution = self.execution
        terms = execution.terms
        execution.where = self.function.at
        names = execution.state.names
        for parameter in self.function.parameters:
            if parameter.type is None:
                raise Unmodelled(f"parameter `{parameter.name}` without an annotation", self.function.at)
            if parameter.type.name == "self":
                continue
            same = self.shared.get(parameter.name)
            value = names[same] if same is not None else execution.unknown(parameter.type, parameter.name)
            names[parameter.name] = names[passed(parameter.name)] = value
        execution.entry_names = dict(names)
        for condition in self.function.conditions:
            if condition.moment == "entry" and condition.expression is not None:
                self._assume(condition.expression)
        self.entry = execution.state.copy()
        if self._contradicts():
            return
        for old in self.function.olds:
            value = execution.evaluate(old.expression)
            execution.flush()
            names = execution.state.names
            names[old.name] = execution.snapshot(value) if old.copied else value
        body = self.function.body
        leading = 0
        while leading < len(body) and _is_precondition(body[leading]):
            leading += 1
        execution.block(body[:leading])
        if leading and self._contradicts():
            return
        execution.block(body[leading:])
        exits = execution.frame.exits
        if execution.is_alive:
            exits.append(Exit(execution.state.copy(), terms.of(NoneValue()), "", self.function.at))
        for exit_ in exits:
            if exit_.exception:
                self._raised(exit_)
            else:
                self._returned(exit_)
        for at in execution.unfinished:
            self._record("termination", -1, at, "", False)
        self.proof.relied_on = tuple(dict.fromkeys((*self.proof.relied_on, *execution.relied_on)))
        for condition in self.function.conditions:
            if condition.moment == "pure":
                self._record("pure", condition.index, condition.at, "", self._is_pure())

    def _contradicts(self) -> bool:
        """Whether the preconditions so far exclude each other; what parameters share may be what is excluded."""
        execution = self.execution
        if execution.is_alive and self.solver.check([execution.state.condition]) != "unsat":
            return False
        self.proof.is_possible = bool(self.shared)
        return not self.proof.is_possible

    def _assume(self, expression: core.Expression) -> None:
        execution = self.execution
        terms = execution.terms
        held, events = execution.collected(lambda: execution.condition(expression))
        for event in events:
            if event.exact:
                term = terms.no(event.condition) if event.exception else event.condition
                execution.state.condition = terms.both(execution.state.condition, term)
        execution.state.condition = terms.both(execution.state.condition, held)

    def _is_pure(self) -> bool:
        if mutates(self.program) or any(
            name.startswith(field_name("")) for name in core.assigned_in(self.function.body)
        ):
            return False
        return not any(
            isinstance(node, core.Builtin) and node.name == "print"
            for function in self.program.functions.values()
            for node in core.walk(function.body)
        )

    def _returned(self, exit_: Exit) -> None:
        execution = self.execution
        terms = execution.terms
        execution.state = exit_.state.copy()
        assert exit_.value is not None
        execution.state.names[RESULT] = exit_.value
        if self.function.returns is not None and not execution.conforms(exit_.value, self.function.returns):
            self.proof.conforms = False
        for condition in self.function.conditions:
            if condition.moment != "return" or condition.expression is None:
                continue
            expression = condition.expression
            held, events = execution.collected(partial(execution.condition, expression))
            at = exit_.at
            hypothesis = execution.state.condition
            for event in events:
                if event.exception:
                    self._show(
                        terms.both(hypothesis, event.condition),
                        "clause",
                        condition.index,
                        at,
                        event.exception,
                    )
                    if event.exact:
                        hypothesis = terms.both(hypothesis, terms.no(event.condition))
                else:
                    hypothesis = terms.both(hypothesis, event.condition)
            self._show(terms.both(hypothesis, terms.no(held)), "clause", condition.index, at, "")

    def _raised(self, exit_: Exit) -> None:
        execution = self.execution
        if exit_.kind == "assert":
            self._show(
                exit_.state.condition,
                "clause" if exit_.clause >= 0 else "trap",
                exit_.clause,
                exit_.at,
                exit_.exception,
            )
            return
        if exit_.kind == "callee":
            self._show(exit_.state.condition, "callee", -1, exit_.at, exit_.exception)
            return
        classes = (exit_.exception, *execution.above(exit_.exception))
        restricting = [item for item in self.function.conditions if item.moment == "exceptions"]
        listed = [item for item in restricting if any(name in classes for name in item.exceptions)]
        for item in listed:
            if item.expression is None:
                continue
            execution.state = exit_.state.copy()
            expression = item.expression
            held, events = execution.collected(partial(execution.condition, expression))
            if events:
                raise Unmodelled("condition of an exception that may itself raise", item.at)
            wrong = execution.terms.both(exit_.state.condition, execution.terms.no(held))
            self._show(wrong, "clause", item.index, exit_.at, exit_.exception)
        if any(item.expression is None for item in listed):
            return
        plain = [item for item in restricting if item.expression is None]
        if plain:
            self._show(exit_.state.condition, "raises", plain[0].index, exit_.at, exit_.exception)
        elif not exit_.raised and not listed:
            self._show(exit_.state.condition, "trap", -1, exit_.at, exit_.exception)

    def _show(self, wrong: Term, kind: str, clause: int, at: Range, exception: str) -> None:
        """Record that ``wrong`` cannot be, or that this was not shown."""
        if is_false(wrong):
            self._record(kind, clause, at, exception, True)
            return
        answer = self.solver.check([wrong])
        arguments = self._arguments() if answer != "unsat" else None
        self._record(kind, clause, at, exception, answer == "unsat", arguments)

    def _record(
        self,
        kind: str,
        clause: int,
        at: Range,
        exception: str,
        discharged: bool,
        arguments: tuple[object, ...] | None = None,
    ) -> None:
        self.proof.obligations.append(Obligation(kind, clause, at, exception, discharged, arguments))

    # Arguments of a model

    def _arguments(self) -> tuple[object, ...] | None:
        """The arguments in the model of the last question, to be tried in the interpreter."""
        model = self.solver.model
        if model is None or self.entry is None:
            return None
        lists: dict[int, object] = {}
        found: list[object] = []
        try:
            for parameter in self.function.parameters:
                sym = self.entry.names.get(parameter.name)
                found.append(self._value(model, sym, lists) if sym is not None else None)
        except (_NoValue, z3.Z3Exception, ValueError, OverflowError):
            return None
        return tuple(found)

    def _value(self, model: z3.ModelRef, sym: Sym, lists: dict[int, object]) -> object:
        for guard, value in sym.cases:
            if is_true(model.eval(guard, model_completion=True)):
                return self._plain(model, value, lists)
        raise _NoValue

    def _plain(self, model: z3.ModelRef, value: Value, lists: dict[int, object]) -> object:
        match value:
            case IntValue(term):
                return model.eval(term, model_completion=True).as_long()
            case BoolValue(term):
                return is_true(model.eval(term, model_completion=True))
            case NoneValue():
                return None
            case StrValue(term):
                return _text(model.eval(term, model_completion=True).as_string())
            case FloatValue(term):
                return _double(model.eval(term, model_completion=True))
            case TupleValue(items):
                return tuple(self._value(model, item, lists) for item in items)
            case Reference(number):
                if number not in lists:
                    assert self.entry is not None
                    lists[number] = list(self._items(model, self.entry.heap[number].sequence(), lists))
                return lists[number]
            case Sequence(kind, _):
                held = list(self._items(model, value, lists))
                return tuple(held) if kind == "tuple" else held
        raise _NoValue

    def _items(self, model: z3.ModelRef, sequence: Sequence, lists: dict[int, object]) -> Iterator[object]:
        length = model.eval(sequence.length, model_completion=True).as_long()
        if length > _LONGEST_LIST:
            raise _NoValue
        terms = self.execution.terms
        for place in range(length):
            yield self._value(model, self.execution.item(sequence, terms.number(place)), lists)


class _NoValue(Exception):
    """The model has no value that is a Python value of sensible size."""


def _text(written: str) -> str:
    """A text out of z3's notation for one, where ``\\u{…}`` is a character."""
    parts = written.split("\\u{")
    found = [parts[0]]
    for part in parts[1:]:
        code, _, rest = part.partition("}")
        found.append(chr(int(code, 16)) + rest)
    return "".join(found)


def _double(term: Term) -> float:
    if term.isNaN():
        return float("nan")
    if term.isInf():
        return float("-inf") if term.isNegative() else float("inf")
    bits = z3.simplify(z3.fpToIEEEBV(term)).as_long()
    found: float = struct.unpack(">d", bits.to_bytes(8, "big"))[0]
    return found
