"""Doctests as claims about points."""

from __future__ import annotations

from tests.grammars.contracts.reading import marked, read, shown


def test_calls_with_what_they_give() -> None:
    text = '''
        def mean(xs):
            """Average.

            >>> mean([1, 2])
            1.5
            >>> values = [4]
            >>> mean(values)
            4.0
            >>> mean([])
            Traceback (most recent call last):
                ...
            ZeroDivisionError: division by zero
            >>> mean(
            ...     [2, 2],
            ... )
            2.0
            """
    '''
    assert shown(text) == {
        "mean": [
            "example: mean([1, 2]) gives 1.5",
            "example: mean(values) gives 4.0",
            "example: mean([]) raises ZeroDivisionError",
            "example: mean(\n    [2, 2],\n) gives 2.0",
        ]
    }
    assert read(text)["mean"].clauses[1].setup == ("values = [4]",)
    assert marked(text)[0] == "mean([1, 2])"


def test_what_claims_less_is_left_out() -> None:
    assert (
        shown('''
        def f(x):
            """
            >>> f(1)  # doctest: +SKIP
            1
            >>> f(2)  # doctest: +ELLIPSIS
            [1, ...]
            >>> f(3)
            [1,
             2]
            >>> other(4)
            5
            """
    ''')
        == {}
    )


def test_nothing_printed_is_none() -> None:
    assert shown('''
        def f(xs):
            """>>> f([1])"""
    ''') == {"f": ["example: f([1]) gives None"]}
