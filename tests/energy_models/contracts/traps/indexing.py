"""Indices and slices: negative, out of range, steps, and what they give."""


# must not be verified: last_of_empty([])
def last_of_empty(xs: list[int]) -> int:
    y = xs[-1]
    assert y in xs
    return y


# must not be verified: previous([1, 2], 0)
def previous(xs: list[int], i: int) -> int:
    assert 0 <= i < len(xs)
    y = xs[i - 1]
    assert i > 0 or y == xs[0]
    return y


# must not be verified: out_of_range([1], 1)
def out_of_range(xs: list[int], i: int) -> int:
    assert 0 <= i <= len(xs)
    y = xs[i]
    assert y in xs
    return y


# must not be verified: below_range([1], -2)
def below_range(xs: list[int], i: int) -> int:
    assert i < len(xs)
    y = xs[i]
    assert y in xs
    return y


# must not be refuted: negative_index([1, 2], -1); negative_index([1, 2], -2)
def negative_index(xs: list[int], i: int) -> int:
    assert -len(xs) <= i < 0
    y = xs[i]
    assert y == xs[len(xs) + i]
    return y


# must not be verified: slice_is_as_long([1], 3)
def slice_is_as_long(xs: list[int], n: int) -> int:
    assert n >= 0
    m = len(xs[:n])
    assert m == n
    return m


# must not be verified: slice_to_minus_zero([1, 2], 0)
def slice_to_minus_zero(xs: list[int], n: int) -> int:
    assert 0 <= n <= len(xs)
    m = len(xs[:-n])
    assert m == len(xs) - n
    return m


# must not be verified: tail_of_zero([1, 2], 0)
def tail_of_zero(xs: list[int], n: int) -> int:
    assert 0 <= n <= len(xs)
    m = len(xs[-n:])
    assert m == n
    return m


# must not be verified: slice_backwards([1, 2, 3], 2, 1)
def slice_backwards(xs: list[int], i: int, j: int) -> int:
    assert 0 <= i <= len(xs) and 0 <= j <= len(xs)
    m = len(xs[i:j])
    assert m == j - i
    return m


# must not be verified: slice_with_negative_start([1, 2, 3], -1)
def slice_with_negative_start(xs: list[int], i: int) -> int:
    m = len(xs[i:])
    assert m == len(xs) - i or i > len(xs)
    return m


# must not be refuted: parts_make_whole([1, 2, 3], -1); parts_make_whole([], 4); parts_make_whole([1], 1)
def parts_make_whole(xs: list[int], i: int) -> list[int]:
    ys = xs[:i] + xs[i:]
    assert ys == xs
    return ys


# must not be verified: every_second([1, 2, 3])
def every_second(xs: list[int]) -> int:
    m = len(xs[::2])
    assert m == len(xs) // 2
    return m


# must not be verified: zero_step([1])
def zero_step(xs: list[int]) -> list[int]:
    ys = xs[::0]
    assert ys == ys
    return ys


# must not be verified: reversed_slice([1, 2])
def reversed_slice(xs: list[int]) -> list[int]:
    ys = xs[::-1]
    assert len(ys) == 0 or ys[0] == xs[0]
    return ys


# must not be verified: character_of_empty('')
def character_of_empty(s: str) -> str:
    c = s[0]
    assert len(c) == 1
    return c


# must not be refuted: slice_of_empty(''); slice_of_empty('ab')
def slice_of_empty(s: str) -> str:
    c = s[:1]
    assert len(c) <= 1
    return c


# must not be verified: index_of_missing([1], 2)
def index_of_missing(xs: list[int], x: int) -> int:
    i = xs.index(x)
    assert 0 <= i < len(xs)
    return i


# must not be verified: index_is_first([1, 1], 1)
def index_is_first(xs: list[int], i: int) -> int:
    assert 0 <= i < len(xs)
    j = xs.index(xs[i])
    assert j == i
    return j


# must not be verified: find_of_missing('abc', 'd')
def find_of_missing(s: str, t: str) -> str:
    i = s.find(t)
    r = s[i:]
    assert r.startswith(t)
    return r


# must not be verified: find_of_empty('abc')
def find_of_empty(s: str) -> int:
    i = s.find("")
    assert i == -1
    return i


# must not be verified: float_as_index([1, 2])
def float_as_index(xs: list[int]) -> int:
    assert len(xs) > 1
    y = xs[len(xs) / 2]
    assert y in xs
    return y


# must not be verified: tuple_index((1, 2), 2)
def tuple_index(t: tuple[int, int], i: int) -> int:
    y = t[i]
    assert y in t
    return y


# must not be verified: unpacks_two([1, 2, 3])
def unpacks_two(xs: list[int]) -> int:
    a, b = xs
    assert a + b == sum(xs)
    return a


# must not be verified: unpacks_star([1])
def unpacks_star(xs: list[int]) -> int:
    a, *rest, b = xs
    assert a == xs[0] and len(rest) == len(xs) - 2
    return b


# must not be verified: deletes_all([1, 2])
def deletes_all(xs: list[int]) -> int:
    assert len(xs) == 2
    del xs[0]
    y = xs[1]
    assert y == 2 or y != 2
    return y


# must not be verified: pop_of_empty([])
def pop_of_empty(xs: list[int]) -> int:
    y = xs.pop()
    assert y == y
    return y


# must not be verified: pop_takes_last([1, 2])
def pop_takes_last(xs: list[int]) -> int:
    assert len(xs) == 2 and xs[0] == 1 and xs[1] == 2
    y = xs.pop()
    assert y == 1
    return y


# must not be verified: insert_beyond([1], 5)
def insert_beyond(xs: list[int], i: int) -> list[int]:
    assert i >= 0
    xs.insert(i, 0)
    assert xs[i] == 0
    return xs


# must not be verified: insert_negative([1, 2])
def insert_negative(xs: list[int]) -> list[int]:
    assert len(xs) == 2
    xs.insert(-1, 0)
    assert xs[-1] == 0 or xs == [0, 0, 0]
    return xs


# must not be verified: slice_assignment([1, 2, 3])
def slice_assignment(xs: list[int]) -> int:
    assert len(xs) == 3
    xs[0:1] = [7, 8]
    n = len(xs)
    assert n == 3
    return n


# must not be verified: repeated_negative([1], -1)
def repeated_negative(xs: list[int], n: int) -> int:
    m = len(xs * n)
    assert m == len(xs) * n
    return m


# must not be verified: string_is_immutable('ab')
def string_is_immutable(s: str) -> str:
    assert len(s) > 0
    s[0] = "x"
    assert s[0] == "x"
    return s
