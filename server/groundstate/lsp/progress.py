"""Work-done progress: what the server is loading, shown by clients that can show it."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
from collections.abc import Iterator
from typing import TYPE_CHECKING

from lsprotocol import types

if TYPE_CHECKING:
    from groundstate.lsp.server import GroundstateServer


class Progress:
    """Shows titles while they last. ``announced`` is used on the worker thread, all else runs on the loop."""

    def __init__(self, server: GroundstateServer, loop: asyncio.AbstractEventLoop) -> None:
        self._server = server
        self._loop = loop
        self._numbers = itertools.count(1)
        self._tasks: set[asyncio.Task[None]] = set()

    @contextlib.contextmanager
    def announced(self, title: str) -> Iterator[None]:
        """Shows ``title`` until the block is left."""
        ended = asyncio.Event()
        self._loop.call_soon_threadsafe(self._begin, title, ended)
        try:
            yield
        finally:
            self._loop.call_soon_threadsafe(ended.set)

    def _begin(self, title: str, ended: asyncio.Event) -> None:
        if self._server.client.progress:
            task = asyncio.create_task(self._show(title, ended))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _show(self, title: str, ended: asyncio.Event) -> None:
        token = f"groundstate-{next(self._numbers)}"
        try:
            await self._server.window_work_done_progress_create_async(
                types.WorkDoneProgressCreateParams(token)
            )
        except Exception:  # the client would not; it is only a display
            return
        self._server.progress(types.ProgressParams(token, types.WorkDoneProgressBegin(title)))
        await ended.wait()
        self._server.progress(types.ProgressParams(token, types.WorkDoneProgressEnd()))
