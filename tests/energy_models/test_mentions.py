"""What a text mentions, taken over from one version to the next, equals what the next says by itself."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from groundstate_energy.terms.mentions import Mentions
from groundstate_grammars.edits import Replacement, apply_replacements

PIECES = st.lists(
    st.sampled_from(
        [
            ".",
            "a",
            "b",
            ".a",
            "a.b",
            "\n",
            "\n\n",
            " ",
            "    ",
            "for ",
            "as",
            "=",
            "==",
            "+=",
            ",",
            ")",
            "(",
            "#",
            "\r",
            "é",
        ]
    ),
    max_size=40,
).map(lambda pieces: "".join(pieces).encode())


@given(PIECES, PIECES, PIECES, PIECES)
@example(b"x.a\n", b"b", b"", b" = 1\nb\n")
@example(b"x.\n", b"a", b"b", b"\n.b = 1\n")
@example(b"for\n", b"a.b", b"a.c.b", b"\nx\n")
def test_mentions_of_a_version_are_those_of_its_text(
    before: bytes, old: bytes, new: bytes, after: bytes
) -> None:
    text = before + old + after
    change = Replacement(len(before), len(before) + len(old), new)
    other = apply_replacements(text, [change])
    assert Mentions.of(text).after(text, other, change) == Mentions.of(other)


def test_a_name_is_mentioned_that_is_not_only_read_as_an_attribute() -> None:
    found = Mentions.of(b"x.a = y.b\nfor z.c in z.d:\n    e(f=1)\n")
    assert all(name in found for name in ("x", "a", "y", "c", "e", "f"))
    assert not any(name in found for name in ("b", "d"))
