"""What is cached is told only by the groundstate that found it."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Iterator
from importlib.machinery import ModuleSpec
from pathlib import Path

import pytest

from groundstate import __version__
from groundstate.cache import report_key
from groundstate.running_version import running_version, sources_digest


@pytest.fixture(autouse=True)
def _asked_anew() -> Iterator[None]:
    running_version.cache_clear()
    yield
    running_version.cache_clear()


def test_it_is_the_same_until_something_changes() -> None:
    first = running_version()
    running_version.cache_clear()
    assert running_version() == first
    assert first.startswith(f"{__version__} ")


def test_sources_that_change_under_one_number_are_others(tmp_path: Path) -> None:
    package = tmp_path / "package"
    for folder in (package, package / "below", package / "__pycache__", package / "model"):
        folder.mkdir()
        (folder / "a.py").write_text("x = 1\n", encoding="utf-8")
    (package / "notes.md").write_text("", encoding="utf-8")
    digests = [sources_digest([package])]

    def changes() -> bool:
        digests.append(sources_digest([package]))
        return digests[-1] != digests[-2]

    (package / "below" / "a.py").write_text("x = 12\n", encoding="utf-8")
    assert changes()
    os.utime(package / "a.py", ns=(0, 1))
    assert changes()
    (package / "b.toml").write_text("", encoding="utf-8")
    assert changes()
    (package / "b.toml").unlink()
    assert changes()
    assert digests[-1] == digests[-3]
    for left_out in ("__pycache__/a.py", "model/a.py", "notes.md"):
        (package / left_out).write_text("other\n", encoding="utf-8")
    assert not changes()


def test_what_was_said_without_z3_is_not_told_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    with_z3 = report_key("a")
    found = importlib.util.find_spec

    def without(name: str, package: str | None = None) -> ModuleSpec | None:
        return None if name == "z3" else found(name, package)

    monkeypatch.setattr(importlib.util, "find_spec", without)
    running_version.cache_clear()
    assert running_version().endswith(" without z3")
    assert report_key("a") != with_z3
