"""What of a notebook's cells is Python."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundstate.lsp.notebooks import python_of


@pytest.mark.parametrize(
    ("cell", "python"),
    [
        ("x = 1\ny = x % 2\n", "x = 1\ny = x % 2\n"),
        ("%matplotlib inline\nx = 1", "#matplotlib inline\nx = 1"),
        ("if x:\n    !pip list\n    y = 1", "if x:\n    pass#list\n    y = 1"),
        ("files = !ls -l\nprint(files)", "files = 0     \nprint(files)"),
        ("x = %time f()", "x = 0        "),
        ("a != b\nx = y != z", "a != b\nx = y != z"),
        ("print?\n?print\nobject.method??", "#rint?\n#print\n#bject.method??"),
        ("%%time\nx = 1", "#%time\nx = 1"),
        ("for f in files:\n    !echo {f}", "for f in files:\n    pass# {f}"),
        ("if x:\n\t!a\n\tx?", "if x:\n\t0#\n\t0#"),
        ("print(\n    'a %d'\n    % x)\n%cd", "print(\n    'a %d'\n    % x)\n#cd"),
        ("x = 'a %d' \\\n  % x", "x = 'a %d' \\\n  % x"),
        ('s = """(\n%s\nwhy?\n"""\n!ls', 's = """(\n%s\nwhy?\n"""\n#ls'),
        ("!ls \\\n  -l\nx", "#ls \\\n# -l\nx"),
        ("%%bash\nls\n\necho x", "#%bash\n#s\n\n#cho x"),
        ("s = 'a % b'\nt = '100%'", "s = 'a % b'\nt = '100%'"),
    ],
)
def test_what_is_ipythons_is_no_python(cell: str, python: str) -> None:
    assert python_of(cell.encode()).decode() == python


@given(st.text(st.sampled_from("%!?= \n\tax'#é"), max_size=40))
def test_nothing_moves(cell: str) -> None:
    data = cell.encode()
    python = python_of(data)
    assert len(python) == len(data)
    assert [at for at, byte in enumerate(python) if byte in b"\r\n"] == [
        at for at, byte in enumerate(data) if byte in b"\r\n"
    ]
