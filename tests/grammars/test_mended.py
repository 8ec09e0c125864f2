"""What a text with syntax errors still says to other files: what it said without, where the error can be told apart."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import groundstate_grammars
from groundstate_grammars.project import FileSummary
from groundstate_grammars.python.mended import mended
from groundstate_grammars.python.parsed import parse

WHOLE = '''"""Say (something."""
from a import *

LIMIT = 3


class Box(Base):
    size = 1

    def fill(self, items, *, most=LIMIT):
        total = add(items[0], most=most, least=[1, 2])
        self.names = {
            "a": items,
            "b": call(
                total,
                most=2,
            ),
        }
        return total, self.names["a"]

    def empty(self):
        if self.size == 1:
            return {}
        return self.fill([])


def add(first, most):
    """Add (it's said."""
    return first + most
'''
BROKEN = [
    ("total = add(items[0], most=most, least=[1, 2])", "total = add(items[0], most=most, least=[1, 2]"),
    ("total = add(items[0], most=most, least=[1, 2])", "total = add(items[0], most=most, least=[1, 2"),
    ("total = add(items[0], most=most, least=[1, 2])", "total = add(items[0, most=most, least=[1, 2])"),
    ("least=[1, 2])\n", "least=[1, 2])\n                    most=most, least=[1, 2])\n"),
    ("least=[1, 2])\n", "least=[1, 2])\n        add(items, most=\n"),
    ("least=[1, 2])\n", "least=[1, 2])\n        total = self.fill('it is\n"),
    ("            ),\n        }", "            ),"),
    ("            ),\n        }", "        }"),
    ('return total, self.names["a"]', 'return total, self.names["a"'),
    ('return total, self.names["a"]', 'return total, self.names["'),
    ("def fill(self, items, *, most=LIMIT):", "def fill(self, items, *, most=LIMIT:"),
    ("def fill(self, items, *, most=LIMIT):", "def fill(self, items, *, most=LIMIT)"),
    ("class Box(Base):", "class Box(Base):)"),
    ("class Box(Base):", "class Box(Base:"),
    ("class Box(Base):", "class Box(Base)"),
    ("if self.size == 1:", "if self.size == 1"),
    ("if self.size == 1:", "if self.size == 1:)"),
    ("return self.fill([])", "return self.fill([)"),
    ("return self.fill([])", "return self.fill(["),
    ("return first + most", "return first + most +"),
    ("return first + most", "return (first + most"),
]


def said(summary: FileSummary) -> object:
    """A summary as other files see it: names are counted by files, not by uses."""
    return summary.names.keys(), summary.functions, summary.classes


@pytest.mark.parametrize(("meant", "broken"), BROKEN, ids=[broken.strip() for _, broken in BROKEN])
def test_an_error_takes_nothing_from_what_a_file_says(meant: str, broken: str) -> None:
    assert WHOLE.count(meant) == 1
    file = parse(WHOLE.replace(meant, broken).encode())
    assert file.tree.has_errors
    assert said(file.summary()) == said(parse(WHOLE.encode()).summary())


@pytest.mark.parametrize(
    "text", ["def added(", "class Added(", "added.", "x = '", 'x = """', "added =", ")", "{"]
)
def test_what_is_typed_at_the_end_changes_nothing_before_it(text: str) -> None:
    before, after = parse(WHOLE.encode()).summary(), parse(f"{WHOLE}\n{text}".encode()).summary()
    added = {"added", "Added", "x"}
    assert before.names.keys() == after.names.keys() - added
    assert before.functions == {name: item for name, item in after.functions.items() if name not in added}
    assert before.classes == {name: item for name, item in after.classes.items() if name not in added}


def test_nothing_is_amiss_in_files_that_parse() -> None:
    files = sorted(Path(next(iter(groundstate_grammars.__path__))).rglob("*.py"))
    assert len(files) > 30
    for file in files:
        assert mended(file.read_bytes()) == file.read_bytes(), file


@given(st.binary(max_size=60))
def test_any_bytes_can_be_mended(data: bytes) -> None:
    parse(mended(data))


@given(st.lists(st.sampled_from(["(", ")", "]", "{", ":", "=", "a", "a=", "def", "\n", "    ", ",", "."])))
def test_no_bracket_stays_open(parts: list[str]) -> None:
    once = mended(" ".join(parts).encode())
    assert once.count(b"(") == once.count(b")") or parts.count("(") > 20
    assert once.count(b"{") == once.count(b"}") or parts.count("{") > 20


@pytest.mark.parametrize("line", ["(\n", "f(\n  a,\n", "x = [{\n", '"""\n', "'''\n\"\"\"\n"])
def test_the_time_is_linear(line: str) -> None:
    data = (line * 20_000).encode()
    began = time.process_time()
    mended(data)
    assert time.process_time() - began < 5
