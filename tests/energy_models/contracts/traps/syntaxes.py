"""What a contract syntax means: arguments that were rebound or mutated, snapshots, conditions that raise."""

import icontract
from annotated_types import Gt, MultipleOf
from typing import Annotated


# must not be verified: icontract_sees_the_argument(1)
@icontract.ensure(lambda x, result: result == x + 1)
def icontract_sees_the_argument(x: int) -> int:
    x = x + 5
    return x + 1


# must not be refuted: icontract_rebound(1); icontract_rebound(-4)
@icontract.ensure(lambda x, result: result == x + 6)
def icontract_rebound(x: int) -> int:
    x = x + 5
    return x + 1


# must not be verified: icontract_mutated([1])
@icontract.ensure(lambda xs, result: result == len(xs))
def icontract_mutated(xs: list[int]) -> int:
    n = len(xs)
    xs.append(0)
    return n


# must not be refuted: icontract_snapshot([1]); icontract_snapshot([])
@icontract.snapshot(lambda xs: xs[:])
@icontract.ensure(lambda xs, OLD, result: len(xs) == len(OLD.xs) + 1 and result == len(OLD.xs))
def icontract_snapshot(xs: list[int]) -> int:
    n = len(xs)
    xs.append(0)
    return n


# must not be verified: icontract_shared_snapshot([1])
@icontract.snapshot(lambda xs: xs)
@icontract.ensure(lambda xs, OLD: len(xs) == len(OLD.xs) + 1)
def icontract_shared_snapshot(xs: list[int]) -> None:
    xs.append(0)


# must not be verified: icontract_condition_raises([])
@icontract.ensure(lambda xs, result: xs[0] == result)
def icontract_condition_raises(xs: list[int]) -> int:
    return xs[0] if xs else 0


# must not be verified: no input
@icontract.require(lambda x: x > 0)
@icontract.require(lambda x: x < 0)
@icontract.ensure(lambda result: result == 3)
def icontract_vacuous(x: int) -> int:
    return 4


# must not be verified: annotated_result(1)
def annotated_result(x: Annotated[int, Gt(0)]) -> Annotated[int, Gt(1)]:
    return x


# must not be verified: annotated_is_not_the_type(1)
def annotated_is_not_the_type(x: Annotated[int, Gt(0)]) -> Annotated[int, MultipleOf(2)]:
    return x + 2


# must not be verified: docstring_return(1)
def docstring_return(x: int) -> int:
    """
    post: __return__ > x
    """
    return x


# must not be verified: docstring_old([1])
def docstring_old(xs: list[int]) -> None:
    """
    post[xs]: len(xs) == len(__old__.xs)
    """
    xs.append(1)


# must not be verified: doctested(2)
def doctested(x: int) -> int:
    """
    >>> doctested(1)
    2
    >>> doctested(2)
    5
    """
    return x + 1


# must not be verified: doctest_of_float(1)
def doctest_of_float(x: int) -> float:
    """
    >>> doctest_of_float(1)
    1
    """
    return x / 1


# must not be verified: local_assert_is_not_a_precondition(0)
def local_assert_is_not_a_precondition(x: int) -> int:
    y = x
    assert y > 0
    y = y + 1
    assert y > 1
    return y


# must not be verified: tuple_assert(0)
def tuple_assert(x: int) -> int:
    y = x
    y = y + 0
    assert y > 0, "is never a tuple"
    return y


# must not be verified: state_at_exit(5)
def state_at_exit(n: int) -> int:
    assert n > 0
    n = -n
    r = n
    assert r > 0
    return r
