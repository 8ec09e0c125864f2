"""Notebooks: their cells are one program, and each has its own findings."""

from __future__ import annotations

import asyncio
import copy
from pathlib import Path
from typing import Any

import pytest
from lsprotocol import types
from pygls.exceptions import JsonRpcException
from tests.end_to_end.conftest import VSCODE, Start
from tests.end_to_end.editor import REAL, SCRIPTED, SECONDS, Editor, applied, declared, index_of, position

CELLS = [
    "é = '😀'; width = 1\n%matplotlib inline",
    "print(width, display, 'wrong')",
    "undefined_name\n'wrong'",
]


class NotebookEditor(Editor):
    """An editor with one notebook; cells are known by number, in the order in which they were made."""

    def cell(self, number: int) -> str:
        return f"vscode-notebook-cell:{self.folder.as_posix()}/n.ipynb#c{number}"

    def open_notebook(self, texts: list[str]) -> str:
        uri, items = self.uri("n.ipynb"), []
        for number, text in enumerate(texts):
            cell = self.cell(number)
            self.texts[cell], self.versions[cell] = text, 1
            items.append(types.TextDocumentItem(cell, "python", 1, text))
        self.notebook_version = 1
        cells = [types.NotebookCell(types.NotebookCellKind.Code, item.uri) for item in items]
        notebook = types.NotebookDocument(uri, "jupyter-notebook", 1, cells)
        self.client.notebook_document_did_open(types.DidOpenNotebookDocumentParams(notebook, items))
        return uri

    def change(self, **cells: Any) -> None:
        self.notebook_version += 1
        identifier = types.VersionedNotebookDocumentIdentifier(self.notebook_version, self.uri("n.ipynb"))
        event = types.NotebookDocumentChangeEvent(cells=types.NotebookDocumentCellChanges(**cells))
        self.client.notebook_document_did_change(types.DidChangeNotebookDocumentParams(identifier, event))

    def replace(self, cell: str, start: int, end: int, new: str) -> None:
        text = self.texts[cell]
        place = types.Range(*(position(text, at, self.encoding) for at in (start, end)))
        self.texts[cell] = text[:start] + new + text[end:]
        self.versions[cell] += 1
        document = types.VersionedTextDocumentIdentifier(uri=cell, version=self.versions[cell])
        changes = [types.TextDocumentContentChangePartial(range=place, text=new)]
        self.change(text_content=[types.NotebookDocumentCellContentChanges(document, changes)])

    async def found(self, cell: str) -> list[str]:
        """The texts of a cell that have a finding."""
        found = []
        await self.first_diagnostics(cell)
        await self.whole(cell)
        for item in await self.first_diagnostics(cell):
            start, end = (
                index_of(self.texts[cell], at, self.encoding) for at in (item.range.start, item.range.end)
            )
            found.append(self.texts[cell][start:end])
        return found


def with_notebooks(client: str, encoding: str) -> types.ClientCapabilities:
    capabilities = copy.deepcopy(declared(client))
    capabilities.notebook_document = declared(VSCODE).notebook_document
    assert capabilities.general is not None
    capabilities.general.position_encodings = [types.PositionEncodingKind(encoding)]
    return capabilities


