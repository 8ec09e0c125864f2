"""Verdicts. This is the one module that may say ``verified``.

It says so of a function only when every obligation that was emitted is discharged, arguments are known that satisfy the
preconditions and for which the function returns as promised, nothing was left unmodelled or unread, and every contract
relied on is itself verified, without going round in circles. It says ``refuted`` only of what the interpreter replayed.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from groundstate_energy.contracts.core import Range
    from groundstate_energy.contracts.obligations import Obligation, Proof

_SEAL = object()


class Status(enum.Enum):
    VERIFIED = "verified"
    REFUTED = "refuted"
    BOUNDED = "bounded"
    """Tried on all arguments up to a size, or, of examples, on these."""
    UNKNOWN = "unknown"
    VACUOUS = "vacuous"
    """The preconditions contradict each other: nothing is promised."""
    STALE = "stale"
    """Of an earlier version of the text."""


@dataclass(frozen=True, slots=True)
class Counterexample:
    """A call that breaks a clause, as the interpreter saw it.

    Attributes:
        arguments: (parameter, value as text).
        values: the arguments themselves.
        returned: the returned value as text, or empty.
        exception: the class of the exception that came instead, or empty.
        parts: (text of a part of the clause, its value as text), for the parts that are no constants.
        path: byte ranges of the statements that ran, in order.
        where: byte range of what raised, or None.
        receiver: of a method whose object matters: its class, and the arguments of the constructor, in order. In
            ``arguments`` the object is then a call of the constructor; among ``values`` come nothing in its place and
            ``fields`` values of its fields before the others.
    """

    arguments: tuple[tuple[str, str], ...]
    values: tuple[object, ...]
    returned: str = ""
    exception: str = ""
    parts: tuple[tuple[str, str], ...] = ()
    path: tuple[Range, ...] = ()
    where: Range | None = None
    receiver: tuple[str, tuple[object, ...]] | None = None
    fields: int = 0

    @property
    def others(self) -> tuple[object, ...]:
        """The arguments beside the object; all of them where it does not matter."""
        return self.values[1 + self.fields :] if self.receiver is not None else self.values


@dataclass(frozen=True, slots=True)
class Verdict:
    """A status with its reason. ``at``: byte range that the reason is about. ``bound``: of a bounded verdict."""

    status: Status
    reason: str = ""
    at: Range | None = None
    bound: int = 0
    seal: object = field(default=None, repr=False, compare=False)

    def __post_init__(self) -> None:
        if self.status is Status.VERIFIED and self.seal is not _SEAL:
            raise ValueError("only groundstate_energy.contracts.verdicts says that something is verified")


@dataclass(frozen=True, slots=True)
class ClauseVerdict:
    """What became of one clause. ``clause``: its index among the function's, or -1 for exceptions that nothing allows."""

    clause: int
    kind: str
    text: str
    at: Range
    verdict: Verdict
    counterexample: Counterexample | None = None


@dataclass(frozen=True, slots=True)
class FunctionVerdict:
    """What became of a function's contract.

    Attributes:
        node: preorder index of its definition. at: byte range of its name.
        clauses: the verdicts of what it claims, in text order; preconditions claim nothing.
        key: names the normalised function, its clauses, what it calls, and the versions that concluded it.
    """

    name: str
    qualname: str
    node: int
    at: Range
    verdict: Verdict
    clauses: tuple[ClauseVerdict, ...] = ()
    key: str = ""

    @property
    def status(self) -> Status:
        return self.verdict.status

    @property
    def counterexample(self) -> Counterexample | None:
        return next((item.counterexample for item in self.clauses if item.counterexample is not None), None)


@dataclass(frozen=True, slots=True)
class Claim:
    """A clause that promises something. ``example``: what running it gave, where it is one: it holds, or not, or None."""

    index: int
    kind: str
    text: str
    at: Range
    example: bool | None = None
    example_reason: str = ""
    counterexample: Counterexample | None = None


@dataclass(frozen=True, slots=True)
class Refutation:
    """A replayed failure. ``clause``: its index, or -1 for an exception that nothing allows."""

    clause: int
    counterexample: Counterexample


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that is known of a function when its verdict is made.

    Attributes:
        claims: the clauses that promise something.
        unread: why a contract of it was not understood, and where.
        unmodelled: a construct that was not modelled, and where.
        refutation: a failure that was replayed.
        has_witness: arguments are known that satisfy the preconditions and for which it returned as promised.
        proof: None when none was tried or it did not come to an end.
        bound: the size up to which all arguments were tried.
        open_reason: why there is no proof, when there is none.
    """

    name: str
    qualname: str
    node: int
    at: Range
    claims: tuple[Claim, ...]
    unread: tuple[str, Range] | None = None
    unmodelled: tuple[str, Range] | None = None
    refutation: Refutation | None = None
    has_witness: bool = False
    proof: Proof | None = None
    bound: int = 0
    open_reason: str = ""
    key: str = ""


def conclude(evidence: Iterable[Evidence]) -> list[FunctionVerdict]:
    """The verdicts of the functions of a module, which may rely on each other's contracts."""
    items = list(evidence)
    by_name: dict[str, list[Evidence]] = {}
    for item in items:
        by_name.setdefault(item.name, []).append(item)
    shown: dict[str, bool] = {}
    for name, group in by_name.items():
        shown[name] = len(group) == 1 and _is_shown(group[0])
    return [_concluded(item, _reliance(item, by_name, shown)) for item in items]


