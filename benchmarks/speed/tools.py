"""The tools: how each is told to check a tree by its own defaults, with an empty or a filled cache."""

from __future__ import annotations

import importlib.metadata
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from benchmarks.speed.processes import Command

JOBS = 2
"""Processes or threads that every tool with such an option may use."""


@dataclass(frozen=True, slots=True)
class Tool:
    """``arguments``: the command line for a tree and a cache folder. ``caches``: a second run may be quicker. ``repeats``:
    cold runs, at most. ``version``: None where it is not installed."""

    name: str
    version: str | None
    arguments: Callable[[Path, Path], list[str]]
    good: frozenset[int]
    caches: bool
    repeats: int

    def command(self, tree: Path, cache: Path) -> Command:
        """The command that checks ``tree`` with its cache in ``cache``."""
        environment = {
            **os.environ,
            "XDG_CACHE_HOME": str(cache),
            "LOCALAPPDATA": str(cache),
            "RAYON_NUM_THREADS": str(JOBS),
        }
        # Not started inside the tree: Python would import from it.
        return Command(tuple(self.arguments(tree, cache)), tree.parent, environment, self.good)


def forget(cache: Path) -> None:
    """Make ``cache`` an empty folder."""
    shutil.rmtree(cache, ignore_errors=True)
    cache.mkdir(parents=True)


def module(name: str) -> list[str]:
    """The command line that runs a module of this Python."""
    return [sys.executable, "-m", name]


def _installed(distribution: str) -> str | None:
    try:
        return importlib.metadata.version(distribution)
    except importlib.metadata.PackageNotFoundError:
        return None


def _pyright_version() -> str | None:
    """Of the pyright on the path, from npm or PyPI; nothing is downloaded for it."""
    path = shutil.which("pyright")
    if path is None:
        return None
    try:
        found = subprocess.run([path, "--version"], capture_output=True, text=True, timeout=60, check=True)
    except (OSError, subprocess.SubprocessError):
        return None
    return found.stdout.split()[-1] if found.stdout.split() else None


def _groundstate(tree: Path, cache: Path) -> list[str]:
    return [*module("groundstate"), "check", "--jobs", str(JOBS), str(tree)]


def _pylint(tree: Path, cache: Path) -> list[str]:
    return [*module("pylint"), f"-j{JOBS}", f"--rcfile={os.devnull}", "--recursive=y", str(tree)]


def _mypy(tree: Path, cache: Path) -> list[str]:
    options = ["--config-file=", "--ignore-missing-imports", "--explicit-package-bases"]
    return [*module("mypy"), *options, f"--cache-dir={cache}", str(tree)]


def _pyright(tree: Path, cache: Path) -> list[str]:
    return [shutil.which("pyright") or "pyright", "--threads", str(JOBS), str(tree)]


def _ruff(tree: Path, cache: Path) -> list[str]:
    return [*module("ruff"), "check", "--isolated", f"--cache-dir={cache}", str(tree)]


def tools() -> tuple[Tool, ...]:
    """All tools, ours first, with their versions here."""
    return (
        Tool("groundstate", _installed("groundstate"), _groundstate, frozenset({0, 1}), True, 3),
        Tool(f"pylint -j{JOBS}", _installed("pylint"), _pylint, frozenset(range(32)), False, 2),
        Tool("mypy", _installed("mypy"), _mypy, frozenset({0, 1}), True, 2),
        Tool("pyright", _pyright_version(), _pyright, frozenset({0, 1}), False, 1),
        Tool("ruff", _installed("ruff"), _ruff, frozenset({0, 1}), True, 3),
    )
