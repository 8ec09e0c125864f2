"""Loops over lists."""


def maximum(xs: list[int]) -> int:
    assert len(xs) > 0
    best = xs[0]
    i = 1
    while i < len(xs):
        assert 1 <= i <= len(xs)
        assert all(xs[j] <= best for j in range(i))
        assert any(xs[j] == best for j in range(i))
        if xs[i] > best:
            best = xs[i]
        i += 1
    assert all(x <= best for x in xs) and best in xs
    return best


def minimum(xs: list[int]) -> int:
    assert len(xs) > 0
    best = xs[0]
    for i in range(len(xs)):
        assert all(best <= xs[j] for j in range(i))
        if xs[i] < best:
            best = xs[i]
    assert all(best <= x for x in xs)
    return best


def index_of_maximum(xs: list[int]) -> int:
    assert len(xs) > 0
    at = 0
    for i in range(1, len(xs)):
        assert 0 <= at < i
        assert all(xs[j] <= xs[at] for j in range(i))
        if xs[i] > xs[at]:
            at = i
    assert 0 <= at < len(xs) and all(x <= xs[at] for x in xs)
    return at


def contains(xs: list[int], wanted: int) -> bool:
    assert isinstance(wanted, int)
    found = False
    i = 0
    while i < len(xs) and not found:
        assert 0 <= i <= len(xs) and not found
        assert all(xs[j] != wanted for j in range(i))
        if xs[i] == wanted:
            found = True
        i += 1
    assert found == (wanted in xs)
    return found


def find(xs: list[int], wanted: int) -> int:
    assert isinstance(wanted, int)
    at = 0
    while at < len(xs) and xs[at] != wanted:
        assert 0 <= at <= len(xs)
        assert all(xs[j] != wanted for j in range(at))
        at += 1
    assert 0 <= at <= len(xs)
    assert at == len(xs) or xs[at] == wanted
    assert all(xs[j] != wanted for j in range(at))
    return at


def binary_search(xs: list[int], wanted: int) -> int:
    assert all(xs[i] <= xs[j] for i in range(len(xs)) for j in range(i, len(xs)))
    low = 0
    high = len(xs)
    while low < high:
        assert 0 <= low <= high <= len(xs)
        assert all(xs[k] < wanted for k in range(low))
        assert all(xs[k] >= wanted for k in range(high, len(xs)))
        mid = (low + high) // 2
        if xs[mid] < wanted:
            low = mid + 1
        else:
            high = mid
    assert 0 <= low <= len(xs)
    assert all(xs[k] < wanted for k in range(low))
    assert all(xs[k] >= wanted for k in range(low, len(xs)))
    return low


def all_positive(xs: list[int]) -> bool:
    assert isinstance(xs, list)
    positive = True
    for i in range(len(xs)):
        assert positive == all(xs[j] > 0 for j in range(i))
        if xs[i] <= 0:
            positive = False
    assert positive == all(x > 0 for x in xs)
    return positive


def is_sorted(xs: list[int]) -> bool:
    assert isinstance(xs, list)
    for i in range(1, len(xs)):
        assert all(xs[j - 1] <= xs[j] for j in range(1, i))
        if xs[i - 1] > xs[i]:
            in_order = False
            assert in_order == all(xs[k - 1] <= xs[k] for k in range(1, len(xs)))
            return in_order
    in_order = True
    assert in_order == all(xs[k - 1] <= xs[k] for k in range(1, len(xs)))
    return in_order


def squares(n: int) -> list[int]:
    assert n >= 0
    result: list[int] = []
    i = 0
    while i < n:
        assert 0 <= i <= n and len(result) == i
        assert all(result[j] == j * j for j in range(i))
        result.append(i * i)
        i += 1
    assert len(result) == n and all(result[j] == j * j for j in range(n))
    return result


def doubled(xs: list[int]) -> list[int]:
    assert isinstance(xs, list)
    result: list[int] = []
    for i in range(len(xs)):
        assert len(result) == i
        assert all(result[j] == 2 * xs[j] for j in range(i))
        result.append(xs[i] * 2)
    assert len(result) == len(xs) and all(result[j] == 2 * xs[j] for j in range(len(xs)))
    return result


def copy_of(xs: list[int]) -> list[int]:
    assert isinstance(xs, list)
    result: list[int] = []
    for i in range(len(xs)):
        assert len(result) == i
        assert all(result[j] == xs[j] for j in range(i))
        result.append(xs[i])
    assert result == xs
    return result


