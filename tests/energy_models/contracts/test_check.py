"""What a file's contracts are found to be: text in, verdicts out."""

from __future__ import annotations

import pytest

from groundstate_energy.contracts.check import Budget, Checker
from groundstate_energy.contracts.prover import Prover
from groundstate_energy.contracts.verdicts import FunctionVerdict, Status, Verdict, stale
from groundstate_grammars.python.parsed import parse

HEADER = "import icontract\nfrom typing import Optional\n"


def check(checker: Checker, text: str) -> dict[str, FunctionVerdict]:
    return {item.qualname: item for item in checker.check_file(parse((HEADER + text).encode()))}


def only(checker: Checker, text: str) -> FunctionVerdict:
    (found,) = check(checker, text).values()
    return found


VERIFIED = {
    "a sum by a loop": """
@icontract.ensure(lambda xs, result: result == sum(xs))
def f(xs: list[int]) -> int:
    total = 0
    for x in xs:
        total += x
    return total
""",
    "a closed form": """
@icontract.require(lambda n: n >= 0)
@icontract.ensure(lambda n, result: result == n * (n + 1) // 2)
def f(n: int) -> int:
    total = 0
    for i in range(n + 1):
        total += i
    return total
""",
    "a list that grows": """
@icontract.ensure(lambda xs, result: len(result) == len(xs) and all(r == 2 * x for r, x in zip(result, xs)))
def f(xs: list[int]) -> list[int]:
    out = []
    for x in xs:
        out.append(2 * x)
    return out
""",
    "an early return": """
@icontract.ensure(lambda xs, v, result: result == (v in xs))
def f(xs: list[int], v: int) -> bool:
    for x in xs:
        if x == v:
            return True
    return False
""",
    "a while loop": """
@icontract.require(lambda a, b: a >= 0 and b > 0)
@icontract.ensure(lambda a, b, result: result[0] * b + result[1] == a and 0 <= result[1] < b)
def f(a: int, b: int) -> tuple[int, int]:
    q = 0
    while a >= b:
        a -= b
        q += 1
    return q, a
""",
    "a list changed in place": """
@icontract.snapshot(lambda xs: xs[:])
@icontract.ensure(lambda xs, OLD: xs == OLD.xs + [1])
def f(xs: list[int]) -> None:
    xs.append(1)
""",
    "recursion with a measure": """
@icontract.require(lambda n: n >= 0)
@icontract.ensure(lambda n, result: result == 2 * n)
def f(n: int) -> int:
    if n == 0:
        return 0
    return 2 + f(n - 1)
""",
    "texts": """
@icontract.ensure(lambda s, result: result.endswith(s) and len(result) == len(s) + 2)
def f(s: str) -> str:
    return "> " + s
""",
    "exceptions that the body handles": """
@icontract.ensure(lambda xs, result: result == (xs[0] if xs else 0))
def f(xs: list[int]) -> int:
    try:
        return xs[0]
    except IndexError:
        return 0
""",
}


@pytest.mark.parametrize("name", VERIFIED)
def test_verified(checker: Checker, name: str) -> None:
    found = only(checker, VERIFIED[name])
    assert (found.status, found.verdict.reason) == (Status.VERIFIED, "")
    assert all(clause.verdict.status is Status.VERIFIED for clause in found.clauses)


def test_a_counterexample_says_what_happened(checker: Checker) -> None:
    text = """
@icontract.require(lambda a: a > 1)
@icontract.ensure(lambda a, result: result > a + 1)
def f(a: int) -> int:
    if a > 5:
        return a + 2
    return a + 1
"""
    found = only(checker, text)
    assert found.status is Status.REFUTED
    example = found.counterexample
    assert example is not None
    assert (example.arguments, example.values, example.returned) == ((("a", "2"),), (2,), "3")
    assert dict(example.parts) == {"result": "3", "a": "2", "a + 1": "3"}
    data = (HEADER + text).encode()
    assert [data[start:end].split()[0] for start, end in example.path] == [b"if", b"return"]
    assert found.clauses[0].counterexample is example


