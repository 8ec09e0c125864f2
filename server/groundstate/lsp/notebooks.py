"""Notebooks as the client sends them, and the text of their Python cells that is analysed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from lsprotocol import types

from groundstate.documents import Document
from groundstate.lsp.snapshots import Part, Snapshot
from groundstate.lsp.text_changes import changed, path_of, wire_bytes
from groundstate.report import Report
from groundstate_grammars.text import PositionEncoding, SourceText

SHELL_NAMES = frozenset(b"get_ipython display In Out _ __ ___ _i _ii _iii _ih _oh _dh".split())
"""Names that IPython defines for every cell."""

_CELL_MAGIC = re.compile(rb"[ \t]*%%(\w+)")
_MAGIC = re.compile(rb"^([ \t]*)[%!?][^\r\n]*|^([ \t]*)[\w.]+\?\??[ \t]*$", re.MULTILINE)
_ASSIGNED = re.compile(rb"^([ \t]*[\w., \t\[\]\"']*=[ \t]*)([%!])([^=\r\n][^\r\n]*)", re.MULTILINE)
_PYTHON_MAGICS = frozenset((b"time", b"timeit", b"capture", b"prun", b"memit", b"mprun"))
"""Cell magics whose cells are Python."""


@dataclass(frozen=True, slots=True)
class _Cell:
    uri: str
    version: int
    is_python: bool
    source: SourceText


@dataclass(frozen=True, slots=True)
class Notebook:
    """One version of a notebook: all its cells in order, by URI, and the texts of those that the client sends."""

    uri: str
    version: int
    order: tuple[str, ...]
    cells: Mapping[str, _Cell]

    @classmethod
    def opened(cls, params: types.DidOpenNotebookDocumentParams) -> Notebook:
        notebook = params.notebook_document
        cells = {item.uri: _cell(item) for item in params.cell_text_documents}
        return cls(notebook.uri, notebook.version, tuple(item.document for item in notebook.cells), cells)

    def edited(self, params: types.DidChangeNotebookDocumentParams, encoding: PositionEncoding) -> Notebook:
        """The notebook after a change of its cells or of their texts."""
        order, cells = list(self.order), dict(self.cells)
        change = params.change.cells
        structure = change.structure if change is not None else None
        if structure is not None:
            array = structure.array
            order[array.start : array.start + array.delete_count] = [
                item.document for item in array.cells or ()
            ]
            for closed in structure.did_close or ():
                cells.pop(closed.uri, None)
            cells |= {item.uri: _cell(item) for item in structure.did_open or ()}
        for content in (change.text_content if change is not None else None) or ():
            uri = content.document.uri
            if uri in cells:
                source = SourceText(changed(cells[uri].source, content.changes, encoding))
                cells[uri] = replace(cells[uri], version=content.document.version, source=source)
        return Notebook(self.uri, params.notebook_document.version, tuple(order), cells)

    def snapshot(self) -> Snapshot:
        """What is analysed: the Python cells one after the other, each ended by a line break."""
        texts: list[bytes] = []
        parts: list[Part] = []
        start = 0
        for cell in (self.cells[uri] for uri in self.order if uri in self.cells):
            if cell.is_python:
                parts.append(Part(cell.uri, cell.version, start, cell.source))
                texts.append(python_of(cell.source.data) + b"\n")
                start += len(texts[-1])
        document = Document(path_of(self.uri), b"".join(texts))
        return Snapshot(self.uri, self.version, document, True, tuple(parts), is_notebook=True)


def _cell(item: types.TextDocumentItem) -> _Cell:
    is_python = item.language_id == "python"
    return _Cell(item.uri, item.version, is_python, SourceText(wire_bytes(item.text)))


def python_of(data: bytes) -> bytes:
    """A cell as Python of the same length: what is IPython's becomes a comment, or a number where it is assigned."""
    magic = _CELL_MAGIC.match(data)
    if magic is not None and magic[1] not in _PYTHON_MAGICS:
        return re.sub(rb"^[^\r\n]", b"#", data, flags=re.MULTILINE)
    if not re.search(rb"[%!?]", data):
        return data
    assigned = _ASSIGNED.sub(lambda found: found[1] + b"0".ljust(len(found[2] + found[3])), data)
    return _MAGIC.sub(_commented, assigned)


def _commented(found: re.Match[bytes]) -> bytes:
    indent = len(found[1] if found[1] is not None else found[2])
    return found[0][:indent] + b"#" + found[0][indent + 1 :]


def without_shell_names(report: Report) -> Report:
    """The report without what a notebook makes uncertain: names of its shell, and in which order its cells run."""
    data = report.document.data
    kept = tuple(
        item
        for item in report.findings
        if item.rule != "GS103" and not (item.rule == "GS102" and data[item.start : item.end] in SHELL_NAMES)
    )
    return replace(report, findings=kept)
