"""One z3 solver for one function: facts that always hold, questions under hypotheses, and how much each may cost.

The cost is counted in z3's own resource units, which do not depend on the machine, so that a verdict does not either.
"""

from __future__ import annotations

from collections.abc import Sequence

import z3

from groundstate_energy.contracts.symbols import Term, Terms

_COUNT = "rlimit count"
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
        self.light = z3.SimpleSolver(ctx=self.terms.ctx)
        self.light.set("rlimit", CHEAP)
        self._plain: dict[int, list[Term]] = {}
        self._place = 0

    def add_fact(self, term: Term) -> None:
        self.facts.append(term)
        self.solver.add(term)
        self.light.add(*self._without_quantifiers(term))

    def surely(self, hypotheses: Sequence[Term], goal: Term) -> bool:
        """Whether what has no quantifiers in the facts and hypotheses entails ``goal``: a cheap question.

        A yes stays a yes, since facts only become more; a no is kept too, and costs a simpler term.
        """
        if z3.is_true(goal):
            return True
        key = (goal.get_id(), *(term.get_id() for term in hypotheses if not z3.is_true(term)))
        known = self._answers.get(key)
        if known is not None:
            return known
        if self.units <= 0 or _UnderWay.is_interrupted:
            raise OutOfBudget
        _UnderWay.solver = self
        self.units -= CHEAP // 10
        light = self.light
        light.push()
        for term in hypotheses:
            light.add(*self._without_quantifiers(term))
        light.add(z3.Not(goal))
        answer = self._answers[key] = bool(light.check() == z3.unsat)
        light.pop()
        self._kept.append(goal)
        self._kept.extend(hypotheses)
        return answer

    def _without_quantifiers(self, term: Term) -> list[Term]:
        """The conjuncts of a condition that have no quantifier in them."""
        number = term.get_id()
        if number not in self._plain:
            self._kept.append(term)
            if z3.is_and(term):
                parts = [part for child in term.children() for part in self._without_quantifiers(child)]
            else:
                parts = [] if self._is_quantified(term) else [term]
            self._plain[number] = parts
        return self._plain[number]

    def _is_quantified(self, root: Term) -> bool:
        stack = [root]
        seen: set[int] = set()
        while stack:
            term = stack.pop()
            if z3.is_quantifier(term):
                return True
            number = term.get_id()
            if number not in seen:
                seen.add(number)
                stack.extend(term.children())
        return False

    def entails(self, condition: Term, goal: Term, units: int) -> bool:
        """Whether the facts and ``condition`` entail ``goal``; False also where z3 gave up after ``units``."""
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
        if self._place < len(statistics) and statistics[self._place][0] == _COUNT:
            return int(statistics[self._place][1])
        for place in range(len(statistics)):
            if statistics[place][0] == _COUNT:
                self._place = place
                return int(statistics[place][1])
        return 0
