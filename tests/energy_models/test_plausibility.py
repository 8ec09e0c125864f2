"""Plausibility: edits that are pointless or impossible. ``⟦old→new⟧`` marks the edit of a text."""

from __future__ import annotations

import re
from pathlib import Path
from textwrap import dedent

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.energy_models.marks import parsed

from groundstate_energy.plausibility import CHECKS, EditedFile, objection
from groundstate_energy.terms.view import FileView
from groundstate_grammars.edits import Replacement
from groundstate_grammars.index import ProjectIndex

_MARK = re.compile(r"⟦(.*?)→(.*?)⟧", re.DOTALL)


def edited(marked: str, root: Path | None = None) -> EditedFile:
    """The edits marked in a text, seen as ``main.py`` of the workspace ``root``."""
    marked = dedent(marked)
    replacements = []
    removed = 0
    for match in _MARK.finditer(marked):
        start = len(marked[: match.start()].encode()) - removed
        old = match[1].encode()
        replacements.append(Replacement(start, start + len(old), match[2].encode()))
        removed += len(match[0].encode()) - len(old)
    file = parsed(_MARK.sub(lambda match: match[1], marked))
    after = file.edited(replacements)
    assert not after.flat.errors
    view = FileView(file, ProjectIndex(root), root / "main.py" if root is not None else None)
    return EditedFile(view, after, tuple(replacements))


