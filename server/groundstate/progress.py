"""A progress bar on the error stream of a terminal, and nothing anywhere else."""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Iterable, Iterator
from typing import TypeVar

Item = TypeVar("Item")

_EVERY_SECONDS = 0.1
_SILENT_SECONDS = 0.5


def progress(items: Iterable[Item], total: int, what: str) -> Iterator[Item]:
    """The items, with a bar that counts them once the loop has run for half a second."""
    stream = sys.stderr
    if not stream.isatty():
        yield from items
        return
    started = shown = time.monotonic()
    drawn = False
    try:
        for count, item in enumerate(items):
            now = time.monotonic()
            if now - started > _SILENT_SECONDS and now - shown > _EVERY_SECONDS:
                width = max(10, min(40, shutil.get_terminal_size().columns - 40))
                filled = width * count // max(total, 1)
                stream.write(f"\r\x1b[2K{what} [{'#' * filled}{'.' * (width - filled)}] {count}/{total}")
                stream.flush()
                shown, drawn = now, True
            yield item
    finally:
        if drawn:
            stream.write("\r\x1b[2K")
            stream.flush()
