"""What the trap suite claims is what CPython does."""

from __future__ import annotations

from pathlib import Path

import pytest
from benchmarks.contracts.replay import Program
from tests.energy_models.contracts.trap_files import FOLDER, NO_INPUT, Trap, traps

_TRAPS = traps()


def test_there_are_enough() -> None:
    assert len(_TRAPS) >= 200
    assert len({str(trap) for trap in _TRAPS}) == len(_TRAPS)


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.py")), ids=lambda path: path.stem)
@pytest.mark.filterwarnings("ignore::SyntaxWarning")
def test_the_calls_show_it(path: Path) -> None:
    program = Program(path.read_text("utf-8"), path.stem)
    own = [trap for trap in _TRAPS if trap.path == path]
    assert [trap.function for trap in own if not program.contracts[trap.function].clauses] == []
    assert [shown for trap in own if (shown := _wrong(program, trap))] == []


def _wrong(program: Program, trap: Trap) -> str:
    """What CPython says against a trap, or nothing."""
    if trap.calls == NO_INPUT:
        return ""
    outcomes = program.run(trap.function, trap.calls)
    verdicts = {outcome.verdict for outcome in outcomes}
    is_shown = "violated" in verdicts if trap.forbidden == "verified" else verdicts == {"holds"}
    return "" if is_shown and "outside" not in verdicts else f"{trap.function}: {outcomes}"
