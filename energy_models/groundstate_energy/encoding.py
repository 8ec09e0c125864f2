"""Units as arrays: windows of tokens with their sites and candidates, and batches of windows for the network.

The network's input contract is ``INPUTS``; training and inference go through this one module.
"""

from __future__ import annotations

import hashlib
import json
import re
import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from groundstate_energy.distinct_values import distinct_values
from groundstate_energy.features import FEATURE_COUNT, FileStatistics, usage_features
from groundstate_grammars.python.candidates import CandidateSet
from groundstate_grammars.python.header import MAX_HEADER, context_header
from groundstate_grammars.python.lexical import ROLE_COUNT
from groundstate_grammars.python.units import Unit

PIECES = 8
"""Subword pieces of a lexical token that are read; its embedding is their mean."""
WINDOW = 384
"""Tokens of a unit in one window, the header not counted."""
STRIDE = 256
MAX_LENGTH = WINDOW + MAX_HEADER
ROLES = 2 * ROLE_COUNT
"""Roles of unit tokens, then the same roles in the header."""

Ints = NDArray[np.int32]
Floats = NDArray[np.float32]
Number = TypeVar("Number", np.int32, np.float32)

INPUTS: dict[str, tuple[str, tuple[str | int, ...]]] = {
    "pieces": ("int32", ("texts", PIECES)),
    "tokens": ("int32", ("batch", "length")),
    "roles": ("int32", ("batch", "length")),
    "site_at": ("int32", ("sites",)),
    "site_other": ("int32", ("sites",)),
    "site_text": ("int32", ("sites",)),
    "site_rule": ("int32", ("sites",)),
    "candidate_site": ("int32", ("candidates",)),
    "candidate_text": ("int32", ("candidates",)),
    "candidate_at": ("int32", ("candidates",)),
    "features": ("float32", ("candidates", FEATURE_COUNT)),
}
"""Name -> (type, shape). ``pieces``: row 0 is padding. ``tokens``: rows of ``pieces``. ``*_at``: index into the
flattened ``batch × length`` tokens, -1 for no occurrence. ``*_text``: rows of ``pieces``."""

CONTEXT = "context"
"""What the first half of a network gives to the second: contextual embeddings, float32, ``(batch × length, width)``."""
READ_INPUTS = ("pieces", "tokens", "roles")
"""Inputs of the first half. It sees no candidate, so it need not run again where only counts changed."""
RANK_INPUTS = ("pieces", CONTEXT, *(name for name in INPUTS if name not in READ_INPUTS))
"""Inputs of the second half."""


@dataclass(frozen=True, slots=True)
class Window:
    """Part of a unit that is encoded at once. Text ids belong to ``texts`` (one list shared by a file's windows).

    ``first``: index of the window's first candidate among the unit's candidates in ``order``.
    """

    texts: list[str]
    tokens: Ints
    roles: Ints
    site_at: Ints
    site_other: Ints
    site_text: Ints
    site_rule: Ints
    candidate_site: Ints
    candidate_text: Ints
    candidate_at: Ints
    features: Floats
    candidates: Ints
    """Index of each candidate in the unit's candidate set."""
    hashes: NDArray[np.uint64]
    """Hash of each text; shared like ``texts``."""

    def reading(self) -> bytes:
        """A hash of what the first half of the network reads: windows that differ in counts alone have it in common."""
        found = hashlib.blake2b(np.ascontiguousarray(self.hashes[self.tokens]).data, digest_size=16)
        found.update(np.ascontiguousarray(self.roles).data)
        return found.digest()

    def digest(self) -> bytes:
        """A hash of everything the network reads: equal windows have equal energies, whichever file they are from."""
        found = hashlib.blake2b(digest_size=16)
        hashes = self.hashes
        for part in (
            hashes[self.tokens],
            self.roles,
            self.site_at,
            self.site_other,
            hashes[self.site_text],
            self.site_rule,
            self.candidate_site,
            hashes[self.candidate_text],
            self.candidate_at,
            self.features,
        ):
            found.update(np.ascontiguousarray(part).data)
        return found.digest()


