"""One type for what a contract says, whichever syntax said it.

A clause is read, never run. Its expression is Python; every syntax's own way to say "the result" or "the value before"
has become a plain name, and what a name stands for is in the clause. Names that a clause does not bind are those of
the module, or builtins.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass


class ClauseKind(enum.Enum):
    REQUIRES = "requires"
    """Holds when the function is called, else nothing is promised."""
    ENSURES = "ensures"
    """Holds whenever the function returns."""
    INVARIANT = "invariant"
    """Of a class: holds after ``__init__`` and around every public method."""
    RAISES = "raises"
    """Only ``exceptions`` may leave the function; with an expression: when one does, the expression holds."""
    LOOP_INVARIANT = "loop-invariant"
    """Holds each time that a loop's body begins."""
    ASSERTION = "assertion"
    """Holds where it stands."""
    EXAMPLE = "example"
    """A call and what it gives."""
    DOMAIN = "domain"
    """The values that one parameter takes."""
    PURE = "pure"
    """The function changes nothing that its caller can see."""


class Syntax(enum.Enum):
    ASSERT = "assert"
    ICONTRACT = "icontract"
    DEAL = "deal"
    PEP316 = "pep316"
    ANNOTATED = "annotated"
    DOCTEST = "doctest"
    NAGINI = "nagini"
    HYPOTHESIS = "hypothesis"


@dataclass(frozen=True, slots=True)
class Expression:
    """A Python expression: its text, and the bytes of the file that it stands for.

    ``text``: what is to be read. ``start``, ``end``: byte range in the file. ``node``: preorder index of the expression in
    the file's ``FlatTree``, or -1 when the text is detached: not the bytes of the range, but what they mean in Python
    (from a docstring, an annotation, or with a syntax's own calls replaced by names).
    """

    text: str
    start: int
    end: int
    node: int = -1

    @property
    def is_detached(self) -> bool:
        return self.node < 0


@dataclass(frozen=True, slots=True)
class Snapshot:
    """``old.name`` is what ``expression`` gave when the function was called.

    ``arguments``: as in ``Clause``. ``is_copy``: a deep copy of it; else the very object, whose later changes show.
    """

    name: str
    expression: Expression
    arguments: tuple[tuple[str, str], ...]
    is_copy: bool


@dataclass(frozen=True, slots=True)
class Clause:
    """One thing that a contract says.

    Attributes:
        kind: what is claimed.
        syntax: who says so.
        expression: the condition. Of an example: the call. Of a domain: the condition on the parameter, or None where its
            type is all that is said. None also for ``PURE`` and for ``RAISES`` without a condition.
        start, end: byte range that a diagnostic marks: the condition, or the decorator, docstring line or annotation.
        arguments: (name in the expression, parameter of the function) for the names that stand for arguments: the object
            that was passed, in its state at the time of the check, whatever the body assigned to the name. Empty where
            ``statement`` is set: such an expression sees the function's own variables. Of an invariant: (name, "self").
        result: the name of the returned value in the expression, or empty.
        old: the name whose attributes are ``snapshots``, or empty.
        statement: byte range of the statement whose place is the time of the check (asserts, Nagini's calls in loops,
            ``assume``), or None: on entry for ``REQUIRES``, at each return for ``ENSURES``.
        exceptions: of ``RAISES``, the names of the exception classes as written; of an example, what it raises.
        expected: of an example, the repr that it prints.
        setup: of an example, the statements that ran before it in its docstring, each as text.
        annotation: of a domain, the type as an annotation (``list[int]``).
        message: what the author says when it fails, or empty.
    """

    kind: ClauseKind
    syntax: Syntax
    expression: Expression | None
    start: int
    end: int
    arguments: tuple[tuple[str, str], ...] = ()
    result: str = ""
    old: str = ""
    snapshots: tuple[Snapshot, ...] = ()
    statement: tuple[int, int] | None = None
    exceptions: tuple[str, ...] = ()
    expected: str = ""
    setup: tuple[str, ...] = ()
    annotation: str = ""
    message: str = ""


@dataclass(frozen=True, slots=True)
class Unread:
    """A contract that is written but not understood: it has no clause, and its function is never ``verified``."""

    syntax: Syntax
    reason: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class FunctionContracts:
    """What is claimed about one function or method, in text order.

    ``node``: preorder index of its definition in the file's ``FlatTree``. ``qualname``: with the classes and functions
    around it, joined by dots. ``class_node``: the class whose method it is, or -1; invariants of that class are among
    the clauses.
    """

    node: int
    qualname: str
    class_node: int
    clauses: tuple[Clause, ...]
    unread: tuple[Unread, ...] = ()
