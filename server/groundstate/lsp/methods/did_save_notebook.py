"""``notebookDocument/didSave``: some users want notebooks checked only then."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

from groundstate.lsp.handlers import InBackground

if TYPE_CHECKING:
    from groundstate.lsp.server import GroundstateServer


async def handle(server: GroundstateServer, params: types.DidSaveNotebookDocumentParams) -> None:
    await server.saved(params.notebook_document.uri)


HANDLER = InBackground(types.NOTEBOOK_DOCUMENT_DID_SAVE, handle)
