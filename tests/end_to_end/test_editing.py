"""Editing: after any edits the findings are those of a fresh open."""

from __future__ import annotations

import asyncio
import hashlib
import random

import pytest
from lsprotocol import types
from tests.end_to_end.conftest import EMACS, HELIX, VSCODE, Start, in_every_editor
from tests.end_to_end.editor import Editor, comparable

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


@pytest.mark.parametrize("client", [VSCODE, HELIX, EMACS])
async def test_the_server_has_the_clients_text_after_each_of_1000_edits(client: str, start: Start) -> None:
    """Each answer to the command is a barrier: what is published after it must be of that version or a newer one."""
    editor = await start(client)
    uri = editor.open("thousand.py", TEXT)
    dice, reached = random.Random(client), 1
    stale: list[int | None] = []
    publish = editor.client.protocol.fm.features[types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS]

    def published(params: types.PublishDiagnosticsParams) -> None:
        publish(params)
        if params.version is None or params.version < reached:
            stale.append(params.version)

    editor.client.protocol.fm.features[types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS] = published
    for _ in range(1000):
        editor.edit(uri, random_edit(dice, editor.texts[uri]))
        (document,) = (await editor.execute("groundstate.debugInformation"))["openDocuments"]
        digest = hashlib.sha256(editor.texts[uri].encode()).hexdigest()
        assert (document["version"], document["sha256"]) == (editor.versions[uri], digest)
        reached = editor.versions[uri]
    found = comparable(await editor.diagnostics(uri))
    assert not stale
    assert (len(editor.published[uri]) > 0) != editor.pulls
    assert found == await fresh(editor, "fresh.py", editor.texts[uri])


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
    text = "x = 'wrong'  # 😀\n" * 50
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
