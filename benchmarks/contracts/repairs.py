"""``python -m benchmarks.contracts.repairs``: how many refuted one-edit mutants of the suite get a verified repair.

A mutant's repair is looked for as the linter does: candidate edits in an order, replayed against the pool of
counterexamples, at most three of them proved. Each repaired function is then run in CPython on sample arguments, which must
not break its contract. How many repairs are the function as it was before the mutation is counted too: others keep the
contract in another way, which says how much the contract leaves open.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from benchmarks.contracts.suite import Mutant, mutants, wrong_call

from groundstate.engine_loading import engine_source, load_engine
from groundstate.settings import Settings
from groundstate_energy.contracts.check import Budget, Checker
from groundstate_energy.contracts.repairs import MOST_EDITS, find_repair
from groundstate_energy.contracts.verdicts import Status
from groundstate_grammars.edits import Edit, apply_replacements
from groundstate_grammars.python.parsed import ParsedFile, parse

PATIENCE = 120.0
"""As in ``benchmarks.contracts``."""

Order = Callable[[ParsedFile, int], Sequence[Edit] | None]
"""The edits of the function around a byte, the likeliest first; None for the order without a model."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """What became of one mutant.

    ``verified``: a repair was proved. ``is_original``: it gives the text before the mutation. ``breaks``: CPython sees the
    repaired function break its contract. ``seconds``: of the wall, for the search with its proofs.
    """

    name: str
    refuted: bool
    verified: bool = False
    is_original: bool = False
    breaks: bool = False
    edits: int = 0
    runs: int = 0
    proofs: int = 0
    seconds: float = 0.0


def attempt(checker: Checker, mutant: Mutant, order: Order) -> Attempt:
    """Look for a verified repair of one mutant."""
    parsed, budget = parse(mutant.text.encode()), Budget(seconds=PATIENCE)
    before = checker.check_file(parsed, budget=budget)
    (verdict,) = before
    if verdict.status is not Status.REFUTED:
        return Attempt(mutant.name, False)
    started = time.perf_counter()
    found = find_repair(checker, parsed, before, verdict, order(parsed, verdict.at[0]), budget=budget)
    seconds = time.perf_counter() - started
    spent = (found.effort.edits, found.effort.runs, found.effort.proofs, seconds)
    if found.repair is None:
        return Attempt(mutant.name, True, False, False, False, *spent)
    after = apply_replacements(parsed.data, found.repair.edit.replacements).decode()
    breaks = wrong_call(after, mutant.function.name) is not None
    return Attempt(mutant.name, True, True, after == mutant.function.text, breaks, *spent)


def model_order() -> Order:
    """Edits in the order of the shipped model's energies.

    Raises:
        SystemExit: there is no model package, or it cannot run.
    """
    source = engine_source(Settings())
    engine = load_engine(source, threads=1)
    if engine is None:
        raise SystemExit("error: no model package is installed, so there is no order by energy")

    def order(parsed: ParsedFile, at: int) -> list[Edit]:
        unit = engine.landscape(parsed, None, at, most=MOST_EDITS)
        return [] if unit is None else [item.edit for item in unit.edits]

    return order


def measure(every: int, order: Order) -> list[Attempt]:
    """Each ``every``-th mutant, with a line on standard error for each."""
    checker = Checker()
    attempts = []
    for mutant in mutants()[::every]:
        attempts.append(attempt(checker, mutant, order))
        print(f"repair {mutant.name} ({mutant.edit}): {attempts[-1]}", file=sys.stderr)
    checker.prover.close()
    return attempts


def report(attempts: Sequence[Attempt], order: str) -> str:
    """The numbers in words, numerator and denominator of each."""
    refuted = [item for item in attempts if item.refuted]
    verified = [item for item in refuted if item.verified]
    if not refuted:
        return f"Repairs: none of {len(attempts)} mutants is refuted."
    seconds = sorted(item.seconds for item in refuted)
    return (
        f"Repairs, edits in the order of {order}: {len(verified)} of {len(refuted)} refuted mutants"
        f" ({len(verified) / len(refuted):.1%}; {len(attempts)} mutants) have a verified repair;"
        f" {sum(item.is_original for item in verified)} of {len(verified)} are the function before the mutation,"
        f" {sum(item.breaks for item in verified)} break the contract in CPython on sample arguments."
        f" {sum(item.proofs for item in refuted)} proofs, {sum(item.edits for item in refuted)} edits replayed in"
        f" {sum(item.runs for item in refuted)} runs; seconds for each mutant, median"
        f" {statistics.median(seconds):.2f}, 95 % within {seconds[int(0.95 * (len(seconds) - 1))]:.2f}."
    )


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.contracts.repairs", description=__doc__)
    parser.add_argument("--every", type=int, default=1, metavar="N", help="take each Nth mutant only")
    parser.add_argument(
        "--order", choices=("rules", "model"), default="rules", help="of the edits: by rule, or by energy"
    )
    arguments = parser.parse_args()
    order: Order = model_order() if arguments.order == "model" else lambda parsed, at: None
    attempts = measure(arguments.every, order)
    print(report(attempts, "their rules" if arguments.order == "rules" else "the model's energies"))
    return 1 if any(item.breaks for item in attempts) else 0


if __name__ == "__main__":
    sys.exit(main())
