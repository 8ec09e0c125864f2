"""``notebookDocument/didClose``: drop the work on the notebook and what was published for its cells."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

from groundstate.lsp.handlers import OnLoop

if TYPE_CHECKING:
    from groundstate.lsp.server import GroundstateServer


def handle(server: GroundstateServer, params: types.DidCloseNotebookDocumentParams) -> None:
    server.closed(params.notebook_document.uri)


HANDLER = OnLoop(types.NOTEBOOK_DOCUMENT_DID_CLOSE, handle)
