"""A report: the findings of one document."""

from __future__ import annotations

from dataclasses import dataclass, field

from groundstate.documents import Document
from groundstate.findings import Finding


@dataclass(frozen=True, slots=True)
class UnitEnergy:
    """A unit (byte range) and its free energy in nats."""

    name: str
    start: int
    end: int
    free_energy: float


@dataclass(frozen=True, slots=True)
class Counterexample:
    """A call that breaks a contract. ``arguments`` and ``values``, of parts of the clause: (text, value as text).

    ``returned``, ``exception``: what came of the call; one of them is empty. ``doctest``: the lines of an example that
    fails as long as it stands; none where a docstring cannot say it.
    """

    arguments: tuple[tuple[str, str], ...]
    returned: str
    exception: str
    values: tuple[tuple[str, str], ...]
    doctest: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ClauseStatus:
    """What became of one clause (byte range). ``verdict``: the value of a ``groundstate_energy`` ``Status``."""

    text: str
    start: int
    end: int
    verdict: str
    reason: str
    counterexample: Counterexample | None


@dataclass(frozen=True, slots=True)
class RepairSearch:
    """What was spent to look for a repair of a function: edits replayed, runs of the interpreter, proofs tried.

    ``found``: whether one of them is verified.
    """

    edits: int
    runs: int
    proofs: int
    found: bool


@dataclass(frozen=True, slots=True)
class ContractStatus:
    """What became of the contract of a function, whose name is at the byte range.

    ``reason_at``: where the reason lies. ``bound``: of a bounded verdict, how many values of each argument were tried.
    ``search``: of a refuted function whose repair was looked for.
    """

    function: str
    start: int
    end: int
    verdict: str
    reason: str
    reason_at: int
    bound: int
    clauses: tuple[ClauseStatus, ...]
    search: RepairSearch | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """The findings of one document in text order, and how many are not among them.

    ``ignored``: hidden by an ignore comment. ``known``: in the baseline. ``elsewhere``: on lines that did not change.
    ``contracts``: of every function that promises something, in text order.
    ``energies``: of the examined units in text order; none where the report comes from a cache.
    ``rests_on_others``: whether what is certain of other files may have had a say: something was found in the file, or in an
    edit of it. Where it had none, knowing less of other files changes nothing: exact rules are silent in doubt.
    ``sensitivity``: the one whose alarm budget its learned findings keep to.
    """

    document: Document
    findings: tuple[Finding, ...]
    ignored: int
    known: int = 0
    elsewhere: int = 0
    energies: tuple[UnitEnergy, ...] = ()
    contracts: tuple[ContractStatus, ...] = ()
    rests_on_others: bool = field(default=True, compare=False)
    sensitivity: str = "default"