def encode(statistics: FileStatistics, unit: Unit, candidates: CandidateSet) -> list[Window]:
    """The windows of a unit. Every candidate is in exactly one: that in which its site lies most inside."""
    return windows_of(statistics, unit, candidates, *usage_features(statistics, [candidates]))


def windows_of(
    statistics: FileStatistics, unit: Unit, candidates: CandidateSet, features: Floats, occurrence: Ints
) -> list[Window]:
    """``encode`` where the features and occurrences of the candidates are there, as ``usage_features`` gives them."""
    identity = statistics.file.lexicon.id
    header = context_header(statistics.file, unit)
    before = (
        np.array([identity(text) for text, _ in header], np.int32),
        np.array([role + ROLE_COUNT for _, role in header], np.int32),
    )
    return _windows(candidates, before, features, occurrence, statistics.hashes(before[0]))


def _windows(
    candidates: CandidateSet,
    header: tuple[Ints, Ints],
    features: Floats,
    occurrence: Ints,
    hashes: NDArray[np.uint64],
) -> list[Window]:
    length, shift = len(candidates.lex), len(header[0])
    if not len(candidates):
        return []
    if length <= WINDOW:
        tokens, roles = candidates.lex, candidates.role.astype(np.int32)
        return [
            Window(
                texts=candidates.texts,
                tokens=np.concatenate([header[0], tokens]),
                roles=np.concatenate([header[1], roles]),
                site_at=candidates.site_token + shift,
                site_other=candidates.site_other + shift,
                site_text=candidates.site_current,
                site_rule=candidates.site_rule.astype(np.int32),
                candidate_site=candidates.candidate_site,
                candidate_text=candidates.candidate_lex,
                candidate_at=np.where(occurrence >= 0, occurrence + shift, -1).astype(np.int32),
                features=features,
                candidates=np.arange(len(candidates), dtype=np.int32),
                hashes=hashes,
            )
        ]
    starts = [0]
    while starts[-1] + WINDOW < length:
        starts.append(min(starts[-1] + STRIDE, length - WINDOW))
    centres = np.array(starts) + WINDOW / 2
    window_of_site = np.abs(candidates.site_token[:, None] - centres[None, :]).argmin(1)
    windows = []
    for number, start in enumerate(starts):
        stop = min(start + WINDOW, length)
        inside = window_of_site == number
        sites = np.flatnonzero(inside)
        chosen = np.flatnonzero(inside[candidates.candidate_site])
        if not len(chosen):
            continue
        at = candidates.site_token[sites]
        other = candidates.site_other[sites]
        other = np.where((other >= start) & (other < stop), other, at)
        seen = occurrence[chosen]
        windows.append(
            Window(
                texts=candidates.texts,
                tokens=np.concatenate([header[0], candidates.lex[start:stop]]),
                roles=np.concatenate([header[1], candidates.role[start:stop].astype(np.int32)]),
                site_at=at - start + shift,
                site_other=other - start + shift,
                site_text=candidates.site_current[sites],
                site_rule=candidates.site_rule[sites].astype(np.int32),
                candidate_site=(np.cumsum(inside, dtype=np.int32) - 1)[candidates.candidate_site[chosen]],
                candidate_text=candidates.candidate_lex[chosen],
                candidate_at=np.where((seen >= start) & (seen < stop), seen - start + shift, -1).astype(
                    np.int32
                ),
                features=features[chosen],
                candidates=chosen.astype(np.int32),
                hashes=hashes,
            )
        )
    return windows


_PADDING = [0] * PIECES
_LEXICONS = 8
"""Lexicons whose rows in the table of pieces are remembered."""
_MOST_TEXTS = 400_000
"""Texts after which a table of pieces starts anew."""


