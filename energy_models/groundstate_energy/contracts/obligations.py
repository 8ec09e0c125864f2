"""What has to be shown of a function, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass, field

from groundstate_energy.contracts.core import Range


@dataclass(frozen=True, slots=True)
class Obligation:
    """One thing to be shown.

    Attributes:
        kind: clause (a condition holds at one exit), trap (an operation raises nothing), callee (a precondition of what is
            called holds), raises (only allowed exceptions leave), termination, or pure.
        clause: index of the clause that it is about, or -1: then it is everybody's.
        at: byte range in the file.
        exception: what would be raised, or empty.
        discharged: it was shown.
        arguments: those of a model in which it fails, where z3 gave one; to be replayed, proof of nothing.
    """

    kind: str
    clause: int
    at: Range
    exception: str
    discharged: bool
    arguments: tuple[object, ...] | None = None


@dataclass(slots=True)
class Proof:
    """What a prover says of a function.

    Attributes:
        obligations: all that were emitted.
        unmodelled: a construct and its range; then nothing was shown.
        is_possible: the preconditions do not contradict each other, as far as z3 can tell (False: they do).
        relied_on: functions whose contracts were used in place of their bodies.
        conforms: what is returned is of the annotated type.
        exhausted: z3's budget for the function was used up.
        questions: asked of z3.
    """

    obligations: list[Obligation] = field(default_factory=list)
    unmodelled: tuple[str, Range] | None = None
    is_possible: bool = True
    relied_on: tuple[str, ...] = ()
    conforms: bool = True
    exhausted: bool = False
    questions: int = 0