@pytest.fixture(params=["utf-8", "utf-16", "utf-32", "pushed"])
async def notebook(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    """An editor with notebooks that pulls in each encoding, and one that is pushed to."""
    pushed = request.param == "pushed"
    capabilities = with_notebooks(VSCODE, "utf-16" if pushed else request.param)
    if pushed:
        assert capabilities.text_document is not None
        capabilities.text_document.diagnostic = None
    editor = NotebookEditor(capabilities, tmp_path, SCRIPTED)
    await editor.start()
    await editor.warm_up()
    yield editor
    assert await editor.stop() == 0


async def test_each_cell_has_its_findings_and_sees_the_others(notebook: NotebookEditor) -> None:
    notebook.open_notebook(CELLS)
    one, two, three = map(notebook.cell, range(3))
    assert await notebook.found(one) == []
    assert await notebook.found(two) == ["wrong"]
    assert await notebook.found(three) == ["undefined_name", "wrong"]


async def test_a_cell_that_is_not_complete_has_its_error_itself(notebook: NotebookEditor) -> None:
    notebook.open_notebook(["x = 1", "def f():\n", "\n# a comment\nprint(x)", "y = (\n"])
    one, two, three, four = map(notebook.cell, range(4))
    assert await notebook.found(two) == [":"]
    assert [await notebook.found(cell) for cell in (one, three, four)] == [[], [], ["("]]
    notebook.replace(two, 8, 9, "\n    return x\n")
    assert await notebook.found(two) == []
    assert await notebook.found(three) == []
    assert await notebook.found(four) == ["("]


async def test_edits_in_cells_and_of_cells_are_followed(notebook: NotebookEditor) -> None:
    notebook.open_notebook(CELLS)
    one, two, three = map(notebook.cell, range(3))
    notebook.replace(one, 0, 0, "# 😀\n")
    start = notebook.texts[one].index("width")
    notebook.replace(one, start, start + 5, "height")
    assert await notebook.found(two) in (["width", "wrong"],) if notebook.pulls else True
    for _ in range(200):
        if notebook.pulls or [len(item.diagnostics) for item in notebook.published[two]][-1:] == [2]:
            break
        await asyncio.sleep(0.02)
    added = types.TextDocumentItem(notebook.cell(3), "python", 1, "width = 'wrong'\n")
    notebook.texts[added.uri], notebook.versions[added.uri] = added.text, 1
    new = types.NotebookCell(types.NotebookCellKind.Code, added.uri)
    array = types.NotebookCellArrayChange(start=1, delete_count=0, cells=[new])
    notebook.change(structure=types.NotebookDocumentCellChangeStructure(array, did_open=[added]))
    assert await notebook.found(added.uri) == ["wrong"]
    gone = types.NotebookCellArrayChange(start=3, delete_count=1, cells=[])
    closed = [types.TextDocumentIdentifier(three)]
    notebook.change(structure=types.NotebookDocumentCellChangeStructure(gone, did_close=closed))
    if notebook.pulls:
        assert await notebook.found(two) == ["wrong"]
        assert not await notebook.diagnostics(three)
    else:
        for _ in range(200):
            if not notebook.published[three][-1].diagnostics:
                return
            await asyncio.sleep(0.02)
        raise AssertionError("the findings of the removed cell stay")


async def test_actions_hover_and_energies_are_those_of_the_cell(notebook: NotebookEditor) -> None:
    notebook.open_notebook(CELLS)
    cell = notebook.cell(2)
    wrong = next(item for item in await notebook.diagnostics(cell) if item.code == "GS301")
    repair = (await notebook.actions(cell, wrong.range, [wrong]))[0]
    (change,) = repair.edit.document_changes
    assert (change.text_document.uri, change.text_document.version) == (cell, 1)
    assert applied(CELLS[2], change.edits, notebook.encoding) == CELLS[2].replace("wrong", "right")
    params = types.HoverParams(types.TextDocumentIdentifier(cell), wrong.range.start)
    hover = await asyncio.wait_for(notebook.client.text_document_hover_async(params), SECONDS)
    assert hover.range == wrong.range
    place = {"line": wrong.range.start.line, "character": wrong.range.start.character}
    energy = await notebook.execute("groundstate.showEnergy", {"uri": cell, "position": place})
    assert energy["uri"] == cell
    (token,) = energy["tokens"]
    assert token["range"]["start"] == place


async def test_a_closed_notebook_has_no_findings(notebook: NotebookEditor) -> None:
    uri = notebook.open_notebook(CELLS)
    assert await notebook.found(notebook.cell(1)) == ["wrong"]
    cells = [types.TextDocumentIdentifier(notebook.cell(number)) for number in range(3)]
    params = types.DidCloseNotebookDocumentParams(types.NotebookDocumentIdentifier(uri), cells)
    notebook.client.notebook_document_did_close(params)
    if notebook.pulls:
        assert not await notebook.diagnostics(notebook.cell(1))
        return
    for _ in range(200):
        if not notebook.published[notebook.cell(1)][-1].diagnostics:
            return
        await asyncio.sleep(0.02)
    raise AssertionError("the findings of the closed notebook stay")


async def test_an_answer_about_an_old_notebook_is_not_given(notebook: NotebookEditor) -> None:
    if not notebook.pulls:
        return
    notebook.open_notebook([*CELLS, "x = 'wrong'  # seconds=100"])
    params = types.DocumentDiagnosticParams(types.TextDocumentIdentifier(notebook.cell(1)))
    request = asyncio.create_task(notebook.client.text_document_diagnostic_async(params))
    await asyncio.sleep(0.3)
    slow = notebook.cell(3)
    notebook.replace(slow, 0, len(notebook.texts[slow]), "x = 1")
    with pytest.raises(JsonRpcException) as caught:
        await asyncio.wait_for(request, SECONDS)
    assert caught.value.code == types.LSPErrorCodes.ServerCancelled.value
    assert await notebook.found(notebook.cell(1)) == ["wrong"]


async def test_notebooks_are_offered_to_clients_that_have_them(any_client: str, start: Start) -> None:
    editor = await start(any_client, command=REAL)
    offered = editor.initialized.capabilities.notebook_document_sync
    assert (offered is not None) == (editor.capabilities.notebook_document is not None)
