"""Ignore comments: where they count, and the edit that adds one."""

from __future__ import annotations

from pathlib import Path

import pytest

from groundstate.documents import Document
from groundstate.ignores import ignore_replacements, ignores_of
from groundstate_grammars.edits import apply_replacements
from groundstate_grammars.rules import RULES


def document(text: str) -> Document:
    return Document(Path("/a.py"), text.encode())


def covered(text: str, at: str, rule: str = "GS301") -> bool:
    whole = document(text)
    start = whole.data.index(at.encode())
    return ignores_of(whole).covers(rule, whole, start, start + len(at.encode()))


def with_ignore(text: str, at: str, rule: str = "GS301") -> str:
    whole = document(text)
    start = whole.data.index(at.encode())
    changed = apply_replacements(whole.data, ignore_replacements(whole, [(rule, start)])).decode()
    assert covered(changed, at, rule), "the added comment must do what it is for"
    return changed


@pytest.mark.parametrize(
    ("comment", "ignored"),
    [
        ("# groundstate: ignore", True),
        ("#groundstate:ignore", True),
        ("# groundstate: ignore[GS301]", True),
        ("# groundstate: ignore[gs301]", True),
        ("# groundstate: ignore[wrong-name]", True),
        ("# groundstate: ignore[GS302, GS301] because", True),
        ("# noqa  # groundstate: ignore[GS301]", True),
        ("# groundstate: ignore[GS302]", False),
        ("# groundstate: ignore[]", False),
        ("# groundstate: ignored", False),
        ("# groundstate: ignore-line", False),
        ("# see groundstate: ignore", False),
    ],
)
def test_comments_on_the_line(comment: str, ignored: bool) -> None:
    assert covered(f"x = 1\ny = abc  {comment}\nz = 2\n", "abc") is ignored
    assert not covered(f"x = abc\ny = 1  {comment}\n", "abc")


def test_the_whole_file() -> None:
    assert covered("x = abc\n\n# groundstate: ignore-file[GS301]\n", "abc")
    assert not covered("x = abc\n\n# groundstate: ignore-file[GS302]\n", "abc")
    (comment,) = ignores_of(document("# groundstate: ignore-file\n")).comments
    assert (comment.line, comment.codes) == (None, frozenset(RULES) - {"GS901"})


def test_strings_are_no_comments() -> None:
    assert not covered('x = abc, "# groundstate: ignore"\n', "abc")
    assert not covered('x = abc, """\n# groundstate: ignore-file\n"""\n', "abc")


def test_a_comment_after_the_place_where_one_can_stand() -> None:
    assert covered('x = f"""\n{abc}\n"""  # groundstate: ignore[GS301]\n', "abc")
    assert covered("x = abc + \\\n    1  # groundstate: ignore\n", "abc")
    assert not covered("x = (abc +\n    1)  # groundstate: ignore\n", "abc")


def test_a_finding_over_several_lines_is_ignored_at_its_first_or_last() -> None:
    assert covered("f(a,\n  b,\n  c)  # groundstate: ignore\n", "a,\n  b,\n  c")
    assert covered("f(a,  # groundstate: ignore\n  b,\n  c)\n", "a,  # groundstate: ignore\n  b,\n  c")


@pytest.mark.parametrize(
    ("text", "changed"),
    [
        ("x = abc\n", "x = abc  # groundstate: ignore[GS301]\n"),
        ("x = abc", "x = abc  # groundstate: ignore[GS301]"),
        ("x = abc \t\r\ny\r\n", "x = abc  # groundstate: ignore[GS301]\r\ny\r\n"),
        ("x = abc  # why\n", "x = abc  # why  # groundstate: ignore[GS301]\n"),
        ("x = abc  # groundstate: ignore[GS302]\n", "x = abc  # groundstate: ignore[GS302, GS301]\n"),
        ("x = abc  # groundstate: ignore[]\n", "x = abc  # groundstate: ignore[GS301]\n"),
        ("x = abc  # groundstate: ignore\n", "x = abc  # groundstate: ignore\n"),
        ("x = abc + \\\n  1\n", "x = abc + \\\n  1  # groundstate: ignore[GS301]\n"),
        ('x = f"""{abc}\n"""\n', 'x = f"""{abc}\n"""  # groundstate: ignore[GS301]\n'),
        ("é = '😀', abc\n", "é = '😀', abc  # groundstate: ignore[GS301]\n"),
    ],
)
def test_the_edit_that_ignores(text: str, changed: str) -> None:
    assert with_ignore(text, "abc") == changed


def test_deep_nesting_and_junk_do_not_matter() -> None:
    deep = "(" * 5000 + "abc" + ")" * 5000 + "  # groundstate: ignore\n"
    assert covered(deep, "abc")
    junk = Document(Path("/a.py"), bytes(range(1, 256)) * 20 + b"\n# groundstate: ignore-file\n")
    ignores_of(junk)