def test_an_exception_that_nothing_allows(checker: Checker) -> None:
    found = only(
        checker,
        """
@icontract.ensure(lambda result: result >= 0)
def f(x: Optional[int]) -> int:
    return abs(x)
""",
    )
    assert (found.status, found.verdict.reason) == (Status.REFUTED, "raises TypeError")
    assert found.clauses[-1].clause == -1
    assert found.clauses[0].verdict.status is not Status.VERIFIED


NOT_VERIFIED = {
    "recursion without a measure": (
        Status.UNKNOWN,
        """
@icontract.ensure(lambda n, result: result == 1)
def f(n: int) -> int:
    if n == 0:
        return 1
    return f(n)
""",
    ),
    "a loop that may not end": (
        Status.UNKNOWN,
        """
@icontract.ensure(lambda s, result: result == 0)
def f(s: str) -> int:
    n = len(s)
    while n != 0:
        n = n - 2 if n > 3 else n
    return n
""",
    ),
    "preconditions that contradict each other": (
        Status.VACUOUS,
        """
@icontract.require(lambda n: n > 0)
@icontract.require(lambda n: n < 0)
@icontract.ensure(lambda n, result: result == n + 1)
def f(n: int) -> int:
    return n
""",
    ),
    "no annotation": (
        Status.UNKNOWN,
        """
@icontract.ensure(lambda n, result: result == n)
def f(n) -> int:
    return n
""",
    ),
    "a decorator": (
        Status.UNKNOWN,
        """
@memoised
@icontract.ensure(lambda n, result: result == n)
def f(n: int) -> int:
    return n
""",
    ),
    "a shadowed builtin": (
        Status.UNKNOWN,
        """
def abs(x):
    return len("x")
@icontract.ensure(lambda n, result: result >= 0)
def f(n: int) -> int:
    return [abs][0](n)
""",
    ),
    "a float compared inside a list": (
        Status.REFUTED,
        """
@icontract.ensure(lambda x, result: result)
def f(x: float) -> bool:
    return [x] == [x + 0.0]
""",
    ),
}


@pytest.mark.parametrize("name", NOT_VERIFIED)
def test_not_verified(checker: Checker, name: str) -> None:
    status, text = NOT_VERIFIED[name]
    assert check(checker, text)["f"].status is status


def test_what_relies_on_an_unproved_contract_is_not_verified(checker: Checker) -> None:
    text = """
@icontract.ensure(lambda n, result: result > n)
def g(n: int) -> int:
    for i in range(3 * n):
        n += WIDTH
    return n

@icontract.ensure(lambda n, result: result > n)
def f(n: int) -> int:
    return g(n)
"""
    assert check(checker, text)["f"].status is Status.UNKNOWN


def test_two_functions_do_not_prove_each_other(checker: Checker) -> None:
    text = """
@icontract.ensure(lambda n, result: result == 7)
def f(n: int) -> int:
    for i in range(n):
        n = n
    return g(n)

@icontract.ensure(lambda n, result: result == 7)
def g(n: int) -> int:
    for i in range(n):
        n = n
    return f(n)
"""
    assert {item.status for item in check(checker, text).values()} <= {Status.UNKNOWN, Status.BOUNDED}


def test_a_syntax_error_silences_its_function_only(checker: Checker) -> None:
    text = """
@icontract.ensure(lambda n, result: result == n)
def f(n: int) -> int:
    return n

@icontract.ensure(lambda n, result: result == n)
def g(n: int) -> int:
    return (n +
"""
    found = check(checker, text)
    assert "g" not in found


def test_examples_are_run(checker: Checker) -> None:
    text = '''
def f(n: int) -> int:
    """
    >>> f(2)
    4
    >>> f(3)
    7
    """
    return n + n
'''
    found = only(checker, text)
    assert [clause.verdict.status for clause in found.clauses] == [Status.VERIFIED, Status.REFUTED]
    assert found.status is Status.REFUTED


