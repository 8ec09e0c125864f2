"""The syntax term: text that does not parse, and the one-token repairs after which it does.

tree-sitter alone is no judge: it accepts some invalid Python (``print x``, a body that is not indented) and rejects
some that is valid to a newer version. Nor is Python's own parser, which is that of the version that runs us. A
violation needs both, an ERROR or MISSING node and a failure of Python's parser (which only builds a tree and never
runs the text), or a failure of the latter that no version of Python would accept, such as a wrong indentation.
Where that parser gives up for another reason (depth, memory, NUL bytes, an unknown encoding) the term says nothing.

A repair inserts, deletes or replaces one token near the error. Candidates are tried on the smallest block around the
error that fails alone; what parses there is then proved on the whole text, by Python's parser and by an incremental
parse of the tree.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

from groundstate_energy.terms.failing_line import FailingLine
from groundstate_energy.terms.nearest import edit_distance
from groundstate_energy.terms.open_brackets import OpenBrackets
from groundstate_energy.terms.python_parser import LINE, TOKEN, parse_error, parses
from groundstate_energy.terms.violation import Violation
from groundstate_grammars.edits import Edit, Replacement, apply_replacements
from groundstate_grammars.python import syntax as py
from groundstate_grammars.python.brackets import CLOSING
from groundstate_grammars.python.parsed import ParsedFile
from groundstate_grammars.tree import FlatTree

_MOST_VIOLATIONS = 5
_MOST_REPAIRS = 5
_MOST_TRIALS = 260
_MOST_PROOFS = 10
_MOST_WINDOW_BYTES = 8_000
_MOST_BYTES = 2_000_000
_NEAR = 5
"""Tokens to each side of the error that a repair may touch."""

_KEYWORDS = (
    b"False None True and as assert async await break class continue def del elif else except finally for from global "
    b"if import in is lambda nonlocal not or pass raise return try while with yield"
).split()
_REPLACEMENTS = {
    b"=": (b"==", b":"),
    b"==": (b"=",),
    b":": (b"=", b","),
    b";": (b":", b","),
    b",": (b":", b"."),
    b".": (b",",),
    b"&&": (b"and",),
    b"||": (b"or",),
    b"!": (b"not ",),
    b"<>": (b"!=",),
    b"++": (b"+= 1",),
    b"--": (b"-= 1",),
    b")": (b"]", b"}", b"):"),
    b"]": (b")", b"}"),
    b"}": (b")", b"]"),
    b"(": (b"[", b"{"),
    b"[": (b"(", b"{"),
    b"{": (b"(", b"["),
    b"->": (b":", b"."),
    b":=": (b"=",),
}
_INSERTIONS = (
    b":",
    b")",
    b"]",
    b"}",
    b",",
    b"(",
    b"[",
    b"{",
    b"=",
    b" in",
    b'"',
    b"'",
    b".",
    b"==",
    b" import",
    b" +",
)


@dataclass(frozen=True, slots=True)
class _Failure:
    """Where Python's parser stopped, as a byte range, and what it says."""

    start: int
    end: int
    message: str


def syntax_violations(file: ParsedFile) -> list[Violation]:
    """GS101 of one file: each error that remains once those before it are repaired, at most 5."""
    if len(file.data) > _MOST_BYTES:
        return []
    if not file.tree.has_errors:
        if not looks_wrong(file.flat):
            return []
        error = parse_error(file.data)
        if error is None or not _is_same_in_every_version(error):
            return []
    elif _is_newer_python(file.flat):
        return []
    found: list[Violation] = []
    current, failure = file, _python_failure(file.data)
    done: list[Replacement] = []
    while failure is not None and len(found) < _MOST_VIOLATIONS:
        proved = _proved_repairs(current, failure)
        back = _Back(done)
        start, end = back.offset(failure.start), back.offset(failure.end)
        whole = len(file.data)
        if start >= end:
            start, end = (start, start + 1) if start < whole else (max(0, whole - 1), whole)
        moved = tuple(Edit("GS101", (back.replacement(item.repair),)) for item in proved)
        found.append(Violation("GS101", start, end, failure.message, moved))
        if not proved:
            break
        done.append(back.replacement(proved[0].repair))
        current, failure = proved[0].after, proved[0].rest
    return found


