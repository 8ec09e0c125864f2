"""Objects: attributes, methods, equality and operators that a class defines itself."""

from dataclasses import dataclass


class Sneaky(int):
    def __add__(self, other):
        return -1

    def __gt__(self, other):
        return False


class Box:
    def __init__(self, value: int) -> None:
        self.value = value

    # must not be verified: Box(3).raised(-1)
    def raised(self, by: int) -> int:
        self.value += by
        y = self.value
        assert y >= 3
        return y

    @property
    def twice(self) -> int:
        self.value += 1
        return self.value


@dataclass
class Pair:
    first: int
    second: int

    def __eq__(self, other: object) -> bool:
        return False


# must not be verified: property_has_effects(Box(1))
def property_has_effects(box: Box) -> bool:
    r = box.twice == box.twice
    assert r
    return r


# must not be verified: equality_is_defined(Pair(1, 2))
def equality_is_defined(p: Pair) -> bool:
    r = p == p
    assert r
    return r


# must not be verified: unannotated(Sneaky(3))
def unannotated(x):
    y = x + 1
    assert y > x
    return y


# must not be verified: unannotated_text('a')
def unannotated_text(x):
    y = x * 2
    assert y == x + x and y - x == x
    return y


# must not be verified: two_boxes((lambda b: (b, b))(Box(1)))
def two_boxes(pair: tuple[Box, Box]) -> int:
    a, b = pair
    a.value = 1
    b.value = 2
    y = a.value
    assert y == 1
    return y


# must not be verified: missing_attribute(Box(1))
def missing_attribute(box: Box) -> int:
    y = box.missing
    assert y == box.missing
    return y


# must not be verified: deleted_name(1)
def deleted_name(x: int) -> int:
    y = x
    del x
    y = x
    assert y == y
    return y


# must not be verified: match_falls_through(3)
def match_falls_through(x: int) -> int:
    y = 0
    match x:
        case 1:
            y = 1
        case 2:
            y = 2
    assert y > 0
    return y


# must not be verified: match_binds(3)
def match_binds(x: int) -> int:
    one = 1
    y = 0
    match x:
        case one:
            y = 1
    assert y == 0 or x == 1
    return y


# must not be verified: conditional_binds_loosely(1, 5)
def conditional_binds_loosely(a: int, b: int) -> int:
    y = a + b if b > 10 else 0
    assert y >= a
    return y


# must not be verified: augmented_tuple((1,))
def augmented_tuple(t: tuple[int, ...]) -> int:
    u = t
    u += (2,)
    n = len(t)
    assert n == len(u)
    return n


# must not be verified: starred_display([1, 2])
def starred_display(xs: list[int]) -> int:
    ys = [*xs, *xs]
    n = len(ys)
    assert n == len(xs)
    return n


# must not be verified: lambda_default(1)
def lambda_default(x: int) -> int:
    f = lambda v=x: v
    x = 9
    y = f()
    assert y == x
    return y
