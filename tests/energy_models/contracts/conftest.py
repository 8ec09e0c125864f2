"""One prover process for all tests of contracts."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from groundstate_energy.contracts.check import Checker
from groundstate_energy.contracts.prover import Prover


@pytest.fixture(scope="session")
def prover() -> Iterator[Prover]:
    made = Prover()
    made.warm_up()
    yield made
    made.close()


@pytest.fixture(scope="session")
def checker(prover: Prover) -> Checker:
    return Checker(prover)
