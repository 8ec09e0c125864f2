"""Editing: after any edits the findings are those of a fresh open."""

from __future__ import annotations

import asyncio
import hashlib
import random
from typing import Any

import pytest
from lsprotocol import types
from pygls.exceptions import JsonRpcException
from tests.end_to_end.conftest import EMACS, HELIX, VSCODE, Start, in_every_editor
from tests.end_to_end.editor import SECONDS, Editor, comparable, position
from tests.end_to_end.scripted_server import ScriptedEngine

from groundstate.analysis import Workspace, analyse
from groundstate.documents import Document
from groundstate.settings import Settings
from groundstate_grammars.index import ProjectIndex
from groundstate_grammars.project import ProjectFacts

TEXT = '''\
import os


def area(width, height):
    """Grüße 😀."""
    return width * 'wrong' + heigth


class Shape:
    def scale(self, factor):\r
        self.width = self.width * factor
        return 'wrong_for_sure', os.path
'''

PIECES = (
    *(
        "wrong",
        "right",
        "width",
        "x = 1\n",
        "\n",
        "\r\n",
        "\r",
        "\f",
        "\t",
        " ",
        "    ",
        "😀",
        "é",
        "# 𝔘\n",
        "\u2028",
        "\x1c",
    ),
    *(
        "def f(a):\n    return wrong\n",
        "(",
        ")",
        '"""',
        "'",
        "\\",
        ":",
        "return ",
        "\ufeff",
        "wrong_for_sure()\n",
    ),
)


def random_edit(random: random.Random, text: str) -> tuple[int, int, str]:
    """A small deletion, insertion or replacement that leaves no half line break at its ends."""
    start = random.randrange(len(text) + 1)
    end = min(len(text), start + random.choice((0, 0, 0, 1, 2, 5, 20)))
    while 0 < start < len(text) and text[start - 1 : start + 1] == "\r\n":
        start -= 1
    while 0 < end < len(text) and text[end - 1 : end + 1] == "\r\n":
        end += 1
    new = random.choice(PIECES) if len(text) < 2000 else ""
    return start, end, new


class Watched:
    """One client that is edited, with all that it is told; ``wrong`` says what should not have been."""

    def __init__(self, editor: Editor, uri: str) -> None:
        self.editor = editor
        self.uri = uri
        self.texts = {1: editor.texts[uri]}
        self.reached = 1
        self.told: dict[int, list[tuple[Any, ...]]] = {}
        self.settled: list[int] = []
        self.wrong: list[str] = []
        self._pulls: list[asyncio.Task[None]] = []
        self._had: tuple[str | None, list[tuple[Any, ...]]] = (None, [])
        publish = editor.client.protocol.fm.features[types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS]

        def published(params: types.PublishDiagnosticsParams) -> None:
            publish(params)
            if params.uri == uri:
                self._tell(params.version, comparable(params.diagnostics))

        editor.client.protocol.fm.features[types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS] = published

    async def edit(self, change: tuple[int, int, str], *, settle: bool) -> None:
        """Make an edit and see that the server made it too; ``settle``: wait for its findings.

        The answer to the command is a barrier: what is told after it must be of that version or a newer one.
        """
        editor, uri = self.editor, self.uri
        editor.edit(uri, change)
        version = editor.versions[uri]
        self.texts[version] = editor.texts[uri]
        if editor.pulls:
            self._pulls.append(asyncio.ensure_future(self._pull(version)))
        (document,) = (await editor.execute("groundstate.debugInformation"))["openDocuments"]
        digest = hashlib.sha256(editor.texts[uri].encode()).hexdigest()
        assert (document["version"], document["sha256"]) == (version, digest)
        self.reached = version
        if settle:
            if editor.pulls:
                await asyncio.wait_for(self._pulls[-1], SECONDS)
            else:
                await editor.publication(uri)
            await editor.whole(uri)
            if editor.pulls:
                await self._pull(version)
            self.settled.append(version)

    async def _pull(self, version: int) -> None:
        """Ask for the findings as VS Code does: after each change, with what it has, and not again if refused."""
        had_id, had = self._had
        document = types.TextDocumentIdentifier(self.uri)
        params = types.DocumentDiagnosticParams(document, previous_result_id=had_id)
        try:
            report = await self.editor.client.text_document_diagnostic_async(params)
        except JsonRpcException as error:
            if error.code != types.LSPErrorCodes.ServerCancelled.value:
                self.wrong.append(f"version {version}: {error}")
            return
        found = comparable(report.items) if report.kind == "full" else had
        self._had = (report.result_id, found)
        self._tell(version, found)

    def _tell(self, version: int | None, found: list[tuple[Any, ...]]) -> None:
        if version is None or version < self.reached:
            self.wrong.append(f"version {version} was told after version {self.reached} was known")
        elif version < max(self.told, default=0):
            self.wrong.append(f"version {version} was told after version {max(self.told)}")
        else:
            self.told[version] = found


