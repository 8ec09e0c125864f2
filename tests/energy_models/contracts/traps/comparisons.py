"""Chained comparisons, short circuit operands, is against ==, and values of different types."""


# must not be verified: chained_not_equal(1, 2, 1)
def chained_not_equal(a: int, b: int, c: int) -> bool:
    r = a != b != c
    assert not r or a != c
    return r


# must not be verified: chained_equal_false(0, 0)
def chained_equal_false(a: int, b: int) -> bool:
    r = a == b == 0
    assert r == ((a == b) == 0)
    return r


# must not be refuted: chain_is_conjunction(1, 2, 3); chain_is_conjunction(3, 2, 1)
def chain_is_conjunction(a: int, b: int, c: int) -> bool:
    r = a < b < c
    assert r == (a < b and b < c)
    return r


# must not be verified: chained_in([1], 1)
def chained_in(xs: list[int], x: int) -> bool:
    r = x in xs == True
    assert r == ((x in xs) == True)
    return r


# must not be verified: value_of_or(0, 3)
def value_of_or(a: int, b: int) -> int:
    r = a or b
    assert r == a
    return r


# must not be verified: value_of_and(2, 3)
def value_of_and(a: int, b: int) -> int:
    r = a and b
    assert r == (a != 0 and b != 0)
    return r


# must not be refuted: guarded_division(1, 0); guarded_division(4, 2); guarded_division(-4, 3)
def guarded_division(a: int, b: int) -> bool:
    r = b != 0 and a // b > 1
    assert not r or b != 0
    return r


# must not be verified: unguarded_division(1, 0)
def unguarded_division(a: int, b: int) -> bool:
    r = a // b > 1 and b != 0
    assert not r or b != 0
    return r


# must not be verified: guarded_the_wrong_way(1, 0)
def guarded_the_wrong_way(a: int, b: int) -> bool:
    r = b != 0 or a // b > 1
    assert r == r
    return r


# must not be verified: identity_of_ints(1000, int('1000'))
def identity_of_ints(a: int, b: int) -> bool:
    r = a is b
    assert r == (a == b)
    return r


# must not be verified: identity_of_strings('a' * 50, ''.join(['a'] * 50))
def identity_of_strings(a: str, b: str) -> bool:
    r = a is b
    assert r == (a == b)
    return r


# must not be verified: identity_of_lists([1], [1])
def identity_of_lists(a: list[int], b: list[int]) -> bool:
    r = a is b
    assert r == (a == b)
    return r


# must not be verified: one_is_true(1)
def one_is_true(x: int) -> bool:
    r = x == True
    assert r == (x is True)
    return r


# must not be verified: int_with_text(1, 'a')
def int_with_text(a: int, b: str) -> bool:
    r = a < b
    assert r == r
    return r


# must not be refuted: int_equals_text(1, '1'); int_equals_text(0, '')
def int_equals_text(a: int, b: str) -> bool:
    r = a == b
    assert not r
    return r


# must not be verified: list_equals_tuple([1])
def list_equals_tuple(xs: list[int]) -> bool:
    r = xs == (1,)
    assert r == (xs == [1])
    return r


# must not be verified: mixed_order([1], 'a')
def mixed_order(xs: list[int], s: str) -> bool:
    r = xs < [s]
    assert r == r
    return r


# must not be refuted: lists_by_element([1, 2], [2, 0]); lists_by_element([2], [1, 9])
def lists_by_element(a: list[int], b: list[int]) -> bool:
    assert len(a) > 0 and len(b) > 0 and a[0] != b[0]
    r = a < b
    assert r == (a[0] < b[0])
    return r


# must not be verified: longer_list_is_greater([2], [1, 9])
def longer_list_is_greater(a: list[int], b: list[int]) -> bool:
    assert len(a) < len(b)
    r = a < b
    assert r
    return r


# must not be verified: strings_as_numbers('10', '9')
def strings_as_numbers(a: str, b: str) -> bool:
    assert a == "10" and b == "9"
    r = a > b
    assert r
    return r


# must not be verified: not_binds_loosely(2, 1)
def not_binds_loosely(a: int, b: int) -> bool:
    r = not a == b
    assert r == ((not a) == b)
    return r


# must not be verified: sort_of_mixed([1], ['a'])
def sort_of_mixed(xs: list[int], ys: list[str]) -> list[object]:
    assert len(xs) == 1 and len(ys) == 1
    zs = sorted(xs + ys)
    assert len(zs) == 2
    return zs


# must not be verified: once_evaluated([1, 2])
def once_evaluated(xs: list[int]) -> bool:
    assert len(xs) == 2
    r = 0 < xs.pop() < 10
    assert len(xs) == 0
    return r
