"""``key=``: what is compared, which of equals is taken, what the key may do."""


# must not be refuted: longest(['a', 'bb']); longest(['a', 'b'])
def longest(xs: list[str]) -> str:
    assert len(xs) > 0
    r = max(xs, key=len)
    assert all(len(x) <= len(r) for x in xs) and r in xs
    return r


# must not be verified: last_of_equals(['a', 'b'])
def last_of_equals(xs: list[str]) -> str:
    assert len(xs) > 0
    r = max(xs, key=len)
    assert all(len(x) < len(r) for x in xs[:-1]) or r == xs[-1]
    return r


# must not be refuted: first_of_equals([1, -1]); first_of_equals([-2, 2, 1])
def first_of_equals(xs: list[int]) -> int:
    assert len(xs) > 0
    r = max(xs, key=abs)
    assert abs(xs[0]) < abs(r) or r == xs[0]
    return r


# must not be verified: greatest_is_greatest([1, -2])
def greatest_is_greatest(xs: list[int]) -> int:
    assert len(xs) > 0
    r = max(xs, key=abs)
    assert all(x <= r for x in xs)
    return r


# must not be verified: none_to_choose([])
def none_to_choose(xs: list[int]) -> int:
    r = min(xs, key=lambda x: -x)
    assert r == r
    return r


# must not be refuted: nearest([1, 5], 4); nearest([3], 9)
def nearest(xs: list[int], to: int) -> int:
    assert len(xs) > 0
    r = min(xs, key=lambda x: abs(x - to))
    assert all(abs(r - to) <= abs(x - to) for x in xs)
    return r


# must not be verified: nearest_is_least([5, 1], 4)
def nearest_is_least(xs: list[int], to: int) -> int:
    assert len(xs) > 0
    r = min(xs, key=lambda x: abs(x - to))
    assert all(r <= x for x in xs)
    return r


# must not be refuted: by_second([(1, 2), (0, 3)]); by_second([])
def by_second(pairs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    ys = sorted(pairs, key=lambda p: p[1])
    assert len(ys) == len(pairs)
    assert all(ys[i][1] <= ys[i + 1][1] for i in range(len(ys) - 1))
    return ys


# must not be verified: by_second_only([(1, 2), (0, 3)])
def by_second_only(pairs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    ys = sorted(pairs, key=lambda p: p[1])
    assert all(ys[i][0] <= ys[i + 1][0] for i in range(len(ys) - 1))
    return ys


# must not be refuted: falling([1, 3, 2]); falling([])
def falling(xs: list[int]) -> list[int]:
    ys = sorted(xs, key=lambda x: -x)
    assert all(ys[i] >= ys[i + 1] for i in range(len(ys) - 1))
    return ys


# must not be verified: twice_reversed([1, 2])
def twice_reversed(xs: list[int]) -> list[int]:
    ys = sorted(xs, key=lambda x: -x, reverse=True)
    assert all(ys[i] >= ys[i + 1] for i in range(len(ys) - 1))
    return ys


# must not be verified: key_divides([0])
def key_divides(xs: list[int]) -> list[int]:
    ys = sorted(xs, key=lambda x: 1 // x)
    assert len(ys) == len(xs)
    return ys


# must not be verified: key_of_one([0])
def key_of_one(xs: list[int]) -> int:
    assert len(xs) == 1
    r = max(xs, key=lambda x: 1 // x)
    assert r == xs[0]
    return r


# must not be verified: key_of_none([None, 1])
def key_of_none(xs: list[int | None]) -> int:
    ys = sorted(xs, key=lambda x: x)
    n = len(ys)
    assert n == len(xs)
    return n


# must not be verified: nan_key([float('nan'), 1.0])
def nan_key(xs: list[float]) -> float:
    assert len(xs) > 0
    r = max(xs, key=lambda x: x)
    assert all(x <= r for x in xs)
    return r


# must not be verified: key_sees_the_present([1, 2])
def key_sees_the_present(xs: list[int]) -> int:
    assert len(xs) > 1
    sign = 1
    sign = -1
    r = max(xs, key=lambda x: x * sign)
    assert all(x <= r for x in xs)
    return r


# must not be refuted: of_two(1, -2); of_two(2, -2)
def of_two(a: int, b: int) -> int:
    r = max(a, b, key=abs)
    assert abs(a) <= abs(r) and abs(b) <= abs(r)
    assert r == a or abs(b) > abs(a)
    return r


# must not be verified: stays_what_it_was([2, 1])
def stays_what_it_was(xs: list[int]) -> list[int]:
    ys = sorted(xs, key=lambda x: 0)
    assert all(ys[i] <= ys[i + 1] for i in range(len(ys) - 1))
    return ys


# must not be verified: shadowed_len(['a', 'bb'])
def shadowed_len(xs: list[str]) -> str:
    assert len(xs) > 0
    r = max(xs, key=len)
    assert all(len(x) >= len(r) for x in xs)
    return r


# must not be verified: key_takes_two([1])
def key_takes_two(xs: list[int]) -> list[int]:
    ys = sorted(xs, key=lambda x, y: x)
    assert len(ys) == len(xs)
    return ys
