"""``workspace/didChangeWorkspaceFolders``: each folder may have settings of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

from groundstate.lsp.handlers import InBackground
from groundstate.lsp.text_changes import path_of

if TYPE_CHECKING:
    from groundstate.lsp.server import GroundstateServer


async def handle(server: GroundstateServer, params: types.DidChangeWorkspaceFoldersParams) -> None:
    for folder in params.event.removed:
        server.folders.pop(folder.uri, None)
    for folder in params.event.added:
        server.folders[folder.uri] = path_of(folder.uri)
    await server.configuration.refresh()


HANDLER = InBackground(types.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS, handle)
