"""Doubles are not reals: rounding, infinities, NaN, signed zero, and conversions."""

import math


# must not be verified: associative(0.1, 0.2, 0.3)
def associative(a: float, b: float, c: float) -> float:
    s = (a + b) + c
    assert s == a + (b + c) or s != s
    return s


# must not be verified: cancels(1e16, 1.0)
def cancels(a: float, b: float) -> float:
    d = (a + b) - a
    assert d == b or d != d or abs(a) > 1e300 or abs(b) > 1e300
    return d


# must not be verified: tenths(3)
def tenths(n: int) -> float:
    assert n == 3
    t = 0.1 * n
    assert t == 0.3
    return t


# must not be verified: equal_to_itself(float('nan'))
def equal_to_itself(x: float) -> float:
    y = x
    assert y == x
    return y


# must not be verified: ordered(float('nan'), 1.0)
def ordered(x: float, y: float) -> bool:
    r = x < y
    assert r or x >= y
    return r


# must not be verified: maximum(1.0, float('nan'))
def maximum(x: float, y: float) -> float:
    m = max(x, y)
    assert m >= x and m >= y
    return m


# must not be verified: maximum_of_nan_first(float('nan'), 1.0)
def maximum_of_nan_first(x: float, y: float) -> float:
    m = max(x, y)
    assert m == max(y, x)
    return m


# must not be verified: grows(float('inf'))
def grows(x: float) -> float:
    assert x == x
    y = x + 1.0
    assert y > x
    return y


# must not be verified: grows_when_finite(1e16)
def grows_when_finite(x: float) -> float:
    assert -1e300 < x < 1e300
    y = x + 1.0
    assert y > x
    return y


# must not be verified: square_is_positive(1e-200)
def square_is_positive(x: float) -> float:
    assert x > 0
    y = x * x
    assert y > 0
    return y


# must not be verified: square_is_finite(1e200)
def square_is_finite(x: float) -> float:
    assert 0 < x < 1e300
    y = x * x
    assert y < 1e301
    return y


# must not be verified: infinity_minus_infinity(float('inf'))
def infinity_minus_infinity(x: float) -> float:
    assert x == x
    y = x - x
    assert y == 0
    return y


# must not be verified: zero_times(float('inf'))
def zero_times(x: float) -> float:
    assert x == x
    y = x * 0.0
    assert y == 0
    return y


# must not be verified: divided_by_zero(0.0)
def divided_by_zero(x: float) -> float:
    y = 1.0 / x
    assert y == 1.0 / x or y != y
    return y


# must not be verified: nonzero_reciprocal(5e-324)
def nonzero_reciprocal(x: float) -> float:
    assert 0.0 < x < 1.0
    y = 1.0 / x
    assert y < 1e309 and y - y == 0
    return y


# must not be verified: average(1.7e308, 1.7e308)
def average(a: float, b: float) -> float:
    assert 0 <= a <= b < 1.79e308
    m = (a + b) / 2
    assert a <= m <= b
    return m


# must not be verified: halves(5e-324)
def halves(x: float) -> float:
    assert x == x
    h = x / 2
    assert h + h == x
    return h


# must not be refuted: doubled_and_halved(0.1); doubled_and_halved(-7.5); doubled_and_halved(0.0)
def doubled_and_halved(x: float) -> float:
    assert -1e300 < x < 1e300
    h = (x * 2) / 2
    assert h == x
    return h


# must not be verified: sign_of_zero(-0.0)
def sign_of_zero(x: float) -> str:
    assert x == 0.0
    s = str(x)
    assert s == "0.0"
    return s


# must not be verified: zeros_have_one_text(-0.0, 0.0)
def zeros_have_one_text(x: float, y: float) -> bool:
    assert x == y
    same = str(x) == str(y)
    assert same
    return same


# must not be verified: sign_by_copysign(-0.0)
def sign_by_copysign(x: float) -> float:
    assert x >= 0
    s = math.copysign(1.0, x)
    assert s == 1.0
    return s


# must not be verified: negated_zero(0.0)
def negated_zero(x: float) -> str:
    assert x == 0
    y = str(-x)
    assert y == str(x)
    return y


# must not be verified: nan_in_list(float('nan'))
def nan_in_list(x: float) -> bool:
    found = x in [x]
    assert found == (x == x)
    return found


# must not be verified: lists_of_nan(float('nan'))
def lists_of_nan(x: float) -> bool:
    same = [x] == [x]
    assert same == (x == x)
    return same


# must not be verified: abs_of_nan(float('nan'))
def abs_of_nan(x: float) -> float:
    y = abs(x)
    assert y >= 0
    return y


# must not be verified: float_for_int(2**53 + 1)
def float_for_int(n: int) -> float:
    x = float(n)
    assert int(x) == n
    return x


# must not be verified: too_big_for_float(10**400)
def too_big_for_float(n: int) -> float:
    x = float(n)
    assert x == x
    return x


# must not be verified: int_of_infinity(float('inf'))
def int_of_infinity(x: float) -> int:
    assert x > 0
    n = int(x)
    assert n >= 0
    return n


