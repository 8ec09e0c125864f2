"""Checking: from the paths of one run to its outcome, through discovery, cache, workspace and analysis."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from groundstate.cache import Cache, report_as_text, report_from_text, report_key
from groundstate.discovery import Problem, discover, relative_to_root, surrounding_files
from groundstate.documents import MOST_BYTES, Document, read_document
from groundstate.engine_loading import EngineSource, engine_source
from groundstate.report import Report
from groundstate.reports.outcome import Outcome, shown_path
from groundstate.settings import LoadedSettings, settings_as_mapping
from groundstate_grammars.rules import SOFT_RULES

if TYPE_CHECKING:
    from groundstate.analysis import Workspace
    from groundstate_grammars.project import ProjectFacts


NO_MODEL = "no model package is installed: only exact rules (GS1) are checked"


@dataclass(frozen=True, slots=True)
class Input:
    """What to check. ``data``: the text that stands for the file at the one path, None to read files."""

    paths: tuple[Path, ...]
    data: bytes | None


def check(
    given: Input,
    loaded: LoadedSettings,
    *,
    use_cache: bool,
    jobs: int,
    only: Callable[[Path], bool] | None = None,
    force_exclude: bool = False,
) -> tuple[Outcome, tuple[str, ...]]:
    """Check the input; the second result holds notes for the user.

    Args:
        only: which of the files that are found to check; None for all.
        force_exclude: excluded files are not checked even where they are named.

    Raises:
        EngineError: learned rules are selected and cannot run.
    """
    settings, root = loaded.settings, loaded.root
    problems: list[Problem] = []
    if given.data is not None:
        documents = [Document(Path(os.path.abspath(given.paths[0])), given.data)]
    else:
        found = discover(given.paths, root, settings.exclude, force_exclude=force_exclude)
        problems.extend(found.problems)
        documents = _read([path for path in found.files if only is None or only(path)], problems)
    learned = not settings.reported_rules(root.relative_to(root)).isdisjoint(SOFT_RULES)
    source = engine_source(settings) if learned and documents else None
    notes = [NO_MODEL] if source is not None and source.package is None else []
    notes += [
        f"{shown_path(document.path)}: not checked, for it has more than {MOST_BYTES:,} bytes"
        for document in documents
        if len(document.data) > MOST_BYTES
    ]
    with Cache(settings.cache_dir, enabled=use_cache) as cache:
        reports = Run(loaded, source, cache, jobs, problems).reports(documents) if documents else ()
    model = None if source is None else source.model_hash
    return Outcome(reports, tuple(problems), model), tuple(notes)


@dataclass(frozen=True, slots=True)
class Run:
    """What is the same for all documents of a run. ``problems`` is added to."""

    loaded: LoadedSettings
    source: EngineSource | None
    cache: Cache
    jobs: int
    problems: list[Problem]

    def reports(self, documents: Sequence[Document]) -> tuple[Report, ...]:
        """Reports in the order of the documents, from the cache where nothing that they depend on changed."""
        surroundings = self.surroundings(documents)
        context = self._context(surroundings)
        keys = [report_key(context, self._name(document), document.digest) for document in documents]
        reports: dict[int, Report] = {}
        stored = self.cache.get(keys)
        for index, key in enumerate(keys):
            report = report_from_text(documents[index], stored[key]) if key in stored else None
            if report is not None:
                reports[index] = report
        missing = [index for index in range(len(documents)) if index not in reports]
        if missing:
            fresh = self._analysed([documents[index] for index in missing], surroundings)
            reports |= {
                index: report for index, report in zip(missing, fresh, strict=True) if report is not None
            }
            self.cache.put(
                {keys[index]: report_as_text(reports[index]) for index in missing if index in reports}
            )
        return tuple(reports[index] for index in sorted(reports))

    def workspace(self, surroundings: Sequence[Document]) -> Workspace:
        """What is known about the project whose files are ``surroundings``."""
        from groundstate.analysis import Workspace
        from groundstate_grammars.index import ProjectIndex

        root = self.loaded.root
        facts = (
            self._facts(surroundings) if self.source is not None and self.source.package is not None else None
        )
        return Workspace(root, facts, ProjectIndex(root, self.loaded.settings.interpreter))

    def surroundings(self, documents: Sequence[Document]) -> list[Document]:
        """The documents themselves, and the other files of their project that can be read."""
        known = {document.path for document in documents}
        others = _read([path for path in surrounding_files(self.loaded) if path not in known], [])
        return sorted([*documents, *others], key=lambda document: document.path.parts)

    def _analysed(
        self, documents: Sequence[Document], surroundings: Sequence[Document]
    ) -> list[Report | None]:
        from groundstate.parallel import Analyser, Failure, each, processes_for

        threads = max(1, (os.cpu_count() or 1) // processes_for(documents, self.jobs))
        analyser = Analyser(self.workspace(surroundings), self.source, self.loaded.settings, threads)
        reports: list[Report | None] = []
        for document, result in zip(documents, each(analyser, documents, self.jobs, "Checking"), strict=True):
            if isinstance(result, Failure):
                self.problems.append(Problem(shown_path(document.path), result.message))
                reports.append(None)
            else:
                reports.append(report_from_text(document, result))
        return reports

    def _facts(self, surroundings: Sequence[Document]) -> ProjectFacts:
        """Facts of the project; a file that cannot be summarised contributes none."""
        from groundstate.summarising import summaries_of
        from groundstate_grammars.project import ProjectFacts

        summaries = summaries_of(surroundings, self.cache, self.jobs)
        return ProjectFacts.of(summary for summary in summaries if summary is not None)

    def _context(self, surroundings: Sequence[Document]) -> str:
        """A digest of everything but the document itself that its report depends on."""
        digest = hashlib.sha256()
        shown = settings_as_mapping(self.loaded.settings)
        del shown["baseline"], shown["cache-dir"]  # the analysis knows neither
        digest.update(
            json.dumps([str(self.loaded.root), shown, self.source and self.source.model_hash]).encode()
        )
        for folder in self._installed():
            digest.update(f"\0{folder}\0{folder.stat().st_mtime_ns}".encode("utf-8", "surrogateescape"))
        for document in surroundings:
            digest.update(f"\0{self._name(document)}\0{document.digest}".encode("utf-8", "surrogateescape"))
        return digest.hexdigest()

    def _installed(self) -> list[Path]:
        """Folders of installed packages that the analysis may read; they change when a package is installed."""
        interpreter, root = self.loaded.settings.interpreter, self.loaded.root
        homes = [root / ".venv", root / "venv"] if interpreter is None else [interpreter.parent.parent]
        return sorted(
            folder for home in homes for folder in home.glob("lib*/python*/site-packages") if folder.is_dir()
        )

    def _name(self, document: Document) -> str:
        return relative_to_root(document.path, self.loaded.root).as_posix()


def _read(paths: Sequence[Path], problems: list[Problem]) -> list[Document]:
    """The documents that can be read; the others are added to ``problems``."""
    documents = []
    for path in paths:
        try:
            documents.append(read_document(path))
        except OSError as error:
            problems.append(Problem(shown_path(path), f"cannot be read: {error.strerror or error}"))
    return documents
