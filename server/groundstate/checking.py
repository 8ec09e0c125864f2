"""Checking: from the paths of one run to its outcome, through discovery, cache, workspace and analysis."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

from groundstate.cache import Cache, report_from_text, report_key
from groundstate.discovery import Problem, discover, surrounding_files
from groundstate.documents import MOST_BYTES, Document, read_document
from groundstate.engine_loading import EngineSource, engine_source, source_once_verified
from groundstate.report import Report
from groundstate.reports.outcome import Outcome, shown_path
from groundstate.settings import LoadedSettings, settings_as_mapping
from groundstate_grammars.rules import SOFT_RULES

if TYPE_CHECKING:
    from groundstate.analysis import Workspace
    from groundstate_grammars.index import Words
    from groundstate_grammars.project import FileSummary


MOST_VERSIONS = 8
"""Earlier versions of a project whose reports are looked at; what is of others is made anew."""
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
    notes = [
        f"{shown_path(document.path)}: not checked, for it has more than {MOST_BYTES:,} bytes"
        for document in documents
        if len(document.data) > MOST_BYTES
    ]
    with Cache(settings.cache_dir, enabled=use_cache) as cache:
        source = engine_source(settings, cache) if learned and documents else None
        if source is not None and source.model_hash is None:
            notes.insert(0, NO_MODEL)
        reports = Run(loaded, source, cache, jobs, problems).reports(documents) if documents else ()
    model = None if source is None else source.model_hash
    return Outcome(reports, tuple(problems), model), tuple(notes)


@dataclass(slots=True)
class _Project:
    """The files of a run's project: ``files`` are their digests by name, ``key`` is the cache's for them all."""

    context: str
    key: str
    files: Mapping[str, str]
    documents: Sequence[Document]
    summaries: Sequence[FileSummary | None] | None = None
    workspace: Workspace | None = None
    words: Mapping[Path, Words] | None = None


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
        project = self._project(self.surroundings(documents))
        keys = [report_key(project.context, self._name(document), document.digest) for document in documents]
        reports = self._stored(documents, keys, project)
        reports |= self._without_findings(documents, keys, reports, project)
        missing = [index for index in range(len(documents)) if index not in reports]
        if missing:
            fresh = self._analysed([documents[index] for index in missing], project)
            entries: dict[str, str] = {}
            for index, result in zip(missing, fresh, strict=True):
                report = (
                    None if result is None else report_from_text(documents[index], result.partition(" ")[2])
                )
                if result is not None and report is not None:
                    reports[index] = report
                    entries[keys[index]] = _entry(project.key, project.key, result)
            # What they replace goes to the second place: what breaks is mended, and then it holds again.
            replaced = {_second(key): entry for key, entry in self.cache.get(entries).items()}
            self.cache.put({project.key: json.dumps(project.files), **replaced, **entries})
        return tuple(reports[index] for index in sorted(reports))

    def workspace(self, surroundings: Sequence[Document]) -> Workspace:
        """What is known about the project whose files are ``surroundings``."""
        return self._workspace(self._project(surroundings))

    def version(self, surroundings: Sequence[Document]) -> str:
        """A digest of all that reports of the project whose files are ``surroundings`` depend on."""
        return self._project(surroundings).key

    def _workspace(self, project: _Project) -> Workspace:
        from groundstate.analysis import Workspace
        from groundstate_grammars.index import ProjectIndex
        from groundstate_grammars.project import ProjectFacts

        if project.workspace is None:
            root, facts = self.loaded.root, None
            if self.source is not None and self.source.model_hash is not None:
                found = self._summaries(project)
                facts = ProjectFacts.of(summary for summary in found if summary is not None)
            index = ProjectIndex(root, self.loaded.settings.interpreter, lambda: self._words(project))
            project.workspace = Workspace(root, facts, index)
        return project.workspace

    def surroundings(self, documents: Sequence[Document]) -> list[Document]:
        """The documents themselves, and the other files of their project that can be read."""
        known = {document.path for document in documents}
        others = _read([path for path in surrounding_files(self.loaded) if path not in known], [])
        return sorted([*documents, *others], key=lambda document: document.path.parts)

    def _project(self, surroundings: Sequence[Document]) -> _Project:
        files = {self._name(document): document.digest for document in surroundings}
        context = self._context()
        key = report_key("project", context, *(part for item in sorted(files.items()) for part in item))
        return _Project(context, key, files, surroundings)

    def _stored(
        self, documents: Sequence[Document], keys: Sequence[str], project: _Project
    ) -> dict[int, Report]:
        """The reports of the cache that hold, by index."""
        stored = self.cache.get(keys)
        first = {index: stored[key] for index, key in enumerate(keys) if key in stored}
        reports, renewed = self._held(documents, first, project)
        left = {_second(keys[index]): index for index in first.keys() - reports.keys()}
        second = {left[key]: entry for key, entry in self.cache.get(left).items()}
        others, renewed_others = self._held(documents, second, project)
        entries = {keys[index]: entry for index, entry in renewed.items()}
        for index in others:
            entries[keys[index]] = renewed_others.get(index, second[index])
            entries[_second(keys[index])] = first[index]
        if entries:  # so that the next run need not ask what changed since those versions
            self.cache.put({project.key: json.dumps(project.files), **entries})
        return reports | others

    def _without_findings(
        self, documents: Sequence[Document], keys: Sequence[str], known: Collection[int], project: _Project
    ) -> dict[int, Report]:
        """Reports of the cache, by index, in which a run with all rules had nothing: with fewer rules there is nothing too.

        Of others a run with fewer rules says something else: an exact finding takes what a learned rule would repair, and
        an ignore comment hides less.
        """
        settings = self.loaded.settings
        every_rule = replace(settings, select=("ALL",), ignore=(), per_file_ignores=())
        missing = [index for index in range(len(documents)) if index not in known]
        if not missing or every_rule == settings:
            return {}
        source = self.source if self.source is not None else source_once_verified(settings, self.cache)
        other = replace(self, loaded=replace(self.loaded, settings=every_rule), source=source)
        others = other._project(project.documents)
        asked = [documents[index] for index in missing]
        other_keys = [report_key(others.context, self._name(item), item.digest) for item in asked]
        held = other._stored(asked, other_keys, others)
        entries = self.cache.get(other_keys[at] for at in held)
        found: dict[int, Report] = {}
        kept: dict[str, str] = {}
        for at, report in held.items():
            entry = entries.get(other_keys[at])
            if entry is not None and not (report.findings or report.ignored or report.contracts):
                found[missing[at]] = report
                kept[keys[missing[at]]] = _entry(project.key, project.key, _entry_parts(entry)[2])
        if kept:
            self.cache.put({project.key: json.dumps(project.files), **kept})
        return found

    def _held(
        self, documents: Sequence[Document], entries: Mapping[int, str], project: _Project
    ) -> tuple[dict[int, Report], dict[int, str]]:
        """The reports among entries of the cache that hold, by index, and for these the entries to stand there from now on.

        All of this version of the project hold, and of earlier ones those that took nothing from it that changed.
        """
        reports: dict[int, Report] = {}
        earlier: dict[str, dict[int, tuple[str, Report]]] = {}
        for index, entry in entries.items():
            holds, made, result = _entry_parts(entry)
            taken, _, text = result.partition(" ")
            report = report_from_text(documents[index], text)
            if report is not None and holds == project.key:
                reports[index] = report
            elif report is not None:
                earlier.setdefault(made, {})[index] = taken, report
        renewed: dict[int, str] = {}
        most_used = sorted(earlier, key=lambda version: -len(earlier[version]))[:MOST_VERSIONS]
        for version in most_used:
            found = earlier[version]
            names = {self._name(documents[index]): index for index in found}
            touched, passed_over = self._touched(
                {name: found[index][0] for name, index in names.items()}, version, project
            )
            for name in names.keys() - touched:
                index = names[name]
                reports[index] = found[index][1]
                made = version if name in passed_over else project.key
                renewed[index] = _entry(project.key, made, _entry_parts(entries[index])[2])
        return reports, renewed

    def _touched(
        self, taken: Mapping[str, str], version: str, project: _Project
    ) -> tuple[Collection[str], Collection[str]]:
        """The files, by name, that took something from an earlier version of the project that is not so any more; and those
        of which what they took is still to be compared with that version (``Change.passed_over``)."""
        from groundstate.changes import change_between
        from groundstate.summarising import contribution_of
        from groundstate.taken import Taken

        try:
            files = json.loads(self.cache.get([version]).get(version, ""))
            took = {name: Taken.from_text(text) for name, text in taken.items()}
            facts = self._workspace(project).facts
            change = change_between(
                files,
                project.files,
                self.loaded.root,
                lambda name, digest: contribution_of(PurePath(name), digest, self.cache),
                facts,
                dict(zip(project.files, self._summaries(project), strict=True)),
            )
            return (taken.keys(), ()) if change is None else (change.touched(took), change.passed_over(took))
        except (ValueError, TypeError, AttributeError, KeyError):
            return taken.keys(), ()  # the cache holds something else

    def _analysed(self, documents: Sequence[Document], project: _Project) -> list[str | None]:
        """For each document what its analysis took and its report, as text; None where that failed."""
        from groundstate.parallel import Analyser, Failure, each, processes_for

        processes = processes_for(documents, self.jobs)
        if processes > 1:  # once, for all of them
            self._words(project)
            _ = self.source and self.source.package
        threads = max(1, (os.cpu_count() or 1) // processes)
        analyser = Analyser(self._workspace(project), self.source, self.loaded.settings, threads)
        found: list[str | None] = []
        for document, result in zip(documents, each(analyser, documents, self.jobs, "Checking"), strict=True):
            if isinstance(result, Failure):
                self.problems.append(Problem(shown_path(document.path), result.message))
                found.append(None)
            else:
                found.append(result)
        return found

    def _summaries(self, project: _Project) -> Sequence[FileSummary | None]:
        """What each file says to the others; None of one that cannot be summarised."""
        from groundstate.summarising import summaries_of

        if project.summaries is None:
            project.summaries = summaries_of(project.documents, self.cache, self.jobs)
        return project.summaries

    def _words(self, project: _Project) -> Mapping[Path, Words]:
        """The words that the symbol index is asked about."""
        from groundstate.summarising import words_of

        if project.words is None:
            project.words = words_of(project.documents, self.cache)
        return project.words

    def _context(self) -> str:
        """A digest of everything but the files of the project that a report depends on."""
        digest = hashlib.sha256()
        shown = settings_as_mapping(self.loaded.settings)
        del shown["baseline"], shown["cache-dir"]  # the analysis knows neither
        digest.update(
            json.dumps([str(self.loaded.root), shown, self.source and self.source.model_hash]).encode()
        )
        for folder in self._installed():
            digest.update(f"\0{folder}\0{folder.stat().st_mtime_ns}".encode("utf-8", "surrogateescape"))
        return digest.hexdigest()

    def _installed(self) -> list[Path]:
        """Folders of installed packages that the analysis may read; they change when a package is installed."""
        interpreter, root = self.loaded.settings.interpreter, self.loaded.root
        homes = [root / ".venv", root / "venv"] if interpreter is None else [interpreter.parent.parent]
        return sorted(
            folder for home in homes for folder in home.glob("lib*/python*/site-packages") if folder.is_dir()
        )

    def _name(self, document: Document) -> str:
        """The path below the root, or the absolute one of what lies elsewhere."""
        path, folder = str(document.path), os.path.join(self.loaded.root, "")
        return path.removeprefix(folder).replace(os.sep, "/")


def _entry(holds: str, made: str, result: str) -> str:
    """A value of the cache: the last version of the project for which a report is known to hold, the version with which what
    its analysis took is to be compared, and what that took and the report."""
    return f"{holds}/{made} {result}"


def _entry_parts(value: str) -> tuple[str, str, str]:
    """What ``_entry`` was given; of another text, whatever it is."""
    versions, _, result = value.partition(" ")
    holds, _, made = versions.partition("/")
    return holds, made, result


def _second(key: str) -> str:
    """The key of the entry that was there before the one of ``key``."""
    return f"{key} before"


def _read(paths: Sequence[Path], problems: list[Problem]) -> list[Document]:
    """The documents that can be read; the others are added to ``problems``."""
    documents = []
    for path in paths:
        try:
            documents.append(read_document(path))
        except OSError as error:
            problems.append(Problem(shown_path(path), f"cannot be read: {error.strerror or error}"))
    return documents
