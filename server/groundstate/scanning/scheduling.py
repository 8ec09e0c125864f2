"""Scheduling: batches to workers, and again where a worker died.

A worker that has nothing to do takes the next batch of the repository whose facts it has, then a repository that nobody is
at, and only then helps another worker with its own: facts are read once for a repository as long as there are enough
repositories. A batch whose worker dies is given out again; after too many deaths it is halved, so that what ends a worker is
found, and the rest is not lost.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from groundstate.discovery import Problem
from groundstate.errors import UserError
from groundstate.scanning.planning import Batch
from groundstate.scanning.worker import Scanned

HALVINGS = 20
"""More than it takes to find one file in any batch."""
POLL_SECONDS = 1.0


class Crew(Protocol):
    """Workers, numbered from 0; each has at most one batch at a time."""

    @property
    def size(self) -> int: ...

    def give(self, worker: int, batch: Batch) -> None:
        """Let a worker scan a batch."""

    def take(self, seconds: float) -> list[tuple[int, Scanned | None]]:
        """What workers are done with since, after at most so many seconds; None where one died."""

    def replace(self, worker: int) -> None:
        """Put a new worker in the place of one, dead or alive."""

    def close(self) -> None:
        """End all workers."""


@dataclass(frozen=True, slots=True)
class Patience:
    """``tries``: workers that a batch may end before it is halved. ``seconds``: for one batch, then its worker is ended."""

    tries: int = 3
    seconds: float = 1800.0


@dataclass(slots=True)
class Deaths:
    """How many workers died, and how many batches were given out again."""

    workers: int = 0
    again: int = 0


@dataclass(slots=True)
class _Task:
    batch: Batch
    ended: int = 0
    """Workers that died of it."""


@dataclass(slots=True)
class _Waiting:
    """Tasks by repository; repositories are planned only when a worker is free for them."""

    repositories: Iterator[Iterable[Batch]]
    tasks: dict[Path, deque[_Task]] = field(default_factory=dict)

    def next_for(self, at: Path | None, others: set[Path]) -> _Task | None:
        """What a worker at the repository ``at`` does next, while others are at ``others``."""
        own = self.tasks.get(at) if at is not None else None
        if own:
            return self._popped(own)
        free = next((queue for path, queue in self.tasks.items() if path not in others), None)
        if free is None:
            free = next((queue for queue in map(self._added, self.repositories) if queue), None)
        if free is None and self.tasks:
            free = max(self.tasks.values(), key=len)
        return self._popped(free) if free else None

    def put_back(self, task: _Task) -> None:
        self.tasks.setdefault(task.batch.repository.path, deque()).appendleft(task)

    def _added(self, batches: Iterable[Batch]) -> deque[_Task]:
        queue = deque(_Task(batch) for batch in batches)
        if queue:
            self.tasks[queue[0].batch.repository.path] = queue
        return queue

    def _popped(self, queue: deque[_Task]) -> _Task:
        task = queue.popleft()
        if not queue:
            del self.tasks[task.batch.repository.path]
        return task


def scanned(
    repositories: Iterator[Iterable[Batch]], crew: Crew, patience: Patience, deaths: Deaths
) -> Iterator[tuple[Batch, Scanned]]:
    """What became of every batch, in the order of their ends. ``deaths`` is added to.

    Raises:
        UserError: no worker can scan anything.
    """
    waiting = _Waiting(repositories)
    at: dict[int, Path] = {}
    busy: dict[int, tuple[_Task, float]] = {}
    in_a_row = 0
    # So many may die of one file in each batch before the first file of them is through.
    most_in_a_row = (2 * patience.tries + HALVINGS) * crew.size
    while True:
        for worker in range(crew.size):
            if worker in busy:
                continue
            others = {path for other, path in at.items() if other != worker and other in busy}
            task = waiting.next_for(at.get(worker), others)
            if task is None:
                break
            at[worker] = task.batch.repository.path
            busy[worker] = task, time.monotonic() + patience.seconds
            crew.give(worker, task.batch)
        if not busy:
            return
        answers: list[tuple[int, Scanned | None]] = crew.take(POLL_SECONDS)
        answered = {worker for worker, _ in answers}
        now = time.monotonic()
        late = [worker for worker, (_, until) in busy.items() if now > until and worker not in answered]
        for worker, answer in [*answers, *((worker, None) for worker in late)]:
            task, _ = busy.pop(worker)
            if answer is not None:
                if answer.refused:
                    raise UserError(answer.refused)
                in_a_row = 0
                yield task.batch, answer
                continue
            crew.replace(worker)
            at.pop(worker, None)
            deaths.workers += 1
            in_a_row += 1
            if in_a_row > most_in_a_row:
                raise UserError(
                    f"{in_a_row} workers ended one after the other before they had scanned anything, the last one on "
                    f"{task.batch.parts[0].path}; too little memory for so many (--workers)?"
                )
            lost = _again(task, patience, waiting)
            deaths.again += lost is None
            if lost is not None:
                yield task.batch, lost


def _again(task: _Task, patience: Patience, waiting: _Waiting) -> Scanned | None:
    """Put a task back whose worker died, or its halves; where one file is left and enough tried it, the problem it is."""
    task.ended += 1
    if task.ended < patience.tries:
        waiting.put_back(task)
    elif len(task.batch.parts) > 1:
        for half in reversed(task.batch.halves()):
            waiting.put_back(_Task(half, patience.tries - 1 if len(half.parts) > 1 else 0))
    else:
        part = task.batch.parts[0]
        ended = f"not scanned: it ended its worker {task.ended} times, for memory, for time or by a crash"
        return Scanned({}, (Problem(str(part.path), ended),))
    return None
