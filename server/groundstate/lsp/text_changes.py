"""Changes of texts as the client sends them, applied to bytes; and what the client's URIs and strings are here.

pygls keeps text as ``str`` and splits it where Python does, which is not where LSP does: a form feed is enough to make
an edit go to the wrong place. Here changes are applied to bytes through ``groundstate_grammars.text``.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Sequence
from pathlib import Path

from lsprotocol import types
from pygls.uris import to_fs_path, uri_scheme

from groundstate_grammars.edits import Replacement, apply_replacements
from groundstate_grammars.text import PositionEncoding, SourceText

UNTITLED = Path("/", "untitled:")
"""A folder that does not exist: where documents are that were never saved."""

_SURROGATE = re.compile("[\ud800-\udfff]")


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
    """The file a URI names; for other schemes, and for what is no URI, a path in ``UNTITLED``."""
    path = None
    with contextlib.suppress(ValueError):
        path = to_fs_path(uri) if uri_scheme(uri) == "file" else None
    return Path(path) if path else UNTITLED / (uri.rpartition("/")[2] or "untitled")
