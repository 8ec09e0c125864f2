"""Files that the client does not watch for us are looked at now and then: settings, baselines, models, sources.

Not by a library for the file events of each system: it would be one more thing to install, and misses network folders.
A look costs a system call a file, and a look that takes long is made less often.
"""

from __future__ import annotations

import asyncio
import logging
import os
import time
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from groundstate.lsp.server import GroundstateServer

logger = logging.getLogger(__name__)

PERIOD = 2.0
"""Seconds between two looks."""

SHARE = 0.02
"""Of the time, at most, that looks take."""

Signature = tuple[int, int] | None
"""Time and size of a file; None where there is none."""


class FileWatch:
    """Tells the server what changed on disk. ``sources``: look at source and settings files too."""

    def __init__(self, server: GroundstateServer, *, sources: bool) -> None:
        self._server = server
        self._with_sources = sources
        self._known: dict[Path, Signature] = {}
        self._sources: dict[Path, Signature] | None = None
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Look until the connection ends."""
        self._task = asyncio.create_task(self._run())

    def seen(self, path: Path) -> None:
        """The server knows already that this file changed."""
        for known in (self._known, self._sources or {}):
            if path in known:
                known[path] = _signature(path)

    async def _run(self) -> None:
        await self._server.ready.wait()
        pause = PERIOD
        while True:
            await asyncio.sleep(pause)
            try:
                changed, seconds = await self._server.worker.run(self._look, background=True)
                pause = max(PERIOD, seconds / SHARE)
                if changed:
                    await self._server.files_changed(changed)
            except Exception:
                logger.exception("files could not be looked at")

    def _look(self) -> tuple[list[Path], float]:
        """What changed since the last look, and how long this one took in seconds. Worker thread only."""
        started = time.perf_counter()
        now = _signatures(self._server.projects.watched(settings=self._with_sources))
        changed = [path for path, signature in now.items() if self._known.get(path, signature) != signature]
        self._known = now
        if self._with_sources:
            before, found = self._sources, _signatures(self._server.projects.sources())
            self._sources = found
            if before is not None:
                changed += [
                    path for path in found.keys() | before.keys() if found.get(path) != before.get(path)
                ]
        return changed, time.perf_counter() - started


def _signatures(paths: Iterable[Path]) -> dict[Path, Signature]:
    return {path: _signature(path) for path in paths}


def _signature(path: Path) -> Signature:
    try:
        status = os.stat(path)
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size
