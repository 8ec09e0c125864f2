"""The manifest of a scan: what its results were made with. Its folder takes only results made with the same."""

from __future__ import annotations

import importlib.metadata
import json
import platform
from collections.abc import Mapping
from pathlib import Path

from groundstate import __version__
from groundstate.atomic_files import replace_file
from groundstate.engine_loading import EngineSource
from groundstate.errors import UserError

FORMAT = 1
_PACKAGES = ("numpy", "tokenizers", "tree-sitter", "tree-sitter-python", "pyarrow", "ray")
_RUNTIMES = ("onnxruntime", "onnxruntime-gpu")


def manifest_of(source: EngineSource | None, settings: Mapping[str, object]) -> dict[str, object]:
    """What results are made with: the version of groundstate, the model, the settings of the command line."""
    return {
        "format": FORMAT,
        "groundstate": __version__,
        "model": None if source is None else source.model_hash,
        "settings": {
            key: list(value) if isinstance(value, tuple) else value for key, value in settings.items()
        },
    }


def versions() -> dict[str, str | None]:
    """Versions of what runs; None of what is not installed."""
    found: dict[str, str | None] = {"python": platform.python_version()}
    for package in (*_PACKAGES, *_RUNTIMES):
        try:
            found[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            found[package] = None
    return found


def settle(folder: Path, manifest: Mapping[str, object], run: Mapping[str, object]) -> bool:
    """Write ``folder/manifest.json`` with one more run; whether there was one before.

    Raises:
        UserError: the folder holds a scan made with something else, or something that is no scan.
    """
    path = folder / "manifest.json"
    runs: list[object] = []
    if path.exists():
        try:
            known = json.loads(path.read_text("utf-8"))
            runs = list(known["runs"])
            different = [key for key in manifest if known.get(key) != manifest[key]]
        except (OSError, ValueError, LookupError, TypeError):
            raise UserError(f"{path}: not the manifest of a scan; take another folder") from None
        if different:
            key = different[0]
            raise UserError(
                f"{folder} holds a scan made with {key} {json.dumps(known.get(key))}, and this one is made with "
                f"{json.dumps(manifest[key])}; take another folder, or delete this one"
            )
    text = json.dumps({**manifest, "runs": [*runs, run]}, indent=2)
    replace_file(path, f"{text}\n".encode())
    return bool(runs)
