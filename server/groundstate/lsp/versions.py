"""The last versions of open documents, from which the next is parsed and judged. Worker thread only."""

from __future__ import annotations

from dataclasses import dataclass, replace

from groundstate.documents import Document
from groundstate_energy.judgements import Judgements
from groundstate_grammars.edits import difference


@dataclass(slots=True)
class _Last:
    """The ``newest`` version that was parsed, and the newest that ``parses``, if any does."""

    newest: Document
    parses: Document | None = None


class Versions:
    """What is kept of each open document, by its URI.

    A version is parsed from the newest that has no syntax errors: of a broken text little can be taken over, and while it is
    typed a text is broken every few letters.
    """

    def __init__(self) -> None:
        self._last: dict[str, _Last] = {}

    def follow(self, uri: str, document: Document) -> Document:
        """``document`` parsed from an earlier version where there is one, and from now on the newest."""
        last = self._last.get(uri)
        if last is None:
            document = replace(document, judgements=Judgements())
            last = self._last[uri] = _Last(document)
        elif last.newest.data == document.data:
            return last.newest
        else:
            base = last.parses or last.newest
            change = difference(base.data, document.data)
            parsed = base.parsed.edited([change]) if change is not None else base.parsed
            document = last.newest = replace(document, reparsed=parsed, judgements=base.judgements)
        if not document.parsed.tree.has_errors:
            last.parses = document
        return document

    def forget(self, uri: str) -> None:
        """The document was closed."""
        self._last.pop(uri, None)

    def forget_all(self) -> None:
        self._last.clear()
