"""For every test: property tests have no deadline, because a loaded machine is not a bug."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("patient", settings(deadline=None))
settings.load_profile("patient")
