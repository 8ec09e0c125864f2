"""Mutants: examples with one injected bug whose repair is among the candidates, and clean examples.

The rule is drawn first, then a function that has it, then the corrupted form: operators and literals by how often the
form occurs naturally, names by a mixture of likeness, closeness and chance. The mutated unit is parsed and counted again,
so that nothing of the original is left in it; a mutant whose original is not offered at the mutated place is dropped.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from groundstate_energy.encoding import Window, encode
from groundstate_energy.features import FileStatistics, NameStatistics
from groundstate_grammars.edits import Replacement
from groundstate_grammars.python import candidates as rules
from groundstate_grammars.python.candidates import CandidateSet
from groundstate_grammars.python.edited import EditedUnit
from groundstate_grammars.python.parsed import ParsedFile
from groundstate_grammars.python.units import Unit
from groundstate_grammars.rules import SOFT_RULES

RULE_WEIGHTS: dict[str, float] = {
    "GS301": 0.26,
    "GS302": 0.13,
    "GS303": 0.11,
    "GS304": 0.10,
    "GS305": 0.03,
    "GS306": 0.04,
    "GS307": 0.02,
    "GS308": 0.03,
    "GS309": 0.015,
    "GS310": 0.02,
    "GS311": 0.02,
    "GS312": 0.05,
    "GS313": 0.02,
    "GS314": 0.035,
    "GS315": 0.09,
    "GS316": 0.015,
    "GS317": 0.03,
}
"""How often each rule is drawn: the distribution of mined fixes, flattened so that rare rules are learned too."""

MISSPELLED = 0.06
"""Share of name mutants that are misspellings found nowhere else."""

_WEIGHTS = np.array([RULE_WEIGHTS[code] for code in SOFT_RULES])
_INSERTIONS = frozenset((rules.INSERTED_NOT, rules.INSERTED_MINUS, rules.PLUS_ONE, rules.MINUS_ONE))


@dataclass(frozen=True, slots=True)
class Example:
    """A window with what is true of it.

    ``target``: index of the repair among its candidates, -1 when clean. ``back``: of the clean twin of a fix, the candidate
    that undoes the fix, else -1.
    """

    window: Window
    target: int
    rule: int
    ranking_only: bool
    back: int = -1


@dataclass(slots=True)
class Source:
    """A file of the corpus, parsed, with the units to learn from and their candidates as written."""

    file: ParsedFile
    statistics: FileStatistics
    units: list[Unit]
    clean: list[CandidateSet]


@dataclass(frozen=True, slots=True)
class Bug:
    """Replacements that inject a bug into unit ``index`` of a source."""

    index: int
    replacements: tuple[Replacement, ...]
    ranking_only: bool


def read_source(file: ParsedFile, units: Sequence[int], names: NameStatistics) -> Source:
    """A file made ready; ``units`` are indices into ``file.units``."""
    chosen = [file.units[i] for i in units if i < len(file.units)]
    return Source(
        file,
        FileStatistics(file, names),
        chosen,
        [file.candidates.of(unit) for unit in chosen],
    )


class Mutator:
    """Draws examples from sources.

    Args:
        forms: occurrences of each text in the corpus, for the natural frequency of operators and literals.
        names: library counts.
    """

    def __init__(self, forms: Mapping[str, int], names: NameStatistics, seed: int) -> None:
        self._forms = forms
        self._names = names
        self._random = random.Random(seed)
        self._numpy = np.random.default_rng(seed)
        self.rejected = 0
        self.made = 0

    def clean(self, source: Source, index: int) -> Example | None:
        """A window of a unit as written."""
        windows = encode(source.statistics, source.units[index], source.clean[index])
        if not windows:
            return None
        return Example(self._random.choice(windows), -1, -1, False)

    def mutants(self, sources: Sequence[Source], count: int) -> list[Example]:
        """About ``count`` mutants of the units of ``sources``."""
        found = []
        for source, bug in self._bugs(sources, count):
            example = self._example(source, bug)
            self.made += 1
            if example is None:
                self.rejected += 1
            else:
                found.append(example)
        return found

    def edited_units(self, sources: Sequence[Source], count: int) -> Iterator[tuple[EditedUnit, int]]:
        """About ``count`` mutated units and the byte (in the unit's own text) where each was mutated.

        Mutants that a hard term finds are left out.
        """
        for source, bug in self._bugs(sources, count):
            if not bug.ranking_only:
                edited = EditedUnit(source.file, source.units[bug.index], bug.replacements)
                if edited.unit is not None:
                    yield edited, bug.replacements[0].start - edited.shift

    def _bugs(self, sources: Sequence[Source], count: int) -> Iterator[tuple[Source, Bug]]:
        """Draw rules, then units that have them, then bugs."""
        have: list[list[tuple[int, int]]] = [[] for _ in SOFT_RULES]
        for s, source in enumerate(sources):
            for u, candidates in enumerate(source.clean):
                for rule in np.unique(candidates.site_rule[candidates.candidate_site]).tolist():
                    have[rule].append((s, u))
        available = np.array([bool(places) for places in have])
        if not available.any():
            return
        weights = _WEIGHTS * available
        for rule in self._numpy.choice(len(SOFT_RULES), count, p=weights / weights.sum()).tolist():
            s, u = self._random.choice(have[rule])
            bug = self._bug(sources[s], u, rule)
            if bug is not None:
                yield sources[s], bug

    def _bug(self, source: Source, index: int, rule: int) -> Bug | None:
        candidates = source.clean[index]
        at = np.flatnonzero(candidates.site_rule[candidates.candidate_site] == rule)
        if rule not in rules.NAME_RULES:
            return Bug(index, candidates.edit(self._draw_form(candidates, at)).replacements, False)
        # A site first, so that sites with many candidates are not drawn more often.
        site = int(self._numpy.choice(np.unique(candidates.candidate_site[at])))
        at = at[candidates.candidate_site[at] == site]
        if self._random.random() >= MISSPELLED:
            return Bug(index, candidates.edit(self._draw_name(source, candidates, at)).replacements, False)
        text = misspell(candidates.texts[int(candidates.site_current[site])], self._random)
        if text is None:
            return None
        place = Replacement(int(candidates.site_start[site]), int(candidates.site_end[site]), text.encode())
        # A misspelt name is undefined, which a hard term finds: such mutants train the ranking only.
        return Bug(index, (place,), rule in (rules.WRONG_NAME, rules.WRONG_FUNCTION))

    def _draw_name(self, source: Source, candidates: CandidateSet, at: NDArray[np.intp]) -> int:
        style = self._random.random()
        if style < 0.35 or len(at) == 1:
            return int(self._random.choice(at.tolist()))
        lexicon = source.file.lexicon
        site = candidates.candidate_site[at]
        cand = candidates.candidate_lex[at]
        if style < 0.65:
            similarity = lexicon.similarity(cand, candidates.site_current[site])
            weights = np.exp(5 * similarity)
        else:
            counts = np.bincount(candidates.lex, minlength=len(lexicon))[cand]
            weights = 0.1 + counts + 2.0 * (candidates.candidate_received[at] > 0)
        return int(self._numpy.choice(at, p=weights / weights.sum()))

    def _draw_form(self, candidates: CandidateSet, at: NDArray[np.intp]) -> int:
        weights = np.empty(len(at))
        for i, candidate in enumerate(at.tolist()):
            text = candidates.texts[int(candidates.candidate_lex[candidate])]
            if candidate in candidates.structural:
                weights[i] = 0.4 if text in _INSERTIONS else 1.0
            else:
                weights[i] = (self._forms.get(text, 0) + 10) ** 0.75
        return int(self._numpy.choice(at, p=weights / weights.sum()))

    def _example(self, source: Source, bug: Bug) -> Example | None:
        edited = EditedUnit(source.file, source.units[bug.index], bug.replacements)
        unit = edited.unit
        if unit is None:
            return None
        found = edited.candidates.of(unit)
        target = edited.way_back(found, bug.replacements[0].start - edited.shift)
        if target is None:
            return None
        rule = int(found.site_rule[found.candidate_site[target]])
        return labelled(source.statistics.of_edited(edited), unit, found, target, rule, bug.ranking_only)


def labelled(
    statistics: FileStatistics,
    unit: Unit,
    candidates: CandidateSet,
    target: int,
    rule: int,
    ranking_only: bool,
) -> Example | None:
    """The window of a unit that holds candidate ``target``, as an example."""
    for window in encode(statistics, unit, candidates):
        place = np.flatnonzero(window.candidates == target)
        if len(place):
            return Example(window, int(place[0]), rule, ranking_only)
    return None


def misspell(text: str, rng: random.Random) -> str | None:
    """A misspelling of an identifier by one letter, or None for one too short."""
    if len(text) < 4 or text.startswith("__"):
        return None
    i = rng.randrange(1, len(text) - 1)
    kind = rng.randrange(4)
    if kind == 0:
        made = text[:i] + text[i + 1 :]
    elif kind == 1:
        made = text[:i] + text[i] + text[i:]
    elif kind == 2:
        made = text[:i] + text[i + 1] + text[i] + text[i + 2 :]
    else:
        made = text[:i] + rng.choice("abcdefghijklmnopqrstuvwxyz_") + text[i + 1 :]
    return made if made != text and made.isidentifier() else None
