"""icontract's decorators."""

from __future__ import annotations

from tests.grammars.contracts.reading import marked, read, shown


def test_require_ensure_and_snapshot() -> None:
    text = """
        import icontract

        @icontract.require(lambda xs: len(xs) > 0, "no data")
        @icontract.require(lambda low, high: low < high, description="bounds")
        @icontract.snapshot(lambda xs: xs[:])
        @icontract.snapshot(lambda xs, low: len(xs) + low, name="size")
        @icontract.ensure(lambda result, OLD, xs: result == sum(OLD.xs) and len(xs) <= OLD.size)
        def drain(xs: list[int], low: int, high: int) -> int:
            ...
    """
    assert shown(text) == {
        "drain": [
            "requires: len(xs) > 0 (no data)",
            "requires: low < high (bounds)",
            "ensures: result == sum(OLD.xs) and len(xs) <= OLD.size",
        ]
    }
    ensures = read(text)["drain"].clauses[-1]
    assert (ensures.result, ensures.old, ensures.arguments) == ("result", "OLD", (("xs", "xs"),))
    assert [(item.name, item.expression.text) for item in ensures.snapshots] == [
        ("xs", "xs[:]"),
        ("size", "len(xs) + low"),
    ]
    assert marked(text)[0] == "len(xs) > 0"


def test_imports_under_other_names() -> None:
    clauses = ["requires: x > 0", "ensures: result > 0"]
    assert shown("""
        from icontract import require as r, ensure
        @r(lambda x: x > 0)
        @ensure(lambda result: result > 0)
        def f(x): ...
    """) == {"f": clauses}
    assert shown("""
        import icontract as ic
        @ic.require(lambda x: x > 0)
        @ic.ensure(lambda result: result > 0)
        def f(x): ...
    """) == {"f": clauses}
    assert shown("""
        from icontract import *
        @require(lambda x: x > 0)
        @ensure(lambda result: result > 0)
        def f(x): ...
    """) == {"f": clauses}


def test_a_name_of_the_files_own_is_not_icontract() -> None:
    assert (
        shown("""
        import icontract

        def require(condition):
            return condition

        @require(lambda x: x > 0)
        def f(x): ...
    """)
        == {}
    )


def test_a_named_condition_is_a_call() -> None:
    assert shown("""
        from icontract import require

        def is_sorted(xs):
            return xs == sorted(xs)

        @require(is_sorted)
        @require(other.check)
        def search(xs, x): ...
    """) == {
        "search": [
            "requires: is_sorted(xs)",
            "unread: the condition is not written as a lambda",
        ]
    }


def test_invariants_hold_for_public_and_special_methods() -> None:
    assert shown("""
        from icontract import invariant, DBC

        @invariant(lambda self: self.count >= 0, "never negative")
        class Counter(DBC):
            def __init__(self):
                self.count = 0

            def up(self):
                self.count += 1

            def _reset(self):
                self.count = -1

            @staticmethod
            def helper(): ...
    """) == {
        "Counter.__init__": ["invariant: self.count >= 0 (never negative)"],
        "Counter.up": ["invariant: self.count >= 0 (never negative)"],
    }


def test_what_is_not_understood_is_said() -> None:
    assert shown("""
        from icontract import require, ensure, SLOW

        @require(lambda x: x > 0, enabled=False)
        @require(lambda x: x > 1, enabled=SLOW)
        @require(lambda _ARGS: len(_ARGS) == 1)
        @ensure(lambda x, *rest: x)
        def f(x): ...
    """) == {
        "f": [
            "unread: whether the contract is enabled is decided when the program runs",
            "unread: the condition takes `_ARGS`, which is no parameter of the function",
            "unread: the lambda has parameters with stars or defaults",
        ]
    }
