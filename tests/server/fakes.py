"""A stand-in for the engine: it proposes the edits that a test lists."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from groundstate.analysis import Reason
from groundstate_energy.devices import Choice
from groundstate_energy.energy import Energy, EnergyGap, TermGap
from groundstate_grammars.edits import Edit, Replacement
from groundstate_grammars.project import ProjectFacts
from groundstate_grammars.python.parsed import ParsedFile


@dataclass(frozen=True)
class Proposal:
    """Replace ``old`` (found in the text, its ``nth`` occurrence) by ``new``."""

    old: bytes
    new: bytes
    rule: str = "GS301"
    level: str = "default"
    probability: float = 0.9
    soft: float = -3.0
    certified: bool = False
    nth: int = 0


@dataclass(frozen=True)
class FakeScoredEdit:
    edit: Edit
    start: int
    end: int
    gap: EnergyGap
    probability: float
    level: str
    certified: bool
    message: str
    evidence: tuple[Reason, ...] = ()


@dataclass(frozen=True)
class FakeUnit:
    qualname: str
    start: int
    end: int


@dataclass(frozen=True)
class FakeUnitResult:
    unit: FakeUnit
    free_energy: float
    edits: tuple[FakeScoredEdit, ...]


@dataclass
class FakeEngine:
    """Each list of proposals is a unit; those whose old text is not in the file are left out."""

    units: Sequence[Sequence[Proposal]]
    calls: int = field(default=0)
    choice: Choice = field(default=Choice("cpu", "as asked"))

    def examine(
        self,
        file: ParsedFile,
        facts: ProjectFacts | None,
        *,
        hard: Callable[..., object] | None,
        level: str,
        proceed: Callable[[], None] = lambda: None,
    ) -> list[FakeUnitResult]:
        self.calls += 1
        results = []
        for unit in self.units:
            edits = [_scored(file.data, proposal) for proposal in unit if proposal.old in file.data]
            ordered = tuple(sorted(edits, key=lambda edit: edit.gap.total))
            results.append(FakeUnitResult(FakeUnit("f", 0, len(file.data)), 1.5, ordered))
        return results

    def examine_edited(self, *arguments: object, **options: object) -> None:
        """Only whole files are looked at."""

    def landscape(
        self, file: ParsedFile, facts: ProjectFacts | None, at: int, *, most: int
    ) -> FakeUnitResult | None:
        results = self.examine(file, facts, hard=None, level="all")
        return results[0] if results and results[0].edits else None


def _scored(data: bytes, proposal: Proposal) -> FakeScoredEdit:
    start = -1
    for _ in range(proposal.nth + 1):
        start = data.index(proposal.old, start + 1)
    return scored(start, start + len(proposal.old), proposal)


def scored(start: int, end: int, proposal: Proposal) -> FakeScoredEdit:
    """What ``proposal`` says of a place."""
    soft = proposal.soft
    gap = EnergyGap((TermGap("usage", Energy(0, soft / 4)), TermGap("learned", Energy(0, soft - soft / 4))))
    old, new = proposal.old.decode(), proposal.new.decode()
    return FakeScoredEdit(
        edit=Edit(proposal.rule, (Replacement(start, end, proposal.new),)),
        start=start,
        end=end,
        gap=gap,
        probability=proposal.probability,
        level=proposal.level,
        certified=proposal.certified,
        message=f"`{new}` fits better than `{old}` here",
    )
