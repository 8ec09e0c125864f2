"""The engine: units in, scored edits out. What the linter and the language server run.

What was found of a unit stays found while no edit of its file can have changed it (``recollection``).
"""

from __future__ import annotations

import functools
import logging
import threading
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from typing import Protocol
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from groundstate_energy.devices import Choice
from groundstate_energy.encoding import Window
from groundstate_energy.energy import Energy, EnergyGap, TermGap
from groundstate_energy.features import FileStatistics, NameStatistics
from groundstate_energy.minimiser import (
    KEPT,
    Encoded,
    EncodedUnit,
    Score,
    ScoredUnit,
    Worth,
    encode_units,
    in_parts,
    prior,
    score_units,
    to_read,
)
from groundstate_energy.model_package import LEVELS, ModelPackage, RuleCalibration
from groundstate_energy.recollection import Recollection
from groundstate_energy.scorer import Scorer
from groundstate_energy.terms import Violation
from groundstate_energy.usage import UsageTerm
from groundstate_grammars.edits import Edit, Replacement
from groundstate_grammars.project import ProjectFacts
from groundstate_grammars.python.candidates import CandidateSet
from groundstate_grammars.python.edited import EditedUnit
from groundstate_grammars.python.parsed import ParsedFile
from groundstate_grammars.python.units import Unit, UnitKind
from groundstate_grammars.rules import RULES, SOFT_RULES

CERTIFIED = 0.95
"""Lower bound of auto-fix precision from which a rule's repairs may be applied without asking."""
_SILENT = RuleCalibration(1.0, -9.0, dict.fromkeys(LEVELS, float("inf")), 0, 0, 0.0)

QUIET = 3
"""Best edits kept of a unit in which none passes an alarm budget."""
LEARNED_UNITS = frozenset((UnitKind.FUNCTION,))
"""Units that training saw. Edits of others are ranked, but no alarm budget shows them."""
_LOUD = frozenset(("strict", "default"))
_TOKENS_AT_ONCE = 8_000
"""Tokens of units that are scored at once, some 1,300 lines: candidates and windows take 2.4 kB a token."""

logger = logging.getLogger("groundstate.energies")


class HardTerms(Protocol):
    """What hard terms say of a file, and of edits of it."""

    @property
    def violations(self) -> Sequence[Violation]: ...
    def allows(self, replacements: tuple[Replacement, ...]) -> bool:
        """Whether an edit adds no violation anywhere in the file."""
        ...


@dataclass(frozen=True, slots=True)
class EditEvidence:
    """A place that speaks for an edit: byte range in the file, and what is to be seen there."""

    start: int
    end: int
    message: str


@dataclass(frozen=True, slots=True)
class ScoredEdit:
    """An edit with its energy gap split by term, the posterior it was ranked by, and its calibrated probability."""

    edit: Edit
    start: int
    end: int
    gap: EnergyGap
    log_odds: float
    probability: float
    level: str
    certified: bool
    message: str
    evidence: tuple[EditEvidence, ...]

    def moved(self, by: int) -> ScoredEdit:
        """The same edit in a text where the unit starts ``by`` bytes later."""
        if not by:
            return self
        return replace(
            self,
            edit=self.edit.moved(by),
            start=self.start + by,
            end=self.end + by,
            evidence=tuple(EditEvidence(e.start + by, e.end + by, e.message) for e in self.evidence),
        )


@dataclass(frozen=True, slots=True)
class UnitResult:
    """A unit's free energy (nats) and its best edits, best first."""

    unit: Unit
    free_energy: float
    edits: tuple[ScoredEdit, ...]
    is_beyond: bool = False
    """Whether it is beyond the reach of the learned term, and looked at only because a hard term fires in it."""


@dataclass(frozen=True, slots=True)
class _Remembered:
    """A result with the edits that hard terms were asked about, and whether they allowed them."""

    result: UnitResult | None
    asked: tuple[tuple[Edit, bool], ...] = ()

    def holds(self, moved: int, veto: _Veto) -> bool:
        """Whether hard terms say the same now that the unit starts ``moved`` bytes later."""
        return all(veto.allows(edit.moved(moved)) == said for edit, said in self.asked)


