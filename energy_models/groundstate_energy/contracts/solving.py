"""One z3 solver for one function: facts that always hold, questions under hypotheses, and how much each may cost.

The cost is counted in z3's own resource units, which do not depend on the machine, so that a verdict does not either.
"""

from __future__ import annotations

from collections.abc import Sequence

import z3

from groundstate_energy.contracts.symbols import Term, Terms

CHEAP = 20_000
"""Resource units of a question that only makes terms simpler."""
FULL = 800_000


class OutOfBudget(Exception):
    """The units for this function are used up, or it was interrupted."""


class _UnderWay:
    """The solver at work in this process, for the thread that interrupts it."""

    solver: Solver | None = None
    is_interrupted = False


def begin() -> None:
    """A new function: forget an interrupt that came too late for the one before."""
    _UnderWay.solver = None
    _UnderWay.is_interrupted = False


def interrupt() -> None:
    """End what is under way, from another thread; it ends with ``OutOfBudget``."""
    _UnderWay.is_interrupted = True
    solver = _UnderWay.solver
    if solver is not None:
        solver.terms.ctx.interrupt()


_spare: list[z3.Context] = []


def prepare() -> None:
    """Make a context for the next function ahead of time; it takes tens of milliseconds."""
    if not _spare:
        _spare.append(z3.Context())


def _take_context() -> z3.Context:
    """A context that nothing was done in, so that no verdict depends on what was proved before."""
    return _spare.pop() if _spare else z3.Context()


class Solver:
    """Answers whether hypotheses entail a goal.

    Args:
        units: of z3, for all questions together.
        each: of z3, for one.
    """

    def __init__(self, units: int, each: int = FULL) -> None:
        self.terms = Terms(_take_context())
        self.facts: list[Term] = []
        self.each = each
        self.units = units
        self.solver = z3.SimpleSolver(ctx=self.terms.ctx)
        self.solver.set("auto_config", False)
        self.solver.set("smt.random_seed", 0)
        self.questions = 0
        self._answers: dict[tuple[int, ...], bool] = {}
        self._kept: list[Term] = []
        self.model: z3.ModelRef | None = None

    def add_fact(self, term: Term) -> None:
        self.facts.append(term)
        self.solver.add(term)

    def proves(self, hypotheses: Sequence[Term], goal: Term, cheap: bool = False) -> bool:
        """Whether the facts and hypotheses entail ``goal``; False also where z3 gave up."""
        if z3.is_true(goal):
            return True
        key = (
            len(self.facts),
            cheap,
            goal.get_id(),
            *(term.get_id() for term in hypotheses if not z3.is_true(term)),
        )
        if key in self._answers:
            return self._answers[key]
        answer = self.check([*hypotheses, z3.Not(goal)], CHEAP if cheap else self.each) == "unsat"
        self._answers[key] = answer
        self._kept.append(goal)
        self._kept.extend(hypotheses)
        return answer

    def entails(self, condition: Term, goal: Term, units: int) -> bool:
        """``proves`` at another price."""
        if z3.is_true(goal) or z3.is_false(condition):
            return True
        return self.check([condition, z3.Not(goal)], units) == "unsat"

    def check(self, terms: Sequence[Term], units: int | None = None) -> str:
        """``sat``, ``unsat`` or ``unknown``, of the facts and ``terms`` together; ``model`` is that of ``sat``."""
        if self.units <= 0 or _UnderWay.is_interrupted:
            raise OutOfBudget
        _UnderWay.solver = self
        solver = self.solver
        self.questions += 1
        solver.push()
        try:
            solver.set("rlimit", min(units or self.each, max(self.units, 1)))
            solver.add(*terms)
            before = self._spent()
            result = solver.check()
            self.units -= max(self._spent() - before, 500)
            self.model = None
            if result != z3.unsat:
                try:
                    self.model = solver.model()
                except z3.Z3Exception:
                    self.model = None
            return str(result)
        finally:
            solver.pop()

    def _spent(self) -> int:
        statistics = self.solver.statistics()
        for key in statistics:
            if key == "rlimit count":
                return int(statistics.get_key_value(key))
        return 0
