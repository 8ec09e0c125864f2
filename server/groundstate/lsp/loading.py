"""Loading what a project needs, as the linter does. Worker thread only."""

from __future__ import annotations

import os
from pathlib import Path

from groundstate import engine_loading
from groundstate.analysis import Engine, Workspace
from groundstate.discovery import discover
from groundstate.documents import read_document
from groundstate.settings import LoadedSettings, Settings
from groundstate_grammars.index import ProjectIndex
from groundstate_grammars.project import FileSummary, ProjectFacts


def load_engine(settings: Settings) -> Engine | None:
    """The engine for ``settings``; None when no model is installed. Raises ``EngineError`` when it cannot be used."""
    source = engine_loading.engine_source(settings)
    return engine_loading.load_engine(source) if source.package is not None else None


class WorkspaceLoader:
    """Reads projects; a file that did not change on disk is not read again."""

    def __init__(self) -> None:
        self._summaries: dict[Path, tuple[tuple[int, int], FileSummary | None]] = {}

    def __call__(self, loaded: LoadedSettings) -> Workspace:
        """Facts and symbol index of the project at ``loaded.root``."""
        if loaded.root in (loaded.root.parent, Path.home()):
            return Workspace(loaded.root, None, None)  # a file that lies about, in no project
        facts = ProjectFacts()
        for path in discover((loaded.root,), loaded.root, loaded.settings.exclude).files:
            summary = self._summary(path)
            if summary is not None:
                facts.add(summary)
        return Workspace(loaded.root, facts, ProjectIndex(loaded.root))

    def _summary(self, path: Path) -> FileSummary | None:
        """What the file contributes; None when it cannot be read or is no text."""
        try:
            stat = os.stat(path)
            stamp = (stat.st_mtime_ns, stat.st_size)
            known = self._summaries.get(path)
            if known is None or known[0] != stamp:
                document = read_document(path)
                summary = document.parsed.summary() if document.not_text_at is None else None
                known = self._summaries[path] = (stamp, summary)
        except OSError:
            return None
        return known[1]
