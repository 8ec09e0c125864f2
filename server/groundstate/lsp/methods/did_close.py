"""``textDocument/didClose``: drop the work on the document and what was published for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

from groundstate.lsp.handlers import OnLoop

if TYPE_CHECKING:
    from groundstate.lsp.server import GroundstateServer


def handle(server: GroundstateServer, params: types.DidCloseTextDocumentParams) -> None:
    server.closed(params.text_document.uri)


HANDLER = OnLoop(types.TEXT_DOCUMENT_DID_CLOSE, handle)
