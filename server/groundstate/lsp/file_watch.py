"""Files that the client does not watch for us are looked at now and then: settings, baselines, models, sources.

Not by a library for the file events of each system: it would be one more thing to install, and misses network folders.
A look costs a system call a file, and a look that takes long is made less often.
"""

from __future__ import annotations

import asyncio
import logging
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

from groundstate.discovery import SUFFIXES

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
        self._roots: frozenset[Path] = frozenset()
        self._looked = 0
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Look until the connection ends."""
        self._looked = time.time_ns()
        self._task = asyncio.create_task(self._run())

    def seen(self, path: Path) -> None:
        """The server knows already that this file changed."""
        if path in self._known:
            self._known[path] = _signature(path)

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
        started, looked = time.perf_counter(), time.time_ns()
        paths = self._server.projects.watched(settings=self._with_sources)
        projects = self._server.projects.sources() if self._with_sources else {}
        listed = [path for files in projects.values() for path in files]
        now = {path: _signature(path) for path in (*paths, *listed)}
        changed = [path for path, signature in now.items() if self._differs(path, signature)]
        changed += [path for path in self._known.keys() - now.keys() if path.suffix in SUFFIXES]
        changed += [
            path
            for root in projects.keys() & self._roots
            for path in projects[root]
            if path not in self._known  # it may have its old time when it was moved here
        ]
        self._known, self._roots, self._looked = now, frozenset(projects), looked
        return changed, time.perf_counter() - started

    def _differs(self, path: Path, signature: Signature) -> bool:
        """Whether a file changed since the last look; one that was not looked at then, by its time."""
        if path in self._known:
            return self._known[path] != signature
        return signature is not None and signature[0] > self._looked


def _signature(path: Path) -> Signature:
    try:
        status = os.stat(path)
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size
