"""A doctest in a docstring: where it goes, how it is written, and that Python's doctest reads it."""

from __future__ import annotations

import ast
import doctest
from pathlib import Path

import pytest

from groundstate.doctest_edits import doctest_replacements
from groundstate.documents import Document
from groundstate_grammars.edits import apply_replacements

LINES = (">>> f(1)", "2")


def added(text: str, lines: tuple[str, ...] = LINES) -> str:
    document = Document(Path("/project/a.py"), text.encode())
    return apply_replacements(document.data, doctest_replacements(document, "f", lines)).decode()


def test_into_one_line() -> None:
    assert added('def f(n):\n    """Says."""\n    return n\n') == (
        'def f(n):\n    """Says.\n\n    >>> f(1)\n    2\n    """\n    return n\n'
    )


def test_after_prose_and_after_another_example() -> None:
    assert added('def f(n):\n    """Says.\n\n    More.\n    """\n') == (
        'def f(n):\n    """Says.\n\n    More.\n\n    >>> f(1)\n    2\n    """\n'
    )
    assert added('def f(n):\n    """\n    >>> f(0)\n    1\n    """\n') == (
        'def f(n):\n    """\n    >>> f(0)\n    1\n    >>> f(1)\n    2\n    """\n'
    )


def test_a_docstring_is_made() -> None:
    assert added("def f(n):\n\t# why\n\treturn n\n") == (
        'def f(n):\n\t# why\n\t"""\n\t>>> f(1)\n\t2\n\t"""\n\treturn n\n'
    )
    assert added("def f(n): return n\n") == (
        'def f(n):\n    """\n    >>> f(1)\n    2\n    """\n    return n\n'
    )


def test_line_ends_and_quotes_stay() -> None:
    assert added('def f(n):\r\n    """Says."""\r\n') == (
        'def f(n):\r\n    """Says.\r\n\r\n    >>> f(1)\r\n    2\r\n    """\r\n'
    )
    assert (
        added("def f(n):\n    '''Says.'''\n") == "def f(n):\n    '''Says.\n\n    >>> f(1)\n    2\n    '''\n"
    )
    assert added("def f(n):\n    'Says.'\n") == "def f(n):\n    '''Says.\n\n    >>> f(1)\n    2\n    '''\n"


@pytest.mark.parametrize(
    "text",
    [
        'def g(n):\n    """Says."""\n',
        'def f(n):\n    f"""Says {n}."""\n    return (\n',
        "def f(n):\n    'it''s'\n    'two'\n",
    ],
)
def test_where_it_cannot_go_nothing_changes(text: str) -> None:
    after = added(text)
    assert after == text or ast.parse(after)


@pytest.mark.parametrize("quotes", ['"""', "'''", 'r"""', "'", '"'])
@pytest.mark.parametrize("line", [">>> f('\\n')", ">>> f('\\\\')", ">>> f('é', \"'\")", ">>> f('\\x00')"])
def test_python_reads_the_example_as_it_was_meant(quotes: str, line: str) -> None:
    text = f"def f(*n):\n    {quotes}Says.{quotes.lstrip('r')}\n    return n\n"
    after = added(text, (line, "2"))
    docstring = ast.get_docstring(ast.parse(after).body[0])  # type: ignore[arg-type]  # a function
    assert docstring is not None
    (example,) = doctest.DocTestParser().get_examples(docstring)
    assert (example.source, example.want) == (line[4:] + "\n", "2\n")
