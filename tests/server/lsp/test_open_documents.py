"""The server's copy of a document follows the client's through any changes, in every position encoding."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lsprotocol import types

from groundstate.lsp.open_documents import OpenDocuments
from groundstate.lsp.text_changes import changed, path_of, wire_bytes
from groundstate_grammars.text import PositionEncoding, SourceText

TEXTS = st.text(st.sampled_from("ab \t\f\n\r😀é€𝔘\u2028\x85\x1c\ufeff"), max_size=30)


def is_inside_line_break(text: str, index: int) -> bool:
    return text[max(index - 1, 0) : index + 1] == "\r\n"


@given(TEXTS, st.data(), st.sampled_from(PositionEncoding))
def test_changes_give_the_text_that_the_client_has(
    text: str, data: st.DataObject, encoding: PositionEncoding
) -> None:
    original, changes = text, []
    for _ in range(data.draw(st.integers(0, 5))):
        places = [index for index in range(len(text) + 1) if not is_inside_line_break(text, index)]
        start, end = sorted((data.draw(st.sampled_from(places)), data.draw(st.sampled_from(places))))
        new = data.draw(TEXTS)
        source = SourceText(text.encode())
        positions = [
            types.Position(*source.position(len(text[:index].encode()), encoding)) for index in (start, end)
        ]
        changes.append(types.TextDocumentContentChangePartial(range=types.Range(*positions), text=new))
        text = text[:start] + new + text[end:]
    assert changed(SourceText(original.encode()), changes, encoding) == text.encode()


def test_a_lone_surrogate_becomes_one_replacement_character() -> None:
    assert wire_bytes("a\ud83db") == "a\ufffdb".encode()
    assert wire_bytes("😀") == "😀".encode()


@pytest.mark.parametrize(
    ("uri", "path"),
    [
        ("file:///home/a%20b/x.py", "/home/a b/x.py"),
        ("file:///home/%C3%A9.py", "/home/é.py"),
        ("untitled:Untitled-1", "/untitled:/untitled:Untitled-1"),
        ("http://[", "/untitled:/["),
        ("", "/untitled:/untitled"),
    ],
)
def test_paths_of_uris(uri: str, path: str) -> None:
    assert path_of(uri).as_posix() == path


def test_a_reopened_document_is_another_snapshot() -> None:
    documents = OpenDocuments(PositionEncoding.UTF16)
    item = types.TextDocumentItem("file:///x.py", "python", 1, "x = 1\n")
    first = documents.open(item)
    documents.close(item.uri)
    assert documents.get(item.uri) is None
    assert documents.change(item.uri, 2, []) is None
    assert documents.open(item) is not first
