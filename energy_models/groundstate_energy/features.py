"""The observations of the usage term: what counting alone says about each candidate.

One row a candidate. Counts leave the site's own occurrence out. The network gets the same rows as an input and learns
the residual.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from groundstate_energy.ngrams import (
    NEIGHBOURHOODS,
    CorpusTable,
    Ids,
    keys_at,
    keys_of,
    occurrences,
    slots_at,
    text_hashes,
)
from groundstate_grammars.lexicon import Lexicon
from groundstate_grammars.python.candidates import (
    NAME_RULES,
    WRONG_ATTRIBUTE,
    WRONG_FUNCTION,
    WRONG_METHOD,
    CandidateSet,
)
from groundstate_grammars.python.edited import EditedUnit
from groundstate_grammars.python.lexical import STATEMENT, Role
from groundstate_grammars.python.parsed import ParsedFile

FEATURES: tuple[str, ...] = (
    "similarity",
    "unit count, candidate",
    "unit count, as written",
    "file count, candidate",
    "file count, as written",
    "project count, candidate",
    "project count, as written",
    "library count, candidate",
    "library count, as written",
    "same role, candidate",
    "same role, as written",
    "same receiver, candidate",
    "same receiver, as written",
    "distance, candidate",
    "distance, as written",
    "slot similarity, candidate",
    "slot similarity, as written",
    "equals sibling, candidate",
    "equals sibling, as written",
    "unused so far, candidate",
    "used only here, as written",
    "bound before, candidate",
    "known, as written",
    "imported, candidate",
    "looks misspelt",
    "name rule",
    *(
        f"{where} {around}, {which}"
        for which in ("candidate", "as written")
        for where in ("file", "corpus")
        for around in (
            "after the token before",
            "before the token after",
            "two after",
            "two before",
            "between both",
        )
    ),
)
FEATURE_COUNT = len(FEATURES)
BASE_FEATURES = FEATURE_COUNT - 4 * NEIGHBOURHOODS

_ROLE_ROW = {WRONG_FUNCTION: 1, WRONG_ATTRIBUTE: 2, WRONG_METHOD: 3}
_ROWS = np.array([_ROLE_ROW.get(rule, 0) for rule in range(32)])


class NameStatistics:
    """How many repositories of the training corpus use a name: which names are known library members.

    ``table``: n-grams of the corpus; files that it was made from must not be trained on, or the network learns to trust
    what it will not have. ``own``: repositories to leave out of every name count: 1 while training, else 0.
    """

    def __init__(
        self, repositories: Mapping[str, int], table: CorpusTable | None = None, own: int = 0
    ) -> None:
        self.repositories = repositories
        self.table = table if table is not None else CorpusTable.empty()
        self.own = own

    def logs(self, texts: list[str]) -> NDArray[np.float32]:
        """log(1 + repositories) for each text, shape ``(len(texts),)``."""
        get = self.repositories.get
        counts = np.array([get(text, 0) for text in texts], np.float32) - self.own
        return np.log1p(np.maximum(counts, 0))


class FileStatistics:
    """Counts of one file, ready for indexing by lexicon id."""

    def __init__(self, file: ParsedFile, names: NameStatistics) -> None:
        self.file = file
        self.names = names
        self._project = np.zeros(0, np.float32)
        self._library = np.zeros(0, np.float32)
        self._imported = np.zeros(0, np.float32)
        self._hashes = np.zeros(0, np.uint64)
        self._keys: NDArray[np.int64] | None = None
        self._before: tuple[FileStatistics, NDArray[np.int64]] | None = None

    def of_edited(self, edited: EditedUnit) -> FileStatistics:
        """Statistics of an edited unit of this file; its lexicon extends the file's, so the tables are shared."""
        other = FileStatistics(edited, self.names)
        other._project, other._library, other._imported = self.tables()
        other._hashes = self.hashes()
        own = self.file.tokens.lex[np.array(edited.base_unit.tokens, np.intp)].astype(np.int64)
        other._before = (self, keys_of(own))
        return other

    def hashes(self) -> NDArray[np.uint64]:
        """Text hashes of the lexicon."""
        texts = self.file.lexicon.texts
        have = len(self._hashes)
        if have < len(texts):
            self._hashes = np.concatenate([self._hashes, text_hashes(texts[have:])])
        return self._hashes

    def file_keys(self) -> NDArray[np.int64]:
        """N-gram keys of the whole file, sorted."""
        if self._keys is None:
            self._keys = keys_of(self.file.tokens.lex.astype(np.int64))
        return self._keys

    def occurrences(self, keys: NDArray[np.int64], unit: NDArray[np.int64]) -> NDArray[np.int64]:
        """How often n-grams occur in the file; ``unit``: the tokens of the unit they are asked for."""
        if self._before is None:
            return occurrences(self.file_keys(), keys)
        base, old = self._before
        return occurrences(base.file_keys(), keys) - occurrences(old, keys) + occurrences(keys_of(unit), keys)

    def tables(self) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
        """Project counts (log), library counts (log) and imported flags of every text of the lexicon."""
        texts = self.file.lexicon.texts
        have = len(self._project)
        if have < len(texts):
            new = texts[have:]
            project = self.file.project
            counts = [project.names.get(text, 0) if project is not None else 0 for text in new]
            imported = self.file.facts.imported
            self._project = np.concatenate([self._project, np.log1p(np.array(counts, np.float32))])
            self._library = np.concatenate([self._library, self.names.logs(new)])
            flags = np.array([text in imported for text in new], np.float32)
            self._imported = np.concatenate([self._imported, flags])
        return self._project, self._library, self._imported


