"""Asserts are contracts by where they stand."""

from __future__ import annotations

from tests.grammars.contracts.reading import read, shown

from groundstate_grammars.python.contracts.clauses import ClauseKind


def test_where_an_assert_stands_says_what_it_is() -> None:
    assert shown('''
        def clamp(x: int, low: int, high: int) -> int:
            """Clamp."""
            # the bounds
            assert low <= high, "bounds are swapped"
            assert isinstance(x, int)
            result = x
            if x < low:
                assert low - x > 0
                result = low
            assert low <= result
            assert result <= high
            return result
    ''') == {
        "clamp": [
            "requires: low <= high (bounds are swapped)",
            "requires: isinstance(x, int)",
            "assertion: low - x > 0",
            "ensures: low <= result",
            "ensures: result <= high",
        ]
    }


def test_the_head_of_a_loop() -> None:
    assert shown("""
        def total(xs):
            i = s = 0
            while i < len(xs):
                assert 0 <= i <= len(xs)
                assert s >= 0
                s += xs[i]
                assert s > 0
                i += 1
            for x in xs:
                assert x
            return s
    """) == {
        "total": [
            "loop-invariant: 0 <= i <= len(xs)",
            "loop-invariant: s >= 0",
            "assertion: s > 0",
            "loop-invariant: x",
        ]
    }


def test_only_what_is_about_the_returned_value_is_a_postcondition() -> None:
    text = """
        def divide(a, b):
            q = a // b
            r = a - b * q
            assert LIMIT > 0
            assert a == b * q + r
            return q, r

        def first(xs):
            y = xs[0]
            assert y in xs
            return y

        def sort(xs):
            xs.sort()
            assert xs == sorted(xs)
    """
    assert shown(text) == {
        "divide": ["assertion: LIMIT > 0", "ensures: a == b * q + r"],
        "first": ["ensures: y in xs"],
        "sort": ["ensures: xs == sorted(xs)"],
    }
    contracts = read(text)
    assert [contracts[name].clauses[-1].result for name in ("divide", "first", "sort")] == ["", "y", ""]


def test_tests_and_functions_without_parameters_promise_nothing() -> None:
    assert shown("""
        def test_area():
            assert area(2) == 4

        def test_volume(cube):
            v = volume(cube)
            assert v == 8
            return v

        def settings():
            assert ready()
            return load()
    """) == {
        "test_area": ["assertion: area(2) == 4"],
        "test_volume": ["assertion: v == 8"],
        "settings": ["assertion: ready()"],
    }


def test_inner_functions_have_their_own() -> None:
    assert shown("""
        class Stack:
            def push(self, x):
                assert x is not None

                def inner(y):
                    assert y
                    return y

                self.items.append(x)
    """) == {"Stack.push": ["requires: x is not None"], "Stack.push.inner": ["requires: y"]}


def test_the_statement_is_where_it_is_checked() -> None:
    text = "def f(x):\n    assert x, 'no'\n    return x\n"
    (clause,) = read(text)["f"].clauses
    assert clause.kind is ClauseKind.REQUIRES
    assert clause.statement is not None
    assert text[slice(*clause.statement)] == "assert x, 'no'"
    assert clause.message == "no"


def test_errors_in_the_text_are_survived() -> None:
    assert "g" in shown("def g(x):\n    assert x\n    return x\n\ndef f(:\n")
    assert shown("") == {}
    assert shown("assert") == {}
