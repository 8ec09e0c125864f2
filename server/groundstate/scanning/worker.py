"""A worker of a scan: an engine that stays, and the linter's analysis on one batch after the other."""

from __future__ import annotations

import json
import os
import socket
import traceback
from dataclasses import dataclass
from pathlib import Path, PurePath

from groundstate.analysis import Workspace
from groundstate.baseline import Baseline
from groundstate.cache import Cache, report_from_text
from groundstate.checking import Run
from groundstate.discovery import Problem
from groundstate.documents import Document
from groundstate.engine_loading import EngineError, EngineSource, load_engine
from groundstate.report import Report
from groundstate.scanning.planning import Batch, baseline_of, documents_of, source_for, version_of

CACHE_BYTES = 1 << 30
"""Summaries that the workers of one machine keep for one another, at most."""


@dataclass(frozen=True, slots=True)
class Setup:
    """What a worker starts with. ``threads``: of the network on the CPU. ``cache``: folder for what workers of one machine
    share; ``gpu``: the number of the one it has to itself, None where that was settled already or there is none."""

    source: EngineSource | None
    threads: int
    cache: Path
    gpu: int | None = None


@dataclass(frozen=True, slots=True)
class Scanned:
    """What became of a batch. ``results``: by key, as ``result_text`` writes them; ``problems``: files without one.

    ``device``: what the network ran on and why, "" where none did. ``refused``: why no batch can be scanned at all, or "".
    """

    results: dict[str, str]
    problems: tuple[Problem, ...]
    device: str = ""
    refused: str = ""


class Worker:
    """Scans batches; the engine is loaded for the first one, the facts of a project for the first of its batches."""

    def __init__(self, setup: Setup) -> None:
        self._setup = setup
        if setup.gpu is not None:
            os.environ["CUDA_VISIBLE_DEVICES"] = str(setup.gpu)
        self._engine: object = None
        self._known: tuple[str, _Project] | None = None

    def scan(self, batch: Batch) -> Scanned:
        """Scan ``batch``. Whatever goes wrong is in the result: only the end of the process is not."""
        try:
            return self._scanned(batch)
        except EngineError as error:
            return Scanned({}, (), refused=str(error))
        except Exception as error:
            frames = traceback.extract_tb(error.__traceback__)
            where = f" at {PurePath(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
            said = (
                f"could not be scanned: an error inside groundstate{where}: {type(error).__name__}: {error}"
            )
            return Scanned({}, tuple(Problem(str(part.path), said) for part in batch.parts))

    def _scanned(self, batch: Batch) -> Scanned:
        from groundstate.parallel import Analyser, Failure, each

        project = self._project(batch)
        if project is None:
            changed = "changed while it was scanned; run the same command again"
            return Scanned({}, tuple(Problem(str(part.path), changed) for part in batch.parts))
        source = source_for(batch.loaded, self._setup.source)
        if source is not None and self._engine is None:
            self._engine = load_engine(source, threads=self._setup.threads, remembers=False)
        engine = self._engine if source is not None else None
        analyser = Analyser(
            project.workspace,
            source,
            batch.loaded.settings,
            self._setup.threads,
            engine,  # type: ignore[arg-type]  # it is what load_engine gave
        )
        texts = {document.path: document for document in project.documents}
        documents = [texts[part.path] for part in batch.parts]
        results: dict[str, str] = {}
        problems: list[Problem] = []
        for part, document, found in zip(
            batch.parts, documents, each(analyser, documents, 1, ""), strict=True
        ):
            if isinstance(found, Failure):
                problems.append(Problem(str(part.path), found.message))
                continue
            report = report_from_text(document, found.partition(" ")[2])
            assert report is not None
            if project.baseline is not None:
                report = project.baseline.new_in(report)
            results[part.key] = result_text(batch, part.name, report)
        return Scanned(results, tuple(problems), str(getattr(engine, "choice", "")))

    def _project(self, batch: Batch) -> _Project | None:
        """The batch's project, None where its files are not those that the batch was made of."""
        if self._known is not None and self._known[0] == batch.version:
            return self._known[1]
        if self._known is not None:
            self._known[1].run.cache.__exit__()
            self._known = None
        run = Run(batch.loaded, source_for(batch.loaded, self._setup.source), self._cache(), 1, [])
        # All of the repository: a file may count for others that its project's settings do not take in.
        documents = run.surroundings(documents_of(batch.repository, batch.loaded)[0])
        baseline = baseline_of(batch.loaded)
        if version_of(run, documents, baseline) != batch.version:
            return None
        run.cache.__enter__()
        self._known = batch.version, _Project(run, run.workspace(documents), documents, baseline)
        return self._known[1]

    def _cache(self) -> Cache:
        return Cache(self._setup.cache / socket.gethostname(), most_bytes=CACHE_BYTES)


@dataclass(frozen=True, slots=True)
class _Project:
    run: Run
    workspace: Workspace
    documents: list[Document]
    baseline: Baseline | None


def result_text(batch: Batch, name: str, report: Report) -> str:
    """What the store keeps of a scanned file: JSON of its findings as tables and SARIF have them."""
    from groundstate.reports.json_report import finding_as_json
    from groundstate.reports.sarif import Base, result_as_json

    document = report.document
    base = Base(batch.repository.name, str(batch.repository.path))
    return json.dumps(
        {
            "name": name,
            "lines": document.data.count(b"\n"),
            "findings": [
                {**finding_as_json(document, finding), "path": name, "budget": finding.budget}
                for finding in report.findings
            ],
            "sarif": [result_as_json(document, finding, base) for finding in report.findings],
        }
    )
