"""The linter and the language server give the same findings for the same text: the real processes of both."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from lsprotocol import types
from pygls.exceptions import JsonRpcException
from tests.end_to_end.conftest import HELIX, VSCODE, Start
from tests.end_to_end.editor import REAL, Editor, index_of

FILES = {
    "shapes.py": """\
class Shape:
    __slots__ = ("width", "height")

    def __init__(self, width, height):
        self.width = width
        self.height = height

    def area(self):
        return self.width * self.width


def scaled(shape, factor):
    return Shape(shape.width * factor)
""",
    "use.py": """\
from shapes import Shape, scaled

é = "😀"; print(undefined_name)


def total(shapes):
    result = 0
    for shape in shapes:
        result += shape.area(2)
    return resutl


def distance(x1, y1, x2, y2):
    dx = x2 - x1
    dy = y2 - x1
    return (dx * dx + dy * dy) ** 0.5


scaled(Shape(1, 2), 3, 4)
""",
    "broken.py": "def f(:\n    return 1\n\n\nprint(f(1)\n",
    "empty.py": "",
    "ignored.py": "print(undefined_one)  # groundstate: ignore[GS102]\nprint(undefined_two)\n",
}


def linted(folder: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Findings of ``groundstate check`` by file: rule, message, titles of the repairs, place counted from 1."""
    command = [sys.executable, "-m", "groundstate", "check", "--output-format", "json", "--no-cache", "."]
    command += ["--sensitivity", "all"]
    run = subprocess.run(command, cwd=folder, capture_output=True, timeout=300, check=False)
    assert run.returncode in (0, 1), run.stderr.decode()
    found: dict[str, list[tuple[Any, ...]]] = {name: [] for name in FILES}
    for item in json.loads(run.stdout)["findings"]:
        place = (item["line"], item["column"], item["endLine"], item["endColumn"])
        repairs = [repair["title"] for repair in item["repairs"]]
        found[item["path"]].append((item["rule"], item["message"], repairs, *place))
    return found


async def shown(editor: Editor, uri: str) -> list[tuple[Any, ...]]:
    """The same of what an editor shows: diagnostics, and the quick fixes that it offers for each."""
    text = editor.texts[uri]
    lines = [0]
    for line in text.splitlines(keepends=True):
        lines.append(lines[-1] + len(line))
    findings = []
    for item in await editor.diagnostics(uri):
        place: list[int] = []
        for at in (item.range.start, item.range.end):
            place += [at.line + 1, index_of(text, at, editor.encoding) - lines[at.line] + 1]
        actions = await editor.actions(uri, item.range, [item], only=["quickfix"])
        repairs = [
            action.title.partition(" (ΔE")[0]
            for action in actions
            if item in (action.diagnostics or ())
            and not action.disabled
            and not action.title.startswith(("Ignore ", "Add "))
        ]
        findings.append((item.code, item.message, repairs, *place))
    return findings


async def compared(editor: Editor) -> None:
    for name, text in FILES.items():
        (editor.folder / name).write_text(text)
    # The server may have read the project before, and some editors watch its files for it.
    created = [types.FileEvent(editor.uri(name), types.FileChangeType.Created) for name in FILES]
    editor.client.workspace_did_change_watched_files(types.DidChangeWatchedFilesParams(created))
    expected = linted(editor.folder)
    for name, text in FILES.items():
        uri = editor.open(name, text)
        assert await shown(editor, uri) == expected[name], name
    rules = {rule for findings in expected.values() for rule, *_ in findings}
    assert rules >= {"GS101", "GS102", "GS104"}
    assert any(repairs for findings in expected.values() for _, _, repairs, *_ in findings)


async def test_in_utf_16(start: Start) -> None:
    editor = await start(VSCODE, command=REAL, settings={"sensitivity": "all"})
    await compared(editor)


async def test_in_utf_8_after_an_edit_there_and_back(start: Start) -> None:
    editor = await start(HELIX, command=REAL, settings={"sensitivity": "all"})
    await compared(editor)
    expected = linted(editor.folder)
    for name in FILES:
        uri = editor.uri(name)
        editor.edit(uri, (0, 0, "import os\n"))
        editor.edit(uri, (0, len("import os\n"), ""))
        assert await shown(editor, uri) == expected[name], name


def places(diagnostics: Sequence[types.Diagnostic], text: str, encoding: str) -> list[tuple[Any, ...]]:
    """Rule, message and place of diagnostics, counted as the linter counts."""
    lines = [0]
    for line in text.splitlines(keepends=True):
        lines.append(lines[-1] + len(line))
    found = []
    for item in diagnostics:
        place: list[int] = []
        for at in (item.range.start, item.range.end):
            place += [at.line + 1, index_of(text, at, encoding) - lines[at.line] + 1]
        found.append((item.code, item.message, *place))
    return found


async def test_every_way_to_be_told_says_what_the_linter_says(any_client: str, start: Start) -> None:
    settings = {"sensitivity": "all", "diagnosticMode": "workspace"}
    editor = await start(any_client, command=REAL, settings=settings)
    for name, text in FILES.items():
        (editor.folder / name).write_text(text)
    expected = {
        name: [(rule, message, *place) for rule, message, _, *place in findings]
        for name, findings in linted(editor.folder).items()
    }
    closed: dict[str, Sequence[types.Diagnostic]] = {}
    if editor.pulls:
        while len(closed) < len(FILES):
            try:
                report = await editor.client.workspace_diagnostic_async(types.WorkspaceDiagnosticParams([]))
                closed = {item.uri: item.items for item in report.items}
            except JsonRpcException as error:
                if error.data != {"retriggerRequest": True}:
                    raise
    else:
        changed = [types.FileEvent(editor.uri(name), types.FileChangeType.Changed) for name in FILES]
        editor.client.workspace_did_change_watched_files(types.DidChangeWatchedFilesParams(changed))
        found = {editor.uri(name) for name, findings in expected.items() if findings}
        while found - {uri for uri, params in editor.published.items() if params}:
            await asyncio.sleep(0.05)
        closed = {uri: params[-1].diagnostics for uri, params in editor.published.items() if params}
    for name, text in FILES.items():
        uri = editor.uri(name)
        assert places(closed.get(uri, ()), text, editor.encoding) == expected[name], name
        opened = await editor.diagnostics(editor.open(name, text))
        assert places(opened, text, editor.encoding) == expected[name], name
