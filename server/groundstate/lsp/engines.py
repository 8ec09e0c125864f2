"""Loading the model as the linter does, and saying which it is."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from groundstate import engine_loading
from groundstate.analysis import Engine
from groundstate.settings import Settings
from groundstate_energy.model_package import ModelPackage


@runtime_checkable
class OfPackage(Protocol):
    """An engine that runs a model package."""

    package: ModelPackage
    device: str


def load_engine(settings: Settings) -> Engine | None:
    """The engine for ``settings``; None when no model is installed. Raises ``EngineError`` when it cannot be used."""
    return engine_loading.load_engine(engine_loading.engine_source(settings))


def description_of(engine: Engine | None) -> dict[str, str] | None:
    """Name, hash, folder and device of the model an engine runs; None where there is no model."""
    if not isinstance(engine, OfPackage):
        return None
    package = engine.package
    return {
        "name": package.name,
        "hash": package.hash,
        "folder": str(package.folder),
        "device": engine.device,
    }
