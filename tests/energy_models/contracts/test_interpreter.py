"""The interpreter does what CPython does: on programs that the test makes, which may therefore be run."""

from __future__ import annotations

import copy
import time

import pytest
from hypothesis import HealthCheck, given, settings
from tests.energy_models.contracts.generated import HEADER, arguments, bodies

from groundstate_energy.contracts import values
from groundstate_energy.contracts.core import Program, Unmodelled
from groundstate_energy.contracts.interpreter import Compiled
from groundstate_energy.contracts.lowering import Programs
from groundstate_energy.contracts.module import Module
from groundstate_grammars.python.contracts.reading import read_contracts
from groundstate_grammars.python.parsed import parse


def lowered(text: str, name: str = "f") -> Program:
    parsed = parse(text.encode())
    module = Module(parsed, read_contracts(parsed.flat))
    return Programs(module).program(module.function(name))


def in_cpython(text: str, given_: tuple[object, ...]) -> tuple[str, object, tuple[object, ...]]:
    """(exception or empty, result, arguments afterwards)."""
    namespace: dict[str, object] = {}
    exec(compile(text, "generated", "exec"), namespace)  # noqa: S102  # a program that this test made
    arguments_ = copy.deepcopy(given_)
    try:
        result = namespace["f"](*arguments_)  # type: ignore[operator]  # the function defined above
    except Exception as error:
        return type(error).__name__, None, arguments_
    return "", result, arguments_


def in_interpreter(program: Program, given_: tuple[object, ...]) -> tuple[str, object, tuple[object, ...]]:
    compiled = Compiled(program)
    arguments_ = copy.deepcopy(given_)
    compiled.refuel()
    outcome = compiled.run(compiled.frame(arguments_))
    return outcome.exception, outcome.value, arguments_


def typed(value: object) -> object:
    """A value that compares with its type: True is not 1."""
    if isinstance(value, list | tuple):
        return type(value), [typed(item) for item in value]
    return type(value), value


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(bodies(), arguments())
def test_agrees_with_cpython(body: str, given_: tuple[object, ...]) -> None:
    text = HEADER + body
    try:
        compile(text, "generated", "exec")
    except SyntaxError:
        return
    program = lowered(text)
    try:
        ours = in_interpreter(program, given_)
    except (values.Exhausted, values.NotModelled, values.Violated):
        return
    theirs = in_cpython(text, given_)
    assert ours[0] == theirs[0]
    assert typed(ours[1]) == typed(theirs[1])
    assert typed(list(ours[2])) == typed(list(theirs[2]))


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("-7 // 2", -4),
        ("-7 % 3", 2),
        ("7 % -3", -2),
        ("-2 ** 2", -4),
        ("not 1 == 2", True),
        ("1 < 2 < 2", False),
        ("1 if 0 else 2 if 0 else 3", 3),
        ("[1, 2, 3][-1:]", [3]),
        ("'a' 'b'", "ab"),
        ("r'\\n'", "\\n"),
        ("'\\x41\\u00e9'", "Aé"),
        ("0x1F + 1_000", 1031),
        ("{'a': 1}.get('b', 2)", 2),
        ("sorted({3, 1, 2})", [1, 2, 3]),
        ("f'{1}a{None}'", "1aNone"),
        ("[(i, c) for i, c in enumerate('ab')]", [(0, "a"), (1, "b")]),
        ("[x for y in [[1], [2, 3]] for x in y if x != 2]", [1, 3]),
        ("(lambda: 1)", Unmodelled),
        ("1j", Unmodelled),
        ("b'a'", Unmodelled),
        ("f'{1:>3}'", Unmodelled),
        ("open('x')", Unmodelled),
        ("[].__class__", Unmodelled),
    ],
)
def test_expressions(expression: str, value: object) -> None:
    text = f"def f():\n    return {expression}\n"
    if value is Unmodelled:
        with pytest.raises(Unmodelled):
            lowered(text)
        return
    assert typed(in_interpreter(lowered(text), ())[1]) == typed(value)


@pytest.mark.parametrize(
    "body",
    [
        "while True: pass",
        "return 10 ** 10 ** 10",
        "x = 'a'\n    while True: x += x",
        "return f()",
        "return [0] * 10 ** 12",
    ],
)
def test_every_run_ends(body: str) -> None:
    with pytest.raises(values.Exhausted):
        in_interpreter(lowered(f"def f():\n    {body}\n"), ())


def test_a_simple_function_is_evaluated_fast() -> None:
    compiled = Compiled(
        lowered("def f(x: int, y: int):\n    if x > y:\n        return x - y\n    return y - x\n")
    )
    best = 0.0
    for _ in range(5):
        started = time.perf_counter()
        for number in range(5_000):
            compiled.refuel()
            compiled.run(compiled.frame((number, 7)))
        best = max(best, 5_000 / (time.perf_counter() - started))
    assert best > 50_000, f"{best:.0f} evaluations a second"
