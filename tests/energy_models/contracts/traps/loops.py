"""Loops: what holds for the first rounds, invariants that are not, exits by break and else, and never ending."""


# must not be verified: sum_of_small(200)
def sum_of_small(n: int) -> int:
    assert n >= 0
    s = 0
    for i in range(n):
        s += i
    assert s < 19000
    return s


# must not be verified: holds_for_fifty(51)
def holds_for_fifty(n: int) -> int:
    assert n >= 0
    i = 0
    while i < n:
        i += 1
    assert i <= 50
    return i


# must not be verified: invariant_broken_by_the_body(3)
def invariant_broken_by_the_body(n: int) -> int:
    assert n > 2
    i = 0
    while i < n:
        assert i <= 1
        i += 1
    assert i == n
    return i


# must not be verified: invariant_wrong_at_entry(1)
def invariant_wrong_at_entry(n: int) -> int:
    assert n > 0
    i = 0
    while i < n:
        assert i > 0
        i += 1
    assert i == n
    return i


# must not be verified: overshoots(3)
def overshoots(n: int) -> int:
    assert n >= 0
    i = 0
    while i < n:
        i += 2
    assert i == n
    return i


# must not be refuted: counts_up(0); counts_up(5)
def counts_up(n: int) -> int:
    assert n >= 0
    i = 0
    while i < n:
        assert 0 <= i <= n
        i += 1
    assert i == n
    return i


# must not be verified: negative_bound(-1)
def negative_bound(n: int) -> int:
    i = 0
    while i < n:
        i += 1
    assert i == n
    return i


# must not be verified: early_return([1, 2])
def early_return(xs: list[int]) -> int:
    for x in xs:
        r = x
        assert r == xs[-1]
        return r
    return 0


# must not be verified: found_or_last([1, 2], 3)
def found_or_last(xs: list[int], y: int) -> int:
    i = 0
    for i in range(len(xs)):
        if xs[i] == y:
            break
    r = i
    assert len(xs) == 0 or xs[r] == y
    return r


# must not be verified: else_after_break([1], 1)
def else_after_break(xs: list[int], y: int) -> bool:
    found = False
    for x in xs:
        if x == y:
            break
    else:
        found = True
    assert found == (y in xs)
    return found


# must not be refuted: else_without_break([1], 1); else_without_break([], 1); else_without_break([2], 1)
def else_without_break(xs: list[int], y: int) -> bool:
    for x in xs:
        if x == y:
            missing = False
            break
    else:
        missing = True
    assert missing == (y not in xs)
    return missing


# must not be verified: else_of_while(3)
def else_of_while(n: int) -> int:
    r = 0
    i = 0
    while i < n:
        i += 1
    else:
        r = 1
    assert r == 0
    return r


# must not be verified: unbound_after_empty_loop([])
def unbound_after_empty_loop(xs: list[int]) -> int:
    for x in xs:
        last = x
    r = last
    assert r == xs[-1]
    return r


# must not be verified: loop_variable_stays(5)
def loop_variable_stays(n: int) -> int:
    assert n > 0
    for i in range(n):
        pass
    r = i
    assert r == n
    return r


# must not be verified: loop_variable_assigned(3)
def loop_variable_assigned(n: int) -> int:
    assert n == 3
    c = 0
    for i in range(n):
        i += 10
        c += 1
    assert c == 1
    return c


# must not be verified: range_evaluated_once(3)
def range_evaluated_once(n: int) -> int:
    assert n == 3
    c = 0
    for i in range(n):
        n = 0
        c += 1
    assert c == 1
    return c


# must not be verified: range_with_step(0, 10, 3)
def range_with_step(a: int, b: int, k: int) -> int:
    assert k > 0 and a < b
    c = 0
    for i in range(a, b, k):
        c += 1
    assert c == (b - a) // k
    return c


