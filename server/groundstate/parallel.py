"""Work on many documents, in this process or spread over forked ones.

A forked process inherits what it needs without copying it and sends back text. Only Linux forks safely; elsewhere, and
for little source, everything runs here. An error of ours in one file becomes a problem of that file, and the others go
on.
"""

from __future__ import annotations

import gc
import signal
import sys
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import PurePath

from groundstate.analysis import Engine, Workspace, analyse
from groundstate.cache import report_as_text
from groundstate.contracts import Contracts
from groundstate.documents import MOST_BYTES, Document
from groundstate.engine_loading import EngineError, EngineSource, load_engine
from groundstate.heap import give_back
from groundstate.outlines import outline_of
from groundstate.progress import progress
from groundstate.recording import Recorder
from groundstate.settings import Settings
from groundstate.summaries import summary_as_text

LONG_BYTES = 50_000
"""What was needed for a document of more bytes is given back to the system after it: few are so long, and they need most."""
FEWEST_BYTES = 200_000
"""Less source than this is worked on in this process: starting others would take longer."""


@dataclass(frozen=True, slots=True)
class Failure:
    """Why one document could not be worked on."""

    message: str


@dataclass(slots=True)
class Analyser:
    """Analyses documents; its engine is loaded in the process that first needs it.

    ``threads``: of the CPU, for one engine; 0 takes all.
    """

    workspace: Workspace
    source: EngineSource | None
    settings: Settings
    threads: int
    _engine: Engine | None = None
    _recorder: Recorder | None = None
    _contracts: Contracts | None = None

    def __call__(self, document: Document) -> str:
        """What the analysis of a document took from its project and its report, both as text, with a blank between."""
        if self._engine is None and self.source is not None:
            self._engine = load_engine(self.source, threads=self.threads, remembers=False)
        if self._recorder is None:
            self._recorder = Recorder(self.workspace)
        report = analyse(document, self._recorder.workspace, self._engine, self.settings)
        if self._contracts is None:
            self._contracts = Contracts()
        report = self._contracts.added_to(report, self._recorder.workspace, self._engine, self.settings)
        mended = any(status.search is not None for status in report.contracts)
        taken = self._recorder.taken(judged=report.rests_on_others or mended)
        return f"{taken.as_text()} {report_as_text(report)}"


def summarise(document: Document) -> str:
    """The summary and the outline of a document as text, a line each."""
    unread = document.not_text_at is not None or len(document.data) > MOST_BYTES
    summary = summary_as_text(None if unread else document.parsed.summary())
    return f"{summary}\n{outline_of(document).as_text()}"


Work = Callable[[Document], str]

_inherited: tuple[Work, Sequence[Document]] | None = None


def each(work: Work, documents: Sequence[Document], jobs: int, what: str) -> list[str | Failure]:
    """The result of ``work`` for each document, in their order. Trees are not kept after a document's turn.

    Raises:
        EngineError: from ``work``; no other error leaves it.
    """
    processes = processes_for(documents, jobs)
    if processes > 1:
        return _forked(work, documents, processes, what)
    return [_guarded(work, document) for document in progress(documents, len(documents), what)]


def processes_for(documents: Sequence[Document], jobs: int) -> int:
    """How many processes share the documents when at most ``jobs`` may."""
    small = sum(len(document.data) for document in documents) < FEWEST_BYTES
    return 1 if small or sys.platform != "linux" else min(jobs, len(documents))


def _forked(work: Work, documents: Sequence[Document], jobs: int, what: str) -> list[str | Failure]:
    import multiprocessing
    from concurrent.futures import ProcessPoolExecutor, as_completed
    from concurrent.futures.process import BrokenProcessPool

    global _inherited
    found: dict[int, str | Failure] = {}
    largest_first = sorted(range(len(documents)), key=lambda index: -len(documents[index].data))
    _inherited = (work, documents)
    try:
        with ProcessPoolExecutor(jobs, multiprocessing.get_context("fork"), _begin) as pool:
            futures = {pool.submit(_inherited_work, index): index for index in largest_first}
            try:
                for future in progress(as_completed(futures), len(futures), what):
                    found[futures[future]] = future.result()
            except (KeyboardInterrupt, EngineError):
                pool.shutdown(wait=False, cancel_futures=True)
                raise
    except BrokenProcessPool:
        lost = Failure("a process was ended while this file waited, perhaps for memory; try --jobs 1")
        for index in range(len(documents)):
            found.setdefault(index, lost)
    finally:
        _inherited = None
    return [found[index] for index in range(len(documents))]


def _begin() -> None:
    """Leave interrupts to the process that the user started; and what is inherited out of garbage collection, which would
    write to all of it and so copy it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.freeze()


def _inherited_work(index: int) -> str | Failure:
    assert _inherited is not None
    work, documents = _inherited
    return _guarded(work, documents[index])


def _guarded(work: Work, document: Document) -> str | Failure:
    try:
        return _worked(work, document)
    finally:
        if len(document.data) > LONG_BYTES:
            give_back()


def _worked(work: Work, document: Document) -> str | Failure:
    try:
        return work(Document(document.path, document.data))
    except EngineError:
        raise
    except Exception as error:
        frames = traceback.extract_tb(error.__traceback__)
        where = f" at {PurePath(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
        said = f"{type(error).__name__}: {error}"
        return Failure(f"could not be checked: an error inside groundstate{where}: {said}; please report it")
