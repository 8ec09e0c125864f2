"""Texts and edits for property tests: Python-like fragments mixed with what breaks byte arithmetic."""

from __future__ import annotations

import re

from hypothesis import strategies as st

from groundstate_grammars.edits import Replacement
from groundstate_grammars.python.parsed import ParsedFile

_FRAGMENTS = (
    b"def f(a, b=1):\n    return a + b\n",
    b"class C(B):\n\tx = 1\n\n\tdef m(self):\n\t\treturn self.x\n",
    b"if a:\n    pass\nelif b:\n    c\nelse:\n    d\n",
    b"match p:\n    case C(x=1) | [y, *_]:\n        pass\n",
    b"for i in range(10):\r\n    print(i)\r\n",
    b"async def g():\n    await h(*a, **k)\n",
    b"x = [y for y in z if y]\n",
    b'f"{a!r:>{width}} {b=}"\n',
    b'"""doc\nstring"""\n',
    "s = 'é 🙂 ｘ'\n".encode(),
    "名前 = 1\n".encode(),
    b"\xef\xbb\xbf",
    b"\x0c\n",
    b"\xff\xfe",
    b"\x80",
    b"\x00",
    b"\r",
    b"\r\n",
    b"\n",
    b"\t",
    b"    ",
    b"(",
    b")",
    b"]",
    b"{",
    b":",
    b"'",
    b'"""',
    b"\\\n",
    b"#",
    b"x",
    b".",
    b"=",
    b" not ",
    b"lambda: ",
)

fragments = st.sampled_from(_FRAGMENTS) | st.binary(max_size=4)
texts = st.lists(fragments, max_size=12).map(b"".join)


@st.composite
def replacements_of(draw: st.DrawFn, data: bytes, *, most: int = 4) -> tuple[Replacement, ...]:
    """At most ``most`` replacements of ``data`` that do not overlap, in any order; some may share a place."""
    offsets = st.integers(0, len(data))
    cuts = sorted(draw(st.lists(offsets, min_size=2, max_size=2 * most)))
    ranges = zip(cuts[::2], cuts[1::2], strict=False)
    replacements = [Replacement(start, end, draw(fragments)) for start, end in ranges]
    return tuple(draw(st.permutations(replacements)))


def edited(file: ParsedFile, place: float, whole: bool, new: bytes) -> ParsedFile:
    """``new`` before the word at a place of the file, from 0 to less than 1, or instead of it."""
    words = list(re.finditer(rb"\w+", file.data))
    word = words[int(place * len(words))]
    return file.edited([Replacement(word.start(), word.end() if whole else word.start(), new)])