def test_names_comments_and_space_do_not_change_the_key(checker: Checker) -> None:
    one = VERIFIED["a sum by a loop"]
    other = one.replace("total", "whole").replace("    whole = 0", "    # begin\n    whole  =  0\n")
    first, second = only(checker, one), only(checker, "X = 1\n" + other)
    assert first.key == second.key
    assert second.status is Status.VERIFIED
    third = only(checker, one.replace("total = 0", "total = 1"))
    assert third.key != first.key
    assert third.status is Status.REFUTED


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("for x in xs:", "for x in xs:  # all of them"),
        ("    total = 0", "\n\n    total   =   0  \n"),
        ("total", "whole"),
        ("@icontract", "X = 1\n\n\n@icontract"),
    ],
)
def test_comments_space_and_names_prove_nothing_again(prover: Prover, old: str, new: str) -> None:
    checker = Checker(prover)
    text = VERIFIED["a sum by a loop"]
    only(checker, text)
    checker.prover = _NoProver()
    assert only(checker, text.replace(old, new)).status is Status.VERIFIED
    with pytest.raises(AssertionError, match="proved again"):
        only(checker, text.replace("total = 0", "total = 0 + 0"))


class _NoProver(Prover):
    def prove(self, *arguments: object, **named: object) -> None:
        raise AssertionError("proved again")


def test_a_kept_verdict_points_into_the_new_text(checker: Checker) -> None:
    text = """
@icontract.ensure(lambda n, result: result == n)
def f(n: int) -> int:
    return n + 1
"""
    for before in ("", "# a line\n" * 3):
        found = only(checker, before + text)
        data = (HEADER + before + text).encode()
        assert found.counterexample is not None
        (start, end) = found.counterexample.path[0]
        assert data[start:end] == b"return n + 1"


def test_verified_is_said_in_one_place() -> None:
    with pytest.raises(ValueError, match="only"):
        Verdict(Status.VERIFIED)


def test_stale(checker: Checker) -> None:
    found = stale(only(checker, VERIFIED["texts"]))
    assert {found.status, *(clause.verdict.status for clause in found.clauses)} == {Status.STALE}


def test_without_a_proof_a_box_of_arguments_is_tried(checker: Checker) -> None:
    text = """
@icontract.ensure(lambda a, b, result: result == a * b)
def f(a: int, b: int) -> int:
    return b * a
"""
    found = checker.check_file(parse((HEADER + text).encode()), budget=Budget(units=0))
    assert found[0].status is Status.BOUNDED
    assert found[0].verdict.bound >= 3


def test_deletion_of_an_item(checker: Checker) -> None:
    text = """
@icontract.require(lambda xs: len(xs) > 0)
@icontract.snapshot(lambda xs: xs[:])
@icontract.ensure(lambda xs, OLD: xs == OLD.xs[1:])
def f(xs: list[int]) -> None:
    del xs[0]
"""
    assert only(checker, text).status is Status.VERIFIED


def test_long_lists_are_tried_where_a_constant_asks_for_them(checker: Checker) -> None:
    text = """
@icontract.ensure(lambda xs, result: result == len(xs))
def f(xs: list[int]) -> int:
    n = 0
    for x in xs:
        n += 1
        if n == 70:
            return 0
    return n
"""
    found = only(checker, text)
    assert found.status is Status.REFUTED


def test_an_operation_in_place_on_a_list_inside_a_list_is_not_modelled(checker: Checker) -> None:
    text = """
@icontract.ensure(lambda g, result: len(g[0]) == result)
@icontract.require(lambda g: len(g) == 1)
def f(g: list[list[int]]) -> int:
    n = len(g[0])
    row = g[0]
    row += [1] if n == 123456 else []
    return n
"""
    assert only(checker, text).status is not Status.VERIFIED


def test_a_method_and_a_function_of_one_name_are_two(checker: Checker) -> None:
    text = """
def size(n: int) -> int:
    return n + 1

class Box:
    @icontract.ensure(lambda n, result: result == n)
    def size(self, n: int) -> int:
        return size(n)
"""
    assert check(checker, text)["Box.size"].status is Status.REFUTED


def test_names_that_go_round_in_circles_are_unknown(checker: Checker) -> None:
    text = """
A = B
B = A
class X(Y): pass
class Y(X): pass

@icontract.ensure(lambda n, result: result == A)
def f(n: int) -> int:
    return n

@icontract.ensure(lambda n, result: result == n)
def g(n: int) -> int:
    raise X
"""
    found = check(checker, text)
    assert [item.status for item in found.values()] == [Status.UNKNOWN, Status.UNKNOWN]
