"""Which groundstate runs: what it finds depends on it, and so does what its cache may tell.

A number is not enough. A checkout changes under one number, and so does an installation from one; contracts are proved
only where z3 is installed.
"""

from __future__ import annotations

import functools
import hashlib
import importlib.util
import os
from collections.abc import Iterable
from pathlib import Path

from groundstate import __version__

_PACKAGES = ("groundstate", "groundstate_grammars", "groundstate_energy")
_OURS = (".py", ".toml", ".txt")
_LEFT_OUT = frozenset(("__pycache__", "model", "training"))
"""Folders that say nothing: the model has a hash of its own, and training is no part of an analysis."""


@functools.cache
def running_version() -> str:
    """The version number, a digest of our sources by name, size and time, and which z3 there is."""
    folders = [
        Path(folder)
        for name in _PACKAGES
        if (spec := importlib.util.find_spec(name)) is not None
        for folder in spec.submodule_search_locations or ()
    ]
    z3 = importlib.util.find_spec("z3")
    solver = Path(z3.origin) if z3 is not None and z3.origin is not None else None
    return f"{__version__} {sources_digest(folders)} {_seen(solver) if solver is not None else 'without z3'}"


def sources_digest(folders: Iterable[Path]) -> str:
    """A digest of what the system says of the sources below ``folders``."""
    digest = hashlib.sha256()
    for top in folders:
        for folder, below, files in os.walk(top):
            below[:] = sorted(set(below) - _LEFT_OUT)
            for name in sorted(files):
                if name.endswith(_OURS):
                    path = Path(folder, name)
                    digest.update(f"{path} {_seen(path)}\0".encode("utf-8", "surrogateescape"))
    return digest.hexdigest()


def _seen(path: Path) -> str:
    try:
        status = path.stat()
    except OSError:  # it came and went
        return ""
    return f"{status.st_size} {status.st_mtime_ns}"
