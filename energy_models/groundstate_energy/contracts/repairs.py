"""Verified repairs: edits of a function that breaks its contract, replayed, then proved.

Counterexamples join a pool. Each candidate edit, the likeliest first, is replayed against the pool in the interpreter; what
survives is tried on more arguments, and what survives that is proved. A call that breaks an edited function joins the pool
too (counterexample-guided search, Solar-Lezama 2008), so the next edit is tried on it first. Edits of the contract itself
are no repairs. What a repair may be called is for ``verdicts`` to say.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from groundstate_energy.contracts.budget import Budget
from groundstate_energy.contracts.check import Checker
from groundstate_energy.contracts.core import Unmodelled
from groundstate_energy.contracts.examples import run_example
from groundstate_energy.contracts.excerpts import excerpt
from groundstate_energy.contracts.pools import Pool, fill
from groundstate_energy.contracts.search import Contract, search
from groundstate_energy.contracts.verdicts import FunctionVerdict, Verdict, conclude_repair
from groundstate_energy.contracts.versions import version_at
from groundstate_grammars.edits import Edit, Replacement
from groundstate_grammars.python import syntax as py
from groundstate_grammars.python.contracts.clauses import ClauseKind, FunctionContracts
from groundstate_grammars.python.parsed import ParsedFile

MOST_PROOFS = 3
MOST_EDITS = 1_500
"""Edits replayed for one function."""

_NATURAL_ORDER = (
    *(
        "GS312",
        "GS317",
        "GS315",
        "GS310",
        "GS311",
        "GS316",
        "GS314",
        "GS313",
        "GS307",
        "GS301",
        "GS306",
        "GS304",
    ),
    *("GS303", "GS302", "GS305", "GS308", "GS309"),
)


@dataclass(frozen=True, slots=True)
class Effort:
    """What a search for a repair cost: edits replayed, runs of the interpreter, proofs tried."""

    edits: int = 0
    runs: int = 0
    proofs: int = 0


@dataclass(frozen=True, slots=True)
class Repair:
    """An edit and what was shown of it. ``verdict``: made by ``verdicts`` alone, and always ``verified``."""

    edit: Edit
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Repaired:
    """The outcome of a search. ``repair``: None where none was proved within the budget."""

    repair: Repair | None
    effort: Effort


def natural_order(parsed: ParsedFile, nodes: Sequence[int]) -> Iterator[Edit]:
    """The candidate edits of functions without a model: by rule, those that most often mend a computation first.

    Comparisons and numbers come before operators, signs and negations, names and what is called last; within a rule the
    order is that of the text.
    """
    units = [unit for unit in parsed.units if unit.node in nodes]
    edits = [edit for unit in units for edit in parsed.candidates.of(unit).edits()]
    edits.sort(key=lambda edit: (_NATURAL_ORDER.index(edit.rule), edit.start))
    return iter(edits)


def find_repair(
    checker: Checker,
    parsed: ParsedFile,
    before: Sequence[FunctionVerdict],
    refuted: FunctionVerdict,
    edits: Iterable[Edit] | None = None,
    *,
    budget: Budget | None = None,
    wanted: Callable[[FunctionContracts], bool] | None = None,
    violations: Callable[[tuple[Replacement, ...]], int] = lambda replacements: 0,
    goes_on: Callable[[], bool] = lambda: True,
) -> Repaired:
    """The first of the candidate edits of a refuted function that is proved to keep its contract. Deterministic.

    Args:
        before: the verdicts of the file as written, found with the same ``budget`` and ``wanted``.
        refuted: the one of them to repair.
        edits: of this file, the likeliest first; None for ``natural_order``.
        violations: how many hard violations an edit adds anywhere in the file.
        goes_on: asked before each edit; False ends the search.
    """
    search_ = _Search(parsed, refuted)
    if not search_.is_modelled:
        return Repaired(None, Effort())
    if edits is None:
        edits = natural_order(parsed, (refuted.node,))
    proofs = 0
    found: Repair | None = None
    for edit in search_.survivors(edits, goes_on):
        if violations(edit.replacements):
            continue
        after = parsed.edited(edit.replacements)
        proofs += 1
        proved = checker.check_file(after, budget=budget, wanted=wanted)
        verdict = conclude_repair(before, refuted, proved, violations=0)
        if verdict is not None:
            found = Repair(edit, verdict)
            break
        search_.learn(proved)
        if proofs == MOST_PROOFS:
            break
    return Repaired(found, Effort(search_.edits, search_.pool.runs, proofs))


class _Search:
    """The replaying part: the pool of one function, and the edits that pass it."""

    def __init__(self, parsed: ParsedFile, refuted: FunctionVerdict) -> None:
        self.pool = Pool()
        self.edits = 0
        self.is_modelled = False
        self._qualname = refuted.qualname
        self._start = parsed.flat.start[refuted.node]
        self._excerpt = excerpt(parsed, refuted.node)
        written = version_at(self._excerpt, self._start)
        if written is None:
            return
        self._said = _said(written.said)
        self._spared = [clause.statement or (clause.start, clause.end) for clause in written.said.clauses]
        body = parsed.flat.child_by_field(refuted.node, py.FIELD_BODY)
        self._body = (parsed.flat.start[body], parsed.flat.end[body]) if body >= 0 else (0, 0)
        known = [item.counterexample.values for item in refuted.clauses if item.counterexample is not None]
        parameters = len(written.contract.function.parameters)
        try:
            self.pool = fill(written.contract, [item for item in known if len(item) == parameters])
        except Unmodelled:
            return
        self.is_modelled = True

    def survivors(self, edits: Iterable[Edit], goes_on: Callable[[], bool]) -> Iterator[Edit]:
        """The edits, in their order, that break no call of the pool as it is when they are asked for, nor any other."""
        for edit in edits:
            if self.edits >= MOST_EDITS or not goes_on():
                return
            if not self._may_edit(edit):
                continue
            self.edits += 1
            version = self._edited(edit.replacements)
            if version is None or not self.pool.keeps(version):
                continue
            try:
                found = search(version, [])
            except Unmodelled:
                continue
            self.pool.runs += found.runs
            if found.arguments is not None:
                self.pool.add_broken(found.arguments)
            elif found.returned:
                yield edit

    def learn(self, proved: Sequence[FunctionVerdict]) -> None:
        """A call that broke an edited version while it was checked joins the pool."""
        for verdict in proved:
            found = verdict.counterexample
            if verdict.qualname == self._qualname and found is not None and found.values:
                self.pool.add_broken(found.values)

    def _may_edit(self, edit: Edit) -> bool:
        """Whether an edit stays in the body and out of what the contract says there."""
        low, high = self._body
        return all(
            low <= item.start
            and item.end <= high
            and not any(
                item.start < end and start < max(item.end, item.start + 1) for start, end in self._spared
            )
            for item in edit.replacements
        )

    def _edited(self, replacements: tuple[Replacement, ...]) -> Contract | None:
        """The edited function; None where it is not modelled, says something else, or fails an example."""
        after = self._excerpt.edited(replacements)
        version = None if after.flat.errors else version_at(after, self._start)
        if version is None or _said(version.said) != self._said:
            return None
        examples = (clause for clause in version.said.clauses if clause.kind is ClauseKind.EXAMPLE)
        if any(run_example(version.programs, clause)[0] is False for clause in examples):
            return None
        return version.contract


def _said(contract: FunctionContracts) -> tuple[object, ...]:
    """What a contract says, wherever it stands."""
    return (
        len(contract.unread),
        *(
            (
                *(clause.kind, clause.syntax, clause.expression.text if clause.expression else ""),
                *(
                    clause.arguments,
                    clause.result,
                    clause.old,
                    clause.exceptions,
                    clause.expected,
                    clause.setup,
                ),
                *(clause.annotation, clause.statement is None),
            )
            for clause in contract.clauses
        ),
    )
