"""All contracts of a file, whatever syntax they are written in. A file without any costs a search of its bytes."""

from __future__ import annotations

from groundstate_grammars.python.contracts.clauses import FunctionContracts
from groundstate_grammars.tree import FlatTree

_SIGNS = (b"assert", b"icontract", b"deal", b"annotated_types", b">>>", b"nagini", b"hypothesis")
_DOCSTRING_SIGNS = (b"pre:", b"post:", b"post[", b"inv:", b"raises:")


def may_have_contracts(data: bytes) -> bool:
    """Whether a text can hold a contract: a search of bytes, to spare other files the reading."""
    return any(sign in data for sign in (*_SIGNS, *_DOCSTRING_SIGNS))


def read_contracts(flat: FlatTree) -> list[FunctionContracts]:
    """The functions of a file that have a contract, in text order; nothing is imported or run."""
    if not may_have_contracts(flat.data):
        return []
    from groundstate_grammars.python.contracts.syntaxes import contracts_of

    return contracts_of(flat)
