"""The one thread that parses, analyses and reads files, so that the protocol loop never waits.

One thread, not a pool: a parser holds the interpreter's lock, the model uses all cores by itself, and what only one
thread touches needs no locks. Not an executor: its thread is waited for at exit, and inference may take a while.
"""

from __future__ import annotations

import asyncio
import gc
import itertools
import queue
import threading
import time
from collections.abc import Callable
from typing import Any, TypeVar

from groundstate.heap import give_back
from groundstate.lsp.cancellation import Superseded

Result = TypeVar("Result")

_NOW, _LATER = 0, 1

_IDLE_SECONDS = 0.2
"""Without a job for so long, the worker looks for young garbage in cycles: no keystroke waits for that while one types."""

_CLEARED_SECONDS = 10
"""So often all garbage is looked for and the heap given back, after a job. Versions of a long file hang in cycles of tasks
and of what was raised in them, and Python looks for old garbage where there are many more objects, not bytes."""


class Worker:
    """Runs jobs one after the other, in the order they were given; those of the background when there are no others.

    Args:
        give_way: called when a job is given that a job of the background should not keep waiting.
    """

    def __init__(self, give_way: Callable[[], None]) -> None:
        self._give_way = give_way
        self._jobs: queue.PriorityQueue[tuple[int, int, Callable[[], object]]] = queue.PriorityQueue()
        self._numbers = itertools.count()
        threading.Thread(target=self._work, name="groundstate-worker", daemon=True).start()

    async def run(self, job: Callable[[], Result], *, background: bool = False) -> Result:
        """The result of ``job``, made on the worker thread; raises what it raises.

        Cancelling the caller does not stop a job that has started.
        """
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Result] = loop.create_future()

        def settle(method: Callable[[Any], None], value: object) -> None:
            if not future.cancelled():
                method(value)

        def call() -> None:
            if future.cancelled():
                return
            try:
                result = job()
            except Superseded as stale:
                # With its traceback it would hold the version that it was raised over, and the future that holds it.
                tell(settle, future.set_exception, stale.with_traceback(None))
            except Exception as error:
                tell(settle, future.set_exception, error)
            else:
                tell(settle, future.set_result, result)

        def tell(*arguments: Any) -> None:
            if not loop.is_closed():
                loop.call_soon_threadsafe(*arguments)

        self._put(_LATER if background else _NOW, call)
        return await future

    def give(self, job: Callable[[], object]) -> None:
        """Run ``job``, which must not fail, after all that was given before, the background apart."""
        self._put(_NOW, job)

    def _put(self, priority: int, job: Callable[[], object]) -> None:
        self._jobs.put((priority, next(self._numbers), job))
        if priority == _NOW:
            self._give_way()

    def _work(self) -> None:
        cleared = time.monotonic()
        while True:
            try:
                *_, job = self._jobs.get(timeout=_IDLE_SECONDS)
            except queue.Empty:
                gc.collect(1)
                *_, job = self._jobs.get()
            job()
            del job
            if time.monotonic() - cleared > _CLEARED_SECONDS:
                gc.collect()
                give_back()
                cleared = time.monotonic()
