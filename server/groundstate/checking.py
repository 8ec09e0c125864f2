"""Checking: from the paths of one run to its outcome, through discovery, cache, workspace and analysis."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

from groundstate.cache import Cache, report_as_text, report_from_text, report_key
from groundstate.discovery import Problem, discover, relative_to_root, surrounding_files
from groundstate.documents import Document, read_document
from groundstate.engine_loading import EngineSource, engine_source
from groundstate.report import Report
from groundstate.reports.outcome import Outcome, shown_path
from groundstate.settings import LoadedSettings, settings_as_mapping
from groundstate_grammars.rules import SOFT_RULES

NO_MODEL = "no model package is installed: only exact rules (GS1) are checked"


@dataclass(frozen=True, slots=True)
class Input:
    """What to check. ``data``: the text that stands for the file at the one path, None to read files."""

    paths: tuple[Path, ...]
    data: bytes | None


def check(
    given: Input, loaded: LoadedSettings, *, use_cache: bool, jobs: int
) -> tuple[Outcome, tuple[str, ...]]:
    """Check the input; the second result holds notes for the user.

    Raises:
        EngineError: learned rules are selected and cannot run.
    """
    settings, root = loaded.settings, loaded.root
    problems: list[Problem] = []
    if given.data is not None:
        documents = [Document(Path(os.path.abspath(given.paths[0])), given.data)]
    else:
        found = discover(given.paths, root, settings.exclude)
        problems.extend(found.problems)
        documents = read_documents(found.files, problems)
    learned = not settings.reported_rules(root.relative_to(root)).isdisjoint(SOFT_RULES)
    source = engine_source(settings) if learned and documents else None
    notes = (NO_MODEL,) if source is not None and source.package is None else ()
    model = None if source is None else source.model_hash
    with Cache(settings.cache_dir) if use_cache else nullcontext() as cache:
        results = _cached_or_new(documents, loaded, source, cache, jobs)
    problems.extend(result for result in results if isinstance(result, Problem))
    reports = tuple(result for result in results if isinstance(result, Report))
    return Outcome(reports, tuple(problems), model), notes


def read_documents(paths: Sequence[Path], problems: list[Problem]) -> list[Document]:
    """The documents that can be read; the others are added to ``problems``."""
    documents = []
    for path in paths:
        try:
            documents.append(read_document(path))
        except OSError as error:
            problems.append(Problem(shown_path(path), f"cannot be read: {error.strerror or error}"))
    return documents


def _cached_or_new(
    documents: list[Document],
    loaded: LoadedSettings,
    source: EngineSource | None,
    cache: Cache | None,
    jobs: int,
) -> list[Report | Problem]:
    """Results for the documents in their order, from the cache where nothing that they depend on changed."""
    results: dict[int, Report | Problem] = {}
    keys: list[str] = []
    surroundings = _surroundings(documents, loaded) if documents else []
    if cache is not None:
        context = _context(loaded, surroundings, source)
        keys = [
            report_key(context, relative_to_root(document.path, loaded.root).as_posix(), document.digest)
            for document in documents
        ]
        stored = cache.get(keys)
        for index, key in enumerate(keys):
            report = report_from_text(documents[index], stored[key]) if key in stored else None
            if report is not None:
                results[index] = report
    missing = [index for index in range(len(documents)) if index not in results]
    if missing:
        from groundstate.parallel import analyse_all

        unchecked = [documents[index] for index in missing]
        fresh = analyse_all(unchecked, surroundings, loaded.root, loaded.settings, source, jobs)
        results |= dict(zip(missing, fresh, strict=True))
        if cache is not None:
            made = {keys[index]: result for index in missing if isinstance(result := results[index], Report)}
            cache.put({key: report_as_text(report) for key, report in made.items()})
    return [results[index] for index in range(len(documents))]


def _surroundings(documents: list[Document], loaded: LoadedSettings) -> list[Document]:
    """The documents themselves, and the other files of their project."""
    known = {document.path for document in documents}
    others = [path for path in surrounding_files(loaded) if path not in known]
    return sorted([*documents, *read_documents(others, [])], key=lambda document: document.path.parts)


def _context(loaded: LoadedSettings, surroundings: Sequence[Document], source: EngineSource | None) -> str:
    """A digest of everything but the document itself that its report depends on."""
    digest = hashlib.sha256()
    shown = settings_as_mapping(loaded.settings)
    digest.update(json.dumps([str(loaded.root), shown, source and source.model_hash]).encode())
    for folder in _installed(loaded):
        digest.update(f"\0{folder}\0{folder.stat().st_mtime_ns}".encode("utf-8", "surrogateescape"))
    for document in surroundings:
        name = relative_to_root(document.path, loaded.root).as_posix()
        digest.update(f"\0{name}\0{document.digest}".encode("utf-8", "surrogateescape"))
    return digest.hexdigest()


def _installed(loaded: LoadedSettings) -> list[Path]:
    """Folders of installed packages that the analysis may read; they change when a package is installed."""
    interpreter = loaded.settings.interpreter
    homes = (
        [loaded.root / ".venv", loaded.root / "venv"] if interpreter is None else [interpreter.parent.parent]
    )
    return sorted(
        folder for home in homes for folder in home.glob("lib*/python*/site-packages") if folder.is_dir()
    )
