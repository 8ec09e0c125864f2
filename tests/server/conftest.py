"""A working directory of the test's own, the command line run in it, and which files a run in this process analyses."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.server.command_line import Run, runner

from groundstate import parallel
from groundstate.documents import Document


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory of the test, with a cache of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / ".cache"))
    return tmp_path


@pytest.fixture
def run(folder: Path, monkeypatch: pytest.MonkeyPatch, capsysbinary: pytest.CaptureFixture[bytes]) -> Run:
    """Runs the command line in this process."""
    return runner(monkeypatch, capsysbinary)


@pytest.fixture
def looked_at(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the files that are analysed."""
    found: list[str] = []
    analysed = parallel.Analyser.__call__

    def call(self: parallel.Analyser, document: Document) -> str:
        found.append(document.path.name)
        return analysed(self, document)

    monkeypatch.setattr(parallel.Analyser, "__call__", call)
    return found