def reversed_copy(xs: list[int]) -> list[int]:
    assert isinstance(xs, list)
    result: list[int] = []
    i = len(xs)
    while i > 0:
        assert 0 <= i <= len(xs) and len(result) == len(xs) - i
        assert all(result[j] == xs[len(xs) - 1 - j] for j in range(len(result)))
        i -= 1
        result.append(xs[i])
    assert len(result) == len(xs)
    assert all(result[j] == xs[len(xs) - 1 - j] for j in range(len(xs)))
    return result


def pairwise_sums(xs: list[int], ys: list[int]) -> list[int]:
    assert len(xs) == len(ys)
    result: list[int] = []
    for i in range(len(xs)):
        assert len(result) == i
        assert all(result[j] == xs[j] + ys[j] for j in range(i))
        result.append(xs[i] + ys[i])
    assert len(result) == len(xs) and all(result[j] == xs[j] + ys[j] for j in range(len(xs)))
    return result


def larger_of_each(xs: list[int], ys: list[int]) -> list[int]:
    assert len(xs) == len(ys)
    result: list[int] = []
    for i in range(len(xs)):
        assert len(result) == i
        assert all(result[j] >= xs[j] and result[j] >= ys[j] for j in range(i))
        if xs[i] > ys[i]:
            result.append(xs[i])
        else:
            result.append(ys[i])
    assert len(result) == len(xs)
    assert all(result[j] >= xs[j] and result[j] >= ys[j] for j in range(len(xs)))
    return result


def positives(xs: list[int]) -> list[int]:
    assert isinstance(xs, list)
    result: list[int] = []
    for i in range(len(xs)):
        assert len(result) <= i and all(y > 0 for y in result)
        if xs[i] > 0:
            result.append(xs[i])
    assert len(result) <= len(xs) and all(y > 0 for y in result)
    return result


def count_zeros(xs: list[int]) -> int:
    assert isinstance(xs, list)
    count = 0
    for i in range(len(xs)):
        assert 0 <= count <= i
        if xs[i] == 0:
            count += 1
    assert 0 <= count <= len(xs)
    return count


def sum_of_positives(xs: list[int]) -> int:
    assert all(x > 0 for x in xs)
    total = 0
    for i in range(len(xs)):
        assert total >= i
        total += xs[i]
    assert total >= len(xs)
    return total


def prefix_maxima(xs: list[int]) -> list[int]:
    assert len(xs) > 0
    result = [xs[0]]
    for i in range(1, len(xs)):
        assert len(result) == i
        assert all(result[j] >= xs[j] for j in range(i))
        assert all(result[j - 1] <= result[j] for j in range(1, i))
        result.append(max(result[-1], xs[i]))
    assert len(result) == len(xs) and all(result[j] >= xs[j] for j in range(len(xs)))
    assert all(result[j - 1] <= result[j] for j in range(1, len(xs)))
    return result


def repeated(x: int, n: int) -> list[int]:
    assert n >= 0
    result: list[int] = []
    while len(result) < n:
        assert len(result) <= n and all(y == x for y in result)
        result.append(x)
    assert len(result) == n and all(y == x for y in result)
    return result


def second_largest_bound(xs: list[int]) -> int:
    assert len(xs) >= 2
    first = max(xs[0], xs[1])
    second = min(xs[0], xs[1])
    for i in range(2, len(xs)):
        assert second <= first
        assert all(xs[j] <= first for j in range(i))
        if xs[i] > first:
            second = first
            first = xs[i]
        elif xs[i] > second:
            second = xs[i]
    assert second <= first and all(x <= first for x in xs)
    return second


def last_index(xs: list[int], wanted: int) -> int:
    assert isinstance(wanted, int)
    at = -1
    for i in range(len(xs)):
        assert -1 <= at < i
        assert at == -1 or xs[at] == wanted
        assert all(xs[j] != wanted for j in range(at + 1, i))
        if xs[i] == wanted:
            at = i
    assert -1 <= at < len(xs)
    assert at == -1 or xs[at] == wanted
    assert all(xs[j] != wanted for j in range(at + 1, len(xs)))
    return at


def differ_at(xs: list[int], ys: list[int]) -> int:
    assert len(xs) == len(ys)
    i = 0
    while i < len(xs) and xs[i] == ys[i]:
        assert 0 <= i <= len(xs)
        assert all(xs[j] == ys[j] for j in range(i))
        i += 1
    assert 0 <= i <= len(xs) and all(xs[j] == ys[j] for j in range(i))
    assert i == len(xs) or xs[i] != ys[i]
    return i