class Engine:
    """Scores the units of files with the usage and the learned term.

    Args:
        package: a verified model package. device: ``auto``, ``cpu`` or ``cuda``. threads: of the CPU, 0 for all.
        remembers: whether files come again after an edit, as in an editor: then what was found of them is kept.

    Raises:
        ModelPackageError: the network cannot be loaded.
    """

    def __init__(
        self, package: ModelPackage, *, device: str = "auto", threads: int = 0, remembers: bool = True
    ) -> None:
        self.package = package
        self._scorer = Scorer(package, device, threads, remembers=remembers)
        self.device = self._scorer.device
        self._usage = UsageTerm(package.usage_weight, package.usage_bias)
        self._names = NameStatistics(package.names, package.table)
        self._recollections: defaultdict[str, Recollection[_Remembered]] | None = (
            defaultdict(Recollection[_Remembered]) if remembers else None
        )
        self._examined: WeakKeyDictionary[ParsedFile, FileStatistics] = WeakKeyDictionary()

    @property
    def choice(self) -> Choice:
        """What the network runs on, and why."""
        return self._scorer.choice

    def score(self, file: ParsedFile, units: Sequence[Unit]) -> list[ScoredUnit]:
        """System 1 on some units of a file, nothing remembered and nothing vetoed."""
        if isinstance(file, EditedUnit):
            statistics = FileStatistics(file.base, self._names).of_edited(file)
        else:
            statistics = FileStatistics(file, self._names)
        scored = score_units(statistics, units, self._usage, self._scorer.gaps)
        return [unit for unit in scored if len(unit.candidates)]

    def examine(
        self,
        file: ParsedFile,
        facts: ProjectFacts | None,
        *,
        hard: HardTerms | None,
        level: str,
        proceed: Callable[[], None] = lambda: None,
    ) -> Sequence[UnitResult]:
        """Results of all units with candidates that may have an edit within ``level``, in text order.

        Units of which counting says that the learned term would have to add more than its reach (``ModelPackage.reach``)
        are left out, unless a hard term fires in them: then edits are wanted as repairs.

        Args:
            facts: soft facts of the project, None for the file alone.
            hard: the hard terms; an edit of the levels ``strict`` and ``default`` that adds a violation anywhere in the
                file is never among the results.
            level: an alarm budget, or ``all``: then units of the kinds are looked at too of which no budget shows an edit.
            proceed: called before every unit and every pass of the network; what it raises ends the work. The network's
                passes until then are remembered, where the engine remembers, so that the next look goes on from there.
        """
        seen = file
        if file.project is not facts:
            file = file.within(facts)
        statistics = FileStatistics(file, self._names)
        units = [unit for unit in file.units if level not in LEVELS or unit.kind in LEARNED_UNITS]
        recollection = None if self._recollections is None else self._recollections[level]
        recalled = None if recollection is None else recollection.recall(file)
        veto = _Veto(hard)
        results: dict[int, UnitResult] = {}
        found: dict[int, tuple[_Remembered, Encoded]] = {}
        passes = self._scorer.passes
        gaps: Score = functools.partial(self._scorer.gaps, proceed=proceed)
        known = {} if recalled is None else recalled.units
        counted = {} if recalled is None else recalled.recounted
        worth = worth_a_pass(self.package, level)

        def encode(part: Sequence[Unit], worth: Worth) -> list[EncodedUnit]:
            return encode_units(statistics, part, self._usage, counted, proceed, worth)

        def take(
            encoded: Sequence[EncodedUnit], said: Iterable[NDArray[np.float32]], *, is_beyond: bool = False
        ) -> None:
            left = iter(said)
            for unit in encoded:
                scored, node = unit.scored(left), unit.unit.node
                remembered = _Remembered(None)
                if scored.read:
                    remembered = self._result(statistics, scored, veto, is_beyond=is_beyond)
                if remembered.result is not None:
                    results[node] = remembered.result
                if recollection is not None:
                    found[node] = remembered, (unit.candidates, unit.windows)

        def look(at: Sequence[Unit], worth: Worth, *, is_beyond: bool = False) -> None:
            for part in in_parts(at, _TOKENS_AT_ONCE):
                encoded = encode(part, worth)
                take(encoded, gaps(to_read(encoded)), is_beyond=is_beyond)

        missing = [unit for unit in units if unit.node not in known]
        if recalled is None or hard is None:
            look(missing, worth)
        else:
            # What the network has to read comes first: while it does, the rest is encoded, and hard violations are found.
            new = [unit for unit in missing if unit.node not in recalled.stood]
            stood = [unit for unit in missing if unit.node in recalled.stood]
            with _Beside(gaps) as network:
                before: list[EncodedUnit] = []
                for part in (*in_parts(new, _TOKENS_AT_ONCE), *in_parts(stood, _TOKENS_AT_ONCE)):
                    encoded = encode(part, worth)
                    said = network.said()
                    network.read(to_read(encoded))
                    take(before, said)
                    before = encoded
                _ = hard.violations
                take(before, network.said())
        changed = []
        for unit in units:
            kept = known.get(unit.node)
            if kept is None:
                continue
            remembered, moved = kept.result, unit.start - kept.unit.start
            if not remembered.holds(moved, veto):
                changed.append(unit)
                continue
            result = remembered.result
            if result is not None and (not result.is_beyond or veto.fires_in(unit)):
                edits = tuple(edit.moved(moved) for edit in result.edits)
                results[unit.node] = UnitResult(unit, result.free_energy, edits, result.is_beyond)
        look(changed, worth)
        left = [unit for unit in units if unit.node not in results] if level in LEVELS else []
        violated = [unit for unit in left if veto.fires_in(unit)]
        look(violated, _worth_it, is_beyond=True)
        if recollection is not None and recalled is not None:
            recollection.keep(recalled, found)
            self._examined[seen] = statistics
        logger.info(
            "energies: %d units known, %d looked at; %d passes of the network, %d edits vetted",
            len(units) - len(missing) - len(changed),
            len(missing) + len(changed),
            self._scorer.passes - passes,
            veto.asked,
        )
        return [results[unit.node] for unit in units if unit.node in results]

    def examine_edited(
        self,
        file: ParsedFile,
        unit: Unit,
        replacements: Sequence[Replacement],
        *,
        moved: int,
        hard: HardTerms,
        level: str,
        proceed: Callable[[], None] = lambda: None,
    ) -> Sequence[UnitResult] | None:
        """The result of one function after an edit that leaves the rest of its file as it is; none where it has none.

        Equal to what ``examine`` finds in it, as long as the edit concerns no facts that are the whole file's, such as the
        signatures of its functions. None where ``file`` was not examined, or the function does not parse.

        Args:
            file: an earlier version. unit: a function of it. replacements: offsets of that version, inside the unit or the
                blank lines after it.
            moved: bytes that other edits have moved the function by.
            hard: the hard terms of the version after all edits. level, proceed: as for ``examine``.
        """
        examined = self._examined.get(file)
        if examined is None:
            return None
        edited = EditedUnit(examined.file, unit, replacements)
        if edited.unit is None:
            return None
        statistics = examined.of_edited(edited)
        by = edited.shift + moved
        veto = _Veto(hard, by)
        gaps: Score = functools.partial(self._scorer.gaps, proceed=proceed)

        def look(worth: Worth, *, is_beyond: bool = False) -> UnitResult | None:
            assert edited.unit is not None
            encoded = encode_units(statistics, [edited.unit], self._usage, worth=worth)
            with _Beside(gaps) as network:
                network.read(to_read(encoded))
                _ = hard.violations
                scored = encoded[0].scored(iter(network.said()))
            return self._result(statistics, scored, veto, is_beyond=is_beyond).result if scored.read else None

        result = look(worth_a_pass(self.package, level))
        if result is None and veto.fires_in(edited.unit):
            result = look(_worth_it, is_beyond=True)
        if result is None:
            return []
        here = replace(edited.unit, start=edited.unit.start + by, end=edited.unit.end + by)
        edits = tuple(edit.moved(by) for edit in result.edits)
        return [UnitResult(here, result.free_energy, edits, result.is_beyond)]

    def landscape(
        self, file: ParsedFile, facts: ProjectFacts | None, at: int, *, most: int
    ) -> UnitResult | None:
        """System 1 on the innermost unit around byte ``at``: its ``most`` best edits, best first, nothing vetoed.

        None where no unit with candidates is.
        """
        if file.project is not facts:
            file = file.within(facts)
        around = [unit for unit in file.units if unit.start <= at <= unit.end]
        unit = min(around, key=lambda unit: unit.end - unit.start, default=None)
        statistics = FileStatistics(file, self._names)
        scored = [] if unit is None else score_units(statistics, [unit], self._usage, self._scorer.gaps)
        if unit is None or not len(scored[0].candidates):
            return None
        edits = tuple(self._edit(statistics, scored[0], candidate) for candidate in scored[0].best(most))
        return UnitResult(unit, scored[0].free_energy, edits)

    def _result(
        self, statistics: FileStatistics, scored: ScoredUnit, veto: _Veto, *, is_beyond: bool
    ) -> _Remembered:
        """The result of a unit, and what hard terms were asked for it."""
        calibration = self.package.calibration
        best = scored.best(KEPT)
        known = scored.unit.kind in LEARNED_UNITS
        levels = {
            c: calibration.get(scored.rule(c), _SILENT).level(scored.log_odds(c)) if known else "all"
            for c in best
        }
        if all(level == "all" for level in levels.values()):
            best = best[:QUIET]
        # Hard terms look at the whole file, so they are asked only about edits that pass the default alarm budget; whoever
        # shows others asks them then.
        asked = {c: veto.allows(scored.candidates.edit(c)) for c in best if levels[c] in _LOUD}
        edits = tuple(self._edit(statistics, scored, c) for c in best if asked.get(c, True))
        said = tuple((scored.candidates.edit(c), allowed) for c, allowed in asked.items())
        return _Remembered(UnitResult(scored.unit, scored.free_energy, edits, is_beyond), said)

    def _edit(self, statistics: FileStatistics, scored: ScoredUnit, candidate: int) -> ScoredEdit:
        candidates = scored.candidates
        edit = candidates.edit(candidate)
        calibration = self.package.calibration.get(edit.rule, _SILENT)
        log_odds = scored.log_odds(candidate)
        start, end = place_of(statistics.file, scored, candidate)
        gap = EnergyGap(
            (
                TermGap("usage", Energy(0, round(float(scored.usage[candidate]), 4))),
                TermGap("learned", Energy(0, round(float(scored.learned[candidate]), 4))),
            )
        )
        return ScoredEdit(
            edit=edit,
            start=start,
            end=end,
            gap=gap,
            log_odds=log_odds,
            probability=calibration.probability(log_odds),
            level=calibration.level(log_odds) if scored.unit.kind in LEARNED_UNITS else "all",
            certified=calibration.certified >= CERTIFIED,
            message=_message(statistics.file.data, edit),
            evidence=_evidence(statistics, scored, candidate),
        )


