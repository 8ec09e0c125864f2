"""Hypothesis: what a test's parameters may be."""

from __future__ import annotations

from tests.grammars.contracts.reading import shown


def _domains(strategies: str, parameters: str) -> list[str]:
    return shown(f"""
        from hypothesis import given, strategies as st

        @given({strategies})
        def test_f({parameters}): ...
    """)["test_f"]


def test_strategies_are_types_and_conditions() -> None:
    assert _domains("st.integers(0, 5), st.booleans()", "fixture, n, flag") == [
        "domain: int (n >= 0) and (n <= 5)",
        "domain: bool",
    ]
    assert _domains("xs=st.lists(st.integers(min_value=1), min_size=1, unique=True)", "xs") == [
        "domain: list[int] (len(xs) >= 1) and (all(element0 >= 1 for element0 in xs)) "
        "and (len(set(xs)) == len(xs))"
    ]
    assert _domains("s=st.text(alphabet='ab', max_size=3)", "s") == [
        "domain: str (len(s) <= 3) and (all(character0 in 'ab' for character0 in s))"
    ]
    assert _domains("x=st.none() | st.integers(max_value=9)", "x") == [
        "domain: int | None (x is None or (x <= 9))"
    ]
    assert _domains("p=st.tuples(st.integers(), st.floats(0, 1))", "p") == [
        "domain: tuple[int, float] (p[1] >= 0) and (p[1] <= 1)"
    ]
    assert _domains("x=st.floats(allow_nan=False, allow_infinity=False)", "x") == [
        "domain: float (x == x) and (x - x == 0)"
    ]
    assert _domains("c=st.sampled_from(['a', 'b']), n=st.integers().filter(lambda v: v % 2)", "c, n") == [
        "domain: str (c in ['a', 'b'])",
        "domain: int (n % 2)",
    ]


def test_strategies_that_are_not_exact_are_said() -> None:
    assert _domains("st.integers().map(abs)", "n") == ["unread: `.map` of a strategy is not read"]
    assert _domains("st.from_regex('a+')", "s") == ["unread: the strategy `from_regex` is not read"]
    assert _domains("st.floats(width=32)", "x") == ["unread: an argument of the strategy that is not read"]
    assert _domains("numbers()", "x") == ["unread: a strategy that is not one of Hypothesis"]


def test_assumptions_and_the_asserts_of_a_test() -> None:
    assert shown("""
        import hypothesis
        from hypothesis.strategies import integers as ints

        @hypothesis.given(ints())
        def test_inverse(n):
            hypothesis.assume(n != 0)
            assert decode(encode(n)) == n
    """) == {"test_inverse": ["domain: int", "requires: n != 0", "assertion: decode(encode(n)) == n"]}
