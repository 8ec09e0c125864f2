"""Examples of doctests: point obligations, decided by running the call in the interpreter."""

from __future__ import annotations

from groundstate_energy.contracts import core, values
from groundstate_energy.contracts.core import Unmodelled
from groundstate_energy.contracts.interpreter import Compiled
from groundstate_energy.contracts.lowering import Programs, lowered_expression
from groundstate_energy.contracts.verdicts import Counterexample
from groundstate_grammars.python.contracts.clauses import Clause
from groundstate_grammars.python.contracts.expressions import parsed_expression

_NAME = "<example>"


def run_example(programs: Programs, clause: Clause) -> tuple[bool | None, str, Counterexample | None]:
    """Whether an example holds, why not, and what it gave; None where it could not be run."""
    expression = clause.expression
    if expression is None:
        return None, "no call", None
    if clause.setup:
        return None, "example with statements before it", None
    parsed = parsed_expression(expression.text)
    if parsed is None:
        return None, "no expression", None
    at = (expression.start, expression.end)
    try:
        call = lowered_expression(programs, parsed[0], parsed[1], at)
        function = core.Function(_NAME, (), None, (core.Return(call, at),))
        program = programs.with_callees(function)
        compiled = Compiled(program)
        compiled.refuel()
        outcome = compiled.run(compiled.frame(()))
    except Unmodelled as reason:
        return None, reason.construct, None
    except (values.Exhausted, values.NotModelled, values.Violated):
        return None, "the run was given up", None
    if clause.exceptions:
        if outcome.exception in clause.exceptions:
            return True, "", None
        told = f"raises {outcome.exception}" if outcome.exception else f"gives {values.shown(outcome.value)}"
        return False, told, Counterexample((), (), values.shown(outcome.value), outcome.exception)
    if outcome.exception:
        return False, f"raises {outcome.exception}", Counterexample((), (), "", outcome.exception)
    try:
        given = "" if outcome.value is None else values.exact_text(outcome.value)
    except values.NotModelled:
        return None, "a value whose text Python does not promise", None
    if "..." in clause.expected or "<BLANKLINE>" in clause.expected:
        return None, "example with an ellipsis", None
    if given == clause.expected.strip():
        return True, "", None
    return (
        False,
        f"gives {values.shown(outcome.value)}",
        Counterexample((), (), values.shown(outcome.value), ""),
    )


def value_of(programs: Programs, text: str) -> str | None:
    """The value of an expression over the module's names, as its ``repr``; None where it could not be found out."""
    parsed = parsed_expression(text)
    if parsed is None:
        return None
    at = (0, 0)
    try:
        function = core.Function(
            _NAME, (), None, (core.Return(lowered_expression(programs, *parsed, at), at),)
        )
        compiled = Compiled(programs.with_callees(function))
        compiled.refuel()
        outcome = compiled.run(compiled.frame(()))
        return None if outcome.exception else values.exact_text(outcome.value)
    except (Unmodelled, values.Exhausted, values.NotModelled, values.Violated):
        return None
