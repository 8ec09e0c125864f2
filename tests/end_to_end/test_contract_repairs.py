"""Repairs of contracts in an editor: a verified one is the obvious quick fix, the contract is never changed unasked."""

from __future__ import annotations

import asyncio
import doctest

import pytest
from lsprotocol import types
from tests.end_to_end.conftest import EMACS, HELIX, NEOVIM, VSCODE, Start
from tests.end_to_end.editor import SECONDS, Editor

TEXT = '''\
def capped(n: int, most: int) -> int:
    """Not more than ``most``. 😀

    post: __return__ <= most
    post: __return__ <= n
    """
    if n > most:
        return n
    return n
'''
WHOLE = types.Range(types.Position(0, 0), types.Position(99, 0))


async def latest(editor: Editor, uri: str) -> list[types.Diagnostic]:
    """The newest findings: what is published first of a version has no contracts yet."""
    first = await editor.diagnostics(uri)
    return first if editor.pulls else list(editor.published[uri][-1].diagnostics)


async def codes(editor: Editor, uri: str, wanted: set[str]) -> list[types.Diagnostic]:
    """The diagnostics, once their codes are the wanted ones."""

    async def until() -> list[types.Diagnostic]:
        while True:
            found = await latest(editor, uri)
            if {str(item.code) for item in found} == wanted:
                return found
            await asyncio.sleep(0.1)

    return await asyncio.wait_for(until(), SECONDS)


async def repairs(editor: Editor, uri: str, wanted: str = "(verified)") -> list[types.CodeAction]:
    """The actions of the file's contract finding, once one with ``wanted`` in its title is there."""

    async def until() -> list[types.CodeAction]:
        while True:
            (finding,) = [item for item in await latest(editor, uri) if item.code == "GS201"]
            actions = await editor.actions(uri, finding.range, [finding])
            if any(wanted in item.title for item in actions):
                return actions
            await asyncio.sleep(0.1)

    return await asyncio.wait_for(until(), SECONDS)


@pytest.mark.parametrize("client", [VSCODE, NEOVIM, HELIX, EMACS])
async def test_the_verified_repair_is_applied_and_the_contract_holds(client: str, start: Start) -> None:
    editor = await start(client)
    uri = editor.open("repair.py", TEXT)
    await codes(editor, uri, {"GS201"})
    actions = await repairs(editor, uri)
    (verified,) = [item for item in actions if "(verified)" in item.title]
    assert verified.title == "Replace `n` by `most` (verified)"
    assert verified.kind == types.CodeActionKind.QuickFix
    document = editor.capabilities.text_document
    assert document is not None
    assert document.code_action is not None
    assert verified.is_preferred is (True if document.code_action.is_preferred_support else None)
    assert [item.is_preferred for item in actions if item is not verified] == [None] * (len(actions) - 1)
    editor.apply(uri, verified)
    assert editor.texts[uri] == TEXT.replace("return n\n", "return most\n", 1)
    assert await codes(editor, uri, set()) == []


@pytest.mark.parametrize("client", [VSCODE, NEOVIM])
async def test_a_change_of_the_contract_is_offered_and_never_preferred(client: str, start: Start) -> None:
    editor = await start(client)
    text = 'def half(n: int) -> int:\n    """post: __return__ < 0"""\n    return abs(n) * 0\n'
    uri = editor.open("adjust.py", text)
    await codes(editor, uri, {"GS201"})
    actions = await repairs(editor, uri, "Change the contract")
    (change,) = [item for item in actions if item.title.startswith("Change the contract")]
    assert change.title == "Change the contract instead, not verified: replace `<` by `<=`"
    assert change.is_preferred is None
    fixes = await editor.actions(uri, WHOLE, only=["source.fixAll"])
    assert all(item.disabled for item in fixes)
    editor.apply(uri, change)
    assert await codes(editor, uri, set()) == []


@pytest.mark.parametrize("client", [VSCODE, NEOVIM, HELIX, EMACS])
async def test_the_counterexample_becomes_a_doctest(client: str, start: Start) -> None:
    editor = await start(client)
    uri = editor.open("doctested.py", TEXT)
    (finding,) = await codes(editor, uri, {"GS201"})
    actions = await editor.actions(uri, finding.range, [finding])
    (add,) = [item for item in actions if "doctest" in item.title]
    editor.apply(uri, add)
    after = editor.texts[uri]
    assert '    post: __return__ <= n\n\n    >>> capped(1, 0) <= 0\n    True\n    """\n' in after
    (example,) = doctest.DocTestParser().get_examples(after)
    assert example.source == "capped(1, 0) <= 0\n"


async def test_what_is_not_repaired_says_what_was_tried(start: Start) -> None:
    editor = await start(VSCODE)
    text = 'def odd(n: int) -> int:\n    """post: __return__ == n * n * n * n + 41"""\n    return 7\n'
    uri = editor.open("hopeless.py", text)
    (finding,) = await codes(editor, uri, {"GS201"})

    async def reason() -> str:
        while True:
            actions = await editor.actions(uri, finding.range, [finding])
            found = next(item for item in actions if item.title == "Repair GS201 broken-contract")
            assert found.disabled is not None
            if "proofs tried" in found.disabled.reason:
                return found.disabled.reason
            await asyncio.sleep(0.1)

    said = await asyncio.wait_for(reason(), SECONDS)
    assert said.startswith("no edit is proved to mend this: ")
    assert said.endswith(" replayed, 0 proofs tried")
