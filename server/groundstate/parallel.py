"""Analysis of many documents, in this process or spread over forked ones.

A forked process inherits the documents and the workspace without copying them, builds its own engine, and sends back
reports as text. Only Linux forks safely; elsewhere, and for little source, everything runs here. An error of ours in
one file becomes a problem of that file, and the others are still reported.
"""

from __future__ import annotations

import multiprocessing
import sys
import traceback
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path, PurePath

from groundstate.analysis import Engine, Workspace, analyse
from groundstate.cache import report_as_text, report_from_text
from groundstate.discovery import Problem
from groundstate.documents import Document
from groundstate.engine_loading import EngineSource, load_engine
from groundstate.progress import progress
from groundstate.report import Report
from groundstate.reports.outcome import shown_path
from groundstate.settings import Settings
from groundstate.workspaces import load_workspace

FEWEST_BYTES = 200_000
"""Less source than this is analysed in this process: starting others would take longer."""


@dataclass(slots=True)
class _Work:
    """What a forked process inherits."""

    documents: Sequence[Document]
    workspace: Workspace
    source: EngineSource | None
    settings: Settings
    engine: Engine | None = None


_work: _Work | None = None


def analyse_all(
    documents: Sequence[Document],
    surroundings: Sequence[Document],
    root: Path,
    settings: Settings,
    source: EngineSource | None,
    jobs: int,
) -> list[Report | Problem]:
    """A report for each document, or why there is none."""
    global _work
    workspace = load_workspace(root, settings, surroundings)
    _work = _Work(documents, workspace, source, settings)
    try:
        jobs = min(jobs, len(documents))
        forks = sys.platform == "linux" and sum(len(document.data) for document in documents) >= FEWEST_BYTES
        if jobs > 1 and forks:
            return _forked(documents, jobs)
        return [_report(index) for index in progress(range(len(documents)), len(documents), "Checking")]
    finally:
        _work = None


def _forked(documents: Sequence[Document], jobs: int) -> list[Report | Problem]:
    found: dict[int, Report | Problem] = {}
    largest_first = sorted(range(len(documents)), key=lambda index: -len(documents[index].data))
    try:
        with ProcessPoolExecutor(jobs, multiprocessing.get_context("fork")) as pool:
            futures = [pool.submit(_encoded, index) for index in largest_first]
            for future in progress(as_completed(futures), len(futures), "Checking"):
                index, text, problem = future.result()
                report = None if text is None else report_from_text(documents[index], text)
                found[index] = (
                    problem or report or Problem(shown_path(documents[index].path), "no report came back")
                )
    except BrokenProcessPool:
        lost = "a process was ended while this file waited, perhaps for memory; try --jobs 1"
        for index, document in enumerate(documents):
            found.setdefault(index, Problem(shown_path(document.path), lost))
    return [found[index] for index in range(len(documents))]


def _encoded(index: int) -> tuple[int, str | None, Problem | None]:
    result = _report(index)
    return (index, None, result) if isinstance(result, Problem) else (index, report_as_text(result), None)


def _report(index: int) -> Report | Problem:
    assert _work is not None
    document = _work.documents[index]
    try:
        if _work.engine is None and _work.source is not None and _work.source.package is not None:
            _work.engine = load_engine(_work.source)
        # A copy of the document, so that its tree goes when its report is made.
        fresh = Document(document.path, document.data)
        report = analyse(fresh, _work.workspace, _work.engine, _work.settings)
        return Report(document, report.findings, report.ignored)
    except Exception as error:
        return Problem(shown_path(document.path), _bug(error))


def _bug(error: Exception) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    where = f" at {PurePath(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    said = f"{type(error).__name__}: {error}"
    return f"could not be checked: an error inside groundstate{where}: {said}; please report it"
