"""The prover's process: it is interrupted, killed, and started again; its answers do not depend on what came before."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time

import pytest
from tests.energy_models.contracts.test_interpreter import lowered

from groundstate_energy.contracts.core import Program
from groundstate_energy.contracts.prover import Prover

HARD = """
import icontract
@icontract.ensure(lambda s, t, u, result: result)
def f(s: str, t: str, u: str) -> bool:
    n = 0
    for c in s + t + u:
        for d in t + u + s:
            if (c + d) in (s + t) and (d + c + s) not in u + t:
                n += 1
    return (s + t + u) != (u + t + s) or s + "ab" + t != t + "ba" + u or n >= 0
"""
EASY = """
import icontract
@icontract.ensure(lambda a, result: result > a)
def f(a: int) -> int:
    return a + 1
"""


def contracted(text: str) -> Program:
    return lowered(text)


def test_an_interrupt_ends_a_proof(prover: Prover) -> None:
    prover.warm_up()
    timer = threading.Timer(0.5, prover.interrupt)
    timer.start()
    started = time.monotonic()
    prover.prove(contracted(HARD), [], 400_000_000, 60.0)
    assert time.monotonic() - started < 20
    timer.join()
    found = prover.prove(contracted(EASY), [], 1_000_000)
    assert found is not None
    assert all(item.discharged for item in found.obligations)


def test_a_proof_that_takes_too_long_is_given_up(prover: Prover) -> None:
    found = prover.prove(contracted(HARD), [], 400_000_000, 0.3)
    assert found is None or found.exhausted


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGSTOP there")
def test_a_process_that_does_not_answer_is_killed_and_started_again() -> None:
    made = Prover()
    try:
        made.warm_up()
        first = made.pid
        assert first is not None
        os.kill(first, signal.SIGSTOP)
        assert made.prove(contracted(EASY), [], 1_000_000, 0.05) is None
        found = made.prove(contracted(EASY), [], 1_000_000)
        assert found is not None
        assert made.pid != first
    finally:
        made.close()


def test_the_same_question_has_the_same_answer(prover: Prover) -> None:
    first = prover.prove(contracted(EASY), [], 1_000_000)
    prover.prove(contracted(HARD), [], 200_000, 5.0)
    assert prover.prove(contracted(EASY), [], 1_000_000) == first
