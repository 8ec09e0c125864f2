"""Work-done progress: what the server is loading or scanning, shown by clients that can show it."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import time
from collections.abc import Coroutine, Iterator
from typing import TYPE_CHECKING, Any

from lsprotocol import types

if TYPE_CHECKING:
    from groundstate.lsp.server import GroundstateServer

PATIENCE = 0.3
"""Seconds after which a scan is worth showing."""

PACE = 0.2
"""Seconds between two reports of a scan."""


class Progress:
    """Shows titles while they last. ``announced`` is used on other threads, all else runs on the loop."""

    def __init__(self, server: GroundstateServer, loop: asyncio.AbstractEventLoop) -> None:
        self._server = server
        self._loop = loop
        self._numbers = itertools.count(1)
        self._tasks: set[asyncio.Task[None]] = set()
        self._scans: dict[types.ProgressToken, Scan] = {}

    @contextlib.contextmanager
    def announced(self, title: str) -> Iterator[None]:
        """Shows ``title`` until the block is left."""
        ended = asyncio.Event()
        self._loop.call_soon_threadsafe(self._begin, title, ended)
        try:
            yield
        finally:
            if not self._loop.is_closed():
                self._loop.call_soon_threadsafe(ended.set)

    @contextlib.contextmanager
    def scan(self, title: str, count: int, token: types.ProgressToken | None) -> Iterator[Scan]:
        """Shows how far a scan of ``count`` files is, once it takes a while.

        Args:
            token: of the client's request, None where it gave none.
        """
        scan = Scan(self, title, count, token)
        try:
            yield scan
        finally:
            scan.end()
            if scan.token is not None:
                self._scans.pop(scan.token, None)

    def cancel(self, token: types.ProgressToken) -> None:
        """The user does not want to wait for this."""
        if token in self._scans:
            self._scans[token].stopped = True

    def send(self, token: types.ProgressToken, value: object) -> None:
        self._server.progress(types.ProgressParams(token, value))

    async def token(self) -> types.ProgressToken | None:
        """A new token; None where the client shows no progress."""
        if not self._server.client.progress:
            return None
        token = f"groundstate-{next(self._numbers)}"
        try:
            await self._server.window_work_done_progress_create_async(
                types.WorkDoneProgressCreateParams(token)
            )
        except Exception:  # the client would not; it is only a display
            return None
        return token

    def known(self, scan: Scan, token: types.ProgressToken) -> None:
        """``token`` is what the client calls ``scan``."""
        self._scans[token] = scan

    def start(self, coroutine: Coroutine[Any, Any, None]) -> None:
        """Run a task that nobody waits for."""
        task = asyncio.create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _begin(self, title: str, ended: asyncio.Event) -> None:
        self.start(self._show(title, ended))

    async def _show(self, title: str, ended: asyncio.Event) -> None:
        token = await self.token()
        if token is None:
            return
        self.send(token, types.WorkDoneProgressBegin(title))
        await ended.wait()
        self.send(token, types.WorkDoneProgressEnd())


class Scan:
    """One scan of files. ``stopped``: the user does not want to wait for it."""

    def __init__(self, progress: Progress, title: str, count: int, token: types.ProgressToken | None) -> None:
        self.token = token
        self.stopped = False
        self._progress = progress
        self._title = title
        self._count = count
        self._done = 0
        self._next = time.monotonic() + PATIENCE
        self._state = "waiting"

    def step(self) -> None:
        """One more file is done."""
        self._done += 1
        if time.monotonic() < self._next:
            return
        self._next = time.monotonic() + PACE
        if self._state == "waiting":
            self._state = "asking"
            self._progress.start(self._begin())
        elif self._state == "shown" and self.token is not None:
            report = types.WorkDoneProgressReport(
                cancellable=True,
                message=f"{self._done} of {self._count} files",
                percentage=100 * self._done // max(self._count, 1),
            )
            self._progress.send(self.token, report)

    def end(self) -> None:
        if self._state == "shown" and self.token is not None:
            self._progress.send(self.token, types.WorkDoneProgressEnd())
        self._state = "ended"

    async def _begin(self) -> None:
        if self.token is None:
            self.token = await self._progress.token()
        if self.token is None:
            return
        self._progress.known(self, self.token)
        self._progress.send(
            self.token, types.WorkDoneProgressBegin(self._title, cancellable=True, percentage=0)
        )
        if self._state == "ended":
            self._progress.send(self.token, types.WorkDoneProgressEnd())
        else:
            self._state = "shown"