def is_other_language(flat: FlatTree, first: int = 0, stop: int | None = None) -> bool:
    """Whether the text is Python 2 as far as the tree shows, from the node ``first`` up to ``stop``: ``print x``,
    ``exec x``, ``except E, e``."""
    if flat.of_kind(py.PRINT_STATEMENT, first, stop) or flat.of_kind(py.EXEC_STATEMENT, first, stop):
        return True
    return any(
        sum(flat.field[child] == py.FIELD_VALUE for child in flat.children(node)) > 1
        for node in flat.of_kind(py.EXCEPT_CLAUSE, first, stop)
    )


def looks_wrong(flat: FlatTree, first: int = 0, stop: int | None = None) -> bool:
    """Whether a tree without errors shows what tree-sitter lets pass, from the node ``first`` up to ``stop``: odd
    indentation, arguments out of order."""
    kinds, starts, sizes, data = flat.kind, flat.start, flat.size, flat.data
    for node in chain.from_iterable(flat.of_kind(kind, first, stop) for kind in _TELLING):
        kind = kinds[node]
        after = node + sizes[node]
        if kind == py.KEYWORD_ARGUMENT:
            if after + 1 < len(kinds) and kinds[after] == _COMMA and kinds[after + 1] not in _AFTER_KEYWORD:
                return True
        elif kind in _WITH_DEFAULT:
            if kinds[after] == _COMMA and kinds[after + 1] in (py.IDENTIFIER, py.TYPED_PARAMETER):
                parameter = after + 1
                named = kinds[parameter] == py.IDENTIFIER or kinds[parameter + 1] == py.IDENTIFIER
                if named and not _follows_star(flat, node):
                    return True
        else:
            if kind == py.BLOCK and sizes[node] == 1:
                return True
            usual: bytes | None = None
            child = node + 1
            while child < after:
                if kinds[child] in _STATEMENTS:
                    start = starts[child]
                    indent = data[
                        max(data.rfind(b"\n", 0, start), data.rfind(b"\r", start - 400, start)) + 1 : start
                    ]
                    if not indent.strip():
                        indent = indent.rpartition(b"\f")[2]
                        if usual is not None and indent != usual:
                            return True
                        usual = indent
                child += sizes[child]
    return False


def _follows_star(flat: FlatTree, parameter: int) -> bool:
    """Whether a star stands before ``parameter`` in its list, so that defaults may come in any order."""
    around = flat.parent[parameter]
    for child in flat.children(around):
        if child >= parameter:
            return False
        first = child + 1 if flat.kind[child] == py.TYPED_PARAMETER else child
        if flat.kind[first] in (py.LIST_SPLAT_PATTERN, py.KEYWORD_SEPARATOR):
            return True
    return False


_COMMA = py.token(",")
_AFTER_KEYWORD = frozenset(
    (py.KEYWORD_ARGUMENT, py.DICTIONARY_SPLAT, py.LIST_SPLAT, py.COMMENT, py.LINE_CONTINUATION, py.token(")"))
)
_WITH_DEFAULT = frozenset((py.DEFAULT_PARAMETER, py.TYPED_DEFAULT_PARAMETER))
_TELLING = frozenset(
    (py.KEYWORD_ARGUMENT, py.DEFAULT_PARAMETER, py.TYPED_DEFAULT_PARAMETER, py.BLOCK, py.MODULE)
)
_STATEMENTS = frozenset(
    (
        py.EXPRESSION_STATEMENT,
        py.RETURN_STATEMENT,
        py.IF_STATEMENT,
        py.FOR_STATEMENT,
        py.WHILE_STATEMENT,
        py.TRY_STATEMENT,
        py.WITH_STATEMENT,
        py.FUNCTION_DEFINITION,
        py.CLASS_DEFINITION,
        py.DECORATED_DEFINITION,
        py.IMPORT_STATEMENT,
        py.IMPORT_FROM_STATEMENT,
        py.RAISE_STATEMENT,
        py.ASSERT_STATEMENT,
        py.PASS_STATEMENT,
    )
)


