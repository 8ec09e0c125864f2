"""Notebooks as the client sends them, and the text of their Python cells that is analysed."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, replace

from lsprotocol import types

from groundstate.documents import Document
from groundstate.lsp.snapshots import Part, Snapshot
from groundstate.lsp.text_changes import changed, path_of, wire_bytes
from groundstate.report import Report
from groundstate_energy.terms.syntax import syntax_violations
from groundstate_grammars.python.parsed import parse
from groundstate_grammars.text import PositionEncoding, SourceText

SHELL_NAMES = frozenset(b"get_ipython display In Out _ __ ___ _i _ii _iii _ih _oh _dh".split())
"""Names that IPython defines for every cell."""

_CELL_MAGIC = re.compile(rb"[ \t]*%%(\w+)")
_MAGIC = re.compile(rb"([ \t]*)((?:[%!?](?:\\(?:\r\n|[\r\n])|[^\r\n])*)|[\w.]+\?\??[ \t]*(?=[\r\n]|\Z))")
"""A statement that is IPython's: its indentation, and the rest, which a backslash may continue on the next line."""
_ASSIGNED = re.compile(rb"([ \t]*[\w., \t\[\]\"']*=[ \t]*)([%!][^=\r\n][^\r\n]*)")
_TOKEN = re.compile(
    rb"(?P<string>(?P<quotes>\"{3}|'{3})(?:\\.|(?!(?P=quotes)).)*(?:(?P=quotes)|\Z)"
    rb"|\"(?:\\.|[^\"\\\r\n])*\"?|'(?:\\.|[^'\\\r\n])*'?)"
    rb"|(?P<comment>#[^\r\n]*)|(?P<continued>\\(?:\r\n|[\r\n]))"
    rb"|(?P<opened>[\[({])|(?P<closed>[\])}])|(?P<line>\r\n|[\r\n])",
    re.DOTALL,
)
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
    parts: list[bytes] = []
    at, depth = 0, 0
    while at < len(data):
        # Here a line begins; inside of brackets it is none of IPython's.
        if depth == 0 and (magic := _MAGIC.match(data, at)):
            parts += [magic[1], _statement(magic[2], inside=bool(magic[1]))]
            at = magic.end()
        elif depth == 0 and (assigned := _ASSIGNED.match(data, at)):
            parts += [assigned[1], b"0".ljust(len(assigned[2]))]
            at = assigned.end()
        end = len(data)
        for token in _TOKEN.finditer(data, at):
            if token.lastgroup == "line":
                end = token.end()
                break
            depth = max(0, depth + (token.lastgroup == "opened") - (token.lastgroup == "closed"))
        parts.append(data[at:end])
        at = end
    return b"".join(parts)


def _statement(text: bytes, *, inside: bool) -> bytes:
    """As many bytes of Python: comments, with a statement first where a block may have no other."""
    first = re.match(rb"[^\r\n]*", text)
    assert first is not None
    size = first.end()
    done = (b"pass" if size >= 4 else b"0") if inside else b""
    return done + re.sub(rb"(?m)(?:^|(?<=\r))[^\r\n]", b"#", text[len(done) :])


def without_shell_names(report: Report) -> Report:
    """The report without what a notebook makes uncertain: names of its shell, and in which order its cells run."""
    data = report.document.data
    kept = tuple(
        item
        for item in report.findings
        if item.rule != "GS103" and not (item.rule == "GS102" and data[item.start : item.end] in SHELL_NAMES)
    )
    return replace(report, findings=kept)


def in_their_cells(report: Report, snapshot: Snapshot) -> Report:
    """The report with the error of a cell that is not complete at that cell's end, not in the cell where it is noticed."""
    starts = [part.start for part in snapshot.parts]
    data = report.document.data
    findings = []
    for finding in report.findings:
        start = starts[max(bisect_right(starts, finding.start) - 1, 0)]
        if finding.rule == "GS101" and start and finding.message in _syntax_messages(data[:start]):
            end = len(data[:start].rstrip())
            finding = replace(finding, start=max(end - 1, 0), end=end, repairs=(), evidence=())
        findings.append(finding)
    return replace(report, findings=tuple(sorted(findings, key=lambda item: item.start)))


def _syntax_messages(data: bytes) -> set[str]:
    return {violation.message for violation in syntax_violations(parse(data))}
