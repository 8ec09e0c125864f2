"""Positions convert exactly between bytes, UTF-8, UTF-16 and UTF-32, whatever the text is made of."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from groundstate_grammars.text import Position, PositionEncoding, SourceText, decode, encode

UTF8, UTF16, UTF32 = PositionEncoding.UTF8, PositionEncoding.UTF16, PositionEncoding.UTF32

FRAGMENTS = st.sampled_from(
    [
        *(character.encode() for character in "aé€😀𝔘\u0301\t\f\v\x1c\x85\u2028\u2029\ufeff\x00"),
        *(b"\n", b"\r\n", b"\r", b"\n\r", b" ", b"x = 1"),
        *(b"\xff", b"\x80", b"\xe2\x82", b"\xf0\x9f\x98", b"\xed\xa0\x80", b"\xc0\xaf", b"\xf4\x90\x80\x80"),
        *(b"x" * 1023, "€".encode() * 342, b"\x80" * 1025, "😀".encode() * 257),
    ]
)
TEXTS = st.one_of(st.lists(FRAGMENTS, max_size=12).map(b"".join), st.binary(max_size=40))
ENCODINGS = st.sampled_from(PositionEncoding)


def characters(data: bytes) -> list[tuple[int, int, str]]:
    """(byte start, line, character) of every character: the definition, written as slowly as possible."""
    found, start, line = [], 0, 0
    text = decode(data)
    for index, character in enumerate(text):
        found.append((start, line, character))
        start += len(encode(character))
        if character == "\n" or (character == "\r" and text[index + 1 : index + 2] != "\n"):
            line += 1
    return found


def units(text: str, encoding: PositionEncoding) -> int:
    match encoding:
        case PositionEncoding.UTF8:
            return len(encode(text))
        case PositionEncoding.UTF16:
            return sum(2 if character > "\uffff" else 1 for character in text)
        case PositionEncoding.UTF32:
            return len(text)


@given(TEXTS, ENCODINGS)
@example(b"\xef\xbb\xbfx = 1\r\n\ty\f= '\xf0\x9f\x98\x80'\r", UTF16)
def test_every_character_start_is_where_the_definition_says_and_comes_back(
    data: bytes, encoding: PositionEncoding
) -> None:
    source = SourceText(data)
    previous, current, count = "", 0, 0
    for start, line, character in characters(data):
        if line != current:
            current, count = line, 0
        if previous + character != "\r\n":
            assert source.position(start, encoding) == Position(line, count)
            assert source.offset(line, count, encoding) == start
        previous = character
        count += units(character, encoding)


@given(TEXTS, ENCODINGS, st.integers(-3, 4000), st.integers(-3, 4000))
def test_any_offset_and_any_position_clamps_to_a_character_start(
    data: bytes, encoding: PositionEncoding, line: int, character: int
) -> None:
    source = SourceText(data)
    starts = {start for start, _, _ in characters(data)} | {len(data)}
    offset = source.offset(line, character, encoding)
    assert offset in starts
    assert source.offset(*source.position(offset, encoding), encoding) == offset
    there = source.position(character, encoding)
    back = source.offset(*there, encoding)
    assert back in starts
    assert back <= max(character, 0)
    assert source.position(back, encoding) == there


@given(TEXTS)
def test_lines_cover_the_text_and_break_only_where_lsp_breaks(data: bytes) -> None:
    source = SourceText(data)
    assert source.line_count == 1 + sum(
        line != after
        for (_, line, _), (_, after, _) in zip(characters(data), characters(data)[1:], strict=False)
    ) + data.endswith((b"\n", b"\r"))
    rebuilt = b""
    for line in range(source.line_count):
        assert not {0x0A, 0x0D} & set(source.line(line))
        assert source.line_of(source.line_start(line)) == line
        rebuilt += data[source.line_start(line) : source.line_start(line + 1)]
    assert rebuilt == data


@given(TEXTS)
def test_decode_and_encode_are_inverse(data: bytes) -> None:
    assert encode(decode(data)) == data
    assert SourceText(data).decode() == decode(data)


@given(st.binary(min_size=1, max_size=20).filter(lambda data: not data.isascii()))
def test_each_invalid_byte_is_one_character_in_every_unit(data: bytes) -> None:
    escaped = [character for character in decode(data) if "\udc80" <= character <= "\udcff"]
    assert all(len(encode(character)) == 1 for character in escaped)
    assert all(units(character, encoding) == 1 for character in escaped for encoding in PositionEncoding)


@pytest.mark.parametrize(
    ("data", "offset", "expected"),
    [
        (b"", 0, (1, 1)),
        (b"a\nb", 2, (2, 1)),
        (b"a\r\nb", 2, (1, 2)),
        (b"a\fb\nc", 2, (1, 3)),
        (b"\tx", 1, (1, 2)),
        (b"\xef\xbb\xbfx = 1", 3, (1, 1)),
        (b"\xef\xbb\xbfx = 1", 0, (1, 1)),
        ("é😀x".encode(), 6, (1, 3)),
        (b"\xff\xfex", 2, (1, 3)),
        (b"a\n", 99, (2, 1)),
    ],
)
def test_display_counts_as_a_person_does(data: bytes, offset: int, expected: tuple[int, int]) -> None:
    assert SourceText(data).display(offset) == expected


def test_a_position_inside_a_surrogate_pair_moves_to_its_start() -> None:
    source = SourceText("a😀b".encode())
    assert source.offset(0, 2, UTF16) == 1
    assert source.offset(0, 3, UTF16) == 5
    assert source.position(3, UTF16) == Position(0, 1)


def test_look_ups_in_one_long_line_are_exact_and_do_not_read_all_of_it() -> None:
    source = SourceText(("x = '" + "😀é" * 100_000 + "'\n").encode())
    for character in range(5, 300_000, 4_999):
        offset = source.offset(0, character, UTF16)
        assert source.position(offset, UTF16).character in (character, character - 1)
    assert source.position(len(source) - 1, UTF32) == Position(0, 200_006)
