"""Calls: recursion that is not proved by assuming it, callees that break their promise, arguments that are mixed up."""


# must not be verified: factorial(-1)
def factorial(n: int) -> int:
    if n == 0:
        return 1
    r = n * factorial(n - 1)
    assert r > 0
    return r


# must not be verified: no input
def assumes_itself(n: int) -> int:
    assert n >= 0
    r = assumes_itself(n)
    assert r == 42
    return r


# must not be verified: even_steps(3)
def even_steps(n: int) -> int:
    assert n >= 0
    if n <= 0:
        r = n
        assert r == 0
        return r
    r = even_steps(n - 2) if n >= 2 else 1
    assert r == 0
    return r


# must not be verified: deep(10**6)
def deep(n: int) -> int:
    assert n >= 0
    if n == 0:
        return 0
    r = deep(n - 1) + 1
    assert r == n
    return r


def lies(x: int) -> int:
    y = x - 1
    assert y > x
    return y


# must not be verified: trusts_a_lie(1)
def trusts_a_lie(x: int) -> int:
    z = lies(x)
    assert z > x
    return z


def needs_positive(x: int) -> int:
    assert x > 0
    y = 10 // x
    assert y >= 0
    return y


# must not be verified: breaks_a_precondition(0)
def breaks_a_precondition(x: int) -> int:
    y = needs_positive(x)
    assert y >= 0
    return y


# must not be refuted: keeps_a_precondition(0); keeps_a_precondition(5)
def keeps_a_precondition(x: int) -> int:
    assert x >= 0
    y = needs_positive(x + 1)
    assert y >= 0
    return y


def difference(a: int, b: int) -> int:
    return a - b


# must not be verified: swapped(1, 2)
def swapped(a: int, b: int) -> int:
    d = difference(b, a)
    assert d == a - b
    return d


# must not be verified: by_keyword(1, 2)
def by_keyword(a: int, b: int) -> int:
    d = difference(b=a, a=b)
    assert d == a - b
    return d


def with_default(a: int, b: int = 2) -> int:
    return a + b


# must not be verified: default_used(1)
def default_used(a: int) -> int:
    d = with_default(a)
    assert d == a
    return d


def redefined(x: int) -> int:
    return x


def redefined(x: int) -> int:
    return x + 1


# must not be verified: last_definition_counts(1)
def last_definition_counts(x: int) -> int:
    y = redefined(x)
    assert y == x
    return y


def replaced(x: int) -> int:
    return x


def other(x: int) -> int:
    return -x


replaced = other


# must not be verified: replaced_later(1)
def replaced_later(x: int) -> int:
    y = replaced(x)
    assert y == x
    return y


def decorate(function):
    return lambda x: function(x) + 1


@decorate
def decorated(x: int) -> int:
    return x


# must not be verified: decorated_callee(1)
def decorated_callee(x: int) -> int:
    y = decorated(x)
    assert y == x
    return y


def star(*xs: int) -> int:
    return len(xs)


# must not be verified: star_arguments([1, 2])
def star_arguments(xs: list[int]) -> int:
    n = star(*xs)
    assert n == 1
    return n


def options(**named: int) -> int:
    return len(named)


# must not be verified: star_keywords(1)
def star_keywords(x: int) -> int:
    n = options(a=x, b=x)
    assert n == 1
    return n


# must not be verified: own_star(1, 2)
def own_star(*xs: int) -> int:
    n = len(xs)
    assert n <= 1
    return n


# must not be verified: missing_argument(1)
def missing_argument(x: int) -> int:
    y = difference(x)
    assert y == 0 or y != 0
    return y


def mutual_a(n: int) -> bool:
    return n == 0 or mutual_b(n - 1)


def mutual_b(n: int) -> bool:
    return n != 0 and mutual_a(n - 1)


# must not be verified: mutual(3)
def mutual(n: int) -> bool:
    assert n >= 0
    r = mutual_a(n)
    assert r
    return r


# must not be verified: closure(1)
def closure(x: int) -> int:
    fs = []
    for i in range(3):
        fs.append(lambda: i)
    y = fs[0]()
    assert y == 0
    return y


# must not be verified: nonlocal_change(1)
def nonlocal_change(x: int) -> int:
    y = x

    def bump() -> None:
        nonlocal y
        y += 1

    bump()
    assert y == x
    return y
