"""Repairs that are called verified: what they are, what they never touch, and that they keep the contract."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from groundstate_energy.contracts.check import Budget, Checker
from groundstate_energy.contracts.lowering import Programs
from groundstate_energy.contracts.module import Module
from groundstate_energy.contracts.obligations import Proof
from groundstate_energy.contracts.pools import Stopped, attempt
from groundstate_energy.contracts.prover import Prover
from groundstate_energy.contracts.repairs import MOST_PROOFS, Repaired, find_repair, natural_order
from groundstate_energy.contracts.search import Contract, Failure
from groundstate_energy.contracts.verdicts import FunctionVerdict, Status, conclude_repair
from groundstate_grammars.edits import Edit, Replacement, apply_replacements
from groundstate_grammars.python.contracts.reading import read_contracts
from groundstate_grammars.python.parsed import parse

COUNT = """\
def count(xs: list[int]) -> int:
    found = 0
    i = 0
    while i < len(xs):
        assert 0 <= found <= i <= len(xs)
        if xs[i] > 0:
            found += 1
        i += 1
    assert 0 <= found <= len(xs)
    return found
"""
CLAMP = '''\
def clamp(n: int, low: int, high: int) -> int:
    """pre: low <= high
    post: low <= __return__ <= high
    post: __return__ == n or n < low or n > high
    """
    if n < low:
        return low
    if n > high:
        return high
    return n
'''
QUOTIENT = """\
import icontract


@icontract.require(lambda a, b: a >= 0 and b > 0)
@icontract.ensure(lambda a, b, result: result[0] * b + result[1] == a and 0 <= result[1] < b)
def divide(a: int, b: int) -> tuple[int, int]:
    q = 0
    rest = a
    while rest >= b:
        assert rest >= 0 and q * b + rest == a
        q += 1
        rest -= b
    return q, rest