# must not be verified: range_of_zero_step(0)
def range_of_zero_step(k: int) -> int:
    c = 0
    for i in range(0, 3, k):
        c += 1
        if c > 5:
            break
    assert c >= 0
    return c


# must not be verified: descending_range(3)
def descending_range(n: int) -> int:
    assert n > 0
    last = -1
    for i in range(n, 0, -1):
        last = i
    assert last == 0
    return last


# must not be verified: empty_range(5, 3)
def empty_range(a: int, b: int) -> int:
    c = 0
    for i in range(a, b):
        c += 1
    assert c == b - a
    return c


# must not be verified: continue_skips([1, -1])
def continue_skips(xs: list[int]) -> int:
    s = 0
    for x in xs:
        if x < 0:
            continue
        s += x
    assert s == sum(xs)
    return s


# must not be verified: no input
def never_ends(x: int) -> int:
    while True:
        x += 1
    y = x
    assert y == 0
    return y


# must not be verified: no input
def ends_for_negative_only(x: int) -> int:
    assert x > 0
    while x != 0:
        x += 1
    y = x
    assert y == 5
    return y


# must not be verified: true_with_break(3)
def true_with_break(n: int) -> int:
    i = 0
    while True:
        if i >= n:
            break
        i += 1
    assert i == n + 1
    return i


# must not be verified: nested_break(2)
def nested_break(n: int) -> int:
    assert n == 2
    c = 0
    for i in range(n):
        for j in range(n):
            c += 1
            break
    assert c == 1
    return c


# must not be verified: pairwise([3, 1])
def pairwise(xs: list[int]) -> bool:
    ok = True
    for i in range(1, len(xs)):
        ok = xs[i - 1] <= xs[i] or ok
    assert ok == all(xs[i - 1] <= xs[i] for i in range(1, len(xs)))
    return ok


# must not be verified: off_by_one_sum([5])
def off_by_one_sum(xs: list[int]) -> int:
    s = 0
    for i in range(1, len(xs)):
        s += xs[i]
    assert s == sum(xs)
    return s


# must not be verified: past_the_end([1])
def past_the_end(xs: list[int]) -> int:
    s = 0
    for i in range(len(xs) + 1):
        s += xs[i]
    assert s == s
    return s


# must not be verified: collatz_small(27)
def collatz_small(n: int) -> int:
    assert 0 < n < 30
    c = 0
    while n != 1:
        n = n // 2 if n % 2 == 0 else 3 * n + 1
        c += 1
    assert c < 100
    return c


# must not be verified: maximum_from_zero([-5])
def maximum_from_zero(xs: list[int]) -> int:
    assert len(xs) > 0
    m = 0
    for x in xs:
        if x > m:
            m = x
    assert m in xs
    return m


# must not be verified: binary_search_last([1, 2, 3], 2)
def binary_search_last(xs: list[int], y: int) -> int:
    assert all(xs[i] < xs[i + 1] for i in range(len(xs) - 1))
    lo = 0
    hi = len(xs) - 1
    while lo < hi:
        mid = (lo + hi) // 2
        if xs[mid] < y:
            lo = mid + 1
        else:
            hi = mid - 1
    r = lo
    assert y not in xs or xs[r] == y
    return r


# must not be verified: string_loop('ab')
def string_loop(s: str) -> str:
    t = ""
    for c in s:
        t = c + t
    assert t == s
    return t


# must not be verified: zip_stops([1, 2], [3])
def zip_stops(xs: list[int], ys: list[int]) -> int:
    n = 0
    for x, y in zip(xs, ys):
        n += 1
    assert n == len(xs)
    return n


# must not be verified: enumerate_from_zero([7])
def enumerate_from_zero(xs: list[int]) -> int:
    last = 0
    for i, x in enumerate(xs):
        last = i
    assert last == len(xs)
    return last


# must not be verified: enumerate_started([7])
def enumerate_started(xs: list[int]) -> int:
    last = 0
    for i, x in enumerate(xs, 1):
        last = i
    assert last == len(xs) - 1
    return last
