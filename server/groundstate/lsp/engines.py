"""Loading the model as the linter does."""

from __future__ import annotations

from groundstate import engine_loading
from groundstate.analysis import Engine
from groundstate.settings import Settings


def load_engine(settings: Settings) -> Engine | None:
    """The engine for ``settings``; None when no model is installed. Raises ``EngineError`` when it cannot be used."""
    return engine_loading.load_engine(engine_loading.engine_source(settings))
