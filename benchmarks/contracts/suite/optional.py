"""None, tuples and early returns."""


def first_negative(xs: list[int]) -> int | None:
    """
    post: __return__ is None or (__return__ < 0 and __return__ in xs)
    post: __return__ is not None or all(x >= 0 for x in xs)
    """
    for i in range(len(xs)):
        assert all(xs[j] >= 0 for j in range(i))
        if xs[i] < 0:
            return xs[i]
    return None


def head(xs: list[int]) -> int | None:
    """
    post: (__return__ is None) == (len(xs) == 0) and (len(xs) == 0 or __return__ == xs[0])
    """
    if len(xs) == 0:
        return None
    return xs[0]


def bounds(xs: list[int]) -> tuple[int, int]:
    """
    pre: len(xs) > 0
    post: all(__return__[0] <= x <= __return__[1] for x in xs)
    """
    low = xs[0]
    high = xs[0]
    for i in range(len(xs)):
        assert low <= high
        assert all(low <= xs[j] <= high for j in range(i))
        if xs[i] < low:
            low = xs[i]
        if xs[i] > high:
            high = xs[i]
    return low, high


def or_default(x: int | None, default: int) -> int:
    """
    post: __return__ == (default if x is None else x)
    """
    if x is None:
        return default
    return x


def safe_ratio(a: int, b: int) -> int | None:
    """
    post: (__return__ is None) == (b == 0)
    post: __return__ is None or __return__ == a // b
    """
    if b == 0:
        return None
    return a // b


def divide(a: int, b: int) -> tuple[int, int]:
    """
    pre: b != 0
    post: __return__[0] * b + __return__[1] == a
    post: 0 <= __return__[1] < b or b < __return__[1] <= 0
    """
    q = a // b
    return q, a - q * b


def ordered(a: int, b: int) -> tuple[int, int]:
    """
    post: __return__[0] <= __return__[1]
    post: __return__ == (a, b) or __return__ == (b, a)
    """
    if a > b:
        return b, a
    return a, b


def overlap(a: int, b: int, c: int, d: int) -> int:
    """
    pre: a <= b and c <= d
    post: __return__ >= 0 and __return__ <= b - a and __return__ <= d - c
    """
    low = max(a, c)
    high = min(b, d)
    return max(0, high - low)


def split_at(xs: list[int], n: int) -> tuple[list[int], list[int]]:
    """
    pre: 0 <= n <= len(xs)
    post: __return__[0] + __return__[1] == xs and len(__return__[0]) == n
    """
    return xs[:n], xs[n:]


def rotate(xs: list[int], n: int) -> list[int]:
    """
    pre: 0 <= n <= len(xs)
    post: len(__return__) == len(xs)
    post: len(xs) == 0 or n == len(xs) or __return__[0] == xs[n]
    """
    return xs[n:] + xs[:n]
