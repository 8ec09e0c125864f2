"""Provisional analyses: exact rules are of the whole text, learned ones of the function that is typed in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.server.fakes import FakeEngine, FakeScoredEdit, FakeUnit, FakeUnitResult, Proposal, scored

from groundstate.analysis import Analysis, Engine, HardTerms, Workspace, analyse, analysis_of
from groundstate.documents import Document
from groundstate.findings import Finding
from groundstate.provisional import Typing
from groundstate.report import Report
from groundstate.settings import settings_from_mapping
from groundstate_energy.judgements import Judgements
from groundstate_grammars.edits import Replacement, difference
from groundstate_grammars.python.edited import EditedUnit
from groundstate_grammars.python.parsed import ParsedFile
from groundstate_grammars.python.units import Unit, UnitKind

ROOT = Path("/project")
PATH = ROOT / "a.py"
TEXT = b"""\
import os


def area(width, height):
    if width > height:
        wrong = width
    return width * heigth


class Shape:
    limit = 10

    def scale(self, factor):
        self.width = self.width * factor
        return wrong_too

    @property
    def name(self):
        return os.path.basename(self.path)

    def draw(self, canvas, *, width=1):
        wrong = canvas.line(width)
        return area(width)


def volume(shape, depth):
    wrong = area(shape.width, shape.hieght, depth)
    return wrong * depth
