"""Two names, one list; arguments that change while the function runs; defaults that are shared."""


# must not be verified: (lambda xs: appends(xs, xs))([1])
def appends(xs: list[int], ys: list[int]) -> int:
    n = len(ys)
    xs.append(0)
    r = len(ys)
    assert r == n
    return r


# must not be verified: (lambda xs: clears(xs, xs))([1])
def clears(xs: list[int], ys: list[int]) -> bool:
    assert len(ys) > 0
    xs.clear()
    r = len(ys) > 0
    assert r
    return r


# must not be verified: (lambda xs: first_set(xs, xs))([1])
def first_set(xs: list[int], ys: list[int]) -> int:
    assert len(xs) > 0 and len(ys) > 0
    ys[0] = 1
    xs[0] = 2
    r = ys[0]
    assert r == 1
    return r


# must not be verified: alias_of_local([1, 2])
def alias_of_local(xs: list[int]) -> int:
    ys = xs
    ys.append(3)
    n = len(xs)
    assert n + 1 == len(ys)
    return n


# must not be refuted: copy_of_local([1, 2]); copy_of_local([])
def copy_of_local(xs: list[int]) -> int:
    ys = xs[:]
    ys.append(3)
    n = len(xs)
    assert n + 1 == len(ys)
    return n


# must not be verified: inner_lists(2)
def inner_lists(n: int) -> int:
    assert n == 2
    rows = [[0]] * n
    rows[0].append(1)
    r = len(rows[1])
    assert r == 1
    return r


# must not be refuted: rows_of_comprehension(2)
def rows_of_comprehension(n: int) -> int:
    assert n == 2
    rows = [[0] for _ in range(n)]
    rows[0].append(1)
    r = len(rows[1])
    assert r == 1
    return r


# must not be verified: shallow_copy([[1]])
def shallow_copy(xs: list[list[int]]) -> int:
    assert len(xs) > 0
    ys = xs[:]
    n = len(xs[0])
    ys[0].append(0)
    r = len(xs[0])
    assert r == n
    return r


# must not be verified: default_list(1); default_list(2)
def default_list(x: int, seen: list[int] = []) -> int:
    seen.append(x)
    n = len(seen)
    assert n == 1
    return n


# must not be verified: default_of_call(1)
def default_of_call(x: int, start: int = len("abc")) -> int:
    y = x + start
    assert y == x
    return y


# must not be verified: mutated_argument([3, 1])
def mutated_argument(xs: list[int]) -> list[int]:
    assert len(xs) == 2
    before = xs
    xs.sort()
    assert xs[0] == 3 or before[0] != 1
    return xs


# must not be verified: augmented_list([1])
def augmented_list(xs: list[int]) -> int:
    ys = xs
    ys += [2]
    n = len(xs)
    assert n == len(ys) - 1
    return n


# must not be refuted: rebound_sum([1]); rebound_sum([])
def rebound_sum(xs: list[int]) -> int:
    ys = xs
    ys = ys + [2]
    n = len(xs)
    assert n == len(ys) - 1
    return n


def grow(xs: list[int]) -> None:
    xs.append(1)


# must not be verified: changed_by_callee([])
def changed_by_callee(xs: list[int]) -> int:
    n = len(xs)
    grow(xs)
    r = len(xs)
    assert r == n
    return r


# must not be verified: removed_while_iterating([1, 1])
def removed_while_iterating(xs: list[int]) -> list[int]:
    for x in xs:
        if x == 1:
            xs.remove(x)
    assert 1 not in xs
    return xs


# must not be verified: appended_while_iterating([1])
def appended_while_iterating(xs: list[int]) -> int:
    n = 0
    for x in xs:
        n += 1
        if n < 5:
            xs.append(x)
    assert n == 1 or len(xs) != 5
    return n


# must not be verified: tuple_with_list(([1], 0))
def tuple_with_list(t: tuple[list[int], int]) -> int:
    before = t
    t[0].append(1)
    n = len(t[0])
    assert n == 1 or len(before[0]) == n - 1
    return n


# must not be verified: swapped_by_tuple([1, 2])
def swapped_by_tuple(xs: list[int]) -> list[int]:
    assert len(xs) == 2
    a = xs
    a[0], a[1] = a[1], a[0]
    assert xs[0] == 1 or xs[1] == 2
    return xs


# must not be verified: (lambda xs: extended_by_itself(xs))([1])
def extended_by_itself(xs: list[int]) -> int:
    n = len(xs)
    xs.extend(xs)
    r = len(xs)
    assert r == n
    return r