def _is_shown(item: Evidence) -> bool:
    """Whether a function on its own is shown to keep its contract, if those that it relies on are."""
    proof = item.proof
    return (
        item.refutation is None
        and item.unread is None
        and item.unmodelled is None
        and proof is not None
        and proof.unmodelled is None
        and not proof.exhausted
        and proof.is_possible
        and item.has_witness
        and all(obligation.discharged for obligation in proof.obligations)
    )


def _reliance(item: Evidence, by_name: Mapping[str, list[Evidence]], shown: Mapping[str, bool]) -> str:
    """Why what a function relies on may not be relied on; empty when it may."""
    if item.proof is None:
        return ""
    seen: set[str] = set()
    pending = [name for name in item.proof.relied_on if name != item.name]
    if item.name in item.proof.relied_on and not item.proof.conforms:
        return f"`{item.name}` may return another type than it says"
    while pending:
        name = pending.pop()
        if name == item.name:
            return f"`{item.name}` is proved by way of itself"
        if name in seen:
            continue
        seen.add(name)
        if not shown.get(name, False):
            return f"`{name}` is not verified"
        proof = by_name[name][0].proof
        assert proof is not None
        if not proof.conforms:
            return f"`{name}` may return another type than it says"
        pending.extend(other for other in proof.relied_on if other != name)
    return ""


def _concluded(item: Evidence, unreliable: str) -> FunctionVerdict:
    clauses = tuple(_clause(item, claim, unreliable) for claim in item.claims)
    refutation = item.refutation
    if refutation is not None and refutation.clause < 0:
        found = refutation.counterexample
        at = found.where or item.at
        verdict = Verdict(Status.REFUTED, f"raises {found.exception}", at)
        clauses = (*clauses, ClauseVerdict(-1, "exception", "", at, verdict, found))
    return FunctionVerdict(
        item.name, item.qualname, item.node, item.at, _verdict(item, clauses, unreliable), clauses, item.key
    )


def _verdict(item: Evidence, clauses: tuple[ClauseVerdict, ...], unreliable: str) -> Verdict:
    refuted = next((clause for clause in clauses if clause.verdict.status is Status.REFUTED), None)
    if refuted is not None:
        return Verdict(Status.REFUTED, refuted.verdict.reason, refuted.at)
    if item.unread is not None:
        return Verdict(Status.UNKNOWN, item.unread[0], item.unread[1])
    examples = [claim for claim in item.claims if claim.kind == "example"]
    if examples and len(examples) == len(item.claims) and item.proof is None:
        if all(claim.example for claim in examples):
            return Verdict(Status.BOUNDED, f"{len(examples)} examples hold", item.at, len(examples))
        failed = next(claim for claim in examples if not claim.example)
        return Verdict(Status.UNKNOWN, failed.example_reason, failed.at)
    if item.unmodelled is not None:
        return Verdict(Status.UNKNOWN, item.unmodelled[0], item.unmodelled[1])
    proof = item.proof
    if proof is not None and not proof.is_possible and not item.has_witness:
        return Verdict(Status.VACUOUS, "the preconditions contradict each other", item.at)
    if _is_shown(item) and not unreliable:
        if all(clause.verdict.status is Status.VERIFIED for clause in clauses):
            return Verdict(Status.VERIFIED, "", item.at, seal=_SEAL)
        open_clause = next(clause for clause in clauses if clause.verdict.status is not Status.VERIFIED)
        return Verdict(Status.UNKNOWN, open_clause.verdict.reason, open_clause.at)
    reason, at = _why_open(item, None, unreliable)
    if item.bound:
        return Verdict(Status.BOUNDED, reason, at, item.bound)
    return Verdict(Status.UNKNOWN, reason, at)