def _is_newer_python(flat: FlatTree) -> bool:
    """Whether an error stands where Python 3.13 or later has new syntax: ``class C[T = int]``, ``lazy import``."""
    for node in flat.errors:
        if flat.text(node).startswith(b"lazy"):
            return True
        if any(
            flat.kind[around] in (py.TYPE_PARAMETER, py.TYPE_ALIAS_STATEMENT)
            for around in flat.ancestors(node)
        ):
            return True
    return False


def _is_same_in_every_version(error: SyntaxError) -> bool:
    """Whether an error that only Python's parser sees cannot be syntax of a newer version."""
    return isinstance(error, IndentationError) or error.msg.startswith(_TIMELESS)


_TIMELESS = (
    "positional argument follows keyword argument",
    "non-default argument follows default argument",
    "parameter without a default follows parameter with a default",
    "cannot assign to",
    "expected 'except' or 'finally' block",
)


def _python_failure(data: bytes) -> _Failure | None:
    if b"\0" in data:
        return None
    error = parse_error(data)
    if error is None or error.lineno is None:
        return None
    message = error.msg
    if (
        "encoding" in message
        or "codec" in message
        or "too many nested" in message
        or "too complex" in message
    ):
        return None
    lines = LINE.findall(data)
    row = min(max(error.lineno, 1), len(lines)) - 1
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line))
    start = starts[row] + _column(lines[row], error.offset)
    end_row = row if error.end_lineno is None else min(max(error.end_lineno, row + 1), len(lines)) - 1
    end = starts[end_row] + _column(lines[end_row], error.end_offset)
    stop = starts[row] + len(lines[row].rstrip(b"\r\n"))
    start = min(start, stop)
    if end <= start:
        token = TOKEN.match(data, start)
        end = token.end() if token else min(start + 1, stop)
    return _Failure(start, min(max(end, start), max(stop, start)), message)


def _column(line: bytes, offset: int | None) -> int:
    """Bytes before the ``offset``-th character (from 1) of a line."""
    text = line.decode("utf-8", "surrogateescape")
    return len(text[: max(0, (offset or 1) - 1)].encode("utf-8", "surrogateescape"))


class _Back:
    """Offsets of an edited text, brought back to the text as written. Edits are given in offsets of that text."""

    def __init__(self, done: list[Replacement]) -> None:
        self.done = sorted(done)

    def offset(self, offset: int) -> int:
        shift = 0
        for item in self.done:
            if item.start + shift >= offset:
                break
            grown = len(item.new) - (item.end - item.start)
            if offset < item.start + shift + len(item.new):
                return item.start
            shift += grown
        return offset - shift

    def replacement(self, item: Replacement) -> Replacement:
        return Replacement(self.offset(item.start), self.offset(item.end), item.new)


@dataclass(frozen=True, slots=True)
class _Proved:
    """A repair of one replacement, the text ``after`` it, and where Python's parser stops then, further down."""

    repair: Replacement
    after: ParsedFile
    rest: _Failure | None


