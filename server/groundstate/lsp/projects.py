"""Projects of the open documents: their settings, their symbol index and facts, and the engine. Worker thread only."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path

from groundstate.analysis import Engine
from groundstate.baseline import Baseline, BaselineError, read_baseline
from groundstate.discovery import ALWAYS_SKIPPED, SUFFIXES, discover, surrounding_files
from groundstate.engine_loading import EngineError
from groundstate.lsp.cancellation import Token
from groundstate.lsp.engines import Engines, description_of
from groundstate.lsp.project_files import ProjectFiles
from groundstate.lsp.text_changes import UNTITLED
from groundstate.settings import (
    LoadedSettings,
    Settings,
    SettingsError,
    load_settings,
    settings_as_mapping,
    settings_from_mapping,
    without_paths,
)
from groundstate_grammars.rules import SOFT_RULES

SETTINGS_FILES = ("pyproject.toml", "groundstate.toml")

MANIFEST = "manifest.json"
"""The file that a model package changes with."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Project:
    """``engine``: None without a model, or where no learned rule is selected. ``baseline``: findings not to show."""

    settings: Settings
    root: Path
    files: ProjectFiles
    engine: Engine | None
    baseline: Baseline | None


class Projects:
    """Everything that is loaded, made at first use and kept until it is dropped.

    Args:
        load_engine: the engine for some settings; None when no model is installed. Raises ``EngineError``.
        announced: shows a title to the user while something is loaded.
        warn: shows a message to the user.
        trusted: whether files and folders that a project's own settings name are used.
    """

    def __init__(
        self,
        load_engine: Callable[[Settings], Engine | None],
        announced: Callable[[str], AbstractContextManager[None]],
        warn: Callable[[str], None],
        *,
        trusted: bool = True,
    ) -> None:
        self._engines = Engines(load_engine, announced)
        self._announced = announced
        self._warn = warn
        self._trusted = trusted
        self._files: dict[tuple[LoadedSettings, bool], ProjectFiles] = {}
        self._settings: dict[tuple[Path, Path | None], LoadedSettings] = {}
        self._editor: Mapping[Path | None, Mapping[str, object]] = {}
        self._disabled: frozenset[Path | None] = frozenset()
        self._baselines: dict[Path, Baseline | None] = {}
        self._warned: set[str] = set()

    def configure(
        self, editor: Mapping[Path | None, Mapping[str, object]], disabled: Iterable[Path | None] = ()
    ) -> None:
        """Take the editor's settings: a table for each workspace folder, and one under None for all else.

        Files in the folders ``disabled`` are not to be checked.
        """
        self._editor = editor
        self._disabled = frozenset(disabled)
        self.forget_settings()

    def forget_settings(self) -> None:
        """Read settings again at the next use; files that hold them changed."""
        self._settings.clear()
        self._baselines.clear()
        self._warned.clear()

    def forget_all(self) -> None:
        """Load everything again at the next use: the model may be another one under its old name."""
        self.forget_settings()
        self._engines.forget()
        self._files.clear()

    def files_changed(self, paths: Sequence[Path]) -> bool:
        """These files or folders changed on disk, are new or are gone; whether that may change a finding."""
        sources = [path for path in paths if path.suffix in SUFFIXES or self._may_be_folder(path)]
        for files in self._files.values() if sources else ():
            files.changed(sources)
        settings = any(path.name in SETTINGS_FILES or path in self._baselines for path in paths)
        changed = {path.parent for path in paths if path.name == MANIFEST}
        models = [folder for folder in changed if self._engines.forget(folder)]
        if models:
            self._files.clear()  # without a model they were read for exact rules only
        if settings or models:
            self.forget_settings()
        return bool(sources or settings or models)

    def _may_be_folder(self, path: Path) -> bool:
        """Whether a path that changed is a folder, or is gone and may have been one: of the files in it nothing is told.

        Not one that no search comes to: tools make and remove many folders in those.
        """
        roots = {loaded.root for loaded, _ in self._files if path.is_relative_to(loaded.root)}
        if all(not ALWAYS_SKIPPED.isdisjoint(path.relative_to(root).parts) for root in roots):
            return False
        return path.is_dir() or (not path.suffix and not path.exists())

    def watched(self, *, settings: bool) -> list[Path]:
        """Files that findings depend on: baselines and models, with ``settings`` also where settings are or could be."""
        folders = (
            {folder for start, _ in self._settings for folder in (start, *start.parents)} if settings else ()
        )
        models = [folder / MANIFEST for folder in self._engines.folders]
        return [*self._baselines, *models, *(folder / name for folder in folders for name in SETTINGS_FILES)]

    def sources(self) -> dict[Path, tuple[Path, ...]]:
        """The source files of all projects that are in use, by the project's root."""
        return {loaded.root: surrounding_files(loaded) for loaded in {loaded for loaded, _ in self._files}}

    def of(self, path: Path, token: Token) -> Project:
        """The project that the file at ``path`` belongs to; raises ``Superseded`` when cancelled on the way."""
        loaded = self._settings_of(path)
        engine = None
        if _wants_learned(loaded):
            self._engines.start(loaded.settings)
            if self._engines.is_loading(loaded.settings):
                self._read(self._files_of(loaded, with_facts=True), loaded, token)
            engine = self._engine_of(loaded.settings, token)
        files = self._files_of(loaded, with_facts=engine is not None)
        self._read(files, loaded, token)
        return Project(loaded.settings, loaded.root, files, engine, self._baseline_of(loaded.settings))

    def loaded(self, path: Path) -> Project | None:
        """The project of the file at ``path`` where nothing of it has to be loaded or read first."""
        loaded = self._settings_of(path)
        engine = None
        if _wants_learned(loaded):
            if self._engines.is_loading(loaded.settings):
                return None
            engine = self._engines.loaded(loaded.settings)
        files = self._files.get((loaded, engine is not None))
        if files is None or not files.is_read:
            return None
        return Project(loaded.settings, loaded.root, files, engine, self._baseline_of(loaded.settings))

    def of_exact_rules(self, path: Path) -> Project | None:
        """The project of the file at ``path`` without an engine, while it is loaded for the first time.

        None where ``of`` has nothing to wait for, or no more than after any change.
        """
        loaded = self._settings_of(path)
        if not _wants_learned(loaded):
            return None
        self._engines.start(loaded.settings)
        if not self._engines.is_loading(loaded.settings):
            files = self._files.get((loaded, True))
            if self._engines.loaded(loaded.settings) is None or (files is not None and files.was_read):
                return None
        files = self._files_of(loaded, with_facts=True)
        return Project(loaded.settings, loaded.root, files, None, self._baseline_of(loaded.settings))

    def _files_of(self, loaded: LoadedSettings, *, with_facts: bool) -> ProjectFiles:
        key = (loaded, with_facts)
        if key not in self._files:
            self._files[key] = ProjectFiles(loaded, with_facts=with_facts)
        return self._files[key]

    def _read(self, files: ProjectFiles, loaded: LoadedSettings, token: Token) -> None:
        if not files.is_read:
            with self._announced(f"Reading {loaded.root.name or loaded.root}"):
                files.read(token)

    def prepare(self, folder: Path, table: Mapping[str, object]) -> None:
        """Begin to load the model for files in ``folder`` with the editor's settings ``table``; silent about what is wrong.

        The editor's settings may turn out to be others: then this was in vain, and whatever is wrong with the right ones
        is told when they are used.
        """
        try:
            loaded = self._trusted_settings(folder)
            loaded = replace(loaded, settings=settings_from_mapping(table, "", loaded.settings, folder))
        except SettingsError:
            return
        if _wants_learned(loaded):
            self._engines.start(loaded.settings)

    def described(self) -> list[dict[str, object]]:
        """What is loaded, as JSON for a report of a problem."""
        described: list[dict[str, object]] = []
        for (folder, _), loaded in self._settings.items():
            settings = loaded.settings
            engine = self._engines.loaded(settings)
            described.append(
                {
                    "folder": str(folder),
                    "root": str(loaded.root),
                    "settingsFrom": None if loaded.source is None else str(loaded.source),
                    "settings": settings_as_mapping(settings),
                    "model": description_of(engine),
                }
            )
        return described

    def files_in(self, folders: Iterable[Path]) -> list[Path]:
        """The files that the linter would check in some workspace folders, each once."""
        found: dict[Path, None] = {}
        for folder in folders:
            if folder not in self._disabled:
                loaded = self._settings_of(folder / UNTITLED.name)
                files = discover((folder,), loaded.root, loaded.settings.exclude).files
                found.update(dict.fromkeys(path for path in files if self.checks(path)))
        return list(found)

    def checks(self, path: Path) -> bool:
        """Whether the user wants the file at ``path`` checked at all."""
        return self._folder_of(path) not in self._disabled

    def _folder_of(self, path: Path) -> Path | None:
        """The workspace folder whose settings hold for the file at ``path``."""
        folders = [folder for folder in self._editor if folder is not None]
        if path.parent == UNTITLED:
            return next(iter(folders), None)
        inside = (folder for folder in folders if path.is_relative_to(folder))
        return max(inside, key=lambda folder: len(folder.parts), default=None)

    def _settings_of(self, path: Path) -> LoadedSettings:
        folder = self._folder_of(path)
        if path.parent == UNTITLED and folder is not None:
            path = folder / path.name
        key = (path.parent, folder)
        if key not in self._settings:
            self._settings[key] = self._read_settings(path.parent, folder)
        return self._settings[key]

    def _read_settings(self, start: Path, folder: Path | None) -> LoadedSettings:
        # The nearest folder there is: the document's may be made when it is saved.
        start = next((folder for folder in (start, *start.parents) if folder.is_dir()), start)
        try:
            loaded = self._trusted_settings(start)
            if loaded.source is None and folder is not None:
                # Nothing marks a project: it is what the editor has open.
                loaded = self._trusted_settings(folder)
        except SettingsError as error:
            self._warn_once(f"{error}. Default settings are used.")
            loaded = LoadedSettings(Settings(), folder or start, None, is_project=folder is not None)
        return self._with_editor(loaded, folder)

    def _trusted_settings(self, start: Path) -> LoadedSettings:
        """What the files say that hold settings, as far as they are trusted; raises ``SettingsError``."""
        loaded = load_settings(start)
        if self._trusted:
            return loaded
        loaded, keys = without_paths(loaded)
        if keys:
            logger.warning("not trusted, so not used of %s: %s", loaded.source, ", ".join(keys))
        return loaded

    def _with_editor(self, loaded: LoadedSettings, folder: Path | None) -> LoadedSettings:
        table, base = self._editor.get(folder, {}), folder or loaded.root
        try:
            settings = settings_from_mapping(table, "editor settings", loaded.settings, base)
        except SettingsError as error:
            self._warn_once(f"{error}. The editor's settings are not used.")
            return loaded
        return replace(loaded, settings=settings)

    def _engine_of(self, settings: Settings, token: Token) -> Engine | None:
        waits = self._engines.is_loading(settings)
        try:
            engine = self._engines.of(settings, token)
        except EngineError as error:
            self._warn_once(f"{error}. Only exact rules are checked.")
            return None
        if waits:
            logger.info("model: %s", description_of(engine))
        return engine

    def _baseline_of(self, settings: Settings) -> Baseline | None:
        path = settings.baseline
        if path is None:
            return None
        if path not in self._baselines:
            try:
                self._baselines[path] = read_baseline(path)
            except BaselineError as error:
                self._baselines[path] = None
                self._warn_once(f"{error}. All findings are shown.")
        return self._baselines[path]

    def _warn_once(self, message: str) -> None:
        if message not in self._warned:
            self._warned.add(message)
            self._warn(message)


def _wants_learned(loaded: LoadedSettings) -> bool:
    return not loaded.settings.reported_rules(loaded.root.relative_to(loaded.root)).isdisjoint(SOFT_RULES)
