"""Replacements in the client's terms."""

from __future__ import annotations

from collections.abc import Iterable

from lsprotocol import types

from groundstate.lsp.client import Client
from groundstate.lsp.snapshots import Snapshot
from groundstate_grammars.edits import Replacement
from groundstate_grammars.text import decode


def workspace_edit(
    snapshot: Snapshot, replacements: Iterable[Replacement], client: Client
) -> types.WorkspaceEdit:
    """The edit that makes ``replacements`` in exactly this version of the document, where the client can tell."""
    edits: dict[str, list[types.TextEdit]] = {}
    for item in replacements:
        place = snapshot.location(item.start, item.end, client.encoding)
        edits.setdefault(place.uri, []).append(types.TextEdit(place.range, decode(item.new)))
    if not client.versioned_edits:
        return types.WorkspaceEdit(changes=edits)
    versions = {part.uri: part.version for part in snapshot.parts}
    changes = []
    for uri, listed in edits.items():
        identifier = types.OptionalVersionedTextDocumentIdentifier(uri, versions.get(uri))
        changes.append(types.TextDocumentEdit(identifier, list(listed)))
    return types.WorkspaceEdit(document_changes=changes)
