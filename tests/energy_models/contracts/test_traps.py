"""The release gate: nothing false is called verified, nothing is called refuted that CPython does not break."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from benchmarks.contracts.replay import Program
from tests.energy_models.contracts.trap_files import FOLDER, Trap, traps

from groundstate_energy.contracts.check import Budget, Checker
from groundstate_energy.contracts.verdicts import FunctionVerdict, Status
from groundstate_grammars.python.parsed import parse

PATIENT = Budget(seconds=240.0)
"""A proof that is given up is never wrong: here each must come to its own end."""

_TRAPS = traps()


@pytest.fixture(scope="module")
def checker() -> Iterator[Checker]:
    checker = Checker()
    yield checker
    checker.prover.close()


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.py")), ids=lambda path: path.stem)
@pytest.mark.filterwarnings("ignore::SyntaxWarning")
def test_no_verdict_is_wrong(path: Path, checker: Checker) -> None:
    text = path.read_text("utf-8")
    program = Program(text, path.stem)
    found = {
        verdict.qualname: verdict for verdict in checker.check_file(parse(text.encode()), budget=PATIENT)
    }
    own = [trap for trap in _TRAPS if trap.path == path]
    assert [str(trap) for trap in own if _is_wrong(trap, found[trap.function])] == []
    assert [name for name, verdict in found.items() if not _is_replayed(program, verdict)] == []


def _is_wrong(trap: Trap, verdict: FunctionVerdict) -> bool:
    return verdict.verdict.status is Status(trap.forbidden)


def _is_replayed(program: Program, verdict: FunctionVerdict) -> bool:
    """Whether every counterexample breaks the contract in CPython too; true without one."""
    for clause in verdict.clauses:
        if clause.counterexample is None or clause.kind == "example":
            continue
        found = clause.counterexample
        if program.call_in_order(verdict.qualname, found.others, found.receiver).verdict != "violated":
            return False
    return True
