"""Snapshots: one version of what is analysed at once, and where its bytes are for the client.

A document is in one part, itself. A notebook is one text for the analysis, for a name of one cell is used in another,
and has a part for each cell, for the client counts positions in cells.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass

from lsprotocol import types

from groundstate.documents import Document
from groundstate_grammars.text import PositionEncoding, SourceText


@dataclass(frozen=True, slots=True)
class Part:
    """A document of the client. ``start``: the byte of the analysed text where it begins. ``source``: its own text."""

    uri: str
    version: int | None
    start: int
    source: SourceText

    @property
    def end(self) -> int:
        return self.start + len(self.source)

    def position(self, offset: int, encoding: PositionEncoding) -> types.Position:
        """The position of a byte of the analysed text, or of the end of the part that is nearest to it."""
        inside = min(max(offset - self.start, 0), len(self.source))
        return types.Position(*self.source.position(inside, encoding))

    def offset(self, position: types.Position, encoding: PositionEncoding) -> int:
        """The byte of the analysed text at a position."""
        return self.start + self.source.offset(position.line, position.character, encoding)


@dataclass(frozen=True, slots=True, eq=False)
class Snapshot:
    """One version of an open document or notebook, or a file, which has no version.

    Two snapshots are the same only if they are the same object: a document that is closed and opened again may count
    its versions from the start.

    Args:
        cells: the parts of a notebook, in text order.
        is_notebook: what is analysed are the cells of a notebook.
    """

    uri: str
    version: int | None
    document: Document
    is_python: bool
    cells: tuple[Part, ...] = ()
    is_notebook: bool = False

    @property
    def source(self) -> SourceText:
        return self.document.source

    @property
    def parts(self) -> tuple[Part, ...]:
        """The client's documents, in text order."""
        return self.cells if self.is_notebook else (Part(self.uri, self.version, 0, self.source),)

    def part(self, uri: str) -> Part | None:
        """The client's document ``uri``; None when it is none of this snapshot."""
        return next((part for part in self.parts if part.uri == uri), None)

    def location(self, start: int, end: int, encoding: PositionEncoding) -> types.Location:
        """Where the bytes from ``start`` to ``end`` are for the client; what leaves a cell is cut at its end."""
        parts = self.parts
        if not parts:
            nowhere = types.Position(0, 0)
            return types.Location(self.uri, types.Range(nowhere, nowhere))
        part = parts[max(bisect_right(parts, start, key=lambda part: part.start) - 1, 0)]
        return types.Location(
            part.uri, types.Range(part.position(start, encoding), part.position(end, encoding))
        )

    def range_of(self, start: int, end: int, encoding: PositionEncoding) -> types.Range:
        """The range of these bytes in the client's document that they are in."""
        return self.location(start, end, encoding).range

    def offset(self, uri: str, position: types.Position, encoding: PositionEncoding) -> int:
        """The byte at a position in the client's document ``uri``; -1 where that is none of this snapshot."""
        part = self.part(uri)
        return -1 if part is None else part.offset(position, encoding)

    def offsets(self, uri: str, place: types.Range, encoding: PositionEncoding) -> tuple[int, int]:
        """The bytes of a range in the client's document ``uri``."""
        return self.offset(uri, place.start, encoding), self.offset(uri, place.end, encoding)

    @property
    def uris(self) -> frozenset[str]:
        """The URIs under which the client knows what is analysed."""
        return frozenset((self.uri, *(part.uri for part in self.cells)))
