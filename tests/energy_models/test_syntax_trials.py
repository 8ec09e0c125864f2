"""Repairs of broken texts are judged without parsing, where that is possible, as parsing would judge them."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from groundstate_energy.terms.failing_line import FailingLine
from groundstate_energy.terms.open_brackets import OpenBrackets
from groundstate_energy.terms.python_parser import TOKEN, parse_error, parses
from groundstate_grammars.edits import Replacement, apply_replacements

BLOCK = b'''def mean(values, weights=None):
    """The mean (not
    the median) of values."""
    total = sum(v * w for v, w in
                zip(values, weights))
    if weights is None:
        total = {"a": [1, 2], 'b': (3,)}["a"]  # it's one
    else: total /= 2
    for value in values: print(value)
    while total > 1:
        total -= 1 ; total += 0
    return total / len(values) \\
        + 1
'''
BREAKS = (
    b"total =",
    b"tot al",
    b"f(total",
    b"x)",
    b'"',
    b"if total",
    b"return (",
    b"else:",
    b"x = [1, 2",
    b"\n  y",
    b"a b:",
)
NEW = (
    b"",
    b"(",
    b")",
    b"[",
    b"}",
    b":",
    b",",
    b"=",
    b" in",
    b'"',
    b"'",
    b'"""',
    b"else",
    b"x",
    b"    ",
    b"\n",
    b"\\",
)


@st.composite
def broken_blocks(draw: st.DrawFn) -> bytes:
    """The block with a line more, or with a token less."""
    lines = BLOCK.split(b"\n")
    if draw(st.booleans()):
        at = draw(st.integers(1, len(lines) - 1))
        before = lines[at - 1]
        indent = before[: len(before) - len(before.lstrip())]
        lines.insert(at, indent + draw(st.sampled_from(BREAKS)))
        return b"\n".join(lines)
    start, end = draw(st.sampled_from([match.span() for match in TOKEN.finditer(BLOCK)]))
    return BLOCK[:start] + BLOCK[end:]


@st.composite
def repairs(draw: st.DrawFn, block: bytes) -> Replacement:
    start, end = draw(st.sampled_from([match.span() for match in TOKEN.finditer(block)]))
    start, end = draw(st.sampled_from([(start, end), (start, start), (end, end)]))
    return Replacement(start, end, draw(st.sampled_from(NEW)))


@given(st.data())
@example(None)
def test_what_is_judged_without_parsing_is_judged_as_parsing_does(data: st.DataObject | None) -> None:
    if data is None:
        block = BLOCK.replace(b"    while", b"    total =\n    while")
        tried = [Replacement(m.start(), m.end(), new) for m in TOKEN.finditer(block) for new in NEW]
    else:
        block = data.draw(broken_blocks())
        tried = data.draw(st.lists(repairs(block), min_size=1, max_size=30))
    error = parse_error(block)
    if error is None or error.lineno is None:
        return
    lines = block.split(b"\n")
    at = sum(len(line) + 1 for line in lines[: error.lineno - 1]) + len(lines[error.lineno - 1]) // 2
    line, brackets = FailingLine(b"", block, min(at, len(block))), OpenBrackets(block, error.msg)
    for repair in tried:
        really = parses(apply_replacements(block, (repair,)))
        assert line.parses_with(repair) in (None, really), repair
        assert not (really and brackets.remain_after(repair)), repair


@pytest.mark.parametrize("typed", ["total =", "tot al", "total = values["])
def test_few_repairs_of_a_line_that_is_being_typed_need_a_parse(typed: str) -> None:
    block = BLOCK.replace(b"    while", b"    " + typed.encode() + b"\n    while")
    error = parse_error(block)
    assert error is not None
    line = FailingLine(b"", block, block.index(typed.encode() + b"\n    while"))
    brackets = OpenBrackets(block, error.msg)
    spans = [match.span() for match in TOKEN.finditer(block)]
    tried = [
        Replacement(end, end, new) for _, end in spans for new in (b":", b",", b"=", b" in", b".", b" +")
    ]
    open_ones = [
        repair for repair in tried if line.parses_with(repair) is None and not brackets.remain_after(repair)
    ]
    assert len(open_ones) <= len(tried) // 5