class PieceTable:
    """Subword pieces of lexical texts, remembered. Row 0 is padding.

    Args:
        tokenizer: splits texts into words by a regular expression, and those into pieces of their bytes.

    Raises:
        ValueError: it splits them otherwise.
    """

    def __init__(self, tokenizer: Tokenizer) -> None:
        self._tokenizer = tokenizer
        self._words = re.compile(_pattern_of_words(tokenizer))
        self._pieces_of_word: dict[str, list[int]] = {}
        self._known: dict[str, int] = {}
        self._pieces = np.zeros((1024, PIECES), np.int32)
        self._places = np.zeros(1024, np.int32)
        self._lexicons: OrderedDict[int, tuple[list[str], Ints]] = OrderedDict()
        self._lock = threading.Lock()

    def rows(self, texts: Sequence[str]) -> Ints:
        """Pieces of each text, ``(len(texts), PIECES)``; piece ids are shifted by one so that 0 is padding."""
        with self._lock:
            numbers = self._numbers(texts)
            return self._pieces[numbers].reshape(-1, PIECES)

    def learn(self, windows: Sequence[Window]) -> None:
        """Cut all texts of some windows into pieces, at once where they are of one lexicon."""
        by_lexicon: dict[int, list[Window]] = {}
        for window in windows:
            by_lexicon.setdefault(id(window.texts), []).append(window)
        with self._lock:
            self._make_room()
            for group in by_lexicon.values():
                parts = [p for w in group for p in (w.tokens, w.site_text, w.candidate_text)]
                self._numbers_of(group[0].texts, np.concatenate(parts))

    def batch(self, windows: Sequence[Window]) -> tuple[Ints, list[Ints]]:
        """The pieces of the distinct texts of some windows, ``(texts, PIECES)``, and for each window the rows of the texts
        of its tokens, then its sites, then its candidates.

        Texts of tokens come before those that only sites and candidates have.
        """
        with self._lock:
            self._make_room()
            rows = [
                self._numbers_of(w.texts, np.concatenate([w.tokens, w.site_text, w.candidate_text]))
                for w in windows
            ]
            counts = [len(w.tokens) for w in windows]
            tokens = np.concatenate([own[:count] for own, count in zip(rows, counts, strict=True)])
            others = np.concatenate([own[count:] for own, count in zip(rows, counts, strict=True)])
            # The last of equal rows leaves its place here, a token's rather than another's: so each is taken once.
            place = self._places
            first_tokens = np.arange(len(others), len(others) + len(tokens), dtype=np.int32)
            place[others] = first_others = np.arange(len(others), dtype=np.int32)
            place[tokens] = first_tokens
            distinct = np.concatenate(
                [tokens[place[tokens] == first_tokens], others[place[others] == first_others]]
            )
            place[distinct] = np.arange(1, len(distinct) + 1, dtype=np.int32)
            pieces = np.empty((1 + len(distinct), PIECES), np.int32)
            pieces[0] = 0
            pieces[1:] = self._pieces[distinct]
            return pieces, [place[own] for own in rows]

    def _numbers_of(self, texts: list[str], ids: Ints) -> Ints:
        """Rows of texts by their ids in a lexicon."""
        known, rows = self._lexicons.get(id(texts), (texts, np.zeros(0, np.int32)))
        if len(rows) < len(texts):
            rows = np.concatenate([rows, np.zeros(len(texts) - len(rows), np.int32)])
        found = rows[ids]
        if not found.all():
            new = distinct_values(ids[found == 0])
            rows[new] = self._numbers([texts[at] for at in new.tolist()])
            found = rows[ids]
        self._lexicons[id(texts)] = known, rows
        self._lexicons.move_to_end(id(texts))
        if len(self._lexicons) > _LEXICONS:
            self._lexicons.popitem(last=False)
        return found

    def _numbers(self, texts: Sequence[str]) -> list[int]:
        """Rows of texts, which are cut into pieces where they are new."""
        known = self._known
        new = [text for text in dict.fromkeys(texts) if text not in known]
        if new:
            first = 1 + len(known)
            size = first + len(new)
            if size > len(self._pieces):
                self._pieces = np.concatenate([self._pieces, np.zeros((size, PIECES), np.int32)])
                self._places = np.zeros(len(self._pieces), np.int32)
            self._pieces[first:size] = [self._cut(text) for text in new]
            known.update(zip(new, range(first, size), strict=True))
        return [known[text] for text in texts]

    def _cut(self, text: str) -> list[int]:
        """The pieces of a text, shifted, with padding: those of its words, of which most are known. The tokenizer's own
        threads cost more than they save for texts of a few words."""
        pieces: list[int] = []
        known = self._pieces_of_word
        for word in self._words.findall(text)[:PIECES]:
            own = known.get(word)
            if own is None:
                cut = self._tokenizer.encode(word, add_special_tokens=False)
                own = known[word] = [piece + 1 for piece in cut.ids[:PIECES]]
            pieces += own
        return (pieces + _PADDING)[:PIECES]

    def _make_room(self) -> None:
        if len(self._known) > _MOST_TEXTS:
            self._known.clear()
            self._pieces_of_word.clear()
            self._lexicons.clear()


