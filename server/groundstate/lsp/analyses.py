"""Analyses of open documents: at most one under way for each, shared by all who want it, dropped when it is stale.

Everything here runs on the protocol loop except the job itself, which runs on the worker.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass

from groundstate.lsp.cancellation import Superseded, Token
from groundstate.lsp.diagnostics import Analysed
from groundstate.lsp.snapshots import Snapshot
from groundstate.lsp.worker import Worker

logger = logging.getLogger(__name__)

Job = Callable[[Snapshot, Token], Analysed]
"""Analyses a snapshot on the worker thread; raises ``Superseded`` when the token is cancelled on the way."""


@dataclass(slots=True, eq=False)
class _Running:
    snapshot: Snapshot
    token: Token
    task: asyncio.Task[Analysed]
    waiting: int = 0


PAUSE = 0.25
"""Seconds without a keystroke after which a provisional analysis is followed by a whole one."""


class Analyses:
    """The newest analysis of each open document, made when it is asked for, once ``ready`` is set.

    Args:
        first: what can be found at once, while the job would have to wait for what it needs; None where it has not to.
        provisional: what can be found at once of a document that was analysed before; None where nothing can.
        then: told of each analysis that is finished; what it learns may ``complete`` it.
    """

    def __init__(
        self,
        worker: Worker,
        job: Job,
        first: Callable[[Snapshot], Analysed | None],
        provisional: Callable[[Snapshot, Token], Analysed | None],
        ready: asyncio.Event,
        then: Callable[[Analysed], None] = lambda analysed: None,
    ) -> None:
        self._then = then
        self._worker = worker
        self._ready = ready
        self._job = job
        self._first = first
        self._provisional = provisional
        self._finished: dict[str, Analysed] = {}
        self._running: dict[str, _Running] = {}
        self._seconds: dict[str, float] = {}
        self._newest: dict[str, Snapshot] = {}
        self._early: dict[str, Token] = {}
        self._pausing: dict[str, list[asyncio.Future[None]]] = {}

    async def of(self, snapshot: Snapshot) -> Analysed:
        """The analysis of ``snapshot``.

        Raises:
            Superseded: the document changed or was closed meanwhile.
        """
        finished = self._finished.get(snapshot.uri)
        if finished is not None and finished.snapshot is snapshot:
            return finished
        running = self._running.get(snapshot.uri)
        if running is None or running.snapshot is not snapshot:
            if running is not None:
                running.token.cancel()
            token = Token()
            running = _Running(snapshot, token, asyncio.create_task(self._run(snapshot, token)))
            running.task.add_done_callback(_retrieve)
            self._running[snapshot.uri] = running
        running.waiting += 1
        try:
            return await asyncio.shield(running.task)
        finally:
            running.waiting -= 1
            if not running.waiting and not running.task.done():
                running.token.cancel()
                self._forget(running)

    async def first(self, snapshot: Snapshot) -> Analysed | None:
        """Findings of ``snapshot`` that can be had before its analysis; ``settled`` gives that.

        Of a document that was just opened, those of exact rules while the rest is loaded: all will be among those of the
        analysis. Of one that is typed into, those of a provisional analysis. None where there are none. Raises
        ``Superseded`` when the document changed or was closed meanwhile.
        """
        uri = snapshot.uri
        finished = self._finished.get(uri)
        if finished is not None and finished.snapshot is snapshot:
            return None
        is_known = uri in self._seconds
        self._newest[uri] = snapshot
        token = self._early[uri] = Token()

        def job() -> tuple[Analysed | None, float]:
            token.check()
            started = time.perf_counter()
            found = self._provisional(snapshot, token) if is_known else self._first(snapshot)
            return found, time.perf_counter() - started

        await self._ready.wait()
        found, seconds = await self._worker.run(job)
        if self._newest.get(uri) is not snapshot:
            raise Superseded
        finished = self._finished.get(uri)
        if finished is not None and finished.snapshot is snapshot:
            return None
        if found is None or (not is_known and (not found.diagnostics or uri in self._seconds)):
            return None
        if is_known:
            self._seconds[uri] = seconds
        logger.info(
            "%s version %s: %d findings %s in %.0f ms",
            uri,
            snapshot.version,
            len(found.diagnostics),
            "before a pause" if is_known else "of exact rules, while the rest is loaded,",
            1000 * seconds,
        )
        return found

    async def settled(self, first: Analysed) -> Analysed:
        """The analysis of what ``first`` found something of; after a pause, where that was a provisional analysis.

        Raises:
            Superseded: the document changed or was closed meanwhile.
        """
        await self.pause(first.snapshot)
        return await self.of(first.snapshot)

    async def pause(self, snapshot: Snapshot) -> None:
        """Wait until a document that is typed into is left alone, or its analysis is there.

        Raises:
            Superseded: the document changed or was closed meanwhile.
        """
        uri = snapshot.uri
        finished = self._finished.get(uri)
        if uri in self._seconds and (finished is None or finished.snapshot is not snapshot):
            self._newest[uri] = snapshot
            waiting = asyncio.get_running_loop().create_future()
            self._pausing.setdefault(uri, []).append(waiting)
            await asyncio.wait((waiting,), timeout=PAUSE)
            if self._newest.get(uri) is not snapshot:
                raise Superseded

    def complete(self, analysed: Analysed) -> bool:
        """Put ``analysed`` in the place of the analysis of the same snapshot; False where that is gone."""
        known = self._finished.get(analysed.snapshot.uri)
        if known is None or known.snapshot is not analysed.snapshot:
            return False
        self._finished[analysed.snapshot.uri] = analysed
        return True

    def seconds(self, uri: str) -> float:
        """How long the last analysis of a document took; 0 before the first."""
        return self._seconds.get(uri, 0.0)

    def changed(self, uri: str) -> None:
        """The document has a new version: stop the work on the old one."""
        self._newest.pop(uri, None)
        if uri in self._early:
            self._early.pop(uri).cancel()
        self._go_on(uri)
        running = self._running.get(uri)
        if running is not None:
            running.token.cancel()
            self._forget(running)

    def closed(self, uri: str) -> None:
        """The document is gone: stop the work on it and forget its findings."""
        self.changed(uri)
        self._finished.pop(uri, None)
        self._seconds.pop(uri, None)

    def outdated(self) -> None:
        """Settings, files or the model changed: nothing that was found, or is being found, holds."""
        for uri in {*self._running, *self._newest}:
            self.changed(uri)
        self._finished.clear()

    async def _run(self, snapshot: Snapshot, token: Token) -> Analysed:
        def job() -> tuple[Analysed, float]:
            token.check()
            started = time.perf_counter()
            return self._job(snapshot, token), time.perf_counter() - started

        try:
            await self._ready.wait()
            analysed, seconds = await self._worker.run(job)
            token.check()
            logger.info(
                "%s version %s: %d findings in %.0f ms",
                snapshot.uri,
                snapshot.version,
                len(analysed.diagnostics),
                1000 * seconds,
            )
            self._finished[snapshot.uri] = analysed
            self._seconds[snapshot.uri] = seconds
            self._go_on(snapshot.uri)
            self._then(analysed)
            return analysed
        finally:
            running = self._running.get(snapshot.uri)
            if running is not None and running.token is token:
                self._forget(running)

    def _go_on(self, uri: str) -> None:
        """Let those go on who wait for a pause."""
        for waiting in self._pausing.pop(uri, ()):
            if not waiting.done():
                waiting.set_result(None)

    def _forget(self, running: _Running) -> None:
        if self._running.get(running.snapshot.uri) is running:
            del self._running[running.snapshot.uri]


def _retrieve(task: asyncio.Task[Analysed]) -> None:
    """Look at the exception of a task that nobody may await any more, so that asyncio does not complain."""
    if not task.cancelled():
        task.exception()
