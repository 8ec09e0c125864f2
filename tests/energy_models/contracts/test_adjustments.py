"""What a counterexample suggests besides a repair: another contract, and a doctest."""

from __future__ import annotations

import pytest

from groundstate_energy.contracts.adjustments import adjustments
from groundstate_energy.contracts.check import Checker
from groundstate_energy.contracts.doctest_lines import doctest_lines
from groundstate_energy.contracts.verdicts import ClauseVerdict, FunctionVerdict
from groundstate_grammars.edits import apply_replacements
from groundstate_grammars.python.parsed import ParsedFile, parse


def refuted(checker: Checker, text: str) -> tuple[ParsedFile, FunctionVerdict, ClauseVerdict]:
    """The file, its one function and the clause of it that a call breaks."""
    parsed = parse(text.encode())
    (verdict,) = checker.check_file(parsed)
    return parsed, verdict, next(item for item in verdict.clauses if item.counterexample is not None)


def function(*clauses: str, body: str, signature: str = "n: int, m: int") -> str:
    lines = "".join(f"    {clause}\n" for clause in clauses)
    return f'def f({signature}) -> int:\n    """\n{lines}    """\n    {body}\n'


@pytest.mark.parametrize(
    ("text", "changes"),
    [
        (function("post: __return__ < n", body="return n"), [("__return__ < n", "__return__ <= n")]),
        (
            function("post: __return__ == n", body="return min(n, m)"),
            [("__return__ == n", "__return__ <= n")],
        ),
        (function("post: __return__ > 1", body="return abs(n) + 1"), [("__return__ > 1", "__return__ >= 1")]),
        (
            function("post: __return__ >= 2", body="return abs(n) + 1"),
            [("__return__ >= 2", "__return__ >= 1")],
        ),
        (function("pre: m >= 0", "post: __return__ * m <= n", body="return n // m"), [("m >= 0", "m > 0")]),
        (function("post: __return__ == 41", body="return n"), []),
        (
            'def f(n: int) -> bool:\n    """post: __return__ == (n > 0)"""\n    return n >= 0\n',
            [("(n > 0)", "(n >= 0)")],
        ),
        ('def f(n: int) -> bool:\n    """post: __return__ == (n in [1])"""\n    return n >= 0\n', []),
        (function("post: __return__ % 2 == 0 and __return__ == n * 2", body="return n + m"), []),
    ],
)
def test_the_weakest_change_that_no_call_breaks(
    checker: Checker, text: str, changes: list[tuple[str, str]]
) -> None:
    parsed, verdict, clause = refuted(checker, text)
    found = [
        apply_replacements(parsed.data, [item]).decode() for item in adjustments(parsed, verdict, clause)
    ]
    assert found == [text.replace(old, new) for old, new in changes]


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        (function("post: __return__ == n - m", body="return n + m"), [">>> f(0, 1)", "-1"]),
        (function("post: n + m == __return__", body="return n - m"), [">>> f(0, 1)", "1"]),
        (function("post: __return__ < n", body="return n"), [">>> f(0, 0) < 0", "True"]),
        (
            function("post: __return__ < n and __return__ < m", body="return n"),
            [">>> n = 0", ">>> m = 0", ">>> result = f(n, m)", ">>> result < n and result < m", "True"],
        ),
        (function("post: __return__ * m <= n", body="return n // m"), [">>> f(0, 0) * 0 <= 0", "True"]),
        (
            'def f(xs: list[int]) -> None:\n    """post: len(xs) == 0"""\n    xs.append(1)\n',
            [">>> xs = []", ">>> _ = f(xs)", ">>> len(xs) == 0", "True"],
        ),
        (
            'def f(n: int, *, most: int) -> int:\n    """post: __return__ <= most"""\n    return n\n',
            [">>> f(1, most=0) <= 0", "True"],
        ),
        (
            "def f(n: int) -> int:\n    assert n >= 0\n    r = n - 1\n    assert r == n + n\n    return r\n",
            [">>> f(0)", "0"],
        ),
        (
            "def f(n: int) -> int:\n    step = 2\n    r = n\n    assert r % step == 0\n    return r\n",
            [">>> _ = f(1)"],
        ),
        (
            'class A:\n    @staticmethod\n    def f(n: int) -> int:\n        """post: __return__ > n"""\n        return n\n',
            [],
        ),
    ],
)
def test_a_counterexample_as_a_doctest(checker: Checker, text: str, lines: list[str]) -> None:
    assert list(doctest_lines(*refuted(checker, text))) == lines
