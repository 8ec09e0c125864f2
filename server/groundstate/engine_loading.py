"""The engine of a run: the model package, and what runs it. Nothing heavy is imported before it is needed."""

from __future__ import annotations

import importlib.util
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from groundstate.errors import UserError
from groundstate.settings import Settings

if TYPE_CHECKING:
    from groundstate.analysis import Engine
    from groundstate_energy.model_package import ModelPackage


class EngineError(UserError):
    """The learned rules cannot run; the message is one line: what is wrong and what to do."""


@dataclass(frozen=True, slots=True)
class EngineSource:
    """``package``: None where this installation ships none; then only hard rules can be checked."""

    package: ModelPackage | None
    device: str

    @property
    def model_hash(self) -> str | None:
        return None if self.package is None else self.package.hash


def engine_source(settings: Settings) -> EngineSource:
    """Find and verify the model package without loading the model.

    Raises:
        EngineError: the package is damaged, or neither onnxruntime nor onnxruntime-gpu is installed.
    """
    from groundstate_energy.model_package import ModelPackageError, load_model_package

    try:
        package = load_model_package(settings.model)
    except ModelPackageError as error:
        raise EngineError(_one_line(error)) from None
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        # A manifest may hold anything; whatever its reading stumbles over, the package is damaged.
        raise EngineError(
            f"model package {settings.model}: manifest.json is damaged: {_one_line(error)}"
        ) from None
    if package is not None and importlib.util.find_spec("onnxruntime") is None:
        raise EngineError(
            "the learned rules need ONNX Runtime: install `groundstate[cpu]` or, for an NVIDIA GPU, `groundstate[gpu]`"
            " (or check exact rules only with --select GS1)"
        )
    return EngineSource(package, settings.device)


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
