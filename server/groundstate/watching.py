"""Watching: run again whenever a file of the project changes.

Files are looked at now and then rather than watched by the operating system: that needs a library for each system,
misses network folders and files in containers, and costs nothing that a person would notice.
"""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from groundstate.discovery import discover, surrounding_files
from groundstate.errors import UserError
from groundstate.settings import LoadedSettings

SECONDS = 1.0
"""Between two looks at the files, at least."""

SHARE = 0.05
"""Of the time, at most, that looks take."""

_SETTINGS_FILES = ("pyproject.toml", "groundstate.toml")

Look = tuple[tuple[str, int, int], ...]


def watch(paths: Sequence[Path], settings: Callable[[], LoadedSettings], run: Callable[[], int]) -> int:
    """Call ``run`` now and after every change, until the user interrupts; returns 0.

    A run that cannot be done, because settings are broken for the moment, says so and waits for the next change.
    """
    with contextlib.suppress(KeyboardInterrupt):
        before: Look | None = None
        while True:
            started = time.monotonic()
            now = _look(paths, settings)
            if now == before:
                time.sleep(max(SECONDS, (time.monotonic() - started) / SHARE))
                continue
            before = now
            _clear()
            try:
                run()
            except (UserError, OSError) as error:
                print(f"groundstate: error: {error}", file=sys.stderr)
            sys.stdout.flush()
            print("groundstate: watching; Ctrl-C ends it", file=sys.stderr, flush=True)
    return 0


def _look(paths: Sequence[Path], settings: Callable[[], LoadedSettings]) -> Look:
    """Name, time and size of every file that a run depends on."""
    here = Path(os.path.abspath(paths[0]))
    files = {folder / name for folder in (here, *here.parents) for name in _SETTINGS_FILES}
    try:
        loaded = settings()
    except UserError:
        files.update(discover(paths, here).files)
    else:
        files.update(surrounding_files(loaded), discover(paths, loaded.root, loaded.settings.exclude).files)
        if loaded.settings.baseline is not None:
            files.add(loaded.settings.baseline)
        if loaded.settings.model is not None:
            files.add(loaded.settings.model / "manifest.json")
    look = []
    for file in sorted(files):
        with contextlib.suppress(OSError):
            status = os.stat(file)
            look.append((str(file), status.st_mtime_ns, status.st_size))
    return tuple(look)


def _clear() -> None:
    """An empty screen, where there is one."""
    if sys.stdout.isatty():
        sys.stdout.write("\x1b[2J\x1b[3J\x1b[H")
        sys.stdout.flush()
