"""The observations of the usage term: what counting alone says about each candidate.

One row a candidate. Counts leave the site's own occurrence out. The network gets the same rows as an input and learns
the residual.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, repeat
from typing import Any

import numpy as np
from numpy.typing import NDArray

from groundstate_energy.distinct_values import distinct_values
from groundstate_energy.ngrams import (
    NEIGHBOURHOODS,
    Around,
    CorpusTable,
    Ids,
    KeyCounts,
    keys_of,
    occurrences,
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
_AT = {name: column for column, name in enumerate(FEATURES)}
FEATURE_COUNT = len(FEATURES)
BASE_FEATURES = FEATURE_COUNT - 4 * NEIGHBOURHOODS
_FILE_OFFERED, _CORPUS_OFFERED, _FILE_AS_WRITTEN, _CORPUS_AS_WRITTEN = (
    slice(BASE_FEATURES + nth * NEIGHBOURHOODS, BASE_FEATURES + (nth + 1) * NEIGHBOURHOODS)
    for nth in range(4)
)

_ROLE_ROW = {WRONG_FUNCTION: 1, WRONG_ATTRIBUTE: 2, WRONG_METHOD: 3}
_ROWS = np.array([_ROLE_ROW.get(rule, 0) for rule in range(32)])
_BOUND = int(Role.BOUND)
_IS_NAME = np.array([rule in NAME_RULES for rule in range(32)])


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
        counts = np.array(list(map(get, texts, repeat(0))), np.float32) - self.own
        return np.log1p(np.maximum(counts, 0))


class FileStatistics:
    """Counts of one file, ready for indexing by lexicon id."""

    def __init__(self, file: ParsedFile, names: NameStatistics) -> None:
        self.file = file
        self.names = names
        # Of the texts of the lexicon that were asked for, with room at the end.
        self._known = np.zeros(0, np.bool_)
        self._tables = np.zeros((3, 0), np.float32)
        self._hashes = np.zeros(0, np.uint64)
        self._counts = np.zeros((0, 0), np.float32)
        self._keys: KeyCounts | None = None
        self._before: tuple[FileStatistics, NDArray[np.int64]] | None = None

    @property
    def edited(self) -> bool:
        """Whether they are of an edited unit: what stood there before it is left out of them."""
        return self._before is not None

    def of_edited(self, edited: EditedUnit) -> FileStatistics:
        """Statistics of an edited unit of this file; its lexicon extends the file's, so the tables are shared."""
        other = FileStatistics(edited, self.names)
        self._learn(np.arange(len(self.file.lexicon)))
        other._known, other._tables = self._known.copy(), self._tables.copy()
        other._hashes = self._hashes.copy()
        own = self.file.tokens.lex[np.array(edited.base_unit.tokens, np.intp)].astype(np.int64)
        other._before = (self, keys_of(own))
        return other

    def hashes(self, ids: NDArray[np.integer]) -> NDArray[np.uint64]:
        """Text hashes by lexicon id, of ``ids`` and of others that were asked for."""
        self._learn(ids)
        return self._hashes

    def file_keys(self) -> KeyCounts:
        """N-gram keys of the whole file, counted."""
        if self._keys is None:
            self._keys = KeyCounts(keys_of(self.file.tokens.lex.astype(np.int64)))
        return self._keys

    def occurrences(self, keys: NDArray[np.int64], unit: NDArray[np.int64]) -> NDArray[np.signedinteger]:
        """How often n-grams occur in the file; ``unit``: the tokens of the unit they are asked for."""
        if self._before is None:
            return self.file_keys().of(keys)
        base, old = self._before
        return base.file_keys().of(keys) - occurrences(old, keys) + occurrences(keys_of(unit), keys)

    def tables(self, ids: NDArray[np.integer]) -> NDArray[np.float32]:
        """Project counts (log), library counts (log) and imported flags by lexicon id, ``(3, texts)``, of ``ids`` and of
        others that were asked for."""
        self._learn(ids)
        return self._tables

    def _learn(self, ids: NDArray[np.integer]) -> None:
        """Fill the tables for texts: those that a unit asks for are a small part of a long file's."""
        lexicon, size = self.file.lexicon, len(self._known)
        if len(lexicon) > size:
            more = len(lexicon) + len(lexicon) // 2 - size
            self._known = np.concatenate([self._known, np.zeros(more, np.bool_)])
            self._tables = np.concatenate([self._tables, np.zeros((3, more), np.float32)], 1)
            self._hashes = np.concatenate([self._hashes, np.zeros(more, np.uint64)])
        new = distinct_values(ids[~self._known[ids]])
        if not len(new):
            return
        texts = list(map(lexicon.texts.__getitem__, new.tolist()))
        project, imported = self.file.project, self.file.facts.imported
        counts = np.zeros((3, len(new)), np.float32)
        if project is not None:
            counts[0] = list(map(project.files_using, texts))
            np.log1p(counts[0], out=counts[0])
        counts[1] = self.names.logs(texts)
        counts[2] = list(map(imported.__contains__, texts))
        self._tables[:, new] = counts
        self._hashes[new] = text_hashes(texts)
        self._known[new] = True

    def counts(self) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Occurrences in the file of every text of the lexicon, in all ``(texts,)`` and by role ``(4, texts)``."""
        size, have = len(self.file.lexicon), self._counts.shape[1]
        if have < size:
            facts = self.file.facts
            known = min(len(facts.counts), size)
            self._counts = np.zeros((1 + len(facts.counts_by_role), size), np.float32)
            self._counts[0, :known] = facts.counts[:known]
            self._counts[1:, :known] = facts.counts_by_role[:, :known]
        return self._counts[0], self._counts[1:]


@dataclass(frozen=True, slots=True)
class _Joined:
    """The candidate sets of several units one after the other: ``T`` tokens, ``S`` sites, ``C`` candidates in all.

    Positions of tokens and numbers of sites count through. ``first``, ``stop``: where the tokens of the unit of each site
    are, ``(S,)``. ``structural``: which candidates are, ``(C,)``.
    """

    lex: Ids
    bound: NDArray[np.bool_]
    first: NDArray[np.int64]
    stop: NDArray[np.int64]
    token: NDArray[np.int64]
    rule: NDArray[np.int8]
    current: NDArray[np.int32]
    slot: NDArray[np.int32]
    sibling: NDArray[np.int32]
    received: NDArray[np.int32]
    known: NDArray[np.bool_]
    site: NDArray[np.int64]
    candidate: NDArray[np.int32]
    candidate_received: NDArray[np.int32]
    local: NDArray[np.bool_]
    structural: NDArray[np.bool_]

    @classmethod
    def of(cls, sets: Sequence[CandidateSet]) -> _Joined:
        """Of at least one set."""
        lex, role, token, *of_sites, site, candidate, candidate_received, local = map(
            _concatenated,
            zip(
                *(
                    (
                        one.lex,
                        one.role,
                        one.site_token,
                        one.site_rule,
                        one.site_current,
                        one.site_slot,
                        one.site_sibling,
                        one.site_received,
                        one.site_known,
                        one.candidate_site,
                        one.candidate_lex,
                        one.candidate_received,
                        one.candidate_local,
                    )
                    for one in sets
                ),
                strict=True,
            ),
        )
        rule, current, slot, sibling, received, known = of_sites
        site_counts, counts = [len(one.site_token) for one in sets], [len(one.candidate_site) for one in sets]
        tokens = [0, *accumulate([len(one.lex) for one in sets])]
        sites, starts = [0, *accumulate(site_counts)], [0, *accumulate(counts)]
        first = np.repeat(tokens[:-1], site_counts)
        structural = np.zeros(len(site), np.bool_)
        structural[
            [at + start for one, start in zip(sets, starts, strict=False) for at in one.structural]
        ] = True
        return cls(
            lex=lex.astype(np.int64),
            bound=role == _BOUND,
            first=first,
            stop=np.repeat(tokens[1:], site_counts),
            token=token + first,
            rule=rule,
            current=current,
            slot=slot,
            sibling=sibling,
            received=received,
            known=known,
            site=site + np.repeat(sites[:-1], counts),
            candidate=candidate,
            candidate_received=candidate_received,
            local=local,
            structural=structural,
        )


def _concatenated(parts: Sequence[NDArray[Any]]) -> NDArray[Any]:
    return parts[0] if len(parts) == 1 else np.concatenate(parts)


@dataclass(frozen=True, slots=True)
class _Found:
    """For some texts at places of a unit: where each last occurs in the unit before its place, and first at or after it, -1
    where it does not; how often it occurs in the unit, and is bound there."""

    before: NDArray[np.int64]
    after: NDArray[np.int64]
    count: NDArray[np.int64]
    bound: NDArray[np.int64]

    def cut(self, at: int) -> tuple[_Found, _Found]:
        """The first ``at`` of them, and the others."""
        columns = (self.before, self.after, self.count, self.bound)
        return _Found(*(part[:at] for part in columns)), _Found(*(part[at:] for part in columns))


class _Occurrences:
    """Where each text occurs in each of several units: their tokens by text, then by position, for binary search."""

    def __init__(self, joined: _Joined) -> None:
        lex = joined.lex
        length = self._length = len(lex)
        self._order = np.sort(lex * length + np.arange(length))
        self._text = self._order // length
        self._at = self._order - self._text * length
        # The occurrences of a text in one unit stand together: their number, and how many of them bind.
        unit = np.searchsorted(distinct_values(joined.first), self._at, "right")
        starts = np.ones(length, np.bool_)
        starts[1:] = (self._text[1:] != self._text[:-1]) | (unit[1:] != unit[:-1])
        self._group = np.cumsum(starts) - 1
        self._counts = np.bincount(self._group)
        self._bound = np.bincount(self._group[joined.bound[self._at]], minlength=len(self._counts))

    def find(
        self,
        text: NDArray[np.int32],
        place: NDArray[np.int64],
        first: NDArray[np.int64],
        stop: NDArray[np.int64],
    ) -> _Found:
        """``first``, ``stop``: the tokens of the unit of each place."""
        at = np.searchsorted(self._order, text * np.int64(self._length) + place)
        low, high = np.maximum(at - 1, 0), np.minimum(at, self._length - 1)
        before, after = self._at[low], self._at[high]
        has_before = (at > 0) & (self._text[low] == text) & (before >= first)
        has_after = (at < self._length) & (self._text[high] == text) & (after < stop)
        group = self._group[np.where(has_before, low, high)]
        occurs = has_before | has_after
        return _Found(
            np.where(has_before, before, -1),
            np.where(has_after, after, -1),
            np.where(occurs, self._counts[group], 0),
            np.where(occurs, self._bound[group], 0),
        )


def usage_features(
    statistics: FileStatistics, sets: Sequence[CandidateSet]
) -> tuple[NDArray[np.float32], NDArray[np.int32]]:
    """Features of each candidate of some units, one unit after the other, ``(C, FEATURE_COUNT)``, and the token of its unit
    that it occurs at, ``(C,)``, -1 for none. Units of an edited text are asked for one at a time.

    The occurrence is the last one before the site, else the first after it.
    """
    if not sum(map(len, sets)):
        return np.zeros((0, FEATURE_COUNT), np.float32), np.zeros(0, np.int32)
    joined = _Joined.of(sets)
    lexicon = statistics.file.lexicon
    asked = np.concatenate([joined.lex, joined.current, joined.candidate, [lexicon.id(STATEMENT)]])
    project, library, imported = statistics.tables(asked)
    file_counts, by_role = statistics.counts()
    site, cand, current, token = joined.site, joined.candidate, joined.current, joined.token
    occurrences = _Occurrences(joined)
    row = _ROWS[joined.rule]
    is_name = _IS_NAME[joined.rule]
    written = (joined.lex[token] == current).astype(np.float32)
    # What only the site decides is worked out once for it.
    of_site = np.zeros((len(current), FEATURE_COUNT), np.float32)
    everywhere = np.concatenate([np.arange(len(current)), site])
    place = token[everywhere]
    found = occurrences.find(
        np.concatenate([current, cand]), place, joined.first[everywhere], joined.stop[everywhere]
    )
    as_written, offered = found.cut(len(current))
    reads = as_written.count - as_written.bound
    of_site[:, _AT["unit count, as written"]] = np.log1p(
        np.maximum(as_written.count.astype(np.float32) - written, 0)
    )
    of_site[:, _AT["file count, as written"]] = np.log1p(np.maximum(file_counts[current] - written, 0))
    of_site[:, _AT["project count, as written"]] = project[current]
    of_site[:, _AT["library count, as written"]] = library[current]
    of_site[:, _AT["same role, as written"]] = np.log1p(np.maximum(by_role[row, current] - written, 0))
    of_site[:, _AT["same receiver, as written"]] = np.log1p(joined.received.astype(np.float32))
    of_site[:, _AT["distance, as written"]] = _closeness(token, as_written.before)
    of_site[:, _AT["slot similarity, as written"]] = _slot_similarity(lexicon, joined.slot, current)
    of_site[:, _AT["equals sibling, as written"]] = joined.sibling == current
    of_site[:, _AT["used only here, as written"]] = (as_written.bound > 0) & (reads - written <= 0)
    of_site[:, _AT["known, as written"]] = joined.known
    of_site[:, _AT["name rule"]] = is_name
    at_site, simple, around = _neighbours(joined, lexicon)
    in_file, in_corpus = _ngram_logs(statistics, joined, around, everywhere, at_site)
    sites = len(current)
    of_site[:, _FILE_AS_WRITTEN] = in_file[:, :sites].T
    of_site[:, _CORPUS_AS_WRITTEN] = in_corpus[:, :sites].T
    features = of_site[site]
    place = place[len(current) :]
    occurrence = np.where(offered.before >= 0, offered.before, offered.after)
    features[:, _AT["similarity"]] = lexicon.similarity(cand, current[site])
    features[:, _AT["unit count, candidate"]] = np.log1p(offered.count.astype(np.float32))
    features[:, _AT["file count, candidate"]] = np.log1p(np.maximum(file_counts[cand], 0))
    features[:, _AT["project count, candidate"]] = project[cand]
    features[:, _AT["library count, candidate"]] = library[cand]
    features[:, _AT["same role, candidate"]] = np.log1p(np.maximum(by_role[row[site], cand], 0))
    features[:, _AT["same receiver, candidate"]] = np.log1p(joined.candidate_received.astype(np.float32))
    features[:, _AT["distance, candidate"]] = _closeness(place, offered.before)
    features[:, _AT["slot similarity, candidate"]] = _slot_similarity(lexicon, joined.slot[site], cand)
    features[:, _AT["equals sibling, candidate"]] = joined.sibling[site] == cand
    features[:, _AT["unused so far, candidate"]] = (offered.bound > 0) & (offered.count == offered.bound)
    features[:, _AT["bound before, candidate"]] = joined.local
    features[:, _AT["imported, candidate"]] = imported[cand]
    features[:, _AT["looks misspelt"]] = _looks_misspelt(features)
    features[:, _FILE_OFFERED] = in_file[:, sites:].T
    features[:, _CORPUS_OFFERED] = in_corpus[:, sites:].T
    features[_without_ngrams(joined, simple), BASE_FEATURES:] = 0
    # Similarity and counts of structural forms and operators say nothing; rows of other rules keep slot and distance.
    features[~is_name[site], : _AT["distance, candidate"]] = 0
    return features, np.where(occurrence >= 0, occurrence - joined.first[site], -1).astype(np.int32)


def _slot_similarity(
    lexicon: Lexicon, slot: NDArray[np.int32], text: NDArray[np.int32]
) -> NDArray[np.float32]:
    """Similarity of texts with the slots that they fill, 0 without one (-1)."""
    found = np.zeros(len(slot), np.float32)
    there = np.flatnonzero(slot >= 0)
    found[there] = lexicon.similarity(slot[there], text[there])
    return found


def _neighbours(joined: _Joined, lexicon: Lexicon) -> tuple[NDArray[np.bool_], NDArray[np.bool_], Around]:
    """For each site: whether its token is its text as written, whether its text is one run of tokens, and what stands around
    it; outside of a unit stand ends of statements."""
    statement, lex = lexicon.id(STATEMENT), joined.lex
    written = lex[joined.token] == joined.current
    texts = lexicon.texts
    # `not in` and `is not` are two tokens and one site.
    wide = np.zeros(len(written), np.bool_)
    others = np.flatnonzero(~written)
    wide[others] = [" " in texts[text] for text in joined.current[others].tolist()]
    after = joined.token + 1
    after += wide
    at = np.stack((joined.token - 2, joined.token - 1, after, after + 1))
    inside = (at >= joined.first) & (at < joined.stop)
    beside = np.where(inside, lex.take(at, mode="clip"), statement)
    return written, written | wide, Around(*beside)


def _without_ngrams(joined: _Joined, simple: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The candidates around which n-grams are not counted: the structural ones."""
    return joined.structural | ~simple[joined.site]


