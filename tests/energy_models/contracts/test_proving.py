"""The prover proves nothing that CPython contradicts: on programs that the test makes, which may therefore be run."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from tests.energy_models.contracts.generated import HEADER, arguments, bodies
from tests.energy_models.contracts.test_interpreter import in_cpython

from groundstate_energy.contracts.core import Unmodelled
from groundstate_energy.contracts.lowering import Programs
from groundstate_energy.contracts.module import Module
from groundstate_energy.contracts.obligations import Proof
from groundstate_energy.contracts.prover import Prover
from groundstate_grammars.python.contracts.reading import read_contracts
from groundstate_grammars.python.parsed import parse

_NAMES = ("a", "b", "p", "s", "xs", "ys", "o")


def proof(prover: Prover, text: str, units: int = 1_000_000) -> Proof | None:
    parsed = parse(text.encode())
    module = Module(parsed, read_contracts(parsed.flat))
    program = Programs(module).program(module.function("f"))
    return prover.prove(program, [], units, 5.0)


def is_proved(found: Proof | None) -> bool:
    return (
        found is not None
        and found.unmodelled is None
        and not found.exhausted
        and found.is_possible
        and all(item.discharged for item in found.obligations)
    )


def claim(given_: tuple[object, ...], promise: str, is_known: bool) -> str:
    """The contract: for ``given_`` (or, where it is not known, for anything near it) the promise holds."""
    equal = " and ".join(f"{name} == {value!r}" for name, value in zip(_NAMES, given_, strict=True))
    shared = "xs is ys" if given_[4] is given_[5] else "xs is not ys"
    known = f"{equal} and {shared}" if is_known else f"a == {given_[0]!r} and {shared}"
    named = ", ".join(_NAMES)
    return (
        f"import icontract\n@icontract.require(lambda {named}: {known})\n"
        f"@icontract.ensure(lambda xs, ys, result: {promise})\n"
    )


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(bodies(), arguments())
def test_nothing_false_is_proved(prover: Prover, body: str, given_: tuple[object, ...]) -> None:
    text = HEADER + body
    try:
        compile(text, "generated", "exec")
    except SyntaxError:
        return
    if "while" in text or "raise" in text:
        return  # a program that may not end, or that may leave as it says
    exception, result, after = in_cpython(text, given_)
    seen = f"result == {result!r} and xs == {after[4]!r} and ys == {after[5]!r}" if not exception else "True"
    promise = f"not ({seen})" if not exception else "True"
    for is_known in (True, False):
        try:
            found = proof(prover, claim(given_, promise, is_known) + text)
        except Unmodelled:
            return
        assert not is_proved(found), (claim(given_, promise, is_known) + text, exception, result)
