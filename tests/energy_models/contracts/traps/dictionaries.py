"""Dictionaries and sets: missing keys, order, equality of keys, what is hashable."""


# must not be verified: missing_key({}, 1)
def missing_key(d: dict[int, int], k: int) -> int:
    y = d[k]
    assert y == d[k]
    return y


# must not be verified: get_without_default({}, 1)
def get_without_default(d: dict[int, int], k: int) -> int | None:
    y = d.get(k)
    assert y is not None
    return y


# must not be verified: get_is_falsy({1: 0}, 1)
def get_is_falsy(d: dict[int, int], k: int) -> int:
    y = d.get(k) or 5
    assert k not in d or y == d[k]
    return y


# must not be verified: keeps_first({1: 2})
def keeps_first(d: dict[int, int]) -> int:
    d[1] = 3
    n = len(d)
    assert n == 2 or d[1] != 3
    return n


# must not be verified: order_is_insertion([2, 1])
def order_is_insertion(xs: list[int]) -> list[int]:
    d = {x: 0 for x in xs}
    ks = list(d)
    assert ks == sorted(ks)
    return ks


# must not be verified: reassignment_keeps_place({1: 0, 2: 0})
def reassignment_keeps_place(d: dict[int, int]) -> int:
    assert len(d) == 2 and 1 in d
    d[1] = 5
    k = list(d)[-1]
    assert k == 1 or list(d)[0] != 1
    return k


# must not be verified: duplicates_vanish([1, 1])
def duplicates_vanish(xs: list[int]) -> int:
    n = len(set(xs))
    assert n == len(xs)
    return n


# must not be verified: values_with_duplicates({1: 5, 2: 5})
def values_with_duplicates(d: dict[int, int]) -> int:
    n = len(set(d.values()))
    assert n == len(d)
    return n


# must not be verified: iterates_keys({1: 2})
def iterates_keys(d: dict[int, int]) -> int:
    s = 0
    for x in d:
        s += x
    assert s == sum(d.values())
    return s


# must not be verified: in_looks_at_keys({1: 2})
def in_looks_at_keys(d: dict[int, int]) -> bool:
    r = 2 in d
    assert r == (2 in d.values())
    return r


# must not be verified: changes_while_iterating({1: 2})
def changes_while_iterating(d: dict[int, int]) -> int:
    for k in d:
        d[k + 1] = 0
    n = len(d)
    assert n >= 0
    return n


# must not be verified: unhashable([1])
def unhashable(xs: list[int]) -> int:
    n = len({(1, 2), tuple(xs)}) + len({x: 1 for x in [xs]})
    assert n > 0
    return n


# must not be verified: float_key({1: 5})
def float_key(d: dict[int, int]) -> bool:
    r = 1.0 in d
    assert not r
    return r


# must not be verified: nan_key(float('nan'))
def nan_key(x: float) -> int:
    d = {x: 1}
    n = d[x + 0.0]
    assert n == 1
    return n


# must not be verified: popped_missing({})
def popped_missing(d: dict[int, int]) -> int:
    y = d.pop(1)
    assert y == y
    return y


# must not be verified: setdefault_returns_old({1: 2})
def setdefault_returns_old(d: dict[int, int]) -> int:
    y = d.setdefault(1, 7)
    assert y == 7
    return y


# must not be verified: symmetric_difference([1], [1])
def symmetric_difference(xs: list[int], ys: list[int]) -> int:
    n = len(set(xs) ^ set(ys))
    assert n == len(set(xs) | set(ys))
    return n


# must not be verified: proper_subset([1])
def proper_subset(xs: list[int]) -> bool:
    r = set(xs) < set(xs)
    assert r
    return r


# must not be verified: sets_are_not_ordered([1], [2])
def sets_are_not_ordered(xs: list[int], ys: list[int]) -> bool:
    r = set(xs) < set(ys) or set(xs) >= set(ys)
    assert r
    return r


# must not be verified: counts_of_merge({1: 1}, {1: 2})
def counts_of_merge(a: dict[int, int], b: dict[int, int]) -> int:
    n = len(a | b)
    assert n == len(a) + len(b)
    return n


# must not be verified: merge_prefers_left({1: 1}, {1: 2})
def merge_prefers_left(a: dict[int, int], b: dict[int, int]) -> dict[int, int]:
    c = a | b
    assert all(c[k] == a[k] for k in a)
    return c
