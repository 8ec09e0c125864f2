"""Violations of a version, found where it changed, and judgements of edits that hold over changes elsewhere."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.grammars.strategies import edited

from groundstate_energy.judgements import Judgements
from groundstate_energy.terms import JudgedFile
from groundstate_energy.vetoes import Vetoes
from groundstate_grammars.edits import Replacement
from groundstate_grammars.index import ProjectIndex
from groundstate_grammars.python.parsed import ParsedFile, parse

TEXT = b"""\
import os


class _Box:
    def __init__(self, width, height=1):
        self.width = width
        self.height = height

    def area(self):
        return self.width * self.heigth

    def scaled(self, factor):
        wide = self.width * factor
        return _Box(wide, self.height, factor)


def largest(boxes):
    best = boxes[0]
    for box in boxes:
        if box.area() > best.area():
            best = bxo
    return best


def report(boxes):
    first = _Box(1)
    assert first.area() >= 0
    return largest(boxes, key=first), os.path.join(first, secnd)
"""
PIECES = st.sampled_from(
    [
        b"",
        b"box",
        b"best",
        b"self",
        b"heigth",
        b"wide = 1\n        ",
        b"self.depth = 1\n        ",
        b"()",
        b"(",
        b"factor",
    ]
)
EDITS = st.lists(st.tuples(st.floats(0, 0.999), st.booleans(), PIECES), min_size=1, max_size=6)


def replacing(file: ParsedFile, old: bytes, new: bytes) -> tuple[Replacement, ...]:
    start = file.data.index(old)
    return (Replacement(start, start + len(old), new),)


@settings(max_examples=80, deadline=None)
@given(EDITS)
def test_violations_of_versions_are_those_of_a_fresh_look(edits: list[tuple[float, bool, bytes]]) -> None:
    index, judgements, file = ProjectIndex(None), Judgements(), parse(TEXT)
    assert len(judgements.of(file, index, None).violations) == 5
    for edit in edits:
        file = edited(file, *edit)
        found = judgements.of(file, index, None).violations
        assert list(found) == list(JudgedFile.of(parse(file.data), index, None).violations)


def test_a_word_that_becomes_more_than_an_attribute_is_looked_at_again() -> None:
    index, judgements = ProjectIndex(None), Judgements()
    file = parse(TEXT.replace(b"os.path.join(first, secnd)", b"first.heigth"))
    assert any("heigth" in item.message for item in judgements.of(file, index, None).violations)
    file = file.edited(replacing(file, b"first.heigth", b"first.heigth, heigth"))
    found = judgements.of(file, index, None).violations
    assert list(found) == list(JudgedFile.of(parse(file.data), index, None).violations)
    assert not any("`_Box` never defines" in item.message for item in found)


LOCAL = b"""\
class _Outer:
    def make(self):
        class _Local:
            def __init__(self, width):
                self.width = width

            def area(self):
                return self.width * self.heigth

        first = 1
        return _Local(first, 2), self.mak()

    def other(self):
        return self.make(1)


class _Last:
    def use(self):
        return self.usd()


def last():
    return _Outer().make(3), _Last(4)
"""


@settings(max_examples=60, deadline=None)
@given(EDITS)
def test_violations_where_classes_are_local_are_those_of_a_fresh_look(
    edits: list[tuple[float, bool, bytes]],
) -> None:
    index, judgements, file = ProjectIndex(None), Judgements(), parse(LOCAL)
    assert len(judgements.of(file, index, None).violations) == 5
    for edit in edits:
        file = edited(file, *edit)
        found = judgements.of(file, index, None).violations
        assert list(found) == list(JudgedFile.of(parse(file.data), index, None).violations)


def test_violations_hold_while_many_functions_are_typed_into_in_turn() -> None:
    index, judgements, file = ProjectIndex(None), Judgements(), parse(LOCAL)
    assert len(judgements.of(file, index, None).violations) == 5
    for turn in range(80):
        place = file.data.index((b"return self.make", b"return self.usd", b"return _Local")[turn % 3])
        indent = place - file.data.rindex(b"\n", 0, place) - 1
        file = file.edited([Replacement(place, place, b"first = [1]\n" + b" " * indent)])
        found = judgements.of(file, index, None).violations
        assert len(found) == 5
    assert list(found) == list(JudgedFile.of(parse(file.data), index, None).violations)


@settings(max_examples=40, deadline=None)
@given(EDITS)
def test_judgements_of_edits_are_those_of_a_fresh_look(edits: list[tuple[float, bool, bytes]]) -> None:
    index, judgements, file = ProjectIndex(None), Judgements(), parse(TEXT)
    for edit in (None, *edits):
        if edit is not None:
            file = edited(file, *edit)
        known, fresh = Vetoes(file, index, None, judgements), Vetoes(parse(file.data), index, None)
        for old, new in (
            (b"wide,", b"width,"),
            (b"bxo", b"box"),
            (b"> best", b"< best"),
            (b"secnd", b"boxes"),
        ):
            if old in file.data:
                asked = replacing(file, old, new)
                assert known.allows(asked) == fresh.allows(asked)
                assert known.gains(asked) == fresh.gains(asked)
                assert known.finds_plausible(asked) == fresh.finds_plausible(asked)


def test_an_edit_is_not_judged_again_for_what_is_typed_in_another_function(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    judgements, index = Judgements(), ProjectIndex(None)
    file = parse(TEXT)
    edit = replacing(file, b"bxo", b"box")
    assert Vetoes(file, index, None, judgements).gains(edit)
    judged: list[object] = []
    compared = Vetoes._compared

    def noted(self: Vetoes, *arguments: Any) -> Any:
        judged.append(arguments)
        return compared(self, *arguments)

    monkeypatch.setattr(Vetoes, "_compared", noted)
    file = file.edited(replacing(file, b"wide = self", b"wid = self"))
    assert Vetoes(file, index, None, judgements).gains(replacing(file, b"bxo", b"box"))
    assert not judged
    broken = file.edited(replacing(file, b"wid = self", b"wid = (self"))
    Vetoes(broken, index, None, judgements).gains(replacing(broken, b"bxo", b"box"))
    judged.clear()
    mended = broken.edited(replacing(broken, b"wid = (self", b"wid = 2 * self"))
    assert Vetoes(mended, index, None, judgements).gains(replacing(mended, b"bxo", b"box"))
    assert not judged
    other = mended.edited(replacing(mended, b"self.height = height", b"self.heigth = height"))
    assert Vetoes(other, index, None, judgements).gains(replacing(other, b"bxo", b"box"))
    assert judged


def test_what_the_project_says_anew_is_asked_again(tmp_path: Any) -> None:
    (tmp_path / "tools.py").write_text("def turn(box):\n    return box\n", encoding="utf-8")
    index, judgements = ProjectIndex(tmp_path), Judgements()
    file, path = (
        parse(b"from tools import turn\n\n\ndef use(box):\n    return turn(box, 1)\n"),
        tmp_path / "use.py",
    )
    assert len(judgements.of(file, index, path).violations) == 1
    (tmp_path / "tools.py").write_text("def turn(box, times):\n    return box\n", encoding="utf-8")
    index.update(tmp_path / "tools.py")
    assert len(judgements.of(file, index, path).violations) == 0
