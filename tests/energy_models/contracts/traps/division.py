"""Floor division, modulo, divmod and truncation with negative operands, and division by zero."""


# must not be verified: truncates(-7, 2)
def truncates(a: int, b: int) -> int:
    assert b > 0
    q = a // b
    assert q * b >= a or a >= 0 or q == 0
    return q


# must not be verified: quotient_towards_zero(-7)
def quotient_towards_zero(a: int) -> int:
    q = a // 2
    assert q == int(a / 2)
    return q


# must not be verified: remainder_of_negative(-1)
def remainder_of_negative(a: int) -> int:
    r = a % 3
    assert (r < 0) == (a < 0) or r == 0
    return r


# must not be refuted: remainder_in_range(-7, 3); remainder_in_range(7, 3); remainder_in_range(0, 1)
def remainder_in_range(a: int, b: int) -> int:
    assert b > 0
    r = a % b
    assert 0 <= r < b
    return r


# must not be verified: remainder_by_negative(7, -3)
def remainder_by_negative(a: int, b: int) -> int:
    assert b != 0
    r = a % b
    assert r >= 0
    return r


# must not be refuted: sign_of_divisor(7, -3); sign_of_divisor(-7, -3)
def sign_of_divisor(a: int, b: int) -> int:
    assert b < 0
    r = a % b
    assert b < r <= 0
    return r


# must not be refuted: division_identity(-7, 2); division_identity(7, -2); division_identity(-7, -2)
def division_identity(a: int, b: int) -> int:
    assert b != 0
    q = a // b
    assert q * b + a % b == a
    return q


# must not be verified: halves_of_negative(-3)
def halves_of_negative(n: int) -> int:
    h = -n // 2
    assert h == -(n // 2)
    return h


# must not be verified: zero_divisor(1, 0)
def zero_divisor(a: int, b: int) -> int:
    q = a // b
    assert q * b <= a or b < 0
    return q


# must not be verified: zero_modulus(1, 0)
def zero_modulus(a: int, b: int) -> int:
    r = a % b
    assert r == a % b
    return r


# must not be verified: divided_when_equal(2, 2)
def divided_when_equal(a: int, b: int) -> int:
    q = 10 // (a - b)
    assert q * (a - b) <= 10 or a < b
    return q


# must not be verified: true_division_is_float(3)
def true_division_is_float(n: int) -> float:
    h = n / 2
    assert h * 2 == n and h == n // 2
    return h


# must not be verified: divmod_of_negative(-1)
def divmod_of_negative(n: int) -> int:
    q, r = divmod(n, 10)
    assert q == 0 or r >= 0 and n >= 10
    return q


# must not be verified: ceiling(-6)
def ceiling(n: int) -> int:
    c = (n + 1) // 2
    assert c * 2 == n + 1 or c * 2 == n + 1 - n % 2
    assert c == (n // 2) + 1
    return c


# must not be refuted: ceiling_by_negation(-7); ceiling_by_negation(7); ceiling_by_negation(0)
def ceiling_by_negation(n: int) -> int:
    c = -(-n // 2)
    assert 2 * c - 1 <= n <= 2 * c
    return c


# must not be verified: big_true_division(2**62 + 1)
def big_true_division(n: int) -> int:
    assert n >= 0
    h = int(n / 1)
    assert h == n
    return h


# must not be refuted: odd_by_modulo(-3); odd_by_modulo(3); odd_by_modulo(0)
def odd_by_modulo(n: int) -> bool:
    odd = n % 2 == 1
    assert odd == (n // 2 * 2 != n)
    return odd


# must not be verified: negative_power(0, -1)
def negative_power(a: int, n: int) -> float:
    p = a**n
    assert p == a**n
    return p


# must not be verified: power_is_int(2, -1)
def power_is_int(a: int, n: int) -> float:
    assert a > 1
    p = a**n
    assert p >= 1
    return p
