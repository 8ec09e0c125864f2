"""Loops over numbers."""


def triangular(n: int) -> int:
    assert n >= 0
    total = 0
    i = 0
    while i < n:
        assert 0 <= i <= n
        assert 2 * total == i * (i + 1)
        i += 1
        total += i
    assert 2 * total == n * (n + 1)
    return total


def sum_below(n: int) -> int:
    assert n >= 0
    total = 0
    for i in range(n):
        assert 2 * total == i * (i - 1)
        total += i
    assert 2 * total == n * (n - 1)
    return total


def square_by_odds(n: int) -> int:
    assert n >= 0
    square = 0
    odd = 1
    i = 0
    while i < n:
        assert 0 <= i <= n and square == i * i and odd == 2 * i + 1
        square += odd
        odd += 2
        i += 1
    assert square == n * n
    return square


def multiply(a: int, b: int) -> int:
    assert b >= 0
    product = 0
    left = b
    while left > 0:
        assert 0 <= left <= b and product == a * (b - left)
        product += a
        left -= 1
    assert product == a * b
    return product


def quotient(a: int, b: int) -> int:
    assert a >= 0 and b > 0
    q = 0
    rest = a
    while rest >= b:
        assert rest >= 0 and a == q * b + rest
        rest -= b
        q += 1
    assert q * b <= a < q * b + b
    return q


def remainder(a: int, b: int) -> int:
    assert a >= 0 and b > 0
    rest = a
    while rest >= b:
        assert rest >= 0
        rest -= b
    assert 0 <= rest < b
    return rest


def integer_root(n: int) -> int:
    assert n >= 0
    root = 0
    while (root + 1) * (root + 1) <= n:
        assert root >= 0 and root * root <= n
        root += 1
    assert root * root <= n < (root + 1) * (root + 1)
    return root


def count_down(n: int) -> int:
    assert n >= 0
    steps = 0
    left = n
    while left != 0:
        assert left >= 0 and steps + left == n
        left -= 1
        steps += 1
    assert steps == n
    return steps


def double_steps(n: int) -> int:
    assert n >= 0
    i = 0
    result = 0
    while i < n:
        assert 0 <= i <= n and result == 2 * i
        result += 2
        i += 1
    assert result == 2 * n
    return result


def parity(n: int) -> bool:
    assert n >= 0
    even = True
    i = 0
    while i < n:
        assert 0 <= i <= n and even == (i % 2 == 0)
        even = not even
        i += 1
    assert even == (n % 2 == 0)
    return even


def halvings(n: int) -> int:
    assert n > 0
    count = 0
    while n > 1:
        assert n >= 1 and count >= 0
        n //= 2
        count += 1
    assert count >= 0
    return count


def power_of_two_above(n: int) -> int:
    assert n >= 1
    power = 1
    while power < n:
        assert 1 <= power < 2 * n
        power *= 2
    assert n <= power < 2 * n
    return power


def clamp(x: int, low: int, high: int) -> int:
    assert low <= high
    result = x
    if result < low:
        result = low
    elif result > high:
        result = high
    assert low <= result <= high and (result == x or x < low or x > high)
    return result


def sign(x: int) -> int:
    assert isinstance(x, int)
    if x > 0:
        result = 1
    elif x < 0:
        result = -1
    else:
        result = 0
    assert result * x >= 0 and -1 <= result <= 1 and (result == 0) == (x == 0)
    return result


def middle(a: int, b: int, c: int) -> int:
    assert isinstance(a, int)
    if a <= b <= c or c <= b <= a:
        m = b
    elif b <= a <= c or c <= a <= b:
        m = a
    else:
        m = c
    assert min(a, b, c) <= m <= max(a, b, c) and (m == a or m == b or m == c)
    assert (m >= a) + (m >= b) + (m >= c) >= 2 and (m <= a) + (m <= b) + (m <= c) >= 2
    return m


def distance(a: int, b: int) -> int:
    assert isinstance(a, int)
    d = a - b if a > b else b - a
    assert d >= 0 and (d == a - b or d == b - a)
    return d


def minutes(seconds: int) -> tuple[int, int]:
    assert seconds >= 0
    m = seconds // 60
    s = seconds - m * 60
    assert 0 <= s < 60 and m * 60 + s == seconds
    return m, s


def days_in_month(month: int, leap: bool) -> int:
    assert 1 <= month <= 12
    if month == 2:
        days = 29 if leap else 28
    elif month in (4, 6, 9, 11):
        days = 30
    else:
        days = 31
    assert 28 <= days <= 31 and (days < 30) == (month == 2)
    return days


def greatest_common_divisor(a: int, b: int) -> int:
    assert a > 0 and b > 0
    x = a
    y = b
    while x != y:
        assert x > 0 and y > 0
        if x > y:
            x -= y
        else:
            y -= x
    assert x > 0
    return x


def next_multiple(n: int, step: int) -> int:
    assert step > 0
    result = n + (step - n % step) % step
    assert result >= n and result - n < step and result % step == 0
    return result