def _pattern_of_words(tokenizer: Tokenizer) -> str:
    """The regular expression by which a tokenizer splits texts into words."""
    splits = json.loads(tokenizer.pre_tokenizer.__getstate__())
    try:
        split, into_bytes = splits["pretokenizers"]
        pattern = split["pattern"]["Regex"]
        rest = {**split, "pattern": None}, {**into_bytes, "trim_offsets": None}
    except (KeyError, TypeError, ValueError):
        rest = None
    if tokenizer.normalizer is not None or rest != (
        {"type": "Split", "pattern": None, "behavior": "Isolated", "invert": False},
        {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": None, "use_regex": False},
    ):
        raise ValueError("the tokenizer does not split texts into words by a regular expression alone")
    return str(pattern)


def collate(
    windows: Sequence[Window], table: PieceTable, *, multiple: int = 16
) -> dict[str, NDArray[np.generic]]:
    """One batch: the arrays of ``INPUTS``. Lengths are padded to a ``multiple`` of tokens.

    Texts of tokens come before those that only sites and candidates have: the first half of a network needs no others.
    """
    longest = max(len(window.tokens) for window in windows)
    length = -(-longest // multiple) * multiple
    batch = len(windows)
    tokens = np.zeros((batch, length), np.int32)
    roles = np.zeros((batch, length), np.int32)
    pieces, rows = table.batch(windows)
    found: dict[str, list[Ints]] = {name: [] for name in INPUTS if name.startswith(("site", "candidate"))}
    sites = 0
    for number, (window, own) in enumerate(zip(windows, rows, strict=True)):
        count = len(window.tokens)
        candidates = count + len(window.site_text)
        tokens[number, :count] = own[:count]
        roles[number, :count] = window.roles
        base = number * length
        found["site_at"].append(window.site_at + base if base else window.site_at)
        found["site_other"].append(window.site_other + base if base else window.site_other)
        found["site_text"].append(own[count:candidates])
        found["site_rule"].append(window.site_rule)
        found["candidate_site"].append(window.candidate_site + sites if sites else window.candidate_site)
        found["candidate_text"].append(own[candidates:])
        at = window.candidate_at
        found["candidate_at"].append(np.where(at >= 0, at + base, -1) if base else at)
        sites += len(window.site_at)
    joined = {name: _joined(parts).astype(np.int32, copy=False) for name, parts in found.items()}
    features = _joined([window.features for window in windows])
    return {"pieces": pieces, "tokens": tokens, "roles": roles, **joined, "features": features}


def _joined(parts: list[NDArray[Number]]) -> NDArray[Number]:
    return parts[0] if len(parts) == 1 else np.concatenate(parts)
