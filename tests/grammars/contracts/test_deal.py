"""deal's decorators."""

from __future__ import annotations

from tests.grammars.contracts.reading import read, shown


def test_pre_post_ensure_raises_and_pure() -> None:
    text = """
        import deal

        @deal.pre(lambda a, b: b != 0, message="no zero")
        @deal.post(lambda q: q >= 0)
        @deal.ensure(lambda a, b, result: result * b <= a)
        @deal.raises(ZeroDivisionError, ValueError)
        @deal.has()
        def divide(a: int, b: int) -> int:
            return a // b
    """
    assert shown(text) == {
        "divide": [
            "requires: b != 0 (no zero)",
            "ensures: q >= 0",
            "ensures: result * b <= a",
            "raises: raises ZeroDivisionError, ValueError",
            "pure:",
        ]
    }
    assert [clause.result for clause in read(text)["divide"].clauses[:3]] == ["", "q", "result"]


def test_the_namespace_of_arguments() -> None:
    assert shown("""
        import deal as d

        @d.pre(lambda _: _.low <= _.high)
        @d.ensure(lambda _: _.low <= _.result <= _.high)
        def middle(low, high):
            return (low + high) // 2
    """) == {"middle": ["requires: low <= high", "ensures: low <= __return__ <= high"]}


def test_other_names_are_bound_by_position() -> None:
    (clause,) = read("""
        from deal import pre

        @pre(lambda x, y: x < y)
        def f(first, second): ...
    """)["f"].clauses
    assert clause.arguments == (("x", "first"), ("y", "second"))


def test_a_text_after_or_is_a_message() -> None:
    assert shown("""
        import deal

        @deal.pre(lambda x: x > 0 or "x must be positive")
        def f(x): ...
    """) == {"f": ["requires: x > 0 (x must be positive)"]}


def test_chains_pure_and_reasons() -> None:
    assert shown("""
        import deal

        checked = 1

        @deal.chain(deal.pre(lambda x: x), deal.safe)
        @deal.pure
        @deal.reason(ValueError, lambda x: x > 10)
        @deal.example(lambda: f(1) == 2)
        def f(x): ...
    """) == {
        "f": [
            "requires: x",
            "raises:",
            "pure:",
            "raises:",
            "raises: x > 10 raises ValueError",
            "example: bool(f(1) == 2) gives True",
        ]
    }


def test_invariants_of_classes() -> None:
    assert shown("""
        import deal

        @deal.inv(lambda post: post.likes >= 0)
        class Post:
            def like(self): ...
    """) == {"Post.like": ["invariant: post.likes >= 0"]}


def test_what_is_not_understood_is_said() -> None:
    assert shown("""
        import deal

        @deal.pre(lambda x: x)
        @deal.ensure(lambda _: _.size > 0)
        @deal.post(validators.positive)
        def f(a, b): ...
    """) == {
        "f": [
            "unread: the condition does not take the parameters of the function",
            "unread: `_.size` is no parameter of the function",
            "unread: the condition is not written as a lambda",
        ]
    }