def place_of(file: ParsedFile, scored: ScoredUnit, candidate: int) -> tuple[int, int]:
    """Byte range of ``file`` that a finding of a candidate points at: its site, or the token there where it inserts."""
    candidates = scored.candidates
    site = int(candidates.candidate_site[candidate])
    start, end = int(candidates.site_start[site]), int(candidates.site_end[site])
    if start != end:
        return start, end
    token = scored.unit.tokens[int(candidates.site_token[site])]
    return file.tokens.start[token], file.tokens.end[token]


def _message(data: bytes, edit: Edit) -> str:
    """What the finding says: the rule's summary made concrete."""

    def shown(text: bytes) -> str:
        decoded = " ".join(text.decode("utf-8", "replace").split())
        return f"`{decoded if len(decoded) <= 40 else decoded[:39] + '…'}`"

    replacements = edit.replacements
    olds = [data[r.start : r.end] for r in replacements]
    news = [r.new for r in replacements]
    if len(replacements) == 2 and olds == news[::-1]:
        return f"{shown(olds[0])} and {shown(olds[1])} fit better in the other order"
    if not olds[0].strip():
        return f"{shown(b''.join(news).strip())} seems to be missing here"
    if not news[0].strip():
        return f"{shown(olds[0].strip())} should probably not be here"
    kind = RULES[edit.rule].name.removeprefix("wrong-").replace("-", " ")
    return f"{shown(news[0])} fits here better than {shown(olds[0])} ({kind})"


