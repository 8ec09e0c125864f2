"""``textDocument/didSave``: the file on disk changed, and with it what other files can see of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

from groundstate.lsp.handlers import InBackground

if TYPE_CHECKING:
    from groundstate.lsp.server import GroundstateServer


async def handle(server: GroundstateServer, params: types.DidSaveTextDocumentParams) -> None:
    await server.saved(params.text_document.uri)


HANDLER = InBackground(types.TEXT_DOCUMENT_DID_SAVE, handle, types.SaveOptions(include_text=False))