def _padded(counts: NDArray[np.int32], size: int) -> NDArray[np.float32]:
    padded = np.zeros(size, np.float32)
    padded[: min(len(counts), size)] = counts[:size]
    return padded


def usage_features(
    statistics: FileStatistics, candidates: CandidateSet
) -> tuple[NDArray[np.float32], NDArray[np.int32]]:
    """Features of each candidate, ``(C, FEATURE_COUNT)``, and the token of the unit it occurs at, ``(C,)``, -1 for none.

    The occurrence is the last one before the site, else the first after it.
    """
    file = statistics.file
    lexicon, facts = file.lexicon, file.facts
    size = len(lexicon)
    project, library, imported = statistics.tables()
    total = len(candidates)
    features = np.zeros((total, FEATURE_COUNT), np.float32)
    if not total:
        return features, np.zeros(0, np.int32)
    site = candidates.candidate_site
    cand = candidates.candidate_lex
    rule = candidates.site_rule[site]
    position = candidates.site_token[site]
    current_of_site = candidates.site_current
    current = current_of_site[site]
    lex = candidates.lex
    length = len(lex)
    unit_counts = np.bincount(lex, minlength=size).astype(np.float32)
    file_counts = _padded(facts.counts, size)
    by_role = np.stack([_padded(row, size) for row in facts.counts_by_role])
    received = candidates.candidate_received.astype(np.float32)
    is_name = np.isin(candidates.site_rule, list(NAME_RULES))[site]
    written = (lex[position] == current).astype(np.float32)
    features[:, 0] = lexicon.similarity(cand, current)
    features[:, 1] = np.log1p(unit_counts[cand])
    features[:, 2] = np.log1p(np.maximum(unit_counts[current] - written, 0))
    features[:, 3] = np.log1p(np.maximum(file_counts[cand], 0))
    features[:, 4] = np.log1p(np.maximum(file_counts[current] - written, 0))
    features[:, 5] = project[cand]
    features[:, 6] = project[current]
    features[:, 7] = library[cand]
    features[:, 8] = library[current]
    row = _ROWS[rule]
    features[:, 9] = np.log1p(np.maximum(by_role[row, cand], 0))
    features[:, 10] = np.log1p(np.maximum(by_role[row, current] - written, 0))
    features[:, 11] = np.log1p(received)
    features[:, 12] = np.log1p(candidates.site_received[site].astype(np.float32))
    # Nearest occurrences: sorted (text, position) keys, one binary search a candidate.
    order = np.sort(lex.astype(np.int64) * length + np.arange(length))
    previous, following = _nearest(order, cand, position, length, own=False)
    occurrence = np.where(previous >= 0, previous, following)
    features[:, 13] = _closeness(position, previous)
    before, _ = _nearest(order, current, position, length, own=True)
    features[:, 14] = _closeness(position, before)
    slot = candidates.site_slot[site]
    features[:, 15] = lexicon.similarity(slot, cand)
    features[:, 16] = lexicon.similarity(slot, current)
    sibling = candidates.site_sibling[site]
    features[:, 17] = sibling == cand
    features[:, 18] = sibling == current
    bound = np.bincount(lex[candidates.role == Role.BOUND], minlength=size)
    reads = unit_counts - bound
    features[:, 19] = (bound[cand] > 0) & (reads[cand] == 0)
    features[:, 20] = (bound[current] > 0) & (reads[current] - written <= 0)
    features[:, 21] = candidates.candidate_local
    features[:, 22] = candidates.site_known[site]
    features[:, 23] = imported[cand]
    features[:, 24] = (features[:, 0] > 0.6) & (features[:, 4] == 0) & (features[:, 22] == 0)
    features[:, 25] = is_name
    features[:, BASE_FEATURES:] = _neighbourhoods(statistics, candidates)
    # Similarity and counts of structural forms and operators say nothing; rows of other rules keep slot and distance.
    features[~is_name, :13] = 0
    return features, occurrence.astype(np.int32)


