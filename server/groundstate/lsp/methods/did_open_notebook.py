"""``notebookDocument/didOpen``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

from groundstate.lsp.handlers import OnLoop

if TYPE_CHECKING:
    from groundstate.lsp.server import GroundstateServer


def handle(server: GroundstateServer, params: types.DidOpenNotebookDocumentParams) -> None:
    server.changed(server.documents.open_notebook(params))


HANDLER = OnLoop(types.NOTEBOOK_DOCUMENT_DID_OPEN, handle)
