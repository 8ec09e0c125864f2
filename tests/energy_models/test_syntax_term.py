"""The syntax term: one message for each error, repairs that parse, silence where Python would not object."""

from __future__ import annotations

import ast

import pytest
from tests.energy_models.marks import parsed

from groundstate_energy.terms import hard_violations
from groundstate_grammars.edits import apply_replacements


def repairs_of(text: str) -> list[str]:
    violations = hard_violations(parsed(text), None)
    assert [violation.rule for violation in violations] == ["GS101"]
    return [
        apply_replacements(text.encode(), repair.replacements).decode() for repair in violations[0].repairs
    ]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("def f(a:\n    return a\n", "def f(a):\n    return a\n"),
        ("x = (1, 2\ny = 3\n", "x = (1, 2)\ny = 3\n"),
        ("def f()\n    pass\n", "def f():\n    pass\n"),
        ("if x = 3:\n    pass\n", "if x == 3:\n    pass\n"),
        ("for x i y:\n    pass\n", "for x in y:\n    pass\n"),
        ("def f():\n    retrun 3\n", "def f():\n    return 3\n"),
        ("x = [1, 2)\n", "x = [1, 2]\n"),
        ("if a && b:\n    pass\n", "if a and b:\n    pass\n"),
        ("if a:\n    pass\nelse if b:\n    pass\n", "if a:\n    pass\nelif b:\n    pass\n"),
        ("x = {'a': 1, 'b' 2}\n", "x = {'a': 1, 'b': 2}\n"),
        ("x = 'abc\ny = 2\n", "x = 'abc'\ny = 2\n"),
        ("print('a'))\n", "print('a')\n"),
        ("from a improt b\n", "from a import b\n"),
        ("f(a b)\n", "f(a, b)\n"),
        ("a = 1\n  b = 2\n", "a = 1\nb = 2\n"),
        ("def f():\nreturn 1\n", "def f():\n    return 1\n"),
        (
            "class A:\n    def f(self):\n        return (1\n\n    def g(self):\n        pass\n",
            "class A:\n    def f(self):\n        return (1)\n\n    def g(self):\n        pass\n",
        ),
    ],
)
def test_the_repair_is_offered_and_every_repair_parses(text: str, wanted: str) -> None:
    offered = repairs_of(text)
    assert wanted in offered
    assert len(offered) <= 5
    for repaired in offered:
        ast.parse(repaired)
        assert not parsed(repaired).tree.tree.root_node.has_error


def test_each_error_is_told_where_it_stands() -> None:
    text = "x = 1 1\nfoo(\ny = 2\n"
    first, second = hard_violations(parsed(text), None)
    assert text[first.start : first.end] == "1"
    assert text[second.start : second.end] == "("
    assert second.message == "'(' was never closed"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\f\ndef f():\n\f\n    pass\n",
        "x = f'{a['b']}'\n",
        "class A[T = int]:\n    pass\n",
        "type X[T: (int, str) = int] = list[T]\n",
        "print 'old'\n",
        "x = 1\0\n",
        "# coding: rot13-unknown\nx = (\n",
        "(" * 5000,
        "x = " + "[" * 3000 + "]" * 3000 + "\n",
        "match = 1\ncase = 2\ntype = 3\nprint(match, case, type)\n",
        "def f(a, *, b=1, c): pass\n",
        "if 1: pass; pass\nelse: pass\n",
        "x = 1;\n",
    ],
)
def test_silent_where_python_would_not_object_or_cannot_say(text: str) -> None:
    assert [
        violation.rule for violation in hard_violations(parsed(text), None) if violation.rule == "GS101"
    ] == []


def test_bytes_that_are_no_text_never_raise() -> None:
    for data in (b"\xff\xfe=\n(", b"\xef\xbb\xbfx = )\n", b"\r\r\n(", b"'''", b"\\", b"x = 1\r\ny = (\r\n"):
        for violation in hard_violations(parsed(data), None):
            assert 0 <= violation.start <= violation.end <= len(data)


def test_nothing_else_is_said_about_a_text_that_does_not_parse() -> None:
    violations = hard_violations(parsed("def f(:\n    return undefined\n"), None)
    assert {violation.rule for violation in violations} == {"GS101"}
