"""The open documents and notebooks, as bytes, kept in step with the client."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lsprotocol import types

from groundstate.documents import Document
from groundstate.lsp.notebooks import Notebook
from groundstate.lsp.snapshots import Snapshot
from groundstate.lsp.text_changes import changed, path_of, wire_bytes
from groundstate_grammars.text import PositionEncoding


class OpenDocuments:
    """All open documents by URI. Every method runs on the protocol loop."""

    def __init__(self, encoding: PositionEncoding) -> None:
        self.encoding = encoding
        self._snapshots: dict[str, Snapshot] = {}
        self._saved: dict[str, Snapshot] = {}
        self._notebooks: dict[str, Notebook] = {}

    def __iter__(self) -> Iterator[Snapshot]:
        return iter([item for uri, item in self._snapshots.items() if uri == item.uri])

    def get(self, uri: str) -> Snapshot | None:
        """The newest snapshot of a document, of a notebook, or of the notebook that a cell is in."""
        return self._snapshots.get(uri)

    def open(self, item: types.TextDocumentItem) -> Snapshot:
        path = path_of(item.uri)
        is_python = item.language_id == "python" or path.suffix in (".py", ".pyi")
        snapshot = Snapshot(item.uri, item.version, Document(path, wire_bytes(item.text)), is_python)
        self._snapshots[item.uri] = self._saved[item.uri] = snapshot
        return snapshot

    def save(self, uri: str) -> None:
        """The document as it is now is the file on disk."""
        if uri in self._snapshots:
            self._saved[uri] = self._snapshots[uri]

    def is_saved(self, snapshot: Snapshot) -> bool:
        """Whether ``snapshot`` was opened or saved so, as far as the client told."""
        return self._saved.get(snapshot.uri) is snapshot

    def change(
        self, uri: str, version: int, changes: Sequence[types.TextDocumentContentChangeEvent]
    ) -> Snapshot | None:
        """The snapshot after ``changes``; None when the document is not open."""
        before = self._snapshots.get(uri)
        if before is None or before.is_notebook:
            return None
        document = Document(before.document.path, changed(before.source, changes, self.encoding))
        snapshot = Snapshot(uri, version, document, before.is_python)
        self._snapshots[uri] = snapshot
        return snapshot

    def open_notebook(self, params: types.DidOpenNotebookDocumentParams) -> Snapshot:
        """The first snapshot of a notebook."""
        snapshot = self._take(Notebook.opened(params))
        self._saved[snapshot.uri] = snapshot
        return snapshot

    def change_notebook(
        self, params: types.DidChangeNotebookDocumentParams
    ) -> tuple[Snapshot, list[str]] | None:
        """The snapshot after a change and the URIs of the cells that are gone; None when the notebook is not open."""
        uri = params.notebook_document.uri
        if uri not in self._notebooks:
            return None
        before = self._snapshots[uri]
        snapshot = self._take(self._notebooks[uri].edited(params, self.encoding))
        return snapshot, [part.uri for part in before.cells if part.uri not in snapshot.uris]

    def _take(self, notebook: Notebook) -> Snapshot:
        before, snapshot = self._snapshots.get(notebook.uri), notebook.snapshot()
        for gone in () if before is None else before.uris - snapshot.uris:
            del self._snapshots[gone]
        self._notebooks[notebook.uri] = notebook
        self._snapshots |= dict.fromkeys(snapshot.uris, snapshot)
        return snapshot

    def close(self, uri: str) -> list[str]:
        """Forget a document or notebook; the URIs of the client's documents that are gone with it."""
        snapshot = self._snapshots.get(uri)
        self._saved.pop(uri, None)
        self._notebooks.pop(uri, None)
        if snapshot is None or snapshot.uri != uri:
            return []
        for known in snapshot.uris:
            del self._snapshots[known]
        return [part.uri for part in snapshot.parts]
