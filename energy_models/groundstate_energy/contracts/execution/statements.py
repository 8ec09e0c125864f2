"""Statements of the core on symbolic states.

Every exit of a function is kept with the condition under which it is taken. A loop is left either unrolled, when what it
goes through is known, or through a state of which only the invariants are known; these are shown by induction as they are
chosen.
"""

from __future__ import annotations

from groundstate_energy.contracts import core
from groundstate_energy.contracts.execution.frames import Exit, Frame
from groundstate_energy.contracts.execution.loops import Repetition
from groundstate_energy.contracts.symbolic.state import Event


class Execution(Repetition):
    """Executes statements; ``frame.exits`` are the ways out."""

    def block(self, statements: tuple[core.Statement, ...]) -> None:
        for statement in statements:
            if not self.is_alive:
                return
            before = self.where
            self.where = statement.at
            self.statement(statement)
            self.where = before

    def statement(self, statement: core.Statement) -> None:
        terms = self.terms
        match statement:
            case core.Assign(targets, value, annotation):
                result = self.evaluate(value)
                if annotation is not None:
                    self._note_element(result, annotation)
                for target in targets:
                    self.assign(target, result)
                self.flush()
            case core.Augment():
                self.augment(statement)
                self.flush()
            case core.Evaluate(expression):
                self.evaluate(expression)
                self.flush()
            case core.Return(value):
                result = self.evaluate(value)
                self.flush()
                self.frame.exits.append(Exit(self.state.copy(), result, "", statement.at))
                self.leave()
            case core.If():
                condition = self.condition(statement.condition)
                self.flush()
                before = self.state
                self.state = before.copy()
                self.state.condition = terms.both(before.condition, condition)
                self.block(statement.then)
                then = self.state
                self.state = before.copy()
                self.state.condition = terms.both(before.condition, terms.no(condition))
                self.block(statement.otherwise)
                self.resume(self.merge(condition, then, self.state))
            case core.Raise(exception, arguments):
                for argument in arguments:
                    if not isinstance(argument, core.Formatted):
                        self.evaluate(argument)
                        continue
                    for part in argument.parts:
                        self.evaluate(part)
                self.flush()
                if exception is None:
                    raise self.stop("raise of what is being handled")
                self.frame.exits.append(Exit(self.state.copy(), None, exception, statement.at, raised=True))
                self.leave()
            case core.Assert():
                self.check(statement)
            case core.While() | core.For():
                self.loop(statement)
            case core.Break():
                self.frame.breaks.append(self.state.copy())
                self.leave()
            case core.Continue():
                self.frame.continues.append(self.state.copy())
                self.leave()
            case core.Try():
                self.attempt(statement)

    def check(self, statement: core.Assert) -> None:
        terms = self.terms
        if statement.role == "requires" and not self.inlined:
            held, events = self.collected(lambda: self.condition(statement.condition))
            for event in events:
                if event.exact:
                    term = terms.no(event.condition) if event.exception else event.condition
                    self.state.condition = terms.both(self.state.condition, term)
            self.state.condition = terms.both(self.state.condition, held)
            return
        held = self.condition(statement.condition)
        self.flush()
        kind = "callee" if statement.role == "requires" else "assert"
        clause = -1 if self.inlined else statement.clause
        self.events.append(Event(terms.no(held), "AssertionError", statement.at, kind=kind, clause=clause))
        self.flush()

    def attempt(self, statement: core.Try) -> None:
        if statement.final:
            raise self.stop("finally")
        outer = self.frame
        self.frame = Frame(breaks=outer.breaks, continues=outer.continues)
        self.tries += 1
        try:
            self.block(statement.body)
        finally:
            self.tries -= 1
            inner, self.frame = self.frame, outer
        after = self.state
        caught: list[list[Exit]] = [[] for _ in statement.handlers]
        for exit_ in inner.exits:
            if not exit_.exception:
                outer.exits.append(exit_)
                continue
            classes = (exit_.exception, *self.above(exit_.exception))
            for place, handler in enumerate(statement.handlers):
                if not handler.exceptions or any(name in classes for name in handler.exceptions):
                    caught[place].append(exit_)
                    break
            else:
                outer.exits.append(exit_)
        self.state = after
        if self.is_alive:
            self.block(statement.otherwise)
        ends = [self.state.copy()] if self.is_alive else []
        for handler, exits in zip(statement.handlers, caught, strict=True):
            started = self.merge_all([exit_.state for exit_ in exits])
            if started is None:
                continue
            self.state = started
            self.block(handler.body)
            if self.is_alive:
                ends.append(self.state.copy())
        self.resume(self.merge_all(ends))
