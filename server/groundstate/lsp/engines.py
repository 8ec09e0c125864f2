"""Loading the model as the linter does, beside all else, and saying which it is."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, wait
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol, runtime_checkable

from groundstate import engine_loading
from groundstate.analysis import Engine
from groundstate.lsp.cancellation import Token
from groundstate.settings import Settings
from groundstate_energy.model_package import SHIPPED, ModelPackage

_PATIENCE = 0.02
"""Seconds of waiting for the model between two looks at the token."""


@runtime_checkable
class OfPackage(Protocol):
    """An engine that runs a model package."""

    package: ModelPackage
    device: str


class Engines:
    """The engine of each model and device, loaded when it is first wanted, on a thread of its own.

    Half of the time is spent on hashes and in ONNX Runtime, which hold no lock of the interpreter: meanwhile the worker
    reads the project. The methods are the worker's.

    Args:
        load_engine: the engine for some settings; None when no model is installed. Raises ``EngineError``.
        announced: shows a title to the user while something is loaded; called on the loading thread.
    """

    def __init__(
        self,
        load_engine: Callable[[Settings], Engine | None],
        announced: Callable[[str], AbstractContextManager[None]],
    ) -> None:
        self._load_engine = load_engine
        self._announced = announced
        self._loading: dict[tuple[Path | None, str], Future[Engine | None]] = {}

    def start(self, settings: Settings) -> None:
        """Begin to load the engine for ``settings``, if that has not begun."""
        key = (settings.model, settings.device)
        if key not in self._loading:
            future = self._loading[key] = Future[Engine | None]()
            name = "groundstate-model"
            threading.Thread(target=self._load, args=(settings, future), name=name, daemon=True).start()

    def of(self, settings: Settings, token: Token) -> Engine | None:
        """The engine for ``settings``, waited for; None without a model, and ever after it could not be used.

        Raises:
            Superseded: the token is cancelled on the way.
            EngineError: the model cannot be used; the first time only.
        """
        self.start(settings)
        key = (settings.model, settings.device)
        while not wait((self._loading[key],), timeout=_PATIENCE).done:
            token.check()
        try:
            return self._loading[key].result()
        except Exception:
            nothing = self._loading[key] = Future[Engine | None]()
            nothing.set_result(None)
            raise

    def is_loading(self, settings: Settings) -> bool:
        """Whether ``of`` would have to wait."""
        future = self._loading.get((settings.model, settings.device))
        return future is None or not future.done()

    def loaded(self, settings: Settings) -> Engine | None:
        """The engine for ``settings`` where it was loaded."""
        future = self._loading.get((settings.model, settings.device))
        if future is None or not future.done() or future.exception() is not None:
            return None
        return future.result()

    def forget(self, folder: Path | None = None) -> bool:
        """Load anew what is wanted next of the model in ``folder``, or of all; whether there was any."""
        keys = [key for key in self._loading if folder is None or (key[0] or SHIPPED) == folder]
        for key in keys:
            del self._loading[key]
        return bool(keys)

    @property
    def folders(self) -> Iterator[Path]:
        """The folders of the models that are loaded, or wanted."""
        return (model or SHIPPED for model, _ in self._loading)

    def _load(self, settings: Settings, future: Future[Engine | None]) -> None:
        try:
            with self._announced("Loading the model"):
                engine = self._load_engine(settings)
        except Exception as error:
            future.set_exception(error)
        else:
            future.set_result(engine)


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