IMPLAUSIBLE = {
    "turns_a_question_about_the_interpreter": [
        "def f():\n    if sys.version_info ⟦>=→<⟧ (3, 8):\n        g()",
        "def f():\n    return sys.hexversion ⟦<→==⟧ 0x3080000",
    ],
    "is_a_value_in_an_expected_error": [
        "def test():\n    with pytest.raises(ValueError):\n        area(⟦-→⟧5)",
        "def test(self):\n    with self.assertRaises(ValueError):\n        area(⟦1→0⟧, ⟦True→False⟧)",
        "def test(self):\n    self.assertRaises(ValueError, area, ⟦-→⟧5)",
    ],
    "makes_both_sides_the_same": [
        "def test():\n    assert names(⟦expected→result⟧) == names(result)",
        "def test(self):\n    self.assertEqual(row, ⟦other→row⟧)",
        "def f(a, b):\n    return a - ⟦b→a⟧",
        "def f(a, b):\n    return a and ⟦b→a⟧",
        "def f(a, b, c):\n    return a if c else ⟦b→a⟧",
        "def f(a, b):\n    a = ⟦b→a⟧\n    return a",
    ],
    "gives_one_thing_twice": [
        "def f(dirs, files):\n    return g(list(⟦dirs→files⟧), list(files))",
        "def f(self):\n    return [self.⟦a→b⟧, self.b]",
    ],
    "breaks_an_agreement_of_names": [
        "def f(x):\n    return g(picks=x.⟦picks→pick⟧, pick=x.pick)",
        "def f(store):\n    return {'size': store.size, 'chunk': store.⟦chunk→size⟧}",
        "def f(self, tasks, errors):\n    self.tasks = ⟦tasks→errors⟧\n    self.errors = errors",
        "def f(self, report):\n    self.⟦tasks→errors⟧ = report.tasks\n    self.errors += report.errors",
        "def f(d, rows, row):\n    d['rows'] = ⟦rows→row⟧\n    d['row'] = row",
        "def f(now, then):\n    return now.year != then.year or now.⟦quarter→year⟧ != then.quarter",
        "def test(self, a, b):\n    self.assertEqual(a.⟦names→rows⟧, b.names)\n    self.assertEqual(a.rows, b.rows)",
    ],
    "asks_for_a_class_that_is_none": [
        "from x import Scoped\n\ndef f(a, scopes):\n    return isinstance(a, ⟦Scoped→scopes⟧)",
        "class E(Exception): pass\n\ndef f(a):\n    try:\n        g()\n    except ⟦E→a⟧:\n        pass",
    ],
    "uses_a_module_as_a_value": [
        "import os\n\ndef f(a):\n    return a + os.⟦pathsep→path⟧",
        "import style\n\ndef f(a):\n    return ⟦a→style⟧[0]",
        "import style\n\ndef f(a):\n    return ⟦a→style⟧()",
    ],
    "compares_unlike_values": [
        "def test(page):\n    assert ⟦str→len⟧(page) == '<Page 1>'",
        "def f(a, b):\n    return a in ⟦b→1⟧",
        "def f(a):\n    return 'x' ⟦in→==⟧ [a]",
        "def f():\n    n = len(g())\n    return n == ⟦h()→'a'⟧",
        "def f(a):\n    return ','.join(a) == ⟦a→b''⟧",
        "def test(self):\n    self.assertEqual(len(a), ⟦b→(1, 2)⟧)",
        "def f(a):\n    return (⟦a→sorted⟧(a)) == {1}",
    ],
    "compares_with_a_display": [
        "def test():\n    assert table.source ⟦in→==⟧ [3, 4]",
        "def test(x):\n    return x.kind ⟦not in→!=⟧ (A, B)",
        "def test(x):\n    wanted = {1, 2}\n    assert x.draw() ⟦in→==⟧ wanted",
    ],
    "loses_what_find_returns": [
        "def f(text):\n    if text.find('a') == ⟦-→⟧1:\n        return 0",
        "def f(text):\n    end = text.rfind('a')\n    return None if end == ⟦-→⟧1 else end",
        "def f(text):\n    while (at := text.find('a')) != ⟦-→⟧1:\n        g(at)",
    ],
    "makes_a_condition_of_a_function": [
        "def color(x):\n    return x\n\ndef f(self):\n    if ⟦self.→⟧color:\n        return color(1)",
        "from style import color\n\ndef f(self):\n    return color(1) if ⟦self.→⟧color else 1",
        "class A: pass\n\ndef f(a):\n    return not ⟦a→A⟧",
        "class A: pass\n\ndef f(a, b):\n    assert ⟦a→A⟧ or b",
    ],
    "makes_bounds_the_same": [
        "def f():\n    return uniform('x', ⟦-→⟧5, 5)",
        "def f(x):\n    return ⟦-→⟧5 <= x <= 5",
        "def f():\n    return draw(low=⟦-→⟧1.5, high=1.5)",
        "def f():\n    return clip(-1, ⟦→-⟧1)",
        "def f():\n    x = (⟦-→⟧180, 180)\n    return x",
    ],
    "empties_a_range": [
        "def f():\n    return [i for i in range(5, ⟦10→5⟧)]",
        "def f():\n    return list(range(9, 1, ⟦-→⟧1))",
    ],
    "weakens_an_assertion": [
        "def test():\n    assert copy(a) ⟦is→==⟧ a",
        "def test(self):\n    self.assertTrue(copy(a) ⟦is→==⟧ a)",
        "def test(self):\n    self.⟦assertIs→assertEqual⟧(a, b)",
        "def test(self):\n    self.⟦assertListEqual→assertSequenceEqual⟧(a, b)",
    ],
    "contradicts_the_assertion_beside": [
        "def test():\n    assert a == b\n    assert a ⟦is not→!=⟧ b",
        "def test():\n    assert row.⟦cells→errors⟧ == {}\n    assert row.errors == []",
        "def test():\n    assert data.⟦error→valid⟧ == 'bad'\n    # so\n    assert not data.valid",
        "def test(self):\n    self.assertTrue(a.⟦x→y⟧)\n    self.assertFalse(a.y)",
        "def test(self):\n    self.assertEqual(a, 1)\n    self.assertEqual(⟦b→a⟧, 2)",
    ],
    "repeats_the_statement_beside": [
        "def test(self):\n    self.assertEqual(a.x, b.x)\n    self.assertEqual(⟦a.y→a.x⟧, b.x)",
        "def test(self):\n    check(a)\n    assert a.⟦y→x⟧\n    assert a.x",
    ],
    "stores_twice": [
        "def test(run):\n    run.command = ['ls']\n    run.⟦envvars→command⟧ = {'A': 1}",
        "def f(self, x):\n    self.⟦tasks→errors⟧ = x.tasks\n    n = 1\n    self.errors = x.errors",
        "def f(d):\n    d[⟦'a'→'b'⟧] = 1\n    d['b'] = 2",
    ],
    "leaves_a_local_unread": [
        "def f(expected):\n    framed = box(expected)\n    check(⟦framed→expected⟧)",
        "def f(self):\n    color = pick()\n    return ⟦→self.⟧color",
    ],
    "moves_the_only_assignment": [
        """
        class Handler:
            seen: str | None = None

            def handle(self, text):
                self.⟦seen→text⟧ = text

        def test(handler):
            assert handler.seen == 'a'
        """,
        "class A:\n    def set(self):\n        self.⟦f→rows⟧ = open('a')\n\n    def end(self):\n        self.f.close()",
    ],
    "names_a_member_that_is_not_there": [
        "class A:\n    x = 1\n    def f(self):\n        return self.⟦x→y⟧\n\nclass B:\n    y = 1",
        "class A:\n    x = 1\n\nclass B:\n    y = 1\n\ndef f(a: A):\n    return a.⟦x→y⟧",
        "class A:\n    x = 1\n\nclass B:\n    y = 1\n\ndef f():\n    return A.⟦x→y⟧",
    ],
    "names_a_keyword_that_is_not_there": [
        "import attrs\n\n@attrs.define\nclass A:\n    controls: list\n\nA(⟦controls→control⟧=[])",
        "def f(a, b=1):\n    return a + b\n\nf(1, ⟦b→c⟧=2)",
        "class A:\n    def __init__(self, a):\n        self.b = a\n\nA(⟦a→b⟧=2)",
    ],
    "sets_a_property_that_has_no_setter": [
        """
        from elsewhere import Unknown

        class B:
            @property
            def x(self):
                return 1

        class A(Unknown, B):
            def f(self):
                self.⟦_x→x⟧ = 1
        """,
        """
        class A:
            def __init__(self):
                self.⟦_x→x⟧ = 1

            @property
            def x(self):
                return self._x.value
        """,
    ],
    "uses_a_method_as_a_value": [
        """
        class A:
            def f(self):
                return self.⟦stack→last⟧[-1]

            def last(self):
                return 1
        """,
        """
        class A:
            def f(self):
                if self.⟦ready→is_ready⟧:
                    return 1

            def is_ready(self):
                return 1
        """,
    ],
    "reads_the_same_through_a_property": [
        """
        class A:
            def f(self):
                return self.⟦_x→x⟧.name

            @property
            def x(self):
                '''The x.'''
                return self._x
        """,
        """
        class A:
            def f(self):
                return self.⟦x→_x⟧.name

            @property
            def x(self):
                return self._x
        """,
    ],
    "compares_the_same_by_identity": [
        "def g():\n    pass\n\ndef f(a):\n    return a ⟦is not→!=⟧ g",
        "def f(a):\n    return type(a) ⟦is→==⟧ int",
        "from enum import Enum\n\nclass A(Enum):\n    X = 1\n\ndef f(a):\n    return a ⟦is→==⟧ A.X",
        "class A:\n    def __eq__(self, other: object) -> bool:\n        return self ⟦is→==⟧ other",
        "NOTHING = object()\n\ndef f(a):\n    return a ⟦is not→!=⟧ NOTHING",
        "class A:\n    pass\n\ndef f(b):\n    a = A()\n    return a ⟦is→==⟧ b",
    ],
}

