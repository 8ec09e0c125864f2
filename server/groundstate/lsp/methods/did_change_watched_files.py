"""``workspace/didChangeWatchedFiles``: source files or settings changed on disk."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

from groundstate.lsp.handlers import InBackground
from groundstate.lsp.text_changes import path_of

if TYPE_CHECKING:
    from groundstate.lsp.server import GroundstateServer


async def handle(server: GroundstateServer, params: types.DidChangeWatchedFilesParams) -> None:
    paths = [path_of(change.uri) for change in params.changes]
    for path in paths:
        server.file_watch.seen(path)
    await server.files_changed(paths)


HANDLER = InBackground(types.WORKSPACE_DID_CHANGE_WATCHED_FILES, handle)