def _proved_repairs(file: ParsedFile, failure: _Failure) -> list[_Proved]:
    """Repairs after which the text parses, or fails only further down; the plausible ones first."""
    data = file.data
    window = _failing_window(data, failure.start)
    if window is None:
        return []
    start, end, prefix = window
    text = data[start:end]
    passed: list[Replacement] = []
    later: list[tuple[int, int, Replacement]] = []
    row = (prefix + text[: failure.start - start]).count(b"\n") + 1
    brackets = OpenBrackets(text, failure.message)
    line = FailingLine(prefix, text, failure.start - start)
    tried: set[bytes] = set()
    for item in _candidates(data, failure, start, end):
        local = Replacement(item.start - start, item.end - start, item.new)
        repaired = prefix + apply_replacements(text, (local,))
        if repaired in tried:
            continue
        tried.add(repaired)
        if len(tried) > _MOST_TRIALS or len(passed) >= 2 * _MOST_REPAIRS:
            break
        settled = False if brackets.remain_after(local) else line.parses_with(local)
        error = None if settled is not None else parse_error(repaired)
        if settled or (settled is None and error is None):
            passed.append(item)
        elif (
            error is not None
            and error.lineno is not None
            and error.lineno > row + 1
            and item.new not in (b'"', b"'")
        ):
            later.append((-error.lineno, len(later), item))
    if not passed:
        passed = [item for _, _, item in sorted(later)]
    proved: list[_Proved] = []
    errors = len(file.flat.errors)
    for item in passed[:_MOST_PROOFS]:
        after = file.edited((item,))
        rest = _python_failure(after.data)
        if rest is None or rest.start > failure.end:
            broken = after.tree.has_errors
            if (rest is None and not broken) or (rest is not None and len(after.flat.errors) <= errors):
                proved.append(_Proved(item, after, rest))
        if len(proved) == _MOST_REPAIRS:
            break
    return proved


def _failing_window(data: bytes, offset: int) -> tuple[int, int, bytes] | None:
    """The smallest block around ``offset`` that fails alone: start, end, and what must precede it to stand alone."""
    lines = LINE.findall(data)
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line))
    row = max(index for index in range(len(lines)) if starts[index] <= offset)
    indents = [
        len(line) - len(line.lstrip(b" \t\f")) if line.strip() and not line.lstrip().startswith(b"#") else -1
        for line in lines
    ]
    limit = indents[row] if indents[row] >= 0 else 1 << 30
    for first in range(row, -1, -1):
        indent = indents[first]
        if indent < 0 or indent > limit or _continues(lines[first]):
            continue
        if indent and not re.match(rb"(?:async\s+)?(?:def|class)\b|@", lines[first].lstrip()):
            limit = min(limit, indent)
            continue
        last = row + 1
        while last < len(lines) and (indents[last] < 0 or indents[last] > indent or _continues(lines[last])):
            last += 1
        if starts[last] - starts[first] > _MOST_WINDOW_BYTES:
            break
        prefix = b"if 1:\n" if indent else b""
        if not parses(prefix + data[starts[first] : starts[last]]):
            return starts[first], starts[last], prefix
        limit = indent
    if len(data) <= 2 * _MOST_WINDOW_BYTES:
        return 0, len(data), b""
    return None


def _continues(line: bytes) -> bool:
    """Whether a line at the block's own indentation belongs to the statement before it."""
    return re.match(rb"\s*(?:[)\]}]|elif\b|else\b|except\b|finally\b|case\b)", line) is not None


def _candidates(data: bytes, failure: _Failure, start: int, end: int) -> Iterator[Replacement]:
    """Replacements to try, the plausible ones first; each once."""
    seen: set[Replacement] = set()
    for item in _ordered_candidates(data, failure, start, end):
        if item not in seen and start <= item.start <= item.end <= end:
            seen.add(item)
            yield item


