"""A crew of processes of this machine. Each is started afresh, not forked, so that one can be replaced at any time."""

from __future__ import annotations

import contextlib
import io
import multiprocessing
import signal
from dataclasses import replace
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess

from groundstate.scanning.planning import Batch
from groundstate.scanning.worker import Scanned, Setup, Worker


class LocalCrew:
    """``size`` processes, started when they get their first batch.

    Args:
        gpus: how many of this machine's GPUs the workers share, one each in turn; 0 for none.
    """

    def __init__(self, size: int, setup: Setup, gpus: int = 0) -> None:
        self.size = size
        self._setup = setup
        self._gpus = gpus
        self._context = multiprocessing.get_context("spawn")
        self._workers: dict[int, tuple[SpawnProcess, Connection]] = {}

    def give(self, worker: int, batch: Batch) -> None:
        if worker not in self._workers:
            self._workers[worker] = self._started(worker)
        with contextlib.suppress(OSError):  # it is dead, which `take` says
            self._workers[worker][1].send(batch)

    def take(self, seconds: float) -> list[tuple[int, Scanned | None]]:
        by_end = {id(connection): worker for worker, (_, connection) in self._workers.items()}
        ready = wait([connection for _, connection in self._workers.values()], seconds)
        return [(by_end[id(end)], _received(end)) for end in ready if isinstance(end, Connection)]

    def replace(self, worker: int) -> None:
        if worker in self._workers:
            process, connection = self._workers.pop(worker)
            connection.close()
            process.kill()
            process.join()

    def close(self) -> None:
        for worker in list(self._workers):
            self.replace(worker)

    def _started(self, worker: int) -> tuple[SpawnProcess, Connection]:
        ours, theirs = self._context.Pipe()
        setup = replace(self._setup, gpu=worker % self._gpus) if self._gpus else self._setup
        process = self._context.Process(
            target=_serve, args=(theirs, setup), name=f"groundstate-scan-{worker}", daemon=False
        )
        process.start()
        theirs.close()
        return process, ours


def _received(connection: Connection) -> Scanned | None:
    try:
        answer: Scanned = connection.recv()
    except (EOFError, OSError):
        return None
    return answer


def _serve(connection: Connection, setup: Setup) -> None:
    """What a worker's process does: scan what comes until nothing comes any more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    worker = Worker(setup)
    # The bars of a terminal are drawn by the process that the user started.
    with contextlib.redirect_stderr(io.StringIO()):
        while True:
            try:
                batch = connection.recv()
            except (EOFError, OSError):
                return
            connection.send(worker.scan(batch))
