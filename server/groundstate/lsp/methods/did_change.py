"""``textDocument/didChange``: apply the changes at once; work on the old text is dropped."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

from groundstate.lsp.handlers import OnLoop

if TYPE_CHECKING:
    from groundstate.lsp.server import GroundstateServer


def handle(server: GroundstateServer, params: types.DidChangeTextDocumentParams) -> None:
    document = params.text_document
    snapshot = server.documents.change(document.uri, document.version, params.content_changes)
    if snapshot is not None:
        server.changed(snapshot)


HANDLER = OnLoop(types.TEXT_DOCUMENT_DID_CHANGE, handle)