PLAUSIBLE = [
    """
    class A(B):
        def f(self):
            self.⟦x→y⟧ = 1

    class B(A):
        pass
    """,
    "def f(d, a, b):\n    return d.get(a, ⟦b→a⟧)",
    "class A:\n    x = 1\n\n    @staticmethod\n    def f(a):\n        return a.⟦x→y⟧",
    "from x import A\n\ndef f(a, cls):\n    return isinstance(a, ⟦A→cls⟧)",
    "def f():\n    if sys.version_info ⟦==→>=⟧ (3, 8):\n        g()",
    "def f(x):\n    return x ⟦in→==⟧ ('a',)",
    "def f(picks, pick):\n    return g(picks=⟦picks→pick⟧)",
    "def f():\n    return g(set(), ⟦iter→set⟧())",
    "def f(a, b):\n    return g(0, ⟦1→0⟧)",
    "def f(a, b):\n    return g(a, x=⟦b→a⟧)",
    "def f(picks, pick):\n    return g(picks=⟦pick→picks⟧)",
    "def f(picks, pick):\n    return g(picks=⟦→self.⟧picks)",
    "def f(picks, pick):\n    return g(picks=⟦pick→one⟧)",
    "def f(a, scopes, kinds):\n    return isinstance(a, ⟦scopes→kinds⟧)",
    "from x import A, B\n\ndef f(a):\n    return isinstance(a, ⟦A→B⟧)",
    "import os\n\ndef f(a):\n    return g(os.⟦pathsep→path⟧)",
    "from style import color\n\ndef f(a):\n    return ⟦a→color⟧(1)",
    "def test(self):\n    with self.assertRaises(ValueError):\n        area(⟦wide→high⟧)",
    "def test():\n    assert message ⟦is→==⟧ 'unused'",
    "def f(a):\n    return type(a) ⟦==→is⟧ int",
    """
    class A:
        x = 1
        def f(self):
            return self.⟦x→y⟧

    class B:
        y = 1

    class C(A, B):
        pass
    """,
    """
    class B:
        f = None

    class A(B):
        def set(self):
            self.⟦f→rows⟧ = open('a')

        def end(self):
            self.f.close()
    """,
    """
    class A:
        def set(self):
            self.⟦f→rows⟧ = open('a')

    def test(a):
        a.f = 1
        return a.f
    """,
    "def f(a: int = ⟦1→2⟧):\n    return a",
    "def f():\n    if sys.version_info ⟦>→>=⟧ (3, 8):\n        g()",
    "def test():\n    with pytest.raises(ValueError):\n        pass\n    assert area(⟦-→⟧5) == 1",
    "def test(self):\n    self.assertRaises(⟦ValueError→TypeError⟧)",
    "def f(a, b):\n    return a + ⟦b→a⟧",
    "def f(a, b):\n    return a or g(⟦b→a⟧)",
    "def test(page):\n    assert len(page) == ⟦n→3⟧",
    "def len(x):\n    return x.name\n\ndef test(page):\n    assert ⟦str→len⟧(page) == '<Page 1>'",
    "def f(a):\n    n = 1\n    n = a\n    return n == ⟦b→'a'⟧",
    "def f(a, b):\n    return a ⟦in→==⟧ b",
    "def f(a):\n    return (1, 2) ⟦==→!=⟧ (a, 3)",
    "def f(x):\n    return x.index('a') == ⟦-→⟧1",
    "from style import color\n\ndef f(self):\n    return ⟦self.→⟧color or 1",
    "from style import color\n\ndef f(self):\n    if ⟦self.→⟧color:\n        return 1",
    "def f():\n    return point(⟦-→⟧5, 6)",
    "def f():\n    return [1, ⟦-→⟧1, 1]",
    "def f():\n    return range(⟦1→2⟧, 5)",
    "def f(a):\n    if a ⟦is→==⟧ b:\n        return 1",
    "def test():\n    assert a ⟦==→is⟧ b",
    "def test():\n    assert a == 1\n    a = g()\n    assert ⟦b→a⟧ == 2",
    "def test():\n    assert a == 'x'\n    assert ⟦b→a⟧ == c",
    "def f(x):\n    g(x)\n    g(⟦y→x⟧)",
    "def f(self, x):\n    self.⟦a→b⟧ = x\n    g(self)\n    self.b = x",
    "def f(self, x):\n    self.⟦a→b⟧ = x\n    self.b = self.b + 1",
    "def f(a):\n    b = g(a)\n    h(b)\n    return ⟦b→a⟧",
    "def f(a, b):\n    return ⟦b→a⟧",
    "def f(a):\n    for b in a:\n        g(⟦b→a⟧)",
    "class A:\n    def set(self):\n        self.⟦f→rows⟧ = open('a')",
    "class A(Unknown):\n    x = 1\n    def f(self):\n        return self.⟦x→y⟧",
    "class A:\n    x = 1\n    def __getattr__(self, y):\n        return self.⟦x→y⟧",
    "def f(a, **b):\n    return a\n\nf(⟦a→c⟧=2)",
    """
    class A:
        def __init__(self):
            self.⟦_x→x⟧ = 1

        @property
        def x(self):
            return self._x + 1

        @x.setter
        def x(self, value):
            self._x = value
    """,
    """
    class A:
        def f(self):
            return self.⟦stack→last⟧()

        def last(self):
            return 1
    """,
    """
    class A:
        def f(self):
            return self.⟦_x→x⟧

        @property
        def x(self):
            return self._x or 1
    """,
    "class A(IntEnum):\n    X = 1\n\ndef f(a):\n    return a ⟦is→==⟧ A.X",
    "class A:\n    def __eq__(self, other):\n        return self.x ⟦is→==⟧ other.x",
    "def f(a):\n    return a ⟦==→is⟧ None",
]


