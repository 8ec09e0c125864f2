"""A doctest added to the docstring of a function, or to one that is made for it."""

from __future__ import annotations

from collections.abc import Sequence

from groundstate.documents import Document
from groundstate_grammars.edits import Replacement
from groundstate_grammars.python import syntax as py
from groundstate_grammars.python.contracts.definitions import definitions
from groundstate_grammars.tree import FlatTree

_PROMPT = b">>>"


def doctest_replacements(document: Document, function: str, lines: Sequence[str]) -> tuple[Replacement, ...]:
    """What adds the example ``lines`` to the docstring of the module's function ``function``.

    The example comes last: after a blank line where prose is before it, and closing quotes on a line of their own. Nothing
    where there is no such function, or a docstring that cannot hold the lines.
    """
    flat = document.parsed.flat
    node = next((item.node for item in definitions(flat)[0] if item.qualname == function), -1)
    body = flat.child_by_field(node, py.FIELD_BODY) if node >= 0 else -1
    statements = [item for item in flat.children(body) if flat.kind[item] != py.COMMENT] if body >= 0 else []
    if not statements or flat.errors or not lines:
        return ()
    end = flat.data.find(b"\n", flat.start[node])
    newline = b"\r\n" if flat.data[end - 1 : end] == b"\r" else b"\n"
    first = statements[0]
    at = flat.start[first]
    head = document.source.line_start(document.source.line_of(at))
    indent = flat.data[head:at]
    example = [line.encode() for line in lines]
    string = first + 1 if flat.kind[first] == py.EXPRESSION_STATEMENT else -1
    if string >= 0 and flat.kind[string] == py.STRING and flat.size[first] == 1 + flat.size[string]:
        return () if indent.strip() else _extended(flat, string, example, indent, newline)
    return _made(flat, node, at, example, indent, newline)


def _made(
    flat: FlatTree, node: int, at: int, example: Sequence[bytes], indent: bytes, newline: bytes
) -> tuple[Replacement, ...]:
    """A docstring before the first statement, which may stand on the line of the ``def``."""
    start = at
    if indent.strip():
        above = flat.data.rfind(b"\n", 0, flat.start[node]) + 1
        indent = flat.data[above : flat.start[node]] + b"    "
        if indent.strip():
            return ()
        start = len(flat.data[:at].rstrip(b" \t"))
        opening = newline + indent
    else:
        opening = b""
    escaped = [_escaped(line) for line in example]
    text = newline.join(indent + line for line in escaped)
    quoted = opening + b'"""' + newline + text + newline + indent + b'"""' + newline + indent
    return (Replacement(start, at, quoted),) if not any(b'"""' in line for line in escaped) else ()


def _extended(
    flat: FlatTree, string: int, example: Sequence[bytes], indent: bytes, newline: bytes
) -> tuple[Replacement, ...]:
    """The example before the closing quotes; quotes of one character become three."""
    text = flat.text(string)
    prefix = text[: len(text) - len(text.lstrip(b"rRuUbBfF"))]
    rest = text[len(prefix) :]
    quotes = rest[:3] if rest[:3] in (b'"""', b"'''") else rest[:1]
    if set(prefix.lower()) - set(b"ru") or not rest.endswith(quotes):
        return ()
    content = rest[len(quotes) : -len(quotes)]
    wide = quotes if len(quotes) == 3 else quotes * 3
    written = [line if b"r" in prefix.lower() else _escaped(line) for line in example]
    kept = content.rstrip()
    if any(wide in line for line in written) or (
        len(quotes) == 1 and (quotes in content or b"\\" in content[-1:])
    ):
        return ()
    paragraph = kept.replace(b"\r\n", b"\n").rpartition(b"\n\n")[2]
    follows = any(line.strip().startswith(_PROMPT) for line in paragraph.split(b"\n"))
    gap = newline if follows or not kept else newline + newline
    added = gap + newline.join(indent + line for line in written) + newline + indent + wide
    start = flat.start[string] + len(prefix)
    replacements = [Replacement(start + len(quotes) + len(kept), flat.end[string], added)]
    if len(quotes) == 1:
        replacements.insert(0, Replacement(start, start + 1, wide))
    return tuple(replacements)


def _escaped(line: bytes) -> bytes:
    return line.replace(b"\\", b"\\\\")
