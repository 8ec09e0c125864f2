"""The engine of a run: the model package, and what runs it. Nothing heavy is imported before it is needed."""

from __future__ import annotations

import importlib.util
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from groundstate.cache import Cache, report_key
from groundstate.errors import UserError
from groundstate.settings import Settings

if TYPE_CHECKING:
    from groundstate.analysis import Engine
    from groundstate_energy.model_package import ModelPackage


class EngineError(UserError):
    """The learned rules cannot run; the message is one line: what is wrong and what to do."""


@dataclass(slots=True)
class EngineSource:
    """Where the model is and what runs it.

    ``folder``: of the package, None for the shipped one. ``model_hash``: None where this installation ships none; then only
    hard rules can be checked.
    """

    folder: Path | None
    model_hash: str | None
    device: str
    _package: ModelPackage | None = None

    @property
    def package(self) -> ModelPackage | None:
        """The package, read and verified when it is first wanted.

        Raises:
            EngineError: it is damaged, or another one than when this was made.
        """
        if self._package is None and self.model_hash is not None:
            self._package = _package_in(self.folder)
            if self._package is None or self._package.hash != self.model_hash:
                raise EngineError(f"{_named(self.folder)}: it changed just now; run the command again")
        return self._package


def engine_source(settings: Settings, cache: Cache | None = None) -> EngineSource:
    """Find and verify the model package without loading the model.

    A package whose files are those that were once verified, by name, size, time and number, is not read: ``cache`` knows.

    Raises:
        EngineError: the package is damaged, or neither onnxruntime nor onnxruntime-gpu is installed.
    """
    key = _key_of(settings.model) if cache is not None else None
    package = None
    known = cache.get([key]).get(key) if cache is not None and key is not None else None
    if known is None:
        package = _package_in(settings.model)
        known = None if package is None else package.hash
        if cache is not None and key is not None and known is not None:
            cache.put({key: known})
    if known is not None and importlib.util.find_spec("onnxruntime") is None:
        raise EngineError(
            "the learned rules need ONNX Runtime: install `groundstate[cpu]` or, for an NVIDIA GPU, `groundstate[gpu]`"
            " (or check exact rules only with --select GS1)"
        )
    return EngineSource(settings.model, known, settings.device, package)


def source_once_verified(settings: Settings, cache: Cache) -> EngineSource | None:
    """What ``engine_source`` gave once, without looking for what runs it; None where ``cache`` does not know."""
    key = _key_of(settings.model)
    known = None if key is None else cache.get([key]).get(key)
    return None if known is None else EngineSource(settings.model, known, settings.device)


def _key_of(folder: Path | None) -> str | None:
    """The cache's key of a package from what its folder says of its files; None where there is no such folder."""
    if folder is None:
        import groundstate_energy

        # SHIPPED of model_package, which would import numpy too.
        folder = Path(groundstate_energy.__path__[0]) / "model"
    try:
        with os.scandir(folder) as entries:
            files = sorted((entry.name, entry.stat()) for entry in entries)
    except OSError:
        return None
    seen = [f"{name} {file.st_size} {file.st_mtime_ns} {file.st_ino}" for name, file in files]
    return report_key("model package", str(folder), *seen)


def _package_in(folder: Path | None) -> ModelPackage | None:
    from groundstate_energy.model_package import ModelPackageError, load_model_package

    try:
        return load_model_package(folder)
    except ModelPackageError as error:
        raise EngineError(_one_line(error)) from None
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        # A manifest may hold anything; whatever its reading stumbles over, the package is damaged.
        raise EngineError(f"{_named(folder)}: manifest.json is damaged: {_one_line(error)}") from None


def _named(folder: Path | None) -> str:
    return "the shipped model package" if folder is None else f"model package {folder}"


def device_line(source: EngineSource) -> str | None:
    """What the model will run on and why, as ``cpu (this ONNX Runtime has no CUDA)``; None without a package.

    Raises:
        EngineError: the device that the settings ask for cannot be used.
    """
    if source.package is None:
        return None
    from groundstate_energy.model_package import ModelPackageError
    from groundstate_energy.scorer import chosen_device

    try:
        return str(chosen_device(source.package, source.device))
    except ModelPackageError as error:
        raise EngineError(_one_line(error)) from None


def load_engine(source: EngineSource, *, threads: int = 0, remembers: bool = True) -> Engine | None:
    """Load the model, to run on ``threads`` of the CPU (0: all of them); None without a package.

    ``remembers``: files will come again after an edit.

    Raises:
        EngineError: the package cannot be run.
    """
    if source.package is None:
        return None
    from groundstate_energy.engine import Engine as ModelEngine
    from groundstate_energy.model_package import ModelPackageError

    try:
        engine = ModelEngine(source.package, device=source.device, threads=threads, remembers=remembers)
    except ModelPackageError as error:
        raise EngineError(_one_line(error)) from None
    if engine.choice.instead:
        print(f"groundstate: device: {engine.choice}", file=sys.stderr)
    return engine


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())