@pytest.mark.parametrize(
    ("check", "text"), [(check, text) for check, texts in IMPLAUSIBLE.items() for text in texts]
)
def test_an_implausible_edit(check: str, text: str) -> None:
    known = {item.__name__: item for item in CHECKS}
    assert known[check](edited(text))
    assert objection(edited(text))


@pytest.mark.parametrize("text", PLAUSIBLE)
def test_a_plausible_edit(text: str) -> None:
    assert objection(edited(text)) == ""


def test_every_check_has_an_example_and_says_what_it_is_about_in_its_first_line() -> None:
    assert [check.__name__ for check in CHECKS] == list(IMPLAUSIBLE)
    assert all((check.__doc__ or "").splitlines()[0].endswith(".") for check in CHECKS)


def test_classes_of_other_files(tmp_path: Path) -> None:
    (tmp_path / "shapes.py").write_text("class Shape:\n    width = 1\n\n\nclass Line:\n    length = 1\n")
    text = "import shapes\n\ndef f(shape: shapes.Shape):\n    return shape.⟦width→length⟧"
    assert objection(edited(text, tmp_path)) == "names_a_member_that_is_not_there"
    assert objection(edited(text)) == ""
    text = "import shapes\n\ndef f():\n    return shapes.⟦Shape→Square⟧"
    assert objection(edited(text, tmp_path)) == "names_a_member_that_is_not_there"