def _ordered_candidates(data: bytes, failure: _Failure, start: int, end: int) -> Iterator[Replacement]:
    place = failure.start
    if "indent" in failure.message:
        yield from _indentation_candidates(data, place, start)
    tokens = [match.span() for match in TOKEN.finditer(data, start, end) if not match[0].startswith(b"#")]
    if not tokens:
        return
    at = next((index for index, (_, stop) in enumerate(tokens) if stop > place), len(tokens) - 1)
    order = sorted(
        range(max(0, at - _NEAR), min(len(tokens), at + _NEAR + 1)), key=lambda index: abs(index - at)
    )
    if "comma" in failure.message:
        for _, stop in tokens:
            if failure.start < stop < failure.end:
                yield Replacement(stop, stop, b",")
    line_end = data.find(b"\n", place, end)
    line_stop = end if line_end < 0 else line_end
    on_line = [span for span in tokens if span[1] <= line_stop]
    closers = _unclosed(data, tokens, line_stop)
    if on_line:
        last = on_line[-1][1]
        for new in (*closers, b":"):
            yield Replacement(last, last, new)
        if closers:
            yield Replacement(last, last, b"".join(closers))
            yield Replacement(last, last, closers[0] + b":")
            if data[last - 1 : last] in b":,":
                yield Replacement(last - 1, last - 1, closers[0])
    for index in order:
        first, stop = tokens[index]
        word = data[first:stop]
        for new in _REPLACEMENTS.get(word, ()):
            yield Replacement(first, stop, new)
        if word[:1].isalpha() and word not in _KEYWORDS:
            name = word.decode("utf-8", "replace")
            for keyword in _KEYWORDS:
                if edit_distance(name, keyword.decode(), 2) <= (1 if len(word) < 4 else 2):
                    yield Replacement(first, stop, keyword)
            if word == b"elseif":
                yield Replacement(first, stop, b"elif")
        if word == b"else" and index + 1 < len(tokens) and data[slice(*tokens[index + 1])] == b"if":
            yield Replacement(first, tokens[index + 1][1], b"elif")
        if word[:1] in b"\"'":
            yield Replacement(stop, stop, word[:1])
    for index in order[:4]:
        yield _deletion(data, *tokens[index])
    for new in _INSERTIONS:
        for index in order:
            first, stop = tokens[index]
            yield Replacement(stop, stop, new)
            if index == order[0]:
                yield Replacement(first, first, new)
    for index in order[4:]:
        yield _deletion(data, *tokens[index])


def _deletion(data: bytes, first: int, stop: int) -> Replacement:
    """Delete a token with the space before it, where that leaves no two words joined."""
    if (
        data[first - 1 : first] == b" "
        and data[first - 2 : first - 1].strip()
        and not data[stop : stop + 1].isalnum()
    ):
        return Replacement(first - 1, stop, b"")
    return Replacement(first, stop, b"")


def _unclosed(data: bytes, tokens: list[tuple[int, int]], stop: int) -> list[bytes]:
    """The closing brackets that are missing before ``stop``, innermost first."""
    stack: list[bytes] = []
    for first, last in tokens:
        if last > stop:
            break
        word = data[first:last]
        if word in CLOSING:
            stack.append(CLOSING[word])
        elif stack and word == stack[-1]:
            stack.pop()
    return stack[::-1]


def _indentation_candidates(data: bytes, place: int, start: int) -> Iterator[Replacement]:
    """Other indentations of the line at ``place``: those of the lines before it, one step more; ``pass`` before it."""
    line_start = max(data.rfind(b"\n", 0, place), data.rfind(b"\r", 0, place)) + 1
    text = data[line_start:]
    width = len(text) - len(text.lstrip(b" \t"))
    widths: dict[bytes, None] = {}
    for line in reversed(data[start:line_start].splitlines()[-12:]):
        if line.strip():
            own = line[: len(line) - len(line.lstrip(b" \t"))]
            widths[own + (b"\t" if own.startswith(b"\t") else b"    ")] = None
            widths[own] = None
    for indent in widths:
        yield Replacement(line_start, line_start + width, indent)
    before = data[:line_start].rstrip(b"\r\n \t")
    line = before[max(before.rfind(b"\n"), before.rfind(b"\r")) + 1 :]
    own = line[: len(line) - len(line.lstrip(b" \t"))]
    yield Replacement(len(before), len(before), b"\n" + own + b"    pass")
