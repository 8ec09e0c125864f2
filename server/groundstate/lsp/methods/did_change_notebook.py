"""``notebookDocument/didChange``: cells changed, came or went; all of them are one text for the analysis."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

from groundstate.lsp.handlers import OnLoop

if TYPE_CHECKING:
    from groundstate.lsp.server import GroundstateServer


def handle(server: GroundstateServer, params: types.DidChangeNotebookDocumentParams) -> None:
    change = server.documents.change_notebook(params)
    if change is not None:
        snapshot, gone = change
        server.changed(snapshot)
        if not server.client.pulls:
            server.publisher.clear(gone)


HANDLER = OnLoop(types.NOTEBOOK_DOCUMENT_DID_CHANGE, handle)
