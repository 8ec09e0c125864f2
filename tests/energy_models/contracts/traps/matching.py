"""``match``: what is compared by value, what by identity, what a name does there."""

RED = 1


# must not be verified: zero_is_false(False)
def zero_is_false(x: int | bool) -> int:
    match x:
        case 0:
            r = 1
        case False:
            r = 2
        case _:
            r = 3
    assert r != 1 or x is not False
    return r


# must not be verified: one_is_true(True)
def one_is_true(x: bool) -> int:
    r = 0
    match x:
        case 1:
            r = 1
    assert r == 0
    return r


# must not be verified: true_is_not_one(1)
def true_is_not_one(x: int | bool) -> bool:
    r = False
    match x:
        case True:
            r = True
    assert r == (x == 1)
    return r


# must not be verified: name_matches_all(2)
def name_matches_all(x: int) -> int:
    r = 0
    match x:
        case RED:
            r = RED
    assert r == 0 or r == 1
    return r


# must not be verified: guard_binds(5)
def guard_binds(x: int) -> int:
    y = 0
    match x:
        case y if y < 0:
            pass
    assert y == 0 or y < 0
    return y


# must not be refuted: guard_falls_through(-3); guard_falls_through(0); guard_falls_through(4)
def guard_falls_through(x: int) -> int:
    match x:
        case n if n > 0:
            r = n
        case 0:
            r = 1
        case n:
            r = -n
    assert r > 0
    return r


# must not be verified: first_wins(1)
def first_wins(x: int) -> int:
    r = 0
    match x:
        case 1 | 2:
            r = 1
        case 1:
            r = 2
    assert x != 1 or r == 2
    return r


# must not be refuted: first_of_several(1); first_of_several(2); first_of_several(3)
def first_of_several(x: int) -> int:
    match x:
        case 1 | 2:
            r = 1
        case 2 | 3:
            r = 2
        case _:
            r = 0
    assert (r == 1) == (x in (1, 2)) and (r == 2) == (x == 3)
    return r


# must not be verified: minus_sign(-1)
def minus_sign(x: int) -> int:
    r = 0
    match x:
        case -1:
            r = 1
    assert r == (1 if x == 1 else 0)
    return r


# must not be verified: joined_text('ab')
def joined_text(s: str) -> int:
    r = 0
    match s:
        case "a" "b":
            r = 1
    assert r == 0
    return r


# must not be verified: none_is_not_zero(None)
def none_is_not_zero(x: int | None) -> int:
    match x:
        case 0:
            r = 0
        case None:
            r = 1
        case _:
            r = 2
    assert r != 1
    return r


# must not be refuted: none_first(None); none_first(0); none_first(3)
def none_first(x: int | None) -> int:
    match x:
        case None:
            r = 0
        case n:
            r = n * n
    assert r >= 0
    return r


# must not be verified: float_equals_int(1)
def float_equals_int(x: int) -> int:
    r = 0
    match x:
        case 1.0:
            r = 1
    assert r == 0
    return r


# must not be verified: nothing_matches(7)
def nothing_matches(x: int) -> int:
    match x:
        case 1:
            r = 1
        case 2:
            r = 2
    assert r < 3
    return r


# must not be verified: subject_is_taken_once([1, 2])
def subject_is_taken_once(xs: list[int]) -> int:
    assert len(xs) > 1
    n = len(xs)
    match xs.pop():
        case 1:
            pass
        case 2:
            pass
    assert len(xs) == n
    return n


# must not be refuted: taken_once([1, 2]); taken_once([3, 4, 5])
def taken_once(xs: list[int]) -> int:
    assert len(xs) > 1
    n = len(xs)
    match xs.pop():
        case 1:
            pass
        case 2:
            pass
    assert len(xs) == n - 1
    return n


# must not be verified: breaks_the_loop(9)
def breaks_the_loop(n: int) -> int:
    total = 0
    for i in range(n):
        match i:
            case 3:
                continue
            case 5:
                break
        total += 1
    assert total == n
    return total


# must not be verified: tuple_pattern((1, 2))
def tuple_pattern(pair: tuple[int, int]) -> int:
    r = 0
    match pair:
        case (1, y):
            r = y
    assert r == 0
    return r


# must not be verified: sequence_matches_list([1])
def sequence_matches_list(xs: list[int]) -> int:
    r = 0
    match xs:
        case 1,:
            r = 1
    assert r == 0
    return r


# must not be verified: class_pattern(1)
def class_pattern(x: int | str) -> int:
    r = 0
    match x:
        case int():
            r = 1
    assert r == 0
    return r


# must not be verified: as_pattern(1)
def as_pattern(x: int) -> int:
    y = 0
    match x:
        case 1 | 2 as y:
            pass
    assert y == 0
    return y


# must not be verified: two_subjects(1, 2)
def two_subjects(a: int, b: int) -> int:
    r = 0
    match a, b:
        case 1, 2:
            r = 1
    assert r == 0
    return r


# must not be verified: one_subject_in_a_tuple(1)
def one_subject_in_a_tuple(a: int) -> int:
    r = 0
    match a,:
        case 1:
            r = 1
        case _:
            r = 2
    assert r == (1 if a == 1 else 2)
    return r
