"""The tools: how each is told to check a tree by its own defaults, with an empty or a filled cache."""

from __future__ import annotations

import importlib.metadata
import os
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from benchmarks.speed.processes import Command

JOBS = 2
"""Processes or threads that every tool with such an option may use."""


@dataclass(frozen=True, slots=True)
class Tool:
    """``arguments``: the command line for a tree and a cache folder. ``caches``: a second run may be quicker."""

    name: str
    distribution: str
    arguments: Callable[[Path, Path], list[str]]
    good: frozenset[int]
    caches: bool

    @property
    def version(self) -> str | None:
        """The installed version, None where it is not installed."""
        try:
            return importlib.metadata.version(self.distribution)
        except importlib.metadata.PackageNotFoundError:
            return None

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


def _module(name: str) -> list[str]:
    return [sys.executable, "-m", name]


def _groundstate(tree: Path, cache: Path) -> list[str]:
    return [*_module("groundstate"), "check", "--jobs", str(JOBS), str(tree)]


def _pylint(tree: Path, cache: Path) -> list[str]:
    return [*_module("pylint"), f"-j{JOBS}", f"--rcfile={os.devnull}", "--recursive=y", str(tree)]


def _mypy(tree: Path, cache: Path) -> list[str]:
    options = ["--config-file=", "--ignore-missing-imports", "--explicit-package-bases"]
    return [*_module("mypy"), *options, f"--cache-dir={cache}", str(tree)]


def _ruff(tree: Path, cache: Path) -> list[str]:
    return [*_module("ruff"), "check", "--isolated", f"--cache-dir={cache}", str(tree)]


TOOLS = (
    Tool("groundstate", "groundstate", _groundstate, frozenset({0, 1}), True),
    Tool(f"pylint -j{JOBS}", "pylint", _pylint, frozenset(range(32)), False),
    Tool("mypy", "mypy", _mypy, frozenset({0, 1}), True),
    Tool("ruff", "ruff", _ruff, frozenset({0, 1}), True),
)
