"""Big integers, shifts, bits, powers and digits."""


# must not be refuted: no_overflow(2**63 - 1); no_overflow(2**200)
def no_overflow(x: int) -> int:
    y = x + 1
    assert y > x
    return y


# must not be verified: fits_in_64_bits(2**62)
def fits_in_64_bits(x: int) -> int:
    assert x >= 0
    y = x * 4
    assert y < 2**63
    return y


# must not be verified: wraps(2**31 - 1)
def wraps(x: int) -> int:
    assert 0 <= x < 2**31
    y = x + 1
    assert y < 2**31
    return y


# must not be verified: shift_of_negative(-1)
def shift_of_negative(x: int) -> int:
    y = x >> 1
    assert y == 0 or x > 0 or y > x
    return y


# must not be verified: shift_is_truncation(-3)
def shift_is_truncation(x: int) -> int:
    y = x >> 1
    assert y == int(x / 2) or abs(x) > 1000
    return y


# must not be verified: negative_shift(1, -1)
def negative_shift(x: int, n: int) -> int:
    y = x << n
    assert y >= x or x < 0
    return y


# must not be verified: shift_drops_bits(2**64)
def shift_drops_bits(x: int) -> int:
    y = (x << 1) >> 1
    assert y < 2**64
    return y


# must not be refuted: shift_back(2**64); shift_back(-5)
def shift_back(x: int) -> int:
    y = (x << 3) >> 3
    assert y == x
    return y


# must not be verified: and_of_negative(-1)
def and_of_negative(x: int) -> int:
    y = x & 255
    assert y == abs(x) % 256
    return y


# must not be refuted: and_is_modulo(-1); and_is_modulo(300)
def and_is_modulo(x: int) -> int:
    y = x & 255
    assert y == x % 256
    return y


# must not be verified: complement(0)
def complement(x: int) -> int:
    y = ~x
    assert y == -x
    return y


# must not be verified: xor_swap(3, 3)
def xor_swap(a: int, b: int) -> int:
    y = a ^ b
    assert y != 0
    return y


# must not be verified: power_parses(2)
def power_parses(x: int) -> int:
    y = -(x**2)
    assert y == (-x) ** 2
    return y


# must not be verified: power_of_zero(0)
def power_of_zero(n: int) -> int:
    assert n >= 0
    y = 0**n
    assert y == 0
    return y


# must not be verified: power_is_right_associative(2, 3, 2)
def power_is_right_associative(a: int, b: int, c: int) -> int:
    assert a == 2 and b == 3 and c == 2
    y = a**b**c
    assert y == (a**b) ** c
    return y


# must not be verified: caret_is_not_power(3)
def caret_is_not_power(x: int) -> int:
    y = x ^ 2
    assert y == x * x
    return y


# must not be verified: digits_of_negative(-12)
def digits_of_negative(n: int) -> int:
    d = len(str(n))
    assert d == 2 or not -100 < n < 100 or -10 < n < 10
    return d


# must not be verified: last_digit(-12)
def last_digit(n: int) -> int:
    d = n % 10
    assert str(n)[-1] == str(d)
    return d


# must not be verified: product_of_signs(0)
def product_of_signs(x: int) -> int:
    y = x * x
    assert y > 0
    return y


# must not be verified: square_root(10**30 + 1)
def square_root(n: int) -> int:
    assert n >= 0
    r = int(n**0.5)
    assert r * r <= n < (r + 1) * (r + 1) or n < 10**29
    assert n < 10**29 or r != 10**15
    return r


# must not be verified: even_or_odd_sum(1, 1)
def even_or_odd_sum(a: int, b: int) -> int:
    s = a + b
    assert s % 2 == a % 2 or b % 2 == 0
    return s


# must not be verified: absolute_difference(1, 2)
def absolute_difference(a: int, b: int) -> int:
    d = a - b
    assert d >= 0
    return d


# must not be verified: rare_value(123456789)
def rare_value(x: int) -> int:
    y = 0 if x == 123456789 else 1
    assert y == 1
    return y


# must not be verified: far_value(10**18 + 9)
def far_value(x: int) -> bool:
    r = x * x != (10**18 + 9) * (10**18 + 9)
    assert r
    return r
