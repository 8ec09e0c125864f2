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


# must not be refuted: present({1: 2}, 1); present({}, 1)
def present(d: dict[int, int], k: int) -> int:
    y = d[k] if k in d else 0
    assert k in d or y == 0
    return y


# must not be refuted: get_with_default({1: 2}, 1); get_with_default({}, 1)
def get_with_default(d: dict[int, int], k: int) -> int:
    y = d.get(k, 7)
    assert y == (d[k] if k in d else 7)
    return y


# must not be verified: default_hides({1: 7}, 1)
def default_hides(d: dict[int, int], k: int) -> int:
    y = d.get(k, 7)
    assert y != 7 or k not in d
    return y


# must not be verified: true_is_one({1: 5})
def true_is_one(d: dict[int, int]) -> bool:
    r = True in d
    assert not r
    return r


# must not be refuted: text_is_no_int_key({1: 5}); text_is_no_int_key({})
def text_is_no_int_key(d: dict[int, int]) -> bool:
    r = "1" in d
    assert not r
    return r


# must not be verified: value_may_be_none({'a': None})
def value_may_be_none(d: dict[str, int | None]) -> bool:
    r = d.get("a") is None
    assert r == ("a" not in d)
    return r


# must not be verified: empty_text_is_a_key({'': 1})
def empty_text_is_a_key(d: dict[str, int]) -> bool:
    r = "" in d
    assert not r
    return r


# must not be refuted: not_empty({1: 2}, 1); not_empty({}, 1)
def not_empty(d: dict[int, int], k: int) -> int:
    n = len(d)
    assert n > 0 or k not in d
    return n


# must not be verified: one_key({1: 2, 3: 4}, 1)
def one_key(d: dict[int, int], k: int) -> int:
    n = len(d)
    assert k not in d or n == 1
    return n


# must not be refuted: falsy_is_empty({}); falsy_is_empty({0: 0})
def falsy_is_empty(d: dict[int, int]) -> bool:
    r = bool(d)
    assert r == (len(d) > 0)
    return r


# must not be verified: unhashable_key({1: 2}, [])
def unhashable_key(d: dict[int, int], xs: list[int]) -> bool:
    r = xs in d
    assert not r
    return r


# must not be verified: slice_of({1: 2})
def slice_of(d: dict[int, int]) -> int:
    n = len(d[0:1])
    assert n >= 0
    return n


# must not be verified: equality_by_keys({1: 2}, {1: 3})
def equality_by_keys(a: dict[int, int], b: dict[int, int]) -> bool:
    r = a == b
    assert r == (len(a) == len(b))
    return r


# must not be refuted: equal_to_itself({1: 2}); equal_to_itself({})
def equal_to_itself(d: dict[int, int]) -> bool:
    r = d == d
    assert r
    return r


# must not be verified: optional_dictionary(None)
def optional_dictionary(d: dict[int, int] | None) -> int:
    n = len(d)
    assert n >= 0
    return n


# must not be refuted: checked_dictionary(None); checked_dictionary({1: 2})
def checked_dictionary(d: dict[int, int] | None) -> int:
    n = 0 if d is None else len(d)
    assert n >= 0
    return n


# must not be verified: changed_inside({1: [1]})
def changed_inside(d: dict[int, list[int]]) -> int:
    assert 1 in d
    n = len(d[1])
    d[1].append(0)
    assert len(d[1]) == n
    return n


# must not be verified: shared_dictionaries((lambda d: (d, d))({1: 1}))
def shared_dictionaries(pair: tuple[dict[int, int], dict[int, int]]) -> int:
    a, b = pair
    a[5] = 1
    b[5] = 2
    y = a[5]
    assert y == 1
    return y


# must not be verified: looked_up_in_a_loop({0: 1}, 2)
def looked_up_in_a_loop(d: dict[int, int], n: int) -> int:
    total = 0
    for i in range(n):
        total += d[i]
    assert total == sum(d.values())
    return total


# must not be refuted: every_key({0: 1}, 1); every_key({}, 0)
def every_key(d: dict[int, int], n: int) -> int:
    assert all(i in d for i in range(n))
    total = 0
    for i in range(n):
        total = d[i]
    assert n <= 0 or total == d[n - 1]
    return total


# must not be verified: swapped_names({1: 1}, {2: 2}, True)
def swapped_names(a: dict[int, int], b: dict[int, int], which: bool) -> int:
    d = a if which else b
    n = d.get(1, 0)
    assert n == b.get(1, 0)
    return n


# must not be refuted: chosen_one({1: 1}, {2: 2}, True); chosen_one({1: 1}, {2: 2}, False)
def chosen_one(a: dict[int, int], b: dict[int, int], which: bool) -> int:
    d = a if which else b
    n = d.get(1, 0)
    assert n == (a.get(1, 0) if which else b.get(1, 0))
    return n
