"""``initialized``: the client takes requests now; ask for its settings and to hear of changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

from groundstate.lsp.configuration import SECTION
from groundstate.lsp.handlers import InBackground

if TYPE_CHECKING:
    from groundstate.lsp.server import GroundstateServer

_WATCHED = ("**/*.py", "**/*.pyi", "**/pyproject.toml", "**/groundstate.toml")

_FOLDERS = types.FileSystemWatcher("**/*", types.WatchKind.Create | types.WatchKind.Delete)
"""Of a folder that comes or goes Visual Studio Code tells nothing but that; no pattern means folders only."""


async def handle(server: GroundstateServer, params: types.InitializedParams) -> None:
    server.prepare()
    await server.configuration.refresh()
    registrations = []
    if server.client.registers_configuration:
        options = types.DidChangeConfigurationRegistrationOptions(section=SECTION)
        registrations.append(_registration(types.WORKSPACE_DID_CHANGE_CONFIGURATION, options))
    if server.client.registers_watchers:
        watchers = [*(types.FileSystemWatcher(glob_pattern) for glob_pattern in _WATCHED), _FOLDERS]
        watched = types.DidChangeWatchedFilesRegistrationOptions(watchers)
        registrations.append(_registration(types.WORKSPACE_DID_CHANGE_WATCHED_FILES, watched))
    if registrations:
        await server.client_register_capability_async(types.RegistrationParams(registrations))


def _registration(method: str, options: object) -> types.Registration:
    return types.Registration(id=f"groundstate:{method}", method=method, register_options=options)


HANDLER = InBackground(types.INITIALIZED, handle)
