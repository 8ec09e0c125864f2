"""Documents: a file's bytes, with everything derived from them made at first use and kept.

Making a document never fails, whatever the bytes: what is no Python text is told by ``not_text_at``. The parser is
imported at the first parse, for a run that the cache answers needs none.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from groundstate_grammars.edits import Replacement
from groundstate_grammars.text import SourceText

if TYPE_CHECKING:
    from groundstate_energy.judgements import Judgements
    from groundstate_grammars.python.parsed import ParsedFile

MOST_BYTES = 4_000_000
"""Files above this are generated data, and are not analysed."""


@dataclass(frozen=True)
class Document:
    """One version of one file. Immutable: ``edited`` gives the next version.

    Args:
        path: where the file is, or would be; absolute.
        data: its bytes.
        reparsed: the parsed file where an incremental parse already made it.
        judgements: what was said of the version before, if of any, and then of this one.
    """

    path: Path
    data: bytes
    reparsed: ParsedFile | None = field(default=None, repr=False, compare=False)
    judgements: Judgements | None = field(default=None, repr=False, compare=False)

    @functools.cached_property
    def source(self) -> SourceText:
        """The line table."""
        return SourceText(self.data)

    @functools.cached_property
    def parsed(self) -> ParsedFile:
        """The syntax tree and what is built on it."""
        if self.reparsed is not None:
            return self.reparsed
        from groundstate_grammars.python.parsed import parse

        return parse(self.data)

    @functools.cached_property
    def comments(self) -> tuple[tuple[int, int], ...]:
        """Byte ranges of the comments, in text order."""
        from groundstate_grammars.python import syntax as py

        flat = self.parsed.flat
        return tuple((flat.start[node], flat.end[node]) for node in flat.of_kind(py.COMMENT))

    @functools.cached_property
    def multiline_strings(self) -> tuple[tuple[int, int], ...]:
        """Byte ranges of the outermost strings that hold a line break, in text order."""
        from groundstate_grammars.python import syntax as py

        flat = self.parsed.flat
        found: list[tuple[int, int]] = []
        last_end = -1
        for node in flat.of_kind(py.STRING):
            start, end = flat.start[node], flat.end[node]
            if start < last_end or (
                self.data.find(b"\n", start, end) < 0 and self.data.find(b"\r", start, end) < 0
            ):
                continue
            if self.source.line_of(start) != self.source.line_of(end):
                found.append((start, end))
                last_end = end
        return tuple(found)

    @functools.cached_property
    def digest(self) -> str:
        """SHA-256 of the bytes, in hex."""
        return hashlib.sha256(self.data).hexdigest()

    @property
    def not_text_at(self) -> int | None:
        """Byte offset of the first NUL, which no Python source may hold; None in text."""
        offset = self.data.find(b"\0")
        return None if offset < 0 else offset

    def edited(self, replacements: Sequence[Replacement]) -> Document:
        """The document after ``replacements``, parsed incrementally."""
        reparsed = self.parsed.edited(replacements)
        return Document(self.path, reparsed.tree.data, reparsed, self.judgements)


def read_document(path: Path) -> Document:
    """The document on disk; raises ``OSError`` when it cannot be read."""
    return Document(path, path.read_bytes())
