"""Byte ranges and replacements in the client's terms."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from lsprotocol import types

from groundstate.lsp.client import Client
from groundstate.lsp.open_documents import Snapshot
from groundstate_grammars.edits import Replacement
from groundstate_grammars.text import PositionEncoding, SourceText, decode


def range_of(source: SourceText, start: int, end: int, encoding: PositionEncoding) -> types.Range:
    """The range of the bytes from ``start`` to ``end``."""
    return types.Range(
        types.Position(*source.position(start, encoding)), types.Position(*source.position(end, encoding))
    )


def workspace_edit(
    snapshot: Snapshot, replacements: Iterable[Replacement], client: Client
) -> types.WorkspaceEdit:
    """The edit that makes ``replacements`` in exactly this version of the document, where the client can tell."""
    edits = [
        types.TextEdit(range_of(snapshot.source, item.start, item.end, client.encoding), decode(item.new))
        for item in replacements
    ]
    if not client.versioned_edits:
        return types.WorkspaceEdit(changes={snapshot.uri: edits})
    document = types.OptionalVersionedTextDocumentIdentifier(snapshot.uri, snapshot.version)
    changes: Sequence[types.TextDocumentEdit] = [types.TextDocumentEdit(document, edits)]
    return types.WorkspaceEdit(document_changes=changes)
