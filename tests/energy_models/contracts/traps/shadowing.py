"""Builtins that the module or the function replaces."""


def len(xs):
    return -1


def sum(xs):
    return 0


def sorted(xs):
    return xs


max = min

from operator import add as abs


# must not be verified: length([1])
def length(xs: list[int]) -> int:
    n = len(xs)
    assert n >= 0
    return n


# must not be verified: total([1])
def total(xs: list[int]) -> int:
    s = sum(xs)
    assert s == 1 or xs != [1]
    return s


# must not be verified: in_order([2, 1])
def in_order(xs: list[int]) -> list[int]:
    ys = sorted(xs)
    assert all(ys[i] <= ys[i + 1] for i in range(1))
    return ys


# must not be verified: larger(1, 2)
def larger(a: int, b: int) -> int:
    m = max(a, b)
    assert m >= a and m >= b
    return m


# must not be verified: magnitude(-1)
def magnitude(a: int) -> int:
    m = abs(a)
    assert m >= 0
    return m


# must not be verified: parameter_shadows([1], 5)
def parameter_shadows(xs: list[int], range: int) -> int:
    t = 0
    for i in range(3):
        t += i
    assert t == 3
    return t


# must not be verified: local_shadows(3)
def local_shadows(x: int) -> int:
    int = lambda v: 0
    y = int(x)
    assert y == x
    return y


# must not be verified: walrus_shadows(3)
def walrus_shadows(x: int) -> int:
    (bool := 0)
    y = bool
    assert y == 1 or x != 3
    return y


# must not be verified: comprehension_variable_shadows([1])
def comprehension_variable_shadows(xs: list[int]) -> int:
    ys = [str for str in xs]
    y = ys[0]
    assert y == "1"
    return y
