"""The open documents, as bytes, kept in step with the client.

pygls keeps text as ``str`` and splits it where Python does, which is not where LSP does: a form feed is enough to make
an edit go to the wrong place. Here changes are applied to bytes through ``groundstate_grammars.text``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from lsprotocol import types
from pygls.uris import to_fs_path, uri_scheme

from groundstate.documents import Document
from groundstate_grammars.edits import Replacement, apply_replacements
from groundstate_grammars.text import PositionEncoding, SourceText

UNTITLED = Path("/", "untitled:")
"""A folder that does not exist: where documents are that were never saved."""

_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True, eq=False)
class Snapshot:
    """One version of an open document, or a file, which has no version.

    Two snapshots are the same only if they are the same object: a document that is closed and opened again may count
    its versions from the start.
    """

    uri: str
    version: int | None
    document: Document
    is_python: bool

    @property
    def source(self) -> SourceText:
        return self.document.source


class OpenDocuments:
    """All open documents by URI. Every method runs on the protocol loop."""

    def __init__(self, encoding: PositionEncoding) -> None:
        self.encoding = encoding
        self._snapshots: dict[str, Snapshot] = {}
        self._saved: dict[str, Snapshot] = {}

    def __iter__(self) -> Iterator[Snapshot]:
        return iter(list(self._snapshots.values()))

    def get(self, uri: str) -> Snapshot | None:
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
        if before is None:
            return None
        document = Document(before.document.path, changed(before.source, changes, self.encoding))
        snapshot = Snapshot(uri, version, document, before.is_python)
        self._snapshots[uri] = snapshot
        return snapshot

    def close(self, uri: str) -> None:
        self._snapshots.pop(uri, None)
        self._saved.pop(uri, None)


def changed(
    source: SourceText, changes: Sequence[types.TextDocumentContentChangeEvent], encoding: PositionEncoding
) -> bytes:
    """The bytes after ``changes``, each of which counts its positions in the text that the one before it left.

    A run of changes that go up the text, as editors send those of many cursors, is applied at once.
    """
    pending: list[Replacement] = []
    for change in changes:
        if isinstance(change, types.TextDocumentContentChangeWholeDocument):
            source, pending = SourceText(wire_bytes(change.text)), []
            continue
        start, end = _offsets(source, change.range, encoding)
        if pending and end >= pending[-1].start:
            source, pending = SourceText(apply_replacements(source.data, pending)), []
            start, end = _offsets(source, change.range, encoding)
        pending.append(Replacement(start, end, wire_bytes(change.text)))
    return apply_replacements(source.data, pending)


def _offsets(source: SourceText, place: types.Range, encoding: PositionEncoding) -> tuple[int, int]:
    start = source.offset(place.start.line, place.start.character, encoding)
    end = source.offset(place.end.line, place.end.character, encoding)
    return min(start, end), max(start, end)


def wire_bytes(text: str) -> bytes:
    """UTF-8 of a text from the client. A lone surrogate, which has none, becomes U+FFFD: one UTF-16 unit as before."""
    try:
        return text.encode()
    except UnicodeEncodeError:
        return _SURROGATE.sub("\ufffd", text).encode()


def path_of(uri: str) -> Path:
    """The file a URI names; for other schemes a path in ``UNTITLED``."""
    path = to_fs_path(uri) if uri_scheme(uri) == "file" else None
    return Path(path) if path else UNTITLED / (uri.rpartition("/")[2] or "untitled")