def neighbours(
    candidates: CandidateSet, lexicon: Lexicon
) -> tuple[NDArray[np.bool_], NDArray[np.bool_], tuple[Ids, Ids, Ids, Ids]]:
    """For each site: whether its token is its text as written, whether its text is one run of tokens, and the lexicon ids
    of the two tokens before and the two after it, each ``(S,)``."""
    statement = lexicon.id(STATEMENT)
    lex = candidates.lex.astype(np.int64)
    padded = np.concatenate([[statement, statement], lex, [statement] * 3]).astype(np.int64)
    current = candidates.site_current.astype(np.int64)
    at = candidates.site_token.astype(np.int64) + 2
    written = padded[at] == current
    texts = lexicon.texts
    # `not in` and `is not` are two tokens and one site.
    wide = np.array(
        [not w and " " in texts[c] for w, c in zip(written.tolist(), current.tolist(), strict=True)], np.int64
    )
    around = (padded[at - 2], padded[at - 1], padded[at + 1 + wide], padded[at + 2 + wide])
    return written, written | (wide > 0), around


def _neighbourhoods(statistics: FileStatistics, candidates: CandidateSet) -> NDArray[np.float32]:
    """N-gram counts around each site, logarithmic, ``(C, 20)``: of the candidate and of the text as written, which leave
    the site's own occurrence out, in the file and in the corpus. 0 for structural candidates."""
    site = candidates.candidate_site
    found = np.zeros((len(site), 4 * NEIGHBOURHOODS), np.float32)
    lex = candidates.lex.astype(np.int64)
    current = candidates.site_current.astype(np.int64)
    written, simple, around = neighbours(candidates, statistics.file.lexicon)
    plain = np.ones(len(site), np.bool_)
    plain[list(candidates.structural)] = False
    rows = np.flatnonzero(plain & simple[site])
    if not len(rows):
        return found
    where = site[rows]
    hashes = statistics.hashes()
    table = statistics.names.table
    for column, text, own in ((0, candidates.candidate_lex.astype(np.int64)[rows], 0), (2, None, 1)):
        if text is None:
            ids = (around[0], around[1], current, around[2], around[3])
        else:
            ids = (around[0][where], around[1][where], text, around[2][where], around[3][where])
        keys = keys_at(*ids)
        counts = statistics.occurrences(keys.ravel(), lex).reshape(keys.shape)
        if own:
            counts = counts - written
        in_file = np.log1p(np.maximum(counts, 0)).T
        in_corpus = table.logs(slots_at(*(hashes[part] for part in ids))).T
        pick = where if text is None else slice(None)
        found[rows, column * NEIGHBOURHOODS : (column + 1) * NEIGHBOURHOODS] = in_file[pick]
        found[rows, (column + 1) * NEIGHBOURHOODS : (column + 2) * NEIGHBOURHOODS] = in_corpus[pick]
    return found


