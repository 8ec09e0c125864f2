"""Units as arrays: every candidate in one window, every index where it belongs."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.energy_models import tiny
from tokenizers.pre_tokenizers import Whitespace

from groundstate_energy.encoding import (
    INPUTS,
    MAX_LENGTH,
    PIECES,
    WINDOW,
    PieceTable,
    collate,
    encode,
)
from groundstate_energy.features import (
    FEATURE_COUNT,
    FEATURES,
    FileStatistics,
    NameStatistics,
    usage_features,
)
from groundstate_energy.minimiser import encode_units
from groundstate_energy.ngrams import KeyCounts, occurrences
from groundstate_energy.usage import UsageTerm
from groundstate_grammars.python.candidates import NAME_RULES, CandidateSet
from groundstate_grammars.python.lexical import Role
from groundstate_grammars.python.parsed import ParsedFile, parse

ROOT = Path(__file__).parent.parent.parent
SOURCES = [
    ROOT / "grammars/groundstate_grammars" / name for name in ("tree.py", "text.py", "python/candidates.py")
]
LONG = "def long(a, b):\n" + "".join(f"    a{n} = a + b * {n}\n" for n in range(200)) + "    return a\n"
TEXTS = [*tiny.TEXTS, LONG, *(path.read_text() for path in SOURCES)]


@pytest.mark.parametrize("text", TEXTS, ids=range(len(TEXTS)))
def test_windows_hold_every_candidate_once(text: str) -> None:
    file = parse(text.encode())
    statistics = FileStatistics(file, NameStatistics({}))
    for unit in file.units:
        candidates = file.candidates.of(unit)
        windows = encode(statistics, unit, candidates) if len(candidates) else []
        covered = np.sort(np.concatenate([window.candidates for window in windows] or [np.zeros(0, int)]))
        assert covered.tolist() == list(range(len(candidates)))
        for window in windows:
            assert len(window.tokens) == len(window.roles) <= MAX_LENGTH
            texts = window.texts
            header = len(window.tokens) - min(WINDOW, len(candidates.lex))
            assert (window.site_at >= header).all()
            assert (window.site_at < len(window.tokens)).all()
            assert (window.candidate_site < len(window.site_at)).all()
            assert window.features.shape == (len(window.candidates), FEATURE_COUNT)
            assert np.isfinite(window.features).all()
            seen = window.candidate_at >= 0
            assert (window.tokens[window.candidate_at[seen]] == window.candidate_text[seen]).all()
            sites = candidates.candidate_site[window.candidates]
            at = window.site_at[window.candidate_site]
            ours = [texts[token] for token in window.tokens[at]]
            theirs = [candidates.texts[token] for token in candidates.lex[candidates.site_token[sites]]]
            assert ours == theirs


def test_a_long_unit_has_several_windows() -> None:
    file = parse(LONG.encode())
    assert len(tiny.windows_of(file)) > 2


def test_a_batch_is_what_the_contract_says() -> None:
    windows = [window for text in tiny.TEXTS for window in tiny.windows_of(parse(text.encode()))]
    batch = collate(windows, PieceTable(tiny.tokenizer()))
    assert list(batch) == list(INPUTS)
    sizes: dict[str, int] = {}
    for name, (kind, shape) in INPUTS.items():
        array = batch[name]
        assert array.dtype == np.dtype(kind)
        assert len(array.shape) == len(shape)
        for size, axis in zip(array.shape, shape, strict=True):
            assert size == (axis if isinstance(axis, int) else sizes.setdefault(axis, size)), (name, axis)
    assert sizes["batch"] == len(windows)
    assert (batch["pieces"][0] == 0).all()
    flat = batch["tokens"].reshape(-1)
    assert (flat[batch["site_at"]] > 0).all()


def test_features_of_an_edited_unit_are_those_of_the_edited_file() -> None:
    """What training learns from (the edited unit alone) is what the linter later sees (the whole file)."""
    from groundstate_grammars.python.edited import EditedUnit

    names = NameStatistics({})
    file = parse(tiny.TEXTS[1].encode())
    base = FileStatistics(file, names)
    unit = next(unit for unit in file.units if unit.qualname == "Box.size")
    for edit in list(file.candidates.of(unit).edits())[::5]:
        alone = EditedUnit(file, unit, edit.replacements)
        whole = file.edited(edit.replacements)
        same = next(other for other in whole.units if other.qualname == unit.qualname)
        assert alone.unit is not None
        rows = []
        for source, statistics, own in (
            (alone, base.of_edited(alone), alone.unit),
            (whole, FileStatistics(whole, names), same),
        ):
            candidates = source.candidates.of(own)
            features, _ = usage_features(statistics, [candidates])
            keys = [
                (edit.rule, tuple(r.new for r in edit.replacements), int(candidates.site_token[site]))
                for edit, site in zip(candidates.edits(), candidates.candidate_site, strict=True)
            ]
            rows.append(dict(zip(keys, features.tolist(), strict=True)))
        assert rows[0] == rows[1]


def counted(file: ParsedFile, candidates: CandidateSet, candidate: int) -> dict[str, float]:
    """The features of a candidate of a name rule that are counts in its unit and file, one at a time."""
    site = int(candidates.candidate_site[candidate])
    place = int(candidates.site_token[site])
    unit, roles = candidates.lex.tolist(), candidates.role.tolist()
    whole = file.tokens.lex.tolist()
    found: dict[str, float] = {}
    for which, text in (
        ("candidate", int(candidates.candidate_lex[candidate])),
        ("as written", int(candidates.site_current[site])),
    ):
        own = which == "as written" and unit[place] == text
        before = [at for at in range(place) if unit[at] == text]
        found[f"unit count, {which}"] = np.log1p(unit.count(text) - own)
        found[f"file count, {which}"] = np.log1p(whole.count(text) - own)
        found[f"distance, {which}"] = 8 / (8 + place - before[-1]) if before else 0
        bound = sum(u == text and r == Role.BOUND for u, r in zip(unit, roles, strict=True))
        name = "unused so far, candidate" if which == "candidate" else "used only here, as written"
        found[name] = float(bound > 0 and unit.count(text) - bound - own <= 0)
        if unit[place] == int(candidates.site_current[site]) and 2 <= place < len(unit) - 2:
            pairs = list(pairwise(whole))
            triples = list(zip(whole, whole[1:], whole[2:], strict=False))
            left, right = unit[place - 1], unit[place + 1]
            found[f"file after the token before, {which}"] = np.log1p(pairs.count((left, text)) - own)
            found[f"file before the token after, {which}"] = np.log1p(pairs.count((text, right)) - own)
            found[f"file between both, {which}"] = np.log1p(triples.count((left, text, right)) - own)
    return found


def test_features_are_counts() -> None:
    file = parse("".join(tiny.TEXTS).encode())
    sets = [found for unit in file.units if len(found := file.candidates.of(unit))]
    features, occurrence = usage_features(FileStatistics(file, NameStatistics({})), sets)
    row = 0
    for candidates in sets:
        for candidate in range(len(candidates)):
            site = candidates.candidate_site[candidate]
            if candidates.site_rule[site] in NAME_RULES:
                wanted = counted(file, candidates, candidate)
                got = {name: features[row, FEATURES.index(name)] for name in wanted}
                assert got == pytest.approx(wanted)
            where = np.flatnonzero(candidates.lex == candidates.candidate_lex[candidate])
            before = where[where < candidates.site_token[site]]
            assert occurrence[row] == (before[-1] if len(before) else where[0] if len(where) else -1)
            row += 1
    assert row == len(features)


@pytest.mark.parametrize("text", TEXTS, ids=range(len(TEXTS)))
def test_units_encoded_together_are_as_they_are_alone(text: str) -> None:
    file = parse(text.encode())
    statistics = FileStatistics(file, NameStatistics({}))
    weight = np.random.default_rng(0).random((32, FEATURE_COUNT + 1), np.float32)
    usage = UsageTerm(weight[:, 1:], weight[:, 0])
    together = encode_units(statistics, file.units, usage, worth=lambda candidates, counted: False)
    for unit, encoded in zip(file.units, together, strict=True):
        assert encoded.unit is unit
        assert not encoded.is_read
        (alone,) = encode_units(statistics, [unit], usage)
        assert alone.is_read == bool(len(alone.candidates))
        assert alone.usage.tobytes() == encoded.usage.tobytes()
        digests = [window.digest() for window in encoded.windows]
        assert digests == [window.digest() for window in alone.windows]
        if len(alone.candidates):
            again = encode(statistics, unit, file.candidates.of(unit))
            assert digests == [window.digest() for window in again]


@given(st.lists(st.text("aB_1éß'\"\n 中😀zQ", max_size=30) | st.text(max_size=12), max_size=8))
def test_pieces_are_those_of_the_tokenizer(texts: list[str]) -> None:
    tokenizer = tiny.tokenizer()
    found = PieceTable(tokenizer).rows(texts).tolist()
    for text, row in zip(texts, found, strict=True):
        ids = tokenizer.encode(text, add_special_tokens=False).ids[:PIECES]
        assert row == [piece + 1 for piece in ids] + [0] * (PIECES - len(ids))


def test_a_tokenizer_that_splits_otherwise_is_refused() -> None:
    other = tiny.tokenizer()
    other.pre_tokenizer = Whitespace()
    with pytest.raises(ValueError, match="regular expression"):
        PieceTable(other)


def test_a_batch_has_the_pieces_of_its_texts() -> None:
    """Rows of pieces are those of the texts, tokens' first, whichever lexicons the windows are from."""
    table = PieceTable(tiny.tokenizer())
    windows = [window for text in tiny.TEXTS for window in tiny.windows_of(parse(text.encode()))]
    table.learn(windows[::2])
    batch = collate(windows, table)
    pieces, tokens = batch["pieces"], batch["tokens"]

    def rows(name: str) -> list[list[int]]:
        parts = [[window.texts[text] for text in getattr(window, name).tolist()] for window in windows]
        return PieceTable(tiny.tokenizer()).rows([text for part in parts for text in part]).tolist()

    assert pieces[tokens[tokens > 0]].tolist() == rows("tokens")
    assert pieces[batch["site_text"]].tolist() == rows("site_text")
    assert pieces[batch["candidate_text"]].tolist() == rows("candidate_text")
    first = pieces[: int(tokens.max()) + 1]
    assert (
        len(first) == len({window.texts[text] for window in windows for text in window.tokens.tolist()}) + 1
    )
    distinct = {
        w.texts[t]
        for w in windows
        for part in (w.tokens, w.site_text, w.candidate_text)
        for t in part.tolist()
    }
    assert pieces.shape == (len(distinct) + 1, PIECES)


@given(st.lists(st.integers(0, 40)), st.lists(st.integers(0, 60)))
def test_keys_of_a_file_are_counted(keys: list[int], asked: list[int]) -> None:
    have, wanted = np.sort(np.array(keys, np.int64)), np.array(asked, np.int64)
    found = KeyCounts(have).of(wanted)
    assert found.tolist() == [keys.count(key) for key in asked] == occurrences(have, wanted).tolist()