# must not be verified: int_of_nan(float('nan'))
def int_of_nan(x: float) -> int:
    n = int(x)
    assert n <= x
    return n


# must not be refuted: exact_comparison(2**53 + 1); exact_comparison(0)
def exact_comparison(n: int) -> bool:
    assert n == 2**53 + 1 or n == 0
    same = n == 9007199254740992.0
    assert not same
    return same


# must not be verified: mixed_sum(2**53)
def mixed_sum(n: int) -> float:
    assert n >= 0
    x = n + 0.0
    assert x + 1 != x
    return x


# must not be verified: sum_of_floats([0.1] * 10)
def sum_of_floats(xs: list[float]) -> float:
    assert all(x == 0.1 for x in xs)
    s = 0.0
    for x in xs:
        s += x
    assert s == len(xs) * 0.1 or len(xs) > 10
    return s


# must not be verified: step_counts(0.1)
def step_counts(step: float) -> int:
    assert step == 0.1
    n = 0
    x = 0.0
    while x != 1.0 and n < 20:
        x += step
        n += 1
    assert n == 10
    return n


# must not be verified: comparison_is_total(float('nan'), 0.0)
def comparison_is_total(a: float, b: float) -> int:
    if a < b:
        r = -1
    elif a > b:
        r = 1
    else:
        r = 0
    assert (r == 0) == (a == b)
    return r


# must not be verified: clamp_nan(float('nan'))
def clamp_nan(x: float) -> float:
    y = x
    if y < 0.0:
        y = 0.0
    if y > 1.0:
        y = 1.0
    assert 0.0 <= y <= 1.0
    return y


# must not be verified: negation_of_less(float('nan'))
def negation_of_less(x: float) -> bool:
    r = not (x < 0)
    assert r == (x >= 0)
    return r


# must not be refuted: clamp_numbers(-2.0); clamp_numbers(0.5); clamp_numbers(float('inf'))
def clamp_numbers(x: float) -> float:
    assert x == x
    y = min(max(x, 0.0), 1.0)
    assert 0.0 <= y <= 1.0
    return y


# must not be verified: distributes(0.1, 0.2, 10.0)
def distributes(a: float, b: float, c: float) -> float:
    assert 0 < a < 1 and 0 < b < 1 and 0 < c < 100
    y = (a + b) * c
    assert y == a * c + b * c
    return y


# must not be verified: float_modulo(-1e-20)
def float_modulo(x: float) -> float:
    assert -1.0 < x < 0.0
    r = x % 1.0
    assert r < 1.0
    return r


# must not be verified: float_floor_division(1.0, 0.1)
def float_floor_division(a: float, b: float) -> float:
    assert a == 1.0 and b == 0.1
    q = a // b
    assert q == 10.0
    return q


# must not be verified: nan_beside_an_int(float('nan'), 0)
def nan_beside_an_int(x: float, n: int) -> bool:
    r = x < n
    assert r == (not x >= n)
    return r


# must not be refuted: one_order(0.5, 1); one_order(float('nan'), 1); one_order(float('inf'), 1)
def one_order(x: float, n: int) -> bool:
    r = x > n
    assert r == (n < x)
    return r


# must not be verified: rounded_to_compare(9007199254740992.0, 9007199254740993)
def rounded_to_compare(x: float, n: int) -> bool:
    assert n == 9007199254740993
    r = x >= n or x < n - 1
    assert r
    return r


# must not be refuted: no_double_is_it(9007199254740993)
def no_double_is_it(n: int) -> bool:
    assert n == 9007199254740993
    r = n == 9007199254740992.0
    assert not r
    return r


# must not be verified: infinity_above(float('inf'), 10**400)
def infinity_above(x: float, n: int) -> bool:
    assert n > 10**8
    r = x < n
    assert r or x <= 1e308
    return r


# must not be refuted: huge_int(1.0); huge_int(float('inf'))
def huge_int(x: float) -> bool:
    assert x == x
    n = 10**400
    r = x < n
    assert r or x > 1.0
    return r


# must not be refuted: between(0.5, 0, 1); between(3.0, 2, 3)
def between(x: float, low: int, high: int) -> bool:
    assert low <= x <= high
    r = low <= high
    assert r
    return r


# must not be verified: halves_between(0.5, 0)
def halves_between(x: float, n: int) -> bool:
    assert n < x < n + 1
    r = x == n
    assert r
    return r


# must not be refuted: truncated(0.5); truncated(9.99)
def truncated(x: float) -> int:
    assert 0.0 <= x <= 10.0
    n = int(x)
    assert n <= x < n + 1
    return n


# must not be verified: truncated_down(-0.5)
def truncated_down(x: float) -> int:
    assert -10.0 <= x <= 10.0
    n = int(x)
    assert n <= x
    return n


# must not be verified: minus_zero_is_zero(-0.0, 0)
def minus_zero_is_zero(x: float, n: int) -> bool:
    assert n == 0
    r = x < n or x > n or x != n
    assert r
    return r
