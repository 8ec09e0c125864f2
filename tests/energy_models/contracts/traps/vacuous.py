"""Preconditions that nothing satisfies: what is proved of no input is proved of nothing."""


# must not be verified: no input
def contradiction(x: int) -> int:
    assert x > 0 and x < 0
    y = x
    assert y == x + 1
    return y


# must not be verified: no input
def two_contradictions(x: int) -> int:
    assert x > 5
    assert x < 5
    y = x
    assert y == 0
    return y


# must not be verified: no input
def nothing_between(x: int) -> int:
    assert 0 < x < 1
    y = x
    assert y > 100
    return y


# must not be verified: no input
def parity_contradiction(x: int) -> int:
    assert x % 2 == 0 and (x + 1) % 2 == 0
    y = x
    assert y != y
    return y


# must not be verified: no input
def negative_length(xs: list[int]) -> int:
    assert len(xs) < 0
    n = len(xs)
    assert n == -1
    return n


# must not be verified: no input
def larger_than_itself(s: str) -> str:
    assert len(s) > len(s + "a")
    t = s
    assert t == "b"
    return t


# must not be verified: no input
def raises_in_precondition(x: int) -> int:
    assert 1 // 0 == x
    y = x
    assert y == 0
    return y


# must not be verified: no input
def no_such_square(x: int) -> int:
    assert x * x == 2
    y = x
    assert y == 7
    return y


# must not be verified: no input
def empty_and_not(xs: list[int]) -> int:
    assert not xs and xs
    n = len(xs)
    assert n == 3
    return n


# must not be verified: no input
def never_equal(x: float) -> float:
    assert x < x
    y = x
    assert y == 1
    return y


# must not be verified: no input
def assumed_by_modulo(x: int) -> int:
    assert x % 3 == 5
    y = x
    assert y < 0
    return y


# must not be verified: no input
def always_false(x: int) -> int:
    assert False
    y = x
    assert y == x + 2
    return y


# must not be verified: loops_for_ever_on_entry(1)
def loops_for_ever_on_entry(x: int) -> int:
    assert x == 1
    y = x
    assert y == 2
    return y


# must not be verified: false_for_some(0)
def false_for_some(x: int) -> int:
    assert x >= 0
    y = x
    assert y > 0
    return y


# must not be verified: asserted_in_the_middle(1)
def asserted_in_the_middle(x: int) -> int:
    y = x
    assert y == 0
    y = y + 1
    assert y == 1
    return y