def _evidence(statistics: FileStatistics, scored: ScoredUnit, candidate: int) -> tuple[EditEvidence, ...]:
    """Where the suggested name is last used before the site, or first after it."""
    candidates = scored.candidates
    if candidate in candidates.structural:
        return ()
    text = int(candidates.candidate_lex[candidate])
    at = np.flatnonzero(candidates.lex == text)
    if not len(at):
        return ()
    position = int(candidates.site_token[candidates.candidate_site[candidate]])
    before = at[at < position]
    token = scored.unit.tokens[int(before[-1] if len(before) else at[0])]
    tokens = statistics.file.tokens
    if tokens.node[token] < 0 or tokens.end[token] - tokens.start[token] < 2:
        return ()
    return (EditEvidence(tokens.start[token], tokens.end[token], f"`{candidates.texts[text]}` is used here"),)


def _worth_it(candidates: CandidateSet, counted: NDArray[np.float32]) -> bool:
    return True


def worth_a_pass(package: ModelPackage, level: str) -> Worth:
    """Whether an edit of a unit can be within an alarm budget, if the learned term adds no more than its reach."""
    reach = package.reach.get(level, float("inf"))
    if level not in LEVELS or reach == float("inf"):
        return _worth_it
    thresholds = np.array([package.calibration.get(rule, _SILENT).thresholds[level] for rule in SOFT_RULES])

    def worth(candidates: CandidateSet, counted: NDArray[np.float32]) -> bool:
        # Log-odds less the prior are at most minus the gap: the text as written has gap 0.
        needed = thresholds[candidates.site_rule].take(candidates.candidate_site) + counted
        return bool(np.minimum.reduce(needed) <= reach + prior(candidates.unit))

    return worth


