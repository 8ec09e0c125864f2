"""Code actions that cannot be done, those that hide a finding, and what a hover says of an ignore comment."""

from __future__ import annotations

import json

import pytest
from lsprotocol import types
from pygls.exceptions import JsonRpcException
from tests.end_to_end.conftest import EMACS, HELIX, VSCODE, Start, in_every_editor
from tests.end_to_end.editor import Editor, position

TEXT = "s = '😀'; undefined_name; t = 'wrong'\n"
WHOLE = types.Range(types.Position(0, 0), types.Position(99, 0))


def can_disable(editor: Editor) -> bool:
    document = editor.capabilities.text_document
    assert document is not None
    assert document.code_action is not None
    return bool(document.code_action.disabled_support)


@in_every_editor
async def test_why_a_repair_cannot_be_had_is_told_where_the_client_can_show_it(editor: Editor) -> None:
    uri = editor.open("disabled.py", TEXT)
    name = next(item for item in await editor.diagnostics(uri) if item.code == "GS102")
    disabled = [item for item in await editor.actions(uri, name.range, [name]) if item.disabled]
    if not can_disable(editor):
        assert not disabled
        return
    assert [item.title for item in disabled] == [
        "Repair GS102 undefined-name",
        "Add GS102 undefined-name to the baseline",
    ]
    assert all(item.edit is None and item.disabled.reason for item in disabled)
    assert list(disabled[0].diagnostics) == [name]


@in_every_editor
async def test_fix_all_says_why_it_would_do_nothing_when_it_is_asked_for(editor: Editor) -> None:
    uri = editor.open("nothing.py", TEXT)
    await editor.diagnostics(uri)
    fixes = await editor.actions(uri, WHOLE, only=["source.fixAll"])
    if can_disable(editor):
        (fix,) = fixes
        assert fix.disabled.reason == "no repair in this file is certified; look at each of them"
    else:
        assert not fixes
    kinds = {item.kind for item in await editor.actions(uri, WHOLE)}
    assert kinds == {types.CodeActionKind.QuickFix}


@in_every_editor
async def test_ignores_extend_the_comments_that_are_there(editor: Editor) -> None:
    text = "# groundstate: ignore-file[GS107]\ns = '😀'; undefined_name; t = 'wrong'  # groundstate: ignore[GS105]\n"
    uri = editor.open("extended.py", text)
    for code, where in (("GS102", "in this file"), ("GS301", "on this line")):
        found = next(item for item in await editor.diagnostics(uri) if item.code == code)
        actions = await editor.actions(uri, found.range, [found])
        ignore = next(
            item for item in actions if item.title.startswith(f"Ignore {code}") and where in item.title
        )
        editor.apply(uri, ignore)
        assert code not in [item.code for item in await editor.diagnostics(uri)]
    lines = editor.texts[uri].splitlines()
    assert lines[0] == "# groundstate: ignore-file[GS107, GS102]"
    assert lines[1].endswith("# groundstate: ignore[GS105, GS301]")


@pytest.mark.parametrize("client", [VSCODE, HELIX, EMACS])
async def test_a_finding_is_added_to_the_baseline(client: str, start: Start) -> None:
    editor = await start(client, settings={"baseline": "known.json"})
    uri = editor.open("old.py", TEXT)
    found = next(item for item in await editor.diagnostics(uri) if item.code == "GS102")
    actions = await editor.actions(uri, found.range, [found])
    add = next(item for item in actions if item.title == "Add GS102 undefined-name to the baseline")
    assert add.disabled is None
    await editor.execute(add.command.command, *add.command.arguments)
    (entry,) = json.loads((editor.folder / "known.json").read_text())["findings"]["old.py"]
    assert entry["rule"] == "GS102"
    editor.edit(uri, (0, 0, "\n"))
    assert [item.code for item in await editor.diagnostics(uri)] == ["GS301"]


async def test_a_baseline_that_cannot_be_written_is_told(start: Start) -> None:
    editor = await start(VSCODE, settings={"baseline": "missing/known.json"})
    uri = editor.open("old.py", TEXT)
    found = (await editor.diagnostics(uri))[0]
    actions = await editor.actions(uri, found.range, [found])
    add = next(item for item in actions if item.title.startswith("Add "))
    with pytest.raises(JsonRpcException, match="cannot be written"):
        await editor.execute(add.command.command, *add.command.arguments)
    assert "cannot be written" in editor.client.messages[-1].message
    with pytest.raises(JsonRpcException, match="fingerprint"):
        await editor.execute(add.command.command, "x")


@in_every_editor
async def test_hovering_an_ignore_comment_says_what_it_hides(editor: Editor) -> None:
    text = (
        "s = '😀', undefined_name  # groundstate: ignore[GS102, wrong-name]\nx = 1  # groundstate: ignore\n"
    )
    uri = editor.open("comment.py", text)
    for needle, expected in (
        ("[GS102", ("Hidden on this line: GS102, GS301", "GS102 undefined-name", "GS301 wrong-name")),
        ("ignore\n", ("All findings on this line are hidden.",)),
    ):
        place = position(text, text.index(needle), editor.encoding)
        params = types.HoverParams(types.TextDocumentIdentifier(uri), place)
        hover = await editor.client.text_document_hover_async(params)
        assert all(part in hover.contents.value for part in expected)
        start = text.index("# groundstate", 0 if needle == "[GS102" else text.index("\n"))
        assert hover.range.start == position(text, start, editor.encoding)