"""
WRONG = Proposal(b"wrong", b"right")
SETTINGS = settings_from_mapping({}, "a test")
PIECES = [
    *(
        b"total = value",
        b"wrong",
        b"self.height = 1",
        b"return width",
        b"x",
        b"(",
        b")",
        b":",
        b'"',
        b"'''",
        b"=",
        b" ",
    ),
    *(
        b"\n",
        b"\n    ",
        b"\n        y = width",
        b"def inner():\n            return x\n",
        b"# wrong",
        b"import os",
        b"os.",
    ),
]


class WordEngine(FakeEngine):
    """Proposes another word for each ``wrong`` in a function."""

    def examine(
        self,
        file: ParsedFile,
        facts: object,
        *,
        hard: Callable[..., object] | None,
        level: str,
        proceed: Callable[[], None] = lambda: None,
    ) -> list[FakeUnitResult]:
        return [_examined(file, unit, 0) for unit in file.units if unit.kind is UnitKind.FUNCTION]

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
    ) -> list[FakeUnitResult] | None:
        edited = EditedUnit(file, unit, replacements)
        return None if edited.unit is None else [_examined(edited, edited.unit, edited.shift + moved)]


def _examined(file: ParsedFile, unit: Unit, by: int) -> FakeUnitResult:
    tokens = file.tokens
    edits: list[FakeScoredEdit] = []
    for token in unit.tokens:
        start, end = tokens.start[token], tokens.end[token]
        if file.data[start:end] == b"wrong":
            edits.append(scored(start + by, end + by, WRONG))
    return FakeUnitResult(FakeUnit(unit.qualname, unit.start + by, unit.end + by), 1.0, tuple(edits))


ENGINE: Engine = WordEngine([])


def whole(text: bytes, judgements: Judgements | None = None) -> Analysis:
    return analysis_of(Document(PATH, text, judgements=judgements), Workspace(ROOT), ENGINE, SETTINGS)


def typed(text: bytes, start: int, end: int, new: bytes) -> Report | None:
    """The provisional report after one replacement."""
    before = whole(text, Judgements())
    change = difference(text, text[:start] + new + text[end:])
    document = before.document.edited([change] if change is not None else [])
    return Typing(before, Workspace(ROOT), SETTINGS).report(document, ENGINE)


def seen(findings: Sequence[Finding], *, exact: bool) -> set[tuple[object, ...]]:
    return {
        (item.rule, item.start, item.end, item.message, item.severity, item.fingerprint)
        for item in findings
        if (item.probability is None) == exact
    }


@settings(max_examples=300, deadline=None)
@given(st.floats(0, 1), st.integers(0, 6), st.lists(st.sampled_from(PIECES), min_size=1, max_size=3))
def test_findings_are_those_of_the_whole_text(place: float, removed: int, pieces: list[bytes]) -> None:
    start = int(place * len(TEXT))
    end, new = min(start + removed, len(TEXT)), b"".join(pieces)
    after = TEXT[:start] + new + TEXT[end:]
    report = typed(TEXT, start, end, new)
    if report is None:
        return
    document = Document(PATH, after)
    expected = analyse(document, Workspace(ROOT), ENGINE, SETTINGS)
    if document.parsed.tree.has_errors:
        known = {(item.rule, item.message) for item in whole(TEXT).findings}
        assert {(item.rule, item.message) for item in report.findings if item.rule != "GS101"} <= known
        return
    assert seen(report.findings, exact=True) == seen(expected.findings, exact=True)
    if any(item.rule == "GS101" for item in expected.findings):
        return  # nothing is vetoed then
    learned = seen(report.findings, exact=False), seen(expected.findings, exact=False)
    if [item.name for item in report.energies] == [item.name for item in expected.energies]:
        assert learned[0] == learned[1]
        assert report.energies == expected.energies
    else:  # what is newly a function is looked at when there is a pause
        assert learned[0] <= learned[1]


def at(word: bytes) -> int:
    return TEXT.index(word) + len(word)


def words(report: Report, rule: str) -> list[bytes]:
    return [report.document.data[item.start : item.end] for item in report.findings if item.rule == rule]


def test_what_is_typed_in_a_function_is_found_there_and_the_rest_moves() -> None:
    place = at(b"wrong = width")
    report = typed(TEXT, place, place, b"\n        wrong = nowhere")
    assert report is not None
    expected = analyse(report.document, Workspace(ROOT), ENGINE, SETTINGS)
    assert b"nowhere" in words(report, "GS102")
    assert words(report, "GS301") == words(expected, "GS301") == [b"wrong"] * 3


def test_of_a_text_that_does_not_parse_the_error_is_told_and_what_was_found_beside_it_stays() -> None:
    place = at(b"if width > height:")
    report = typed(TEXT, place, place, b"\n        width = (")
    assert report is not None
    expected = analyse(report.document, Workspace(ROOT), ENGINE, SETTINGS)
    assert words(report, "GS101") == words(expected, "GS101") == [b"("]
    others = [item.rule for item in report.findings if item.rule != "GS101"]
    assert others == [item.rule for item in whole(TEXT).report().findings]


def test_line_numbers_in_messages_are_those_of_the_file() -> None:
    place = at(b"canvas.line(width")
    report = typed(TEXT, place, place, b"\n, width]")
    assert report is not None
    expected = analyse(report.document, Workspace(ROOT), ENGINE, SETTINGS)
    messages = [
        [item.message for item in each.findings if item.rule == "GS101"] for each in (report, expected)
    ]
    assert messages[0] == messages[1]
    assert "on line 22" in messages[0][0]


def test_between_functions_exact_rules_are_asked_and_learned_findings_stay() -> None:
    place = at(b"limit = 10")
    report = typed(TEXT, place, place, b"\n    size = nowhere")
    assert report is not None
    assert b"nowhere" in words(report, "GS102")
    assert words(report, "GS301") == [b"wrong"] * 2


def test_what_is_more_than_the_body_of_a_function_has_to_be_looked_at_whole() -> None:
    assert typed(TEXT, at(b"wrong = width"), at(b"limit = 10"), b"") is None
    assert typed(TEXT, at(b"def area(width"), at(b"def area(width"), b", depth") is None


def test_an_earlier_text_that_does_not_parse_is_no_base() -> None:
    place = at(b"return width")
    assert typed(TEXT.replace(b"import os", b"import"), place - 3, place - 3, b" + 1") is None


def test_repairs_of_what_is_new_are_left_to_the_whole_analysis() -> None:
    place = at(b"return width * heigth")
    report = typed(TEXT, place, place, b" + widht")
    assert report is not None
    repaired = {report.document.data[item.start : item.end]: bool(item.repairs) for item in report.findings}
    assert not repaired[b"widht"]
    expected = analyse(report.document, Workspace(ROOT), ENGINE, SETTINGS).findings
    assert [item.repairs for item in expected if report.document.data[item.start : item.end] == b"widht"] != [
        ()
    ]


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from([0.2, 0.24, 0.45, 0.75, 0.98]), st.integers(-3, 9), st.sampled_from(PIECES)
        ),
        min_size=2,
        max_size=8,
    )
)
def test_what_is_typed_in_one_function_after_the_other_is_found_as_in_the_whole_text(
    edits: list[tuple[float, int, bytes]],
) -> None:
    document = Document(PATH, TEXT, judgements=Judgements())
    typing = Typing(analysis_of(document, Workspace(ROOT), ENGINE, SETTINGS), Workspace(ROOT), SETTINGS)
    for place, offset, new in edits:
        start = min(int(place * len(TEXT)) + offset, len(document.data))
        data = document.data[:start] + new + document.data[start:]
        after = document.edited([Replacement(start, start, new)])
        report = typing.report(after, ENGINE)
        if report is None:
            return
        if after.parsed.tree.has_errors:
            continue
        document = after
        expected = analyse(Document(PATH, data), Workspace(ROOT), ENGINE, SETTINGS)
        assert seen(report.findings, exact=True) == seen(expected.findings, exact=True)
        names = [[item.name for item in each.energies] for each in (report, expected)]
        if any(item.rule == "GS101" for item in expected.findings) or names[0] != names[1]:
            return
        assert seen(report.findings, exact=False) == seen(expected.findings, exact=False)
        assert report.energies == expected.energies
