"""Annotated, with annotated-types."""

from __future__ import annotations

from tests.grammars.contracts.reading import marked, read, shown

_IMPORTS = """
from typing import Annotated, Optional
import annotated_types as at
from annotated_types import Ge, Gt, Interval, Len, Le, Lt, MaxLen, MinLen, MultipleOf, Predicate
Positive = Annotated[int, Gt(0)]
"""


def test_parameters_and_the_returned_value() -> None:
    text = _IMPORTS + (
        "def f(a: Annotated[int, Gt(0), Le(10)], b: Annotated[int, at.MultipleOf(3)] = 3, *,\n"
        "      c: Annotated[float, Interval(ge=0, lt=1)]) -> Annotated[int, Ge(-1)]: ...\n"
    )
    assert shown(text) == {
        "f": [
            "requires: a > 0",
            "requires: a <= 10",
            "requires: b % 3 == 0",
            "requires: c >= 0",
            "requires: c < 1",
            "ensures: __return__ >= -1",
        ]
    }
    assert marked(text)[0] == "Annotated[int, Gt(0), Le(10)]"
    assert read(text)["f"].clauses[-1].result == "__return__"


def test_lengths_predicates_and_aliases() -> None:
    assert shown(
        _IMPORTS
        + "def f(a: Annotated[list[Positive], Len(1, 4)], b: Annotated[str, MinLen(1), MaxLen(3)],\n"
        + "      c: Annotated[str, Predicate(str.islower)], d: Annotated[int, Predicate(lambda v: v % 2 == 0)],\n"
        + "      e: Annotated[int, Predicate(is_prime)], g: Positive): ...\n"
    ) == {
        "f": [
            "requires: all(element1 > 0 for element1 in a)",
            "requires: len(a) >= 1",
            "requires: len(a) <= 4",
            "requires: len(b) >= 1",
            "requires: len(b) <= 3",
            "requires: c.islower()",
            "requires: (d % 2 == 0)",
            "requires: is_prime(e)",
            "requires: g > 0",
        ]
    }


def test_none_is_spared() -> None:
    assert shown(
        _IMPORTS + "def f(a: Positive | None, b: Optional[Annotated[int, Lt(5)]] = None): ...\n"
    ) == {"f": ["requires: a is None or (a > 0)", "requires: b is None or (b < 5)"]}


def test_other_metadata_says_nothing() -> None:
    assert shown(_IMPORTS + 'def f(a: Annotated[int, Query(ge=1), "doc"], b: int): ...\n') == {}


def test_what_is_inside_other_types_is_said() -> None:
    assert shown(_IMPORTS + "def f(a: dict[str, Positive], b: Annotated[str, at.LowerCase]): ...\n") == {
        "f": ["unread: `Annotated` inside of another type", "unread: `at.LowerCase` is not read"]
    }
