"""``textDocument/didOpen``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

from groundstate.lsp.handlers import OnLoop

if TYPE_CHECKING:
    from groundstate.lsp.server import GroundstateServer


def handle(server: GroundstateServer, params: types.DidOpenTextDocumentParams) -> None:
    server.changed(server.documents.open(params.text_document))


HANDLER = OnLoop(types.TEXT_DOCUMENT_DID_OPEN, handle)
