"""Planning: what of a repository is left to scan, in batches.

A batch is a run of files of one repository, so that a worker reads the facts of the project once for many units. The key of
a file's result covers the model, the settings and every file of its project, as the keys of the linter's cache do: what is
in the store under that key is what scanning the file again would give.
"""

from __future__ import annotations

import dataclasses
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Any

from groundstate.baseline import Baseline, read_baseline
from groundstate.cache import Cache, report_key
from groundstate.checking import Run
from groundstate.discovery import Problem, discover, relative_to_root
from groundstate.documents import MOST_BYTES, Document, read_document
from groundstate.engine_loading import EngineSource
from groundstate.errors import UserError
from groundstate.scanning.repositories import Repository
from groundstate.settings import LoadedSettings, Settings, load_settings, settings_from_mapping
from groundstate_grammars.rules import SOFT_RULES

OF_THE_SCAN = ("model", "device", "interpreter", "cache_dir")
"""Settings that a repository cannot make for a scan: what runs, what is read outside of it, where is written."""


@dataclass(frozen=True, slots=True)
class Limits:
    """``file_bytes``: larger files are not checked. ``repository_bytes``: of Python source; larger repositories are not
    scanned. ``batch_bytes``: a batch has at most so many, or one file."""

    file_bytes: int = MOST_BYTES
    repository_bytes: int = 1_000_000_000
    batch_bytes: int = 500_000


@dataclass(frozen=True, slots=True)
class How:
    """What is the same for all repositories. ``settings``: what the command line says, as a table of settings."""

    source: EngineSource | None
    settings: Mapping[str, object]
    limits: Limits


@dataclass(frozen=True, slots=True)
class Part:
    """A file to scan. ``name``: its path below the repository, with forward slashes. ``key``: of its result."""

    path: Path
    name: str
    key: str


@dataclass(frozen=True, slots=True)
class Batch:
    """Files of a repository that one worker scans. ``version``: as ``version_of`` gives it."""

    repository: Repository
    loaded: LoadedSettings
    version: str
    parts: tuple[Part, ...]

    def halves(self) -> tuple[Batch, Batch]:
        """The batch in two."""
        middle = len(self.parts) // 2
        first = dataclasses.replace(self, parts=self.parts[:middle])
        return first, dataclasses.replace(self, parts=self.parts[middle:])


@dataclass(frozen=True, slots=True)
class Plan:
    """All files of a repository that are checked, and the sizes in bytes of each. ``problems``: what cannot be."""

    repository: Repository
    loaded: LoadedSettings | None
    version: str
    parts: tuple[Part, ...]
    sizes: tuple[int, ...]
    problems: tuple[Problem, ...]

    def batches(self, without: frozenset[str] | set[str], most_bytes: int) -> Iterator[Batch]:
        """The files whose keys are not in ``without``, in batches."""
        waiting: list[Part] = []
        total = 0
        for part, size in zip(self.parts, self.sizes, strict=True):
            if part.key in without:
                continue
            if waiting and total + size > most_bytes:
                yield self._batch(waiting)
                waiting, total = [], 0
            waiting.append(part)
            total += size
        if waiting:
            yield self._batch(waiting)

    def _batch(self, parts: Sequence[Part]) -> Batch:
        assert self.loaded is not None
        return Batch(self.repository, self.loaded, self.version, tuple(parts))


def plan(repository: Repository, how: How) -> Plan:
    """Read a repository and say what is to be scanned; whatever stands in the way is a problem of the plan."""
    try:
        if not repository.path.is_dir():
            missing = not os.path.lexists(repository.path)
            raise UserError("no such folder" if missing else "not a folder")
        loaded = settings_for(repository, how.settings)
        baseline = baseline_of(loaded)
    except (UserError, OSError) as error:
        return _nothing(repository, str(error))
    documents, problems = documents_of(repository, loaded)
    total = sum(len(document.data) for document in documents)
    if total > how.limits.repository_bytes:
        return _nothing(
            repository,
            f"not scanned: {total:,} bytes of Python are more than --max-repository-bytes {how.limits.repository_bytes:,}",
        )
    if not documents:
        return Plan(repository, loaded, "", (), (), tuple(problems))
    with Cache(enabled=False) as cache:
        run = Run(loaded, source_for(loaded, how.source), cache, 1, [])
        version = version_of(run, run.surroundings(documents), baseline)
    parts, sizes = [], []
    for document in documents:
        size = len(document.data)
        if size > how.limits.file_bytes:
            limit = f"--max-file-bytes {how.limits.file_bytes:,}"
            problems.append(
                Problem(str(document.path), f"not checked: it has {size:,} bytes, more than {limit}")
            )
            continue
        name = relative_to_root(document.path, repository.path).as_posix()
        parts.append(Part(document.path, name, report_key("scanned", version, repository.name, name)))
        sizes.append(size)
    return Plan(repository, loaded, version, tuple(parts), tuple(sizes), tuple(problems))


def documents_of(repository: Repository, loaded: LoadedSettings) -> tuple[list[Document], list[Problem]]:
    """The Python files of a repository, in the order of their paths, and what of it cannot be read."""
    found = discover((repository.path,), loaded.root, loaded.settings.exclude)
    problems = list(found.problems)
    documents: list[Document] = []
    for path in found.files:
        try:
            documents.append(read_document(path))
        except OSError as error:
            problems.append(Problem(str(path), f"cannot be read: {error.strerror or error}"))
    return documents, problems


def settings_for(repository: Repository, given: Mapping[str, object]) -> LoadedSettings:
    """The settings that ``groundstate check`` would use there, but for those that are the scan's.

    Raises:
        SettingsError: the repository's settings cannot be used.
    """
    loaded = load_settings(repository.path)
    ours: dict[str, Any] = {name: getattr(Settings(), name) for name in OF_THE_SCAN}
    settings = dataclasses.replace(loaded.settings, **ours)
    settings = settings_from_mapping(given, "command line", settings, Path.cwd())
    return dataclasses.replace(loaded, settings=settings)


def baseline_of(loaded: LoadedSettings) -> Baseline | None:
    """The baseline of a repository's settings; raises ``BaselineError`` where it cannot be read."""
    path = loaded.settings.baseline
    return None if path is None else read_baseline(path)


def source_for(loaded: LoadedSettings, source: EngineSource | None) -> EngineSource | None:
    """The model, where the settings report a rule that needs it."""
    return None if loaded.settings.reported_rules(PurePath()).isdisjoint(SOFT_RULES) else source


def version_of(run: Run, surroundings: Sequence[Document], baseline: Baseline | None) -> str:
    """A digest of all that findings of a repository depend on: its files, its settings and baseline, the model."""
    known = "" if baseline is None else json.dumps([baseline.entries], default=dataclasses.asdict)
    return report_key("scan", run.version(surroundings), known)


def _nothing(repository: Repository, message: str) -> Plan:
    return Plan(repository, None, "", (), (), (Problem(str(repository.path), message),))
