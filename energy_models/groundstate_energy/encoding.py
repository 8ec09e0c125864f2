"""Units as arrays: windows of tokens with their sites and candidates, and batches of windows for the network.

The network's input contract is ``INPUTS``; training and inference go through this one module.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

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
    file = statistics.file
    features, occurrence = usage_features(statistics, candidates)
    header = context_header(file, unit)
    lexicon = file.lexicon
    header_text = np.array([lexicon.id(text) for text, _ in header], np.int32)
    header_role = np.array([int(role) + ROLE_COUNT for _, role in header], np.int32)
    hashes = statistics.hashes()
    length = len(candidates.lex)
    starts = [0]
    while starts[-1] + WINDOW < length:
        starts.append(min(starts[-1] + STRIDE, length - WINDOW))
    centres = np.array(starts) + WINDOW / 2
    window_of_site = (
        np.abs(candidates.site_token[:, None] - centres[None, :]).argmin(1)
        if len(starts) > 1
        else np.zeros(len(candidates.site_token), np.intp)
    )
    shift = len(header)
    windows = []
    for number, start in enumerate(starts):
        stop = min(start + WINDOW, length)
        sites = np.flatnonzero(window_of_site == number)
        if not len(sites):
            continue
        renumber = np.full(len(window_of_site), -1, np.int32)
        renumber[sites] = np.arange(len(sites), dtype=np.int32)
        chosen = (
            np.flatnonzero(window_of_site[candidates.candidate_site] == number)
            if len(starts) > 1
            else np.arange(len(candidates))
        )
        if not len(chosen):
            continue
        at = candidates.site_token[sites]
        other = candidates.site_other[sites]
        other = np.where((other >= start) & (other < stop), other, at)
        seen = occurrence[chosen]
        windows.append(
            Window(
                texts=lexicon.texts,
                tokens=np.concatenate([header_text, candidates.lex[start:stop]]),
                roles=np.concatenate([header_role, candidates.role[start:stop].astype(np.int32)]),
                site_at=at - start + shift,
                site_other=other - start + shift,
                site_text=candidates.site_current[sites],
                site_rule=candidates.site_rule[sites].astype(np.int32),
                candidate_site=renumber[candidates.candidate_site[chosen]],
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


class PieceTable:
    """Subword pieces of lexical texts, remembered."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        self._tokenizer = tokenizer
        self._known: dict[str, int] = {}
        self._pieces = np.zeros((1024, PIECES), np.int32)

    def rows(self, texts: Sequence[str]) -> Ints:
        """Pieces of each text, ``(len(texts), PIECES)``; piece ids are shifted by one so that 0 is padding."""
        known = self._known
        new = [text for text in dict.fromkeys(texts) if text not in known]
        if new:
            if len(known) > 400_000:
                known.clear()
                new = list(dict.fromkeys(texts))
            size = len(known) + len(new)
            if size > len(self._pieces):
                self._pieces = np.concatenate([self._pieces, np.zeros((size, PIECES), np.int32)])
            for text, found in zip(
                new, self._tokenizer.encode_batch_fast(new, add_special_tokens=False), strict=True
            ):
                ids = found.ids[:PIECES]
                row = known[text] = len(known)
                self._pieces[row] = 0
                self._pieces[row, : len(ids)] = ids
                self._pieces[row, : len(ids)] += 1
        return self._pieces[[known[text] for text in texts]].reshape(-1, PIECES)


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
    rows: dict[str, int] = {}
    site_at, site_other, site_text, candidate_site, candidate_text, candidate_at = [], [], [], [], [], []
    sites = 0
    for window in windows:
        texts = window.texts
        for text in np.unique(window.tokens).tolist():
            rows.setdefault(texts[text], len(rows) + 1)
    for number, window in enumerate(windows):
        used = np.unique(np.concatenate([window.tokens, window.site_text, window.candidate_text]))
        texts = window.texts
        mapped = np.zeros(len(texts), np.int32)
        mapped[used] = [rows.setdefault(texts[i], len(rows) + 1) for i in used.tolist()]
        count = len(window.tokens)
        tokens[number, :count] = mapped[window.tokens]
        roles[number, :count] = window.roles
        base = number * length
        site_at.append(window.site_at + base)
        site_other.append(window.site_other + base)
        site_text.append(mapped[window.site_text])
        candidate_site.append(window.candidate_site + sites)
        candidate_text.append(mapped[window.candidate_text])
        candidate_at.append(np.where(window.candidate_at >= 0, window.candidate_at + base, -1))
        sites += len(window.site_at)
    pieces = np.concatenate([np.zeros((1, PIECES), np.int32), table.rows(list(rows))])
    return {
        "pieces": pieces,
        "tokens": tokens,
        "roles": roles,
        "site_at": np.concatenate(site_at).astype(np.int32),
        "site_other": np.concatenate(site_other).astype(np.int32),
        "site_text": np.concatenate(site_text).astype(np.int32),
        "site_rule": np.concatenate([window.site_rule for window in windows]).astype(np.int32),
        "candidate_site": np.concatenate(candidate_site).astype(np.int32),
        "candidate_text": np.concatenate(candidate_text).astype(np.int32),
        "candidate_at": np.concatenate(candidate_at).astype(np.int32),
        "features": np.concatenate([window.features for window in windows]).astype(np.float32),
    }
