"""Findings in an editor: diagnostics, code actions, hover, for each of the captured clients."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote, urlparse

import pytest
from lsprotocol import types
from pygls.capabilities import get_capability
from pygls.exceptions import JsonRpcException
from tests.end_to_end.conftest import HELIX, NEOVIM, VSCODE, Start, in_every_editor
from tests.end_to_end.editor import Editor, index_of

TEXT = "# 😀é\nvalue = '😀' + 'wrong'\nlast = 'wrong_for_sure'  # 𝔘 wrong\n"
"""Two findings behind characters that every encoding counts differently; the one in the comment makes three."""

KINDS = types.CodeActionKind


def covered(editor: Editor, uri: str, diagnostic: types.Diagnostic | types.Location) -> str:
    """The text that a diagnostic underlines."""
    places = (diagnostic.range.start, diagnostic.range.end)
    start, end = (index_of(editor.texts[uri], place, editor.encoding) for place in places)
    return editor.texts[uri][start:end]


@in_every_editor
async def test_the_server_takes_the_first_encoding_of_the_client(editor: Editor) -> None:
    wanted = get_capability(editor.capabilities, "general.position_encodings")
    assert editor.encoding == str(getattr(wanted[0], "value", wanted[0]))


@in_every_editor
async def test_diagnostics_have_what_the_client_understands_and_no_more(editor: Editor) -> None:
    uri = editor.open("findings.py", TEXT)
    found = await editor.diagnostics(uri)
    assert [covered(editor, uri, item) for item in found] == ["wrong", "wrong_for_sure", "wrong"]
    assert {item.code for item in found} == {"GS301"}
    assert {item.source for item in found} == {"groundstate"}
    assert {item.severity for item in found} == {types.DiagnosticSeverity.Warning}
    place = "diagnostic" if editor.pulls else "publish_diagnostics"

    def declares(feature: str) -> bool:
        return bool(get_capability(editor.capabilities, f"text_document.{place}.{feature}"))

    for item in found:
        assert (item.data is not None) <= declares("data_support")
        assert (item.code_description is not None) == declares("code_description_support")
        assert (item.related_information is not None) <= declares("related_information")
        if item.code_description is not None:
            page = Path(unquote(urlparse(item.code_description.href).path))
            assert "GS301" in page.read_text(encoding="utf-8")
        if item.related_information is not None:
            first, *raised = item.related_information
            assert first.message == "the file starts here"
            others = [covered(editor, uri, other) for other in found if other is not item]
            assert [covered(editor, uri, related.location) for related in raised] == others
            assert all(related.message.startswith("the energy is raised here too") for related in raised)
            assert item.related_information[0].location.uri == uri


@in_every_editor
async def test_findings_are_pulled_or_pushed_but_never_both(editor: Editor) -> None:
    uri = editor.open("once.py", TEXT)
    assert len(await editor.diagnostics(uri)) == 3
    editor.edit(uri, (len(TEXT), len(TEXT), "\n"))
    assert len(await editor.diagnostics(uri)) == 3
    assert len(editor.published[uri]) == (0 if editor.pulls else 2)
    provider = editor.initialized.capabilities.diagnostic_provider
    registered = [item for item in editor.registered if item.method == types.TEXT_DOCUMENT_DIAGNOSTIC]
    assert (provider is not None) + len(registered) == editor.pulls
    if provider is not None:
        assert provider.inter_file_dependencies
        assert not provider.workspace_diagnostics


async def test_an_unchanged_result_is_not_sent_again(start: Start) -> None:
    editor = await start(HELIX)
    uri = editor.open("unchanged.py", TEXT)
    first = await editor.pull(uri)
    assert first.kind == "full"
    again = await editor.pull(uri, first.result_id)
    assert (again.kind, again.result_id) == ("unchanged", first.result_id)
    editor.edit(uri, (len(TEXT), len(TEXT), "# more\n"))
    assert (await editor.pull(uri, first.result_id)).kind == "unchanged"
    editor.edit(uri, (0, 0, "\n"))
    moved = await editor.pull(uri, first.result_id)
    assert moved.kind == "full"
    assert moved.result_id != first.result_id


@in_every_editor
@pytest.mark.parametrize("send_back", ["as sent", "without data", "not at all"])
async def test_a_quick_fix_repairs_what_the_diagnostic_names(editor: Editor, send_back: str) -> None:
    uri = editor.open("repair.py", TEXT)
    first = (await editor.diagnostics(uri))[0]
    place = first.range
    if send_back == "without data":
        first.data = None
    known = [] if send_back == "not at all" else [first]
    actions = await editor.actions(uri, place, known)
    repair = actions[0]
    assert repair.title == "Replace `wrong` by `right` (ΔE −3.75)"
    assert repair.kind == KINDS.QuickFix
    assert repair.is_preferred
    assert len(repair.diagnostics or ()) == len(known)
    assert [action.title for action in actions[1:3]] == [
        "Ignore GS301 wrong-name on this line",
        "Ignore GS301 wrong-name in this file",
    ]
    assert not any(action.is_preferred for action in actions[1:])
    assert editor.apply(uri, repair) == TEXT.replace("+ 'wrong", "+ 'right")
    assert len(await editor.diagnostics(uri)) == 2


async def test_the_diagnostics_of_a_line_bring_their_actions_wherever_the_cursor_is(start: Start) -> None:
    editor = await start(NEOVIM)
    uri = editor.open("line.py", TEXT)
    found = await editor.diagnostics(uri)
    cursor = types.Range(types.Position(2, 0), types.Position(2, 0))
    assert [action.kind for action in await editor.actions(uri, cursor)] == ["source.fixAll.groundstate"]
    titles = [action.title for action in await editor.actions(uri, cursor, found[1:])]
    assert "Replace `wrong_for_sure` by `right` (ΔE −3.75)" in titles


@in_every_editor
async def test_ignore_actions_silence_the_finding(editor: Editor) -> None:
    uri = editor.open("ignored.py", TEXT)
    first = (await editor.diagnostics(uri))[0]
    _, on_line, _, *_ = await editor.actions(uri, first.range, [first])
    assert editor.apply(uri, on_line).splitlines()[1].endswith("'wrong'  # groundstate: ignore[GS301]")
    found = await editor.diagnostics(uri)
    assert [covered(editor, uri, item) for item in found] == ["wrong_for_sure", "wrong"]
    in_file = next(
        action
        for action in await editor.actions(uri, found[0].range, found)
        if action.title.endswith("this file")
    )
    assert editor.apply(uri, in_file).startswith("# groundstate: ignore-file[GS301]\n# 😀é\n")
    assert not await editor.diagnostics(uri)


@in_every_editor
async def test_fix_all_touches_only_what_is_certified(editor: Editor) -> None:
    uri = editor.open("all.py", TEXT)
    await editor.diagnostics(uri)
    whole = types.Range(types.Position(0, 0), types.Position(9, 0))
    for only in (["source.fixAll"], ["source.fixAll.groundstate"], ["source"]):
        (action,) = await editor.actions(uri, whole, only=only)
        assert action.kind == "source.fixAll.groundstate"
    assert await editor.actions(uri, whole, only=["refactor"]) == []
    assert editor.apply(uri, action) == TEXT.replace("wrong_for_sure", "right")


async def test_an_action_on_a_text_that_changed_is_refused(start: Start) -> None:
    editor = await start(VSCODE)
    uri = editor.open("refused.py", TEXT)
    first = (await editor.diagnostics(uri))[0]
    context = types.CodeActionContext(diagnostics=[first])
    params = types.CodeActionParams(types.TextDocumentIdentifier(uri), first.range, context)
    repair = (await editor.client.text_document_code_action_async(params))[0]
    assert repair.edit is None
    editor.edit(uri, (0, 0, "\n"))
    with pytest.raises(JsonRpcException) as caught:
        await editor.client.code_action_resolve_async(repair)
    assert caught.value.code == types.LSPErrorCodes.ContentModified.value
    editor.close(uri)
    with pytest.raises(JsonRpcException):
        await editor.client.code_action_resolve_async(repair)


@in_every_editor
async def test_hover_shows_the_energy_by_term(editor: Editor) -> None:
    uri = editor.open("hover.py", TEXT)
    first = (await editor.diagnostics(uri))[0]
    params = types.HoverParams(types.TextDocumentIdentifier(uri), first.range.start)
    hover = await editor.client.text_document_hover_async(params)
    assert hover is not None
    assert hover.range == first.range
    assert isinstance(hover.contents, types.MarkupContent)
    text = hover.contents.value
    assert "ΔE −3.75 (usage −1.25, learned −2.50)" in text
    assert "at most 1 false alarm in 2,000 unchanged lines at default. Probability 0.88 where" in text
    markdown = hover.contents.kind == types.MarkupKind.Markdown
    assert markdown == (types.MarkupKind.Markdown in editor.capabilities.text_document.hover.content_format)
    assert ("rules/GS301.md)" in text) == markdown
    params.position = types.Position(0, 0)
    assert await editor.client.text_document_hover_async(params) is None


async def test_documents_of_other_languages_are_left_alone(start: Start) -> None:
    editor = await start(VSCODE)
    uri = editor.uri("notes.txt")
    item = types.TextDocumentItem(uri, "plaintext", 1, "wrong")
    editor.client.text_document_did_open(types.DidOpenTextDocumentParams(item))
    assert list((await editor.pull(uri)).items) == []


async def test_an_unsaved_document_has_findings_too(start: Start) -> None:
    editor = await start(VSCODE)
    uri = "untitled:Untitled-1"
    item = types.TextDocumentItem(uri, "python", 1, "x = 'wrong'\n")
    editor.client.text_document_did_open(types.DidOpenTextDocumentParams(item))
    assert [found.code for found in (await editor.pull(uri)).items] == ["GS301"]