def test_keywords_of_decorated_classes_of_a_package(tmp_path: Path) -> None:
    files = {
        "formats/__init__.py": "from .dialect import Dialect as Dialect\n",
        "formats/base.py": "class Base:\n    def __new__(cls, *a, **b):\n        return super().__new__(cls)\n",
        "formats/dialect.py": "import attrs\nfrom .base import Base\n\n\n@attrs.define(kw_only=True)\nclass Dialect(Base):\n"
        "    header_rows: list = []\n",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    text = "from formats import Dialect\n\ndef f():\n    return Dialect(⟦header_rows→header⟧=[1])"
    assert objection(edited(text, tmp_path)) == "names_a_keyword_that_is_not_there"
    assert objection(edited(text)) == ""


@given(st.integers(0, 400), st.integers(0, 12), st.sampled_from([b"", b"-", b"x", b"==", b"not ", b"self."]))
def test_no_edit_makes_a_check_fail(start: int, length: int, new: bytes) -> None:
    texts = [text for group in IMPLAUSIBLE.values() for text in group]
    data = "\n\n".join(
        _MARK.sub(lambda match: match[1], dedent(text)) for text in texts[start % 7 :: 7]
    ).encode()
    start %= len(data)
    file = parsed(data)
    replacement = Replacement(start, min(start + length, len(data)), new)
    after = file.edited([replacement])
    if not after.flat.errors:
        view = FileView(file, ProjectIndex(None), None)
        assert isinstance(objection(EditedFile(view, after, (replacement,))), str)
