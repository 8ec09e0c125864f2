"""The support table in the docs is what is measured. ``pytest --update-snapshots`` writes it anew."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.energy_models.contracts.support import END, START, rows

PAGE = Path(__file__).parents[3] / "docs" / "contracts.md"


def test_the_table_in_the_docs_is_up_to_date(request: pytest.FixtureRequest) -> None:
    table = "\n".join(rows())
    before, _, rest = PAGE.read_text("utf-8").partition(START)
    shown, _, after = rest.partition(END)
    if request.config.getoption("--update-snapshots"):
        PAGE.write_text(f"{before}{START}\n\n{table}\n\n{END}{after}", "utf-8")
        return
    assert shown.strip() == table, (
        "run: pytest --update-snapshots tests/energy_models/contracts/test_support_table.py"
    )
