"""For every test: property tests have no deadline, because a loaded machine is not a bug; snapshots may be updated."""

from __future__ import annotations

import pytest
from hypothesis import settings

settings.register_profile("patient", settings(deadline=None))
settings.load_profile("patient")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-snapshots", action="store_true", help="write the snapshots of reports anew")
