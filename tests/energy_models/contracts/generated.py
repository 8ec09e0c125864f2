"""Programs that tests make: small typed functions over ints, bools, texts, lists and None, drawn by Hypothesis.

Names say their types: ``a b`` ints, ``p`` a bool, ``s`` a text, ``xs ys`` lists of ints, ``o`` an int or None.
"""

from __future__ import annotations

from itertools import chain

from hypothesis import strategies as st

HEADER = "def f(a: int, b: int, p: bool, s: str, xs: list[int], ys: list[int], o: int | None):\n"
_SMALL = st.integers(-4, 5)


def ints(depth: int) -> st.SearchStrategy[str]:
    """Expressions that are mostly ints: some are bools, and some raise."""
    leaves = st.one_of(st.sampled_from(["a", "b", "n", "len(xs)", "len(s)"]), _SMALL.map(lambda i: f"({i})"))
    if depth == 0:
        return leaves
    inner = ints(depth - 1)
    return st.one_of(
        leaves,
        st.tuples(inner, st.sampled_from(["+", "-", "*", "//", "%"]), inner).map(
            lambda t: f"({t[0]} {t[1]} {t[2]})"
        ),
        st.tuples(st.sampled_from(["-", "+", "~"]), inner).map(lambda t: f"({t[0]}{t[1]})"),
        st.tuples(inner, bools(depth - 1), inner).map(lambda t: f"({t[0]} if {t[1]} else {t[2]})"),
        st.tuples(lists(depth - 1), inner).map(lambda t: f"{t[0]}[{t[1]}]"),
        st.tuples(inner, inner).map(lambda t: f"max({t[0]}, {t[1]})"),
        st.tuples(inner, inner).map(lambda t: f"min({t[0]}, {t[1]})"),
        inner.map(lambda e: f"abs({e})"),
        lists(depth - 1).map(lambda e: f"sum({e})"),
        lists(depth - 1).map(lambda e: f"max({e})"),
        lists(depth - 1).map(lambda e: f"len({e})"),
        st.tuples(lists(depth - 1), inner).map(lambda t: f"{t[0]}.count({t[1]})"),
        st.tuples(lists(depth - 1), inner).map(lambda t: f"{t[0]}.index({t[1]})"),
        st.tuples(inner, inner).map(lambda t: f"divmod({t[0]}, {t[1]})[1]"),
        bools(depth - 1).map(lambda e: f"int({e})"),
        st.just("(o or 0)"),
        st.just("(o if o is not None else 7)"),
        st.tuples(inner, st.sampled_from(["2", "3", "0"])).map(lambda t: f"({t[0]} ** {t[1]})"),
        st.tuples(inner, st.sampled_from(["1", "3"])).map(lambda t: f"({t[0]} >> {t[1]})"),
        st.tuples(texts(depth - 1), texts(depth - 1)).map(lambda t: f"{t[0]}.find({t[1]})"),
        st.tuples(bools(depth - 1), inner).map(lambda t: f"({t[0]} and {t[1]})"),
        st.tuples(inner, inner).map(lambda t: f"({t[0]} or {t[1]})"),
        st.just("o"),
    )


def bools(depth: int) -> st.SearchStrategy[str]:
    leaves = st.sampled_from(["p", "True", "False", "o is None", "a < b", "xs is ys", "not xs"])
    if depth == 0:
        return leaves
    number, compared = ints(depth - 1), st.sampled_from(["<", "<=", ">", ">=", "==", "!="])
    return st.one_of(
        leaves,
        st.tuples(number, compared, number).map(lambda t: f"({t[0]} {t[1]} {t[2]})"),
        st.tuples(number, compared, number, compared, number).map(lambda t: f"({' '.join(t)})"),
        bools(depth - 1).map(lambda e: f"(not {e})"),
        st.tuples(bools(depth - 1), st.sampled_from(["and", "or"]), bools(depth - 1)).map(
            lambda t: f"({' '.join(t)})"
        ),
        st.tuples(number, lists(depth - 1)).map(lambda t: f"({t[0]} in {t[1]})"),
        st.tuples(lists(depth - 1), st.sampled_from(["==", "!="]), lists(depth - 1)).map(
            lambda t: f"({' '.join(t)})"
        ),
        st.tuples(texts(depth - 1), st.sampled_from(["==", "<", "in", "not in"]), texts(depth - 1)).map(
            lambda t: f"({' '.join(t)})"
        ),
        st.tuples(texts(depth - 1), texts(depth - 1)).map(lambda t: f"{t[0]}.startswith({t[1]})"),
        st.tuples(st.sampled_from(["all", "any"]), number, lists(depth - 1)).map(
            lambda t: f"{t[0]}(x > {t[1]} for x in {t[2]})"
        ),
        st.tuples(st.sampled_from(["all", "any"]), number).map(
            lambda t: f"{t[0]}(xs[i] != {t[1]} for i in range(len(xs)))"
        ),
        st.tuples(st.sampled_from(["all", "any"])).map(
            lambda t: f"{t[0]}(x < y for x, y in zip(xs, ys) if x)"
        ),
    )


def lists(depth: int) -> st.SearchStrategy[str]:
    leaves = st.sampled_from(["xs", "ys", "[]", "[a, b]", "[1, 2, 3]"])
    if depth == 0:
        return leaves
    number = ints(depth - 1)
    bound = st.one_of(st.just(""), _SMALL.map(str), st.just("a"))
    return st.one_of(
        leaves,
        st.tuples(lists(depth - 1), bound, bound).map(lambda t: f"{t[0]}[{t[1]}:{t[2]}]"),
        lists(depth - 1).map(lambda e: f"{e}[::-1]"),
        st.tuples(lists(depth - 1), lists(depth - 1)).map(lambda t: f"({t[0]} + {t[1]})"),
        lists(depth - 1).map(lambda e: f"sorted({e})"),
        st.tuples(number, lists(depth - 1)).map(lambda t: f"[x + {t[0]} for x in {t[1]}]"),
        st.tuples(lists(depth - 1), number).map(lambda t: f"[x for x in {t[0]} if x > {t[1]}]"),
        st.sampled_from(
            ["list(range(a))", "[i * i for i in range(len(xs))]", "list(xs)", "[0] * 3", "[b] * a"]
        ),
    )


