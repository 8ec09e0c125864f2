"""Calls that are known of a function with a contract: those that break it and those that keep it."""

from __future__ import annotations

from dataclasses import dataclass, field

from groundstate_energy.contracts import values
from groundstate_energy.contracts.core import Unmodelled
from groundstate_energy.contracts.search import FUEL_OF_A_RUN, Arguments, Contract, Failure, Pools

RUNS = 600
"""Of the interpreter, to fill a pool."""
FUEL = 8_000
MOST_BROKEN = 12
MOST_KEPT = 40


@dataclass(slots=True)
class Pool:
    """Arguments of calls. ``clauses``: those that ``broken`` calls break; -1 stands for exceptions that nothing allows.

    ``broken``: what refuted most comes first, for it is tried first. ``kept``: they returned as promised.
    """

    broken: list[Arguments] = field(default_factory=list)
    kept: list[Arguments] = field(default_factory=list)
    clauses: set[int] = field(default_factory=set)
    runs: int = 0

    def add_broken(self, arguments: Arguments) -> None:
        """A call that broke the contract of some version of the function; the next version is tried on it first."""
        self.broken.insert(0, arguments)

    def keeps(self, contract: Contract) -> bool:
        """Whether a version of the function breaks its contract in no call of the pool and returns where it returned.

        The calls are run in the interpreter, until one shows that it does not.
        """
        for at, arguments in enumerate(self.broken):
            self.runs += 1
            if isinstance(attempt(contract, arguments), Failure | Stopped):
                self.broken.insert(0, self.broken.pop(at))
                return False
        for arguments in self.kept:
            self.runs += 1
            if attempt(contract, arguments) is not None:
                return False
        return True


class Stopped:
    """A run that was given up: nothing follows from it."""


def attempt(contract: Contract, arguments: Arguments) -> Failure | Stopped | bool | None:
    """As ``Contract.try_on``, on a copy of the arguments where they may be changed."""
    given = values.copied(arguments) if contract.mutates else arguments
    assert isinstance(given, tuple)
    try:
        return contract.try_on(given)
    except (values.Exhausted, values.NotModelled, Unmodelled):
        return Stopped()


def fill(contract: Contract, first: list[Arguments], runs: int = RUNS) -> Pool:
    """The pool of a function as written, out of ``first`` and small arguments; at most ``runs`` of them are run.

    Raises ``Unmodelled`` where there are no values of a parameter's type.
    """
    pool = Pool()
    fuel = FUEL
    for number, arguments in enumerate((*first, *Pools(contract.program).arguments(contract.function, runs))):
        full = len(pool.broken) >= MOST_BROKEN and len(pool.kept) >= MOST_KEPT
        if number >= runs + len(first) or fuel <= 0 or full:
            break
        pool.runs += 1
        result = attempt(contract, arguments)
        fuel -= FUEL_OF_A_RUN - contract.compiled.fuel[0]
        if isinstance(result, Failure):
            pool.clauses.add(result.clause)
            if len(pool.broken) < MOST_BROKEN:
                pool.broken.append(arguments)
        elif result is None and len(pool.kept) < MOST_KEPT:
            pool.kept.append(arguments)
    return pool