"""


def verdicts(checker: Checker, text: str) -> list[FunctionVerdict]:
    return checker.check_file(parse(text.encode()))


def repaired(checker: Checker, text: str, edits: list[Edit] | None = None) -> Repaired:
    """The repair of the first refuted function of ``text``."""
    before = verdicts(checker, text)
    refuted = next(item for item in before if item.status is Status.REFUTED)
    return find_repair(checker, parse(text.encode()), before, refuted, edits)


def after(text: str, found: Repaired) -> str:
    assert found.repair is not None
    return apply_replacements(text.encode(), found.repair.edit.replacements).decode()


def replaced(text: str, old: str, new: str) -> Edit:
    at = text.encode().index(old.encode())
    return Edit("GS301", (Replacement(at, at + len(old.encode()), new.encode()),))


@pytest.mark.parametrize(
    ("text", "old", "new"),
    [
        (COUNT, "i < len(xs):", "i <= len(xs):"),
        (COUNT, "found = 0", "found = 1"),
        (CLAMP, "if n < low", "if n > low"),
        (CLAMP, "        return high", "        return n"),
        (QUOTIENT, "rest >= b:", "rest > b:"),
        (QUOTIENT, "q += 1", "q -= 1"),
    ],
)
def test_a_wrong_edit_is_repaired_and_the_repaired_text_is_verified(
    checker: Checker, text: str, old: str, new: str
) -> None:
    wrong = text.replace(old, new, 1)
    found = repaired(checker, wrong)
    assert found.repair is not None
    assert found.repair.verdict.status is Status.VERIFIED
    assert [item.status for item in verdicts(checker, after(wrong, found))] == [Status.VERIFIED]
    assert 1 <= found.effort.proofs <= MOST_PROOFS
    assert found.effort.edits > 0
    assert found.effort.runs > 0


def test_the_first_edit_that_is_proved_is_taken(checker: Checker) -> None:
    text = 'def capped(n: int, most: int) -> int:\n    """post: __return__ <= most"""\n    return n\n'
    edits = [
        replaced(text, "return n", new) for new in ("return n + 1", "return min(n, most)", "return most")
    ]
    found = repaired(checker, text, edits)
    assert found.repair is not None
    assert found.repair.edit == edits[1]
    assert found.effort.proofs == 1


def test_a_contract_is_never_edited(checker: Checker) -> None:
    text = 'def less(n: int) -> int:\n    """post: __return__ < n"""\n    r = n\n    assert r < n\n    return r\n'
    edits = [
        replaced(text, "__return__ < n", "__return__ <= n"),
        replaced(text, "assert r < n", "assert r <= n"),
    ]
    edits += [
        replaced(text, "n: int", "n: bool"),
        replaced(text, "    r = n\n    assert r < n\n", "    r = n\n"),
    ]
    found = repaired(checker, text, edits)
    assert found.repair is None
    assert found.effort == type(found.effort)(0, found.effort.runs, 0)


def test_a_function_that_returned_must_not_raise_instead(checker: Checker) -> None:
    text = 'def low(n: int) -> int:\n    """post: __return__ <= 0"""\n    if n < 0:\n        return n\n    return 1\n'
    raises = replaced(text, "return n\n", "raise ValueError\n")
    both = Edit("GS301", (*raises.replacements, *replaced(text, "return 1", "return 0").replacements))
    assert repaired(checker, text, [both]).repair is None
    assert repaired(checker, text, [replaced(text, "return 1", "return 0")]).repair is not None


class _Tired(Prover):
    """A prover whose budget is used up before it has shown anything."""

    def prove(self, program: object, samples: object, units: int = 0, seconds: float = 0.0) -> Proof | None:
        return Proof(exhausted=True)


def test_at_most_three_proofs() -> None:
    text = 'def f(n: int) -> int:\n    """post: __return__ >= n * n"""\n    return -1\n'
    edits = [replaced(text, "-1", f"n * n + {more}") for more in range(9)]
    found = repaired(Checker(_Tired()), text, edits)
    assert (found.repair, found.effort.proofs) == (None, MOST_PROOFS)


class _NoSolver(Prover):
    """A prover on a machine without z3."""

    def prove(self, program: object, samples: object, units: int = 0, seconds: float = 0.0) -> Proof | None:
        return None


def test_without_a_solver_nothing_is_verified() -> None:
    found = repaired(Checker(_NoSolver()), COUNT.replace("found = 0", "found = 1"))
    assert found.repair is None


def test_the_search_is_deterministic(checker: Checker, prover: Prover) -> None:
    wrong = QUOTIENT.replace("rest -= b", "rest -= q")
    assert repaired(checker, wrong) == repaired(Checker(prover), wrong)


def test_hard_violations_are_not_proved_away(checker: Checker) -> None:
    wrong = COUNT.replace("found = 0", "found = 1")
    parsed = parse(wrong.encode())
    before = checker.check_file(parsed)
    found = find_repair(checker, parsed, before, before[0], violations=lambda replacements: 1)
    assert (found.repair, found.effort.proofs) == (None, 0)


def test_a_search_ends_at_the_next_edit_when_it_is_told_to(checker: Checker) -> None:
    wrong = COUNT.replace("found = 0", "found = 1")
    parsed = parse(wrong.encode())
    before = checker.check_file(parsed)
    left = iter([True, True, False])
    found = find_repair(checker, parsed, before, before[0], goes_on=lambda: next(left))
    assert (found.repair, found.effort.edits) == (None, 2)


def test_what_is_not_modelled_is_left_alone(checker: Checker) -> None:
    text = 'def f(n):\n    """\n    >>> f(1)\n    2\n    """\n    return n\n'
    assert repaired(checker, text).repair is None


def test_a_repair_that_makes_another_function_worse_is_none(checker: Checker) -> None:
    text = 'LIMIT = 10\n\n\ndef f() -> int:\n    """post: __return__ == 11"""\n    return LIMIT\n\n\n'
    text += 'def g() -> int:\n    """post: __return__ == 10"""\n    return LIMIT\n'
    before = verdicts(checker, text)
    assert [item.status for item in before] == [Status.REFUTED, Status.VERIFIED]
    worse = verdicts(checker, text.replace("LIMIT = 10", "LIMIT = 11"))
    assert [item.status for item in worse] == [Status.VERIFIED, Status.REFUTED]
    assert conclude_repair(before, before[0], worse, violations=0) is None
    mended = verdicts(checker, text.replace("return LIMIT", "return 11", 1))
    assert conclude_repair(before, before[0], mended, violations=0) is not None
    assert conclude_repair(before, before[0], mended, violations=1) is None
    assert conclude_repair(before, before[1], mended, violations=0) is not None
    assert conclude_repair(before[1:], before[0], mended[1:], violations=0) is None
    weaker = verdicts(checker, text.replace("__return__ == 11", "__return__ == 10"))
    assert conclude_repair(before, before[0], weaker, violations=0) is None


def test_only_what_the_function_needs_is_parsed_again(checker: Checker) -> None:
    others = "".join(f"def other_{n}(x):\n    return [x, {n}]\n\n\n" for n in range(300))
    helper = "def twice(n: int) -> int:\n    return 2 * n\n\n\n"
    own = 'def f(n: int) -> int:\n    """post: __return__ == 2 * n + LIMIT"""\n    return twice(n) - LIMIT\n'
    wrong = f"LIMIT = 3\n\n\n{others}{helper}{others.replace('other_', 'more_')}{own}"
    found = repaired(checker, wrong, [replaced(wrong, "twice(n) - LIMIT", "twice(n) + LIMIT")])
    assert found.repair is not None


def _candidates(text: str) -> list[Edit]:
    parsed = parse(text.encode())
    (contract,) = read_contracts(parsed.flat)
    return list(natural_order(parsed, (contract.node,)))


_WRITTEN = {text: _candidates(text) for text in (COUNT, CLAMP, QUOTIENT)}


@settings(max_examples=25, deadline=None)
@given(st.sampled_from(list(_WRITTEN)), st.integers(0, 10_000), st.integers(0, 2**32))
def test_what_is_called_verified_keeps_its_contract_on_random_arguments(
    checker: Checker, text: str, which: int, seed: int
) -> None:
    edits = _WRITTEN[text]
    wrong = apply_replacements(text.encode(), edits[which % len(edits)].replacements)
    parsed = parse(wrong)
    before = checker.check_file(parsed, budget=Budget(units=2_000_000))
    if not before or before[0].status is not Status.REFUTED:
        return
    found = find_repair(checker, parsed, before, before[0], budget=Budget(units=2_000_000))
    if found.repair is None:
        return
    mended = parse(apply_replacements(wrong, found.repair.edit.replacements))
    contracts = read_contracts(mended.flat)
    contract = Contract(Programs(Module(mended, contracts)).program(contracts[0].node))
    draw = random.Random(seed)
    for _ in range(200):
        arguments = tuple(
            [draw.randint(-9, 9) for _ in range(draw.randint(0, 9))]
            if parameter.type is not None and parameter.type.name == "list"
            else draw.randint(-20, 20)
            for parameter in contract.function.parameters
        )
        result = attempt(contract, arguments)
        assert not isinstance(result, Failure | Stopped), (mended.data.decode(), arguments)
