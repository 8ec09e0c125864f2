"""Generators that are used up, comprehensions with their own scope, the walrus, and built-in iterators."""


# must not be verified: used_up([1])
def used_up(xs: list[int]) -> int:
    g = (x for x in xs)
    a = sum(g)
    b = sum(g)
    assert a == b
    return b


# must not be verified: map_used_up([1])
def map_used_up(xs: list[int]) -> int:
    m = map(abs, xs)
    a = list(m)
    n = len(list(m))
    assert n == len(a)
    return n


# must not be verified: any_stops_early([1, 2])
def any_stops_early(xs: list[int]) -> int:
    it = iter(xs)
    any(x > 0 for x in it)
    n = len(list(it))
    assert n == 0
    return n


# must not be verified: in_consumes([1, 2, 3])
def in_consumes(xs: list[int]) -> bool:
    it = iter(xs)
    a = 2 in it
    b = 1 in it
    assert b == (1 in xs)
    return b


# must not be verified: generator_is_late([1])
def generator_is_late(xs: list[int]) -> int:
    k = 1
    g = (x * k for x in xs)
    k = 0
    s = sum(g)
    assert s == sum(xs)
    return s


# must not be verified: generator_length([1])
def generator_length(xs: list[int]) -> int:
    g = (x for x in xs)
    n = len(g)
    assert n == len(xs)
    return n


# must not be refuted: comprehension_scope([1, 2]); comprehension_scope([])
def comprehension_scope(xs: list[int]) -> int:
    x = 5
    ys = [x for x in xs]
    assert x == 5
    return x


# must not be verified: walrus_leaks([1, 2])
def walrus_leaks(xs: list[int]) -> int:
    y = 0
    zs = [y := x for x in xs]
    assert y == 0
    return y


# must not be verified: walrus_in_condition(5)
def walrus_in_condition(x: int) -> int:
    y = 0
    if (y := x) > 3:
        pass
    assert y == 0
    return y


# must not be verified: walrus_short_circuit(0)
def walrus_short_circuit(x: int) -> int:
    y = 1
    r = x > 0 and (y := 2) > 0
    assert y == 2
    return y


# must not be verified: all_of_empty([])
def all_of_empty(xs: list[int]) -> bool:
    r = all(x > 0 for x in xs)
    assert r == (len(xs) > 0 and min(xs) > 0)
    return r


# must not be verified: max_of_empty([])
def max_of_empty(xs: list[int]) -> int:
    m = max(xs)
    assert m in xs
    return m


# must not be refuted: max_with_default([]); max_with_default([3, 1])
def max_with_default(xs: list[int]) -> int:
    m = max(xs, default=0)
    assert m in xs or m == 0
    return m


# must not be verified: min_of_key([-3, 2])
def min_of_key(xs: list[int]) -> int:
    assert len(xs) > 0
    m = min(xs, key=abs)
    assert m <= xs[0]
    return m


# must not be verified: sum_with_start([1])
def sum_with_start(xs: list[int]) -> int:
    s = sum(xs, 10)
    assert s == sum(xs)
    return s


# must not be verified: reversed_is_iterator([1])
def reversed_is_iterator(xs: list[int]) -> int:
    r = reversed(xs)
    a = list(r)
    n = len(list(r))
    assert n == len(xs)
    return n


# must not be verified: sorted_is_new([2, 1])
def sorted_is_new(xs: list[int]) -> bool:
    assert len(xs) == 2
    sorted(xs)
    r = xs[0] <= xs[1]
    assert r
    return r


# must not be verified: sort_returns_none([2, 1])
def sort_returns_none(xs: list[int]) -> list[int]:
    ys = xs.sort()
    assert ys == xs
    return ys


# must not be verified: stable_by_key([(1, 'b'), (1, 'a')])
def stable_by_key(ps: list[tuple[int, str]]) -> list[tuple[int, str]]:
    qs = sorted(ps, key=lambda p: p[0])
    assert qs == sorted(ps)
    return qs


# must not be verified: reverse_is_not_reversed([(1, 'a'), (1, 'b')])
def reverse_is_not_reversed(ps: list[tuple[int, str]]) -> list[tuple[int, str]]:
    qs = sorted(ps, key=lambda p: p[0], reverse=True)
    assert qs == sorted(ps, key=lambda p: p[0])[::-1]
    return qs


# must not be verified: nested_comprehension([[1], []])
def nested_comprehension(xss: list[list[int]]) -> int:
    n = len([x for xs in xss for x in xs])
    assert n == len(xss)
    return n


# must not be verified: filter_in_comprehension([0])
def filter_in_comprehension(xs: list[int]) -> int:
    n = len([x for x in xs if x])
    assert n == len(xs)
    return n


# must not be verified: conditional_in_comprehension([0])
def conditional_in_comprehension(xs: list[int]) -> int:
    n = len([x if x else 1 for x in xs])
    assert n == len([x for x in xs if x])
    return n


# must not be verified: is_a_generator(3)
def is_a_generator(n: int) -> object:
    assert n == 3
    r = [0]
    if n > 5:
        yield n
    assert r == [1]
    return r


# must not be verified: zip_is_strict([1], [])
def zip_is_strict(xs: list[int], ys: list[int]) -> int:
    n = len(list(zip(xs, ys, strict=True)))
    assert n == len(xs)
    return n


# must not be verified: next_of_empty([])
def next_of_empty(xs: list[int]) -> int:
    y = next(iter(xs))
    assert y == xs[0]
    return y