@dataclass(frozen=True, slots=True)
class Counted:
    """Where the features of a unit come from counts of the file, with any numbering of texts that does not change.

    ``candidate``, ``current``: text of each candidate and of its site as written, ``(C,)``. ``written``: whether the site's
    own occurrence is left out, ``(C,)``. ``row``: row of the counts by role, ``(C,)``. ``named``: of a name rule, ``(C,)``.
    ``offered``, ``as_written``: keys of n-grams, ``(5, rows)`` and ``(5, S)``; ``rows``: the candidates that have n-grams;
    ``sites``: the site of each of those; ``at_site``: ``written`` of each site.
    """

    candidate: Ids
    current: Ids
    written: NDArray[np.float32]
    row: NDArray[np.int64]
    named: NDArray[np.bool_]
    offered: Ids
    as_written: Ids
    rows: NDArray[np.intp]
    sites: NDArray[np.int32]
    at_site: NDArray[np.bool_]

    @classmethod
    def of(cls, candidates: CandidateSet, lexicon: Lexicon, numbers: Ids) -> Counted:
        """``numbers``: of the texts of ``lexicon``."""
        at_site, simple, around = neighbours(candidates, lexicon)
        before2, before, after, after2 = (numbers[part] for part in around)
        site = candidates.candidate_site
        current = numbers[candidates.site_current]
        candidate = numbers[candidates.candidate_lex]
        plain = np.ones(len(site), np.bool_)
        plain[list(candidates.structural)] = False
        rows = np.flatnonzero(plain & simple[site])
        where = site[rows]
        return cls(
            candidate=candidate,
            current=current[site],
            written=at_site[site].astype(np.float32),
            row=_ROWS[candidates.site_rule[site]],
            named=np.isin(candidates.site_rule, list(NAME_RULES))[site],
            offered=keys_at(before2[where], before[where], candidate[rows], after[where], after2[where]),
            as_written=keys_at(before2, before, current, after, after2),
            rows=rows,
            sites=where,
            at_site=at_site,
        )

    def recounted(
        self,
        features: NDArray[np.float32],
        counts: NDArray[np.float32],
        by_role: NDArray[np.float32],
        keys: Ids,
    ) -> NDArray[np.float32]:
        """``features`` as they are with other counts of texts, ``(texts,)`` and ``(4, texts)``, and other n-grams in the
        file, sorted: equal to making them again where nothing else changed."""
        found = features.copy()
        columns = (
            (3, counts[self.candidate]),
            (4, counts[self.current] - self.written),
            (9, by_role[self.row, self.candidate]),
            (10, by_role[self.row, self.current] - self.written),
        )
        for column, values in columns:
            found[:, column] = np.where(self.named, np.log1p(np.maximum(values, 0)), 0)
        misspelt = (found[:, 0] > 0.6) & (found[:, 4] == 0) & (found[:, 22] == 0)
        found[:, 24] = np.where(self.named, misspelt, features[:, 24])
        if len(self.rows):
            offered = occurrences(keys, self.offered.ravel()).reshape(self.offered.shape)
            as_written = (
                occurrences(keys, self.as_written.ravel()).reshape(self.as_written.shape) - self.at_site
            )
            first, third = BASE_FEATURES, BASE_FEATURES + 2 * NEIGHBOURHOODS
            found[self.rows, first : first + NEIGHBOURHOODS] = np.log1p(np.maximum(offered, 0)).T
            found[self.rows, third : third + NEIGHBOURHOODS] = np.log1p(np.maximum(as_written, 0)).T[
                self.sites
            ]
        return found


def _nearest(
    order: NDArray[np.int64], text: NDArray[np.int32], position: NDArray[np.int32], length: int, *, own: bool
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Positions of the last occurrence of each text before a position and of the first after it, -1 without one."""
    key = text.astype(np.int64) * length + position
    at = np.searchsorted(order, key)
    low = np.maximum(at - 1, 0)
    after = at + 1 if own else at
    high = np.minimum(after, len(order) - 1)
    previous = np.where((at > 0) & (order[low] // length == text), order[low] % length, -1)
    following = np.where((after < len(order)) & (order[high] // length == text), order[high] % length, -1)
    return previous, following


def _closeness(position: NDArray[np.int32], other: NDArray[np.int64]) -> NDArray[np.float32]:
    return np.where(other >= 0, 8.0 / (8.0 + np.abs(position - other)), 0).astype(np.float32)
