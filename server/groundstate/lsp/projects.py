"""Projects of the open documents: their settings, their symbol index and facts, and the engine. Worker thread only."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from groundstate.analysis import Engine, Workspace
from groundstate.engine_loading import EngineError
from groundstate.lsp.open_documents import UNTITLED
from groundstate.settings import LoadedSettings, Settings, SettingsError, load_settings, settings_from_mapping

EDITOR_ONLY = frozenset({"trace", "server", "enable"})
"""Keys of the section ``groundstate`` that editors keep for themselves."""


@dataclass(frozen=True, slots=True)
class Project:
    settings: Settings
    workspace: Workspace
    engine: Engine | None


class Projects:
    """Everything that is loaded, made at first use and kept until it is dropped.

    Args:
        load_engine: the engine for a model folder and a device; raises ``EngineError``.
        load_workspace: reads the project at a root.
        announced: shows a title to the user while something is loaded.
        warn: shows a message to the user.
    """

    def __init__(
        self,
        load_engine: Callable[[Settings], Engine | None],
        load_workspace: Callable[[LoadedSettings], Workspace],
        announced: Callable[[str], AbstractContextManager[None]],
        warn: Callable[[str], None],
    ) -> None:
        self._load_engine = load_engine
        self._load_workspace = load_workspace
        self._announced = announced
        self._warn = warn
        self._engines: dict[tuple[Path | None, str], Engine | None] = {}
        self._workspaces: dict[tuple[Path, Settings], Workspace] = {}
        self._settings: dict[tuple[Path, Path | None], LoadedSettings] = {}
        self._editor: Mapping[Path | None, Mapping[str, object]] = {}
        self._warned: set[str] = set()

    def configure(self, editor: Mapping[Path | None, Mapping[str, object]]) -> None:
        """Take the editor's settings: a table for each workspace folder, and one under None for all else."""
        self._editor = editor
        self.forget_settings()

    def forget_settings(self) -> None:
        """Read settings again at the next use; files that hold them changed."""
        self._settings.clear()
        self._warned.clear()

    def forget_files(self) -> None:
        """Read projects again at the next use; source files changed."""
        self._workspaces.clear()

    def of(self, path: Path) -> Project:
        """The project that the file at ``path`` belongs to."""
        loaded = self._settings_of(path)
        return Project(loaded.settings, self._workspace_of(loaded), self._engine_of(loaded.settings))

    def _settings_of(self, path: Path) -> LoadedSettings:
        if path.parent == UNTITLED:
            path = next((folder for folder in self._editor if folder is not None), path.parent) / path.name
        folder = max(
            (folder for folder in self._editor if folder is not None and path.is_relative_to(folder)),
            key=lambda folder: len(folder.parts),
            default=None,
        )
        key = (path.parent, folder)
        if key not in self._settings:
            self._settings[key] = self._read_settings(path.parent, folder)
        return self._settings[key]

    def _read_settings(self, start: Path, folder: Path | None) -> LoadedSettings:
        while (
            not start.is_dir() and start != start.parent
        ):  # a folder that is to be made when the document is saved
            start = start.parent
        try:
            loaded = load_settings(start)
            if loaded.source is None and folder is not None:
                loaded = load_settings(folder)  # nothing marks a project: it is what the editor has open
        except SettingsError as error:
            self._warn_once(f"{error}. Default settings are used.")
            loaded = LoadedSettings(Settings(), folder or start, None)
        return self._with_editor(loaded, folder)

    def _with_editor(self, loaded: LoadedSettings, folder: Path | None) -> LoadedSettings:
        table = {key: value for key, value in self._editor.get(folder, {}).items() if key not in EDITOR_ONLY}
        try:
            settings = settings_from_mapping(table, "editor settings", loaded.settings, folder or loaded.root)
        except SettingsError as error:
            self._warn_once(f"{error}. The editor's settings are not used.")
            return loaded
        return LoadedSettings(settings, loaded.root, loaded.source)

    def _workspace_of(self, loaded: LoadedSettings) -> Workspace:
        key = (loaded.root, loaded.settings)
        if key not in self._workspaces:
            with self._announced(f"Reading {loaded.root.name or 'the project'}"):
                self._workspaces[key] = self._load_workspace(loaded)
        return self._workspaces[key]

    def _engine_of(self, settings: Settings) -> Engine | None:
        key = (settings.model, settings.device)
        if key not in self._engines:
            with self._announced("Loading the model"):
                try:
                    self._engines[key] = self._load_engine(settings)
                except EngineError as error:
                    self._engines[key] = None
                    self._warn_once(f"{error}. Only exact rules are checked.")
        return self._engines[key]

    def _warn_once(self, message: str) -> None:
        if message not in self._warned:
            self._warned.add(message)
            self._warn(message)
