"""Denoising: the first phase of training. Tokens of whole windows are hidden or confused, the encoder says what they were.

Every corrupted token is a question, where a mutant asks one question of a whole window: what a token's surroundings say of
it is learned from far fewer windows. Half of the tokens are hidden, as by BERT (Devlin et al. 2019); most others are
replaced by another token of the same role in the window, which is what a wrong name looks like, so that the network also
learns to doubt what it sees (compare ELECTRA, Clark et al. 2020). The answer is a softmax over all texts of the batch
through the same match of site and text that scores edits later.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch.utils.data import IterableDataset

from groundstate_energy.encoding import PIECES, WINDOW, PieceTable
from groundstate_energy.training.batches import LENGTHS, share_of, shared
from groundstate_energy.training.corpus import Repository
from groundstate_grammars.python.header import context_header
from groundstate_grammars.python.lexical import ROLE_COUNT, Role
from groundstate_grammars.python.parsed import ParsedFile, parse
from groundstate_grammars.python.units import Unit

CORRUPTED = 0.18
"""Share of a window's tokens that are asked for."""
HIDDEN, CONFUSED = 0.45, 0.45
"""Shares of the corrupted tokens that are hidden and that are replaced; the others stay and are asked for as they are."""

_ASKED = np.ones(ROLE_COUNT, np.bool_)
_ASKED[[Role.PAD, Role.LAYOUT, Role.PUNCTUATION]] = False

Ints = NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Text:
    """A window's tokens: ``lex`` are ids into ``texts``; the first ``header`` of them are the context header."""

    texts: list[str]
    lex: Ints
    roles: Ints
    header: int


def text_of(file: ParsedFile, unit: Unit, rng: random.Random) -> Text:
    """A unit with its header; a random stretch of a unit that is longer than a window."""
    header = context_header(file, unit)
    lexicon, tokens = file.lexicon, file.tokens
    start = rng.randrange(max(len(unit.tokens) - WINDOW, 0) + 1)
    chosen = unit.tokens[start : start + WINDOW]
    lex = np.concatenate(
        [np.array([lexicon.id(text) for text, _ in header], np.int32), tokens.lex[chosen]], dtype=np.int32
    )
    roles = [int(role) + ROLE_COUNT for _, role in header] + [tokens.role[token] for token in chosen]
    return Text(lexicon.texts, lex, np.array(roles, np.int32), len(header))


def corrupted_batch(
    texts: Sequence[Text], table: PieceTable, rng: np.random.Generator, *, multiple: int = 16
) -> dict[str, NDArray[np.generic]]:
    """A batch: ``pieces``, ``tokens`` and ``roles`` as the network reads them, ``at``: flat positions of the tokens that
    are asked for, ``answer``: the row of ``pieces`` that is right for each. The last row of ``pieces`` is the hidden token:
    no pieces at all.
    """
    length = -(-max(len(text.lex) for text in texts) // multiple) * multiple
    tokens = np.zeros((len(texts), length), np.int32)
    roles = np.zeros((len(texts), length), np.int32)
    rows: dict[str, int] = {}
    for number, text in enumerate(texts):
        used = np.unique(text.lex)
        mapped = np.zeros(len(text.texts), np.int32)
        mapped[used] = [rows.setdefault(text.texts[i], len(rows) + 1) for i in used.tolist()]
        tokens[number, : len(text.lex)] = mapped[text.lex]
        roles[number, : len(text.lex)] = text.roles
    hidden = len(rows) + 1
    answers: list[Ints] = []
    places: list[Ints] = []
    for number, text in enumerate(texts):
        inside = np.arange(text.header, len(text.lex), dtype=np.int32)
        inside = inside[_ASKED[text.roles[inside]]]
        if not len(inside):
            continue
        chosen = rng.choice(inside, max(1, round(CORRUPTED * len(inside))), replace=False)
        row = tokens[number]
        original = row[chosen].copy()
        answers.append(original)
        places.append(chosen + number * length)
        kind = rng.random(len(chosen))
        replaced = row[chosen]
        replaced[kind < HIDDEN] = hidden
        for i in np.flatnonzero((kind >= HIDDEN) & (kind < HIDDEN + CONFUSED)).tolist():
            others = row[inside[roles[number, inside] == roles[number, chosen[i]]]]
            others = others[(others != original[i]) & (others != hidden)]
            replaced[i] = rng.choice(others) if len(others) else hidden
        row[chosen] = replaced
    pieces = np.zeros((len(rows) + 2, PIECES), np.int32)
    pieces[1:-1] = table.rows(list(rows))
    return {
        "pieces": pieces,
        "tokens": tokens,
        "roles": roles,
        "at": np.concatenate(places).astype(np.int32),
        "answer": np.concatenate(answers).astype(np.int64),
    }


def texts_of(
    repositories: Sequence[Repository], tokens: int, seed: int, part: tuple[int, int] = (0, 1)
) -> Iterator[list[Text]]:
    """An endless stream of groups of windows of like length, each of about ``tokens`` padded tokens.

    ``seed`` together with the number of the worker that this runs in decides the stream; ``part`` as of ``share_of``.
    """
    number, workers = share_of(part)
    torch.set_num_threads(1)
    rng = random.Random(seed * 1_000 + number)
    waiting: dict[int, list[Text]] = {length: [] for length in LENGTHS}
    places = [(repository.project, file) for repository in repositories for file in repository.files]
    random.Random(seed).shuffle(places)
    places = shared(places, number, workers)
    while True:
        rng.shuffle(places)
        for project, record in places:
            file = parse(record.text, project)
            for unit in (file.units[i] for i in record.units if i < len(file.units)):
                text = text_of(file, unit, rng)
                size = next(length for length in LENGTHS if len(text.lex) <= length)
                group = waiting[size]
                group.append(text)
                if len(group) * size >= tokens:
                    waiting[size] = []
                    yield group


class DenoisingBatches(IterableDataset[dict[str, torch.Tensor]]):
    """An endless stream of corrupted batches of about ``tokens`` padded tokens.

    Args:
        repositories: what to draw from.
        table: subword pieces.
        seed: together with the worker's number, decides the stream.
        part: as of ``share_of``.
    """

    def __init__(
        self,
        repositories: Sequence[Repository],
        table: PieceTable,
        *,
        tokens: int,
        seed: int = 0,
        part: tuple[int, int] = (0, 1),
    ) -> None:
        super().__init__()
        self._repositories = repositories
        self._table = table
        self._tokens = tokens
        self._seed = seed
        self._part = part

    def __iter__(self) -> Iterator[dict[str, torch.Tensor]]:
        numbers = np.random.default_rng(self._seed * 1_000 + share_of(self._part)[0])
        for group in texts_of(self._repositories, self._tokens, self._seed, self._part):
            batch = corrupted_batch(group, self._table, numbers)
            yield {name: torch.from_numpy(values) for name, values in batch.items()}
