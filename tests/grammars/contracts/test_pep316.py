"""PEP 316 in docstrings."""

from __future__ import annotations

from tests.grammars.contracts.reading import marked, read, shown


def test_blocks_and_single_lines() -> None:
    text = '''
        def sort(a, key):
            """Sort a list in place.

            pre: isinstance(a, list)
            pre:
                # must be a list
                all(x >= 0 for x in a)
                key is not None
            post[a]:
                len(a) == len(__old__.a)
                # ascending
                forall([a[i] >= a[i - 1]
                        for i in range(1, len(a))])
            post: implies(len(a) > 0, a[0] == min(a))
            raises: IndexError, ValueError
            """
    '''
    assert shown(text) == {
        "sort": [
            "requires: isinstance(a, list)",
            "requires: all(x >= 0 for x in a)",
            "requires: key is not None",
            "ensures: len(a) == len(__old__.a)",
            "ensures: all([a[i] >= a[i - 1] for i in range(1, len(a))])",
            "ensures: (not (len(a) > 0) or bool(a[0] == min(a)))",
            "raises: raises IndexError, ValueError",
        ]
    }
    old = read(text)["sort"].clauses[3]
    assert [(item.name, item.expression.text) for item in old.snapshots] == [("a", "a")]
    assert marked(text)[3] == "len(a) == len(__old__.a)"


def test_the_returned_value() -> None:
    (clause,) = read('''
        def f(x):
            """post: __return__ > x"""
    ''')["f"].clauses
    assert (clause.result, clause.arguments) == ("__return__", (("x", "x"),))


def test_prose_is_no_contract() -> None:
    assert (
        shown('''
        def f(x):
            """Do it.

            pre: the list is not empty
            post: sorted in place, as one would expect
            Raises:
                ValueError: if x > 3
            """
    ''')
        == {}
    )


def test_what_looks_like_code_and_is_none_is_said() -> None:
    assert shown('''
        def f(x):
            """
            pre: x > 0 and
            post: __return__ == __old__.y
            post: x != "\\n"
            """
    ''') == {
        "f": [
            "unread: not a Python expression",
            "unread: `__old__.y` is no parameter of the function",
            "unread: an escape in a docstring that is not raw",
        ]
    }


def test_invariants_in_the_docstring_of_a_class() -> None:
    assert shown('''
        class Queue:
            """A queue.

            inv:
                len(self.items) <= self.limit
            """

            def push(self, x): ...
    ''') == {"Queue.push": ["invariant: len(self.items) <= self.limit"]}