def _ngram_logs(
    statistics: FileStatistics,
    joined: _Joined,
    around: Around,
    place: NDArray[np.int64],
    at_site: NDArray[np.bool_],
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Logarithmic counts of the n-grams around sites, ``(5, S + C)`` each: with the texts as written, then with each
    candidate; in the file less those that are there (``at_site``), and in the corpus. ``place``: the site of each."""
    sites = len(joined.current)
    text = np.concatenate([joined.current, joined.candidate]).astype(np.int64)
    keys = around.keys(place, text)
    counts = statistics.occurrences(keys.ravel(), joined.lex).reshape(keys.shape)
    counts[:, :sites] -= at_site
    slots = around.slots(statistics.hashes(text), place, text)
    return _logs(np.maximum(counts, 0, out=counts)), statistics.names.table.logs(slots)


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
        joined = _Joined.of([candidates])
        at_site, simple, around = _neighbours(joined, lexicon)
        around = Around(
            *(numbers[part] for part in (around.before2, around.before, around.after, around.after2))
        )
        site = candidates.candidate_site
        current = numbers[candidates.site_current]
        candidate = numbers[candidates.candidate_lex]
        rows = np.flatnonzero(~_without_ngrams(joined, simple))
        where = site[rows]
        return cls(
            candidate=candidate,
            current=current[site],
            written=at_site[site].astype(np.float32),
            row=_ROWS[candidates.site_rule[site]],
            named=_IS_NAME[candidates.site_rule][site],
            offered=around.keys(where, candidate[rows]),
            as_written=around.keys(np.arange(len(current)), current),
            rows=rows,
            sites=where,
            at_site=at_site,
        )

    def recounted(
        self,
        features: NDArray[np.float32],
        counts: NDArray[np.float32],
        by_role: NDArray[np.float32],
        keys: KeyCounts,
    ) -> NDArray[np.float32]:
        """``features`` as they are with other counts of texts, ``(texts,)`` and ``(4, texts)``, and other n-grams in the
        file: equal to making them again where nothing else changed."""
        found = features.copy()
        columns = (
            ("file count, candidate", counts[self.candidate]),
            ("file count, as written", counts[self.current] - self.written),
            ("same role, candidate", by_role[self.row, self.candidate]),
            ("same role, as written", by_role[self.row, self.current] - self.written),
        )
        for name, values in columns:
            found[:, _AT[name]] = np.where(self.named, np.log1p(np.maximum(values, 0)), 0)
        misspelt = _AT["looks misspelt"]
        found[:, misspelt] = np.where(self.named, _looks_misspelt(found), features[:, misspelt])
        if len(self.rows):
            offered = keys.of(self.offered.ravel()).reshape(self.offered.shape)
            as_written = keys.of(self.as_written.ravel()).reshape(self.as_written.shape) - self.at_site
            found[self.rows, _FILE_OFFERED] = _logs(np.maximum(offered, 0)).T
            found[self.rows, _FILE_AS_WRITTEN] = _logs(np.maximum(as_written, 0)).T[self.sites]
        return found


def _looks_misspelt(features: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Of rows of features, ``(C, FEATURE_COUNT)``: what is written is like the candidate, and neither elsewhere in the file
    nor known."""
    elsewhere, known = features[:, _AT["file count, as written"]], features[:, _AT["known, as written"]]
    found: NDArray[np.bool_] = (features[:, _AT["similarity"]] > 0.6) & (elsewhere == 0) & (known == 0)
    return found


def _closeness(position: NDArray[np.int64], other: NDArray[np.int64]) -> NDArray[np.float32]:
    return np.where(other >= 0, 8.0 / (8.0 + np.abs(position - other)), 0).astype(np.float32)


_LOGS = np.log1p(np.arange(4096)).astype(np.float32)


def _logs(counts: NDArray[np.signedinteger]) -> NDArray[np.float32]:
    """log(1 + count) of counts of occurrences."""
    if counts.size and counts.max() >= len(_LOGS):
        found: NDArray[np.float32] = np.log1p(counts).astype(np.float32)
    else:
        found = _LOGS.take(counts)
    return found
