"""Discovery: the Python files below the paths a user names.

A file that is named is taken whatever its suffix, unless it is a notebook, or excluded and what is excluded is so by
force; what is found below a folder is filtered. Links to folders are not followed, so a loop of links ends nothing. What
cannot be read becomes a ``Problem`` and the rest is still found.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PurePath

from groundstate.path_patterns import matches
from groundstate.settings import LoadedSettings

SUFFIXES = (".py", ".pyi")
NOTEBOOK = ".ipynb"

ALWAYS_SKIPPED = frozenset(
    {
        ".bzr",
        ".direnv",
        ".eggs",
        ".git",
        ".hg",
        ".ipynb_checkpoints",
        ".mypy_cache",
        ".nox",
        ".pytest_cache",
        ".ruff_cache",
        ".svn",
        ".tox",
        ".venv",
        "__pycache__",
        "__pypackages__",
        "_build",
        "build",
        "dist",
        "node_modules",
        "site-packages",
        "venv",
    }
)
"""Folder names that are never entered; neither is a folder with a ``pyvenv.cfg``."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Something a run could not do: the path as the user would write it, and why."""

    path: str
    message: str


@dataclass(frozen=True, slots=True)
class Discovery:
    """``files``: absolute, in the order of their path components, each once.

    ``problems``: what was named or met and could not be read.
    """

    files: tuple[Path, ...]
    problems: tuple[Problem, ...]


def discover(
    paths: Iterable[Path],
    root: Path,
    exclude: tuple[str, ...] = (),
    *,
    recursive: bool = True,
    force_exclude: bool = False,
) -> Discovery:
    """Python files at or below ``paths``.

    Args:
        exclude: patterns relative to ``root``.
        recursive: look into the folders below those that are named.
        force_exclude: what is excluded is not taken even where it is named.
    """
    found: set[str] = set()
    problems: list[Problem] = []
    for path in paths:
        try:
            mode = os.stat(path).st_mode
        except (OSError, ValueError) as error:
            problems.append(Problem(str(path), _reason(error)))
            continue
        if force_exclude and is_excluded(path, root, exclude):
            continue
        if stat.S_ISDIR(mode):
            _walk(path, root, exclude, recursive, found, problems)
        elif path.suffix == NOTEBOOK:
            problems.append(Problem(str(path), "notebooks are checked in editors only"))
        elif stat.S_ISREG(mode):
            found.add(os.path.abspath(path))
        else:
            problems.append(Problem(str(path), "not a regular file"))
    return Discovery(tuple(sorted(map(Path, found), key=lambda path: path.parts)), tuple(problems))


def surrounding_files(loaded: LoadedSettings) -> tuple[Path, ...]:
    """Files whose definitions count for one another: all below a project's root, or the siblings of a loose file."""
    root, exclude = loaded.root, loaded.settings.exclude
    return discover((root,), root, exclude, recursive=loaded.is_project).files


def is_excluded(path: Path, root: Path, exclude: tuple[str, ...]) -> bool:
    """Whether a search below ``root`` would not come to ``path``."""
    relative = relative_to_root(path, root)
    if not ALWAYS_SKIPPED.isdisjoint(relative.parts[:-1]):
        return True
    return any(matches(pattern, relative) for pattern in exclude)


def relative_to_root(path: Path, root: Path) -> PurePath:
    """``path`` below ``root``; outside it the absolute path without its anchor."""
    absolute = PurePath(os.path.abspath(path))
    try:
        return absolute.relative_to(root)
    except ValueError:
        return absolute.relative_to(absolute.anchor)


def _walk(
    top: Path,
    root: Path,
    exclude: tuple[str, ...],
    recursive: bool,
    found: set[str],
    problems: list[Problem],
) -> None:
    pending = [top]
    while pending:
        folder = pending.pop()
        try:
            with os.scandir(folder) as entries:
                children = list(entries)
        except OSError as error:
            problems.append(Problem(str(folder), _reason(error)))
            continue
        if folder is not top and any(child.name == "pyvenv.cfg" for child in children):
            continue
        for child in children:
            path = folder / child.name
            try:
                is_folder = child.is_dir(follow_symlinks=False)
                is_file = not is_folder and child.name.endswith(SUFFIXES) and child.is_file()
            except OSError:
                continue  # a link in a loop
            if not (is_folder or is_file) or (is_folder and child.name in ALWAYS_SKIPPED):
                continue
            if exclude:
                relative = relative_to_root(path, root)
                if any(matches(pattern, relative) for pattern in exclude):
                    continue
            if is_folder:
                if recursive:
                    pending.append(path)
            else:
                found.add(os.path.abspath(path))


def _reason(error: OSError | ValueError) -> str:
    if isinstance(error, FileNotFoundError):
        return "no such file or folder"
    if isinstance(error, PermissionError):
        return "no permission to read it"
    return getattr(error, "strerror", None) or str(error)
