"""None where a number was expected, truthiness of None, and narrowing that does not hold."""

from typing import Optional


# must not be verified: plus_one(None)
def plus_one(x: int | None) -> int:
    y = x + 1
    assert y == x + 1
    return y


# must not be verified: plus_one_optional(None)
def plus_one_optional(x: Optional[int]) -> int:
    y = x + 1
    assert y > x
    return y


# must not be verified: default_when_falsy(0)
def default_when_falsy(x: int | None) -> int:
    y = x or 5
    assert x is None or y == x
    return y


# must not be refuted: default_when_none(0); default_when_none(None); default_when_none(-3)
def default_when_none(x: int | None) -> int:
    y = 5 if x is None else x
    assert x is None or y == x
    return y


# must not be verified: narrowed_by_truth(0)
def narrowed_by_truth(x: int | None) -> int:
    if x:
        y = x
    else:
        y = -1
    assert (y == -1) == (x is None)
    return y


# must not be refuted: narrowed_by_none(0); narrowed_by_none(None); narrowed_by_none(7)
def narrowed_by_none(x: int | None) -> int:
    if x is not None:
        y = x * x
    else:
        y = 0
    assert y >= 0
    return y


# must not be verified: compared_with_none(None)
def compared_with_none(x: int | None) -> bool:
    y = x < 3
    assert y or x >= 3
    return y


# must not be refuted: equal_to_none(None); equal_to_none(0)
def equal_to_none(x: int | None) -> bool:
    y = x == None
    assert y == (x is None)
    return y


# must not be verified: first_or_none([])
def first_or_none(xs: list[int]) -> int | None:
    y = xs[0] if xs else None
    assert y is not None
    return y


# must not be verified: length_of_optional(None)
def length_of_optional(xs: list[int] | None) -> int:
    n = len(xs)
    assert n >= 0
    return n


# must not be verified: second_narrowing_lost(1, None)
def second_narrowing_lost(x: int | None, y: int | None) -> int:
    if x is None and y is None:
        return 0
    z = (x or 0) + y
    assert z == z
    return z


# must not be verified: none_is_not_false(None)
def none_is_not_false(x: bool | None) -> bool:
    y = x is False
    assert y == (not x)
    return y


# must not be verified: list_of_optionals([None])
def list_of_optionals(xs: list[int | None]) -> int:
    total = sum(xs)
    assert total == sum(xs)
    return total


# must not be verified: implicit_none(-1)
def implicit_none(x: int) -> int:
    if x >= 0:
        return x
    y = None
    assert y is not None
    return y
