"""Lists that are changed in place."""


def fill(xs: list[int], value: int) -> None:
    """
    post: len(xs) == len(__old__.xs)
    post: all(x == value for x in xs)
    """
    for i in range(len(xs)):
        assert all(xs[j] == value for j in range(i))
        xs[i] = value


def negate(xs: list[int]) -> None:
    """
    post: len(xs) == len(__old__.xs)
    post: all(xs[i] == -__old__.xs[i] for i in range(len(xs)))
    """
    for i in range(len(xs)):
        xs[i] = -xs[i]


def swap(xs: list[int], i: int, j: int) -> None:
    """
    pre: 0 <= i < len(xs) and 0 <= j < len(xs)
    post: len(xs) == len(__old__.xs)
    post: xs[i] == __old__.xs[j] and xs[j] == __old__.xs[i]
    """
    kept = xs[i]
    xs[i] = xs[j]
    xs[j] = kept


def increment_all(xs: list[int]) -> None:
    """
    pre: all(x >= 0 for x in xs)
    post: all(x >= 1 for x in xs)
    """
    i = 0
    while i < len(xs):
        assert 0 <= i <= len(xs)
        assert all(xs[j] >= 1 for j in range(i))
        assert all(xs[j] >= 0 for j in range(i, len(xs)))
        xs[i] += 1
        i += 1


def clip(xs: list[int], limit: int) -> None:
    """
    post: all(x <= limit for x in xs)
    post: len(xs) == len(__old__.xs)
    """
    for i in range(len(xs)):
        assert all(xs[j] <= limit for j in range(i))
        if xs[i] > limit:
            xs[i] = limit


def push(stack: list[int], x: int) -> None:
    """
    post: len(stack) == len(__old__.stack) + 1 and stack[-1] == x
    """
    stack.append(x)


def pop_last(stack: list[int]) -> int:
    """
    pre: len(stack) > 0
    post: len(stack) == len(__old__.stack) - 1 and __return__ == __old__.stack[-1]
    """
    return stack.pop()


def drop_first(xs: list[int]) -> None:
    """
    pre: len(xs) > 0
    post: xs == __old__.xs[1:]
    """
    del xs[0]


def move_minimum_first(xs: list[int]) -> None:
    """
    pre: len(xs) > 0
    post: len(xs) == len(__old__.xs)
    post: all(xs[0] <= x for x in xs)
    """
    at = 0
    for i in range(1, len(xs)):
        assert 0 <= at < i
        assert all(xs[at] <= xs[j] for j in range(i))
        if xs[i] < xs[at]:
            at = i
    kept = xs[0]
    xs[0] = xs[at]
    xs[at] = kept


def zero_negatives(xs: list[int]) -> int:
    """
    post: all(x >= 0 for x in xs)
    post: 0 <= __return__ <= len(xs)
    """
    changed = 0
    for i in range(len(xs)):
        assert 0 <= changed <= i
        assert all(xs[j] >= 0 for j in range(i))
        if xs[i] < 0:
            xs[i] = 0
            changed += 1
    return changed