def _clause(item: Evidence, claim: Claim, unreliable: str) -> ClauseVerdict:
    def made(verdict: Verdict, found: Counterexample | None = None) -> ClauseVerdict:
        return ClauseVerdict(claim.index, claim.kind, claim.text, claim.at, verdict, found)

    if claim.kind == "example":
        if claim.example is None:
            return made(Verdict(Status.UNKNOWN, claim.example_reason, claim.at))
        if claim.example:
            return made(Verdict(Status.VERIFIED, "", claim.at, seal=_SEAL))
        return made(Verdict(Status.REFUTED, claim.example_reason, claim.at), claim.counterexample)
    refutation = item.refutation
    if refutation is not None and refutation.clause == claim.index:
        found = refutation.counterexample
        reason = f"raises {found.exception}" if found.exception else "is false"
        return made(Verdict(Status.REFUTED, reason, claim.at), found)
    if _is_clause_shown(item, claim.index) and not unreliable:
        return made(Verdict(Status.VERIFIED, "", claim.at, seal=_SEAL))
    proof = item.proof
    if proof is not None and not proof.is_possible and not item.has_witness:
        return made(Verdict(Status.VACUOUS, "the preconditions contradict each other", claim.at))
    reason, at = _why_open(item, claim.index, unreliable)
    if item.bound and item.unmodelled is None and item.unread is None:
        return made(Verdict(Status.BOUNDED, reason, at, item.bound))
    return made(Verdict(Status.UNKNOWN, reason, at))


def _is_clause_shown(item: Evidence, index: int) -> bool:
    """Whether a clause holds by itself: all that is about it and all that is about no clause was shown."""
    proof = item.proof
    if proof is None or item.unread is not None or item.unmodelled is not None:
        return False
    if proof.unmodelled is not None or proof.exhausted or not proof.is_possible or not item.has_witness:
        return False
    if item.refutation is not None and item.refutation.clause < 0:
        return False
    return all(obligation.discharged for obligation in proof.obligations if obligation.clause in (index, -1))


def _why_open(item: Evidence, index: int | None, unreliable: str) -> tuple[str, Range]:
    """The first reason why something was not shown, and where."""
    if item.unread is not None:
        return item.unread
    if item.unmodelled is not None:
        return item.unmodelled
    proof = item.proof
    if proof is None:
        return item.open_reason or "no proof was tried", item.at
    if proof.unmodelled is not None:
        return proof.unmodelled
    if proof.exhausted:
        return "the budget for proofs was used up", item.at
    open_ = [obligation for obligation in proof.obligations if not obligation.discharged]
    own = [obligation for obligation in open_ if index is None or obligation.clause in (index, -1)]
    if own or open_:
        return _described((own or open_)[0])
    if not item.has_witness:
        return "no arguments were found for which it returns inside its preconditions", item.at
    return unreliable or "not shown", item.at


def _described(obligation: Obligation) -> tuple[str, Range]:
    words = {
        "clause": "not shown at this exit",
        "trap": f"not shown that it does not raise {obligation.exception}",
        "callee": "not shown that the precondition of what is called holds",
        "raises": f"not shown that it does not raise {obligation.exception}",
        "termination": "not shown that it ends",
        "pure": "not shown that it changes nothing",
    }
    return words[obligation.kind], obligation.at


def conclude_repair(
    before: Iterable[FunctionVerdict],
    refuted: FunctionVerdict,
    after: Iterable[FunctionVerdict],
    *,
    violations: int,
) -> Verdict | None:
    """``verified`` for an edit that mends ``refuted``, or None: an edit that is not shown to mend it is no repair of ours.

    Args:
        before, after: the verdicts of the whole file, as written and edited, of the same functions.
        violations: how many hard violations of other kinds the edit adds.

    It is said only where the function is verified afterwards, with the same claims; where every clause of the file that
    was verified still is, and no function is refuted that was not; and where no hard violation was added.
    """
    old, new = list(before), list(after)
    if violations or [item.qualname for item in old] != [item.qualname for item in new]:
        return None
    for was, is_ in zip(old, new, strict=True):
        same = [(claim.kind, claim.text) for claim in was.clauses if claim.clause >= 0] == [
            (claim.kind, claim.text) for claim in is_.clauses if claim.clause >= 0
        ]
        held = {claim.clause for claim in was.clauses if claim.verdict.status is Status.VERIFIED}
        holds = {claim.clause for claim in is_.clauses if claim.verdict.status is Status.VERIFIED}
        if not same or not held <= holds:
            return None
        if was.status is not Status.REFUTED and is_.status is Status.REFUTED:
            return None
        if was is refuted and is_.status is not Status.VERIFIED:
            return None
    if not any(item is refuted for item in old):
        return None
    return Verdict(Status.VERIFIED, "the edited function keeps its contract", refuted.at, seal=_SEAL)


def stale(verdict: FunctionVerdict) -> FunctionVerdict:
    """The verdict of an earlier version of the text."""
    clauses = tuple(
        replace(clause, verdict=Verdict(Status.STALE, clause.verdict.reason, clause.verdict.at))
        for clause in verdict.clauses
    )
    return replace(
        verdict, verdict=Verdict(Status.STALE, verdict.verdict.reason, verdict.verdict.at), clauses=clauses
    )