@pytest.mark.parametrize("way", ["pushed", "pulled"])
async def test_three_clients_and_their_servers_agree_through_1000_edits(way: str, start: Start) -> None:
    """One client for each encoding, all with the same edits.

    The text is the same after each edit, and nothing stale is ever told. Of a version at which there is a pause the findings
    are those of its text, neither less nor more; of the others those of exact rules are, as long as the text parses.
    """
    clients = []
    for name in (VSCODE, HELIX, EMACS):
        editor = await start(name, pulls=way == "pulled")
        clients.append(Watched(editor, editor.open("thousand.py", TEXT)))
    assert {client.editor.encoding for client in clients} == {"utf-8", "utf-16", "utf-32"}
    dice = random.Random(way)
    for number in range(1000):
        change = random_edit(dice, clients[0].texts[number + 1])
        await asyncio.gather(*(client.edit(change, settle=number % 20 == 19) for client in clients))
    for client in clients:
        assert not client.wrong
        assert len(client.told) >= 50
        assert max(client.told) == client.settled[-1] == 1001
        for version, found in client.told.items():
            expected = true_findings(client.texts[version], client.editor)
            if version not in client.settled:
                if any(item[4] == "GS101" for item in (*found, *expected)):
                    continue
                found, expected = (
                    [item for item in each if item[4] != "GS301"] for each in (found, expected)
                )
            assert found == expected, f"{client.editor.encoding}, version {version}"
        assert sum(map(len, client.told.values())) > 50


def true_findings(text: str, editor: Editor) -> list[tuple[Any, ...]]:
    """The findings of ``text`` by the function that the linter calls, with places counted in the editor's encoding."""
    document = Document(editor.folder / "thousand.py", text.encode())
    workspace = Workspace(editor.folder, ProjectFacts(), ProjectIndex(editor.folder))
    report = analyse(document, workspace, ScriptedEngine(Settings()), Settings())
    severities = {"error": 1, "warning": 2, "hint": 3}
    found = []
    for item in report.findings:
        place: list[int] = []
        for offset in (item.start, item.end):
            index = len(document.data[:offset].decode())
            # The protocol has no position between the two characters of a line's end: there the line has ended.
            if text[index - 1 : index + 1] == "\r\n":
                index -= 1
            at = position(text, index, editor.encoding)
            place += [at.line, at.character]
        found.append((*place, item.rule, severities[item.severity.value], item.message))
    return found


async def test_a_finding_that_holds_is_never_withdrawn(start: Start) -> None:
    editor = await start(EMACS)
    uri = editor.open("holds.py", TEXT)
    held = set(comparable(await editor.diagnostics(uri)))
    assert len(held) >= 3
    for number in range(100):
        end = len(editor.texts[uri])
        editor.edit(uri, (end, end, f"value_{number} = 'wrong'\n" if number % 10 == 0 else "# typed\n"))
        await asyncio.sleep(0.01 * (number % 4))
    await editor.publication(uri)
    assert len(editor.published[uri]) > 3
    for params in editor.published[uri]:
        assert held <= set(comparable(params.diagnostics))


async def fresh(editor: Editor, name: str, text: str) -> list[tuple[object, ...]]:
    return comparable(await editor.diagnostics(editor.open(name, text)))


@in_every_editor
async def test_200_random_edits_end_in_the_findings_of_a_fresh_open(editor: Editor) -> None:
    uri = editor.open("edited.py", TEXT)
    dice = random.Random(editor.encoding)
    for number in range(200):
        editor.edit(uri, random_edit_of(editor, uri, dice))
        if number % 40 == 39:
            found = comparable(await editor.diagnostics(uri))
            assert found == await fresh(editor, f"fresh{number}.py", editor.texts[uri])
    editor.edit(uri, (0, len(editor.texts[uri]), TEXT))
    found = comparable(await editor.diagnostics(uri))
    assert found == await fresh(editor, "again.py", TEXT)
    assert {item[4] for item in found} >= {"GS102", "GS301"}


def random_edit_of(editor: Editor, uri: str, dice: random.Random) -> tuple[int, int, str]:
    return random_edit(dice, editor.texts[uri])


@in_every_editor
async def test_many_cursors_edit_at_once(editor: Editor) -> None:
    text = "print('wrong')  # 😀\n" * 50
    uri = editor.open("cursors.py", text)
    places = [index for index in range(len(text)) if text.startswith("wrong", index)]
    editor.edit(uri, *((index, index + 5, "right") for index in reversed(places)))
    assert editor.texts[uri] == text.replace("wrong", "right")
    editor.edit(uri, *((index, index + 5, "wrong") for index in places[::2]))
    found = comparable(await editor.diagnostics(uri))
    assert sum(item[4] == "GS301" for item in found) == 25
    assert found == await fresh(editor, "fresh.py", editor.texts[uri])


@in_every_editor
async def test_two_documents_edited_at_once_keep_their_own_findings(editor: Editor) -> None:
    uris = [editor.open("one.py", TEXT), editor.open("two.py", TEXT.replace("wrong", "right"))]
    dice = random.Random(7)
    for _ in range(60):
        uri = dice.choice(uris)
        editor.edit(uri, random_edit_of(editor, uri, dice))
    for number, uri in enumerate(uris):
        found = comparable(await editor.diagnostics(uri))
        assert found == await fresh(editor, f"fresh{number}.py", editor.texts[uri])


@in_every_editor
async def test_a_document_sent_whole_replaces_the_old_text(editor: Editor) -> None:
    uri = editor.open("whole.py", "x = wrong\n")
    editor.texts[uri], editor.versions[uri] = "y = 1\n", 2
    whole = types.TextDocumentContentChangeWholeDocument(text="y = 1\n")
    identifier = types.VersionedTextDocumentIdentifier(uri=uri, version=2)
    editor.client.text_document_did_change(types.DidChangeTextDocumentParams(identifier, [whole]))
    assert not await editor.diagnostics(uri)
