"""Tokens and units of a file against what they are by definition, node by node."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from tests.grammars.strategies import texts

from groundstate_grammars.python import syntax as py
from groundstate_grammars.python.lexical import MAX_TEXT, Role
from groundstate_grammars.python.parsed import ParsedFile, parse
from groundstate_grammars.python.units import UnitKind
from groundstate_grammars.tree import ERROR_KIND

ROOT = Path(__file__).parent.parent.parent
SOURCES = sorted(ROOT.glob("grammars/groundstate_grammars/**/*.py"))


def _is_token(file: ParsedFile, node: int) -> bool:
    """A leaf, a part of a string, or a string in which no expression stands; not inside a token or a comment."""
    flat = file.flat
    kind = flat.kind[node]

    def is_whole(at: int) -> bool:
        return flat.kind[at] in (py.STRING_CONTENT, py.FORMAT_SPECIFIER) or (
            flat.kind[at] == py.STRING
            and all(flat.kind[child] != py.INTERPOLATION for child in flat.children(at))
        )

    return (
        (flat.size[node] == 1 or is_whole(node))
        and flat.start[node] < flat.end[node]
        and kind != py.BLOCK
        and not any(
            flat.kind[at] in (py.COMMENT, py.LINE_CONTINUATION) or is_whole(at)
            for at in (node, *flat.ancestors(node))
            if at != node or flat.kind[at] in (py.COMMENT, py.LINE_CONTINUATION)
        )
    )


def _role(file: ParsedFile, node: int) -> Role | None:
    """The role of a token that is no identifier."""
    kind, text = file.flat.kind[node], file.flat.text(node)
    if kind == py.IDENTIFIER:
        return None
    if kind in (py.STRING, py.STRING_CONTENT, py.FORMAT_SPECIFIER):
        return Role.STRING
    if kind in (py.INTEGER, py.FLOAT):
        return Role.NUMBER
    if kind in (py.TRUE, py.FALSE, py.NONE, py.ELLIPSIS):
        return Role.CONSTANT
    if kind == ERROR_KIND or kind in map(
        py.token, ("(", ")", "[", "]", "{", "}", ",", ":", ".", ";", "->", "@")
    ):
        return Role.PUNCTUATION
    return Role.KEYWORD if text[:1].isalpha() else Role.OPERATOR


def _agrees(file: ParsedFile) -> None:
    flat, tokens = file.flat, file.tokens
    real = [index for index, node in enumerate(tokens.node) if node >= 0]
    nodes = [tokens.node[index] for index in real]
    assert nodes == [node for node in range(len(flat)) if _is_token(file, node)]
    assert tokens.of_node == dict(zip(nodes, real, strict=True))
    for index, node in zip(real, nodes, strict=True):
        role, text = _role(file, node), flat.text(node)[:MAX_TEXT].decode("utf-8", "replace")
        assert role is None or tokens.role[index] == role
        assert (tokens.start[index], tokens.end[index]) == (flat.start[node], flat.end[node])
        assert file.lexicon.texts[tokens.lex[index]] == text
    owned = {unit.node: unit for unit in file.units}
    definitions = {unit.node for unit in file.units if unit.kind is not UnitKind.MODULE}
    for index, node in zip(real, nodes, strict=True):
        inside = next((at for at in (node, *flat.ancestors(node)) if at in definitions), 0)
        assert index in owned[inside].tokens
    given_out = [index for unit in file.units for index in unit.tokens]
    assert len(set(given_out)) == len(given_out)
    assert all(unit.tokens == sorted(unit.tokens) for unit in file.units)
    assert all(tokens.role[index] == Role.LAYOUT for index in {*range(len(tokens))} - {*given_out} - {*real})


@given(texts)
def test_of_any_text(data: bytes) -> None:
    _agrees(parse(data))


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_of_our_sources(path: Path) -> None:
    _agrees(parse(path.read_bytes()))


@pytest.mark.parametrize(
    ("text", "role"),
    [
        ("$a", Role.READ),
        ("$a = 1", Role.BOUND),
        ("x.$a", Role.ATTRIBUTE),
        ("x.$a = 1", Role.ATTRIBUTE_BOUND),
        ("(x.$a, y) = 1, 2", Role.ATTRIBUTE_BOUND),
        ("del x.$a", Role.ATTRIBUTE_BOUND),
        ("x.$a()", Role.METHOD),
        ("$a()", Role.FUNCTION),
        ("f($a=1)", Role.KEYWORD_NAME),
        ("f(b=$a)", Role.READ),
        ("def $a(): pass", Role.DEFINITION),
        ("class $a: pass", Role.DEFINITION),
        ("def f($a): pass", Role.BOUND),
        ("def f(b: $a): pass", Role.ANNOTATION),
        ("import $a", Role.IMPORTED),
        ("import a as $b", Role.IMPORTED),
    ],
)
def test_role_of_an_identifier(text: str, role: Role) -> None:
    file = parse(text.replace("$", "").encode())
    assert file.tokens.role[file.tokens.start.index(text.index("$"))] == role