def texts(depth: int) -> st.SearchStrategy[str]:
    leaves = st.sampled_from(["s", "''", "'a'", "'ab'", "'b'"])
    if depth == 0:
        return leaves
    bound = st.one_of(st.just(""), _SMALL.map(str), st.just("b"))
    return st.one_of(
        leaves,
        st.tuples(texts(depth - 1), texts(depth - 1)).map(lambda t: f"({t[0]} + {t[1]})"),
        st.tuples(texts(depth - 1), bound, bound).map(lambda t: f"{t[0]}[{t[1]}:{t[2]}]"),
        st.tuples(texts(depth - 1), ints(0)).map(lambda t: f"{t[0]}[{t[1]}]"),
        st.tuples(texts(depth - 1), texts(depth - 1)).map(lambda t: f"{t[0]}.removeprefix({t[1]})"),
    )


def statements(depth: int, in_loop: bool = False) -> st.SearchStrategy[list[str]]:
    """A block, as lines."""
    simple = st.one_of(
        st.tuples(st.sampled_from(["a", "b", "n"]), ints(2)).map(lambda t: [f"{t[0]} = {t[1]}"]),
        st.tuples(st.sampled_from(["a", "b", "n"]), st.sampled_from(["+", "-", "*"]), ints(1)).map(
            lambda t: [f"{t[0]} {t[1]}= {t[2]}"]
        ),
        ints(1).map(lambda e: [f"xs.append({e})"]),
        st.tuples(ints(1), ints(1)).map(lambda t: [f"xs[{t[0]}] = {t[1]}"]),
        st.tuples(ints(1), ints(1)).map(lambda t: [f"ys[{t[0]}] += {t[1]}"]),
        lists(1).map(lambda e: [f"ys = {e}"]),
        lists(1).map(lambda e: [f"xs += {e}"]),
        st.sampled_from(
            [
                ["a, b = b, a"],
                ["n = xs.pop()"],
                ["n = xs.pop(0)"],
                ["xs.reverse()"],
                ["xs.sort()"],
                ["ys.insert(1, a)"],
                ["ys.clear()"],
                ["ys.extend(xs)"],
                ["ys = xs"],
                ["xs.remove(a)"],
                ["a, b, n = xs"],
            ]
        ),
        texts(1).map(lambda e: [f"s = {e}"]),
        ints(2).map(lambda e: [f"return {e}"]),
        lists(1).map(lambda e: [f"return {e}"]),
        bools(2).map(lambda e: [f"assert {e}"]),
        st.sampled_from([["raise ValueError('no')"], ["raise KeyError(a)"], ["pass"]]),
        *([st.sampled_from([["break"], ["continue"]])] if in_loop else []),
    )
    if depth == 0:
        return simple

    def indented(lines: list[str]) -> list[str]:
        return ["    " + line for line in lines]

    block = st.lists(statements(depth - 1, in_loop), min_size=1, max_size=3).map(
        lambda parts: list(chain.from_iterable(parts))
    )
    looped = st.lists(statements(depth - 1, True), min_size=1, max_size=3).map(
        lambda parts: list(chain.from_iterable(parts))
    )
    return st.one_of(
        simple,
        st.tuples(bools(2), block).map(lambda t: [f"if {t[0]}:", *indented(t[1])]),
        st.tuples(bools(2), block, block).map(
            lambda t: [f"if {t[0]}:", *indented(t[1]), "else:", *indented(t[2])]
        ),
        st.tuples(st.sampled_from(["x", "a", "n"]), lists(1), looped).map(
            lambda t: [f"for {t[0]} in {t[1]}:", *indented(t[2])]
        ),
        st.tuples(ints(1), looped).map(lambda t: [f"for i in range({t[0]}):", *indented(t[1])]),
        looped.map(lambda body: ["for i, x in enumerate(xs):", *indented(body), "else:", "    n = -1"]),
        st.tuples(bools(1), looped).map(
            lambda t: [f"while n < 3 and {t[0]}:", "    n += 1", *indented(t[1])]
        ),
        st.tuples(
            block, st.sampled_from(["ValueError", "IndexError", "ArithmeticError", "Exception"]), block
        ).map(lambda t: ["try:", *indented(t[0]), f"except {t[1]}:", *indented(t[2])]),
    )


def bodies() -> st.SearchStrategy[str]:
    """The body of ``f``, which begins with ``n = 0``."""
    return st.lists(statements(2), min_size=1, max_size=4).map(
        lambda parts: "".join(f"    {line}\n" for line in ["n = 0", *chain.from_iterable(parts), "return n"])
    )


def arguments() -> st.SearchStrategy[tuple[object, ...]]:
    short = st.lists(st.integers(-3, 4), max_size=4)
    plain = st.tuples(
        st.integers(-4, 6),
        st.integers(-4, 6),
        st.booleans(),
        st.text("ab", max_size=3),
        short,
        short,
        st.none() | st.integers(-2, 2),
    )
    return st.tuples(plain, st.booleans()).map(
        lambda t: (*t[0][:5], t[0][4], t[0][6]) if t[1] and t[0][2] else t[0]
    )
