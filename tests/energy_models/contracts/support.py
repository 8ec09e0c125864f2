"""What the support table is made of: for each construct a function that keeps its contract and one that does not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from textwrap import dedent

from groundstate_energy.contracts.check import Budget, Checker
from groundstate_grammars.python.parsed import parse

PATIENCE = 240.0
START, END = "<!-- support table: generated -->", "<!-- end of the support table -->"


@dataclass(frozen=True, slots=True)
class Construct:
    """``text``: a function that keeps its contract. ``old``, ``new``: the change that breaks it."""

    name: str
    text: str
    old: str
    new: str


def _body(signature: str, *lines: str) -> str:
    return "\n".join([f"def f({signature}:", *(f"    {line}" for line in lines), ""])


CONSTRUCTS = (
    Construct(
        "int arithmetic",
        _body("a: int, b: int) -> int", "r = a * 2 + b", "assert r - b == a + a", "return r"),
        "a * 2",
        "a * 3",
    ),
    Construct(
        "floor division, modulo",
        _body("a: int, b: int) -> int", "assert b > 0", "r = a % b", "assert 0 <= r < b", "return r"),
        "a % b",
        "a - a // b",
    ),
    Construct(
        "bool as int",
        _body("a: bool, b: bool) -> int", "r = a + b", "assert 0 <= r <= 2", "return r"),
        "r <= 2",
        "r <= 1",
    ),
    Construct(
        "float comparison",
        _body("x: float) -> float", "assert x >= 0", "r = x if x > 1 else 1.0", "assert r >= 1", "return r"),
        "x > 1",
        "x < 1",
    ),
    Construct(
        "float addition",
        _body("x: float) -> float", "assert 0 <= x < 100", "r = x + 1.0", "assert r >= 1", "return r"),
        "x + 1.0",
        "x + 0.5",
    ),
    Construct(
        "int() of a float",
        _body("x: float) -> int", "assert 0 <= x < 100", "r = int(x)", "assert r <= x", "return r"),
        "0 <= x",
        "-1 < x",
    ),
    Construct(
        "Optional",
        _body("x: int | None) -> int", "r = 1 if x is None else x", "assert x is None or r == x", "return r"),
        "x is None else",
        "not x else",
    ),
    Construct(
        "if, elif, else",
        _body(
            "x: int) -> int",
            *("if x > 9:", "    r = 9", "elif x < 0:", "    r = 0", "else:", "    r = x"),
            *("assert 0 <= r <= 9", "return r"),
        ),
        "x > 9",
        "x > 10",
    ),
    Construct(
        "chained comparison, and, or",
        _body("x: int) -> bool", "r = 0 < x < 9 or x == 0", "assert r == (x in range(9))", "return r"),
        "< 9",
        "<= 9",
    ),
    Construct(
        "tuples",
        _body(
            "a: int, b: int) -> tuple[int, int]",
            "r = (a, b) if a < b else (b, a)",
            "assert r[0] <= r[1]",
            "return r",
        ),
        "(b, a)",
        "(a, b)",
    ),
    Construct(
        "list index and length",
        _body(
            "xs: list[int]) -> int",
            "assert len(xs) > 0",
            "r = xs[-1]",
            "assert r == xs[len(xs) - 1]",
            "return r",
        ),
        "xs[-1]",
        "xs[0]",
    ),
    Construct(
        "list slice",
        _body(
            "xs: list[int], n: int) -> list[int]",
            "assert 0 <= n <= len(xs)",
            "r = xs[:n]",
            "assert len(r) == n",
            "return r",
        ),
        "<= len(xs)",
        "<= len(xs) + 1",
    ),
    Construct(
        "list append, pop",
        _body(
            "xs: list[int]) -> int",
            "n = len(xs)",
            "xs.append(1)",
            "r = len(xs)",
            "assert r == n + 1",
            "return r",
        ),
        "n + 1",
        "n",
    ),
    Construct(
        "all, any over a list",
        _body(
            "xs: list[int]) -> bool",
            "r = all(x > 0 for x in xs)",
            "assert not r or not any(x < 1 for x in xs)",
            "return r",
        ),
        "x < 1",
        "x < 2",
    ),
    Construct(
        "sum, min, max, sorted",
        _body("xs: list[int]) -> int", "assert len(xs) > 0", "r = max(xs)", "assert r >= xs[0]", "return r"),
        "max(xs)",
        "min(xs)",
    ),
    Construct(
        "comprehension",
        _body(
            "xs: list[int]) -> list[int]", "r = [x * 2 for x in xs]", "assert len(r) == len(xs)", "return r"
        ),
        "for x in xs]",
        "for x in xs if x]",
    ),
    Construct(
        "string concatenation, length",
        _body("s: str) -> str", "r = '<' + s + '>'", "assert len(r) == len(s) + 2", "return r"),
        "'<' +",
        "'<<' +",
    ),
    Construct(
        "string startswith, slice",
        _body("s: str) -> str", "assert s.startswith('v')", "r = s[1:]", "assert 'v' + r == s", "return r"),
        "s[1:]",
        "s[2:]",
    ),
    Construct(
        "string strip",
        _body("s: str) -> str", "r = s.strip()", "assert len(r) <= len(s)", "return r"),
        "<= len",
        "< len",
    ),
    Construct(
        "string upper, isdigit, split: as functions of the text",
        _body("s: str) -> bool", "r = s.upper() == s.upper()", "assert r", "return r"),
        "== s.upper()",
        "== s",
    ),
    Construct(
        "f-string and str of texts, bools and ints between bounds",
        _body(
            "s: str, n: int) -> str",
            "assert 0 <= n < 100",
            "r = f'{s}{n}'",
            "assert r.startswith(s)",
            "return r",
        ),
        "{s}{n}",
        "{n}{s}",
    ),
    Construct(
        "f-string and str of an int without bounds: of too many digits Python writes none",
        _body("n: int) -> str", "r = str(n)", "assert len(r) > 0", "return r"),
        "> 0",
        "> 1",
    ),
    Construct(
        "dictionary, read by key",
        _body(
            "d: dict[str, int]) -> int", "r = d.get('a', 0)", "assert 'a' not in d or r == d['a']", "return r"
        ),
        "'a', 0",
        "'b', 0",
    ),
    Construct(
        "set",
        _body("xs: list[int]) -> int", "r = len(set(xs))", "assert r <= len(xs)", "return r"),
        "<= len",
        "== len",
    ),
    Construct(
        "for over a literal range",
        _body("n: int) -> int", "r = n", "for i in range(3):", "    r += i", "assert r == n + 3", "return r"),
        "range(3)",
        "range(4)",
    ),
    Construct(
        "while with invariants",
        _body(
            "n: int) -> int",
            *("assert n >= 0", "r = 0", "while r < n:", "    assert 0 <= r <= n", "    r += 1"),
            *("assert r == n", "return r"),
        ),
        "r += 1",
        "r += 2",
    ),
    Construct(
        "while without invariants",
        _body(
            "n: int) -> int",
            "assert n >= 0",
            "r = 0",
            "while r < n:",
            "    r += 1",
            "assert r == n",
            "return r",
        ),
        "r += 1",
        "r += 2",
    ),
    Construct(
        "for over a list",
        _body(
            "xs: list[int]) -> int",
            *("r = 0", "for x in xs:", "    assert r >= 0", "    if x > 0:", "        r += x"),
            *("assert r >= 0", "return r"),
        ),
        "x > 0",
        "x < 0",
    ),
    Construct(
        "call of a function of the module",
        "def g(x: int) -> int:\n    return x + 1\n\n\n"
        + _body("x: int) -> int", "r = g(x)", "assert r > x", "return r"),
        "x + 1",
        "x - 1",
    ),
    Construct(
        "recursion",
        _body(
            "n: int) -> int",
            *("assert n >= 0", "if n == 0:", "    r = 0", "    assert r == n", "    return r"),
            *("r = f(n - 1) + 1", "assert r == n", "return r"),
        ),
        "+ 1",
        "+ 2",
    ),
    Construct(
        "try, except",
        _body(
            "x: int) -> int",
            *("try:", "    r = 10 // x", "except ZeroDivisionError:", "    r = 0"),
            *("assert x != 0 or r == 0", "return r"),
        ),
        "    r = 0\n    assert",
        "    r = 1\n    assert",
    ),
    Construct(
        "key= of sorted, min, max",
        _body(
            "xs: list[int]) -> int",
            "assert len(xs) > 0",
            "r = min(xs, key=lambda x: abs(x - 3))",
            "assert all(abs(r - 3) <= abs(x - 3) for x in xs)",
            "return r",
        ),
        "abs(x - 3))",
        "abs(x - 2))",
    ),
    Construct(
        "match of literals, names and guards",
        _body(
            "x: int) -> int",
            "match x:",
            "    case 0 | 1:",
            "        r = 1",
            "    case n if n < 0:",
            "        r = -n",
            "    case _:",
            "        r = x",
            "assert r > 0",
            "return r",
        ),
        "0 | 1",
        "1 | 2",
    ),
    Construct(
        "class, attribute",
        "class C:\n    def __init__(self, n: int) -> None:\n        self.n = n\n\n    def f(self, k: int) -> int:\n"
        "        assert k > 0\n        r = self.n + k\n        assert r > self.n\n        return r\n",
        "self.n + k",
        "self.n - k",
    ),
    Construct(
        "property, call of another method",
        "import icontract\n\n\nclass C:\n    def __init__(self, n: int) -> None:\n        self.n = n\n\n"
        "    @property\n    def twice(self) -> int:\n        return self.n * 2\n\n"
        "    def more(self, by: int) -> int:\n        return self.n + by\n\n"
        "    @icontract.ensure(lambda self, result: result == self.twice)\n    def f(self) -> int:\n"
        "        return self.more(self.n)\n",
        "more(self.n)",
        "more(1)",
    ),
    Construct(
        "class with an invariant",
        "import icontract\n\n\n@icontract.invariant(lambda self: self.n >= 0)\nclass C:\n"
        "    def __init__(self, n: int) -> None:\n        self.n = abs(n)\n\n"
        "    @icontract.require(lambda k: k > 0)\n    def f(self, k: int) -> None:\n"
        "        if self.n >= k:\n            self.n -= k\n",
        ">= k",
        "> k - 2",
    ),
    Construct(
        "dataclass",
        "from dataclasses import dataclass\n\n\n@dataclass\nclass C:\n    low: int\n    high: int\n\n"
        "    def f(self) -> None:\n        if self.low > self.high:\n"
        "            self.low, self.high = self.high, self.low\n        assert self.low <= self.high\n",
        "self.low > self.high",
        "self.low >= 0",
    ),
    Construct(
        "imported library",
        "import math\n\n\n"
        + _body("x: float) -> float", "assert x > 0", "r = math.sqrt(x)", "assert r > 0", "return r"),
        "r > 0",
        "r > x",
    ),
)


def rows() -> Iterator[str]:
    """The table, a line at a time."""
    yield "| construct | correct | wrong by one edit |"
    yield "| --- | --- | --- |"
    checker = Checker()
    try:
        for construct in CONSTRUCTS:
            text = dedent(construct.text)
            wrong = text.replace(construct.old, construct.new, 1)
            assert wrong != text, construct.name
            yield f"| {construct.name} | {_cell(checker, text)} | {_cell(checker, wrong)} |"
    finally:
        checker.prover.close()


def _cell(checker: Checker, text: str) -> str:
    verdicts = checker.check_file(parse(text.encode()), budget=Budget(seconds=PATIENCE))
    (verdict,) = [item for item in verdicts if item.name == "f"]
    bound = f" {verdict.verdict.bound}" if verdict.verdict.bound else ""
    reason = f" ({verdict.verdict.reason})" if verdict.status.value == "unknown" else ""
    return f"{verdict.status.value}{bound}{reason}"
