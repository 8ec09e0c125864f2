"""The editor's settings: asked for with ``workspace/configuration``, or taken as the client sends them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lsprotocol import types

from groundstate.lsp.editor_settings import EditorSettings, editor_settings

if TYPE_CHECKING:
    from groundstate.lsp.server import GroundstateServer

logger = logging.getLogger(__name__)

SECTION = "groundstate"
"""The section of the editor's settings that is ours."""

MOST_SECONDS = 10.0
"""How long the client may take to tell its settings before documents are checked without them."""


class Configuration:
    """Settings of each workspace folder. Documents wait for them, so that nothing is analysed twice at the start."""

    def __init__(self, server: GroundstateServer) -> None:
        self._server = server
        self._sent: Mapping[str, object] = {}
        self._late: asyncio.Future[None] | None = None
        self._editor: dict[Path | None, EditorSettings] = {}
        self._before: Mapping[Path | None, EditorSettings] = {}

    def take(self, settings: object) -> None:
        """Keep what the client sent by itself: our section, or a table with our section in it."""
        table = _table(settings)
        self._sent = _table(table[SECTION]) if SECTION in table else table

    @property
    def sent(self) -> tuple[EditorSettings, Mapping[str, object]]:
        """What the client sent by itself: the editor's own settings, and the other keys."""
        own, others, _ = editor_settings(self._sent)
        return own, others

    @property
    def scans_workspace(self) -> bool:
        """Whether a folder of the workspace has findings of files that are not open."""
        folders = self._server.folders.values()
        return any(self.of(folder).diagnostic_mode == "workspace" for folder in folders)

    def concerns(self, key: str) -> bool:
        """Whether the switch ``key`` of the editor's own settings is on somewhere, or was before the last change."""
        return any(getattr(item, key) for item in (*self._editor.values(), *self._before.values()))

    @property
    def folders(self) -> Mapping[Path | None, EditorSettings]:
        """The editor's own settings of each workspace folder, and of all else under None."""
        return self._editor

    def of(self, path: Path) -> EditorSettings:
        """The editor's own settings for the file at ``path``: those of the innermost folder it is in."""
        folders = [folder for folder in self._editor if folder is not None and path.is_relative_to(folder)]
        folder = max(folders, key=lambda folder: len(folder.parts), default=None)
        return self._editor.get(folder, EditorSettings())

    async def refresh(self) -> None:
        """Ask the client for its settings, and analyse again with them."""
        tables: dict[Path | None, Mapping[str, object]] = {None: self._sent}
        tables |= dict.fromkeys(self._server.folders.values(), self._sent)
        if self._server.client.configuration:
            tables |= await self._asked()
        self._before = dict(self._editor)
        rest: dict[Path | None, Mapping[str, object]] = {}
        wrong: list[str] = []
        for folder, table in tables.items():
            self._editor[folder], rest[folder], problems = editor_settings(table)
            wrong += problems
        self._editor = {folder: self._editor[folder] for folder in tables}
        for problem in dict.fromkeys(wrong):
            self._server.warn(problem)
        self._server.logs.set_level(self._editor[None].log_level)
        logger.info("settings of %d folders", len(tables) - 1)
        disabled = [folder for folder, settings in self._editor.items() if not settings.enable]
        # Not waited for: whatever is analysed from now on comes after it.
        self._server.worker.give(lambda: self._server.projects.configure(rest, disabled))
        if self._server.ready.is_set():
            await self._server.outdated()
        self._server.ready.set()
        await self._server.pull_registration.update()

    async def _asked(self) -> dict[Path | None, Mapping[str, object]]:
        folders: dict[str | None, Path | None] = {None: None}
        folders.update(self._server.folders)
        items = [types.ConfigurationItem(scope_uri=uri, section=SECTION) for uri in folders]
        request = asyncio.ensure_future(
            self._server.workspace_configuration_async(types.ConfigurationParams(items))
        )
        await asyncio.wait([request], timeout=MOST_SECONDS)
        if not request.done():
            request.add_done_callback(self._answered_late)
            return {}
        try:
            answers = request.result()
        except Exception as error:  # a client that cannot tell its settings has none
            logger.warning("the client did not tell its settings: %s", error)
            return {}
        return {
            path: _table(answer)
            for path, answer in zip(folders.values(), answers, strict=False)
            if _table(answer)
        }

    def _answered_late(self, request: asyncio.Future[Any]) -> None:
        if not request.cancelled() and request.exception() is None:
            self._late = asyncio.ensure_future(self.refresh())


def _table(value: object) -> Mapping[str, object]:
    """``value`` where it is a table, without the keys that are set to nothing; else an empty one."""
    if not isinstance(value, Mapping):
        return {}
    return {str(key): item for key, item in value.items() if item is not None}