class _Beside:
    """Scores windows on a thread of its own, for a network needs no Python. A context: at its end nothing is under way.

    Not an executor: its thread is waited for at exit.
    """

    def __init__(self, score: Score) -> None:
        self._score = score
        self._found: Future[list[NDArray[np.float32]]] | None = None

    def __enter__(self) -> _Beside:
        return self

    def __exit__(self, *_: object) -> None:
        if self._found is not None:
            self._found.exception()

    def read(self, windows: Sequence[Window]) -> None:
        """Begin to score windows. What was said of those before has been taken."""
        if not windows:
            return
        found = self._found = Future[list[NDArray[np.float32]]]()

        def run() -> None:
            try:
                found.set_result(self._score(windows))
            except BaseException as error:
                found.set_exception(error)

        threading.Thread(target=run, name="groundstate-network", daemon=True).start()

    def said(self) -> list[NDArray[np.float32]]:
        """The gaps of the windows that were begun last, when they are there; none of none."""
        found, self._found = self._found, None
        return [] if found is None else found.result()


class _Veto:
    """Whether hard terms allow an edit, and what was asked of them.

    ``by``: bytes that a unit stands further on in the text of the hard terms than in the one it is read in.
    """

    def __init__(self, hard: HardTerms | None, by: int = 0) -> None:
        self._hard = hard
        self._by = by
        self.asked = 0

    def fires_in(self, unit: Unit) -> bool:
        """Whether a hard term fires in ``unit`` as written."""
        violations = () if self._hard is None else self._hard.violations
        return any(unit.start <= violation.start - self._by < unit.end for violation in violations)

    def allows(self, edit: Edit) -> bool:
        if self._hard is None:
            return True
        self.asked += 1
        return self._hard.allows(edit.moved(self._by).replacements)
