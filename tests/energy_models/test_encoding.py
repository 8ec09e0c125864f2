"""Units as arrays: every candidate in one window, every index where it belongs."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from tests.energy_models import tiny

from groundstate_energy.encoding import INPUTS, MAX_LENGTH, WINDOW, PieceTable, collate, encode
from groundstate_energy.features import FEATURE_COUNT, FileStatistics, NameStatistics, usage_features
from groundstate_grammars.python.parsed import parse

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
            features, _ = usage_features(statistics, candidates)
            keys = [
                (edit.rule, tuple(r.new for r in edit.replacements), int(candidates.site_token[site]))
                for edit, site in zip(candidates.edits(), candidates.candidate_site, strict=True)
            ]
            rows.append(dict(zip(keys, features.tolist(), strict=True)))
        assert rows[0] == rows[1]
