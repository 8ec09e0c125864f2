"""bool is an int: sums, keys, formats and operators on truth values."""


# must not be verified: sum_of_bools([True, True])
def sum_of_bools(xs: list[bool]) -> int:
    s = sum(xs)
    assert s <= 1
    return s


# must not be verified: bool_passed_as_int(True)
def bool_passed_as_int(n: int) -> str:
    s = str(n)
    assert s != "True"
    return s


# must not be verified: bool_plus_bool(True, True)
def bool_plus_bool(a: bool, b: bool) -> int:
    r = a + b
    assert r == (a or b)
    return r


# must not be verified: bitwise_not(True)
def bitwise_not(a: bool) -> int:
    r = ~a
    assert r == (not a)
    return r


# must not be verified: bool_is_int(True)
def bool_is_int(x: bool) -> bool:
    r = isinstance(x, int)
    assert not r
    return r


# must not be verified: int_is_bool(1)
def int_is_bool(x: int) -> bool:
    r = isinstance(x, bool)
    assert r == (x == 0 or x == 1)
    return r


# must not be verified: type_of_sum(True)
def type_of_sum(x: bool) -> bool:
    y = x + 0
    r = isinstance(y, bool)
    assert r
    return r


# must not be verified: keys_collide(1)
def keys_collide(x: int) -> int:
    assert x == 1
    d = {x: "a", True: "b", 1.0: "c"}
    n = len(d)
    assert n == 3
    return n


# must not be verified: first_key_stays(1)
def first_key_stays(x: int) -> str:
    assert x == 1
    d = {True: "a"}
    d[x] = "b"
    s = str(list(d)[0])
    assert s == "1"
    return s


# must not be verified: set_of_equal_values(0)
def set_of_equal_values(x: int) -> int:
    assert x == 0
    n = len({x, False, 0.0})
    assert n == 3
    return n


# must not be refuted: index_by_bool(True, [1, 2]); index_by_bool(False, [1, 2])
def index_by_bool(b: bool, xs: list[int]) -> int:
    assert len(xs) == 2
    y = xs[b]
    assert y == (xs[1] if b else xs[0])
    return y


# must not be verified: equal_but_other_text(1, True)
def equal_but_other_text(a: int, b: bool) -> bool:
    assert a == b
    r = str(a) == str(b)
    assert r
    return r


# must not be verified: truth_of_containers([0])
def truth_of_containers(xs: list[int]) -> bool:
    r = bool(xs)
    assert r == any(xs)
    return r


# must not be verified: truth_of_text('0')
def truth_of_text(s: str) -> bool:
    r = bool(s)
    assert r == (s != "0" and s != "")
    return r


# must not be verified: truth_of_false_text('False')
def truth_of_false_text(s: str) -> bool:
    assert s == "False" or s == ""
    r = bool(s)
    assert not r
    return r


# must not be verified: xor_is_not_or(True, True)
def xor_is_not_or(a: bool, b: bool) -> bool:
    r = a ^ b
    assert r == (a or b)
    return r


# must not be verified: comparison_sum(3)
def comparison_sum(x: int) -> int:
    y = (x > 1) + (x > 2)
    assert y <= 1
    return y
