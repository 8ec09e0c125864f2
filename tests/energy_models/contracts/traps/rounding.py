"""int() truncates, round() goes to even, math.floor and math.ceil differ from both."""

import math


# must not be verified: truncation(-0.5)
def truncation(x: float) -> int:
    assert -10 < x < 10
    n = int(x)
    assert n <= x
    return n


# must not be verified: truncation_is_floor(-1.5)
def truncation_is_floor(x: float) -> int:
    assert -10 < x < 10
    n = int(x)
    assert n == math.floor(x)
    return n


# must not be verified: rounds_half_up(0.5)
def rounds_half_up(x: float) -> int:
    assert x == 0.5 or x == 1.5
    n = round(x)
    assert n == int(x + 0.5)
    return n


# must not be verified: rounds_half_up_two(2.5)
def rounds_half_up_two(x: float) -> int:
    assert x == 2.5
    n = round(x)
    assert n == 3
    return n


# must not be refuted: rounds_to_even(2.5); rounds_to_even(3.5)
def rounds_to_even(x: float) -> int:
    assert x == 2.5 or x == 3.5
    n = round(x)
    assert n % 2 == 0
    return n


# must not be verified: rounds_an_int(14)
def rounds_an_int(n: int) -> int:
    r = round(n, -1)
    assert r >= n
    return r


# must not be verified: round_of_int_to_tens(25)
def round_of_int_to_tens(n: int) -> int:
    assert n == 25
    r = round(n, -1)
    assert r == 30
    return r


# must not be verified: rounds_to_cents(2.675)
def rounds_to_cents(x: float) -> float:
    assert x == 2.675
    r = round(x, 2)
    assert r == 2.68
    return r


# must not be verified: half_added_before_floor(0.49999999999999994)
def half_added_before_floor(x: float) -> int:
    assert 0 <= x < 0.5
    n = int(x + 0.5)
    assert n == 0
    return n


# must not be verified: ceil_of_negative(-0.5)
def ceil_of_negative(x: float) -> int:
    assert -1 < x < 1
    n = math.ceil(x)
    assert n == int(x) or n == int(x) + 1 and x != -0.5
    assert n != 0
    return n


# must not be verified: int_of_text(' 7 ')
def int_of_text(s: str) -> int:
    assert len(s) == 3
    n = int(s)
    assert n >= 100 or n < 0
    return n


# must not be verified: int_of_any_text('x')
def int_of_any_text(s: str) -> int:
    n = int(s)
    assert str(n) == s
    return n


# must not be verified: int_text_round_trip('+1')
def int_text_round_trip(s: str) -> int:
    assert s == "+1" or s == "1"
    n = int(s)
    assert str(n) == s
    return n
