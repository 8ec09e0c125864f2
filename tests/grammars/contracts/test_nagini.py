"""Nagini's calls in function bodies."""

from __future__ import annotations

from tests.grammars.contracts.reading import read, shown


def test_contracts_of_functions_and_loops() -> None:
    text = """
        from nagini_contracts.contracts import *

        def fill(xs: list[int], n: int) -> int:
            Requires(Acc(list_pred(xs)) and 0 <= n)
            Ensures(Acc(list_pred(xs)))
            Ensures(Result() == n and len(xs) == Old(len(xs)) + n)
            Exsures(ValueError, n > 10)
            i = 0
            while i < n:
                Invariant(0 <= i and i <= n)
                xs.append(i)
                Assert(len(xs) > 0)
                i += 1
            return i
    """
    assert shown(text) == {
        "fill": [
            "requires: True and 0 <= n",
            "ensures: True",
            "ensures: __return__ == n and len(xs) == __old__.value0 + n",
            "raises: n > 10 raises ValueError",
            "loop-invariant: 0 <= i and i <= n",
            "assertion: len(xs) > 0",
        ]
    }
    ensures = read(text)["fill"].clauses[2]
    assert ensures.snapshots[0].expression.text == "len(xs)"


def test_quantifiers_and_implications() -> None:
    assert shown("""
        from nagini_contracts.contracts import Ensures, Forall, Implies, Result

        def f(xs: list[int], k: int) -> int:
            Ensures(Forall(int, lambda i: Implies(0 <= i and i < len(xs), xs[i] >= Result())))
            Ensures(Forall(xs, lambda x: (x >= Result(), [[x]])))
            Ensures(Implies(k > 0, Result() > 0))
            Ensures(Forall(int, lambda i: Implies(k < i <= len(xs) and i != 3, i > Result())))
            Ensures(Forall(int, lambda i: i * i >= 0))
            return 0
    """) == {
        "f": [
            "ensures: all(xs[i] >= __return__ for i in range(0, len(xs)))",
            "ensures: all(x >= __return__ for x in xs)",
            "ensures: (not (k > 0) or bool(__return__ > 0))",
            "ensures: all(i > __return__ for i in range((k) + 1, (len(xs)) + 1) if (i != 3))",
            "unread: a quantifier over all integers without bounds",
        ]
    }


def test_an_assumption_is_never_taken_on_trust() -> None:
    assert shown("""
        from nagini_contracts.contracts import Assume

        def f(x: int) -> int:
            Assume(x > 0)
            return x
    """) == {"f": ["unread: an assumption is taken on trust"]}


def test_asserts_after_the_contract_are_preconditions() -> None:
    assert shown("""
        from nagini_contracts.contracts import Requires

        def f(x: int) -> int:
            Requires(x > 0)
            assert x < 10
            return x
    """) == {"f": ["requires: x > 0", "requires: x < 10"]}
