"""Workspaces: what is known about a project from reading all its files."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from groundstate.analysis import Workspace
from groundstate.documents import Document
from groundstate.settings import Settings
from groundstate_grammars.index import ProjectIndex
from groundstate_grammars.project import ProjectFacts


def load_workspace(root: Path, settings: Settings, documents: Iterable[Document]) -> Workspace:
    """Facts and symbol index of ``documents``; their trees are not kept."""
    facts = ProjectFacts()
    index = ProjectIndex(root, settings.interpreter)
    for document in documents:
        if document.not_text_at is None:
            facts.add(document.parsed.summary())
    return Workspace(root, facts, index)
